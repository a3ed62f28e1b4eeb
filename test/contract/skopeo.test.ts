/** An independent client takes what export writes, and is let in by the registry, or not. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Credential } from "../../src/core/credentials/credential.ts";
import { runProgram } from "../support/kubectl.ts";
import { missing } from "../support/registry/debian-registry.ts";
import { push, tokenFrom } from "../support/registry/exchange.ts";
import {
	type LockedRegistry,
	lockedRegistry,
	REGISTRIES,
	SERVICE,
} from "../support/registry/locked.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const PASSWORD = 'p4ss "wörd" $HOME/+&=%:';
const ACCOUNTS = { passwords: { robot$mesh: PASSWORD } };
const GOOD = new Credential("robot$mesh", PASSWORD);
const noSkopeo = missing("skopeo", "skopeo");

for (const kind of REGISTRIES)
	for (const by of ["basic", "bearer"] as const)
		for (const scheme of ["http", "https"] as const)
			describe(`skopeo at ${kind.name}, ${by} over ${scheme}`, {
				skip: noSkopeo || kind.missing,
			}, () => {
				let locked: LockedRegistry;
				let bed: TestBed;
				let host: string;
				before(async () => {
					bed = await testBed({ namespaces: ["nginx-mesh"] });
					locked = await lockedRegistry(kind, by, scheme, ACCOUNTS);
					const { realm, peer, authority } = locked;
					host = locked.host;
					await mkdir(join(bed.folder, "certs"));
					await writeFile(join(bed.folder, "certs/ca.crt"), authority);
					const basic = `Basic ${GOOD.basic()}`;
					await push(
						peer,
						"team/app",
						"1.0",
						by === "basic"
							? basic
							: `Bearer ${await tokenFrom(realm, SERVICE, basic, "repository:team/app:push,pull", peer.ca)}`,
					);
				});
				after(async () => {
					await locked.close();
					await bed[Symbol.asyncDispose]();
				});

				/** Writes the credential to the cluster, verified or not, exports it, and asks skopeo with that file. */
				const inspect = async (password: string, ...how: string[]) => {
					const created = await bed.run(
						[
							"create",
							"--replace",
							...["--registry-server", host],
							...["--registry-username", GOOD.username],
							"--registry-password-stdin",
							...how,
						],
						{ stdin: password },
					);
					assert.equal(created.status, 0, created.err);
					const authfile = join(bed.folder, "config.json");
					const exported = await bed.run(["export", "--to", authfile]);
					assert.equal(exported.status, 0, exported.err);
					return runProgram("skopeo", [
						"inspect",
						...["--authfile", authfile],
						...(scheme === "http"
							? ["--tls-verify=false"]
							: ["--cert-dir", join(bed.folder, "certs")]),
						`docker://${host}/team/app:1.0`,
					]);
				};

				test("a verified credential lets it in", async () => {
					const { status, out, err } = await inspect(
						PASSWORD,
						"--verify-image",
						`${host}/team/app:1.0`,
						"--registry-ca",
						join(bed.folder, "certs/ca.crt"),
					);
					assert.equal(status, 0, err);
					assert.equal(JSON.parse(out).Architecture, "amd64");
				});

				test("a wrong password does not", async () => {
					const { status, err } = await inspect("wrong");
					assert.notEqual(status, 0);
					assert.match(
						err,
						/unauthorized|authentication required|invalid username\/password/,
					);
				});
			});
