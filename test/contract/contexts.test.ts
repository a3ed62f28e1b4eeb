/** `--contexts` over two API servers, of which two more contexts reach none: one that refuses, one that hangs. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { AbortedError } from "../../src/errors.ts";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { meshreg, type Outcome } from "../support/command-line.ts";
import { contextsFile } from "../support/contexts-file.ts";
import {
	type FaultProxy,
	startFaultProxy,
} from "../support/fault-proxy/index.ts";

/** Of this run: a cluster that a user points at may hold pull secrets already. */
const NAME = `meshreg-contexts-${process.pid}`;
const REFUSED =
	"The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?";
/** The hint to who has rights in some namespaces only. */
const ELSEWHERE = "; use -n NAMESPACE where you have the rights";
const RELEASED = "Error from server (403): a fault on purpose: 403";

let eu: TestCluster;
let us: TestCluster;
let proxy: FaultProxy;
let mute: Mute;
let kubeconfig: string;
/** Names that both clusters have. */
let mesh: string;
let app: string;

before(async () => {
	[eu, us] = await Promise.all([testCluster(), testCluster({ second: true })]);
	[mesh, app] = [eu.named("mesh"), eu.named("app")];
	for (const cluster of [eu, us])
		for (const [at, name] of [mesh, app].entries()) {
			await post(cluster, "namespaces", { metadata: { name } });
			cluster.own(name);
			if (at === 1)
				await post(cluster, `namespaces/${name}/serviceaccounts`, {
					metadata: { name: "worker" },
				});
		}
	proxy = await startFaultProxy(us.kubeconfig, us.folder);
	mute = await startMute();
	kubeconfig = join(eu.folder, "contexts.kubeconfig");
	await writeFile(
		kubeconfig,
		contextsFile({
			eu: { from: eu.kubeconfig },
			us: { from: us.kubeconfig },
			gone: { from: us.kubeconfig, server: "https://127.0.0.1:1" },
			hangs: { from: proxy.kubeconfig },
			mute: { from: us.kubeconfig, server: mute.server },
		}),
	);
});
after(async () => {
	mute?.stop();
	await proxy?.stop();
	await us?.[Symbol.asyncDispose]();
	await eu?.[Symbol.asyncDispose]();
});

async function post(
	{ api }: TestCluster,
	path: string,
	body: unknown,
): Promise<void> {
	const answer = await api.request("POST", `/api/v1/${path}`, { body });
	assert.equal(answer.status, 201, JSON.stringify(answer.body));
}

/** The object at a path of the core API; undefined where there is none. */
async function get(
	{ api }: TestCluster,
	path: string,
): Promise<Record<string, unknown> | undefined> {
	const { status, body } = await api.request("GET", `/api/v1/${path}`);
	return status === 404 ? undefined : (body as Record<string, unknown>);
}

/** The password of the pull secret in a namespace. */
async function password(
	cluster: TestCluster,
	namespace: string,
): Promise<string | undefined> {
	const secret = await get(cluster, `namespaces/${namespace}/secrets/${NAME}`);
	if (secret === undefined) return undefined;
	const data = secret.data as Record<string, string>;
	const text = Buffer.from(data[".dockerconfigjson"] ?? "", "base64");
	return JSON.parse(text.toString()).auths["registry.example"].password;
}

const passwords = () =>
	Promise.all(
		[eu, us].map(async (cluster) => [
			await password(cluster, mesh),
			await password(cluster, app),
		]),
	);

/** Runs in `eu`, `us`, `gone` and `hangs`, which hangs until the three before it are told of. */
async function everywhere(
	argv: readonly string[],
	stdin = "",
): Promise<Outcome> {
	const released = Promise.withResolvers<void>();
	proxy.choose = () => ({
		kind: "status",
		status: 403,
		after: released.promise,
	});
	let printed = "";
	return run([...argv, "--contexts=eu,us,gone,hangs"], {
		stdin,
		onWrite(_, text) {
			printed += text;
			if (printed.includes(REFUSED)) released.resolve();
		},
	});
}

function run(
	argv: readonly string[],
	given: Parameters<typeof meshreg>[1] = {},
): Promise<Outcome> {
	return meshreg(argv, {
		kubeconfig,
		env: { MESHREG_NAMESPACE: mesh, MESHREG_NAME: NAME },
		...given,
	});
}

/** What several contexts printed under their headings, each line with its context before it; sorted. */
function sorted(text: string): string[] {
	let before = "";
	return text
		.split("\n")
		.filter(Boolean)
		.flatMap((line) => {
			const heading = /^==> (.*) <==$/.exec(line)?.[1];
			if (heading !== undefined) before = `${heading}: `;
			// The last words are about all of them.
			if (/^(error: \d|interrupted in)/.test(line)) before = "";
			return heading === undefined ? [before + line] : [];
		})
		.sort();
}

const tagged = (...lines: string[]) =>
	["eu", "us"].flatMap((context) => lines.map((line) => `${context}: ${line}`));

/** The outcome is these lines in both, and the failures of the other two. */
function assertBoth(
	outcome: Outcome,
	{
		out,
		err = [],
		where = "",
	}: { out: readonly string[]; err?: readonly string[]; where?: string },
): void {
	assert.deepEqual(
		sorted(outcome.err),
		[
			...tagged(...err),
			`gone: ${REFUSED}`,
			`hangs: ${RELEASED}${where}`,
			"error: 2 of 4 contexts failed: gone, hangs",
		].sort(),
	);
	assert.deepEqual(sorted(outcome.out), tagged(...out).sort());
	assert.equal(outcome.status, 1);
}

const CREDENTIAL = [
	"--registry-server=registry.example",
	"--registry-username=mesh",
	"--registry-password-stdin",
];

/** What a test finds in both clusters. */
async function prepared(...argv: string[]): Promise<void> {
	const { status, err } = await run([...argv, "--contexts=eu,us"], {
		stdin: "one",
	});
	assert.equal(status, 0, err);
}
const served = () => prepared("apply", ...CREDENTIAL, "-n", app);

describe("each verb does its work in both clusters", () => {
	afterEach(() => prepared("prune", "--yes"));

	test("create", async () => {
		const outcome = await everywhere(["create", ...CREDENTIAL], "one");
		assertBoth(outcome, {
			out: [`secret/${NAME} created in ${mesh} namespace`],
			where: ELSEWHERE,
		});
		assert.deepEqual(await passwords(), [
			["one", undefined],
			["one", undefined],
		]);
	});

	test("sync", async () => {
		await prepared("create", ...CREDENTIAL);
		assertBoth(await everywhere(["sync", "-n", app]), {
			out: [`secret/${NAME} created in ${app} namespace`],
			err: ["1 namespace: 1 created, 0 configured, 0 unchanged, 0 failed"],
		});
		assert.deepEqual(await passwords(), [
			["one", "one"],
			["one", "one"],
		]);
	});

	test("attach", async () => {
		await served();
		assertBoth(await everywhere(["attach", "worker", "-n", app]), {
			out: [
				`serviceaccount/worker configured in ${app} namespace`,
				`secret/${NAME} configured in ${mesh} namespace`,
			],
			where: ` (namespace "${app}")`,
		});
		for (const cluster of [eu, us]) {
			const account = await get(
				cluster,
				`namespaces/${app}/serviceaccounts/worker`,
			);
			assert.deepEqual(account?.imagePullSecrets, [{ name: NAME }]);
		}
	});

	test("rotate", async () => {
		await served();
		assertBoth(
			await everywhere(["rotate", ...CREDENTIAL, "--no-verify"], "two"),
			{
				out: [
					`secret/${NAME} configured in ${mesh} namespace`,
					`secret/${NAME} configured in ${app} namespace`,
				],
				err: ["2 namespaces: 0 created, 2 configured, 0 unchanged, 0 failed"],
			},
		);
		assert.deepEqual(await passwords(), [
			["two", "two"],
			["two", "two"],
		]);
	});

	test("check: each cluster has its own result and exit status", async () => {
		await served();
		await us.api.request("DELETE", `/api/v1/namespaces/${app}/secrets/${NAME}`);
		const { status, out, err } = await everywhere([
			"check",
			"-n",
			`${mesh},${app}`,
		]);
		const problems = sorted(out).filter((line) => /^\w+: × /.test(line));
		assert.ok(problems.length > 0);
		assert.ok(problems.every((line) => line.startsWith("us: ")));
		assert.equal(
			err.trimEnd().split("\n").at(-1),
			"error: 3 of 4 contexts failed: us, gone, hangs",
		);
		assert.equal(status, 1);
	});

	test("list, where one server accepts and never answers, and one not even that", async (t) => {
		await served();
		t.mock.timers.enable({ apis: ["setTimeout"] });
		proxy.choose = () => ({
			kind: "status",
			status: 403,
			after: new Promise(() => {}),
		});
		let printed = "";
		const answered = Promise.withResolvers<void>();
		let over = false;
		const running = run(
			[
				...["list", NAME, "--contexts=eu,us,gone,hangs,mute"],
				"--request-timeout=15m",
			],
			{
				onWrite(_, text) {
					printed += text;
					// What it says is printed after all that the two before it have to say.
					if (printed.includes(REFUSED)) answered.resolve();
				},
			},
		).finally(() => {
			over = true;
		});
		await Promise.race([answered.promise, running]);
		while (!over) {
			t.mock.timers.tick(60_000);
			await new Promise((resolve) => setImmediate(resolve));
		}
		const { status, out, err } = await running;
		const row = (line: string) => line.split(/ {2,}/).toSpliced(-1).join(" ");
		assert.deepEqual(
			sorted(out).map(row),
			["eu", "us"].flatMap((context) => [
				`${context}: NAMESPACE NAME REGISTRIES STATUS`,
				`${context}: ${app} ${NAME} registry.example InSync`,
				`${context}: ${mesh} ${NAME} registry.example Source`,
			]),
		);
		const said = sorted(err).join("\n");
		assert.match(said, /^hangs: Unable to connect to the server: .*Timeout/m);
		assert.match(said, /^mute: Unable to connect to the server: .*[Tt]ime/m);
		assert.match(err, /\nerror: 3 of 5 contexts failed: gone, hangs, mute\n$/);
		assert.equal(status, 1);
	});

	test("sync, interrupted while one hangs: what is done is told", async () => {
		await served();
		proxy.choose = () => ({
			kind: "status",
			status: 403,
			after: new Promise(() => {}),
		});
		const interrupt = new AbortController();
		let printed = "";
		const { status, out, err } = await run(
			["sync", "-n", app, "-o", "json", "--contexts=eu,us,gone,hangs"],
			{
				interrupt: interrupt.signal,
				onWrite(_, text) {
					printed += text;
					// What it says is printed after all that the two before it have to say.
					if (printed.includes(REFUSED))
						interrupt.abort(new AbortedError("SIGINT"));
				},
			},
		);
		const item = (context: string) => ({
			context,
			namespace: app,
			kind: "Secret",
			name: NAME,
			action: "unchanged",
			cause: "",
			message: "",
		});
		const failed = (context: string, cause: string, message: string) => ({
			context,
			namespace: "",
			kind: "",
			name: "",
			action: "failed",
			cause,
			message,
		});
		assert.deepEqual(JSON.parse(out).items, [
			item("eu"),
			item("us"),
			failed("gone", "unreachable", REFUSED),
			failed("hangs", "interrupted", "interrupted by SIGINT"),
		]);
		assert.deepEqual(err.trimEnd().split("\n").slice(-2), [
			"error: 1 of 4 contexts failed: gone",
			"interrupted in 1 of 4 contexts: hangs",
		]);
		assert.equal(status, 130);
	});

	test("prune", async () => {
		await served();
		await prepared("attach", "worker", "-n", app);
		const outcome = await everywhere(["prune", "--yes"]);
		// What others hold in a cluster is mentioned.
		const err = outcome.err.replaceAll(/^still managed by meshreg: .*\n/gm, "");
		assertBoth(
			{ ...outcome, err },
			{
				out: [
					`secret "${NAME}" deleted from ${mesh} namespace`,
					`secret "${NAME}" deleted from ${app} namespace`,
					`serviceaccount/worker configured in ${app} namespace`,
				],
				err: ["taken back: 1 service account"],
				where: ELSEWHERE,
			},
		);
		assert.deepEqual(await passwords(), [
			[undefined, undefined],
			[undefined, undefined],
		]);
	});
});

/** Takes connections, and says nothing: not even TLS begins. */
interface Mute {
	server: string;
	stop(): void;
}

async function startMute(): Promise<Mute> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		server: `https://127.0.0.1:${port}`,
		stop() {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}
