import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	chmod,
	mkdir,
	mkdtemp,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runExecPlugin } from "../../../../src/adapters/cluster/auth/exec-plugin.ts";
import { FailureError } from "../../../../src/core/output/failure.ts";
import { AbortedError } from "../../../../src/errors.ts";
import { failureMessage } from "../../../../src/report/failure.ts";
import {
	type ApiServer,
	startApiServer,
} from "../../../support/api-server/index.ts";
import {
	connected,
	type Given,
	hastyClock,
} from "../../../support/connecting.ts";
import { kubeconfigText } from "../../../support/kubeconfig-text.ts";
import { findKubectl, runProgram } from "../../../support/kubectl.ts";
import { notPosix } from "../../../support/posix.ts";

/**
 * Credential plugins, against the embedded API server: `ann` has the token
 * `fresh`, everything else is a 401. The plugin is a shell script that notes
 * each run and what it was told, and prints what lies in `answer-N`, N being
 * the run's number, or in `answer`.
 */

const V1 = "client.authentication.k8s.io/v1";
const SCRIPT = `#!/bin/sh
cd "$NOTES" || exit 9
echo x >> runs
n=$(wc -l < runs | tr -d ' ')
printf '%s' "$KUBERNETES_EXEC_INFO" > info
if read -r line; then echo "$line" > stdin; else echo closed > stdin; fi
echo "plugin: run $n with $*" >&2
if [ -f "answer-$n" ]; then cat "answer-$n"; else cat answer; fi
exit "\${STATUS:-0}"
`;

const kubectl = await findKubectl();
let server: ApiServer;
let folder: string;

before(async () => {
	server = await startApiServer({
		users: { ann: { token: "fresh" }, bob: {} },
		allow: [{ group: "system:authenticated", verbs: ["*"], resources: ["*"] }],
	});
});
after(() => server.stop());

beforeEach(async (t) => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	await mkdir(join(folder, "bin"));
	await writeFile(join(folder, "bin/plugin"), SCRIPT, { mode: 0o755 });
	await writeFile(join(folder, "ca.pem"), server.ca);
	await answer({ token: "fresh" });
	if ("after" in t) t.after(() => rm(folder, { recursive: true }));
});

const answer = (status: object | null, name = "answer", more: object = {}) =>
	writeFile(
		join(folder, name),
		JSON.stringify({ apiVersion: V1, kind: "ExecCredential", status, ...more }),
	);

const note = (name: string) => readFile(join(folder, name), "utf8");
const runs = async () => (await note("runs").catch(() => "")).length / 2;

/** A kubeconfig whose user is the plugin, with `exec` on top. */
async function kubeconfig(
	exec: object = {},
	{ cluster = {}, user = {} }: { cluster?: object; user?: object } = {},
): Promise<string> {
	const path = join(folder, "config");
	const text = kubeconfigText(
		{ server: server.url, "certificate-authority": "ca.pem", ...cluster },
		{
			exec: {
				apiVersion: V1,
				command: "bin/plugin",
				args: ["a b", "c"],
				env: [{ name: "NOTES", value: folder }],
				interactiveMode: "Never",
				...exec,
			},
			...user,
		},
	);
	await writeFile(path, text);
	return path;
}

/** Reads a namespace `times` times at once, and says what came of each. */
async function ask(
	kubeconfig: string,
	times = 1,
	given: Given = {},
): Promise<{ answers: string[]; stderr: string }> {
	const { cluster, stderr } = await connected({ kubeconfig }, given);
	const answers = await Promise.all(
		Array.from({ length: times }, () => readOnce(cluster)),
	);
	await cluster.close();
	return { answers, stderr: stderr() };
}

async function readOnce(
	cluster: Awaited<ReturnType<typeof connected>>["cluster"],
): Promise<string> {
	try {
		return (
			(await cluster.read("Namespace", { name: "default" })).metadata.name ?? ""
		);
	} catch (error) {
		return failureMessage(error);
	}
}

describe("exec plugins", { skip: notPosix }, () => {
	test("run once for any number of requests at once; their stderr is shown", async () => {
		const { answers, stderr } = await ask(await kubeconfig(), 20);
		assert.deepEqual(answers, Array(20).fill("default"));
		assert.equal(await runs(), 1);
		assert.equal(stderr, "plugin: run 1 with a b c\n");
		assert.equal(await note("stdin"), "closed\n");
	});

	const printed = JSON.stringify({
		apiVersion: V1,
		kind: "ExecCredential",
		status: { token: "fresh" },
	});
	for (const [name, bytes] of [
		["in UTF-8 with a mark", `\ufeff${printed}`],
		["in UTF-16 with a mark", Buffer.from(`\ufeff${printed}`, "utf16le")],
		[
			"in YAML",
			`apiVersion: ${V1}\nkind: ExecCredential\nstatus:\n  token: fresh\n`,
		],
	] as const)
		test(`may print ${name}, as for kubectl`, async (t) => {
			await writeFile(join(folder, "answer"), bytes);
			const path = await kubeconfig();
			assert.deepEqual((await ask(path)).answers, ["default"]);
			if (kubectl === undefined)
				return t.diagnostic("NOT compared with kubectl: there is none");
			const { out } = await runProgram(
				"kubectl",
				["--kubeconfig", path, "get", "--raw", "/version"],
				{ env: { HOME: folder } },
			);
			assert.match(out, /gitVersion/);
		});

	test("a bare command is looked up on the PATH", async () => {
		const path = `${join(folder, "bin")}:${process.env.PATH}`;
		const { answers } = await ask(await kubeconfig({ command: "plugin" }), 1, {
			env: { PATH: path },
		});
		assert.deepEqual(answers, ["default"]);
	});

	test("have our environment, and what the kubeconfig puts over it", async () => {
		const path = await kubeconfig({
			command: "/bin/sh",
			args: ["-c", `echo "$OURS $BOTH" >&2; cat '${folder}/answer'`],
			env: [{ name: "BOTH", value: "theirs" }],
		});
		const env = { OURS: "ours", BOTH: "ours" };
		assert.deepEqual(await ask(path, 1, { env }), {
			answers: ["default"],
			stderr: "ours theirs\n",
		});
	});

	for (const [name, exec, cluster] of [
		["without cluster information", {}, {}],
		["with cluster information", { provideClusterInfo: true }, {}],
		[
			"with all of it",
			{ provideClusterInfo: true },
			{
				"tls-server-name": "localhost",
				"disable-compression": true,
				extensions: [
					{ name: "other", extension: { not: "this" } },
					{
						name: "client.authentication.k8s.io/exec",
						extension: { audience: "me", depth: { of: 1 } },
					},
				],
			},
		],
		[
			"with a cluster that is not verified",
			{ provideClusterInfo: true },
			{
				"certificate-authority": undefined,
				"insecure-skip-tls-verify": true,
			},
		],
		[
			"of v1beta1",
			{
				apiVersion: "client.authentication.k8s.io/v1beta1",
				interactiveMode: undefined,
			},
			{},
		],
	] as const)
		test(`KUBERNETES_EXEC_INFO ${name} is what kubectl tells`, {
			skip: kubectl ? false : "there is no kubectl on the PATH",
		}, async () => {
			const apiVersion = "apiVersion" in exec ? exec.apiVersion : V1;
			await answer({ token: "fresh" }, "answer", { apiVersion });
			const path = await kubeconfig(exec, { cluster });
			assert.deepEqual((await ask(path)).answers, ["default"]);
			const ours = JSON.parse(await note("info"));
			await rm(join(folder, "info"));
			const { out } = await runProgram(
				"kubectl",
				["--kubeconfig", path, "get", "--raw", "/version"],
				{ env: { HOME: folder } },
			);
			assert.match(out, /gitVersion/);
			assert.deepEqual(ours, JSON.parse(await note("info")));
		});

	for (const [mode, terminal, outcome] of [
		["Never", true, false],
		["IfAvailable", false, false],
		["IfAvailable", true, true],
		["Always", true, true],
		[
			"Always",
			false,
			"Unable to connect to the server: getting credentials: exec plugin cannot support interactive mode: standard input is not a terminal",
		],
	] as const)
		test(`interactiveMode ${mode} ${terminal ? "at" : "without"} a terminal`, async () => {
			// The script must not wait for what somebody types at the test's terminal.
			await writeFile(
				join(folder, "bin/plugin"),
				SCRIPT.replace("if read -r line", "if false"),
			);
			const { answers } = await ask(
				await kubeconfig({ interactiveMode: mode }),
				1,
				{ interactive: terminal },
			);
			if (typeof outcome === "string") {
				assert.deepEqual(answers, [outcome]);
				assert.equal(await runs(), 0);
			} else {
				assert.deepEqual(answers, ["default"]);
				assert.equal(JSON.parse(await note("info")).spec.interactive, outcome);
			}
		});

	test("get nothing of what is piped to the program", async (t) => {
		const child = spawn(
			process.execPath,
			[
				...["--import", import.meta.resolve("tsx")],
				fileURLToPath(import.meta.resolve("../../../../src/main.ts")),
				...["list", "--kubeconfig", await kubeconfig()],
			],
			{ signal: t.signal, env: { PATH: process.env.PATH } },
		);
		child.stdin.on("error", () => {}).end("S3CRET\n");
		const [err, [status]] = await Promise.all([
			text(child.stderr),
			once(child, "exit"),
		]);
		assert.match(err, /^plugin: run 1 with a b c\n/);
		assert.equal(status, 0);
		assert.equal(await note("stdin"), "closed\n");
	});

	test("run again when the server refuses the credential: once for all who were refused", async () => {
		await answer({ token: "stale" }, "answer-1");
		const { answers } = await ask(await kubeconfig(), 30);
		assert.deepEqual(answers, Array(30).fill("default"));
		assert.equal(await runs(), 2);
	});

	test("are not run for ever when the server refuses whatever they give", async () => {
		await answer({ token: "stale" });
		const { answers } = await ask(await kubeconfig(), 30);
		assert.deepEqual(
			answers,
			Array(30).fill("You must be logged in to the server (Unauthorized)"),
		);
		assert.equal(await runs(), 2);
	});

	test("that fail when they are run again are what ends the run, as at the first time", async () => {
		await answer({ token: "stale" }, "answer-1");
		await answer({});
		const { answers } = await ask(await kubeconfig(), 30);
		assert.deepEqual(
			answers,
			Array(30).fill(
				`${getting}exec plugin didn't return a token or cert/key pair`,
			),
		);
		assert.equal(await runs(), 2);
	});

	test("run again when the credential expires", async () => {
		const clock = hastyClock();
		const inAnHour = new Date(clock.now() + 3_600_000).toISOString();
		await answer({ token: "fresh", expirationTimestamp: inAnHour }, "answer-1");
		const { cluster } = await connected(
			{ kubeconfig: await kubeconfig() },
			{ clock },
		);
		for (const [hours, expected] of [
			[0, 1],
			[0.9, 1],
			[0.2, 2],
			[9, 2],
		] as const) {
			await clock.delay(hours * 3_600_000);
			assert.equal(await readOnce(cluster), "default");
			assert.equal(await runs(), expected, `after ${hours} more hours`);
		}
		await cluster.close();
	});

	for (const expirationTimestamp of [null, "0001-01-01T00:00:00Z"])
		test(`run once when the credential expires at ${expirationTimestamp}, which is never`, async () => {
			await answer({ token: "fresh", expirationTimestamp });
			const { cluster } = await connected({ kubeconfig: await kubeconfig() });
			for (const _ of [1, 2]) assert.equal(await readOnce(cluster), "default");
			await cluster.close();
			assert.equal(await runs(), 1);
		});

	test("may give a certificate; another one needs another connection", async () => {
		const [bob, ann] = [server.clientPair("bob"), server.clientPair("ann")];
		const status = (pair: typeof bob) => ({
			clientCertificateData: pair.certificate,
			clientKeyData: pair.key,
		});
		const clock = hastyClock();
		const soon = new Date(clock.now() + 60_000).toISOString();
		await answer({ ...status(bob), expirationTimestamp: soon }, "answer-1");
		await answer(status(ann));
		const before = server.connections;
		const { cluster } = await connected(
			{ kubeconfig: await kubeconfig() },
			{ clock },
		);
		const asked: string[] = [];
		for (const wait of [0, 0, 120_000, 0]) {
			await clock.delay(wait);
			assert.equal(await readOnce(cluster), "default");
			asked.push(server.requests.at(-1)?.user ?? "");
		}
		await cluster.close();
		assert.deepEqual(asked, ["bob", "bob", "ann", "ann"]);
		assert.equal(server.connections - before, 2);
	});

	for (const [name, flags, user] of [
		["--token", { token: "fresh" }, {}],
		["a token beside it", {}, { token: "fresh" }],
		["a certificate beside it", {}, "certificate"],
	] as const)
		test(`are not run with ${name}`, async () => {
			const pair = server.clientPair("ann");
			const base64 = (text: string) => Buffer.from(text).toString("base64");
			const path = await kubeconfig(
				{},
				{
					user:
						user === "certificate"
							? {
									"client-certificate-data": base64(pair.certificate),
									"client-key-data": base64(pair.key),
								}
							: user,
				},
			);
			const { cluster } = await connected({ kubeconfig: path, ...flags });
			assert.equal(await readOnce(cluster), "default");
			await cluster.close();
			assert.equal(await runs(), 0);
		});

	test("are not run with a user name and password beside it", async () => {
		const user = { username: "ann", password: "p" };
		await ask(await kubeconfig({}, { user }));
		assert.equal(await runs(), 0);
	});

	const getting = "Unable to connect to the server: getting credentials: ";
	for (const [name, prepare, expected] of [
		[
			"that fail",
			() =>
				kubeconfig({
					env: [
						{ name: "NOTES", value: folder },
						{ name: "STATUS", value: "3" },
					],
				}),
			() =>
				`${getting}exec: executable ${folder}/bin/plugin failed with exit code 3`,
		],
		[
			"that are ended",
			async () => {
				await writeFile(join(folder, "bin/plugin"), "#!/bin/sh\nkill -9 $$\n");
				return kubeconfig();
			},
			() =>
				`${getting}exec: executable ${folder}/bin/plugin was ended by SIGKILL`,
		],
		[
			"that may not be run",
			async () => {
				await chmod(join(folder, "bin/plugin"), 0o644);
				return kubeconfig();
			},
			() => `${getting}exec: spawn ${folder}/bin/plugin EACCES`,
		],
		[
			"that are missing",
			() => kubeconfig({ command: "no-such-plugin-here" }),
			() =>
				`${getting}exec: executable no-such-plugin-here not found: install the credential plugin that the kubeconfig names`,
		],
		[
			"that are missing, with a hint of several lines and colours",
			() =>
				kubeconfig({
					command: "./gone",
					installHint: "Get it:\n  \u001b[31mapt\u001b[0m install gone\n",
				}),
			() =>
				`${getting}exec: executable ${folder}/gone not found: "Get it: [31mapt [0m install gone"`,
		],
		[
			"that cannot be given an argument",
			() => kubeconfig({ args: ["S3CRET\0"] }),
			() => `${getting}exec: spawn ERR_INVALID_ARG_VALUE`,
		],
		[
			"that cannot be given a variable",
			() => kubeconfig({ env: [{ name: "PIN", value: "S3CRET\0" }] }),
			() => `${getting}exec: spawn ERR_INVALID_ARG_VALUE`,
		],
		[
			"that print without end",
			async () => {
				await writeFile(join(folder, "answer"), "x".repeat(2 << 20));
				return kubeconfig();
			},
			() =>
				`${getting}exec: executable ${folder}/bin/plugin produced more than 1 MiB of output`,
		],
		[
			"that print something else",
			async () => {
				await writeFile(join(folder, "answer"), '{"token": "S3CRET');
				return kubeconfig();
			},
			() => `${getting}exec: what ${folder}/bin/plugin printed is not JSON`,
		],
		[
			"that print another kind",
			async () => {
				await answer({ token: "S3CRET" }, "answer", { kind: "Secret" });
				return kubeconfig();
			},
			() => `${getting}exec: ${folder}/bin/plugin printed no ExecCredential`,
		],
		[
			"that print words",
			async () => {
				await writeFile(join(folder, "answer"), "S3CRET: x");
				return kubeconfig();
			},
			() => `${getting}exec: ${folder}/bin/plugin printed no ExecCredential`,
		],
		[
			"that print null",
			async () => {
				await writeFile(join(folder, "answer"), "null");
				return kubeconfig();
			},
			() => `${getting}exec: ${folder}/bin/plugin printed no ExecCredential`,
		],
		...[
			"tomorrow",
			"",
			"2099-01-01T00:00:00",
			"2099-02-30T00:00:00Z",
			"2099-01-01T24:00:00+02:00",
			4070908800,
		].map(
			(expirationTimestamp) =>
				[
					`that expire at ${JSON.stringify(expirationTimestamp)}`,
					async () => {
						await answer({ token: "fresh", expirationTimestamp });
						return kubeconfig();
					},
					() =>
						`${getting}exec: ${folder}/bin/plugin printed an expirationTimestamp that is not a time of RFC 3339`,
				] as const,
		),
		[
			"of another version than said",
			() =>
				kubeconfig({
					apiVersion: "client.authentication.k8s.io/v1beta1",
				}),
			() =>
				`${getting}exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, plugin returned version ${V1}`,
		],
		[
			"without a status",
			async () => {
				await answer(null);
				return kubeconfig();
			},
			() => `${getting}exec plugin didn't return a status field`,
		],
		[
			"with an empty status",
			async () => {
				await answer({});
				return kubeconfig();
			},
			() => `${getting}exec plugin didn't return a token or cert/key pair`,
		],
		[
			"with half a pair",
			async () => {
				await answer({ token: "S3CRET", clientKeyData: "S3CRET" });
				return kubeconfig();
			},
			() => `${getting}exec plugin returned only certificate or key, not both`,
		],
	] as const)
		test(`${name}: one line, nothing secret, one run for all requests`, async () => {
			const { answers } = await ask(await prepare(), 30);
			assert.deepEqual([...new Set(answers)], [expected()]);
			assert.ok((await runs()) <= 1);
		});

	test("that print too much are ended, whatever they do next", async () => {
		await writeFile(
			join(folder, "bin/plugin"),
			`#!/bin/sh\nmkfifo "$NOTES/never"\necho $$ > "$NOTES/pid"\nhead -c 2000000 /dev/zero\nexec cat "$NOTES/never"\n`,
		);
		const { answers } = await ask(await kubeconfig());
		assert.match(answers.join(""), /produced more than 1 MiB of output$/);
		const pid = Number(await note("pid"));
		while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
	});

	test("that leave behind who holds their stderr open are over when they end, as for kubectl", async () => {
		const never = join(folder, "never");
		await runProgram("mkfifo", [never]);
		const path = await kubeconfig({
			command: "/bin/sh",
			args: [
				"-c",
				`cat '${never}' >/dev/null & echo said >&2; cat '${folder}/answer'`,
			],
		});
		const { answers, stderr } = await ask(path);
		await writeFile(never, "");
		assert.deepEqual(
			{ answers, stderr },
			{ answers: ["default"], stderr: "said\n" },
		);
	});

	test("that leave behind who prints the credential are over when it has, as for kubectl", async () => {
		const go = join(folder, "go");
		await runProgram("mkfifo", [go]);
		await writeFile(
			join(folder, "bin/plugin"),
			`#!/bin/sh\n(read -r _ <'${go}'; cat '${folder}/answer') &\necho $$ > "$NOTES/pid"\n`,
		);
		const asking = ask(await kubeconfig());
		let pid = "";
		while (!pid.endsWith("\n")) pid = await note("pid").catch(() => "");
		while (isAlive(Number(pid)))
			await new Promise((resolve) => setImmediate(resolve));
		await writeFile(go, "now\n");
		assert.deepEqual((await asking).answers, ["default"]);
	});

	test("that leave behind who writes on are read no further", async () => {
		const gone = join(folder, "gone");
		await runProgram("mkfifo", [gone]);
		const told = readFile(gone, "utf8");
		const path = await kubeconfig({
			command: "/bin/sh",
			args: ["-c", `(yes S3CRET; echo yes >'${gone}') & wait`],
		});
		const { answers } = await ask(path, 1);
		assert.deepEqual(answers, [
			`${getting}exec: executable /bin/sh produced more than 1 MiB of output`,
		]);
		assert.equal(await told, "yes\n");
	});

	for (const [name, exec, expected] of [
		[
			"without apiVersion",
			{ apiVersion: undefined },
			/^user "u": exec plugin: invalid apiVersion "": it must be /,
		],
		[
			"of a version that is no more",
			{ apiVersion: "client.authentication.k8s.io/v1alpha1" },
			/^user "u": exec plugin: invalid apiVersion "client.authentication.k8s.io\/v1alpha1"/,
		],
		[
			"without command",
			{ command: undefined },
			/^user "u": exec plugin: command must be specified$/,
		],
		[
			"of v1 without interactiveMode",
			{ interactiveMode: undefined },
			/^user "u": exec plugin: interactiveMode must be specified/,
		],
		[
			"with another interactiveMode",
			{ interactiveMode: "Sometimes" },
			/^user "u": exec plugin: invalid interactiveMode "Sometimes"$/,
		],
	] as const)
		test(`${name}: refused, as kubectl does`, async () => {
			const path = await kubeconfig(exec);
			await assert.rejects(connected({ kubeconfig: path }), (error) => {
				assert.ok(error instanceof FailureError);
				assert.match(failureMessage(error), expected);
				return true;
			});
			if (kubectl === undefined) return;
			const { status } = await runProgram(
				"kubectl",
				["--kubeconfig", path, "get", "--raw", "/version"],
				{ env: { HOME: folder } },
			);
			assert.equal(status, 1);
		});

	test("that Ctrl-C ended end the run with it", async () => {
		await writeFile(join(folder, "bin/plugin"), "#!/bin/sh\nkill -INT $$\n");
		const { cluster } = await connected({ kubeconfig: await kubeconfig() });
		await assert.rejects(
			cluster.read("Namespace", { name: "default" }),
			new AbortedError("SIGINT"),
		);
		await cluster.close();
	});

	/** A read that waits for the plugin. */
	const interruptible = async () => {
		const interrupt = new AbortController();
		const { cluster } = await connected(
			{ kubeconfig: await kubeconfig() },
			{ interrupt: interrupt.signal },
		);
		const reading = cluster.read("Namespace", { name: "default" });
		reading.catch(() => {});
		return { interrupt, reading };
	};

	test("end with the interrupt", async () => {
		await writeFile(
			join(folder, "bin/plugin"),
			`#!/bin/sh\nmkfifo "$NOTES/never"\necho $$ > "$NOTES/pid"\nexec cat "$NOTES/never"\n`,
		);
		const { interrupt, reading } = await interruptible();
		let pid = "";
		while (!pid.endsWith("\n")) pid = await note("pid").catch(() => "");
		interrupt.abort(new AbortedError("SIGINT"));
		await assert.rejects(reading, { name: "AbortedError" });
		await assert.doesNotReject(async () => {
			// Gone as soon as the kernel has delivered the signal.
			while (isAlive(Number(pid)))
				await new Promise((resolve) => setImmediate(resolve));
		});
	});

	test("are ended by an interrupt that came while they were looked for", async () => {
		await writeFile(
			join(folder, "bin/plugin"),
			`#!/bin/sh\nexec tail -f /dev/null\n`,
		);
		const interrupt = new AbortController();
		const running = runExecPlugin(
			{
				command: join(folder, "bin/plugin"),
				apiVersion: V1,
				args: [],
				env: [],
				installHint: undefined,
				provideClusterInfo: undefined,
				interactiveMode: "Never",
			},
			{},
			{
				env: process.env,
				err: { write() {}, isTerminal: false, columns: 80 },
				interactive: false,
				interrupt: interrupt.signal,
			},
		);
		interrupt.abort(new AbortedError("SIGINT"));
		await assert.rejects(running, { name: "AbortedError" });
	});

	test("that have ended, and left somebody behind with their pipes, are waited for until the interrupt", async (t) => {
		await writeFile(
			join(folder, "bin/plugin"),
			`#!/bin/sh\nmkfifo "$NOTES/never"\ncat "$NOTES/never" &\necho $$ $! > "$NOTES/pids"\n`,
		);
		const { interrupt, reading } = await interruptible();
		let pids = "";
		while (!pids.endsWith("\n")) pids = await note("pids").catch(() => "");
		const [plugin, left] = pids.split(" ").map(Number);
		assert.ok(left !== undefined && left > 1);
		t.after(() => process.kill(left));
		while (isAlive(plugin ?? 0))
			await new Promise((resolve) => setImmediate(resolve));
		interrupt.abort(new AbortedError("SIGINT"));
		await assert.rejects(reading, { name: "AbortedError" });
	});
});

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
