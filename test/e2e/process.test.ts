/** What a user's variables, flags of Node and signals cannot do to the built file. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { CertificateAuthority } from "../support/api-server/certificates.ts";
import { testCluster } from "../support/cluster.ts";
import { kubeconfigText } from "../support/kubeconfig-text.ts";
import { BUILT, plugin } from "../support/plugin.ts";
import { notPosix } from "../support/posix.ts";
import { program } from "../support/program.ts";

const VERSION = `v${packageJson.version}\n`;

let folder: string;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "process-"));
	await writeFile(
		join(folder, "foreign.cjs"),
		`require("node:fs").writeFileSync(${JSON.stringify(join(folder, "ran"))}, "")`,
	);
});
after(() => rm(folder, { recursive: true }));

const ran = (
	args: readonly string[],
	env: Record<string, string> = {},
	cwd?: string,
) =>
	program(BUILT, args, {
		kubeconfig: "",
		home: folder,
		env,
		...(cwd && { cwd }),
	});

test("a password file that is a pipe to which nobody writes: a signal ends it", {
	skip: notPosix,
}, async () => {
	const pipe = join(folder, "silent");
	execFileSync("mkfifo", [pipe]);
	const child = spawn(
		BUILT,
		[
			...["create", "--registry-server=r.example", "--registry-username=u"],
			`--registry-password-file=${pipe}`,
		],
		{ stdio: "ignore" },
	);
	const ended = once(child, "exit");
	// Open at both ends: it is being read.
	const writer = await open(pipe, "w");
	child.kill("SIGTERM");
	assert.deepEqual(await ended, [null, "SIGTERM"]);
	await writer.close();
});

describe("a name that no server looks up", () => {
	let silent: Socket;
	let queries = 0;
	/** The resolver's file is another for this program alone: it asks for minutes. */
	const lookingUp = async (t: TestContext, flags: readonly string[]) => {
		const resolv = join(folder, "resolv.conf");
		await writeFile(
			resolv,
			"nameserver 127.0.0.9\noptions timeout:30 attempts:5\n",
		);
		const own = [
			...["-rm", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"'],
			resolv,
		];
		queries = 0;
		silent = createSocket("udp4").on("message", () => queries++);
		silent.unref();
		t.after(() => silent.close());
		try {
			silent.bind(53, "127.0.0.9");
			await once(silent, "listening");
			execFileSync("unshare", [...own, "true"], { stdio: "ignore" });
		} catch (error) {
			t.skip(`no resolver of its own here: ${error}`);
			return undefined;
		}
		return spawn(
			"unshare",
			[...own, BUILT, "list", "--server=https://cluster.example.com", ...flags],
			{ stdio: "ignore" },
		);
	};

	test("a signal ends it", async (t) => {
		const child = await lookingUp(t, []);
		if (child === undefined) return;
		const ended = once(child, "exit");
		await once(silent, "message");
		child.kill("SIGTERM");
		assert.deepEqual(await ended, [null, "SIGTERM"]);
	});

	test("a program that has given up ends, with its status, while the system still asks", async (t) => {
		const child = await lookingUp(t, ["--request-timeout=1s"]);
		if (child === undefined) return;
		assert.deepEqual(await once(child, "exit"), [1, null]);
		// For both families of addresses once; the next time would be half a minute later.
		assert.ok(queries <= 2, `${queries} queries`);
	});
});

describe("NODE_OPTIONS and flags of Node do nothing", () => {
	const foreign = () => join(folder, "foreign.cjs");
	const CASES: [name: string, option: () => string][] = [
		["--require", () => `--require=${foreign()}`],
		["--import", () => `--import=file://${foreign()}`],
		["--inspect", () => "--inspect=127.0.0.1:0"],
		["--inspect-brk", () => "--inspect-brk=127.0.0.1:0"],
		["--tls-keylog", () => `--tls-keylog=${join(folder, "ran")}`],
		["--cpu-prof", () => `--cpu-prof --cpu-prof-dir=${join(folder, "ran")}`],
	];
	for (const [name, option] of CASES)
		test(name, async () => {
			const { status, out, err } = await ran(["--version"], {
				NODE_OPTIONS: option(),
			});
			assert.deepEqual([status, out, err], [0, VERSION, ""]);
			assert.ok(!existsSync(join(folder, "ran")), "the option was heeded");
			const [flag = ""] = option().split(/[= ]/);
			const asFlag = await ran([...option().split(" "), "--version"]);
			assert.deepEqual(
				[asFlag.status, asFlag.out, asFlag.err],
				[
					2,
					"",
					`error: unknown flag: ${flag}\nSee 'kubectl meshreg --help' for usage.\n`,
				],
			);
		});
});

test("NODE_DEBUG shows nothing that is read", async () => {
	const { status, out, err } = await program(
		BUILT,
		[
			...["create", "--server=http://127.0.0.1:1", "--no-verify"],
			...["--registry-server=r.example", "--registry-username=u"],
			"--registry-password-stdin",
		],
		{
			kubeconfig: "",
			home: folder,
			env: { NODE_DEBUG: "*" },
			stdin: "marked-password",
		},
	);
	assert.doesNotMatch(out + err, /marked|6d 61 72 6b 65 64/);
	// There is no cluster.
	assert.equal(status, 1);
	assert.match(err, /connection .* refused/);
});

test("SIGUSR1 opens no debugger", {
	skip: process.platform !== "linux" && "/proc says what a process listens to",
}, async () => {
	// Holds all answers back until the signal has come.
	const asked = Promise.withResolvers<void>();
	const signalled = Promise.withResolvers<void>();
	const server = createServer(async (_, response) => {
		asked.resolve();
		await signalled.promise;
		response.end(
			'{"apiVersion":"v1","kind":"SecretList","metadata":{"resourceVersion":"1"},"items":[]}',
		);
	});
	const port = await listen(server);
	const child = spawn(BUILT, ["list", `--server=http://127.0.0.1:${port}`], {
		env: { PATH: process.env.PATH, HOME: folder },
		stdio: ["ignore", "ignore", "pipe"],
	});
	let err = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		err += text;
	});
	try {
		const ended = new Promise((resolve) => child.once("close", resolve));
		await asked.promise;
		const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(
			await readFile(`/proc/${child.pid}/status`, "utf8"),
		)?.[1];
		assert.equal(BigInt(`0x${caught}`) & (1n << 9n), 0n, "SIGUSR1 is caught");
		child.kill("SIGUSR1");
		signalled.resolve();
		assert.equal(await ended, 0);
		assert.equal(err, "No resources found\n");
	} finally {
		server.close();
		server.closeAllConnections();
		child.kill("SIGKILL");
	}
});

test("a current directory that was removed is no bug", {
	skip: notPosix,
}, async () => {
	const inGone = async (...args: readonly string[]) => {
		const cwd = await mkdtemp(join(folder, "gone-"));
		return program(
			"/bin/sh",
			["-c", 'rmdir "$PWD" && exec "$@"', "sh", BUILT, ...args],
			{ kubeconfig: "", home: folder, cwd },
		);
	};
	const manifest = join(folder, "pod.yaml");
	await writeFile(
		manifest,
		"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n",
	);
	const { status, out, err } = await inGone("inject", "-f", manifest);
	assert.deepEqual([status, err], [0, ""]);
	assert.match(out, /imagePullSecrets/);
	assert.equal(
		(await inGone("list", "--kubeconfig=config")).err,
		"error: cannot read config: no such file or directory\n",
	);
});

test("a program of the current directory is never run, whatever PATH says", {
	skip: notPosix,
}, async () => {
	const marker = join(folder, "it-ran");
	for (const name of ["docker-credential-planted", "planted"])
		await writeFile(join(folder, name), `#!/bin/sh\ntouch ${marker}\n`, {
			mode: 0o755,
		});
	await writeFile(
		join(folder, "docker.json"),
		'{"credsStore":"planted","auths":{"registry.example":{}}}',
	);
	await writeFile(
		join(folder, "planted.yaml"),
		`current-context: x
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: planted, interactiveMode: Never}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
`,
	);
	const create =
		"create --dry-run=client -o yaml --from-docker-config=docker.json --registry-server=registry.example";
	for (const PATH of ["", ".", ":/usr/bin", "/usr/bin:", "./", "/usr/bin:."])
		for (const [args, says] of [
			[create, "docker-credential-planted is not installed"],
			["list --kubeconfig=planted.yaml", "executable planted not found"],
		] as const) {
			const { status, err } = await ran(args.split(" "), { PATH }, folder);
			assert.equal(status, 1);
			assert.ok(err.includes(says), err);
			assert.ok(!existsSync(marker), `PATH=${PATH} ${args}`);
		}
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 lets no impostor have the token", async () => {
	const [ours, impostors] = await Promise.all([
		CertificateAuthority.create(),
		CertificateAuthority.create(),
	]);
	const { certificate: cert, key } = await impostors.server();
	let requests = 0;
	const server = createSecureServer({ cert, key }, (_, response) => {
		requests++;
		response.end("{}");
	});
	const port = await listen(server);
	const kubeconfig = join(folder, "config");
	await writeFile(
		kubeconfig,
		kubeconfigText(
			{
				server: `https://127.0.0.1:${port}`,
				"certificate-authority-data": Buffer.from(ours.certificate).toString(
					"base64",
				),
			},
			{ token: "the-token" },
		),
	);
	try {
		const { status, out, err } = await plugin(["list"], {
			kubeconfig,
			home: folder,
			env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
		});
		assert.deepEqual(
			[status, out, err],
			[
				1,
				"",
				"Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority\n",
			],
		);
		assert.equal(requests, 0);
	} finally {
		server.close();
	}
});

describe("a watch ends at its next line once the next program of its pipe has read enough", {
	skip: notPosix,
}, () => {
	for (const verb of ["list -w", "sync --watch -n"])
		test(verb, async () => {
			await using cluster = await testCluster();
			const [mesh, app] = [
				await cluster.namespace("mesh"),
				await cluster.namespace("app"),
			];
			const given = {
				kubeconfig: cluster.kubeconfig,
				home: folder,
				env: { MESHREG_NAMESPACE: mesh, MESHREG_NAME: "gone" },
			};
			const create =
				"create --registry-server=r.example --registry-username=u --registry-password-stdin";
			await program(BUILT, create.split(" "), { ...given, stdin: "p" });
			const args = verb.endsWith("-n") ? `${verb} ${app}` : verb;
			let isOver = false;
			const watch = program(
				"sh",
				["-c", `{ '${BUILT}' ${args}; echo "status $?" >&2; } | head -n 1`],
				given,
			).finally(() => {
				isOver = true;
			});
			// Each copy that comes and goes is a line, of which `head` reads none but the first.
			while (!isOver) {
				await program(BUILT, ["sync", "-n", app], given);
				await cluster.api.request(
					"DELETE",
					`/api/v1/namespaces/${app}/secrets/gone`,
				);
			}
			const { out, err } = await watch;
			assert.equal(out.split("\n").length, 2, out);
			assert.match(err, /^status 0$/m);
		});
});

async function listen(server: Server | ReturnType<typeof createSecureServer>) {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return (server.address() as AddressInfo).port;
}
