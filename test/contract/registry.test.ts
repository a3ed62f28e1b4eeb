/** One suite on the in-process registry and on Debian's docker-registry: the first answers as the second does. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registryClient } from "../../src/adapters/registry/client.ts";
import { Credential } from "../../src/core/credentials/credential.ts";
import {
	ask,
	MANIFEST,
	push,
	type RegistryPeer,
	tokenFrom,
} from "../support/registry/exchange.ts";
import {
	type LockedRegistry,
	lockedRegistry,
	REGISTRIES,
	SERVICE,
} from "../support/registry/locked.ts";
import type { Accounts } from "../support/registry/token-server.ts";

const PASSWORD = 'p4ss "wörd" $HOME/+&=%';
const ACCOUNTS: Accounts = {
	passwords: { mesh: PASSWORD, other: "other" },
	closed: { "secret/app": ["other"] },
};
const MESH = new Credential("mesh", PASSWORD);
const OTHER = new Credential("other", "other");

for (const kind of REGISTRIES)
	for (const by of ["basic", "bearer"] as const)
		for (const scheme of ["http", "https"] as const)
			describe(`${kind.name}, ${by} over ${scheme}`, {
				skip: kind.missing,
			}, () => {
				let locked: LockedRegistry;
				let peer: RegistryPeer;
				let host: string;
				let realm: string;
				before(async () => {
					locked = await lockedRegistry(kind, by, scheme, ACCOUNTS);
					({ host, peer, realm } = locked);
					for (const repository of ["team/app", "secret/app"])
						await push(
							peer,
							repository,
							"1.0",
							await login(OTHER, `repository:${repository}:push,pull`),
						);
				});
				after(async () => {
					await locked.close();
				});

				/** The header that proves who asks. */
				const login = async (
					credential: Credential,
					scope?: string,
				): Promise<string> => {
					const basic = `Basic ${credential.basic()}`;
					return by === "basic"
						? basic
						: `Bearer ${await tokenFrom(realm, SERVICE, basic, scope, peer.ca)}`;
				};
				const challenge = (rest: string): string =>
					by === "basic"
						? 'Basic realm="basic-realm"'
						: `Bearer realm="${realm}",service="${SERVICE}"${rest}`;
				const refusal = {
					errors: [
						{
							code: "UNAUTHORIZED",
							message: "authentication required",
							detail: null,
						},
					],
				};

				test("asks nobody in", async () => {
					const answer = await ask(peer, "/v2/");
					assert.equal(answer.status, 401);
					assert.equal(answer.headers["www-authenticate"], challenge(""));
					assert.equal(
						answer.headers["docker-distribution-api-version"],
						"registry/2.0",
					);
					assert.equal(
						answer.headers["content-type"],
						"application/json; charset=utf-8",
					);
					assert.deepEqual(JSON.parse(answer.body), refusal);
				});

				test("lets a user in", async () => {
					const answer = await ask(peer, "/v2/", {
						authorization: await login(MESH),
					});
					assert.equal(answer.status, 200);
					assert.equal(
						answer.headers["docker-distribution-api-version"],
						"registry/2.0",
					);
					assert.equal(answer.body, "{}");
				});

				test("keeps out what is no login", async () => {
					for (const authorization of [
						`Basic ${new Credential("mesh", "wrong").basic()}`,
						`Basic ${new Credential("nobody", "wrong").basic()}`,
						"Bearer e30.e30.e30",
					]) {
						const answer = await ask(peer, "/v2/", { authorization });
						assert.equal(answer.status, 401);
						assert.deepEqual(JSON.parse(answer.body), refusal);
					}
				});

				test("has a manifest, and says so of one that it has not", async () => {
					const path = "/v2/team/app/manifests";
					const authorization = await login(MESH, "repository:team/app:pull");
					const there = await ask(peer, `${path}/1.0`, {
						method: "HEAD",
						authorization,
						accept: MANIFEST,
					});
					assert.equal(there.status, 200);
					const digest = String(there.headers["docker-content-digest"]);
					assert.match(digest, /^sha256:[0-9a-f]{64}$/);
					const again = await ask(peer, `${path}/${digest}`, {
						authorization,
						accept: `text/plain, ${MANIFEST}`,
					});
					assert.equal(again.status, 200);
					assert.equal(again.headers["docker-content-digest"], digest);
					for (const asked of [
						{ tag: "2.0", accept: MANIFEST },
						{ tag: "1.0", accept: "text/plain" },
					]) {
						const absent = await ask(peer, `${path}/${asked.tag}`, {
							authorization,
							accept: asked.accept,
						});
						assert.equal(absent.status, 404);
						assert.equal(
							JSON.parse(absent.body).errors[0].code,
							"MANIFEST_UNKNOWN",
						);
					}
				});

				test("lists a repository's tags", async () => {
					const answer = await ask(peer, "/v2/team/app/tags/list", {
						authorization: await login(MESH, "repository:team/app:pull"),
					});
					assert.deepEqual(JSON.parse(answer.body), {
						name: "team/app",
						tags: ["1.0"],
					});
				});

				test("names the scope that a manifest needs", async () => {
					const answer = await ask(peer, "/v2/team/app/manifests/1.0");
					assert.equal(answer.status, 401);
					assert.equal(
						answer.headers["www-authenticate"],
						challenge(',scope="repository:team/app:pull"'),
					);
				});

				const client = registryClient({
					env: {},
					interrupt: new AbortController().signal,
				});
				const verify = (
					credential: Credential,
					repository?: string,
					tag = "1.0",
				) =>
					client.verify(
						{
							key: host,
							credential,
							insecure: false,
							...(repository !== undefined && {
								image: { name: "IMAGE", repository, reference: tag },
							}),
						},
						peer.ca,
					);
				const rejected = {
					outcome: "rejected",
					status: 401,
					words:
						by === "basic"
							? "authentication required"
							: "incorrect username or password",
				};

				test("a good credential is good", async () =>
					assert.deepEqual(await verify(MESH), { outcome: "good" }));

				test("a wrong password and an unknown user are rejected", async () => {
					for (const [user, password] of [
						["mesh", "wrong"],
						["nobody", PASSWORD],
						["mesh", ""],
					] as const)
						assert.deepEqual(await verify(new Credential(user, password)), {
							...rejected,
							...(password === "" && { hint: "password-empty" }),
						});
				});

				test("an image can be pulled, or is not there, or may not be", async () => {
					assert.deepEqual(await verify(MESH, "team/app"), {
						outcome: "good",
						pullable: "IMAGE",
					});
					assert.deepEqual(await verify(MESH, "team/app", "2.0"), {
						outcome: "cannot-pull",
						image: "IMAGE",
						because: { is: "absent" },
					});
					// htpasswd knows no rights: whoever is in may pull everything.
					assert.deepEqual(
						await verify(MESH, "secret/app"),
						by === "basic"
							? { outcome: "good", pullable: "IMAGE" }
							: {
									outcome: "cannot-pull",
									image: "IMAGE",
									because: {
										is: "no-permission",
										words: "insufficient_scope",
										status: 401,
									},
								},
					);
				});
			});
