import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import {
	addressOf,
	covers,
	findCredentials,
	firstMatching,
	hasMatch,
	type KeyringAnswer,
	keyringOf,
	matcherOf,
	matchesOf,
	normaliseKey,
	type PullSource,
	readKeyring,
} from "../../../src/core/kubelet/keyring.ts";
import { imageReference } from "../../support/arbitraries.ts";
import { assertHides } from "../../support/secret-traces.ts";

const JSON_TYPE = "kubernetes.io/dockerconfigjson";
const LEGACY_TYPE = "kubernetes.io/dockercfg";

interface Vector {
	image: string;
	configs: string[];
	expect: {
		creds: string[];
		found?: boolean;
		repository?: string;
		tag?: string;
		digest?: string;
		error?: string;
		invalidImage?: string;
		orderUnstable?: boolean;
	};
}

interface Quirk {
	image: string;
	sources: { type: string; data: string }[];
	expect: { error?: string; creds?: string[] };
}

const read = (name: string) =>
	JSON.parse(
		readFileSync(new URL(`../../data/${name}`, import.meta.url), "utf8"),
	);

const sourceOf = (
	data: string,
	from = "app/key",
	type = JSON_TYPE,
): PullSource => ({
	from,
	type,
	data,
});

const auths = (entries: object) => JSON.stringify({ auths: entries });

const shown = (answer: KeyringAnswer) =>
	answer.outcome === "answered"
		? {
				creds: answer.matches.map(
					({ credential }) => `${credential.username}:${credential.reveal()}`,
				),
			}
		: { error: answer.error };

describe("the kubelet's recorded answers", () => {
	const vectors: Vector[] = read("keyring-vectors.json");
	it("are 148", () => assert.equal(vectors.length, 148));
	for (const [index, { image, configs, expect }] of vectors.entries())
		it(`${index}: ${image.slice(0, 60)}`, () => {
			const sources = configs.map((data, at) => sourceOf(data, `app/key${at}`));
			const answer = findCredentials(image, sources);
			assert.equal(
				matcherOf(image)(readKeyring(sources)),
				answer.outcome === "answered" && answer.matches.length > 0,
			);
			if (expect.invalidImage !== undefined || expect.error !== undefined) {
				assert.deepEqual(shown(answer), {
					error: expect.invalidImage ?? expect.error,
				});
				assert.equal(
					answer.outcome,
					expect.error === undefined ? "invalid-image" : "malformed",
				);
				return;
			}
			assert.ok(answer.outcome === "answered");
			const creds = shown(answer).creds ?? [];
			assert.deepEqual(
				expect.orderUnstable ? creds.toSorted() : creds,
				expect.orderUnstable ? expect.creds.toSorted() : expect.creds,
			);
			assert.equal(answer.matches.length > 0, expect.found);
			const { repository, tag, digest } = expect;
			assert.deepEqual(
				{
					repository: answer.repository,
					tag: answer.tag,
					digest: answer.digest,
				},
				{ repository, tag, digest },
			);
		});

	const quirks: Quirk[] = read("keyring-quirks.json").cases;
	for (const [index, { image, sources, expect }] of quirks.entries())
		it(`quirk ${index}: ${sources
			.map(({ data }) => data)
			.join(" ")
			.slice(0, 70)}`, () => {
			const answer = findCredentials(
				image,
				sources.map(({ type, data }) => sourceOf(data, "app/key", type)),
			);
			assert.deepEqual(shown(answer), expect);
		});
});

describe("an answer", () => {
	it("names Secret and key, in the order of trying", () => {
		const answer = findCredentials("reg.io/team/app:1", [
			sourceOf(auths({ "reg.io": { username: "a" } }), "app/first"),
			sourceOf(
				auths({
					"https://reg.io/v1/": { username: "b" },
					"reg.io/team": { username: "c" },
				}),
				"app/second",
			),
			sourceOf(`{"*.io":{"username":"d"}}`, "app/old", LEGACY_TYPE),
		]);
		assert.ok(answer.outcome === "answered");
		assert.deepEqual(
			answer.matches.map(({ from, key, credential }) => [
				from,
				key,
				credential.username,
			]),
			[
				["app/second", "reg.io/team", "c"],
				["app/first", "reg.io", "a"],
				["app/second", "https://reg.io/v1/", "b"],
				["app/old", "*.io", "d"],
			],
		);
	});

	it("says whether an entry names the image's host", () => {
		const ring = [
			sourceOf(
				auths({
					"https://index.docker.io/v1/": { username: "hub" },
					"*.example": { username: "stars" },
					"reg.example": { username: "named" },
				}),
			),
		];
		const by = (image: string) => {
			const answer = findCredentials(image, ring);
			assert.ok(answer.outcome === "answered");
			return answer.matches.map((match) => match.by);
		};
		assert.deepEqual(by("reg.example/a"), ["host", "stars"]);
		assert.deepEqual(by("evil.example/a"), ["stars"]);
		for (const image of ["nats", "docker.io/a/b", "index.docker.io/a/b"])
			assert.deepEqual(by(image), ["host"], image);
		for (const image of ["localhost/a/b", "Evil/a/b"])
			assert.deepEqual(by(image), ["fallback"], image);
		for (const image of ["localhost:5000/a/b", "r.io/a/b"])
			assert.deepEqual(by(image), [], image);
	});

	it("takes the brackets of an address without a port for a choice of one character", () => {
		const ring = [sourceOf(auths({ "[A::B]": { username: "u" } }))];
		const found = (image: string) =>
			shown(findCredentials(image, ring)).creds?.length;
		assert.deepEqual(
			["A/x", "B/x", "C/x", "AA/x", "B.B/x", "[A::B]/x"].map(found),
			[1, 1, 0, 0, 0, 0],
		);
	});

	it("is looked for among 200 keys with stars, and is none where there are more", () => {
		const image = "a.r7.io/x";
		const ring = (count: number) => [
			sourceOf(
				auths(
					Object.fromEntries(
						Array.from({ length: count }, (_, at) => [
							`*.r${at}.io`,
							{ username: "u" },
						]),
					),
				),
				"app/stars",
			),
		];
		const [most, more] = [ring(200), ring(201)];
		assert.deepEqual(
			matchesOf(findCredentials(image, most)).map(({ key }) => key),
			["*.r7.io"],
		);
		assert.deepEqual(findCredentials(image, more), {
			outcome: "malformed",
			from: "app/stars",
			error: "more than 200 keys with stars, which are not looked at",
			keys: [],
			overfull: true,
		});
		assert.deepEqual(matchesOf(findCredentials(image, more)), []);
		assert.deepEqual(
			[most, more].map((sources) => hasMatch(image, readKeyring(sources))),
			[true, false],
		);
	});

	it("with more than 200 keys for one image is not looked at for that one", () => {
		const keys = (count: number) =>
			Array.from({ length: count }, (_, at) => `r.io/team?${at}`);
		const source = (count: number) =>
			sourceOf(auths(Object.fromEntries(keys(count).map((key) => [key, {}]))));
		const tried = matchesOf(findCredentials("r.io/team/app", [source(200)]));
		assert.deepEqual(
			tried.map(({ key }) => key),
			keys(200),
		);
		const ring = [source(201)];
		assert.deepEqual(findCredentials("r.io/team/app", ring), {
			outcome: "malformed",
			from: "app/key",
			error: "more than 200 keys for this image, which are not looked at",
			keys: [],
			overfull: true,
		});
		assert.equal(findCredentials("r.io/other", ring).outcome, "answered");
	});

	it("has nothing for what is no image", () => {
		const hub = sourceOf(
			auths({ "https://index.docker.io/v1/": { auth: "YTpw" } }),
		);
		assert.deepEqual(
			["team/app", "team/App"].map((image) =>
				hasMatch(image, readKeyring([hub])),
			),
			[true, false],
		);
	});

	it("takes equal keys in the order of their sources", () => {
		for (const key of ["a.io", "*.io"]) {
			const ring = ["first", "second"].map((from) =>
				sourceOf(auths({ [key]: { username: "u" } }), from),
			);
			assert.deepEqual(
				matchesOf(findCredentials("a.io/app", ring)).map(({ from }) => from),
				["first", "second"],
			);
		}
	});

	it("passes over a key whose path makes it unusable when it is taken apart again", () => {
		const ring = [
			sourceOf(auths({ "a.io/%25zz": { username: "u" }, "a.io": {} })),
		];
		assert.deepEqual(
			matchesOf(findCredentials("a.io/app", ring)).map(({ key }) => key),
			["a.io"],
		);
	});

	it("names the Secret that breaks the lookup, and its entries that are at fault", () => {
		const good = { username: "a" };
		assert.deepEqual(
			findCredentials("reg.io/app", [
				sourceOf(auths({ "reg.io": good }), "app/good"),
				sourceOf(
					auths({ "fine.io": good, "other.io": { auth: "%" } }),
					"app/bad",
				),
			]),
			{
				outcome: "malformed",
				from: "app/bad",
				error: "illegal base64 data at input byte 0",
				keys: ["other.io"],
			},
		);
	});

	it("shows no password, however it is printed", () => {
		const answer = findCredentials("reg.io/app", [
			sourceOf(
				auths({ "reg.io": { username: "u", password: "marked-password" } }),
			),
			sourceOf(
				auths({
					"reg.io": {
						auth: Buffer.from("u:marked-password").toString("base64"),
					},
				}),
			),
		]);
		const texts = [
			inspect(answer, { depth: 10, showHidden: true }),
			JSON.stringify(answer),
		];
		for (const text of texts) assertHides(text, "marked-password");
	});

	it("passes over a Secret without the data key", () => {
		const answer = findCredentials("nats", [
			{ from: "app/key", type: JSON_TYPE, data: undefined },
		]);
		assert.ok(answer.outcome === "answered");
		assert.deepEqual(answer.matches, []);
	});
});

describe("nesting", () => {
	const arrays = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
	it("is read as deep as Go reads it, and no deeper", () => {
		assert.deepEqual(
			shown(findCredentials("nats", [sourceOf(arrays(10_000))])),
			{
				error:
					"json: cannot unmarshal array into Go value of type credentialprovider.DockerConfigJSON",
			},
		);
		assert.deepEqual(
			shown(findCredentials("nats", [sourceOf(arrays(10_001))])),
			{
				error: "invalid character '[' exceeded max depth",
			},
		);
	});
});

describe("keys", () => {
	const rows: [key: string, normalised: string | undefined][] = [
		["reg.io", "reg.io"],
		["https://reg.io/v1/", "reg.io"],
		["http://reg.io/v2/team", "reg.io/team"],
		["reg.io/v1", "reg.io/v1"],
		["reg.io/", "reg.io"],
		["reg.io/v1/", "reg.io"],
		["reg.io/v2/team", "reg.io/team"],
		["reg.io/v3/team", "reg.io/v3/team"],
		["https://reg.io/team/v1/app", "reg.io/team/v1/app"],
		["reg.io/team/", "reg.io/team/"],
		["x.https://reg.io", "x.https://reg.io"],
		["https://user:pw@Reg.io:5000/?q#f", "Reg.io:5000"],
		["https://index.docker.io/v1/", "index.docker.io"],
		["HTTPS://reg.io", "HTTPS://reg.io"],
		["reg io", undefined],
		["", ""],
	];
	for (const [key, normalised] of rows)
		it(JSON.stringify(key), () => assert.equal(normaliseKey(key), normalised));
});

describe("a key covers a repository", () => {
	const long = (length: number) => `${"a".repeat(length - 3)}.io`;
	for (const [key, repository, covered] of [
		["a.io", "a.io/app", true],
		["a.io", "b.io/app", false],
		["a.io:1", "a.io/app", false],
		["a.io/te", "a.io/team/app", true],
		["a.io/%zz", "a.io/app", false],
		["a.io", "a.io/%zz", false],
		[long(256), `${long(256)}/app`, true],
		["*.io", "a.io/app", true],
		["*.io", "b.a.io/app", false],
		[`*${long(254).slice(1)}`, `${long(254)}/app`, true],
		[`*${long(255).slice(1)}`, `${long(255)}/app`, true],
		[`*${long(256).slice(1)}`, `${long(256)}/app`, false],
		[`**${long(255).slice(1)}`, `${long(255)}/app`, false],
		[`*${long(255).slice(2)}`, `b${long(255)}/app`, false],
	] as const)
		it(`${key.slice(0, 20)} (${key.length}), ${repository.slice(0, 20)} (${repository.length}): ${covered}`, () => {
			const target = addressOf(repository);
			const found = target !== undefined && covers(addressOf(key), target);
			assert.equal(found, covered);
		});
});

describe("any input", () => {
	const text = fc.oneof(
		fc.string({ unit: "binary" }),
		fc.json(),
		fc
			.array(
				fc.constantFrom(
					..."{}[],:\\\"'\n 0-.eutfn%*",
					"auths",
					"auth",
					"reg.io",
					"\\u00e9",
				),
				{ maxLength: 30 },
			)
			.map((parts) => parts.join("")),
		fc
			.dictionary(
				fc.oneof(fc.string({ unit: "binary" }), fc.webUrl()),
				fc.oneof(
					fc.json().map((value): unknown => JSON.parse(value)),
					fc.record({ auth: fc.string(), username: fc.string() }),
				),
			)
			.map(auths),
	);
	const source = fc.record({
		from: fc.string(),
		type: fc.constantFrom(JSON_TYPE, LEGACY_TYPE, "Opaque"),
		data: fc.option(text, { nil: undefined }),
	});

	it("is answered, but for what is no image and where one of them alone fails", () => {
		fc.assert(
			fc.property(
				fc.oneof(imageReference, fc.string()),
				fc.array(source, { maxLength: 4 }),
				(image, sources) => {
					const outcomes = [[], ...sources.map((each) => [each])].map(
						(some) => findCredentials(image, some).outcome,
					);
					assert.equal(
						findCredentials(image, sources).outcome,
						outcomes.find((each) => each !== "answered") ?? "answered",
					);
				},
			),
			{ numRuns: 2000 },
		);
	});

	it("finds the same again when its entries come in another order", () => {
		fc.assert(
			fc.property(
				imageReference,
				fc.uniqueArray(
					fc.constantFrom(
						"docker.io",
						"*",
						"*.*",
						"reg.io",
						"index.docker.io/v1/",
						"localhost",
						"[::1]:443",
						"*.io/a",
					),
					{ minLength: 2 },
				),
				(image, keys) => {
					const found = (order: string[]) => {
						const answer = findCredentials(image, [
							sourceOf(
								auths(
									Object.fromEntries(
										order.map((key) => [key, { username: key }]),
									),
								),
							),
						]);
						assert.ok(answer.outcome === "answered");
						return answer.matches.map(({ key }) => key);
					};
					assert.deepEqual(found(keys.toReversed()), found(keys));
				},
			),
		);
	});

	// Anything that grows faster than the text would take minutes here, and be seen.
	const million = (part: string) => part.repeat(1_000_000 / part.length);
	const large: [what: string, data: string, expected: object][] = [
		[
			"many entries",
			`{"auths":{${Array.from({ length: 15_000 }, (_, n) => `"reg.io/${n}":{"auth":"${Buffer.from(`u:${n}`).toString("base64")}","username":"u"}`).join(",")},"reg.io/team":{"username":"u"}}}`,
			{ creds: ["u:"] },
		],
		[
			"one password",
			auths({
				"reg.io": {
					auth: Buffer.from(`u:${"p".repeat(740_000)}`).toString("base64"),
				},
			}),
			{ creds: [`u:${"p".repeat(740_000)}`] },
		],
		["stars", auths({ [million("*a")]: {} }), { creds: [] }],
		[
			"a path of percent signs",
			auths({ [`reg.io/${million("%41")}`]: {} }),
			{ creds: [] },
		],
		[
			"escapes",
			`{"auths":{"reg.io":{"username":"${million("\\u0041")}"}}}`,
			{ creds: [`${"A".repeat(166_666)}:`] },
		],
		[
			"nesting",
			million("["),
			{ error: "invalid character '[' exceeded max depth" },
		],
		[
			"quotes",
			million('"'),
			{ error: "invalid character '\"' after top-level value" },
		],
		[
			"a character of four bytes where none may be",
			'{"auths":{"reg.io":{"username"😀',
			{ error: "invalid character 'ð' after object key" },
		],
		[
			"a line end between an auth's padding and what is none",
			auths({ "reg.io": { auth: "YT=\np=" } }),
			{ error: "illegal base64 data at input byte 3" },
		],
		[
			"a broken auth",
			auths({ "reg.io": { auth: `${million("A")}!` } }),
			{ error: "illegal base64 data at input byte 1000000" },
		],
		[
			"line ends",
			auths({ "reg.io": { auth: `dT${million("\n")}pw` } }),
			{ creds: ["u:p"] },
		],
	];
	for (const [what, data, expected] of large)
		it(`of 1 MB is answered: ${what}`, () => {
			assert.deepEqual(
				shown(findCredentials("reg.io/team/app", [sourceOf(data)])),
				expected,
			);
		});
});

it("an image is taken apart once, however many keyrings there are", (t) => {
	const keyrings = Array.from({ length: 50 }, (_, at) =>
		readKeyring([
			{
				from: `evil/s${at}`,
				type: JSON_TYPE,
				data: `{"auths":{"reg.io/${at}":{"auth":"dTpw"}}}`,
			},
		]),
	);
	const matches = matcherOf("reg.io/7/app:1");
	const read = t.mock.method(RegExp.prototype, "exec");
	assert.deepEqual(
		keyrings.flatMap((keyring, at) => (matches(keyring) ? [at] : [])),
		[7],
	);
	const again = read.mock.calls.filter(({ arguments: [text] }) =>
		text.startsWith("reg.io/7/app"),
	);
	assert.deepEqual(again, []);
});

/** Sources of one key each. */
const each = (keys: readonly string[], type = JSON_TYPE): PullSource[] =>
	keys.map((key, at) =>
		sourceOf(auths({ [key]: { auth: "dTpw" } }), `evil/s${at}`, type),
	);

describe("the first of many sources that matches by itself", () => {
	const key = fc.constantFrom(
		...["a.io", "https://a.io/v1/", "a.io/te", "a.io/team/app", "a.io:443"],
		...["*.io", "a.*", "docker.io", "index.docker.io", "docker.io/library"],
		...["https://index.docker.io/v1/", "*", "team", "a.io/%zz", "B.io"],
	);
	const image = fc.constantFrom(
		...["a.io/team/app", "a.io/t", "a.io:443/x", "b.io/app", "c.a.io/x"],
		...["nats", "team/app", "docker.io/x/y", "localhost/x", "NO", "a.io"],
	);

	it("is the one that is found one by one", () =>
		fc.assert(
			fc.property(
				fc.array(
					fc.record({
						keys: fc.array(key, { maxLength: 3 }),
						type: fc.constantFrom(JSON_TYPE, LEGACY_TYPE, "Opaque"),
						malformed: fc.boolean(),
					}),
					{ maxLength: 6 },
				),
				image,
				(sources, text) => {
					const read = sources.map(({ keys, type, malformed }, at) =>
						sourceOf(
							malformed
								? "{"
								: auths(Object.fromEntries(keys.map((one) => [one, {}]))),
							`app/${at}`,
							type,
						),
					);
					assert.equal(
						firstMatching(read)(text),
						read.find((source) => hasMatch(text, readKeyring([source]))),
					);
				},
			),
			{ numRuns: 2000 },
		));

	it("passes over sources with keys with stars beyond those looked at, and counts equal ones once", () => {
		const stars = (prefix: string, count: number) =>
			sourceOf(
				auths(
					Object.fromEntries(
						Array.from({ length: count }, (_, at) => [
							`*.${prefix}${at}.io`,
							{},
						]),
					),
				),
				prefix,
			);
		const first = (sources: readonly PullSource[], text: string) =>
			firstMatching(sources)(text)?.from;
		assert.equal(first([stars("a", 201)], "x.a1.io/y"), undefined);
		const full = ["a", "b", "c", "d", "e"].map((name) => stars(name, 200));
		assert.equal(first([...full, stars("f", 1)], "x.f0.io/y"), undefined);
		assert.equal(first([...full, ...each(["f.io"])], "f.io/y"), "evil/s0");
		const same = Array.from({ length: 9 }, () => stars("a", 200));
		assert.equal(first([...same, stars("f", 1)], "x.f0.io/y"), "f");
	});
});

it("of keyrings of 10,000 keys each, few are kept", () => {
	const many = Array.from({ length: 20 }, (_, at) =>
		sourceOf(
			auths(
				Object.fromEntries(
					Array.from({ length: 10_000 }, (_, key) => [`r${at}.io/${key}`, {}]),
				),
			),
			`evil/s${at}`,
		),
	);
	const rings = many.map(keyringOf);
	assert.equal(keyringOf(many[19] as PullSource), rings[19]);
	assert.notEqual(keyringOf(many[0] as PullSource), rings[0]);
	assert.ok(hasMatch("r0.io/9999", keyringOf(many[0] as PullSource)));
});

it("what is found for an image takes as long however many keys, and Secrets, there are", (t) => {
	const many = Array.from({ length: 5_000 }, (_, at) => `reg.io/${at}/`);
	const one = sourceOf(
		auths(Object.fromEntries(many.map((key) => [key, { auth: "dTpw" }]))),
	);
	const keyring = readKeyring([one]);
	const firstOf = firstMatching(each(many));
	const compared = [
		t.mock.method(String.prototype, "startsWith"),
		t.mock.method(Map.prototype, "get"),
	];
	const steps = (work: () => unknown): number => {
		const before = compared.map(({ mock }) => mock.callCount());
		work();
		return compared.reduce(
			(sum, { mock }, at) => sum + mock.callCount() - (before[at] ?? 0),
			0,
		);
	};
	for (const image of ["reg.io/4321/app", "reg.io/none/app", "other.io/app"]) {
		assert.ok(steps(() => findMatches(image)) < 60, image);
		assert.ok(steps(() => firstOf(image)) < 60, image);
	}
	function findMatches(image: string) {
		assert.equal(hasMatch(image, keyring), image.includes("4321"));
	}
});
