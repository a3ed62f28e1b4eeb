import { byFirst } from "../order.ts";
import {
	type Address,
	addressOf,
	DOCKER_HUB,
	hostMatches,
	normaliseKey,
} from "./keyring.ts";

/**
 * One test of an image's text as a pod has it (`nginx:1.25`, `a.io:443/team/app@sha256:…`), before
 * anything completes it. Patterns are regular expressions that RE2 and JavaScript read alike.
 */
export type ImageTest =
	| { readonly by: "prefix"; readonly prefix: string }
	| {
			readonly by: "pattern";
			readonly pattern: string;
			/** This has to match as well. */
			readonly and?: string;
			/** This must not. */
			readonly not?: string;
	  };

/** What a repository's path and its tag are made of in an image's text: only the path may hold a slash. */
const PATH = /^(?:\/[a-z0-9._-]+)*\/?[a-z0-9._-]*$/;
/** What a host in an image's text is made of, brackets and port aside. */
const HOST = /^[\w.-]+$/;
/** Docker Hub as an image's text may name it. */
const HUB = "^(?:index\\.)?docker\\.io/";
/** What a kubelet asks Docker Hub's entry for: no host, Hub's, or a first component without dot and port. */
const HUB_FALLBACK = "^(?:[^/]+$|(?:index\\.)?docker\\.io/|[^/.:]+/)";

/**
 * Tests of which one holds exactly where a kubelet would find a credential under these keys of
 * `auths` (`keyring.ts` has its rules), for every image that is a reference. Sorted, each once.
 */
export function imageTests(keys: Iterable<string>): ImageTest[] {
	const tests = new Map<string, ImageTest>();
	for (const key of keys)
		for (const test of testsOf(key)) tests.set(JSON.stringify(test), test);
	return [...tests].sort(byFirst).map(([, test]) => test);
}

/**
 * Kubernetes gives up an expression of CEL that costs more than a million: a twentieth of it, but for what is around,
 * is for one image. To match a text costs a tenth of its characters, of which names have up to 255, times a quarter
 * of the pattern's, each rounded up, and a little more.
 * https://github.com/kubernetes/apiserver/blob/v0.37.2/pkg/apis/cel/config.go
 * https://github.com/google/cel-go/blob/v0.29.2/interpreter/runtimecost.go
 */
const MOST_COST = 48_000;
const costOf = (pattern?: string): number =>
	pattern === undefined ? 0 : 26 * Math.ceil(pattern.length / 4) + 5;

/** Whether the API server would not come to the end of these tests for a pod of many images. */
export function areTooMany(tests: readonly ImageTest[]): boolean {
	const costs = tests.flatMap((test) =>
		test.by === "pattern" ? [test.pattern, test.and, test.not].map(costOf) : [],
	);
	return costs.reduce((sum, cost) => sum + cost, 0) > MOST_COST;
}

/** The tests as an expression of CEL over a variable; `false` where there are none. */
export function imageExpression(
	tests: readonly ImageTest[],
	variable: string,
): string {
	const prefixes = tests.flatMap((test) =>
		test.by === "prefix" ? [celText(test.prefix)] : [],
	);
	const patterns = tests.flatMap((test) =>
		test.by === "pattern" ? [patternExpression(test, variable)] : [],
	);
	const alternatives = [
		...(prefixes.length > 0
			? [`[${prefixes.join(", ")}].exists(p, ${variable}.startsWith(p))`]
			: []),
		...patterns,
	];
	return alternatives.length === 0 ? "false" : alternatives.join(" || ");
}

function patternExpression(
	{ pattern, and, not }: ImageTest & { by: "pattern" },
	variable: string,
): string {
	const matches = (text: string) => `${variable}.matches(${celText(text)})`;
	const all = [
		matches(pattern),
		...(and === undefined ? [] : [matches(and)]),
		...(not === undefined ? [] : [`!${matches(not)}`]),
	];
	return all.length === 1 ? all.join("") : `(${all.join(" && ")})`;
}

/** A text of CEL: https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values */
export function celText(text: string): string {
	return /^[\x20-\x7e]*$/.test(text) && !/['\r\n]/.test(text)
		? text.includes("\\")
			? `r'${text}'`
			: `'${text}'`
		: JSON.stringify(text);
}

function* testsOf(key: string): Generator<ImageTest> {
	const normalised = normaliseKey(key);
	const address = normalised === undefined ? undefined : addressOf(normalised);
	if (normalised === DOCKER_HUB) yield { by: "pattern", pattern: HUB_FALLBACK };
	if (address === undefined || !PATH.test(address.path)) return;
	const { name, port, path } = address;
	if (port === "" && hostMatches(name, "docker.io")) yield* ofDockerHub(path);
	yield* name.includes("*") ? ofPattern(address) : ofHost(address);
}

/** A host that is written out. */
function* ofHost({ name, port, path }: Address): Generator<ImageTest> {
	const isAddress = name.includes(":");
	if (isAddress ? port === "" : !HOST.test(name)) return;
	// Without a dot and a port it is a path of Docker Hub's, but for this one and what no path may hold.
	if (port === "" && !/[.A-Z]/.test(name) && name !== "localhost") return;
	// Hub's own names mean something else than they say.
	if (port === "" && (name === "docker.io" || name === DOCKER_HUB)) return;
	const host =
		(isAddress ? `[${name}]` : name) + (port === "" ? "" : `:${port}`);
	yield { by: "prefix", prefix: host + (path === "" ? "/" : path) };
}

/** A host with stars, which do not reach across a dot. */
function* ofPattern({ name, port, path }: Address): Generator<ImageTest> {
	const rest =
		(port === "" ? "" : `:${port}`) + (path === "" ? "/" : escaped(path));
	const globbed = (star: string) => name.split("*").map(escaped).join(star);
	const labels = name.split(".").length;
	if (!name.includes(":")) {
		const pattern = `^${globbed("[^./:]*")}${rest}`;
		if (port !== "") yield { by: "pattern", pattern };
		// Alone, a word is a path of Docker Hub's.
		else if (labels === 1)
			yield { by: "pattern", pattern, and: "^(?:localhost/|[^/]*[A-Z][^/]*/)" };
		else if (hostMatches(name, "docker.io") || hostMatches(name, DOCKER_HUB))
			yield { by: "pattern", pattern, not: HUB };
		else yield { by: "pattern", pattern };
	}
	// An IPv6 address is one label: the brackets belong to it where no port follows.
	if (labels === 1)
		yield port === ""
			? {
					by: "pattern",
					pattern: `^${globbed("[A-Fa-f0-9:[\\]]*")}${rest}`,
					and: "^\\[[^\\]]*\\]/",
				}
			: {
					by: "pattern",
					pattern: `^\\[${globbed("[A-Fa-f0-9:]*")}\\]${rest}`,
				};
}

/** Images of Docker Hub whose path, completed by `library/`, begins with `path`. */
function* ofDockerHub(path: string): Generator<ImageTest> {
	const start = path.slice(1);
	const alternatives: string[] = [];
	// One word: it stands for library/WORD. Never none: a volume that is no image has no name.
	const word = "library/".startsWith(start)
		? ""
		: start.startsWith("library/")
			? start.slice("library/".length)
			: undefined;
	if (word !== undefined && !word.includes("/"))
		alternatives.push(
			`(?:(?:index\\.)?docker\\.io/)?${escaped(word)}[^/]${word === "" ? "+" : "*"}$`,
		);
	const [first = "", ...further] = start.split("/");
	const isWhole = further.length > 0;
	alternatives.push(
		`(?:index\\.)?docker\\.io/${escaped(start)}${isWhole ? "" : "[^/]*/"}`,
	);
	// Without a host the first word is none by itself.
	if (!first.includes(".") && !(isWhole && first === "localhost"))
		alternatives.push(`${escaped(start)}${isWhole ? "" : "[a-z0-9_-]*/"}`);
	yield {
		by: "pattern",
		pattern: `^(?:${alternatives.join("|")})`,
		...(!isWhole && "localhost".startsWith(first)
			? { not: "^localhost/" }
			: {}),
	};
}

function escaped(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
