import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import type { Secret } from "../../../../src/core/objects.ts";
import type { ConnectionFlags } from "../../../../src/world.ts";
import {
	type ApiServer,
	type Hook,
	startApiServer,
} from "../../../support/api-server/index.ts";
import { connected } from "../../../support/connecting.ts";

/** What a request says of itself on stderr, and what a refusal says of the request. */

let server: ApiServer;
let folder: string;
let kubeconfig: string;
let heal = () => {};

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	kubeconfig = join(folder, "config");
	server = await startApiServer({ users: { ann: { token: "T0KEN" } } });
	await server.writeKubeconfig(kubeconfig, { credential: "token" });
});
after(async () => {
	await server.stop();
	await rm(folder, { recursive: true });
});
afterEach(() => heal());

const PASSWORD = "S3CRET hünter2";
const auth = Buffer.from(`ann:${PASSWORD}`).toString("base64");
const config = JSON.stringify({
	auths: { "registry.example": { username: "ann", password: PASSWORD, auth } },
});
const data = Buffer.from(config).toString("base64");
const secret: Secret = {
	metadata: { namespace: "default", name: "key" },
	type: "kubernetes.io/dockerconfigjson",
	data: { ".dockerconfigjson": data },
};

async function stderrOf(
	flags: ConnectionFlags,
	hook: Hook = () => undefined,
): Promise<string> {
	heal = server.onRequest(hook);
	server.store.delete("Secret", "default", "key");
	const { cluster, stderr } = await connected({ kubeconfig, ...flags });
	await cluster.create("Secret", secret);
	await cluster.read("Secret", secret.metadata as { name: string });
	await cluster.read("Namespace", { name: "none" }).catch(() => {});
	await cluster.close();
	return stderr();
}

describe("-v", () => {
	test("6: method, URL, status and time of every request", async () => {
		const said = await stderrOf({ verbosity: 6 });
		const url = `${server.url}/api/v1`;
		assert.equal(
			said.replace(/in \d+ milliseconds/g, "in N milliseconds"),
			[
				`POST ${url}/namespaces/default/secrets?fieldManager=kubectl-meshreg 201 in N milliseconds`,
				`GET ${url}/namespaces/default/secrets/key 200 in N milliseconds`,
				`GET ${url}/namespaces/none 404 in N milliseconds`,
				"",
			].join("\n"),
		);
	});

	test("9 says no more: never a header or a body", async () => {
		const said = await stderrOf({ verbosity: 9 });
		assert.equal(said.split("\n").length, 4);
		assert.doesNotMatch(said, /S3CRET|T0KEN|[Bb]earer|dockerconfigjson/);
	});

	test("5 says nothing", async () => {
		assert.equal(await stderrOf({ verbosity: 5 }), "");
	});

	test("6: a request without an answer", async () => {
		let left = 1;
		const said = await stderrOf({ verbosity: 6 }, () =>
			left-- > 0 ? { cut: "before" } : undefined,
		);
		assert.match(
			said,
			/^POST \S+ no answer in \d+ milliseconds\nPOST \S+ 201 in/,
		);
	});
});

describe("warnings of the server", () => {
	test("are shown once each, quoted", async () => {
		const said = await stderrOf({}, () => ({
			warnings: ['v1 is "old"', "use \\ instead"],
		}));
		assert.equal(said, `Warning: "v1 is 'old'"\nWarning: "use \\ instead"\n`);
	});
});

test("of ever new warnings a thousand are shown", async () => {
	const warnings = Array.from({ length: 1_100 }, (_, at) => `${at}`);
	const said = await stderrOf({}, () => ({ warnings }));
	assert.equal(said.split("\n").length - 1, 1_000);
});

describe("a refusal that quotes the Secret", () => {
	for (const [name, quoted] of [
		["its data", data],
		["its text", config],
		["the password", PASSWORD],
		["user name and password", auth],
	] as const)
		for (const verb of ["create", "update", "patch"] as const)
			test(`${name}: ${verb}`, async () => {
				const { cluster } = await connected({ kubeconfig });
				heal = server.onRequest(({ method }) =>
					method === "GET"
						? undefined
						: {
								answer: {
									status: 403,
									reason: "Forbidden",
									message: `admission webhook "w" denied the request: ${quoted} is bad`,
								},
							},
				);
				const refused =
					verb === "patch"
						? cluster.patch(
								"Secret",
								{ namespace: "default", name: "key" },
								{ metadata: { resourceVersion: "1" }, data: secret.data ?? {} },
							)
						: cluster[verb]("Secret", secret);
				await assert.rejects(refused, {
					name: "ApiError",
					status: 403,
					message:
						'Error from server (Forbidden): admission webhook "w" denied the request: <redacted> is bad',
				});
				await cluster.close();
			});

	test("a webhook's name, a short word of the data, and other kinds stay", async () => {
		const { cluster } = await connected({ kubeconfig });
		heal = server.onRequest(() => ({
			answer: { status: 403, reason: "Forbidden", message: "ann may not" },
		}));
		await assert.rejects(cluster.create("Secret", secret), {
			message: "Error from server (Forbidden): ann may not",
		});
		await cluster.close();
	});
});
