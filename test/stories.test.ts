import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { AbortedError } from "../src/errors.ts";
import { NAME } from "./support/build.ts";
import type { Outcome } from "./support/command-line.ts";
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
		return this.argv.includes(flag);
	}

	/** Whether it may mean namespaces that it does not name. */
	get selects(): boolean {
		return SELECTS.some((flag) => this.has(flag));
	}

	/** Whether its end in 0 says that a namespace that is served has the copy of a source. */
	promises(source: string, namespace: string): boolean {
		if (!this.sources.includes(source)) return false;
		if (!SERVES.has(this.verb) || this.has("--once") || this.has("--forget"))
			return false;
		// The copies of a rule that is given are not told apart here from those of another.
		if (this.verb === "sync" && this.selects) return false;
		return this.verb !== "sync" || (this.named?.includes(namespace) ?? true);
	}
}

type Given = NonNullable<Parameters<TestBed["run"]>[1]>;

/** One cluster, and what happens in it. */
class Story {
	readonly #transcript: string[] = [];
	#passwords = 0;

	constructor(readonly bed: TestBed) {}

	async tell(steps: readonly Step[]): Promise<void> {
		try {
			for (const each of steps) await this.#happen(each);
		} catch (error) {
			throw new Error(`${error}\n${this.#transcript.join("\n")}`);
		}
	}

	async #happen(next: Step): Promise<void> {
		switch (next.by) {
			case "others":
				this.#transcript.push(`# ${next.what}`);
				return next.act(this.bed);
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
		const given = { ...this.#given(line), user };
		const before = new Scene(this.bed);
		const meant = new Meant(line.argv, before);
		const isLook = ["list", "check"].includes(meant.verb);
		const dry: Outcome[] = [];
		for (const kind of isLook ? [] : ["client", "server"]) {
			dry.push(await this.#run([...line.argv, `--dry-run=${kind}`], given));
			assert.equal(new Scene(this.bed).text, before.text, "a dry run writes");
		}
		const outcome = await this.#judged(line.argv, given);
		const lines = ({ status, out }: Outcome) => [
			status,
			out.replaceAll(/ \((server )?dry run\)$/gm, ""),
		];
		// What may not be done is refused when it is tried.
		for (const one of user === "admin" ? dry : [])
			assert.deepEqual(lines(one), lines(outcome), "a dry run says otherwise");
		if (
			SERVES.has(meant.verb) &&
			outcome.status === 0 &&
			!meant.has("--once")
		) {
			const done = new Scene(this.bed).text;
			const again = await this.#run(line.argv, given);
			assert.equal(again.status, 0, "it fails when it is run again");
			assert.equal(new Scene(this.bed).text, done, "run again, it writes");
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
			if (!command.startsWith("kubectl meshreg ")) continue;
			const { argv } = spoken(command, {});
			this.#transcript.push(`# as it says: ${command}`);
			const line = withAnswers(argv);
			const { status, err: why } = await this.#judged(
				line.argv,
				this.#given(line),
			);
			assert.notEqual(status, 2, `${command} is no command line: ${why}`);
		}
	}

	/** Whatever fails, nobody is given what is not theirs, and nothing is lost; run again, it finishes. */
	async #fails(line: CommandLine, at: number, mishap: Mishap): Promise<void> {
		const given = this.#given(line);
		const interrupt = new AbortController();
		let requests = 0;
		const end = this.bed.server.onRequest(() => {
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
		const before = new Scene(this.bed);
		let state = seed;
		const end = this.bed.server.onRequest(async () => {
			state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
			for (let turns = state % 7; turns > 0; turns--)
				await new Promise(setImmediate);
			return undefined;
		});
		this.#transcript.push("# at once:");
		const outcomes = await Promise.all(
			lines.map((line) => this.#run(line.argv, this.#given(line))),
		);
		end();
		const now = new Scene(this.bed);
		const both = lines.map(({ argv }) => new Meant(argv, before));
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
			both.every((meant) => SERVES.has(meant.verb))
		)
			for (const meant of both)
				if (meant.verb !== "sync") judgeDone(meant, now);
	}

	#given({ typed }: CommandLine): Given {
		return typed ? { stdin: `pass-word-${this.#passwords++}` } : {};
	}

	async #run(argv: readonly string[], given: Given): Promise<Outcome> {
		const outcome = await this.bed.run(argv, given);
		const { status, out, err } = outcome;
		this.#transcript.push(
			`$ ${argv.join(" ")}\n${out}${err}(${status}${given.user === undefined ? "" : ` as ${given.user}`})`,
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
		const before = new Scene(this.bed);
		const outcome = await this.#run(argv, given);
		const meant = new Meant(argv, before);
		const now = new Scene(this.bed);
		if (outcome.status === 2 || ["list", "check"].includes(argv.join(" ")))
			assert.equal(now.text, before.text, "it writes");
		judgeGiven(meant, before, now);
		judgeTaken(meant, before, now);
		judgeRecord(meant, before, now);
		judgeAccounts(meant, before, now);
		if (outcome.status === 0) judgeDone(meant, now);
		return outcome;
	}
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

describe("whatever admins, tenants and controllers do, in whatever order", () => {
	test("a credential goes where the record sends it and nowhere else, and what ends in 0 is done", async () => {
		const stories = fc.asyncProperty(
			fc.array(step, { minLength: 8, maxLength: 20 }),
			async (steps) => {
				await using bed = await testBed({
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
				});
				for (const name of ["default", SOURCE_NAMESPACE, ...NAMESPACES])
					makeNamespace(bed, name);
				const begins = [
					["create", ...credentialFor("r.io")],
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
				await new Story(bed).tell([...begins, ...steps]);
			},
		);
		await fc.assert(stories, { numRuns: STORIES, seed: SEED });
	});
});
