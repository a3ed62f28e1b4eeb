import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { AbortedError } from "../src/errors.ts";
import type { KubeObject } from "./support/api-server/index.ts";
import { NAME } from "./support/build.ts";
import type { Outcome } from "./support/command-line.ts";
import { contextsFile } from "./support/contexts-file.ts";
import { spoken } from "./support/shell-words.ts";
import { makeNamespace } from "./support/story/beside.ts";
import {
	dataOf,
	listOf,
	NAMESPACES,
	Scene,
	SOURCE_NAMESPACE,
	SOURCES,
} from "./support/story/scene.ts";
import {
	type CommandLine,
	credentialFor,
	type Mishap,
	type Step,
	step,
} from "./support/story/steps.ts";
import { type TestBed, testBed } from "./support/test-bed.ts";

/** How many stories are tried, and which; more with `STORIES=500 SEED=7`. */
const STORIES = Number(process.env.STORIES ?? 30);
const SEED = Number(process.env.SEED ?? 1);

const SERVES = new Set(["sync", "apply", "rotate"]);
/** What is left to do after them is nothing, so that the same once more writes nothing. */
const ENDS = new Set([
	...SERVES,
	"attach",
	"detach",
	"prune",
	"install",
	"uninstall",
]);
const SELECTS = ["-A", "-l", "--injected", "--needed"];

/** What a command line means, as far as the rules below go by it. */
class Meant {
	readonly verb: string;
	/** The names behind -n; undefined: it has none. */
	readonly named: readonly string[] | undefined;

	/** The sources that it is about. */
	readonly sources: readonly string[];

	constructor(
		readonly argv: readonly string[],
		readonly cluster: string,
		before: Scene,
	) {
		this.verb = argv[0] ?? "";
		const at = argv.indexOf("-n");
		this.named = at < 0 ? undefined : argv[at + 1]?.split(",");
		const isAll =
			this.has("--all-sources") ||
			this.verb === "check" ||
			// The only one is meant where none has the usual name.
			(this.verb !== "create" && before.source(NAME) === undefined);
		this.sources = isAll
			? SOURCES
			: [argv.some((word) => word.endsWith("second")) ? "second" : NAME];
	}

	has(flag: string): boolean {
		return this.argv.some((word) => word.split("=")[0] === flag);
	}

	/** Whether it is for this cluster at all. */
	get isMeant(): boolean {
		const at = this.argv.indexOf("--context");
		const several = this.argv.find((word) => word.startsWith("--contexts="));
		const text = at < 0 ? (several ?? "=east") : `=${this.argv[at + 1]}`;
		const there = text
			.split(/[=,]/)
			.map((name) => name.replace("twin", "east"));
		return there.includes(this.cluster);
	}

	/** Whether it may mean namespaces that it does not name. */
	get selects(): boolean {
		return SELECTS.some((flag) => this.has(flag));
	}

	/** Whether its end in 0 says that a namespace that is served has the copy of a source. */
	promises(source: string, namespace: string): boolean {
		if (!this.sources.includes(source)) return false;
		if (!SERVES.has(this.verb)) return false;
		const leaves = ["--once", "--forget", "--if-expiring"];
		if (leaves.some((flag) => this.has(flag))) return false;
		// The copies of a rule that is given are not told apart here from those of another.
		if (this.verb === "sync" && this.selects) return false;
		return this.verb !== "sync" || (this.named?.includes(namespace) ?? true);
	}
}

type Given = NonNullable<Parameters<TestBed["run"]>[1]>;

/** By the names of contexts: two clusters, and the first once more, for another user. */
const CONTEXTS = ["east", "west", "twin"] as const;
const CLUSTERS = ["east", "west"] as const;
type Both<T> = Readonly<Record<(typeof CLUSTERS)[number], T>>;

/** Contexts of one user, and of `team`; the current one is the first cluster's. */
async function kubeconfigOf(
	user: string,
	{ east, west }: Both<TestBed>,
): Promise<string> {
	const path = (context: string) =>
		join(east.folder, `${user}-${context}.yaml`);
	const write = ({ server }: TestBed, context: string, as: string) =>
		server.writeKubeconfig(path(context), { user: as, context });
	await write(east, "east", user);
	await write(west, "west", user);
	await write(east, "twin", "team");
	const all = CONTEXTS.map((name) => [name, { from: path(name) }]);
	await writeFile(path("all"), contextsFile(Object.fromEntries(all)));
	return [path("east"), path("all")].join(delimiter);
}

/** Two clusters, and what happens in them. */
class Story {
	readonly #transcript: string[] = [];
	readonly #kubeconfigs = new Map<string, Promise<string>>();
	#passwords = 0;

	constructor(readonly clusters: Both<TestBed>) {}

	async tell(steps: readonly Step[]): Promise<void> {
		try {
			for (const each of steps) await this.#happen(each);
		} catch (error) {
			throw new Error(`${error}\n${this.#transcript.join("\n")}`);
		}
	}

	/** The clusters as they are. */
	#scenes(): Both<Scene> {
		const { east, west } = this.clusters;
		return { east: new Scene(east), west: new Scene(west) };
	}

	async #happen(next: Step): Promise<void> {
		switch (next.by) {
			case "others":
				this.#transcript.push(`# ${next.what} in ${next.cluster}`);
				return next.act(this.clusters[next.cluster]);
			case "admin":
				return this.#runs(next.line, next.heeds, next.user);
			case "admin in trouble":
				return this.#fails(next.line, next.at, next.mishap);
			case "two admins":
				return this.#runBoth(next.lines, next.seed);
		}
	}

	/** A dry run of either kind writes nothing, and says what is then done; done again, nothing is left to do. */
	async #runs(line: CommandLine, heeds: boolean, user: string): Promise<void> {
		const given = await this.#given(line, user);
		const before = textOf(this.#scenes());
		const verb = line.argv[0] ?? "";
		const isLook = ["list", "check"].includes(verb);
		const dry: Outcome[] = [];
		for (const kind of isLook ? [] : ["client", "server"]) {
			dry.push(await this.#run([...line.argv, `--dry-run=${kind}`], given));
			assert.equal(textOf(this.#scenes()), before, "a dry run writes");
		}
		const outcome = await this.#judged(line.argv, given);
		const lines = ({ status, out }: Outcome) => [
			status,
			out.replaceAll(/ \((server )?dry run\)$/gm, ""),
		];
		// What may not be done is refused when it is tried, and of two at once in one cluster one comes first.
		const isAlone = user === "admin" && !line.argv.join(" ").includes("twin");
		// Which of its objects would change only the server can tell.
		for (const one of isAlone ? dry.slice(verb === "install" ? 1 : 0) : [])
			assert.deepEqual(lines(one), lines(outcome), "a dry run says otherwise");
		const isOnce = line.argv.includes("--once");
		if (ENDS.has(verb) && outcome.status === 0 && !isOnce) {
			const done = textOf(this.#scenes());
			const again = await this.#run(line.argv, given);
			assert.equal(again.status, 0, "it fails when it is run again");
			assert.equal(textOf(this.#scenes()), done, "run again, it writes");
		}
		if (heeds) await this.#heed(outcome);
	}

	/** What is printed to be pasted is a command line, and does no harm. */
	async #heed({ out, err }: Outcome): Promise<void> {
		const printed = [
			...`${out}\n${err}`.matchAll(
				/'(kubectl meshreg [^']*)'|: (kubectl meshreg [^'\n]*)$/gm,
			),
		].map(([, quoted, last]) => quoted ?? last ?? "");
		for (const command of new Set(
			printed.flatMap((all) => all.split(" && ")),
		)) {
			const { argv } = spoken(command, {});
			if (!command.startsWith("kubectl meshreg ") || argv.includes("--help"))
				continue;
			this.#transcript.push(`# as it says: ${command}`);
			const line = withAnswers(argv);
			const { status, err: why } = await this.#judged(
				line.argv,
				await this.#given(line),
			);
			assert.notEqual(status, 2, `${command} is no command line: ${why}`);
		}
	}

	/** Whatever fails, nobody is given what is not theirs, and nothing is lost; run again, it finishes. */
	async #fails(line: CommandLine, at: number, mishap: Mishap): Promise<void> {
		const given = await this.#given(line);
		const interrupt = new AbortController();
		let requests = 0;
		const end = this.clusters.east.server.onRequest(() => {
			if (requests++ !== at) return undefined;
			if (mishap !== "interrupt") return mishap;
			interrupt.abort(new AbortedError("SIGINT"));
			return undefined;
		});
		this.#transcript.push(`# ${JSON.stringify(mishap)} at request ${at}`);
		await this.#judged(line.argv, { ...given, interrupt: interrupt.signal });
		end();
		await this.#judged(line.argv, given);
	}

	/** Whoever ends last, copies are what the source is. */
	async #runBoth(
		lines: readonly [CommandLine, CommandLine],
		seed: number,
	): Promise<void> {
		const before = this.#scenes();
		let state = seed;
		const end = this.clusters.east.server.onRequest(async () => {
			state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
			for (let turns = state % 7; turns > 0; turns--)
				await new Promise(setImmediate);
			return undefined;
		});
		this.#transcript.push("# at once:");
		const outcomes = await Promise.all(
			lines.map(async (line) => this.#run(line.argv, await this.#given(line))),
		);
		end();
		const scenes = this.#scenes();
		for (const cluster of CLUSTERS)
			judgeBoth(
				lines.map(({ argv }) => new Meant(argv, cluster, before[cluster])),
				outcomes,
				before[cluster],
				scenes[cluster],
			);
	}

	async #given({ typed }: CommandLine, user = "admin"): Promise<Given> {
		const written =
			this.#kubeconfigs.get(user) ?? kubeconfigOf(user, this.clusters);
		this.#kubeconfigs.set(user, written);
		const as = { user, kubeconfig: await written };
		return typed ? { ...as, stdin: `pass-word-${this.#passwords++}` } : as;
	}

	async #run(argv: readonly string[], given: Given): Promise<Outcome> {
		const outcome = await this.clusters.east.run(argv, given);
		const { status, out, err } = outcome;
		this.#transcript.push(
			`$ ${argv.join(" ")}\n${out}${err}(${status} as ${given.user})`,
		);
		assert.ok([0, 1, 2, 130].includes(status), `the status is ${status}`);
		assert.doesNotMatch(out + err, /\bbug\b|\n\s+at /);
		for (let number = 0; number < this.#passwords; number++)
			for (const form of [`pass-word-${number}`, btoa(`u:pass-word-${number}`)])
				assert.ok(!(out + err).includes(form), "a password is printed");
		return outcome;
	}

	/** Runs it, and holds what it did to the contract. */
	async #judged(argv: readonly string[], given: Given): Promise<Outcome> {
		const scenes = this.#scenes();
		const outcome = await this.#run(argv, given);
		const done = this.#scenes();
		for (const cluster of CLUSTERS) {
			const before = scenes[cluster];
			const now = done[cluster];
			const meant = new Meant(argv, cluster, before);
			if (
				!meant.isMeant ||
				outcome.status === 2 ||
				meant.verb === "list" ||
				(meant.verb === "check" && !meant.has("--fix"))
			)
				assert.equal(now.text, before.text, "it writes");
			judgeGiven(meant, before, now);
			judgeTaken(meant, before, now);
			judgeRecord(meant, before, now);
			judgeAccounts(meant, before, now);
			judgeOthers(meant, before, now);
			if (outcome.status === 0 && meant.isMeant) judgeDone(meant, now);
		}
		return outcome;
	}
}

function textOf({ east, west }: Both<Scene>): string {
	return JSON.stringify([east.text, west.text]);
}

/** What two command lines did at once. */
function judgeBoth(
	both: readonly Meant[],
	outcomes: readonly Outcome[],
	before: Scene,
	now: Scene,
): void {
	if (both.some((meant) => meant.selects)) return;
	const named = both.flatMap((meant) => meant.named ?? []);
	for (const source of SOURCES)
		for (const name of now.recorded(source))
			assert.ok(
				before.recorded(source).has(name) || named.includes(name),
				name,
			);
	if (
		outcomes.every(({ status }) => status === 0) &&
		both.every((meant) => SERVES.has(meant.verb) && meant.isMeant)
	)
		for (const meant of both) if (meant.verb !== "sync") judgeDone(meant, now);
}

/** Only what the record sends is given, only to where it sends it, and not in the place of what is another's. */
function judgeGiven(meant: Meant, before: Scene, now: Scene): void {
	for (const [place, secret] of now.secrets) {
		const [namespace = "", source = ""] = place.split("/");
		const old = before.secrets.get(place);
		if (namespace === SOURCE_NAMESPACE || dataOf(old) === dataOf(secret))
			continue;
		assert.ok(meant.sources.includes(source), `${place} is of another source`);
		if (!meant.has("--once"))
			assert.ok(
				now.isServed(source, namespace),
				`${place} was given something`,
			);
		assert.equal(
			dataOf(secret),
			dataOf(now.source(source)),
			`${place} is no copy`,
		);
		const keeper = old?.metadata.labels?.["app.kubernetes.io/managed-by"];
		assert.notEqual(keeper, "Helm", `${place} was Helm's`);
		if (old !== undefined && keeper === undefined)
			assert.ok(meant.has("--force"), `${place} was taken over`);
	}
}

/** Only what calls itself ours is deleted, only by what deletes, and what was deleted to be written again is. */
function judgeTaken(meant: Meant, before: Scene, now: Scene): void {
	for (const [place, { type, metadata }] of before.secrets) {
		if (now.secrets.has(place)) continue;
		const deletes = meant.verb === "prune" || meant.has("--prune");
		assert.ok(deletes, `${place} is lost`);
		assert.equal(type, "kubernetes.io/dockerconfigjson");
		assert.equal(
			metadata.labels?.usage,
			metadata.name,
			`${place} was not ours`,
		);
	}
}

/** What is recorded was recorded before, or is what this command line says. */
function judgeRecord(meant: Meant, before: Scene, now: Scene): void {
	if (meant.selects) return;
	for (const source of SOURCES)
		for (const name of now.recorded(source))
			assert.ok(
				before.recorded(source).has(name) ||
					(meant.sources.includes(source) && meant.named?.includes(name)),
				`${name} joined the record of ${source}`,
			);
}

function isOurs(object: KubeObject | undefined): boolean {
	const labels = object?.metadata.labels;
	return labels?.["app.kubernetes.io/managed-by"] === "kubectl-meshreg";
}

/** What else is ours comes and goes with what makes it; what is another's stays as it is. */
function judgeOthers(meant: Meant, before: Scene, now: Scene): void {
	for (const [place, object] of now.others) {
		const old = before.others.get(place);
		if (old === undefined)
			assert.ok(
				meant.verb === "install" || now.isByPolicy(place),
				`${place} was made`,
			);
		else if (!isOurs(old))
			assert.deepEqual(object, old, `${place} was changed`);
	}
	for (const [place, object] of before.others) {
		if (now.others.has(place)) continue;
		assert.ok(isOurs(object), `${place} was not ours`);
		assert.ok(
			["install", "uninstall", "prune"].includes(meant.verb) ||
				// One that was interrupted has said on the source that there are none.
				meant.has("--by-policy") ||
				before.isByPolicy(place),
			`${place} is lost`,
		);
	}
	for (const place of before.accounts.keys())
		assert.ok(
			now.accounts.has(place) || meant.verb === "uninstall",
			`${place} is lost`,
		);
}

/** Of accounts' lists no name but ours comes or goes, and it comes only to where it is to come. */
function judgeAccounts(meant: Meant, before: Scene, now: Scene): void {
	for (const [place, account] of now.accounts) {
		const [namespace = "", name = ""] = place.split("/");
		const was = listOf(before.accounts.get(place));
		const is = listOf(account);
		const others = (list: readonly string[]) =>
			list.filter((each) => !isSource(each));
		assert.deepEqual(others(is), others(was), place);
		for (const source of SOURCES) {
			if (was.includes(source) || !is.includes(source)) continue;
			if (now.isAttached(source, namespace, name)) continue;
			// A pod there cannot pull with what is beside it.
			const mends = meant.verb === "check" && now.waits(namespace);
			assert.ok(
				meant.verb === "attach" || meant.has("--once") || mends,
				`${place} was attached to ${source}`,
			);
		}
	}
}

function isSource(name: string): boolean {
	return SOURCES.some((source) => source === name);
}

/** What ends in 0 is done. */
function judgeDone(meant: Meant, now: Scene): void {
	for (const source of SOURCES)
		if (now.source(source) !== undefined)
			for (const name of NAMESPACES)
				if (now.isServed(source, name) && meant.promises(source, name))
					assert.equal(
						dataOf(now.secrets.get(`${name}/${source}`)),
						dataOf(now.source(source)),
						`${name} is not in sync with ${source}`,
					);
	if (meant.verb === "uninstall") {
		const place = `${SOURCE_NAMESPACE}/meshreg-${meant.has("second") ? "second" : NAME}`;
		assert.ok(!isOurs(now.others.get(`Deployment ${place}`)), place);
	}
	if (meant.argv.join(" ") === "prune --yes")
		for (const [place, { metadata }] of now.secrets)
			if (metadata.name === NAME)
				assert.equal(
					metadata.annotations?.["kubectl-meshreg/source"],
					undefined,
					`${place} is left`,
				);
}

/** A command that was printed, with what it would ask for. */
function withAnswers(argv: readonly string[]): CommandLine {
	const [verb = ""] = argv;
	const has = (flag: string) => argv.some((word) => word.startsWith(flag));
	const asks = ["create", "apply", "rotate"].includes(verb) && !has("--remove");
	const [server = "", ...rest] = credentialFor("r.io");
	return {
		argv: [
			...argv,
			...(asks && !has("--registry-server") ? [server] : []),
			...(asks ? rest : []),
			...(verb === "prune" && !has("--yes") ? ["--yes"] : []),
		],
		typed: asks,
	};
}

const WITH_RIGHTS = {
	namespaces: [SOURCE_NAMESPACE],
	defaultServiceAccounts: false,
	users: { team: {}, reader: {} },
	allow: [
		{
			user: "team",
			verbs: ["*"],
			resources: ["*"],
			namespaces: [SOURCE_NAMESPACE, "app", "dev"],
		},
		{ user: "team", verbs: ["get"], resources: ["namespaces"] },
		{ user: "reader", verbs: ["get", "list"], resources: ["*"] },
	],
};

describe("whatever admins, tenants and controllers do, in whatever order", () => {
	test("a credential goes where the record sends it and nowhere else, and what ends in 0 is done", async () => {
		const stories = fc.asyncProperty(
			fc.array(step, { minLength: 8, maxLength: 20 }),
			async (steps) => {
				await using east = await testBed(WITH_RIGHTS);
				await using west = await testBed(WITH_RIGHTS);
				for (const bed of [east, west])
					for (const name of ["default", SOURCE_NAMESPACE, ...NAMESPACES])
						makeNamespace(bed, name);
				const begins = [
					["create", ...credentialFor("r.io"), "--contexts=east,west"],
					["create", ...credentialFor("r.io"), "second"],
					["sync", "-n", "app,shop,team", "--attach"],
				].map(
					(argv): Step => ({
						by: "admin",
						user: "admin",
						line: { argv, typed: argv[0] === "create" },
						heeds: false,
					}),
				);
				await new Story({ east, west }).tell([...begins, ...steps]);
			},
		);
		await fc.assert(stories, { numRuns: STORIES, seed: SEED });
	});
});
