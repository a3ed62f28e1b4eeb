import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { registryClient } from "../../../src/adapters/registry/client.ts";
import { Credential } from "../../../src/core/credentials/credential.ts";
import type { Verification } from "../../../src/core/registry/verification.ts";
import { AbortedError } from "../../../src/errors.ts";
import { PATIENT } from "../../support/command-line.ts";
import { faultInWords } from "../../support/fault-in-words.ts";
import { socksProxy } from "../../support/proxies.ts";
import { inWords } from "../../support/refused.ts";
import {
	type Authority,
	type Identity,
	newAuthority,
	selfSigned,
} from "../../support/registry/certificates.ts";
import { connectProxy } from "../../support/registry/connect-proxy.ts";
import { registry } from "../../support/registry/registry.ts";
import {
	type LoopbackServer,
	serve,
	serveRaw,
} from "../../support/registry/server.ts";
import { tokenServer } from "../../support/registry/token-server.ts";

const MINE = new Credential("mesh", "marked-password");
const ACCOUNTS = { passwords: { mesh: "marked-password" } };
const BASIC = registry({ by: "basic", accounts: ACCOUNTS });

let authority: Authority;
/** For 127.0.0.1 and for reg.example. */
let trusted: Identity;
const open: { close(): Promise<void> }[] = [];

before(async () => {
	authority = await newAuthority("test-ca");
	trusted = await authority.issue(["127.0.0.1", "reg.example"]);
});
after(async () => {
	await Promise.all(open.map((server) => server.close()));
});

async function started<T extends { close(): Promise<void> }>(
	server: Promise<T>,
): Promise<T> {
	const running = await server;
	open.push(running);
	return running;
}

/** Asks with names resolved to this machine, so that other hosts than loopback can be played. */
async function ask(
	key: string,
	options: {
		ca?: string;
		insecure?: boolean;
		env?: Record<string, string>;
		limit?: number;
		interrupt?: AbortSignal;
	} = {},
): Promise<ReturnType<typeof faultInWords<Verification>>> {
	const {
		env = {},
		limit = PATIENT,
		interrupt = new AbortController().signal,
	} = options;
	const client = registryClient({
		env,
		interrupt,
		limit,
		resolve: async () => [{ address: "127.0.0.1", family: 4 }],
	});
	return faultInWords(
		await client.verify(
			{ key, credential: MINE, insecure: options.insecure ?? false },
			options.ca,
		),
	);
}

const tls = (because: string) => ({
	outcome: "unreachable",
	fault: { kind: "tls", because },
});

suite("certificates", () => {
	test("one of a given authority is taken", async () => {
		const server = await started(serve(BASIC, trusted));
		const ca = authority.certificate;
		assert.deepEqual(await ask(server.host, { ca }), { outcome: "good" });
	});

	const REFUSED: readonly [
		what: string,
		identity: () => Promise<Identity>,
		because: (host: string) => string,
	][] = [
		[
			"one of an unknown authority",
			async () => (await newAuthority("other")).issue(["127.0.0.1"]),
			(host) =>
				`the certificate of ${host} is signed by an unknown CA: give its CA with --registry-ca FILE (the nodes must trust it too)`,
		],
		[
			"a self-signed one",
			() => selfSigned(["127.0.0.1"]),
			(host) =>
				`the certificate of ${host} is self-signed: give its CA with --registry-ca FILE (the nodes must trust it too)`,
		],
		[
			"one for another name",
			() => authority.issue(["other.example"]),
			(host) =>
				`the certificate of ${host} is for another name (DNS:other.example)`,
		],
		[
			"an expired one",
			() => authority.issue(["127.0.0.1"], -1),
			(host) => `the certificate of ${host} has expired`,
		],
	];
	for (const [what, identity, because] of REFUSED)
		test(`${what} is refused, and taken with --registry-insecure`, async () => {
			const server = await started(serve(BASIC, await identity()));
			const ca = authority.certificate;
			assert.deepEqual(
				await ask(server.host, { ca }),
				tls(because(server.host)),
			);
			assert.deepEqual(server.requests, []);
			assert.deepEqual(await ask(server.host, { insecure: true }), {
				outcome: "good",
			});
		});

	for (const [pem, message] of [
		["", "--registry-ca holds no PEM certificate"],
		[
			"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
			"--registry-ca holds a certificate that cannot be read",
		],
	] as const)
		test(`a CA file with ${JSON.stringify(pem)} is refused`, () =>
			assert.rejects(ask("127.0.0.1:1", { ca: pem }), inWords(message)));
});

suite("plain http", () => {
	test("on the https port of another host nothing is sent, but with --registry-insecure", async () => {
		const server = await started(serve(BASIC));
		const key = server.host.replace("127.0.0.1", "reg.example");
		assert.deepEqual(await ask(key), {
			outcome: "unreachable",
			fault: {
				kind: "plain-http",
				because: `${key} answers in plain http instead of https: correct the port, or allow it with --registry-insecure`,
			},
		});
		assert.deepEqual(server.requests, []);
		assert.deepEqual(await ask(key, { insecure: true }), { outcome: "good" });
	});

	test("on this machine itself is spoken", async () => {
		const server = await started(serve(BASIC));
		assert.deepEqual(await ask(server.host), { outcome: "good" });
	});
});

suite("what is no good registry", () => {
	test("a web page", async () => {
		const server = await started(
			serve((_, response) =>
				response
					.writeHead(200, { "content-type": "text/html; charset=utf-8" })
					.end("<!doctype html><title>Welcome</title>"),
			),
		);
		assert.deepEqual(await ask(server.host), {
			outcome: "unreachable",
			fault: {
				kind: "not-a-registry",
				because: `${server.host} answers with a web page: not a container registry, or behind a proxy`,
			},
		});
	});

	test("one that lets everybody in, with or without asking for a login", async () => {
		const open = await started(serve(registry({ by: "none" })));
		assert.deepEqual(await ask(open.host), {
			outcome: "unverifiable",
			because: { is: "open" },
		});
		const anything = await started(
			serve(({ headers }, response) =>
				response
					.writeHead(headers.authorization ? 200 : 401, {
						"www-authenticate": 'Basic realm="any"',
					})
					.end("{}"),
			),
		);
		assert.deepEqual(await ask(anything.host), {
			outcome: "unverifiable",
			because: { is: "accepts-any" },
		});
	});

	test("a token server that hands a token to everybody", async () => {
		const tokens = await tokenServer({ passwords: {}, anonymous: true });
		const tokenHost = await started(
			serve((request, response) => {
				// Whatever comes, it comes from nobody.
				delete request.headers.authorization;
				tokens.listener(request, response);
			}),
		);
		const server = await started(
			serve(
				registry({
					by: "bearer",
					realm: `${tokenHost.origin}/token`,
					service: "s",
					tokens,
				}),
			),
		);
		assert.deepEqual(await ask(server.host), {
			outcome: "unverifiable",
			because: { is: "accepts-any" },
		});
	});
});

suite("other hosts", () => {
	test("a redirect is not followed", async () => {
		const other = await started(serve(BASIC));
		const server = await started(
			serve((_, response) =>
				response.writeHead(307, { location: `${other.origin}/v2/?x=1` }).end(),
			),
		);
		const verification = await ask(server.host);
		assert.equal(verification.outcome, "unreachable");
		assert.deepEqual(other.requests, []);
	});

	/** A registry under https, whose realm is `realm`. */
	const withRealm = (realm: string): Promise<LoopbackServer> =>
		started(
			serve(
				(_, response) =>
					response
						.writeHead(401, {
							"www-authenticate": `Bearer realm="${realm}",service="s"`,
						})
						.end(),
				trusted,
			),
		);

	test("a token realm by http, or at a private address, gets nothing", async () => {
		const ca = authority.certificate;
		const plain = await started(serve(BASIC));
		const inner = await started(serve(BASIC, trusted, "127.0.0.2"));
		for (const realm of [`${plain.origin}/token`, `${inner.origin}/token`]) {
			const { host } = await withRealm(realm);
			const verification = await ask(host, { ca });
			assert.equal(verification.outcome, "unverifiable");
		}
		assert.deepEqual([...plain.requests, ...inner.requests], []);
	});

	test("a token realm whose name leads to a private address may have the credential where the registry is inside as well", async () => {
		const ca = authority.certificate;
		const identity = await authority.issue(["auth.example", "reg.example"]);
		const tokens = await started(
			serve((_, response) => response.writeHead(401).end(), identity),
		);
		const realm = tokens.origin.replace("127.0.0.1", "auth.example");
		const { host } = await withRealm(`${realm}/token`);
		const key = host.replace("127.0.0.1", "reg.example");
		const inside = await ask(key, { ca });
		assert.deepEqual(inside, { outcome: "rejected", status: 401, words: "" });
	});
});

suite("proxies", () => {
	test("HTTPS_PROXY carries the request, NO_PROXY exempts from it", async () => {
		const server = await started(serve(BASIC, trusted));
		const proxy = await started(connectProxy(server.host));
		const ca = authority.certificate;
		const env = { HTTPS_PROXY: proxy.origin };
		assert.deepEqual(await ask("reg.example", { ca, env }), {
			outcome: "good",
		});
		assert.deepEqual([...new Set(proxy.asked)], ["reg.example:443"]);

		const asked = proxy.asked.length;
		const key = server.host.replace("127.0.0.1", "reg.example");
		assert.deepEqual(
			await ask(key, { ca, env: { ...env, NO_PROXY: "reg.example" } }),
			{ outcome: "good" },
		);
		assert.equal(proxy.asked.length, asked);
	});

	for (const at of ["127.0.0.1", "localhost"])
		test(`HTTPS_PROXY at https://${at}`, async () => {
			const server = await started(serve(BASIC, trusted));
			const identity = await authority.issue([at]);
			const proxy = await started(connectProxy(server.host, identity));
			const ca = authority.certificate;
			const env = { HTTPS_PROXY: proxy.origin.replace("127.0.0.1", at) };
			assert.deepEqual(await ask("reg.example", { ca, env }), {
				outcome: "good",
			});
			assert.deepEqual([...new Set(proxy.asked)], ["reg.example:443"]);
		});

	for (const name of ["reg.example", "10.1.2.3", "[fd00::1]"])
		test(`SOCKS 5 leads to https at ${name}`, async () => {
			const identity = await authority.issue([name.replace(/[[\]]/g, "")]);
			const server = await started(serve(BASIC, identity));
			await using proxy = await socksProxy("u:p");
			const ca = authority.certificate;
			const env = { HTTPS_PROXY: `socks5://u:p@${proxy.address}` };
			const key = server.host.replace("127.0.0.1", name);
			assert.deepEqual(await ask(key, { ca, env }), { outcome: "good" });
			assert.match(String(proxy.asked[0]), /^u:p@/);
		});

	test("a SOCKS proxy that is not there is named as the reason", async () => {
		const env = { HTTPS_PROXY: "socks5://u:p@127.0.0.1:1" };
		const { fault } = {
			fault: undefined,
			...(await ask("reg.example", { env })),
		};
		assert.deepEqual(fault, {
			kind: "proxy",
			because:
				"the proxy did not connect to reg.example: check HTTPS_PROXY and NO_PROXY",
		});
	});

	test("a token realm inside a network gets nothing through a proxy either", async () => {
		let realm = "";
		const server = await started(
			serve(
				(_, response) =>
					response
						.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` })
						.end(),
				trusted,
			),
		);
		const proxy = await started(connectProxy(server.host));
		const client = registryClient({
			env: { HTTPS_PROXY: proxy.origin },
			interrupt: new AbortController().signal,
			limit: PATIENT,
			resolve: async (host) => {
				// What is public here; of all else only the proxy knows.
				if (host === "reg.example")
					return [{ address: "192.0.2.1", family: 4 }];
				throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
			},
		});
		const verify = () =>
			client
				.verify(
					{ key: "reg.example", credential: MINE, insecure: false },
					authority.certificate,
				)
				.then(faultInWords);
		for (const host of [
			"vault.corp.internal",
			"vault",
			"metadata.google.internal.",
		]) {
			realm = `https://${host}/token`;
			assert.deepEqual(await verify(), {
				outcome: "unreachable",
				fault: {
					kind: "private",
					because: `${host} is at a private address, which is not the registry's own`,
				},
			});
		}
		for (const host of ["localhost.", "169.254.169.254", "[64:ff9b:1::1]"]) {
			realm = `https://${host}/token`;
			assert.deepEqual(await verify(), {
				outcome: "unverifiable",
				because: { is: "login", fault: { is: "private", host } },
			});
		}
		assert.deepEqual([...new Set(proxy.asked)], ["reg.example:443"]);
	});

	test("the certificate is checked through a proxy as well", async () => {
		const server = await started(serve(BASIC, trusted));
		const proxy = await started(connectProxy(server.host));
		const env = { HTTPS_PROXY: proxy.origin };
		assert.deepEqual(
			await ask("other.example", { ca: authority.certificate, env }),
			tls(
				"the certificate of other.example is for another name (IP Address:127.0.0.1, DNS:reg.example)",
			),
		);
		assert.deepEqual(server.requests, []);
	});

	test("a proxy that refuses, or is not there, is named as the reason", async () => {
		const refusing = await started(connectProxy(undefined));
		for (const origin of [refusing.origin, "http://127.0.0.1:1"])
			assert.deepEqual(
				await ask("reg.example", { env: { HTTPS_PROXY: origin } }),
				{
					outcome: "unreachable",
					fault: {
						kind: "proxy",
						because:
							"the proxy did not connect to reg.example: check HTTPS_PROXY and NO_PROXY",
					},
				},
			);
	});

	test("a proxy setting that is none is an error", () =>
		assert.rejects(
			ask("reg.example", { env: { HTTPS_PROXY: "ftp://x" } }),
			inWords(/^HTTPS_PROXY is not a proxy's address/),
		));
});

suite("time", () => {
	test("a registry that never answers is given up", async () => {
		const server = await started(serve(() => {}));
		assert.deepEqual(await ask(server.host, { limit: 200 }), {
			outcome: "unreachable",
			fault: {
				kind: "timeout",
				because: `${server.host} did not answer within 0.2 s`,
			},
		});
	});

	test("so is one that takes the connection and says nothing, and one whose answer never ends", async () => {
		const mute = await started(serveRaw(() => {}));
		const endless = await started(
			serve((_, response) => response.writeHead(200).write("{")),
		);
		for (const host of [mute.host, endless.host]) {
			const verification = await ask(host, { limit: 200 });
			assert.ok(
				verification.outcome === "unreachable" &&
					verification.fault.kind === "timeout",
				JSON.stringify(verification),
			);
		}
	});

	test("so is a proxy that takes the connection and says nothing", async () => {
		const mute = await started(serveRaw(() => {}));
		const verification = await ask("reg.example", {
			limit: 200,
			env: { HTTPS_PROXY: `http://${mute.host}` },
		});
		assert.ok(
			verification.outcome === "unreachable" &&
				verification.fault.kind === "timeout",
			JSON.stringify(verification),
		);
	});

	test("an answer that goes on and on is read as far as it matters", async () => {
		const server = await started(
			serve((_, response) => {
				const more = (): void => {
					while (!response.destroyed && response.write("x".repeat(1 << 16)));
				};
				response.on("drain", more);
				more();
			}),
		);
		assert.deepEqual(await ask(server.host), {
			outcome: "unverifiable",
			because: { is: "open" },
		});
	});

	test("an interrupt ends it with its own reason", async () => {
		const interrupt = new AbortController();
		const server = await started(
			serve(() => interrupt.abort(new AbortedError("SIGINT"))),
		);
		await assert.rejects(
			ask(server.host, { interrupt: interrupt.signal }),
			AbortedError,
		);
	});
});

for (const [what, answer] of [
	["what is no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"],
	[
		"what is of two lengths",
		"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
	],
] as const)
	test(`${what} is no registry`, async () => {
		const server = await started(serveRaw((socket) => socket.end(answer)));
		const verification = await ask(server.host);
		assert.ok(
			verification.outcome === "unreachable" &&
				verification.fault.kind === "not-a-registry",
			JSON.stringify(verification),
		);
	});

test("a host that is not there, and a port that nobody listens on", async () => {
	const client = registryClient({
		env: {},
		interrupt: new AbortController().signal,
		resolve: async () => {
			throw Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
		},
	});
	const probe = { credential: MINE, insecure: false };
	assert.deepEqual(
		faultInWords(await client.verify({ ...probe, key: "nosuch.example" })),
		{
			outcome: "unreachable",
			fault: {
				kind: "dns",
				because: "cannot resolve nosuch.example (no such host)",
			},
		},
	);
	assert.deepEqual(await ask("127.0.0.1:1"), {
		outcome: "unreachable",
		fault: {
			kind: "refused",
			because:
				"127.0.0.1:1 refused the connection: check the port, and that the registry is up",
		},
	});
});

test("slow names of hosts that others chose take neither all lookups nor one that nobody waits for any longer", async () => {
	const looked: string[] = [];
	const answers = new Map<string, () => void>();
	let heard = Promise.withResolvers<void>();
	const client = registryClient({
		env: {},
		interrupt: new AbortController().signal,
		limit: PATIENT,
		resolve: (host) => {
			looked.push(host);
			heard.resolve();
			return new Promise((_, reject) =>
				answers.set(host, () =>
					reject(Object.assign(new Error("no"), { code: "ENOTFOUND" })),
				),
			);
		},
	});
	const begin = async (host: string, inside: boolean) => {
		const connection = await client.open({ host, insecure: false, inside });
		const url = new URL(`https://${host}/v2/`);
		const answer = connection.send({ method: "GET", url, headers: {} });
		return { answer, close: () => connection.close() };
	};
	const next = async (work: () => unknown) => {
		heard = Promise.withResolvers();
		await work();
		await heard.promise;
	};
	const all: Awaited<ReturnType<typeof begin>>[] = [];
	const ask = async (host: string, inside = false) =>
		all.push(await begin(host, inside));
	await next(() => ask("a.example"));
	await ask("given-up.example");
	await ask("c.example");
	await next(() => ask("ours.example", true));
	assert.deepEqual(looked, ["a.example", "ours.example"]);
	await all[1]?.close();
	await next(() => answers.get("a.example")?.());
	assert.deepEqual(looked.slice(2), ["c.example"]);
	for (const answer of answers.values()) answer();
	await Promise.all(all.map(({ answer }) => answer));
	await Promise.all(all.map(({ close }) => close()));
	assert.equal(looked.length, 3);
});
