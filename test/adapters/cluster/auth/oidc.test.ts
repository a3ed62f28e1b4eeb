import assert from "node:assert/strict";
import {
	chmod,
	mkdtemp,
	readFile,
	rm,
	stat,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { parse } from "yaml";
import { systemClock } from "../../../../src/adapters/clock.ts";
import { credentialsOf } from "../../../../src/adapters/cluster/auth/auth.ts";
import { saveTokens } from "../../../../src/adapters/cluster/auth/save-tokens.ts";
import { failureMessage } from "../../../../src/report/failure.ts";
import { CertificateAuthority } from "../../../support/api-server/certificates.ts";
import { connected } from "../../../support/connecting.ts";
import {
	type IdentityProvider,
	identityProvider,
} from "../../../support/identity-provider.ts";
import { findKubectl, runProgram } from "../../../support/kubectl.ts";
import {
	type RecordingServer,
	recordingServer,
} from "../../../support/recording-server.ts";

/** `auth-provider: oidc`, against a provider that takes every refresh token once. */

const kubectl = await findKubectl();
let folder: string;
let ca: CertificateAuthority;
let server: RecordingServer;
let provider: IdentityProvider;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	ca = await CertificateAuthority.create();
	server = await recordingServer("a", ca);
	await writeFile(join(folder, "ca.pem"), ca.certificate);
});
after(async () => {
	await server[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});
beforeEach(async (t) => {
	server.recorded.length = 0;
	const usual = await identityProvider(ca);
	provider = usual;
	if ("after" in t) t.after(() => usual[Symbol.asyncDispose]());
});

const base64 = (text: string) => Buffer.from(text).toString("base64");

async function kubeconfig(
	name: string,
	config: Record<string, string | undefined> = {},
): Promise<string> {
	const path = join(folder, name);
	const entries = Object.entries({
		"idp-issuer-url": provider.url,
		"idp-certificate-authority-data": base64(ca.certificate),
		"client-id": "mesh",
		"client-secret": "hush",
		"id-token": provider.idToken(-60),
		"refresh-token": provider.refreshToken,
		...config,
	}).filter(([, value]) => value !== undefined);
	await writeFile(
		path,
		`# kept by hand
current-context: x
clusters: [{name: c, cluster: {server: "${server.url}", certificate-authority: ca.pem}}]
contexts: [{name: x, context: {cluster: c, user: ann}}]
users:
- {name: other, user: {token: theirs}} # not to be touched
- name: ann
  user:
    auth-provider:
      name: oidc
      config:
${entries.map(([key, value]) => `        ${key}: ${JSON.stringify(value)}`).join("\n")}
`,
		{ mode: 0o600 },
	);
	return path;
}

async function read(path: string, times = 1): Promise<string[]> {
	const { cluster } = await connected({ kubeconfig: path });
	try {
		return await Promise.all(
			Array.from({ length: times }, async () => {
				try {
					await cluster.read("Secret", { namespace: "x", name: "probe" });
					return "read";
				} catch (error) {
					return failureMessage(error);
				}
			}),
		);
	} finally {
		await cluster.close();
	}
}

const bearer = () => server.recorded.at(-1)?.authorization;

describe("OIDC", () => {
	const getting =
		"Unable to connect to the server: getting credentials: oidc: ";

	test("a token that is good is used as it is", async () => {
		const token = provider.idToken(3600);
		const path = await kubeconfig("good", { "id-token": token });
		const before = await readFile(path, "utf8");
		assert.deepEqual(await read(path), ["read"]);
		assert.equal(bearer(), `Bearer ${token}`);
		assert.deepEqual(provider.asked, []);
		assert.equal(await readFile(path, "utf8"), before);
	});

	test("a client certificate is shown beside the token, and neither in the clear", async () => {
		const token = provider.idToken(3600);
		const target = {
			user: {
				"auth-provider": { name: "oidc", config: { "id-token": token } },
				"client-certificate-data": base64("certificate"),
				"client-key-data": base64("key"),
			},
		} as unknown as Parameters<typeof credentialsOf>[0];
		const context = { clock: systemClock } as Parameters<
			typeof credentialsOf
		>[2];
		const at = (url: string) =>
			credentialsOf(target, new URL(url), context).current();
		assert.deepEqual(await at("https://r.example"), {
			headers: { authorization: `Bearer ${token}` },
			tls: { cert: Buffer.from("certificate"), key: Buffer.from("key") },
		});
		assert.deepEqual(await at("http://r.example"), { headers: {}, tls: {} });
	});

	for (const [what, text] of [
		["its user is gone", "users: [{name: other, user: {}}]"],
		["there are none", "users: 1"],
		[
			"it has no refresh token any more",
			"users: [{name: ann, user: {auth-provider: {config: {id-token: x}}}}]",
		],
	] as const)
		test(`a kubeconfig that somebody else wrote meanwhile stays as it is: ${what}`, async () => {
			const written: unknown[] = [];
			const files = {
				read: async () => Buffer.from(text),
				write: async (...all: unknown[]) => void written.push(all),
			} as unknown as Parameters<typeof saveTokens>[3];
			const tokens = { "id-token": "a", "refresh-token": "b" };
			await saveTokens("config", "ann", tokens, files);
			assert.deepEqual(written, []);
		});

	test("one that has expired is refreshed once for all requests, and kept for the next run", async () => {
		const path = await kubeconfig("expired");
		const before = await readFile(path, "utf8");
		await chmod(path, 0o640);
		assert.deepEqual(await read(path, 20), Array(20).fill("read"));
		if (process.platform !== "win32")
			assert.equal((await stat(path)).mode & 0o777, 0o640);
		assert.deepEqual(provider.asked, ["basic mesh:hush refresh_token"]);
		assert.equal(new Set(server.recorded.map((r) => r.authorization)).size, 1);

		const text = await readFile(path, "utf8");
		const { config } = parse(text).users[1].user["auth-provider"];
		assert.equal(bearer(), `Bearer ${config["id-token"]}`);
		assert.equal(config["refresh-token"], "refresh-2");
		const others = (all: string) =>
			all.split("\n").filter((line) => !/(id|refresh)-token/.test(line));
		assert.deepEqual(others(text), others(before));

		assert.deepEqual(await read(path), ["read"]);
		assert.equal(provider.asked.length, 1);
	});

	test("what is refreshed is kept in a file that was UTF-16, too", async () => {
		const path = await kubeconfig("utf-16");
		const before = await readFile(path, "utf8");
		await writeFile(path, Buffer.from(`\ufeff${before}`, "utf16le"));
		assert.deepEqual(await read(path), ["read"]);
		assert.match(await readFile(path, "utf8"), /refresh-token: "refresh-2"/);
		assert.deepEqual(await read(path), ["read"]);
		assert.equal(provider.asked.length, 1);
	});

	test("a refresh token stays where the provider gives no other", async () => {
		provider.withholds = "refresh_token";
		const path = await kubeconfig("staying");
		assert.deepEqual(await read(path), ["read"]);
		assert.match(await readFile(path, "utf8"), /refresh-token: "refresh-1"/);
	});

	test("an answer without an id token is said to be one", async () => {
		provider.withholds = "id_token";
		assert.deepEqual(await read(await kubeconfig("without")), [
			`${getting}the provider's answer has no id_token`,
		]);
	});

	test("an answer of more than a token's size is not read to its end", async () => {
		provider.pads = 1 << 20;
		assert.deepEqual(await read(await kubeconfig("large")), [
			`${getting}${provider.url} answered with more than 1 MiB`,
		]);
	});

	for (const [name, method, secret, expected] of [
		[
			"in the form",
			"client_secret_post",
			"hush",
			"form mesh:hush refresh_token",
		],
		[
			"as Basic",
			"client_secret_basic",
			"hush",
			"basic mesh:hush refresh_token",
		],
		["not at all", undefined, undefined, "form mesh: refresh_token"],
	] as const)
		test(`the client's secret goes ${name}`, async (t) => {
			const particular = await identityProvider(ca, method);
			provider = particular;
			t.after(() => particular[Symbol.asyncDispose]());
			const path = await kubeconfig("secret", { "client-secret": secret });
			assert.deepEqual(await read(path), ["read"]);
			assert.deepEqual(provider.asked, [expected]);
		});

	test("kubectl and we take turns", {
		skip: kubectl ? false : "there is no kubectl on the PATH",
	}, async () => {
		const path = await kubeconfig("turns");
		const expire = async () => {
			const text = await readFile(path, "utf8");
			await writeFile(
				path,
				text.replace(/id-token: .*/, `id-token: ${provider.idToken(-60)}`),
			);
		};
		for (const who of ["we", "kubectl", "we", "kubectl"]) {
			await expire();
			if (who === "we") assert.deepEqual(await read(path), ["read"]);
			else {
				const { err } = await runProgram(
					"kubectl",
					["--kubeconfig", path, "get", "secret", "probe"],
					{ env: { HOME: folder } },
				);
				assert.equal(err, "");
			}
		}
		assert.equal(provider.refreshToken, "refresh-5");
	});

	for (const [name, config, expected] of [
		[
			"without a refresh token",
			{ "refresh-token": undefined },
			`${getting}the id-token has expired and there is no refresh-token: log in again`,
		],
		[
			"with a refresh token that was used",
			{ "refresh-token": "S3CRET" },
			/^Unable to connect to the server: getting credentials: oidc: "server responded with an error[^"]*"$/,
		],
		[
			"with something else for a token",
			{ "id-token": "S3CRET.S3CRET.S3CRET" },
			`${getting}the id-token is not a JWT`,
		],
		[
			"with the wrong CA",
			{ "idp-certificate-authority-data": undefined },
			/^Unable to connect to the server: getting credentials: oidc: cannot reach https:\/\/127\.0\.0\.1:\d+: UNABLE_TO_VERIFY_LEAF_SIGNATURE$/,
		],
		[
			"with a CA that is not there",
			{
				"idp-certificate-authority-data": undefined,
				"idp-certificate-authority": "/nowhere/ca.pem",
			},
			/^Unable to connect to the server: getting credentials: oidc: cannot reach https:\/\/127\.0\.0\.1:\d+: cannot read \/nowhere\/ca\.pem: no such file or directory$/,
		],
		[
			"with an address that is none",
			{ "idp-issuer-url": "nowhere" },
			/^Unable to connect to the server: getting credentials: oidc: "Invalid URL"$/,
		],
	] as const)
		test(`${name}: one line, nothing secret`, async () => {
			const [said = ""] = await read(await kubeconfig("failing", config));
			if (typeof expected === "string") assert.equal(said, expected);
			else assert.match(said, expected);
			assert.doesNotMatch(said, /S3CRET/);
			assert.deepEqual(server.recorded, []);
		});
});
