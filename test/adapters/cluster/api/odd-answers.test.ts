import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import type { Cluster, ListQuery } from "../../../../src/world.ts";
import {
	type ApiServer,
	type Hook,
	startApiServer,
} from "../../../support/api-server/index.ts";
import { connected, hastyClock } from "../../../support/connecting.ts";

/** Answers with 200 or a redirect that no API server gives: of a login page, a proxy, or somebody who means ill. */

let server: ApiServer;
let cluster: Cluster;
let folder: string;
let kubeconfig: string;
const clock = hastyClock();
let heal = () => {};

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	kubeconfig = join(folder, "config");
	server = await startApiServer();
	await server.writeKubeconfig(kubeconfig);
	({ cluster } = await connected({ kubeconfig }, { clock }));
	// It was there: what is odd is not taken for a server that never was.
	await listed();
});
after(async () => {
	await cluster.close();
	await server.stop();
	await rm(folder, { recursive: true });
});
afterEach(async () => {
	heal();
	// Others do not wait for a server that has just been given up, and what follows begins with one that is there.
	await clock.delay(2_000);
	await listed();
});

/** Follows objects of a kind until the watch ends. */
const watched = async (kind: Parameters<Cluster["watch"]>[0]) => {
	for await (const _ of cluster.watch(kind, { resourceVersion: "0" }));
};

const ref = { namespace: "default", name: "key" };
const PATCH = { metadata: { resourceVersion: "1" } };
const CALLS: Record<
	string,
	{ act: () => Promise<unknown>; asked: string; wanted: string }
> = {
	list: {
		act: () => listed(),
		asked: "GET /api/v1/secrets",
		wanted: "a SecretList",
	},
	"list of metadata": {
		act: async () => {
			for await (const _ of cluster.pages("Namespace", { metadataOnly: true }));
		},
		asked: "GET /api/v1/namespaces",
		wanted: "a NamespaceList",
	},
	read: {
		act: () => cluster.read("Secret", ref),
		asked: "GET /api/v1/namespaces/default/secrets/key",
		wanted: "a Secret",
	},
	create: {
		act: () => cluster.create("Secret", { metadata: ref, type: "Opaque" }),
		asked: "POST /api/v1/namespaces/default/secrets",
		wanted: "a Secret",
	},
	update: {
		act: () => cluster.update("Secret", { metadata: ref, type: "Opaque" }),
		asked: "PUT /api/v1/namespaces/default/secrets/key",
		wanted: "a Secret",
	},
	patch: {
		act: () => cluster.patch("Secret", ref, PATCH),
		asked: "PATCH /api/v1/namespaces/default/secrets/key",
		wanted: "a Secret",
	},
	deletion: {
		act: () => cluster.remove("Secret", ref, { uid: "u" }),
		asked: "DELETE /api/v1/namespaces/default/secrets/key",
		wanted: "a Status",
	},
	"access review": {
		act: () => cluster.canI({ verb: "get", resource: "secrets" }),
		asked: "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
		wanted: "a SelfSubjectAccessReview",
	},
	watch: {
		act: () => watched("Secret"),
		asked: "GET /api/v1/secrets",
		wanted: "a watch of Secrets",
	},
};

async function listed(from = cluster): Promise<number> {
	let found = 0;
	for await (const { items } of from.pages("Secret", {})) found += items.length;
	return found;
}

const ODD: Record<
	string,
	{
		got: string;
		answer: { status: number; body: string; headers?: Record<string, string> };
	}
> = {
	"{}": json("{}", "other JSON"),
	null: json("null", "other JSON"),
	"[]": json("[]", "other JSON"),
	true: json("true", "other JSON"),
	"a string": json('"token"', "other JSON"),
	"another object": json('{"login":"https://sso.example"}', "other JSON"),
	"an object of another kind": json(
		'{"kind":7,"metadata":{"namespace":"default","name":"key"}}',
		"other JSON",
	),
	"an object without a name": json('{"metadata":{}}', "other JSON"),
	"metadata of another type": json('{"metadata":[],"kind":7}', "other JSON"),
	"a web page": {
		got: "a web page",
		answer: {
			status: 200,
			body: "\n<!doctype html>\n<h1>Log in",
			headers: { "content-type": "text/html" },
		},
	},
	"a web page that says it is JSON": json("<html>", "a web page"),
	"some words": json("OK", "text that is not JSON"),
	"a redirect": {
		got: "a redirect to sso.example:8443",
		answer: {
			status: 302,
			body: "<a>",
			headers: {
				location: "https://user:S3CRET@sso.example:8443/login?secret",
			},
		},
	},
	"a redirect to nowhere": {
		got: "a redirect",
		answer: { status: 307, body: "", headers: { location: "http://[" } },
	},
};

function json(body: string, got: string) {
	return {
		got,
		answer: {
			status: 200,
			body,
			headers: { "content-type": "application/json" },
		},
	};
}

for (const [call, { act, asked, wanted }] of Object.entries(CALLS))
	describe(`${call} that is answered with`, () => {
		for (const [what, { got, answer }] of Object.entries(ODD))
			test(what, async () => {
				heal = server.onRequest(() => ({ answer }));
				clock.slept.length = 0;
				await assert.rejects(act(), {
					name: "ConnectionError",
					message:
						`error: ${server.url} answered ${asked} with ${got} instead of ${wanted}: is it an API server, or a login page or proxy in front of it?`.replace(
							"of it?",
							"of one?",
						),
				});
				assert.deepEqual(clock.slept, [], "it was asked again");
			});
	});

describe("lists", () => {
	const page = (more: object) =>
		JSON.stringify({
			kind: "SecretList",
			apiVersion: "v1",
			metadata: { resourceVersion: "1" },
			items: [],
			...more,
		});
	const answering = (body: (count: number) => string): Hook => {
		let count = 0;
		return () => ({
			answer: {
				status: 200,
				body: body(++count),
				headers: { "content-type": "application/json" },
			},
		});
	};

	for (const [what, more] of [
		["an item that is none", { items: [null] }],
		["an item without metadata", { items: [{ data: {} }] }],
		["an item of another kind", { items: [{ kind: "Pod", metadata: ref }] }],
		["another kind", { kind: "ConfigMapList" }],
		["items that are no list", { items: {} }],
		["no metadata", { metadata: null }],
	] as const)
		test(`with ${what} are none`, async () => {
			heal = server.onRequest(answering(() => page(more)));
			await assert.rejects(listed(), /with other JSON instead of a SecretList/);
		});

	test("without items are empty", async () => {
		heal = server.onRequest(answering(() => page({ items: null })));
		assert.equal(await listed(), 0);
	});

	const some = (name: string, more: object = {}) =>
		page({ items: [{ metadata: { namespace: "a", name } }], metadata: more });

	test("in no order are given whole", async () => {
		heal = server.onRequest(
			answering((count) =>
				count === 1 ? some("b", { continue: "x" }) : some("a"),
			),
		);
		assert.equal(await listed(), 2);
	});

	test("of which somebody has seen enough fail unheard", async () => {
		const first = some("a", { continue: "x" });
		let asked = 0;
		heal = server.onRequest((request) =>
			++asked === 1
				? answering(() => first)(request)
				: { answer: { status: 403, reason: "Forbidden", message: "no" } },
		);
		for await (const _ of cluster.pages("Secret", {})) break;
		while (asked < 2) await new Promise((run) => setImmediate(run));
		// An answer later the failure has come, and nobody has been told of it.
		await assert.rejects(listed(), { message: /no$/ });
	});

	test("that name the same page again", async () => {
		const from = server.requests.length;
		heal = server.onRequest(
			answering(() => page({ metadata: { continue: "more" } })),
		);
		await assert.rejects(listed(), {
			message: `error: the list of /api/v1/secrets at ${server.url} does not end: page 2 names another one`,
		});
		assert.equal(server.requests.length - from, 2);
	});

	for (const [what, items, last] of [
		["", [{ metadata: ref }], 2000],
		[", of nothing", [], 100],
	] as const)
		test(`that always name one more page${what}`, async () => {
			heal = server.onRequest(
				answering((count) =>
					page({ items, metadata: { continue: `${count}` } }),
				),
			);
			await assert.rejects(listed(), {
				message: `error: the list of /api/v1/secrets at ${server.url} does not end: page ${last} names another one`,
			});
		});

	/** A server of so many Secrets in pages, and the limits that it is asked for; `instead`: another answer. */
	const paged = (
		total: number,
		data: (index: number) => object,
		instead: (from: number) => Awaited<ReturnType<Hook>> = () => undefined,
	): number[] => {
		const limits: number[] = [];
		heal = server.onRequest(({ query }) => {
			const limit = Number(query.get("limit"));
			const from = Number(query.get("continue") ?? 0);
			limits.push(limit);
			const end = Math.min(from + limit, total);
			const items = Array.from({ length: end - from }, (_, at) => ({
				metadata: {
					namespace: "app",
					name: `s-${`${from + at}`.padStart(4, "0")}`,
				},
				data: data(from + at),
			}));
			const metadata = { ...(end < total && { continue: `${end}` }) };
			const answer = {
				status: 200,
				body: page({ items, metadata }),
				headers: { "content-type": "application/json" },
			};
			return instead(from) ?? { answer };
		});
		return limits;
	};

	test("that begin again, after an answer that came too late, with larger objects", async () => {
		let late = false;
		const large = { key: "A".repeat(20 << 10) };
		const limits = paged(
			1_000,
			() => (late ? large : {}),
			(from) => {
				if (from === 0 || late) return undefined;
				late = true;
				return {
					answer: { status: 410, reason: "Expired", message: "too old" },
				};
			},
		);
		assert.equal(await listed(), 1_000);
		assert.deepEqual(limits, [500, 1000, 1000, 125, 307, 307, 307]);
	});

	test("grow to what is parsed at once", async () => {
		const limits = paged(2_000, () => ({ key: "A".repeat(6 << 10) }));
		assert.equal(await listed(), 2_000);
		// Of 4 MiB.
		assert.deepEqual(limits, [500, 675, 675, 675]);
	});

	test("of Secrets as large as they may be are asked for in smaller pages", async () => {
		// 500 of a tenant's Secrets of 1 MiB are more than V8 has strings for.
		const large = "A".repeat(1 << 20);
		const limits = paged(2_000, (index) => (index < 100 ? { large } : {}));
		// The first that a connection brings: nor is its server given up.
		const { cluster: first } = await connected({ kubeconfig }, { clock });
		assert.equal(await listed(first), 2_000);
		await first.close();
		// Pages of about 6 MiB, and large ones once objects are small.
		const six = Array<number>(16).fill(6);
		assert.deepEqual(limits, [500, 63, 8, ...six, 18, 1000, 1000]);
	});

	for (const [what, body] of [
		["spaces", " ".repeat(6 << 20)],
		[
			"spaces between objects",
			page({ items: [{ metadata: ref }, { metadata: ref }] }).replace(
				/\},(?=\{"m)/,
				`},${" ".repeat(6 << 20)}`,
			),
		],
		["text", page({ items: ["A".repeat(6 << 20)] })],
		["a beginning", `{"kind":"${"[".repeat(6 << 20)}`],
	] as const)
		test(`that are mostly ${what}`, async () => {
			const from = server.requests.length;
			heal = server.onRequest(answering(() => body));
			await assert.rejects(
				listed(),
				/answered GET \/api\/v1\/secrets with much else instead of a SecretList/,
			);
			assert.equal(server.requests.length - from, 1);
		});

	test("with an object that is no JSON are asked for again, and not quoted", async () => {
		const from = server.requests.length;
		const big = "A".repeat(5 << 20);
		const body = page({ items: [{ metadata: ref, data: { big } }] });
		heal = server.onRequest(
			answering(() => body.replace('"data":', '"data" marked-s3cret')),
		);
		await assert.rejects(listed(), {
			message: "Unable to connect to the server: the answer ended early",
		});
		assert.equal(server.requests.length - from, 6);
	});

	test("of which one object alone is too large", async () => {
		heal = server.onRequest(
			answering(() => page({ items: [{ data: "A".repeat(65 << 20) }] })),
		);
		await assert.rejects(listed(), {
			message: `error: ${server.url} answered GET /api/v1/secrets with more than 64 MiB, which is not read`,
		});
	});
});

for (const [size, padding, asked] of [
	["small", 0, ["a", "b"]],
	["large", 2 << 20, ["a", "a", "b"]],
] as const)
	test(`a ${size} page that ends between two objects is asked for again, and each is given out once`, async () => {
		const pods = ["a", "b"].map((name) => ({
			metadata: { name, managedFields: [{ manager: "kubelet" }] },
			spec: { nodeName: "x".repeat(padding) },
		}));
		const whole = JSON.stringify({
			kind: "PodList",
			metadata: {},
			items: pods,
		});
		const answers = [
			whole.slice(0, whole.indexOf(',{"metadata":{"name":"b"')),
			whole,
		];
		heal = server.onRequest(() => ({
			answer: {
				status: 200,
				body: answers.shift() ?? "",
				headers: { "content-type": "application/json" },
			},
		}));
		const seen: unknown[] = [];
		const given: unknown[] = [];
		for await (const { items } of cluster.picked("Pod", {}, ({ metadata }) => {
			seen.push(metadata);
			return metadata.name;
		}))
			given.push(...items);
		assert.deepEqual(given, ["a", "b"]);
		// Nobody is told who owns which field.
		assert.deepEqual(
			seen,
			asked.map((name) => ({ name, managedFields: [] })),
		);
	});

for (const [what, status, body] of [
	[
		"an answer",
		200,
		'{"kind":"SecretList","metadata":{},"items":[{"data":{"a":"S3CR',
	],
	["a refusal", 404, '{"kind":"Status","code":404,"details":{"name":"S3CR'],
] as const)
	test(`${what} that always ends early is asked for a few times`, async () => {
		await listed();
		let count = 0;
		heal = server.onRequest(() => {
			count++;
			return {
				answer: {
					status,
					body,
					headers: { "content-type": "application/json" },
				},
			};
		});
		await assert.rejects(listed(), {
			message: "Unable to connect to the server: the answer ended early",
		});
		assert.equal(count, 6);
	});

test("and more often where others are answered meanwhile: it may be the connection", async () => {
	let count = 0;
	heal = server.onRequest(async ({ path }) => {
		if (path !== "/api/v1/secrets" || ++count > 8) return undefined;
		await cluster.read("Namespace", { name: "default" });
		return { answer: { status: 200, body: '{"kind":"SecretList","items":[' } };
	});
	await listed();
	assert.equal(count, 9);
});

test("a refusal of many megabytes is a refusal", async () => {
	heal = server.onRequest(() => ({
		answer: { status: 403, body: "x".repeat(2 << 20) },
	}));
	await assert.rejects(listed(), {
		message:
			"Error from server (403): the server answered 403 without saying why",
	});
});

for (const reason of ["not a word", "x".repeat(64), "Forbidden1"])
	test(`a reason that is no word of Kubernetes is not shown: ${reason}`, async () => {
		const body = JSON.stringify({ kind: "Status", reason, message: "no" });
		heal = server.onRequest(() => ({ answer: { status: 403, body } }));
		await assert.rejects(listed(), {
			message: "Error from server (403): no",
		});
	});

for (const more of [{}, { code: 0 }, { code: "x" }])
	test(`an error within a watch that has no status: ${JSON.stringify(more)}`, async () => {
		const object = { kind: "Status", message: "no", ...more };
		const body = `${JSON.stringify({ type: "ERROR", object })}\n`;
		heal = server.onRequest(() => ({ answer: { status: 200, body } }));
		await assert.rejects(watched("Secret"), {
			message: "Error from server (500): no",
		});
	});

test("of a long message its beginning is shown", async () => {
	heal = server.onRequest(() => ({
		answer: { status: 403, reason: "Forbidden", message: "x".repeat(100_000) },
	}));
	await assert.rejects(listed(), {
		message: `Error from server (Forbidden): ${"x".repeat(3989)}…`,
	});
});

for (const line of [
	{ type: "EVIL", object: { kind: "Secret", metadata: ref } },
	{ type: "__proto__", object: { kind: "Secret", metadata: ref } },
	{ type: "MODIFIED", object: { kind: "ConfigMap", metadata: ref } },
	{ type: "DELETED", object: { kind: "ConfigMap", metadata: ref } },
	{ type: "BOOKMARK", object: {} },
	{ type: "BOOKMARK", object: null },
])
	test(`a watch with ${JSON.stringify(line)}`, async () => {
		heal = server.onRequest(() => ({
			answer: { status: 200, body: `${JSON.stringify(line)}\n` },
		}));
		await assert.rejects(
			watched("Secret"),
			/with other JSON instead of a watch of Secrets/,
		);
	});

test("a watch whose line has no end", async () => {
	heal = server.onRequest(() => ({
		answer: {
			status: 200,
			body: `{"type":"ADDED","object":"${"x".repeat(17 << 20)}`,
		},
	}));
	await assert.rejects(watched("Secret"), {
		message: `error: ${server.url} answered GET /api/v1/secrets with more than 16 MiB, which is not read`,
	});
});

test("one object that is larger than any", async () => {
	heal = server.onRequest(() => ({
		answer: { status: 200, body: " ".repeat(17 << 20) },
	}));
	await assert.rejects(cluster.read("Secret", ref), {
		message: `error: ${server.url} answered GET /api/v1/namespaces/default/secrets/key with more than 16 MiB, which is not read`,
	});
});

describe("Retry-After", () => {
	for (const [status, seconds, slept] of [
		[429, "999999999", [30_000, 30_000, 30_000]],
		[503, "999999999", [10_000, 10_000]],
		[429, "-5", undefined],
		[429, "Wed, 21 Oct 2037 07:28:00 GMT", undefined],
	] as const)
		test(`${status} with ${seconds}`, async () => {
			await listed();
			let left = slept?.length ?? 1;
			heal = server.onRequest(() =>
				left-- > 0
					? { answer: { status, headers: { "retry-after": seconds } } }
					: undefined,
			);
			clock.slept.length = 0;
			await listed();
			if (slept) assert.deepEqual(clock.slept, slept);
			else assert.ok((clock.slept[0] ?? 0) <= 100, String(clock.slept));
		});
});

describe("objects that were not asked for are no answer", () => {
	const secret = (metadata: object, type = "Opaque") => ({
		kind: "Secret",
		apiVersion: "v1",
		metadata: {
			...ref,
			resourceVersion: "1",
			labels: { team: "a" },
			...metadata,
		},
		type,
	});
	const QUERY = { namespace: "default", fieldSelector: "metadata.name=key" };
	const ofType = { fieldSelector: "type=kubernetes.io/dockerconfigjson" };
	const ofTeam = { labelSelector: "team in (a,b),!legacy" };
	const answered = (value: object): (() => void) =>
		server.onRequest(() => ({
			answer: {
				status: 200,
				body: `${JSON.stringify(value)}\n`,
				headers: { "content-type": "application/json" },
			},
		}));
	const list = async (query: ListQuery, item: object) => {
		const metadata = { resourceVersion: "1" };
		heal = answered({ kind: "SecretList", metadata, items: [item] });
		const items: unknown[] = [];
		for await (const page of cluster.pages("Secret", query))
			items.push(...page.items);
		return items;
	};
	const watch = async (query: ListQuery, object: object, type = "ADDED") => {
		heal = answered({ type, object });
		const from = { ...query, resourceVersion: "1" };
		const events: unknown[] = [];
		for await (const event of cluster.watch("Secret", from)) events.push(event);
		return events;
	};
	const fitting = secret({}, "kubernetes.io/dockerconfigjson");
	for (const [what, query, object] of [
		["of another name", QUERY, secret({ name: "other" })],
		["of another namespace", QUERY, secret({ namespace: "other" })],
		["of no namespace", QUERY, secret({ namespace: undefined })],
		["of another type", ofType, secret({})],
		["without the label", ofTeam, secret({ labels: null })],
		["with another label", ofTeam, secret({ labels: { team: "c" } })],
	] as const) {
		test(`in a list, ${what}`, async () => {
			assert.deepEqual(await list(query, fitting), [fitting]);
			heal();
			await assert.rejects(list(query, object), /instead of a SecretList/);
		});
		test(`in a watch, ${what}`, async () => {
			assert.deepEqual((await watch(query, fitting)).at(-1), {
				type: "ADDED",
				object: fitting,
			});
			heal();
			await assert.rejects(
				watch(query, object),
				/instead of a watch of Secrets/,
			);
		});
		if (query === QUERY)
			for (const [call, act] of Object.entries({
				read: () => cluster.read("Secret", ref),
				patch: () => cluster.patch("Secret", ref, PATCH),
			}))
				test(`to a ${call}, ${what}`, async () => {
					heal = answered(object);
					await assert.rejects(act(), /instead of a Secret:/);
				});
	}
	test("what left a selection by its labels is told of in a watch", async () => {
		const object = secret({ labels: {} });
		const type = "DELETED";
		assert.deepEqual((await watch(ofTeam, object, type)).at(-1), {
			type,
			object,
		});
	});
});
