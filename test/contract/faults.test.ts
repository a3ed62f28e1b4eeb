/** Sync, create and prune while requests fail in every way a network or a server can think of. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { MANAGED } from "../support/build.ts";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { meshreg } from "../support/command-line.ts";
import { hastyClock } from "../support/connecting.ts";
import {
	type Choose,
	type Fault,
	type FaultProxy,
	type Passing,
	share,
	startFaultProxy,
} from "../support/fault-proxy/index.ts";

/** Of this run: a cluster that a user points at may hold pull secrets already. */
const NAME = `meshreg-faults-${process.pid}`;
const COUNT = 200;
const LABEL = `usage=${NAME}`;

let cluster: TestCluster;
let proxy: FaultProxy;
let mesh: string;
let targets: string[];

before(async () => {
	cluster = await testCluster();
	mesh = await cluster.namespace("mesh");
	targets = await Promise.all(
		Array.from({ length: COUNT }, (_, at) =>
			cluster.namespace(`t-${String(at).padStart(3, "0")}`, {
				"meshreg-faults": cluster.named("yes"),
			}),
		),
	);
	proxy = await startFaultProxy(cluster.kubeconfig, cluster.folder);
	const created = await run(CREATE);
	assert.equal(created.status, 0, created.err);
});
after(async () => {
	await proxy?.stop();
	await cluster?.[Symbol.asyncDispose]();
});

const CREATE = [
	"create",
	"--registry-server=registry.example",
	"--registry-username=mesh",
	"--registry-password-stdin",
];
const sync = () => ["sync", "-l", `meshreg-faults=${cluster.named("yes")}`];

/** Through the proxy, on a clock on which the pauses between tries take no time. */
function run(
	argv: string[],
	choose: Choose = () => undefined,
	password = "hush",
) {
	proxy.choose = choose;
	proxy.count.requests = 0;
	proxy.count.faults = 0;
	return meshreg(argv, {
		kubeconfig: proxy.kubeconfig,
		env: { MESHREG_NAMESPACE: mesh, MESHREG_NAME: NAME },
		stdin: password,
		clock: hastyClock(),
	});
}

interface Copy {
	metadata: { namespace: string; name: string };
	data: Record<string, string>;
}

/** The password of every copy, asked directly. */
async function passwords(): Promise<(string | undefined)[]> {
	const { body } = await cluster.api.request(
		"GET",
		`/api/v1/secrets?labelSelector=${encodeURIComponent(LABEL)}`,
	);
	const copies = new Map(
		(body as { items: Copy[] }).items
			.filter(({ metadata }) => metadata.name === NAME)
			.map(({ metadata, data }) => [
				metadata.namespace,
				JSON.parse(
					Buffer.from(data[".dockerconfigjson"] ?? "", "base64").toString(),
				).auths["registry.example"].password,
			]),
	);
	return targets.map((namespace) => copies.get(namespace));
}

async function deleteCopies(): Promise<void> {
	for (const namespace of targets)
		await cluster.api.request(
			"DELETE",
			`/api/v1/namespaces/${namespace}/secrets/${NAME}`,
		);
}

/** Pull secrets of other names, so that lists have a second page. */
async function fillPages(): Promise<void> {
	const namespace = await cluster.namespace("filler");
	await Promise.all(
		Array.from({ length: 500 }, async (_, at) =>
			cluster.api.request("POST", `/api/v1/namespaces/${namespace}/secrets`, {
				body: {
					metadata: {
						name: `filler-${at}`,
						labels: MANAGED,
					},
					type: "kubernetes.io/dockerconfigjson",
					data: { ".dockerconfigjson": "e30=" },
				},
			}),
		),
	);
}

const all = (password: string) => Array(COUNT).fill(password);
const isList = ({ path }: Passing) => path.includes("limit=");

const FAULTS: readonly (readonly [
	string,
	Fault,
	((r: Passing) => boolean)?,
])[] = [
	["delays", { kind: "delay", milliseconds: 20 }],
	["429 with Retry-After", { kind: "status", status: 429, retryAfter: 1 }],
	["500", { kind: "status", status: 500 }],
	["502", { kind: "status", status: 502 }],
	["503", { kind: "status", status: 503, retryAfter: 2 }],
	["504", { kind: "status", status: 504 }],
	["connections cut before", { kind: "reset", when: "before" }],
	["connections cut after", { kind: "reset", when: "after" }],
	["streams reset before", { kind: "stream reset", when: "before" }],
	["streams reset after", { kind: "stream reset", when: "after" }],
	["truncated bodies", { kind: "truncated" }],
	["bodies cut off", { kind: "cut off" }],
	["slow bodies", { kind: "slow", milliseconds: 2 }],
];

describe(`a sync of ${COUNT} namespaces, 10 % of the requests hit by`, () => {
	for (const [name, fault] of FAULTS) {
		test(`${name}: first copies`, async () => {
			await deleteCopies();
			const { status, out, err } = await run(sync(), share(0.1, fault));
			assert.equal(status, 0, err);
			assert.equal(out.match(/ created in /g)?.length, COUNT);
			assert.ok(proxy.count.faults > 5, `${proxy.count.faults} faults`);
			assert.deepEqual(await passwords(), all("hush"));
		});

		test(`${name}: copies that differ`, async () => {
			const password = `hush, ${name}`;
			await run(sync());
			await run([...CREATE, "--replace"], undefined, password);
			const { status, out, err } = await run(sync(), share(0.1, fault));
			assert.equal(status, 0, err);
			assert.equal(out.match(/ configured in /g)?.length, COUNT);
			assert.ok(proxy.count.faults > 5, `${proxy.count.faults} faults`);
			assert.deepEqual(await passwords(), all(password));
			await run([...CREATE, "--replace"]);
		});
	}

	test("all of that by turns", async () => {
		await deleteCopies();
		const kinds = FAULTS.map(([, fault]) => fault);
		let turn = 0;
		const some = share(0.1, { kind: "truncated" });
		const { status, err } = await run(sync(), (request) =>
			some(request) ? kinds[turn++ % kinds.length] : undefined,
		);
		assert.equal(status, 0, err);
		assert.deepEqual(await passwords(), all("hush"));
	});
});

describe("other commands", () => {
	test("a list that expires while it is read has everything once", async () => {
		await fillPages();
		await run(sync());
		const { status, out, err } = await run(
			["list", "-o", "name"],
			once({ kind: "expired" }, ({ path }) => path.includes("continue=")),
		);
		assert.equal(status, 0, err);
		assert.equal(proxy.count.faults, 1);
		assert.equal(out.match(/^secret\/filler-\d+$/gm)?.length, 500);
		assert.equal(
			out.match(new RegExp(`^secret/${NAME}$`, "gm"))?.length,
			COUNT + 1,
		);
	});

	test("a create that was carried out although its answer was lost counts as done", async () => {
		const namespace = await cluster.namespace("other-mesh");
		const { status, out, err } = await run(
			[...CREATE, "-n", namespace],
			once({ kind: "reset", when: "after" }, ({ method }) => method === "POST"),
		);
		assert.equal(status, 0, err);
		assert.match(out, /^secret\/\S+ created in \S+ namespace\n$/);
		assert.equal(proxy.count.faults, 1);
		await cluster.api.request(
			"DELETE",
			`/api/v1/namespaces/${namespace}/secrets/${NAME}`,
		);
	});

	test("prune, 10 % of the connections cut after", async () => {
		await run(sync());
		const { status, out, err } = await run(
			["prune", "--yes", "--keep-sources"],
			share(0.1, { kind: "reset", when: "after" }),
		);
		assert.equal(status, 0, err);
		assert.equal(out.match(/ deleted from /g)?.length, COUNT);
		assert.deepEqual(await passwords(), Array(COUNT).fill(undefined));
	});

	test("two syncs at once both exit 0, and agree", async () => {
		await deleteCopies();
		proxy.choose = () => undefined;
		for (const password of ["second", "hush"]) {
			await run([...CREATE, "--replace"], undefined, password);
			const both = await Promise.all([run(sync()), run(sync())]);
			assert.deepEqual(
				both.map(({ status, err }) => [status, err.replace(/\d+ /g, "")]),
				both.map(({ err }) => [0, err.replace(/\d+ /g, "")]),
			);
			assert.deepEqual(await passwords(), all(password));
		}
	});
});

describe("a server that goes for good", () => {
	for (const [moment, isIt] of [
		["at the first list", isList],
		["at the first write", ({ method }: Passing) => method !== "GET"],
	] as const)
		test(`${moment}: one line, exit 1`, async () => {
			// What it selects is in the record.
			await run(sync());
			const going = await startFaultProxy(cluster.kubeconfig, cluster.folder);
			await deleteCopies();
			const clock = hastyClock();
			const began = clock.now();
			going.choose = (request) => {
				if (isIt(request)) void going.stop();
				return undefined;
			};
			const { status, err } = await meshreg(sync(), {
				kubeconfig: going.kubeconfig,
				env: { MESHREG_NAMESPACE: mesh, MESHREG_NAME: NAME },
				clock,
			});
			assert.equal(status, 1);
			assert.match(
				err,
				/(^|\n)The connection to the server 127\.0\.0\.1:\d+ was refused - did you specify the right host or port\?( \(0 of 200 namespaces are done; run the command again to finish\))?\n$/,
			);
			assert.equal(err.match(/was refused/g)?.length, 1);
			const waited = clock.now() - began;
			assert.ok(waited > 20_000 && waited <= 31_000, `${waited} ms`);
		});

	test("before anything was reached: at once", async () => {
		const gone = await startFaultProxy(cluster.kubeconfig, cluster.folder);
		await gone.stop();
		const clock = hastyClock();
		const { status, out, err } = await meshreg(sync(), {
			kubeconfig: gone.kubeconfig,
			clock,
		});
		assert.deepEqual([status, out, clock.slept], [1, "", []]);
		assert.match(
			err,
			/^The connection to the server \S+ was refused - [^\n]*\n$/,
		);
	});
});

/** Hits the first request that `applies` to. */
function once(fault: Fault, applies: (request: Passing) => boolean): Choose {
	let left = 1;
	return (request) => (applies(request) && left-- > 0 ? fault : undefined);
}
