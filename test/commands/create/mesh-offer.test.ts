/** At a terminal, create offers the meshes that the cluster has. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Surroundings } from "../../support/command-line.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const CREDENTIAL = ["--registry-server", "r.io", "--registry-username", "u"];
const ENTERED = [
	["Password", "p"],
	["Create secret/", true],
] as const;

async function create(
	bed: TestBed,
	argv: readonly string[],
	given: Surroundings,
) {
	const verification = { outcome: "good" } as const;
	return bed.run(["create", ...argv, ...CREDENTIAL], {
		verification,
		...given,
	});
}

describe("create at a terminal", () => {
	test("asks which mesh, where there is another than the default one", async () => {
		await using bed = await testBed({
			namespaces: ["nginx-mesh", "istio-system"],
		});
		let offered: string[] = [];
		const { status, out, err, asked } = await create(bed, [], {
			answers: [
				[
					"Which mesh is the pull secret for?",
					(choices) => {
						offered = choices.map(({ label }) => label);
						return "Istio (istio-registry-key in istio-system)";
					},
				],
				...ENTERED,
			],
		});
		assert.deepEqual(
			{ status, out },
			{
				status: 0,
				out: "secret/istio-registry-key created in istio-system namespace\n",
			},
			err,
		);
		assert.equal(asked[0], "Which mesh is the pull secret for?");
		assert.deepEqual(offered, [
			"NGINX Service Mesh (nginx-mesh-registry-key in nginx-mesh), no longer maintained",
			"Istio (istio-registry-key in istio-system)",
			"No mesh (registry-key in default)",
		]);
	});

	test("none is the context's namespace", async () => {
		await using bed = await testBed({ namespaces: ["default", "linkerd"] });
		const { out, err } = await create(bed, [], {
			answers: [
				[
					"Which mesh is the pull secret for?",
					"No mesh (registry-key in default)",
				],
				...ENTERED,
			],
		});
		assert.equal(
			out,
			"secret/registry-key created in default namespace\n",
			err,
		);
	});

	const silent: [what: string, argv: string[], env: Record<string, string>][] =
		[
			["a name", ["mine", "-n", "kuma-system"], {}],
			["a namespace", ["-n", "kuma-system"], {}],
			["a mesh", ["--mesh", "kuma"], {}],
			["MESHREG_MESH", [], { MESHREG_MESH: "kuma" }],
			["MESHREG_NAMESPACE", [], { MESHREG_NAMESPACE: "kuma-system" }],
		];
	for (const [what, argv, env] of silent)
		test(`does not ask where ${what} is given`, async () => {
			await using bed = await testBed({ namespaces: ["kuma-system"] });
			const { status, out, err } = await create(bed, argv, {
				env,
				answers: ENTERED,
			});
			assert.equal(status, 0, err);
			assert.match(out, /created in kuma-system namespace/);
		});

	test("nor where the default mesh is all there is, or nothing may be looked at", async () => {
		await using bed = await testBed({
			namespaces: ["nginx-mesh", "kuma-system"],
		});
		const hidden = bed.server.onRequest(({ method, path }) =>
			method === "GET" && path === "/api/v1/namespaces/kuma-system"
				? {
						answer: {
							status: 403,
							reason: "Forbidden",
							message: "namespaces is forbidden",
						},
					}
				: undefined,
		);
		const { out, err } = await create(bed, [], { answers: ENTERED });
		hidden();
		assert.equal(
			out,
			"secret/nginx-mesh-registry-key created in nginx-mesh namespace\n",
			err,
		);
	});
});
