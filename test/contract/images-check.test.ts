/** `images --check` finds the same on Debian's docker-registry as on the one of the other tests. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { push, tokenFrom } from "../support/registry/exchange.ts";
import {
	type LockedRegistry,
	lockedRegistry,
	REGISTRIES,
	SERVICE,
} from "../support/registry/locked.ts";
import { assertHides } from "../support/secret-traces.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const LOGIN = `Basic ${Buffer.from("puller:marked-password").toString("base64")}`;

for (const kind of REGISTRIES)
	for (const by of ["basic", "bearer"] as const)
		describe(`images --check on ${kind.name}, ${by}`, {
			skip: kind.missing,
		}, () => {
			let bed: TestBed;
			let registry: LockedRegistry;
			before(async () => {
				bed = await testBed({ namespaces: ["nginx-mesh"] });
				registry = await lockedRegistry(kind, by, "http", {
					passwords: { puller: "marked-password" },
					closed: { "closed/app": ["somebody"] },
				});
				const authorization =
					by === "basic"
						? LOGIN
						: `Bearer ${await tokenFrom(registry.realm, SERVICE, LOGIN, "repository:team/app:pull,push")}`;
				await push(registry.peer, "team/app", "1", authorization);
				await bed.run(
					[
						...["create", "--registry-server", registry.host],
						...["--registry-username", "puller", "--registry-password-stdin"],
					],
					{ stdin: "marked-password" },
				);
			});
			after(async () => {
				await registry.close();
				await bed[Symbol.asyncDispose]();
			});

			test("there, not there, and for another platform", async () => {
				const find = async (image: string, platform: string) => {
					const { out, err } = await bed.run(
						[
							...["images", "--check", "-f", "-", "-o", "json"],
							...["--platform", platform],
						],
						{
							stdin: `kind: Pod\nspec: {containers: [{image: "${registry.host}/${image}"}]}\n`,
						},
					);
					assertHides(out + err, "marked-password");
					return JSON.parse(out).items[0].status;
				};
				assert.equal(await find("team/app:1", "linux/amd64"), "ok");
				assert.equal(await find("team/app:1", "linux/arm64"), "wrong-platform");
				assert.equal(await find("team/app:2", "linux/amd64"), "missing");
				assert.equal(
					await find("closed/app:1", "linux/amd64"),
					by === "bearer" ? "denied" : "missing",
				);
			});
		});
