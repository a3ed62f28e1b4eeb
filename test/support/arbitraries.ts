import fc from "fast-check";

/** Generators of the texts that users and clusters hand in. */

const lower = (alphabet: string, maxLength: number) =>
	fc
		.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength })
		.map((characters) => characters.join(""));

const component = fc
	.array(lower("ab09", 3), { minLength: 1, maxLength: 3 })
	.chain((words) =>
		fc.constantFrom(".", "_", "__", "-", "--").map((by) => words.join(by)),
	);

const port = fc.oneof(fc.constant(""), fc.constantFrom(":443", ":5000"));

const host = fc
	.oneof(
		fc.constantFrom("docker.io", "index.docker.io", "localhost", "[::1]"),
		fc
			.array(lower("az0", 4), { minLength: 2, maxLength: 4 })
			.map((labels) => labels.join(".")),
	)
	.chain((name) => port.map((number) => name + number));

const path = fc
	.array(component, { minLength: 1, maxLength: 4 })
	.map((components) => components.join("/"));

const digest = lower("0123456789abcdef", 1).map(
	(digit) => `@sha256:${digit.repeat(64)}`,
);

/** Valid image references in every form that people write. */
export const imageReference: fc.Arbitrary<string> = fc
	.tuple(
		fc.oneof(
			fc.constant(""),
			host.map((name) => `${name}/`),
		),
		path,
		fc.oneof(
			fc.constant(""),
			lower("aZ0_.-", 6).map((tag) => `:v${tag}`),
		),
		fc.oneof(fc.constant(""), digest),
	)
	.map((parts) => parts.join(""));

/** Private registries: a host, or the trap of a single word, with or without a path. */
export const registry: fc.Arbitrary<string> = fc
	.tuple(
		fc.oneof(host, lower("abc", 5)),
		fc.oneof(
			fc.constant(""),
			path.map((value) => `/${value}`),
		),
	)
	.map((parts) => parts.join(""));
