/**
 * Commands that are printed to be pasted hold names that others wrote. Whatever those are, a shell
 * runs kubectl with them as words, or no command is printed: nothing of them is executed.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	chmod,
	mkdtemp,
	readdir,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { creating, Fixes } from "../src/core/pull-secrets/fixes.ts";
import { commandLine } from "../src/report/command-line.ts";
import { failureWords } from "../src/report/failure-words.ts";
import { adviceClause } from "../src/report/wording.ts";
import { NAME as KEY, labelsOf } from "./support/build.ts";
import { pasted } from "./support/command-context.ts";
import { notPosix } from "./support/posix.ts";
import { type TestBed, testBed } from "./support/test-bed.ts";

/** What a shell would do with text that is not quoted: each makes a file of that name. */
const ATTACKS = [
	"x;touch pwned;echo",
	"x$(touch pwned)",
	"x`touch pwned`",
	"x && touch pwned",
	"x|touch pwned",
	"x\ntouch pwned",
	"'x';touch pwned;'",
	'"x";touch pwned;"',
	"x'$(touch pwned)'",
	"-x",
	"x>pwned",
	"x #",
	"x\u2028touch pwned",
	"\u202etouch pwned",
	"~",
	"*",
];

/** Runs lines as pasted into a shell whose kubectl and oc only note that they were called. */
async function paste(lines: readonly string[]): Promise<string[]> {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-paste-"));
	try {
		for (const program of ["kubectl", "oc"]) {
			const path = join(folder, program);
			await writeFile(
				path,
				`#!/bin/sh\nprintf '%s\\n' called >>"${folder}/calls"\ncat >/dev/null\n`,
			);
			await chmod(path, 0o755);
		}
		await writeFile(join(folder, "calls"), "");
		for (const line of lines)
			execFileSync("sh", ["-c", line], {
				cwd: folder,
				env: { PATH: `${folder}:${process.env.PATH}` },
				input: "",
				stdio: ["pipe", "pipe", "pipe"],
			});
		assert.deepEqual((await readdir(folder)).sort(), [
			"calls",
			"kubectl",
			"oc",
		]);
		return (await readFile(join(folder, "calls"), "utf8")).split("\n");
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** The lines of an output that are, or hold, a command to be pasted. */
function commandsIn(out: string): string[] {
	return out
		.replaceAll("\\\n", " ")
		.split("\n")
		.flatMap((line) => {
			const at = line.search(
				/\bkubectl (?:meshreg |get |delete |rollout |edit |describe |label )|\boc policy /,
			);
			// What stands between quotes in a sentence ends with them.
			const quoted = /'(kubectl (?:[^']|'\\'')*)'/.exec(line)?.[1];
			return at < 0 ? [] : [quoted ?? line.slice(at)];
		});
}

async function hostileBed(attack: string): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["app", "evil", "nginx-mesh"] });
	const { store } = bed.server;
	const seed = (draft: object) => store.seed(draft as never);
	const content = (auths: object) => ({
		".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString(
			"base64",
		),
	});
	const user = { username: "u", password: "p" };
	seed({
		kind: "Secret",
		metadata: {
			namespace: "nginx-mesh",
			name: KEY,
			labels: labelsOf(),
			annotations: {
				"kubectl-meshreg/targets": '[{"namespaces":{"app":""}}]',
				"kubectl-meshreg/label": `usage=${attack}`,
				"kubectl-meshreg/registry-servers": JSON.stringify({
					[attack]: attack,
				}),
				"kubectl-meshreg/expires-at": JSON.stringify({
					[attack]: "2020-01-01T00:00:00Z",
					"r.io": "2020-01-01T00:00:00Z",
				}),
			},
		},
		type: "kubernetes.io/dockerconfigjson",
		data: content({
			"r.io": user,
			[attack]: user,
			"q.io": { auth: "dTpw", username: "other" },
		}),
	});
	// A Secret that is in the way, of a source and key that nobody knows.
	seed({
		kind: "Secret",
		metadata: {
			namespace: "evil",
			name: KEY,
			labels: { usage: KEY },
			annotations: { "kubectl-meshreg/source": attack },
			ownerReferences: [
				{ apiVersion: "v1", kind: attack, name: attack, uid: "1" },
			],
		},
		type: "kubernetes.io/dockerconfigjson",
		data: content({ [attack]: user }),
	});
	seed({
		kind: "ServiceAccount",
		metadata: {
			namespace: "app",
			name: "default",
			annotations: { "kubectl-meshreg/attached-keys": `${KEY},${attack}` },
		},
		imagePullSecrets: [{ name: attack }],
	});
	seed({
		kind: "ServiceAccount",
		metadata: { namespace: "evil", name: "default" },
	});
	// As OpenShift makes one, and its registry refuses it.
	seed({
		kind: "Secret",
		metadata: {
			namespace: "evil",
			name: "dockercfg",
			annotations: { "kubernetes.io/service-account.name": attack },
		},
		type: "kubernetes.io/dockerconfigjson",
		data: content({ "o.io": user }),
	});
	seed({
		kind: "Pod",
		metadata: { namespace: "evil", name: "os" },
		spec: {
			containers: [{ name: "main", image: "o.io/a" }],
			imagePullSecrets: [{ name: "dockercfg" }],
		},
		status: {
			phase: "Pending",
			containerStatuses: [
				{
					name: "main",
					image: "o.io/a",
					state: {
						waiting: { reason: "ErrImagePull", message: "unauthorized" },
					},
				},
			],
		},
	});
	for (const [index, image] of [
		"r.io/a",
		"s.io/b",
		attack,
		`${attack}/x`,
		"q.io/c",
	].entries())
		for (const [at, owner] of [
			undefined,
			{ kind: "Deployment", name: attack },
			{ kind: attack, name: "web" },
			{ kind: "StatefulSet", name: "db" },
		].entries())
			seed({
				kind: "Pod",
				metadata: {
					namespace: index % 2 === 0 ? "app" : "evil",
					name: `p${index}-${at}`,
					...(owner && {
						ownerReferences: [
							{ apiVersion: "apps/v1", uid: "1", controller: true, ...owner },
						],
					}),
				},
				spec: {
					serviceAccountName: at === 1 ? attack : "default",
					containers: [{ name: "main", image }],
					imagePullSecrets: at === 2 ? [{ name: attack }] : [],
				},
				status: {
					phase: "Pending",
					containerStatuses: [
						{
							name: "main",
							image,
							state: {
								waiting: {
									reason: "ErrImagePull",
									message: at === 3 ? attack : "unauthorized",
								},
							},
						},
					],
				},
			});
	return bed;
}

describe("a pasted command runs kubectl and nothing else", {
	skip: notPosix,
}, () => {
	for (const attack of ATTACKS)
		test(JSON.stringify(attack), async () => {
			await using bed = await hostileBed(attack);
			const outputs: string[] = [];
			for (const argv of [
				["check"],
				["check", "-n", "evil"],
				["explain", "r.io/a", "-n", "app"],
				["explain", "r.io/a", "-n", "app", "--pod", "p0-1"],
				["explain", "s.io/b", "-n", "evil", "--pod", "p1-3"],
				["attach", "-n", "app,evil"],
				["sync", "-n", "app", "--attach"],
				["rotate", "--registry-server", "nope.io", "--registry-password-stdin"],
				[
					"create",
					"--add",
					"--registry-server",
					"r.io",
					"--registry-username",
					"u",
					"--registry-password-stdin",
				],
				["create", "--remove", "nope.io"],
				["export", "nope"],
			]) {
				const { out, err } = await bed.run(argv, { stdin: "x" });
				outputs.push(out, err);
			}
			const lines = outputs.flatMap(commandsIn);
			assert.ok(lines.length > 5, "commands are printed at all");
			assert.ok(lines.some((line) => line.startsWith("oc ")));
			await paste(lines);
			const { out } = await bed.run(["check", "-o", "json"]);
			const commands = JSON.parse(out)
				.items.map(({ command }: { command: string }) => command)
				.filter((command: string) => command !== "");
			await paste(commands);
		});

	test("a context with spaces, quotes and commands in its name is one word", async () => {
		for (const attack of ATTACKS) {
			const fix = new Fixes({
				namespace: "keys",
				name: "mine",
				exists: true,
			}).sync(["app"]);
			const calls = await paste([
				commandLine(
					fix ?? [],
					pasted("--context", attack, "--kubeconfig", attack),
				),
			]);
			assert.deepEqual(calls, ["called", ""]);
		}
	});

	test("nor does a sentence put quotes around it that turn its own inside out", async () => {
		const script = creating("mine");
		const asIs = adviceClause({ words: "run", script }, pasted());
		assert.equal(asIs, "; run 'kubectl meshreg create mine'");
		for (const attack of ATTACKS) {
			const flags = ["--context", attack];
			const clause = adviceClause({ words: "run", script }, pasted(...flags));
			// As whoever marks it with the quotes pastes it; without any of its own they make a word of it.
			const marked = clause.replace("; run ", "");
			const calls = await paste([marked.replace(/^'([^']*)'$/, "$1")]);
			assert.deepEqual(calls, ["called", ""]);
		}
	});

	test("a path of a kubeconfig is one word", async () => {
		for (const attack of ATTACKS) {
			const { message } = failureWords({
				cause: "kubeconfig-invalid",
				path: attack,
				fault: { is: "not-yaml", line: undefined },
			});
			const calls = await paste([message.replace(/^.*; compare: /s, "")]);
			assert.deepEqual(calls, ["called", ""]);
		}
	});

	test("a word that begins with = is no program's path in zsh", () => {
		const command = commandLine(
			creating("mine") ?? [],
			pasted("--context", "=ls"),
		);
		assert.equal(command, "kubectl meshreg create mine --context '=ls'");
	});
});
