import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** A file of src and what it imports: paths within src, or the names of packages. */
interface Source {
	path: string;
	text: string;
	/** `lazy`: loaded when it is needed, or never (types). */
	imports: { target: string; lazy: boolean }[];
}

const sources: Source[] = readdirSync(SRC, {
	recursive: true,
	encoding: "utf8",
})
	.map((path) => path.replaceAll(sep, "/"))
	.filter((path) => path.endsWith(".ts"))
	.map((path) => {
		const text = readFileSync(join(SRC, path), "utf8");
		const found = [
			...text.matchAll(
				/^(?:import|export)(?<type>\s+type\b)?(?:\s+[\w*{][^;=()"]*?\bfrom)?\s+"(?<eager>[^"]+)"|\bimport\(\s*"(?<lazy>[^"]+)"\s*,?\s*\)/gm,
			),
		];
		const imports = found.map(({ groups }) => {
			const target = groups?.eager ?? groups?.lazy ?? "";
			return {
				target: target.startsWith(".")
					? relative(SRC, join(SRC, dirname(path), target)).replaceAll(sep, "/")
					: target,
				lazy: groups?.lazy !== undefined || groups?.type !== undefined,
			};
		});
		return { path, text, imports };
	});

/** A room of the house: which imports its files may have, and what to do about another. */
const RULES: { room: RegExp; may: RegExp; mend: string }[] = [
	{
		room: /^core\//,
		may: /^(core\/|errors\.ts$|node:crypto$|node:buffer$|node:net$|node:util$|yaml$|@kubernetes\/client-node$|jsonc-parser$)/,
		mend: "core decides and touches nothing: pass what it needs as an argument",
	},
	{
		room: /^report\//,
		may: /^(core\/|report\/|errors\.ts$|(yaml|prom-client)$)/,
		mend: "report turns values of core into text: pass it the value",
	},
	{
		room: /^commands\//,
		may: /^(core\/|report\/|actions\/|commands\/|flags\/|[a-z-]+\.ts$)/,
		mend: "commands reach the outside through world.ts, and share work through actions/, never through each other",
	},
	{
		room: /^actions\//,
		may: /^(core\/|report\/|actions\/|errors\.ts$|flags\.ts$|world\.ts$)/,
		mend: "actions reach the outside through the interfaces of world.ts",
	},
	{
		room: /^adapters\//,
		may: /^(?!(commands|actions|flags|report)\/|(argv|cli|command|flags|main|run)\.ts$)/,
		mend: "adapters implement world.ts; they know no command, and word nothing: a failure is a value",
	},
	{
		room: /^(errors|world|cluster)\.ts$/,
		may: /^(core\/|cluster\.ts$)/,
		mend: "everything imports these: they import only core's types",
	},
];

/** The rooms of core, each after those that it may import; rooms on one line do not import each other. */
const FLOORS: readonly (readonly string[])[] = [
	["output"],
	["credentials"],
	["registry"],
	["kubelet"],
	["pull-secrets"],
	["accounts", "manifest", "meshes"],
	["in-cluster"],
	["check"],
	["command-line"],
];

/** The floor of a file of core; two rooms of one floor are told apart by a fraction. */
function floorOf(path: string): number | undefined {
	const room = path.split("/")[1] ?? "";
	const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
	return floor < 0 ? undefined : floor;
}

/** Packages that only one place may import. */
const SOLE_IMPORTERS: [name: RegExp, place: RegExp][] = [
	// In core its types alone: a test below sees to it that it is not loaded.
	[/^@kubernetes\/client-node/, /^(adapters\/cluster\/|core\/objects\.ts$)/],
	[/^(inquirer|@inquirer\/.*|ora)$/, /^adapters\/terminal\//],
	[/^@aws-sdk\//, /^adapters\/registry\//],
	[/^undici$/, /^adapters\/(registry|cluster)\//],
	[/^yargs$/, /^cli\.ts$/],
	[/^prom-client$/, /^report\/lazy-prom-client\.ts$/],
	[/^valibot$/, /^adapters\/cluster\/kubeconfig\//],
	// In core for what it says of an address, without a connection.
	[/^node:net$/, /^(adapters\/|core\/registry\/network-address\.ts$)/],
	// It never takes a program from the current directory.
	[/^node:child_process$/, /^adapters\/programs\.ts$/],
];

describe("imports run one way", () => {
	for (const { room, may, mend } of RULES)
		test(`${room.source} imports ${may.source}`, () => {
			const wrong = sources
				.filter(({ path }) => room.test(path))
				.flatMap(({ path, imports }) =>
					imports
						.filter(({ target }) => !may.test(target))
						.map(({ target }) => `${path} imports ${target}`),
				);
			assert.deepEqual(wrong, [], mend);
		});

	test("a command never imports another", () => {
		const room = (path: string) => path.split("/").slice(0, 2).join("/");
		const wrong = sources
			.filter(({ path }) => path.startsWith("commands/"))
			.flatMap(({ path, imports }) =>
				imports
					.filter(
						({ target }) =>
							target.startsWith("commands/") && room(target) !== room(path),
					)
					.map(({ target }) => `${path} imports ${target}`),
			);
		assert.deepEqual(wrong, [], "move what both need to actions/ or core/");
	});

	test("the rooms of core form an order", () => {
		const wrong = sources
			.filter(({ path }) => /^core\/.+\//.test(path))
			.flatMap(({ path, imports }) =>
				imports
					.filter(({ target }) => /^core\/.+\//.test(target))
					.filter(({ target }) => {
						const [from, to] = [floorOf(path), floorOf(target)];
						return from === undefined || to === undefined || to > from;
					})
					.map(({ target }) => `${path} imports ${target}`),
			);
		assert.deepEqual(
			wrong,
			[],
			"a room of core imports those on its floor's list before it: move what is needed down, or add the room to FLOORS",
		);
	});

	test("what stands in actions serves two verbs", () => {
		const importers = (path: string) =>
			sources.filter(({ imports }) =>
				imports.some(({ target }) => target === path),
			);
		/** The verbs that reach a file, and what else does. */
		const served = (path: string, seen = new Set<string>()): Set<string> => {
			if (seen.has(path)) return new Set();
			seen.add(path);
			const [room, verb] = path.split("/");
			if (room !== "actions") return new Set([`${room}/${verb}`]);
			return new Set(
				importers(path).flatMap((importer) => [...served(importer.path, seen)]),
			);
		};
		const wrong = sources
			.map(({ path }) => path)
			.filter((path) => path.startsWith("actions/"))
			.filter((path) => served(path).size < 2);
		assert.deepEqual(
			wrong,
			[],
			"what one verb needs stands beside it in commands/VERB/",
		);
	});

	test("no files import each other in a circle, types neither", () => {
		const byPath = new Map(sources.map((source) => [source.path, source]));
		const done = new Set<string>();
		const circles: string[] = [];
		const visit = (path: string, trail: readonly string[]): void => {
			const at = trail.indexOf(path);
			if (at >= 0) {
				circles.push([...trail.slice(at), path].join(" → "));
				return;
			}
			if (done.has(path)) return;
			for (const { target } of byPath.get(path)?.imports ?? [])
				if (byPath.has(target)) visit(target, [...trail, path]);
			done.add(path);
		};
		for (const path of byPath.keys()) visit(path, []);
		assert.deepEqual(circles, [], "move what both need to a third file");
	});

	for (const [name, place] of SOLE_IMPORTERS)
		test(`${name.source} is imported only in ${place.source}`, () => {
			const importers = sources.filter(({ imports }) =>
				imports.some(({ target }) => name.test(target)),
			);
			assert.deepEqual(
				importers.map(({ path }) => path).filter((path) => !place.test(path)),
				[],
			);
		});

	test("src never imports test or scripts", () => {
		const wrong = sources.filter(({ imports }) =>
			imports.some(({ target }) => /^\.\.\/(test|scripts)\//.test(target)),
		);
		assert.deepEqual(
			wrong.map(({ path }) => path),
			[],
		);
	});

	test("only main.ts names process", () => {
		const wrong = sources
			.filter(
				({ path, text }) =>
					path !== "main.ts" &&
					/(^|[^.\w"'`/-])process\.(env|argv|exit|std|on\(|cwd|pid)/m.test(
						text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""),
					),
			)
			.map(({ path }) => path)
			// These take the process as an argument.
			.filter((path) => !path.startsWith("adapters/terminal/"));
		assert.deepEqual(wrong, [], "take it from the World");
	});

	test("a CommonJS package is imported lazily through a file of ours", () => {
		const ESM = new Set(["yargs", "ora"]);
		const wrong = sources.flatMap(({ path, text }) =>
			[...text.matchAll(/\bimport\(\s*"([^."][^"]*)"/g)]
				.filter(([, name = ""]) => !ESM.has(name))
				.map(([, name]) => `${path} imports ${name}`),
		);
		assert.deepEqual(
			wrong,
			[],
			"bundled, its names would be lost: write lazy-NAME.ts that exports them, and import that",
		);
	});

	test("the client, the prompts and the parser are loaded only when needed", () => {
		const eager = new Set<string>();
		const visit = (path: string): void => {
			if (eager.has(path)) return;
			eager.add(path);
			for (const { target, lazy } of sources.find(
				(source) => source.path === path,
			)?.imports ?? [])
				if (!lazy) visit(target);
		};
		visit("main.ts");
		assert.deepEqual(
			[...eager].filter((target) =>
				/client-node|inquirer|^ora$|undici|^yargs$|^yaml$|^prom-client$|^jsonc-parser$/.test(
					target,
				),
			),
			[],
		);
	});
});

describe("one style", () => {
	const marked = (pattern: RegExp, at: readonly string[]) =>
		at.flatMap((folder) =>
			readdirSync(join(SRC, "..", folder), {
				recursive: true,
				encoding: "utf8",
			})
				.filter((path) => path.endsWith(".ts"))
				.flatMap((path) =>
					readFileSync(join(SRC, "..", folder, path), "utf8")
						.split("\n")
						.filter((line) => pattern.test(line))
						.map((line) => `${folder}/${path}: ${line.trim()}`),
				),
		);

	test("a list is not spread into push", () => {
		assert.deepEqual(
			sources
				.filter(({ text }) => /\.push\(\s*\.\.\./.test(text))
				.map(({ path }) => path),
			[],
			"some 120,000 arguments end the program: push one by one, or flatten lists",
		);
	});

	test("what is private has a #", () => {
		const keyword =
			/^\s*(?:private|protected) (?!constructor\b)|\((?:private|protected) /;
		assert.deepEqual(
			marked(keyword, ["src", "scripts", "test"]),
			[],
			"a keyword hides nothing when the program runs: name it #NAME",
		);
	});

	test("a function, a class and a type that is exported says what it is", () => {
		const wrong = sources.flatMap(({ path, text }) => {
			const exported = text.matchAll(
				/^(?<doc>.*\n)export (?:async |abstract )*(?:function|class|interface|type) (?<name>\w+).*$/gm,
			);
			// An overload is the function that stands above it; a type of one line is what it says.
			const first = Map.groupBy(exported, ({ groups }) => groups?.name ?? "");
			return [...first].flatMap(([name, [found]]) =>
				found?.groups?.doc?.trimEnd().endsWith("*/") ||
				/^export type .*;$/m.test(found?.[0] ?? "")
					? []
					: [`${path}: ${name}`],
			);
		});
		assert.deepEqual(wrong, [], "give it a line of doc");
	});

	test("a record is an interface whose fields are readonly", () => {
		const wrong = sources.flatMap(({ path, text }) =>
			[
				...text.matchAll(
					/^(?:export )?interface (?<name>\w+)[^{]*\{\n(?<body>[\s\S]*?)^\}/gm,
				),
			].flatMap(({ groups }) =>
				[...(groups?.body ?? "").matchAll(/^\t(?:\w+|"[^"]+")\??:.*/gm)].map(
					([field]) => `${path}: ${groups?.name}: ${field.trim()}`,
				),
			),
		);
		assert.deepEqual(
			wrong,
			[],
			"write readonly; what changes is a variable of whoever changes it (biome holds the interface)",
		);
	});
});

/** What opens TLS connections, by the module that it comes from. */
const DIALLERS: readonly [module: string, names: readonly string[]][] = [
	["node:tls", ["connect", "TLSSocket"]],
	["node:https", ["request", "get", "Agent"]],
	["node:http2", ["connect"]],
	[
		"undici",
		[
			"Agent",
			"Client",
			"EnvHttpProxyAgent",
			"Pool",
			"ProxyAgent",
			"Socks5ProxyAgent",
			"buildConnector",
			"fetch",
			"request",
		],
	],
];

/**
 * The calls in a file that open TLS connections, or make what opens them, as text with their arguments.
 * Whoever loads undici lazily calls it `undici.NAME`.
 */
function tlsCalls(text: string): string[] {
	const names = DIALLERS.flatMap(([module, exported]) => {
		const clause = new RegExp(
			`^import \\{(?<names>[^}]*)\\}\\s+from "${module}"`,
			"m",
		).exec(text)?.groups?.names;
		const imported = (clause ?? "")
			.split(",")
			.map((one) => one.trim().split(/\s+as\s+/))
			.flatMap(([name = "", alias = name]) =>
				exported.includes(name) ? [alias] : [],
			);
		return module === "undici"
			? [...imported, ...exported.map((name) => `undici\\.${name}`)]
			: imported;
	});
	if (names.length === 0) return [];
	return [
		...text.matchAll(new RegExp(`(?<![.\\w])(?:${names.join("|")})\\(`, "g")),
	].map(({ index, 0: head }) => {
		let depth = 1;
		let end = index + head.length;
		for (; depth > 0 && end < text.length; end++)
			depth += text[end] === "(" ? 1 : text[end] === ")" ? -1 : 0;
		return text.slice(index, end);
	});
}

/** Whether a call says itself by what the other side is recognised, or goes over what does. */
function isTold(call: string, text: string): boolean {
	// A value of the type cannot leave it out; see adapters/trust.ts.
	const trusted = [
		...text.matchAll(/\b(\w+)\??: (?:Tls|Trust)\b/g),
		...text.matchAll(/\b(\w+) = (?:undici\.)?buildConnector\(/g),
	].map(([, name]) => name);
	return (
		/\brejectUnauthorized:|\bcreateConnection:|\bdispatcher\b/.test(call) ||
		trusted.some((name) => new RegExp(`\\b${name}\\b`).test(call))
	);
}

describe("every TLS connection says itself whom it trusts", () => {
	const calls = sources.flatMap(({ path, text }) =>
		tlsCalls(text).map((call) => ({ path, text, call })),
	);

	test("rejectUnauthorized is in the options of each", () => {
		assert.deepEqual(
			calls
				.filter(({ call, text }) => !isTold(call, text))
				.map(({ path, call }) => `${path}: ${call}`),
			[],
			"where it is not said, Node asks NODE_TLS_REJECT_UNAUTHORIZED: pass a Trust (adapters/trust.ts)",
		);
		assert(calls.length >= 5, "the calls are found");
	});

	test("nobody is trusted blindly unless a person says so", () => {
		const wrong = sources.flatMap(({ path, text }) =>
			text
				.split("\n")
				.filter((line) => /rejectUnauthorized: (?!true\b|boolean\b)/.test(line))
				.filter((line) => !/insecure/i.test(line))
				.map((line) => `${path}: ${line.trim()}`),
		);
		assert.deepEqual(wrong, [], "only --insecure-… and a kubeconfig may ask");
	});

	test("fetch is not called: it cannot be told", () => {
		const wrong = sources.flatMap(({ path, text }) =>
			text
				.split("\n")
				.filter((line) => /(?<![.\w])fetch\((?!\))/.test(line))
				.map((line) => `${path}: ${line.trim()}`),
		);
		assert.deepEqual(wrong, []);
	});

	test("a call that says nothing is found", () => {
		const found = (text: string) =>
			tlsCalls(text).filter((call) => !isTold(call, text));
		assert.deepEqual(
			[
				...found(
					'import { connect as dial } from "node:tls";\ndial({ host });',
				),
				...found('import { request } from "node:https";\nrequest(f(url), {});'),
				...found("const tls: Trust = x;\nnew undici.Agent({ allowH2: true });"),
				...found("const tls: Trust = x;\nnew undici.Agent({ connect: tls });"),
			],
			[
				"dial({ host })",
				"request(f(url), {})",
				"undici.Agent({ allowH2: true })",
			],
		);
	});
});

/** What stood in several places once, by what gives another such place away. */
const ONCE: readonly (readonly [what: string, sign: RegExp, at: string[]])[] = [
	[
		"the reader of an entry of auths",
		/\bidentitytoken\b/i,
		["core/credentials/entry.ts"],
	],
	[
		"the table of codes for certificates",
		/\bSELF_SIGNED_CERT|\bUNABLE_TO_/,
		["core/certificate-fault.ts"],
	],
	["the growth of pauses", /\b2 \*\* \(|\* 2 \*\* \w/, ["core/pauses.ts"]],
	["the chance in pauses", /Math\.random\(\)/, ["core/pauses.ts"]],
	[
		"who waits for a place among what is under way",
		/\.push\(resolve\)/,
		["core/places.ts"],
	],
	[
		"what cannot be printed",
		/\\p\{(?:Cf|Zl)\}/,
		// A credential's characters are found there, not taken away.
		["core/credentials/credential-rules.ts", "core/output/printable.ts"],
	],
	[
		"the first of many and how many more",
		/\band \$\{[^}]*\} more\b/,
		["core/output/some-of.ts"],
	],
	[
		"which namespaces are the system's",
		/\bSYSTEM_NAMESPACES\b|"kube-/,
		// A selector that the API server evaluates needs their names.
		["core/accounts/policy.ts", "core/pull-secrets/namespace-facts.ts"],
	],
];

describe("what stood in several places stands once", () => {
	for (const [what, sign, at] of ONCE)
		test(what, () =>
			assert.deepEqual(
				sources
					.filter(({ text }) => sign.test(text))
					.map(({ path }) => path)
					.sort(),
				at,
				"use what is there",
			),
		);
});

/** Who writes to pull secrets, and what; everybody else has `apply` do it. */
const WRITERS: Readonly<Record<string, string>> = {
	"actions/apply/apply.ts": "what is planned",
	"actions/apply/replace.ts": "what an update cannot do; of apply.ts alone",
	"actions/apply/change-record.ts": "the record on a source, and nothing else",
	"actions/accounts/policies.ts": "that a source has policies, likewise",
};

/** The ends of the pipe: where a plan is handed to `apply`. */
const CARRIERS: Readonly<Record<string, string>> = {
	"actions/apply/carry-out.ts":
		"many Secrets, while a person waits: the copies of sync, apply and rotate (deliver.ts), and prune",
	"commands/sync/controller.ts": "each turn of the watch",
	"commands/sync/source-care.ts": "a source that the watch renews",
	"actions/apply/make-source.ts": "the source of create, apply and rotate",
};

describe("one pipe: read, desired, plan, policy, apply, report", () => {
	const without = (path: string, text: string) =>
		path.startsWith("adapters/") ? "" : text;
	const callers = (call: RegExp) =>
		sources
			.filter(({ path, text }) => call.test(without(path, text)))
			.map(({ path }) => path)
			.sort();

	test("one place writes and deletes pull secrets", () => {
		assert.deepEqual(
			callers(/\.(?:create|update|patch|apply|remove)\(\s*"Secret"/),
			Object.keys(WRITERS).sort(),
			"plan a Change (core/pull-secrets/plan.ts) and let apply (actions/apply/apply.ts) carry it out",
		);
		assert.deepEqual(
			sources
				.filter(({ imports }) =>
					imports.some(({ target }) => target === "actions/apply/replace.ts"),
				)
				.map(({ path }) => path),
			["actions/apply/apply.ts"],
		);
	});

	test("whoever hands it a plan is known", () => {
		assert.deepEqual(
			callers(
				/^import \{[^}]*\bapply\b[^}]*\} from "[^"]*\/apply\.ts";/m,
			).filter((path) => path !== "cli.ts"),
			Object.keys(CARRIERS).sort(),
			"copies go through deliver, what else is many through carryOut",
		);
	});

	test("plans are made in core/pull-secrets/plan.ts", () => {
		assert.deepEqual(
			callers(
				/action: "(?:create|update|replace|delete|conflict)"(?!; readonly object|, object)/,
			).filter(
				(path) =>
					// Types: of a plan, and of what replace.ts takes.
					path !== "core/pull-secrets/change.ts" &&
					path !== "actions/apply/replace.ts",
			),
			["core/pull-secrets/plan.ts"],
			"what is to be done, and what of it is agreed to (onlyAgreed), is decided there",
		);
	});
});

/** Files that take text apart: the words of others, or text that is no message at all. */
const READERS: readonly [path: RegExp, why: string][] = [
	[/^adapters\//, "answers of servers, files and programs; what is typed"],
	[/^core\/registry\//, "what registries answer, and addresses"],
	[/^core\/credentials\//, "docker configs, passwords and tokens"],
	[/^core\/manifest\//, "manifests, and what the YAML library says of them"],
	[/^core\/kubelet\/(pull-failures|pull-report)\.ts$/, "kubelets' words"],
	[/^core\/kubelet\/image-test\.ts$/, "literals of CEL"],
	[
		/^core\/pull-secrets\/(record|label-selector|ownership|expiry|go-duration)\.ts$/,
		"selectors, globs, labels and times that people write; tokens",
	],
	[/^core\/output\/printable\.ts$/, "characters, whatever is said with them"],
	[/^core\/command-line\//, "the command line"],
	[/^flags\//, "the command line"],
	[/^(argv|given|cli|complete)\.ts$/, "the command line"],
];

test("nothing is decided by a message of our own", () => {
	const messages =
		"(?:reason|message|text|line|problem|command|hint|words|clause|sentence)";
	const asked = new RegExp(
		`\\b${messages}(?:\\(\\))?\\??\\.(?:startsWith|endsWith|includes|match|matchAll|search|indexOf)\\(|\\.(?:test|exec)\\(\\s*(?:\\w+\\.)*${messages}\\s*[,)]`,
	);
	const wrong = sources
		.filter(
			({ path }) =>
				!path.startsWith("report/") &&
				!READERS.some(([reader]) => reader.test(path)),
		)
		.flatMap(({ path, text }) =>
			text
				.split("\n")
				.filter((line) => asked.test(line) && !/^\s*(\/\/|\*)/.test(line))
				.map((line) => `${path}: ${line.trim()}`),
		);
	assert.deepEqual(
		wrong,
		[],
		"make what is known a value (core/output/failure.ts, core/check/finding.ts) and word it in report/",
	);
});

/**
 * Where a file outside report/ makes prose of what a run tells: a message beside a `type`, warnings or
 * notes that are texts, somebody to call with a sentence, or a sentence in a note's field.
 */
function proseTold(text: string): string[] {
	const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*/gm, "");
	const patterns = [
		/\btype: "(?:note|log)",?\s+(?:\w+: "\w+",?\s+)*message\b/g,
		/\b(?:warnings?|notes)\??: (?:readonly )?string\b.*/g,
		/\b(?:warnings?|notes?): string\[\] = /g,
		/\bwarn\w*\??:? ?(?:= )?\(\w+: string\)/g,
		/\b(?:warnings?|notes?)\.push\(\s*["'`].*/g,
		/\bcause: "[\w-]+",(?:\s+\w+(?:: [\w.]+)?,)*\s+\w+: ["'`][^"'`]* [^"'`]*["'`]/g,
	];
	return patterns.flatMap((pattern) =>
		[...code.matchAll(pattern)].map(([found]) => found.replace(/\s+/g, " ")),
	);
}

describe("what a run tells is a value", () => {
	test("no warning or note is made of text outside report/", () => {
		const wrong = sources
			.filter(({ path }) => !path.startsWith("report/"))
			.flatMap(({ path, text }) =>
				proseTold(text).map((found) => `${path}: ${found}`),
			);
		assert.deepEqual(
			wrong,
			[],
			"give it a cause and its fields (core/note.ts, core/in-cluster/log.ts), and words in report/",
		);
	});

	test("what is made of text is found", () => {
		const rows = [
			'world.emit({ type: "note", level: "warning", message: `no WHAT` });',
			'world.emit({\n\ttype: "note",\n\tmessage,\n});',
			'emit({ type: "log", level: "info", event: "stopped", message: "stopped" })',
			"readonly warnings: readonly string[];",
			"notes: string[];",
			"const warnings: string[] = [];",
			"const warn = (message: string) => world.emit(x);",
			"warnings.push(\n\t`the key KEY is repeated`,\n);",
			'note: { cause: "cancelled", what: "nothing was changed" }',
			'note: {\n\tcause: "kept",\n\tsource,\n\twhy: `it is X there`,\n}',
		];
		assert.deepEqual(
			rows.filter((row) => proseTold(row).length === 0),
			[],
		);
	});
});

/** Where a failure is made of a sentence: an OperationError of its own, or a class that makes one. */
function failuresOfText(text: string): string[] {
	const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*/gm, "");
	return [...code.matchAll(/\b(?:new|extends) OperationError\b/g)].map(
		([found]) => found,
	);
}

/** The classes whose fields are values, which report/ words. */
const FAILURE_CLASSES = [
	"core/output/failure.ts",
	"core/registry/verification.ts",
];

describe("a failure is a value", () => {
	test("core, actions, commands and adapters make none of text", () => {
		const wrong = sources
			.filter(
				({ path }) =>
					/^(core|actions|commands|adapters)\//.test(path) &&
					!FAILURE_CLASSES.includes(path),
			)
			.flatMap(({ path, text }) =>
				failuresOfText(text).map((found) => `${path}: ${found}`),
			);
		assert.deepEqual(
			wrong,
			[],
			"throw a FailureError with a cause (core/output/failure.ts, input-failure.ts, outside-failure.ts, connection-failure.ts), and word it in report/",
		);
	});

	test("what is made of text is found", () => {
		for (const row of [
			"throw new OperationError(`no WHAT`);",
			"class NoWhat extends OperationError {",
		])
			assert.equal(failuresOfText(row).length, 1, row);
	});
});

test("no command is made of text", () => {
	const wrong = sources
		.filter(({ path }) => !/^(report|commands\/completion)\//.test(path))
		.flatMap(({ path, text }) =>
			text
				.replace(/^\texamples: \{\n[\s\S]*?^\t\},\n/gm, "")
				.split("\n")
				.filter(
					(line) =>
						/["'`](?:[^"`]*')?kubectl (?:meshreg )?[a-z]/.test(line) &&
						!/^\s*(\/\/|\*|\/\*\*)/.test(line),
				)
				.map((line) => `${path}: ${line.trim()}`),
		);
	assert.deepEqual(
		wrong.filter((line) => !COMMAND_TEXTS.test(line)),
		[],
		"make it a Script (core/output/shell.ts), and let report/ render it",
	);
});

/** Labels and annotations that are looked up by a name: a host's labels, between its dots, are a list. */
const LOOKED_UP = /\b(?:\w*[lL]abels|annotations)(?:\?\.)?\[(?!index\])[a-z]/;

test("a label is what was given, not what every object has by its name", () => {
	assert.deepEqual(
		sources.filter(({ text }) => LOOKED_UP.test(text)).map(({ path }) => path),
		[],
		"look it up with ownValue (core/own-value.ts)",
	);
	assert.match("labels[requirement.key]", LOOKED_UP);
	assert.match("before?.annotations?.[name]", LOOKED_UP);
});

test("what a file exports, another one names", () => {
	const others = ["src", "test", "scripts"].flatMap((folder) =>
		readdirSync(join(SRC, "..", folder), {
			recursive: true,
			encoding: "utf8",
		})
			.filter((path) => path.endsWith(".ts"))
			.map((path) => join(SRC, "..", folder, path)),
	);
	/** The names that each file has, those of its comments left out. */
	const named = new Map(
		others.map((path) => [
			path,
			new Set(
				readFileSync(path, "utf8")
					.replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, "")
					.match(/\w+/g),
			),
		]),
	);
	const unused = sources.flatMap(({ path, text }) =>
		[...text.matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)]
			.filter(
				([, name = ""]) =>
					![...named].some(
						([other, names]) => other !== join(SRC, path) && names.has(name),
					),
			)
			.map(([, name]) => `${path}: ${name}`),
	);
	assert.deepEqual(unused, [], "leave `export` out, or the whole of it");
});

/** Texts without a name in them: usage lines of this program, and kubectl's own words. */
const COMMAND_TEXTS =
	/^(run|cli)\.ts: |kubectl config view|kubectl create secret|"kubectl meshreg"|since kubectl/;
