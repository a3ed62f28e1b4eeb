/** The built file, killed in the middle of its work: nothing is half-written, and the next run finishes. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { chances } from "../support/fault-proxy/faults.ts";
import {
	type FaultProxy,
	startFaultProxy,
} from "../support/fault-proxy/index.ts";
import { BUILT } from "../support/plugin.ts";
import { program, type Ran } from "../support/program.ts";

/** Of this run: a cluster that a user points at may hold pull secrets already. */
const NAME = `meshreg-killed-${process.pid}`;
const COUNT = 200;
const MOMENTS = 20;
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
			cluster.namespace(`t-${at}`, { "meshreg-killed": cluster.named("yes") }),
		),
	);
	proxy = await startFaultProxy(cluster.kubeconfig, cluster.folder);
});
after(async () => {
	await proxy?.stop();
	await cluster?.[Symbol.asyncDispose]();
});

/** The file itself: between it and us nothing that might be killed in its stead. */
function meshreg(argv: string[], given: object = {}): Promise<Ran> {
	return program(BUILT, argv, {
		kubeconfig: proxy.kubeconfig,
		home: cluster.folder,
		env: { MESHREG_NAMESPACE: mesh, MESHREG_NAME: NAME },
		...given,
	});
}

const sync = () => ["sync", "-l", `meshreg-killed=${cluster.named("yes")}`];

async function setPassword(password: string): Promise<void> {
	const { status, err } = await meshreg(
		[
			"create",
			"--replace",
			"--registry-server=registry.example",
			"--registry-username=mesh",
			"--registry-password-stdin",
		],
		{ stdin: password },
	);
	assert.equal(status, 0, err);
}

/** How many copies have this password; every Secret with the owner label must be whole. */
async function copiesWith(password: string): Promise<number> {
	const { body } = await cluster.api.request(
		"GET",
		`/api/v1/secrets?labelSelector=${encodeURIComponent(LABEL)}`,
	);
	const secrets = body as {
		items: { metadata: { namespace: string }; data: Record<string, string> }[];
	};
	return secrets.items.filter(({ metadata, data }) => {
		const text = Buffer.from(data[".dockerconfigjson"] ?? "", "base64");
		const { auths } = JSON.parse(text.toString());
		assert.deepEqual(Object.keys(auths), ["registry.example"]);
		return (
			targets.includes(metadata.namespace) &&
			auths["registry.example"].password === password
		);
	}).length;
}

describe(`killed at ${MOMENTS} moments of a sync of ${COUNT} namespaces`, () => {
	const chance = chances(20);
	for (let moment = 1; moment <= MOMENTS; moment++)
		test(`moment ${moment}`, async (t) => {
			const password = `hush-${moment}`;
			await setPassword(password);
			// Every third time the copies are made anew, else they are changed.
			if (moment % 3 === 1)
				for (const namespace of targets)
					await cluster.api.request(
						"DELETE",
						`/api/v1/namespaces/${namespace}/secrets/${NAME}`,
					);
			const deadline = 1 + Math.floor(chance() * (COUNT + 3));
			const killer = new AbortController();
			let requests = 0;
			proxy.choose = () => {
				if (++requests === deadline) killer.abort();
				return undefined;
			};
			const killed = await meshreg(sync(), { signal: killer.signal });
			proxy.choose = () => undefined;
			t.diagnostic(
				`at request ${deadline}: ${await copiesWith(password)} copies are done`,
			);
			assert.equal(killed.signal ?? killed.status, "SIGKILL");

			const next = await meshreg(sync());
			assert.equal(next.status, 0, next.err);
			assert.equal(await copiesWith(password), COUNT);
			const last = await meshreg(sync());
			assert.equal(last.status, 0, last.err);
			assert.doesNotMatch(last.out, /created|configured/);
		});
});
