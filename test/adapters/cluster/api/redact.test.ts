import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	KnownData,
	withoutAuthorization,
} from "../../../../src/adapters/cluster/api/redact.ts";
import {
	type Kind,
	LAST_APPLIED,
	type MergePatch,
	type Secret,
} from "../../../../src/core/objects.ts";
import type { Cluster } from "../../../../src/world.ts";
import { connected } from "../../../support/connecting.ts";
import { type TestBed, testBed } from "../../../support/test-bed.ts";

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
const content = (password: string) => {
	const auth = base64(`robot:${password}`);
	const text = JSON.stringify({
		auths: { "r.example": { username: "robot", password, auth } },
	});
	return { password, auth, text, data: { ".dockerconfigjson": base64(text) } };
};
const OLD = content("the-password-until-now");
const NEW = content("the-next-password");
const ref = { namespace: "app", name: "key" };
const secret = ({ data }: typeof OLD, more: object = {}): Secret => ({
	metadata: { ...ref, ...more },
	type: "kubernetes.io/dockerconfigjson",
	data,
});

/** What an admission webhook or policy may quote, of the new object and the old one. */
const quoted = ({ password, auth, text, data }: typeof OLD): string =>
	[
		data[".dockerconfigjson"],
		data[".dockerconfigjson"].slice(0, 90),
		data[".dockerconfigjson"].slice(-100),
		text,
		auth,
		password,
		password.slice(0, 12),
	].join(" | ");

const hidden = Array(7).fill("<redacted>").join(" | ");

type Write = (cluster: Cluster, old: Secret) => Promise<unknown>;
const update: Write = (cluster, { metadata: { resourceVersion } }) =>
	cluster.update("Secret", secret(NEW, { resourceVersion }));
const WRITES: [name: string, write: Write][] = [
	["update", update],
	[
		"patch",
		(cluster, { metadata: { resourceVersion = "" } }) =>
			cluster.patch("Secret", ref, {
				metadata: { resourceVersion },
				data: NEW.data,
			}),
	],
	[
		"create, where the old one was read before",
		async (cluster, { metadata: { uid = "" } }) => {
			await cluster.remove("Secret", ref, { uid });
			return cluster.create("Secret", secret(NEW));
		},
	],
	[
		"deletion",
		(cluster, { metadata: { uid = "" } }) =>
			cluster.remove("Secret", ref, { uid }),
	],
];

function seedOld({ server }: TestBed): void {
	server.store.seed({
		kind: "Secret",
		metadata: ref,
		type: "kubernetes.io/dockerconfigjson",
		data: OLD.data,
	});
}

describe("what admission quotes of a Secret is not repeated", () => {
	for (const [name, write] of WRITES)
		for (const how of ["refused", "warned of"] as const)
			test(`${name}, ${how}`, async () => {
				await using bed = await testBed({ namespaces: ["app"] });
				seedOld(bed);
				const kubeconfig = `${bed.folder}/config`;
				await bed.server.writeKubeconfig(kubeconfig);
				const { cluster, stderr } = await connected({ kubeconfig });
				const old = await cluster.read("Secret", ref);
				// A deletion is shown the old object alone.
				const objects = name === "deletion" ? [OLD] : [NEW, OLD];
				const says = `robot at r.example: ${objects.map(quoted).join(" | ")}`;
				const shown = `robot at r.example: ${objects.map(() => hidden).join(" | ")}`;
				let writes = name.startsWith("create") ? -1 : 0;
				bed.server.onRequest(({ method }) => {
					if (method === "GET" || ++writes < 1) return undefined;
					return how === "refused"
						? { answer: { status: 403, reason: "Forbidden", message: says } }
						: { warnings: [says] };
				});
				const failure = await write(cluster, old).then(
					() => "",
					(error: Error) => error.message,
				);
				assert.deepEqual(
					[failure, stderr()],
					how === "refused"
						? [`Error from server (Forbidden): ${shown}`, ""]
						: ["", `Warning: "${shown}"\n`],
				);
				await cluster.close();
			});
});

const NO_CHANGE: MergePatch = { metadata: { resourceVersion: "" } };

/** Ways in which the old object was read before. */
const READS: [name: string, read: (cluster: Cluster) => Promise<unknown>][] = [
	[
		"listed",
		async (cluster) => {
			for await (const { items } of cluster.pages("Secret", {}))
				assert.equal(items.length, 1);
		},
	],
	[
		"changed in a dry run",
		async (cluster) => {
			const { metadata } = await cluster.read("Secret", ref);
			const { resourceVersion } = metadata;
			const next = secret(NEW, { resourceVersion });
			await cluster.update("Secret", next, { dryRun: true });
			const patch = { ...NO_CHANGE, data: NEW.data };
			await cluster.patch("Secret", ref, patch, { dryRun: true });
		},
	],
	[
		"told of by a watch",
		async (cluster) => {
			for await (const { type } of cluster.watch("Secret", {
				namespace: "app",
				resourceVersion: "0",
			}))
				if (type === "ADDED") return;
		},
	],
];
for (const [how, read] of READS)
	test(`an old object that was ${how} is known, too`, async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		seedOld(bed);
		const kubeconfig = `${bed.folder}/config`;
		await bed.server.writeKubeconfig(kubeconfig);
		const { cluster } = await connected({ kubeconfig });
		await read(cluster);
		bed.server.onRequest(() => ({
			answer: { status: 403, reason: "Forbidden", message: quoted(OLD) },
		}));
		await assert.rejects(cluster.patch("Secret", ref, NO_CHANGE), {
			message: `Error from server (Forbidden): ${hidden}`,
		});
		// Whoever admits service accounts may know the Secrets that they name.
		const account = { namespace: "app", name: "default" };
		await assert.rejects(cluster.patch("ServiceAccount", account, NO_CHANGE), {
			message: `Error from server (Forbidden): ${hidden}`,
		});
		await cluster.close();
	});

const REFUSED = { reason: "Forbidden", message: quoted(OLD) };
const watched = async (cluster: Cluster) => {
	for await (const _ of cluster.watch("Pod", { resourceVersion: "0" }));
};
for (const [what, read, answer] of [
	[
		"list",
		async (cluster: Cluster) => {
			for await (const _ of cluster.pages("Pod", {}));
		},
		{ status: 403, ...REFUSED },
	],
	["watch", watched, { status: 403, ...REFUSED }],
	[
		"watch that had begun",
		watched,
		{
			status: 200,
			body: `${JSON.stringify({
				type: "ERROR",
				object: { kind: "Status", code: 403, ...REFUSED },
			})}\n`,
		},
	],
] as const)
	test(`nor in the refusal of a ${what}`, async () => {
		await using bed = await testBed({ namespaces: ["app"] });
		seedOld(bed);
		const kubeconfig = `${bed.folder}/config`;
		await bed.server.writeKubeconfig(kubeconfig);
		const { cluster } = await connected({ kubeconfig });
		await cluster.read("Secret", ref);
		bed.server.onRequest(() => ({ answer }));
		await assert.rejects(read(cluster), {
			message: `Error from server (Forbidden): ${hidden}`,
		});
		await cluster.close();
	});

for (const field of ["data", "stringData"] as const)
	test(`what kubectl noted that it once applied is known, too: ${field}`, () => {
		const known = new KnownData();
		const applied = { data: OLD.data, stringData: { x: OLD.text } }[field];
		const noted = { [LAST_APPLIED]: JSON.stringify({ [field]: applied }) };
		known.note("Secret", secret(NEW, { annotations: noted }));
		assert.equal(known.redact("Secret", ref)(quoted(OLD)), hidden);
		const short = {
			[field]: { x: { data: base64("hush!"), stringData: "hush!" }[field] },
		};
		const annotations = { [LAST_APPLIED]: JSON.stringify(short) };
		known.note("Secret", secret(NEW, { annotations }));
		assert.equal(known.redact("Secret", ref)("hush!"), "<redacted>");
	});

for (const noted of [
	'{"data":null,"stringData":null,"metadata":null}',
	'{"data":{"a":1},"stringData":{"b":null},"metadata":{"annotations":null}}',
	'{"data":',
])
	test(`what anybody may have noted there is no trouble: ${noted}`, () => {
		const known = new KnownData();
		known.note(
			"Secret",
			secret(OLD, { annotations: { [LAST_APPLIED]: noted } }),
		);
		assert.equal(known.redact("Secret", ref)(quoted(OLD)), hidden);
	});

test("what a Secret holds is known until that Secret is no more", () => {
	const known = new KnownData();
	const others: Kind[] = ["ServiceAccount", "Namespace"];
	known.note("Secret", secret(OLD));
	for (const kind of others) known.note(kind, { metadata: ref, data: {} });
	known.note("Secret", { metadata: ref });
	for (const kind of others) known.forget(kind, ref);
	assert.equal(known.redact("Secret", ref)(quoted(OLD)), hidden);
	// The same in another: it stays where one of them goes.
	known.note("Secret", secret(OLD, { name: "other" }));
	for (let times = 0; times < 2; times++) known.forget("Secret", ref);
	for (const say of [
		known.elsewhere,
		known.redact("ServiceAccount", ref),
		known.redact("Secret", ref, secret(NEW)),
	])
		assert.equal(say(quoted(OLD)), hidden);
	known.forget("Secret", { ...ref, name: "other" });
	assert.equal(known.elsewhere(OLD.password), OLD.password);
});

for (const [what, metadata] of [
	["labels", { labels: { team: "a-team-of-many" } }],
	["annotations", { annotations: { data: "a-team-of-many" } }],
] as const)
	test(`what is no data is said: ${what}`, () => {
		const say = new KnownData().redact("Secret", ref, { metadata });
		assert.equal(say("no a-team-of-many"), "no a-team-of-many");
	});

test("of gigabytes that somebody planted little is kept, and no words about the rest are repeated", () => {
	const known = new KnownData();
	const megabyte = (at: number, fill = "A", name = at) => ({
		metadata: { namespace: "evil", name: `s-${name}` },
		data: { ".dockerconfigjson": `${at}`.padEnd(1 << 20, fill) },
	});
	for (let at = 0; at < 40; at++) known.note("Secret", megabyte(at));
	known.note("Secret", secret(OLD));
	const said = (name: string) =>
		known.redact("Secret", { namespace: "evil", name })("quota is used up");
	assert.equal(said("s-0"), "quota is used up");
	assert.equal(said("s-39"), "<redacted>");
	// Small ones and those that say the same as another still fit.
	assert.ok(!known.redact("Secret", ref)(OLD.text).includes(OLD.password));
	known.note("Secret", megabyte(0, "A", 40));
	assert.equal(said("s-40"), "quota is used up");
	for (let at = 0; at <= 40; at++)
		known.forget("Secret", megabyte(at).metadata);
	// What is no more, or says something else by now, takes no room.
	for (const fill of ["A", "B"]) {
		for (let at = 100; at < 130; at++) known.note("Secret", megabyte(at, fill));
		assert.equal(said("s-129"), "quota is used up");
	}
});

test("nor of half a million values of a few characters", () => {
	const known = new KnownData();
	const many = (at: number) => ({
		metadata: { namespace: "evil", name: `s-${at}` },
		data: Object.fromEntries(
			Array.from({ length: 10_000 }, (_, each) => [
				`k${each}`,
				`${at}-${each}`,
			]),
		),
	});
	const words = () => {
		const data = { ".dockerconfigjson": "A".repeat(2 << 20) };
		known.note("Secret", { metadata: ref, data });
		const said = known.redact("Secret", ref)("no room");
		known.forget("Secret", ref);
		return said;
	};
	assert.equal(words(), "no room");
	for (let at = 0; at < 50; at++) known.note("Secret", many(at));
	assert.equal(words(), "<redacted>");
	for (let at = 0; at < 50; at++) known.forget("Secret", many(at).metadata);
	assert.equal(words(), "no room");
});

test("of many large ones a few are looked for in words about something else, and what is small all the same", () => {
	const known = new KnownData();
	for (let at = 0; at < 64; at++)
		known.note("Secret", {
			metadata: { namespace: "evil", name: `s-${at}` },
			data: { ".dockerconfigjson": base64(`${at}`.padEnd(20_000, "x")) },
		});
	known.note("Secret", secret(OLD));
	assert.equal(known.elsewhere(quoted(OLD)), hidden);
	// One that is too large for that is known where it is written itself.
	const large = { namespace: "app", name: "large" };
	known.note("Secret", {
		metadata: large,
		data: { x: base64(JSON.stringify([NEW.password, "y".repeat(40_000)])) },
	});
	assert.equal(known.redact("Secret", large)(NEW.password), "<redacted>");
});

test("one that is too much by itself is not kept", () => {
	const known = new KnownData();
	known.note("Secret", {
		metadata: ref,
		data: { ".dockerconfigjson": "A".repeat(33 << 20) },
	});
	assert.equal(known.redact("Secret", ref)("quota is used up"), "<redacted>");
});

test("what was shown of who asks is hidden, but for what is so short that it is a word of every message", () => {
	const login = base64("kim:a-word-of-kims");
	for (const [header, said, shown] of [
		["Bearer word", "word at abcde", "word at abcde"],
		["Bearer word of words", "no word of words", "no <redacted>"],
		["Bearer abcde", "app at abcde", "app at <redacted>"],
		[
			`Basic ${login}`,
			`kim, a-word-of-kims, ${login}`,
			"kim, <redacted>, <redacted>",
		],
		[`Bearer ${login}`, "a-word-of-kims", "a-word-of-kims"],
	] as const)
		assert.equal(withoutAuthorization(said, header), shown);
});
