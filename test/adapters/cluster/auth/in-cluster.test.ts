import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { ConnectionError } from "../../../../src/errors.ts";
import { failureMessage } from "../../../../src/report/failure.ts";
import type { Files } from "../../../../src/world.ts";
import { CertificateAuthority } from "../../../support/api-server/certificates.ts";
import { startApiServer } from "../../../support/api-server/index.ts";
import { connected, hastyClock } from "../../../support/connecting.ts";
import { findKubectl, runProgram } from "../../../support/kubectl.ts";
import { canMount, filesInPod, IN_POD } from "../../../support/pod.ts";
import {
	type RecordingServer,
	recordingServer,
} from "../../../support/recording-server.ts";

/**
 * In a pod: the service account's folder and the environment, for us by a
 * disk on which the folder is elsewhere, for kubectl in a mount namespace in
 * which it is there.
 */

let folder: string;
let server: RecordingServer;
let ca: CertificateAuthority;

const kubectl = await findKubectl();
const mountable = await canMount();

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	inPod = filesInPod(join(folder, "pod"));
	ca = await CertificateAuthority.create();
	server = await recordingServer("pod's", ca);
	await mkdir(join(folder, "pod"));
	await writeFile(join(folder, "pod/ca.crt"), ca.certificate);
	await writeFile(join(folder, "pod/namespace"), "of-the-pod\n");
	await writeFile(
		join(folder, "namespaceless"),
		`current-context: x
clusters: [{name: c, cluster: {server: "${server.url}", certificate-authority: pod/ca.crt}}]
users: [{name: u, user: {token: configured}}]
contexts: [{name: x, context: {cluster: c, user: u}}, {name: in, context: {cluster: c, user: u, namespace: default}}]
`,
	);
	await writeFile(
		join(folder, "contextless"),
		"users: [{name: u, user: {token: t}}]",
	);
});
after(async () => {
	await server[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});
beforeEach(() => writeFile(join(folder, "pod/token"), "of-the-account\n"));

let inPod: Files;

const environment = (more: Record<string, string>) => {
	const { hostname, port } = new URL(server.url);
	return {
		KUBERNETES_SERVICE_HOST: hostname,
		KUBERNETES_SERVICE_PORT: port,
		KUBECONFIG: join(folder, "none"),
		HOME: folder,
		...more,
	};
};

const path = (namespace: string) =>
	`/api/v1/namespaces/${namespace}/secrets/probe`;

describe("in a pod", () => {
	for (const [name, flags, env, expected] of [
		[
			"the account's token, CA and namespace",
			{},
			{},
			{ path: path("of-the-pod"), authorization: "Bearer of-the-account" },
		],
		["POD_NAMESPACE", {}, { POD_NAMESPACE: "given" }, { path: path("given") }],
		["--namespace", { namespace: "mine" }, {}, { path: path("mine") }],
		["--token", { token: "by-hand" }, {}, { authorization: "Bearer by-hand" }],
		[
			"a kubeconfig, with the pod's namespace where it has none",
			{},
			{ KUBECONFIG: "namespaceless" },
			{ path: path("of-the-pod"), authorization: "Bearer configured" },
		],
		[
			"a kubeconfig that says default",
			{ context: "in" },
			{ KUBECONFIG: "namespaceless" },
			{ path: path("default"), authorization: "Bearer configured" },
		],
		[
			"a kubeconfig without a context",
			{},
			{ KUBECONFIG: "contextless" },
			{ authorization: "Bearer of-the-account" },
		],
		[
			"a user of a kubeconfig without a cluster: the account all the same",
			{ user: "u" },
			{ KUBECONFIG: "contextless" },
			{ authorization: "Bearer of-the-account" },
		],
	] as const)
		test(name, async (t) => {
			const given = environment(env);
			if ("KUBECONFIG" in env) given.KUBECONFIG = join(folder, env.KUBECONFIG);
			server.recorded.length = 0;
			const { cluster } = await connected(flags, { env: given, files: inPod });
			const { namespace } = cluster;
			await cluster.read("Secret", { namespace, name: "probe" });
			await cluster.close();
			assert.partialDeepStrictEqual(server.recorded[0], {
				server: "pod's",
				...expected,
			});
			if (!kubectl || !mountable)
				return t.diagnostic("NOT compared with kubectl");
			const { err } = await runProgram(
				"unshare",
				[...IN_POD, "kubectl", "get", "secret", "probe"].concat(
					Object.entries<unknown>(flags).map(
						([flag, value]) => `--${flag}=${value}`,
					),
				),
				{ env: { ...given, POD: join(folder, "pod") } },
			);
			assert.equal(err, "");
			assert.deepEqual(server.recorded[0], server.recorded.at(-1));
			assert.ok(server.recorded.length > 1);
		});

	test(
		"compared with kubectl",
		{
			skip: !kubectl
				? "there is no kubectl on the PATH"
				: !mountable
					? "unshare(1) may not mount here"
					: false,
		},
		(t) => t.diagnostic(`kubectl ${kubectl}`),
	);

	test("--server may be another: it is not sent the account's token", async () => {
		server.recorded.length = 0;
		const { cluster } = await connected(
			{
				server: server.url,
				certificateAuthority: join(folder, "pod/ca.crt"),
			},
			{ env: environment({}), files: inPod },
		);
		await cluster.read("Secret", { namespace: "x", name: "probe" });
		await cluster.close();
		assert.deepEqual(
			server.recorded.map(({ authorization }) => authorization),
			[undefined],
		);
	});

	test("not without the token's file, or without the environment", async () => {
		const say = async (env: Record<string, string>) => {
			const { cluster } = await connected({}, { env, files: inPod });
			return cluster.server;
		};
		const { KUBERNETES_SERVICE_PORT, ...portless } = environment({});
		assert.ok(KUBERNETES_SERVICE_PORT);
		assert.equal(await say(portless), "http://localhost:8080");
		await rm(join(folder, "pod/token"));
		assert.equal(await say(environment({})), "http://localhost:8080");
	});

	test("an IPv6 address", async () => {
		const { cluster } = await connected(
			{},
			{
				env: environment({ KUBERNETES_SERVICE_HOST: "fd00::1" }),
				files: inPod,
			},
		);
		assert.equal(
			cluster.server,
			`https://[fd00::1]:${new URL(server.url).port}`,
		);
	});
});

test("a client certificate in files is read again after a minute, and needs another connection", async () => {
	const clock = hastyClock();
	const files = {
		clientCertificate: join(folder, "user.crt"),
		clientKey: join(folder, "user.key"),
	};
	const issue = async (name: string) => {
		const { certificate, key } = await ca.client(name, []);
		await writeFile(files.clientCertificate, certificate);
		await writeFile(files.clientKey, key);
	};
	await issue("jane");
	const { cluster } = await connected(
		{
			server: server.url,
			certificateAuthority: join(folder, "pod/ca.crt"),
			...files,
		},
		{ env: { HOME: folder }, clock },
	);
	server.recorded.length = 0;
	const read = () => cluster.read("Secret", { namespace: "x", name: "probe" });
	await read();
	await issue("joe");
	await read();
	await clock.delay(61_000);
	await read();
	await cluster.close();
	assert.deepEqual(
		server.recorded.map(({ certificate }) => certificate),
		["jane", "jane", "joe"],
	);
});

describe("a token file", () => {
	/** One request an entry; `wait` milliseconds before it. */
	async function tokens(
		steps: readonly { wait: number; token?: string }[],
	): Promise<(string | undefined)[]> {
		const clock = hastyClock();
		const { cluster } = await connected(
			{},
			{ env: environment({}), files: inPod, clock },
		);
		server.recorded.length = 0;
		for (const { wait, token } of steps) {
			await clock.delay(wait);
			if (token !== undefined)
				await writeFile(join(folder, "pod/token"), token);
			await cluster.read("Secret", { namespace: "x", name: "probe" });
		}
		await cluster.close();
		return server.recorded.map(({ authorization }) => authorization);
	}

	test("is read again after a minute", async () => {
		assert.deepEqual(
			await tokens([
				{ wait: 0 },
				{ wait: 0, token: "second" },
				{ wait: 59_000 },
				{ wait: 2_000 },
				{ wait: 30_000, token: "third" },
				{ wait: 31_000 },
			]),
			[
				"Bearer of-the-account",
				"Bearer of-the-account",
				"Bearer of-the-account",
				"Bearer second",
				"Bearer second",
				"Bearer third",
			],
		);
	});

	test("that is empty for a moment, as while it is written, is as it was", async () => {
		assert.deepEqual(
			await tokens([
				{ wait: 0 },
				{ wait: 61_000, token: "" },
				{ wait: 0, token: "second" },
			]),
			["Bearer of-the-account", "Bearer of-the-account", "Bearer second"],
		);
	});

	test("is read again when the server refuses the token: once for all who were refused", async (t) => {
		const api = await startApiServer({
			users: { ann: { token: "renewed" } },
			allow: [{ user: "ann", verbs: ["*"], resources: ["*"] }],
		});
		t.after(() => api.stop());
		await writeFile(join(folder, "pod/api-ca.crt"), api.ca);
		let reads = 0;
		const { cluster } = await connected(
			{ certificateAuthority: join(folder, "pod/api-ca.crt") },
			{
				env: environment({
					KUBERNETES_SERVICE_PORT: new URL(api.url).port,
				}),
				files: {
					...inPod,
					async read(path, limit) {
						// Replaced between the first reading of it and the second.
						if (path.endsWith("/token") && ++reads > 1)
							return Buffer.from("renewed");
						return inPod.read(path, limit);
					},
				},
			},
		);
		const read = () => cluster.read("Namespace", { name: "default" });
		await Promise.all(Array.from({ length: 20 }, read));
		assert.equal(reads, 2);
		await cluster.close();
	});

	for (const [name, prepare, says] of [
		[
			"that is empty",
			() => writeFile(join(folder, "pod/token"), "\n"),
			/^Unable to connect to the server: read empty token from file ".*token"$/,
		],
		[
			"that is gone",
			() => rm(join(folder, "pod/token")),
			/^Unable to connect to the server: cannot read .*token: no such file or directory$/,
		],
	] as const)
		test(`${name}: one line`, async () => {
			const { cluster } = await connected(
				{},
				{ env: environment({}), files: inPod },
			);
			await prepare();
			await assert.rejects(
				cluster.read("Namespace", { name: "x" }),
				(error) => {
					assert.ok(error instanceof ConnectionError);
					assert.match(failureMessage(error), says);
					return true;
				},
			);
			await cluster.close();
		});
});
