/** The built file at a registry: tried, rotated, and taken by another program. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { plugin } from "../support/plugin.ts";
import type { Ran } from "../support/program.ts";
import {
	type Authority,
	newAuthority,
} from "../support/registry/certificates.ts";
import { registry } from "../support/registry/registry.ts";
import { type LoopbackServer, serve } from "../support/registry/server.ts";

/** Of this run: a cluster that a user points at may hold pull secrets already. */
const NAME = `meshreg-credentials-${process.pid}`;

describe("credentials", () => {
	let cluster: TestCluster;
	let mesh: string;
	let app: string;
	let authority: Authority;
	let server: LoopbackServer;
	const accounts = { passwords: { mesh: "one" } };
	before(async () => {
		cluster = await testCluster();
		mesh = await cluster.namespace("mesh");
		app = await cluster.namespace("app");
		authority = await newAuthority("test-ca");
		await writeFile(join(cluster.folder, "ca.pem"), authority.certificate);
		server = await serve(
			registry({ by: "basic", accounts }),
			await authority.issue(["127.0.0.1"]),
		);
	});
	after(async () => {
		await server.close();
		await cluster[Symbol.asyncDispose]();
	});

	const meshreg = (args: string[], stdin = ""): Promise<Ran> =>
		plugin(args, {
			kubeconfig: cluster.kubeconfig,
			home: cluster.folder,
			env: { MESHREG_NAMESPACE: mesh, MESHREG_NAME: NAME },
			stdin,
		});
	const login = () => [
		...["--registry-server", server.host],
		...["--registry-username", "mesh"],
		...["--registry-password-stdin", "-q"],
		...["--registry-ca", join(cluster.folder, "ca.pem")],
	];
	const trust = () =>
		`Warning: --registry-ca applies to this check only: the cluster's nodes must be set up for ${server.host} as well\n`;

	test("one after the other, each with what the ones before have left", async (t) => {
		await t.test("a rejected one is not written, a good one is", async () => {
			const wrong = await meshreg(["create", ...login()], "wrong");
			assert.deepEqual(
				[wrong.status, wrong.out, wrong.err],
				[
					1,
					"",
					`error: ${server.host} rejects the credential: "authentication required"; nothing was written; use --no-verify instead to skip this check\n`,
				],
			);
			const good = await meshreg(["create", ...login()], "one");
			assert.deepEqual(
				[good.status, good.out, good.err],
				[0, `secret/${NAME} created in ${mesh} namespace\n`, trust()],
			);
		});

		await t.test(
			"rotate reaches the copies, and export writes them out",
			async () => {
				const copied = await meshreg(["sync", "-n", app]);
				assert.equal(copied.status, 0, copied.err);
				accounts.passwords.mesh = "two";
				const rotated = await meshreg(["rotate", ...login()], "two");
				assert.deepEqual(
					[rotated.status, rotated.out, rotated.err],
					[
						0,
						`secret/${NAME} configured in ${mesh} namespace\nsecret/${NAME} configured in ${app} namespace\n`,
						trust(),
					],
				);
				const path = join(cluster.folder, "config.json");
				const exported = await meshreg([
					"export",
					"-n",
					app,
					"--to",
					path,
					"-q",
				]);
				assert.deepEqual([exported.status, exported.err], [0, ""]);
				assert.deepEqual(JSON.parse(await readFile(path, "utf8")), {
					auths: {
						[server.host]: {
							username: "mesh",
							password: "two",
							auth: btoa("mesh:two"),
						},
					},
				});
			},
		);
	});
});
