import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { replace } from "../../../src/actions/apply/replace.ts";
import { disk } from "../../../src/adapters/files.ts";
import type { Failure } from "../../../src/core/output/failure.ts";
import { planCopy } from "../../../src/core/pull-secrets/plan.ts";
import {
	ContentReader,
	contentOfAuths,
	secretOf,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import {
	AbortedError,
	ApiError,
	ConnectionError,
	OperationError,
} from "../../../src/errors.ts";
import { failureWords } from "../../../src/report/failure-words.ts";
import type { Cluster, Files } from "../../../src/world.ts";
import type { Intervention } from "../../support/api-server/index.ts";
import { MANAGED } from "../../support/build.ts";
import { connected } from "../../support/connecting.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const PASSWORD = "T0P-SECRET";
const OLD = btoa(
	`{"auths":{"old.example.com":{"auth":"${btoa(`u:${PASSWORD}`)}"}}}`,
);
const desired = {
	namespace: "app",
	name: NAME,
	labels: MANAGED,
	annotations: { "kubectl-meshreg/source": `nginx-mesh/${NAME}` },
	content: contentOfAuths([["r.example.com", { auth: "dTpw" }]]),
};

interface Scene {
	/** Of the old Secret. */
	metadata?: object;
	/** What becomes of each creation that is no dry run, in order; undefined: it is done. */
	creations?: readonly (number | undefined)[];
	/** What becomes of the dry run. */
	refusal?: Intervention["answer"];
	interrupt?: AbortSignal;
	files?: Files;
	/** What is wrong with what admission would make of the new one. */
	told?: Failure;
}

/** Replaces an immutable Secret; what was sent, where it ended, and how long it waited. */
async function replaced(bed: TestBed, scene: Scene = {}) {
	bed.server.store.seed({
		kind: "Secret",
		metadata: { namespace: "app", name: NAME, ...scene.metadata },
		type: "kubernetes.io/dockerconfigjson",
		immutable: true,
		data: { ".dockerconfigjson": OLD },
	});
	const sent: string[] = [];
	const creations = [...(scene.creations ?? [])];
	bed.server.onRequest(({ method, query, body }) => {
		const dry = query.get("dryRun") === "All" || /"dryRun":/.test(body ?? "");
		sent.push(`${method}${dry ? " dry" : ""}`);
		if (method !== "POST") return undefined;
		if (dry) return scene.refusal && { answer: scene.refusal };
		const status = creations.shift();
		return status === undefined
			? undefined
			: { answer: { status, reason: "No", message: `no ${status}` } };
	});
	const kubeconfig = `${bed.folder}/replace.kubeconfig`;
	await bed.server.writeKubeconfig(kubeconfig);
	const { cluster } = await connected(
		{ kubeconfig },
		scene.interrupt && { interrupt: scene.interrupt },
	);
	let waited = 0;
	let outcome: Failure | Error | undefined;
	try {
		const current = new ContentReader().toPullSecret(
			await cluster.read("Secret", { namespace: "app", name: NAME }),
		);
		sent.length = 0;
		const change = planCopy(current, desired, { force: true });
		assert.ok(change.action === "replace");
		outcome = await replace(change, {
			cluster,
			dryRun: "none",
			told: () => scene.told,
			env: { HOME: bed.folder },
			files: scene.files ?? disk,
			interrupt: scene.interrupt ?? new AbortController().signal,
			clock: {
				now: () => 1,
				elapsed: () => 1,
				async delay(ms) {
					waited += ms;
				},
			},
		});
	} catch (error) {
		outcome = error instanceof Error ? error : new Error(String(error));
	} finally {
		await cluster.close();
	}
	return { sent: sent.join(", "), outcome, waited };
}

const stored = (bed: TestBed) =>
	bed.server.store.get("Secret", "app", NAME)?.data?.[
		".dockerconfigjson" as never
	];
const NEW = secretOf(desired).data?.[".dockerconfigjson"];

describe("a Secret that has to be deleted to be changed", () => {
	test("is replaced once the server would take the new one", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		assert.deepEqual(await replaced(bed), {
			sent: "GET, POST dry, DELETE, POST",
			outcome: undefined,
			waited: 0,
		});
		assert.equal(stored(bed), NEW);
	});

	test("keeps what an update would keep", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const owner = { apiVersion: "v1", kind: "Thing", name: "t", uid: "t" };
		const { outcome } = await replaced(bed, {
			metadata: {
				labels: { team: "x", ...MANAGED },
				annotations: {
					note: "theirs",
					...desired.annotations,
					"kubectl-meshreg/targets": "[]",
				},
				ownerReferences: [owner],
			},
		});
		assert.equal(outcome, undefined);
		const metadata = bed.server.store.get("Secret", "app", NAME)?.metadata;
		assert.deepEqual(metadata?.labels, { team: "x", ...MANAGED });
		assert.deepEqual(metadata?.annotations, {
			note: "theirs",
			...desired.annotations,
		});
		assert.deepEqual(metadata?.ownerReferences, [owner]);
	});

	test("stays where a policy or a full quota would refuse the new one, with the reason", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const message = `secrets "${NAME}-x" is forbidden: exceeded quota: q, requested: count/secrets=1`;
		const { sent, outcome } = await replaced(bed, {
			refusal: { status: 403, reason: "Forbidden", message },
		});
		assert.equal(sent, "GET, POST dry");
		assert.ok(outcome instanceof ApiError);
		assert.equal(outcome.detail, message);
		assert.equal(stored(bed), OLD);
	});

	test("stays where admission would make something else of the new one", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const told: Failure = { cause: "changed-meanwhile" };
		const { sent, outcome } = await replaced(bed, { told });
		assert.deepEqual([sent, outcome], ["GET, POST dry", told]);
		assert.equal(stored(bed), OLD);
	});

	test("stays where a deletion would wait for a finalizer", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { sent, outcome } = await replaced(bed, {
			metadata: { finalizers: ["example.com/wait"] },
		});
		assert.deepEqual(
			[sent, outcome],
			["GET", { cause: "finalizers", finalizers: ["example.com/wait"] }],
		);
		assert.equal(stored(bed), OLD);
	});

	test("a quota that the deletion freed is waited for", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { outcome, waited } = await replaced(bed, {
			creations: [403, 403, 403],
		});
		assert.deepEqual([outcome, waited], [undefined, 700]);
		assert.equal(stored(bed), NEW);
	});

	test("is put back where the quota stays full for the new one", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { outcome } = await replaced(bed, { creations: Array(5).fill(403) });
		assert.ok(outcome instanceof ApiError && outcome.status === 403);
		assert.equal(stored(bed), OLD);
	});

	test("nothing is waited for where neither will ever be taken", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { sent, outcome, waited } = await replaced(bed, {
			creations: [422, 422],
		});
		assert.equal(sent, "GET, POST dry, DELETE, POST, POST");
		assert.ok(outcome !== undefined && !(outcome instanceof Error));
		assert.deepEqual([outcome.cause, waited], ["lost", 0]);
	});

	test("is given to no namespace that is made again while it waits for one that goes", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { store } = bed.server;
		const namespace = (metadata: object) => {
			store.delete("Namespace", "", "app");
			store.seed({ kind: "Namespace", metadata: { name: "app", ...metadata } });
		};
		let posts = 0;
		bed.server.onRequest(({ method, query }) => {
			if (query.get("dryRun") === "All") return undefined;
			if (method === "DELETE")
				namespace({ deletionTimestamp: "2026-01-01T00:00:00Z" });
			// The new one, and the old one in its place.
			if (method === "POST" && ++posts > 2) namespace({});
			return undefined;
		});
		const { outcome, waited } = await replaced(bed);
		assert.ok(outcome !== undefined && !(outcome instanceof Error));
		assert.deepEqual([outcome.cause, waited], ["lost", 0]);
		assert.equal(stored(bed), undefined);
	});

	test("is put back where the new one is refused for good", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { sent, outcome } = await replaced(bed, { creations: [422] });
		assert.equal(sent, "GET, POST dry, DELETE, POST, POST");
		assert.ok(outcome instanceof ApiError && outcome.status === 422);
		assert.equal(stored(bed), OLD);
	});

	test("is put back with patience", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { outcome } = await replaced(bed, { creations: [422, 403, 403] });
		assert.ok(outcome instanceof ApiError && outcome.status === 422);
		assert.equal(stored(bed), OLD);
	});

	test("what somebody else made meanwhile is left for a new plan", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { sent, outcome } = await replaced(bed, { creations: [409] });
		assert.equal(sent, "GET, POST dry, DELETE, POST");
		assert.ok(outcome instanceof ApiError && outcome.status === 409);
	});

	test("is kept in a file of the user's own where nothing can be created any more", async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		const { outcome } = await replaced(bed, {
			creations: Array(100).fill(403),
		});
		assert.ok(outcome !== undefined && !(outcome instanceof Error));
		assert.ok(outcome.cause === "lost" && outcome.keptIn !== undefined);
		assert.equal(stored(bed), undefined);
		const [file = ""] = (await readdir(bed.folder)).filter((name) =>
			name.startsWith("meshreg-lost-"),
		);
		assert.equal(outcome.keptIn, `${bed.folder}/${file}`);
		assert.equal((await stat(outcome.keptIn)).mode & 0o777, 0o600);
		assert.deepEqual(JSON.parse(await readFile(outcome.keptIn, "utf8")), {
			apiVersion: "v1",
			kind: "Secret",
			metadata: { namespace: "app", name: NAME },
			type: "kubernetes.io/dockerconfigjson",
			immutable: true,
			data: { ".dockerconfigjson": OLD },
		});
	});

	test("an interrupt before the deletion is answered waits for what takes its place, when no other write is waited for", async (t) => {
		await using bed = await testBed({ namespaces: ["app"] });
		t.mock.timers.enable({ apis: ["setTimeout"] });
		const interrupt = new AbortController();
		bed.server.onRequest(({ method }) => {
			if (method !== "DELETE") return undefined;
			interrupt.abort(new AbortedError("SIGINT"));
			t.mock.timers.tick(500);
			return undefined;
		});
		await replaced(bed, { interrupt: interrupt.signal });
		assert.equal(stored(bed), NEW);
	});
});

test("an interrupt while the answer to the deletion is lost costs no content", async () => {
	await using bed = await testBed({ namespaces: ["app"] });
	const interrupt = new AbortController();
	bed.server.onRequest(({ method }) => {
		if (method !== "DELETE") return undefined;
		interrupt.abort(new AbortedError("SIGINT"));
		return { cut: "after" };
	});
	const { outcome } = await replaced(bed, { interrupt: interrupt.signal });
	assert.equal(stored(bed), undefined);
	assert.ok(outcome instanceof Object && "keptIn" in outcome);
	assert.match(await readFile(String(outcome.keptIn), "utf8"), new RegExp(OLD));
	// No other connection is made after an interrupt, nor is any waited for.
	assert.ok("refusal" in outcome && outcome.refusal instanceof AbortedError);
});

test("after an interrupt nothing is deleted any more", async () => {
	await using bed = await testBed({ namespaces: ["app"] });
	const interrupt = new AbortController();
	bed.server.onRequest(({ method }) => {
		if (method === "POST") interrupt.abort(new AbortedError("SIGINT"));
		return undefined;
	});
	const { outcome } = await replaced(bed, { interrupt: interrupt.signal });
	assert.ok(outcome instanceof AbortedError);
	assert.equal(stored(bed), OLD);
});

/** Replaces on a cluster that answers each creation after the deletion with the next of these; undefined: it is done. */
async function played(
	creations: readonly (OperationError | AbortedError | undefined)[],
	{
		env = { HOME: "/home/me" },
		write = async () => {},
		removal,
	}: {
		env?: Record<string, string>;
		write?: (path: string) => Promise<void>;
		/** What became of the deletion; undefined: it was done. */
		removal?: Error;
	} = {},
) {
	const metadata = { namespace: "app", name: NAME };
	const old = {
		metadata: { ...metadata, uid: "u", resourceVersion: "1" },
		type: "kubernetes.io/dockerconfigjson",
		immutable: true,
		data: { ".dockerconfigjson": OLD },
	};
	const change = planCopy(new ContentReader().toPullSecret(old), desired, {
		force: true,
	});
	assert.ok(change.action === "replace");
	const answers = [...creations];
	const created: string[] = [];
	/** What was created, and the pauses between, in milliseconds. */
	const steps: (string | number)[] = [];
	const cluster = {
		read: async () => old,
		async remove() {
			if (removal) throw removal;
		},
		async create(_: "Secret", secret: object, { dryRun = false } = {}) {
			if (dryRun) return;
			const isOld = JSON.stringify(secret).includes(OLD);
			const refusal = answers.shift();
			const what = `${isOld ? "old" : "new"}${refusal ? " refused" : ""}`;
			created.push(what);
			steps.push(what);
			if (refusal) throw refusal;
		},
	};
	const outcome = await replace(change, {
		cluster: cluster as unknown as Cluster,
		dryRun: "none",
		told: () => undefined,
		env,
		files: { ...disk, write },
		clock: {
			now: () => 1,
			elapsed: () => 1,
			async delay(ms) {
				await turn();
				steps.push(ms);
			},
		},
		interrupt: new AbortController().signal,
	}).catch((error: unknown) => error);
	return { created, steps, outcome };
}

const status = (code: number) => new ApiError(code, "No", `no ${code}`);

describe("after the deletion", () => {
	for (const [name, refusal] of [
		["a server that has too much to do", status(429)],
		["one that fails", status(500)],
		["one behind a proxy that finds it away", status(503)],
		["one that does not answer", new ConnectionError("reset by peer")],
	] as const)
		test(`${name} is waited for`, async () => {
			const { steps, outcome } = await played([refusal, refusal]);
			assert.deepEqual(steps, ["new refused", 100, "new refused", 200, "new"]);
			assert.equal(outcome, undefined);
		});

	for (const [name, removal] of [
		[
			"an answer that never came",
			new ConnectionError("reset by peer", undefined, undefined, true),
		],
		["a failure that may have come after it", status(500)],
		["an interrupt that did not wait", new AbortedError("SIGINT")],
	] as const) {
		test(`after ${name} it may be gone: another is made`, async () => {
			const { created, outcome } = await played([undefined], { removal });
			assert.deepEqual([created, outcome], [["new"], undefined]);
		});

		test(`after ${name} it may be there: that ended it`, async () => {
			const { created, outcome } = await played([status(409)], { removal });
			assert.deepEqual([created, outcome], [["new refused"], removal]);
		});

		test(`after ${name} and no other nobody knows: its content is kept`, async () => {
			const { outcome } = await played(Array(99).fill(status(422)), {
				removal,
			});
			assert.ok(outcome instanceof Object && "keptIn" in outcome);
			assert.match(String(outcome.keptIn), /^\/home\/me\//);
			assert.match(
				failureWords(outcome as Failure, {
					kind: "Secret",
					name: "key",
					namespaces: ["app"],
				}).message,
				/ may be gone: /,
			);
		});
	}

	test("where nothing was deleted nothing is made", async () => {
		for (const removal of [status(403), new ConnectionError("refused")]) {
			const { created, outcome } = await played([], { removal });
			assert.deepEqual([created, outcome], [[], removal]);
		}
	});

	test("an interrupt that waits no longer costs no content", async () => {
		const aborted = new AbortedError("SIGINT");
		const { outcome } = await played([status(403), aborted, aborted]);
		assert.ok(outcome instanceof Object && "keptIn" in outcome);
		assert.match(String(outcome.keptIn), /^\/home\/me\//);
	});

	test("a failure of ours is none that passes: the old one is put back at once", async () => {
		const { created, outcome } = await played([new OperationError("too deep")]);
		assert.deepEqual(created, ["new refused", "old"]);
		assert.ok(outcome instanceof OperationError);
	});

	test("the new one is there also where it was taken at the last try", async () => {
		const refusals = Array(11).fill(status(403));
		const { created, outcome } = await played(refusals);
		assert.equal(created.at(-1), "old");
		assert.equal(outcome, refusals[0]);
		const last = await played([...refusals, status(403)]);
		assert.equal(last.created.at(-1), "new");
		assert.equal(last.outcome, undefined);
	});

	test("the new one is tried on where the old one would never be taken again", async () => {
		const { created, outcome } = await played([
			...Array(5).fill(status(403)),
			status(422),
		]);
		assert.deepEqual(created, [
			...Array(5).fill("new refused"),
			"old refused",
			"new",
		]);
		assert.equal(outcome, undefined);
	});

	test("what somebody else made is left where the old one would be put back, and nothing is lost", async () => {
		const { created, outcome } = await played([status(422), status(409)]);
		assert.deepEqual(created, ["new refused", "old refused"]);
		assert.ok(outcome instanceof ApiError && outcome.status === 422);
	});
});

describe("what nobody takes back is kept", () => {
	const none = Array(100).fill(status(422));
	const full = async (): Promise<never> => {
		throw new OperationError("no space left on device");
	};
	for (const [name, env, fits, keptIn] of [
		["in the user's own directory", { HOME: "/home/me" }, /^/, "/home/me"],
		["on Windows, too", { USERPROFILE: "C:/me" }, /^/, "C:/me"],
		["where one has none", {}, /^/, "."],
		["where that is full", { HOME: "/home/me" }, /^\./, "."],
		["nowhere where all are", { HOME: "/home/me" }, /^$/, undefined],
	] as const)
		test(`${name}: ${keptIn}`, async () => {
			const { outcome } = await played(none, {
				env,
				write: async (path) => (fits.test(path) ? undefined : full()),
			});
			const refusal = none[0];
			const file = `meshreg-lost-app-${NAME}-1.json`;
			assert.deepEqual(outcome, {
				cause: "lost",
				keptIn: keptIn && `${keptIn}/${file}`,
				refusal,
			});
		});

	test("a fault of this program is not taken for a full disk", async () => {
		const { outcome } = await played(none, {
			write: async () => {
				throw new TypeError("a bug");
			},
		});
		assert.ok(outcome instanceof TypeError);
	});
});
