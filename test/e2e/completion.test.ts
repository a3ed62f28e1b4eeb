/** Completion through kubectl itself, and in real shells as a person at a terminal sees it. */
import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { BUILT } from "../support/plugin.ts";
import { notPosix } from "../support/posix.ts";
import { DIST, kubectl, program } from "../support/program.ts";
import { noTerminals, onTerminal } from "../support/pty.ts";

const SYSTEM_PATH = process.env.PATH ?? "";
const BASH_COMPLETION = "/usr/share/bash-completion/bash_completion";

describe("completion", { skip: notPosix }, () => {
	let cluster: TestCluster;
	let namespace: string;
	/** Holds kubectl_complete-meshreg, made in each of the two ways. */
	let linked: string;
	let printed: string;
	before(async () => {
		cluster = await testCluster();
		namespace = await cluster.namespace("complete-me");
		linked = join(cluster.folder, "linked");
		printed = join(cluster.folder, "printed");
		for (const name of ["eks", "eks two"])
			await writeFile(
				join(cluster.folder, name),
				JSON.stringify({
					contexts: [{ name: "arn:aws:eks:one", context: {} }],
				}),
			);
		await mkdir(linked);
		await mkdir(printed);
		await symlink(BUILT, join(linked, "kubectl_complete-meshreg"));
		const { out } = await run("kubectl-meshreg", [
			"completion",
			"bash",
			"--shim",
		]);
		await writeFile(join(printed, "kubectl_complete-meshreg"), out, {
			mode: 0o755,
		});
	});
	after(() => cluster[Symbol.asyncDispose]());

	const given = (more: Record<string, string> = {}) => ({
		kubeconfig: cluster.kubeconfig,
		home: cluster.folder,
		env: more,
	});
	const run = (name: string, args: string[], path = "") =>
		program(name, args, given({ PATH: `${path}:${DIST}:${SYSTEM_PATH}` }));
	/** What is offered, asked for until something is: a busy machine may take longer than a person waits. */
	const offered = async (ask: () => Promise<string>): Promise<string> => {
		for (;;) {
			const out = await ask();
			if (out !== "") return out;
		}
	};
	const has = async (shell: string) =>
		run("sh", ["-c", `command -v ${shell}`]).then(({ status }) => status === 0);
	/** macOS still has bash 3.2, which neither this script nor kubectl's own can do with. */
	const isOldBash = () =>
		run("bash", [
			"-c",
			"(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 403 ))",
		]).then(({ status }) => status === 0);

	test("kubectl __complete meshreg …", async (t) => {
		if (kubectl === undefined) return t.skip("there is no kubectl here");
		for (const path of [linked, printed]) {
			const complete = (...args: string[]) =>
				run("kubectl", ["__complete", "meshreg", ...args], path);
			const commands = await complete("");
			assert.match(commands.out, /^create\tCreate a source/);
			assert.match(commands.out, /\n:4\n$/);
			assert.equal(
				(await complete("sync", "--dry-run=")).out,
				"none\nclient\nserver\n:4\n",
			);
			assert.equal(
				await offered(async () => {
					const { out } = await complete("sync", "-n", namespace.slice(0, -2));
					return out === ":4\n" ? "" : out;
				}),
				`${namespace}\n:4\n`,
			);
			assert.equal((await complete("list", "--kubeconfig", "")).out, ":0\n");
		}
	});

	test("fish", async (t) => {
		if (!(await has("fish"))) return t.skip("there is no fish here");
		const complete = async (line: string) =>
			(
				await run("fish", [
					"--no-config",
					"-c",
					"kubectl-meshreg completion fish | source; complete -C $argv[1]",
					line,
				])
			).out;
		assert.equal(
			await complete("kubectl-meshreg sync -o "),
			"json\nname\nyaml\n",
		);
		assert.equal(
			await complete("kubectl-meshreg sync --dry-run=c"),
			"--dry-run=client\n",
		);
		const two = join(cluster.folder, "eks two");
		for (const file of ["~/eks", "$HOME/eks", `"${two}"`])
			assert.equal(
				await complete(
					`kubectl-meshreg list --kubeconfig ${file} --context arn`,
				),
				"arn:aws:eks:one\n",
			);
		if (kubectl === undefined) return t.diagnostic("there is no kubectl here");
		assert.match(
			await complete("kubectl meshreg li"),
			/^list\tList pull secrets/,
		);
		assert.equal(
			await offered(() =>
				complete(`kubectl meshreg sync -n ${namespace.slice(0, -2)}`),
			),
			`${namespace}\n`,
		);
	});

	/** A shell, what it runs first, and whether its completion of kubectl comes from kubectl itself. */
	const SHELLS: {
		name: string;
		shell: string[];
		setup: string[];
		path?: "linked";
		needs?: string;
	}[] = [
		{
			name: "bash, with the script",
			shell: ["bash", "--norc", "--noprofile", "-i"],
			setup: ["source <(kubectl-meshreg completion bash)"],
		},
		{
			name: "bash, through kubectl's own completion",
			shell: ["bash", "--norc", "--noprofile", "-i"],
			setup: [`source ${BASH_COMPLETION}`, "source <(kubectl completion bash)"],
			path: "linked",
			needs: BASH_COMPLETION,
		},
		{
			name: "bash, with the script after kubectl's own completion",
			shell: ["bash", "--norc", "--noprofile", "-i"],
			setup: [
				`source ${BASH_COMPLETION}`,
				"source <(kubectl completion bash)",
				"source <(kubectl meshreg completion bash)",
			],
			needs: BASH_COMPLETION,
		},
		{
			name: "zsh, with the script",
			shell: ["zsh", "-f", "-i"],
			setup: [
				"autoload -Uz compinit && compinit -u -D",
				"source <(kubectl-meshreg completion zsh)",
			],
		},
		{
			name: "zsh, through kubectl's own completion",
			shell: ["zsh", "-f", "-i"],
			setup: [
				"autoload -Uz compinit && compinit -u -D",
				"source <(kubectl completion zsh)",
			],
			path: "linked",
		},
		{
			name: "zsh, with the script after kubectl's own completion",
			shell: ["zsh", "-f", "-i"],
			setup: [
				"autoload -Uz compinit && compinit -u -D",
				"source <(kubectl completion zsh)",
				"source <(kubectl meshreg completion zsh)",
			],
		},
	];
	for (const { name, shell, setup, path, needs } of SHELLS)
		test(name, { skip: noTerminals }, async (t) => {
			const [program = ""] = shell;
			if (!(await has(program))) return t.skip(`there is no ${program} here`);
			if (program === "bash" && (await isOldBash()))
				return t.skip("this bash is older than 4.3");
			if (needs && (await run("test", ["-f", needs])).status !== 0)
				return t.skip(`there is no ${needs}`);
			if (kubectl === undefined) return t.skip("there is no kubectl here");
			await onTerminal(
				shell,
				{
					stop: t.signal,
					settingsFile: join(cluster.folder, `${name}.settings`),
					columns: 200,
					cwd: cluster.folder,
					env: {
						PATH: `${path === "linked" ? linked : ""}:${DIST}:${SYSTEM_PATH}`,
						HOME: cluster.folder,
						KUBECONFIG: cluster.kubeconfig,
						TERM: "dumb",
						PS1: "ready> ",
					},
				},
				async (session) => {
					for (const line of setup) {
						await session.shows("ready> ");
						session.type(`${line}\r`);
					}
					/**
					 * Types, presses Tab, and waits for the whole; again where the shell rings its bell, because
					 * nothing was offered in the time that a person waits: so slow is the machine, not the program.
					 */
					const completed = async (typed: string, full: string) => {
						for (let shown = ""; !shown.endsWith(full); ) {
							await session.shows("ready> ");
							session.type(`${typed}\t`);
							shown = await session.shows(fullOrBell(full));
							session.ctrl("u");
							session.type("\r");
						}
					};
					await completed("kubectl meshreg li", "kubectl meshreg list ");
					await completed(
						"kubectl meshreg list --no-h",
						"kubectl meshreg list --no-headers ",
					);
					await completed(
						"kubectl meshreg sync --dry-run=cl",
						"--dry-run=client",
					);
					await completed(
						"kubectl meshreg sync -o js",
						"kubectl meshreg sync -o json ",
					);
					await completed(
						`kubectl meshreg sync -n ${namespace.slice(0, -2)}`,
						`kubectl meshreg sync -n ${namespace}`,
					);
					// Contexts of some clouds have colons, which bash takes for the ends of words.
					await completed(
						"kubectl meshreg list --kubeconfig eks --context arn:aws:ek",
						"--context arn:aws:eks:one ",
					);
					// The program sees what the shell would pass it; kubectl's own completion does that itself.
					for (const file of [
						'"eks two"',
						"eks\\ two",
						"~/eks",
						"$HOME/eks",
						'"$HOME/eks two"',
					])
						await completed(
							`kubectl meshreg list --kubeconfig ${file} --context arn:aws:ek`,
							"--context arn:aws:eks:one ",
						);
					if (setup.some((line) => line.includes("kubectl completion")))
						await completed("kubectl api-v", "kubectl api-versions ");
					await session.shows("ready> ");
					session.type("exit\r");
					assert.equal((await session.ended()).status, 0);
				},
			);
		});
});

const fullOrBell = (full: string): RegExp =>
	new RegExp(`${full.replace(/[.\\[\]]/g, "\\$&")}|\x07`);
