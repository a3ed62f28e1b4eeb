/** Every example in the help, the README and the pages of docs is run as it stands. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { COMMANDS, parse } from "../src/cli.ts";
import { AbortedError } from "../src/errors.ts";
import * as build from "./support/build.ts";
import { exampleBed } from "./support/example-bed.ts";
import { notPosix } from "./support/posix.ts";
import { spoken } from "./support/shell-words.ts";
import { testBed } from "./support/test-bed.ts";

const root = new URL("..", import.meta.url);
const page = (path: string) => readFileSync(new URL(path, root), "utf8");
/** The pages that people read, by path. */
const pages = new Map(
	["README.md", ...globSync("docs/**/*.md", { cwd: root })]
		.map((path) => path.replaceAll("\\", "/"))
		.sort()
		.map((path) => [path, page(path)]),
);
function blocksOf(text: string, language: string): string[] {
	return [
		...text.matchAll(
			new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"),
		),
	].map(([, block = ""]) => block);
}

/** Runs a script by `sh -eu` in a folder of its own, with programs that say how they are called and do what is given. */
async function runWithStandIns(
	script: string,
	programs: Readonly<Record<string, string>>,
): Promise<string[]> {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	try {
		for (const [name, does] of Object.entries(programs)) {
			const program = join(folder, name);
			await writeFile(
				program,
				`#!/bin/sh\necho "${name} $*" >>said\n${does}\n`,
			);
			await chmod(program, 0o755);
		}
		const { status, stderr } = spawnSync("sh", ["-eu"], {
			cwd: folder,
			input: script,
			encoding: "utf8",
			env: { PATH: `${folder}:/usr/bin:/bin` },
		});
		assert.equal(status, 0, stderr);
		return (await readFile(join(folder, "said"), "utf8")).trim().split("\n");
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** The parts of a page that show sessions, each with the files that it shows: one story each. */
const sections = (text: string) =>
	text
		.split(/^(?=##? )/m)
		.map((text) => ({
			heading: /^##? (.*)/.exec(text)?.[1] ?? "",
			sessions: blocksOf(text, "console"),
			files: {
				"registry-creds.json": blocksOf(text, "json")[0] ?? "",
				"deployment.yaml": blocksOf(text, "yaml")[0] ?? "",
			} as Readonly<Record<string, string>>,
		}))
		.filter(({ sessions }) => sessions.length > 0);

for (const [path, text] of pages)
	describe(path, () => {
		for (const { heading, sessions, files } of sections(text))
			test(`D8: the sessions of "${heading}" print what it shows`, async () => {
				await using bed = await testBed({
					namespaces: ["app", "shop"],
					defaultServiceAccounts: true,
					stillAt: Date.UTC(2026, 0, 1),
				});
				for (const [name, text] of Object.entries(files))
					await writeFile(join(bed.folder, name), text);
				const inFolder = (word: string): string =>
					word.replace(/(^|=)([\w.-]+)$/, (all, before, name) =>
						name in files ? before + join(bed.folder, name) : all,
					);
				for (const session of sessions)
					for (const part of session.split(/^\$ /m).slice(1)) {
						const [line = "", ...shown] = part.split("\n");
						const { argv, stdin } = spoken(line, {
							REGISTRY_PASSWORD: "one",
							NEW_PASSWORD: "two",
						});
						const { status, out, err } = await bed.run(argv.map(inFolder), {
							stdin,
						});
						const printed = (out + err).replaceAll(join(bed.folder, "/"), "");
						assert.equal(printed, shown.join("\n"), line);
						assert.equal(status, 0);
					}
			});

		const lines = blocksOf(text, "sh")
			.join("\n")
			.replace(/\\\n\s*/g, "")
			.split("\n")
			.filter((line) => /(^|\| )kubectl meshreg /.test(line));
		if (lines.length > 0)
			test("every command line in it parses", async () => {
				for (const line of lines)
					await parse(spoken(line.replace("$PWD", "/folder"), {}).argv, {});
			});
	});

describe("docs/concepts.md shows", () => {
	/** What a command printed, without the command: the blocks of no language. */
	const shown = [
		...page("docs/concepts.md").matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm),
	].flatMap(([, language, text]) => (language === "" ? [text] : []));
	const bedOf = (...namespaces: string[]) =>
		testBed({
			namespaces: ["nginx-mesh", ...namespaces],
			defaultServiceAccounts: true,
		});
	const user = (username: string, password = "p") => ({ username, password });
	const HOST = "registry.example.com";

	test("what --diff prints", async () => {
		await using bed = await bedOf("shop");
		const kept = { "ghcr.io": user("bot") };
		build.source(bed, { ...kept, [HOST]: user("mesh-puller") }, ["shop"]);
		build.secret(
			bed,
			"shop",
			{ "x.io": user("a"), "ghcr.io": user("bot", "old") },
			{ metadata: build.copyOf(undefined, build.NAME) },
		);
		const { status, out } = await bed.run(["sync", "--diff"]);
		assert.equal(out, shown[0]);
		assert.equal(status, 1);
	});

	test("what explain prints", async () => {
		await using bed = await bedOf("app");
		build.source(bed, { [HOST]: user("mesh-puller") }, ["app"]);
		await bed.run(["sync", "--attach", "-n", "app"]);
		const { status, out } = await bed.run(
			`explain ${HOST}:5000/agent:1.5 -n app`.split(" "),
		);
		assert.equal(out, shown[1]);
		assert.equal(status, 1);
	});

	test("what check prints", async () => {
		await using bed = await bedOf("app", "shop", "evil");
		build.source(bed, { [HOST]: user("mesh-puller") }, ["app", "shop"]);
		await bed.run(["sync"]);
		build.secret(
			bed,
			"shop",
			{ [HOST]: user("mesh-puller", "old") },
			{ metadata: build.copyOf() },
		);
		for (const [namespace, name] of [
			["app", "web-1"],
			["app", "web-2"],
			["app", "web-3"],
			["evil", "web-1"],
		] as const)
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace, name, ...build.ofDeployment("web") },
				spec: { containers: [{ name: "web", image: `${HOST}/web:1` }] },
				status: {
					phase: "Pending",
					containerStatuses: [
						{
							name: "web",
							image: `${HOST}/web:1`,
							state: {
								waiting: {
									reason: "ErrImagePull",
									message: "authorization failed: no basic auth credentials",
								},
							},
						},
					],
				},
			});
		// A terminal has the summary of the one below what the other leaves.
		const { out } = await bed.run(["check", "-q"]);
		const { err, status } = await bed.run(["check"]);
		assert.equal(`${out}\n${err}`, shown[2]);
		assert.equal(status, 1);
	});
});

describe("the pages", () => {
	test("have a first session and Palette's how-to", () => {
		const count = (path: string) =>
			sections(page(path)).reduce(
				(sum, { sessions }) => sum + sessions.length,
				0,
			);
		assert.equal(count("README.md"), 5);
		assert.equal(count("docs/how-to/private-image.md"), 7);
	});

	test("the how-to's Deployment is Palette's", () => {
		const palette = readFileSync(
			new URL("data/palette-deployment.yaml", import.meta.url),
			"utf8",
		);
		assert.ok(
			sections(page("docs/how-to/private-image.md")).some(
				({ files }) => files["deployment.yaml"] === palette,
			),
		);
	});

	test("its steps for a running kind cluster reach every node", {
		skip: notPosix,
	}, async () => {
		const steps = blocksOf(page("docs/how-to/kind.md"), "sh").find((text) =>
			text.includes("kind get nodes"),
		);
		const said = await runWithStandIns(steps ?? "", {
			kubectl: "echo secret >config.json",
			kind: "echo one; echo two",
			docker: "test -s config.json",
		});
		assert.deepEqual(said, [
			"kubectl meshreg export --to config.json",
			"kind get nodes",
			"docker cp config.json one:/var/lib/kubelet/config.json",
			"docker exec one systemctl restart kubelet.service",
			"docker cp config.json two:/var/lib/kubelet/config.json",
			"docker exec two systemctl restart kubelet.service",
		]);
	});
});

for (const command of COMMANDS)
	describe(`kubectl meshreg ${command.verb} --help`, () => {
		for (const line of Object.values(command.examples))
			test(line, async () => {
				await using bed = await exampleBed();
				const { argv, stdin } = spoken(line, { REGISTRY_PASSWORD: "one" });
				const interrupt = new AbortController();
				const outcome = await bed.run(argv, {
					stdin,
					...bed.answersTo(command.verb, argv),
					interrupt: interrupt.signal,
					// What stays until it is interrupted is interrupted when it has come that far.
					onWrite: (_, text) => {
						if (
							text.endsWith("Watching for changes.\n") ||
							(argv.includes("-w") && text.startsWith("NAMESPACE "))
						)
							interrupt.abort(new AbortedError("SIGINT"));
					},
				});
				const { aborted } = interrupt.signal;
				assert.equal(outcome.status, aborted ? 130 : 0, outcome.err);
			});
	});
