/** `--mesh` gives every verb its defaults. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type TestBed, testBed } from "../support/test-bed.ts";

const CREDENTIAL = [
	"--registry-server",
	"r.io",
	"--registry-username",
	"u",
	"--registry-password-stdin",
];

describe("--mesh", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed({
			namespaces: ["istio-system", "linkerd", "team", "app"],
		});
	});
	after(() => bed[Symbol.asyncDispose]());

	test("create, sync and export without a name or namespace", async () => {
		const create = await bed.run(["create", "--mesh", "istio", ...CREDENTIAL], {
			stdin: "p",
		});
		assert.equal(
			create.out,
			"secret/istio-registry-key created in istio-system namespace\n",
			create.err,
		);
		const sync = await bed.run(["sync", "-n", "app"], {
			env: { MESHREG_MESH: "istio" },
		});
		assert.equal(
			sync.out,
			"secret/istio-registry-key created in app namespace\n",
			sync.err,
		);
		const exported = await bed.run(["export", "--mesh=istio"]);
		assert.match(exported.out, /"r\.io"/);
	});

	test("none: the context's namespace", async () => {
		const kubeconfig = join(bed.folder, "team.kubeconfig");
		await bed.server.writeKubeconfig(kubeconfig, { namespace: "team" });
		const create = await bed.run(["create", "--mesh", "none", ...CREDENTIAL], {
			stdin: "p",
			kubeconfig,
		});
		assert.equal(
			create.out,
			"secret/registry-key created in team namespace\n",
			create.err,
		);
		const sync = await bed.run(["sync", "--mesh", "none", "-n", "app"], {
			kubeconfig,
		});
		assert.equal(
			sync.out,
			"secret/registry-key created in app namespace\n",
			sync.err,
		);
	});
});
