/** An independent client takes what export writes, and is let in by the registry, or not. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Credential } from "../../src/core/credential.ts";
import { runProgram } from "../support/kubectl.ts";
import { newAuthority } from "../support/registry/certificates.ts";
import {
	debianRegistry,
	missing,
	noDebianRegistry,
} from "../support/registry/debian-registry.ts";
import { push, tokenFrom } from "../support/registry/exchange.ts";
import { type Lock, registry } from "../support/registry/registry.ts";
import { serve } from "../support/registry/server.ts";
import { tokenServer } from "../support/registry/token-server.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const PASSWORD = 'p4ss "wörd" $HOME/+&=%:';
const ACCOUNTS = { passwords: { robot$mesh: PASSWORD } };
const GOOD = new Credential("robot$mesh", PASSWORD);
const SERVICE = "test registry";
const noSkopeo = missing("skopeo", "skopeo");

const REGISTRIES = [
	{
		name: "a registry in this process",
		skip: noSkopeo,
		start: async (lock: Lock, tls?: Parameters<typeof serve>[1]) =>
			serve(registry(lock), tls),
	},
	{
		name: "Debian's docker-registry",
		skip: noSkopeo || noDebianRegistry,
		start: debianRegistry,
	},
] as const;

for (const { name, skip, start } of REGISTRIES)
	for (const by of ["basic", "bearer"] as const)
		for (const scheme of ["http", "https"] as const)
			describe(`skopeo at ${name}, ${by} over ${scheme}`, { skip }, () => {
				const closing: { close(): Promise<void> }[] = [];
				let bed: TestBed;
				let host: string;
				before(async () => {
					bed = await testBed({ namespaces: ["nginx-mesh"] });
					const authority = await newAuthority("test-ca");
					const tls =
						scheme === "https"
							? await authority.issue(["127.0.0.1"])
							: undefined;
					await mkdir(join(bed.folder, "certs"));
					await writeFile(
						join(bed.folder, "certs/ca.crt"),
						authority.certificate,
					);
					const tokens = await tokenServer(ACCOUNTS);
					const tokenHost = await serve(tokens.listener, tls);
					const realm = `${tokenHost.origin}/token`;
					const server = await start(
						by === "basic"
							? { by, accounts: ACCOUNTS }
							: { by, realm, service: SERVICE, tokens },
						tls,
					);
					closing.push(server, tokenHost);
					host = server.host;
					const basic = `Basic ${GOOD.basic()}`;
					const ca = tls && authority.certificate;
					await push(
						{ origin: `${scheme}://${host}`, ...(ca && { ca }) },
						"team/app",
						"1.0",
						by === "basic"
							? basic
							: `Bearer ${await tokenFrom(realm, SERVICE, basic, "repository:team/app:push,pull", ca)}`,
					);
				});
				after(async () => {
					for (const server of closing) await server.close();
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
