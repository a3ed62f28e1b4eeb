/** However much a tenant writes into one object, what is read, kept and said of it has an end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthEntry } from "../../src/core/credentials/entry.ts";
import { account, copyOf, NAME, secret, source } from "../support/build.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const MANY = 20_000;
const IMAGE = "r.io/app:1";

async function started(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["nginx-mesh", "app", "evil"] });
	source(bed, { "r.io": { username: "mesh", password: "first" } }, []);
	return bed;
}

/** A pod of a tenant's that names these; `waiting`: in the kubelet's words. */
function pod(bed: TestBed, names: readonly string[], waiting?: string): void {
	bed.server.store.seed({
		kind: "Pod",
		metadata: { namespace: "evil", name: "web" },
		spec: {
			containers: [{ name: "c", image: IMAGE }],
			imagePullSecrets: names.map((name) => ({ name })),
		},
		status: {
			phase: waiting === undefined ? "Running" : "Pending",
			containerStatuses: [
				{
					name: "c",
					image: IMAGE,
					state:
						waiting === undefined
							? { running: {} }
							: { waiting: { reason: "ErrImagePull", message: waiting } },
				},
			],
		},
	});
}

const names = (prefix: string, count: number) =>
	Array.from({ length: count }, (_, at) => `${prefix}${at}`);

test("an account, and a pod, that name tens of thousands of Secrets are a finding each", async () => {
	await using bed = await started();
	account(bed, "evil/z", names("s", MANY), {
		metadata: {
			namespace: "evil",
			name: "z",
			labels: { "kubectl-meshreg/attached": "true" },
			annotations: { "kubectl-meshreg/attached-keys": names("a", MANY).join() },
		},
	});
	pod(bed, names("q", MANY));
	const { out, status } = await bed.run(["check", "-n", "evil"]);
	assert.match(
		out,
		/^i serviceaccount\/z in evil references s0, s1, s2 and 19997 more, which do not exist$/m,
	);
	assert.match(
		out,
		/^. 1 running pod in evil references q0, q1, q2 and 19997 more, which do not exist$/m,
	);
	assert.ok(out.length < 2_000, out);
	assert.equal(status, 0);
	// What is taken back of it is planned in no more time.
	const pruned = await bed.run(["prune", "--all", "--dry-run=client"]);
	assert.match(pruned.out, /serviceaccount\/z configured in evil/);
});

test("explain reads no more Secrets than a pod of use names, and one that it names again once", async () => {
	await using bed = await started();
	pod(bed, names("s", MANY));
	assert.deepEqual(await bed.run(["explain", "pod/web", "-n", "evil"]), {
		status: 1,
		out: "",
		err: 'error: 20000 pull secrets are referenced in namespace "evil", or too much in them: at most 100 are read, of 2 MiB together\n',
		asked: [],
	});
	// What is no name is asked for nowhere.
	pod(bed, [...Array(MANY).fill(NAME), "n".repeat(100_000)]);
	const { out } = await bed.run(["explain", "pod/web", "-n", "evil"]);
	assert.match(out, /^pod\/web in evil has 2 pull secrets:$/m);
	// Or more in them.
	for (const name of names("s", 12))
		secret(bed, `evil/${name}`, { [`${name}.io`]: { auth: large(name) } });
	pod(bed, names("s", 12));
	const { err } = await bed.run(["explain", "pod/web", "-n", "evil"]);
	assert.match(err, /^error: 12 pull secrets are referenced/);
});

test("explain compares no more of the Secrets beside a pod than list keeps", async () => {
	await using bed = await started();
	account(bed, "evil");
	for (const name of names("s", 5))
		secret(bed, `evil/${name}`, { [`${name}.io`]: { auth: large(name) } });
	const near = async (image: string) =>
		(await bed.run(["explain", image, "-n", "evil"])).out.includes("evil/");
	assert.ok(await near("s0.io/a"));
	assert.equal(await near("s4.io/a"), false);
});

test("check keeps some hundred thousand of the names that accounts reference, and says so", async () => {
	await using bed = await started();
	for (const at of names("", 66))
		account(bed, `evil/a${at}`, names(`s${at}-`, 2000));
	const { out, err } = await bed.run(["check", "-n", "evil"]);
	assert.equal(
		err.split("\n", 1)[0],
		"Warning: pull secrets in evil, or what pods, accounts and events there hold, are too large to be read: 3 were skipped; check who made them",
	);
	assert.match(out, / references s0-0, s0-1, s0-2 and 1997 more, which do/);
});

test("check keeps some of the events of a pod that is there, and none of others", async () => {
	await using bed = await started();
	const say = (pod: string, count: number) => {
		for (const at of names("", count))
			bed.server.store.seed({
				kind: "Event",
				metadata: { namespace: "evil", name: `${pod}.${at}` },
				type: "Warning",
				reason: "Failed",
				message: "x".repeat(20_000),
				involvedObject: { kind: "Pod", namespace: "evil", name: pod },
			});
	};
	pod(bed, [], "what no rule knows");
	for (const gone of names("gone", 3)) say(gone, 150);
	const { err } = await bed.run(["check", "-n", "evil"]);
	assert.doesNotMatch(err, /too large/);
	// 250 of them, cut at 8,000 characters, come to 2 MiB.
	for (const at of names("web-", 2)) {
		bed.server.store.seed({
			...bed.server.store.get("Pod", "evil", "web"),
			kind: "Pod",
			metadata: { namespace: "evil", name: at },
		});
		say(at, 150);
	}
	assert.match(
		(await bed.run(["check", "-n", "evil"])).err,
		/^Warning: pull secrets in evil, or what pods, accounts and events there hold, are too large to be read: 46 were skipped; check who made them$/m,
	);
});

test("images lists some hundred thousand images of long lists, the beginning of others, and says so", async () => {
	await using bed = await started();
	for (const at of names("", 4))
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "evil", name: `p${at}` },
			spec: {
				containers: names(`i${at}-`, 40_000).map((image) => ({
					name: image,
					image,
				})),
			},
		});
	const { out, err, status } = await bed.run(["images", "-A", "-o", "name"]);
	assert.equal(out.split("\n").length - 1, 3 * 40_000 + 15);
	assert.equal(
		err,
		"error: pods in evil name too many images, or too long ones: not all are listed; check who made them\n",
	);
	assert.equal(status, 1);
});

test("explain takes the Secrets of a pod apart once for all of its images", async (t) => {
	await using bed = await started();
	const keys = names("h", 500);
	secret(
		bed,
		"evil/s",
		Object.fromEntries(keys.map((key) => [`${key}.io`, { auth: "dTpw" }])),
	);
	const images = names("i", 200).map((name) => ({
		name,
		image: `${name}.io/app`,
	}));
	bed.server.store.seed({
		kind: "Pod",
		metadata: { namespace: "evil", name: "web" },
		spec: { containers: images, imagePullSecrets: [{ name: "s" }] },
	});
	const indexed = t.mock.method(Map.prototype, "set");
	const { out } = await bed.run(["explain", "pod/web", "-n", "evil"]);
	assert.match(out, /^i199\.io\/app is i199\.io\/app:latest$/m);
	// Each key once as it is read, then in the pod's keyring, in its namesake's, and in the namespace's.
	const ours = new Set(keys.map((key) => `${key}.io`));
	const count = indexed.mock.calls.filter(({ arguments: [key] }) =>
		ours.has(key),
	).length;
	assert.equal(count, 4 * keys.length);
});

test("check reads what a pull secret holds once, for the list, its pods and what comes near", async (t) => {
	await using bed = await started();
	secret(bed, "evil/s", { "near.r.io": { auth: "dTpw" } });
	pod(bed, ["s"], "401 Unauthorized");
	const put = t.mock.method(Map.prototype, "set");
	const { status } = await bed.run(["check"]);
	assert.equal(status, 1);
	const entries = put.mock.calls.filter(
		({ arguments: [key, value] }) =>
			key === "near.r.io" && value instanceof AuthEntry,
	);
	assert.equal(entries.length, 1);
});

test("check reads no more than twenty Secrets of another type, however many a waiting pod names", async () => {
	await using bed = await started();
	for (const name of names("s", 50))
		secret(
			bed,
			`evil/${name}`,
			{ "r.io": { auth: "dTpw" } },
			{ type: "Opaque" },
		);
	pod(bed, names("s", 50), "401 Unauthorized");
	let read = 0;
	bed.server.onRequest(({ path }) => {
		if (/\/namespaces\/evil\/secrets\/s/.test(path)) read++;
		return undefined;
	});
	await bed.run(["check"]);
	assert.equal(read, 20);
});

test("check looks for a few credentials in a kubelet's words: of more the words are hidden, and not called absent", async () => {
	await using bed = await started();
	const given = (count: number): [string, object][] =>
		Array.from({ length: count }, (_, at) => [
			`r.io${"/a".repeat(at)}`,
			{ username: "u", password: `marked-password-${at}` },
		]);
	const waits = (name: string, entries: [string, object][]) => {
		const image = `r.io${"/a".repeat(40)}`;
		const waiting = { reason: "ErrImagePull", message: "what is this" };
		secret(bed, "evil", Object.fromEntries(entries), { metadata: { name } });
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "evil", name },
			spec: {
				containers: [{ name: "c", image }],
				imagePullSecrets: [{ name }],
			},
			status: {
				phase: "Pending",
				containerStatuses: [{ name: "c", image, state: { waiting } }],
			},
		});
	};
	waits("many", given(40));
	// Whose gaps in known words would give it away.
	waits("short", [["r.io", { username: "u", password: "hat" }]]);
	const { out, status } = await bed.run(["check", "-n", "evil"]);
	assert.equal(status, 1);
	assert.match(out, /^× the kubelet says: "\*\*\*"; 2 pods cannot pull$/m);
	assert.match(out, /kubectl describe pod many -n evil/);
	assert.doesNotMatch(out, /what is this|no reason/);
});

test("what a Secret says that it is makes no message longer than a name may be", async () => {
	await using bed = await started();
	const long = "y".repeat(100_000);
	const made = [
		{ ...copyOf(), annotations: { "kubectl-meshreg/source": `${long}/z` } },
		{ ownerReferences: [{ kind: long, name: long, uid: "1" }] },
	];
	for (const metadata of made) {
		secret(bed, "evil", { "r.io": { auth: "dTpw" } }, { metadata });
		const { err } = await bed.run(["sync", "-n", "evil"]);
		assert.match(
			err,
			/^error: secret .* is (?:a copy of y{10,}…|managed by another object);/m,
		);
		assert.ok(err.length < 1_000, err);
	}
	secret(bed, "evil", {}, { type: long });
	const { err } = await bed.run(["sync", "-n", "evil"]);
	assert.match(err, /\(type y{10,}…\)/);
	assert.ok(err.length < 1_000, err);
});

/** Base64 of most of a megabyte. */
function large(user: string): string {
	return btoa(`${user}:`.padEnd(550_000, "x"));
}
