import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refusal } from "../../../../src/adapters/cluster/api/errors.ts";
import { redacted } from "../../../../src/adapters/cluster/api/redact.ts";
import type { Secret } from "../../../../src/core/objects.ts";
import type { Cluster } from "../../../../src/world.ts";
import { connected } from "../../../support/connecting.ts";
import { testBed } from "../../../support/test-bed.ts";

const AUTH = btoa("robot:marked-password");
const TEXT = JSON.stringify({
	auths: { "r.example": { password: "marked-password", auth: AUTH } },
});
const DATA = { ".dockerconfigjson": btoa(TEXT) };
const ref = { namespace: "app", name: "key" };
const SECRET: Secret = { metadata: ref, type: "Opaque", data: DATA };

describe("a webhook that quotes what it was shown is not repeated", () => {
	const CASES: [name: string, write: (cluster: Cluster) => Promise<unknown>][] =
		[
			["create", (cluster) => cluster.create("Secret", SECRET)],
			["update", (cluster) => cluster.update("Secret", SECRET)],
			[
				"patch",
				(cluster) =>
					cluster.patch("Secret", ref, [
						{ op: "add", path: "/data", value: DATA },
					]),
			],
		];
	for (const [name, write] of CASES)
		test(name, async () => {
			await using bed = await testBed({ namespaces: ["app"] });
			bed.server.onRequest(({ body }) => ({
				answer: {
					status: 403,
					reason: "Forbidden",
					message: `no to ${body.includes(DATA[".dockerconfigjson"])}: ${DATA[".dockerconfigjson"]}, ${TEXT}, marked-password, ${AUTH}`,
				},
			}));
			const kubeconfig = `${bed.folder}/config`;
			await bed.server.writeKubeconfig(kubeconfig);
			const { cluster } = await connected({ kubeconfig });
			await assert.rejects(write(cluster), {
				message:
					"Error from server (Forbidden): no to true: <redacted>, <redacted>, <redacted>, <redacted>",
			});
			await cluster.close();
		});
});

test("the password is not repeated either where only an auth holds it", () => {
	const said = refusal(
		403,
		JSON.stringify({
			reason: "Forbidden",
			message: "no to robot:marked-password, marked-password, robot",
		}),
	);
	const text = JSON.stringify({ auths: { "r.example": { auth: AUTH } } });
	const cleaned = redacted(said, [btoa(text)]);
	assert.ok(cleaned instanceof Error);
	assert.equal(
		Reflect.get(cleaned, "detail"),
		"no to <redacted>, <redacted>, robot",
	);
});

test("all else of a refusal stays", () => {
	const said = refusal(
		429,
		JSON.stringify({
			reason: "TooMany",
			message: "later: hush-hush",
			metadata: { continue: "token" },
		}),
		"7",
	);
	const without = redacted(said, [btoa("hush-hush")]);
	assert.deepEqual(
		{ ...(without instanceof Error && without) },
		{ ...said, detail: "later: <redacted>" },
	);
	// What is too short to be a credential would blot out words.
	assert.equal(redacted(said, [btoa("hush")]), said);
});
