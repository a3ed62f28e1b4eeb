import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type ApplyOptions,
	apply,
	type Step,
} from "../../../src/actions/apply/apply.ts";
import { readPullSecret } from "../../../src/actions/read/read-keys.ts";
import { systemClock } from "../../../src/adapters/clock.ts";
import { disk } from "../../../src/adapters/files.ts";
import type { ChangeResult } from "../../../src/core/output/result.ts";
import type { Change } from "../../../src/core/pull-secrets/change.ts";
import { DEFAULT_LABEL } from "../../../src/core/pull-secrets/ownership.ts";
import { planCopy } from "../../../src/core/pull-secrets/plan.ts";
import {
	ContentReader,
	contentOfAuths,
	type DesiredPullSecret,
	ownLabels,
	secretOf,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import { failureLines } from "../../../src/report/changes.ts";
import { pasted } from "../../support/command-context.ts";
import { connected } from "../../support/connecting.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const CONTENT = contentOfAuths([["r.example.com", { auth: "dTpw" }]]);
const SOURCE = {
	"kubectl-meshreg/source": `nginx-mesh/${NAME}`,
	"kubectl-meshreg/source-uid": "1",
};
const MEANWHILE = `error: secret "${NAME}" in namespace "app" was modified concurrently and was not changed; run the command again`;

const desired = (namespace: string): DesiredPullSecret => ({
	namespace,
	name: NAME,
	labels: ownLabels(DEFAULT_LABEL),
	annotations: SOURCE,
	content: CONTENT,
});

/** A copy that differs; with `fields` over it. */
function seed(bed: TestBed, namespace = "app", fields: object = {}): void {
	bed.server.store.seed({
		kind: "Secret",
		metadata: {
			namespace,
			name: NAME,
			labels: ownLabels(DEFAULT_LABEL),
			annotations: SOURCE,
		},
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": btoa('{"auths":{}}') },
		...fields,
	});
}

/** What a plan says of the Secret in a namespace as it is now. */
async function planned(
	bed: TestBed,
	action: Change["action"],
	namespace = "app",
): Promise<Change> {
	const { cluster } = await connection(bed);
	const reader = new ContentReader();
	const current = await readPullSecret(
		{ cluster, reader },
		{
			namespace,
			name: NAME,
		},
	);
	await cluster.close();
	if (action === "delete") {
		assert.ok(current);
		return { action, current };
	}
	const change = planCopy(current, desired(namespace), RULES);
	assert.equal(change.action, action);
	return change;
}

const RULES = { force: true };

async function connection(bed: TestBed) {
	const kubeconfig = `${bed.folder}/apply.kubeconfig`;
	await bed.server.writeKubeconfig(kubeconfig);
	return connected({ kubeconfig });
}

interface Applied {
	/** `NAMESPACE ACTION`, then why. */
	results: string[];
	/** The same, as they were handed on. */
	told: string[];
	done: number;
	/** Method and namespace of what was sent. */
	sent: string[];
	error: unknown;
}

const asText = (result: ChangeResult) =>
	[result.namespace, result.action, failureLines([result], pasted()).trimEnd()]
		.join(" ")
		.trimEnd();

async function applied(
	bed: TestBed,
	steps: readonly Step[],
	how: Partial<ApplyOptions> = {},
): Promise<Applied> {
	const { cluster } = await connection(bed);
	const before = bed.server.requests.length;
	const told: string[] = [];
	let done = 0;
	let results: ChangeResult[] = [];
	let error: unknown;
	try {
		results = await apply(steps, {
			cluster,
			reader: new ContentReader(),
			world: {
				clock: systemClock,
				env: { HOME: bed.folder },
				files: disk,
				interrupt: new AbortController().signal,
			},
			dryRun: "none",
			replan: (change, current) =>
				"desired" in change
					? planCopy(current, change.desired, RULES)
					: undefined,
			onResult: (result) => told.push(asText(result)),
			onDone: () => done++,
			...how,
		});
	} catch (thrown) {
		error = thrown;
	} finally {
		await cluster.close();
	}
	const sent = bed.server.requests
		.slice(before)
		.map(({ method, path }) => `${method} ${path.split("/")[4]}`);
	return { results: results.map(asText), told, done, sent, error };
}

/** The bodies of DELETEs from now on. */
function deletions(bed: TestBed): unknown[] {
	const bodies: unknown[] = [];
	bed.server.onRequest(({ method, body }) => {
		if (method === "DELETE") bodies.push(JSON.parse(body));
		return undefined;
	});
	return bodies;
}

const stored = (bed: TestBed) => bed.server.store.get("Secret", "app", NAME);

describe("a deletion", () => {
	for (const [name, action, dryRun] of [
		["of a leftover", "delete", "none"],
		["that only the server tries", "delete", "server"],
		["before a recreation", "replace", "none"],
		["before a recreation that only the server tries", "replace", "server"],
	] as const)
		test(`${name} names what was read, and nothing else of it`, async () => {
			await using bed = await testBed({ namespaces: ["app"] });
			seed(bed, "app", { immutable: true });
			const { uid, resourceVersion } = stored(bed)?.metadata ?? {};
			const bodies = deletions(bed);
			const change = await planned(bed, action);
			const { results, sent } = await applied(bed, [change], { dryRun });
			assert.deepEqual(results, [
				action === "delete" ? "app deleted" : "app configured",
			]);
			assert.deepEqual(bodies, [
				{
					kind: "DeleteOptions",
					apiVersion: "v1",
					preconditions: { uid, resourceVersion },
					...(dryRun === "server" && { dryRun: ["All"] }),
				},
			]);
			// The first creation only asks whether the second would be taken.
			assert.deepEqual(sent, [
				...(action === "replace" ? ["GET app", "POST app"] : []),
				"DELETE app",
				...(action === "replace" && dryRun === "none" ? ["POST app"] : []),
			]);
			assert.equal(
				stored(bed)?.metadata.uid === uid,
				dryRun === "server",
				"it is as it was",
			);
		});

	for (const action of ["delete", "replace"] as const)
		test(`${action}: what was relabelled since it was read stays`, async () => {
			await using bed = await testBed({ namespaces: ["app"] });
			seed(bed, "app", { immutable: true });
			const change = await planned(bed, action);
			const { metadata, ...rest } = stored(bed) ?? { metadata: {} };
			const { resourceVersion: _, ...same } = metadata;
			bed.server.store.seed({
				...rest,
				kind: "Secret",
				metadata: { ...same, name: NAME, labels: {} },
			});
			const seen: unknown[] = [];
			const { results } = await applied(bed, [change], {
				replan(_, current) {
					seen.push(current?.labels);
					return undefined;
				},
			});
			assert.deepEqual(results, [`app failed ${MEANWHILE}`]);
			assert.deepEqual(seen, [{}]);
			assert.equal(stored(bed)?.metadata.uid, metadata.uid);
		});

	test("of what is gone already is done", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		seed(bed);
		const change = await planned(bed, "delete");
		bed.server.store.delete("Secret", "app", NAME);
		const { results, sent } = await applied(bed, [change]);
		assert.deepEqual([results, sent], [["app deleted"], ["DELETE app"]]);
	});
});

for (const [dryRun, result] of [
	["none", "app unchanged"],
	["server", "app configured"],
] as const)
	test(`an update of which the server stores nothing (dry run: ${dryRun}) is told as "${result}"`, async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		seed(bed, "app", { data: secretOf(desired("app")).data });
		const change = await planned(bed, "unchanged");
		assert.ok("desired" in change && "current" in change);
		const update = { ...change, action: "update" } as const;
		const { results, sent } = await applied(bed, [update], { dryRun });
		assert.deepEqual([results, sent], [[result], ["PATCH app"]]);
	});

describe("what changed since it was read", () => {
	test("is planned again five times, and then left alone", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		seed(bed);
		const change = await planned(bed, "update");
		bed.server.onRequest(({ method }) =>
			method === "PATCH"
				? { answer: { status: 409, reason: "Conflict", message: "modified" } }
				: undefined,
		);
		const { results, sent } = await applied(bed, [change]);
		assert.deepEqual(results, [
			'app failed Error from server (Conflict): modified (namespace "app")',
		]);
		assert.deepEqual(sent, [
			...Array(5).fill(["PATCH app", "GET app"]).flat(),
			"PATCH app",
		]);
	});

	test("is not recreated where nobody agreed to that", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		seed(bed);
		const change = await planned(bed, "update");
		seed(bed, "app", { immutable: true });
		const { uid } = stored(bed)?.metadata ?? {};
		const { results, sent } = await applied(bed, [change]);
		assert.deepEqual(results, [`app failed ${MEANWHILE}`]);
		assert.deepEqual(sent, ["PATCH app", "GET app"]);
		assert.equal(stored(bed)?.metadata.uid, uid);
	});

	test("is recreated as it is now where that was agreed to", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		seed(bed, "app", { immutable: true });
		const change = await planned(bed, "replace");
		seed(bed, "app", { type: "Opaque" });
		const { results } = await applied(bed, [change]);
		assert.deepEqual(results, ["app configured"]);
		assert.equal(stored(bed)?.type, "kubernetes.io/dockerconfigjson");
	});

	test("and cannot be read is a failure; without a user nothing goes on", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		seed(bed);
		const change = await planned(bed, "update");
		seed(bed);
		let status = 403;
		bed.server.onRequest(({ method }) =>
			method === "GET" ? { answer: { status, message: "no" } } : undefined,
		);
		assert.deepEqual((await applied(bed, [change])).results, [
			'app failed Error from server (403): no (namespace "app")',
		]);
		status = 401;
		const { error, results } = await applied(bed, [change]);
		assert.deepEqual(results, []);
		assert.equal(
			String(error),
			"ApiError: You must be logged in to the server (Unauthorized)",
		);
	});
});

test("a missing namespace is not looked at again", async () => {
	await using bed = await testBed();
	const change = await planned(bed, "create", "nope");
	const { results, sent } = await applied(bed, [change]);
	assert.deepEqual(results, [
		'nope failed Error from server (NotFound): namespaces "nope" not found',
	]);
	assert.deepEqual(sent, ["POST nope"]);
});

test("what was done before everything ends is told, in order", async () => {
	await using bed = await testBed({ namespaces: ["app", "shop", "zoo"] });
	const steps = [
		await planned(bed, "create", "app"),
		await planned(bed, "create", "shop"),
		await planned(bed, "create", "zoo"),
	];
	// The first is refused once the others are done.
	let answered = 0;
	let othersAreDone = () => {};
	const others = new Promise<void>((resolve) => {
		othersAreDone = resolve;
	});
	bed.server.onRequest(async ({ path }) => {
		if (!path.includes("/app/")) return undefined;
		await others;
		return { answer: { status: 401, message: "no" } };
	});
	const { told, done, error } = await applied(bed, steps, {
		onDone() {
			if (++answered === 2) othersAreDone();
		},
	});
	assert.deepEqual(told, ["shop created", "zoo created"]);
	assert.deepEqual([done, answered], [0, 2]);
	assert.match(String(error), /^ApiError: You must be logged in/);
});

test("results come in the plan's order, what was known before among them", async () => {
	await using bed = await testBed({ namespaces: ["app", "zoo"] });
	const known: ChangeResult = {
		context: "embedded",
		namespace: "shop",
		kind: "Secret",
		name: NAME,
		action: "skipped",
		why: { cause: "namespace-terminating" },
	};
	const steps = [
		await planned(bed, "create", "zoo"),
		known,
		await planned(bed, "create", "app"),
	];
	const expected = [
		"zoo created",
		'shop skipped Warning: namespace "shop" is being deleted; nothing was written there',
		"app created",
	];
	const { results, told, done } = await applied(bed, steps);
	assert.deepEqual([results, told, done], [expected, expected, 3]);
});
