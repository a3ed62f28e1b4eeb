import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { proxyFor } from "../../../../src/adapters/proxy.ts";
import { CertificateAuthority } from "../../../support/api-server/certificates.ts";
import { connected } from "../../../support/connecting.ts";
import { kubeconfigText } from "../../../support/kubeconfig-text.ts";
import { findKubectl, runProgram } from "../../../support/kubectl.ts";
import {
	httpProxy,
	socksProxy,
	type TestProxy,
} from "../../../support/proxies.ts";
import {
	type RecordingServer,
	recordingServer,
} from "../../../support/recording-server.ts";
import { refusedInWords } from "../../../support/refused.ts";

const HTTPS_PROXY = "http://proxy:3128";

describe("proxy-url", () => {
	for (const [server, env] of [
		["https://k:6443", { HTTPS_PROXY, NO_PROXY: "*" }],
		["https://127.0.0.1:6443", {}],
	] as const)
		test(`stands above the environment for ${server}`, () =>
			assert.equal(
				proxyFor(new URL(server), "http://kc:1", env)?.host,
				"kc:1",
			));

	for (const [from, address] of [
		["proxy-url", "ftp://ann:S3CRET@p"],
		["proxy-url", "p:3128"],
		["HTTPS_PROXY", "ftp://ann:S3CRET@p"],
		["HTTPS_PROXY", "http://ann:S3CRET@p:99999"],
		["proxy-url", "http://ann:S3CRET%@p"],
	] as const)
		test(`${from} of ${address} is refused without its password`, () => {
			refusedInWords(
				() =>
					proxyFor(
						new URL("https://k"),
						from === "proxy-url" ? address : undefined,
						{ HTTPS_PROXY: address },
					),
				`${from} is not a proxy's address: ${address.includes("%") ? "a % in its username or password is written %25" : "it must begin with http://, https:// or socks5://"}`,
			);
		});
});

const kubectl = await findKubectl();

describe("through a proxy", () => {
	let folder: string;
	let ca: CertificateAuthority;
	let server: RecordingServer;
	const running: AsyncDisposable[] = [];

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "meshreg-"));
		ca = await CertificateAuthority.create();
		await writeFile(join(folder, "ca.pem"), ca.certificate);
		server = await recordingServer("a", ca);
		running.push(server);
	});
	after(async () => {
		for (const each of running) await each[Symbol.asyncDispose]();
		await rm(folder, { recursive: true });
	});

	/** `PROXY` in `proxyUrl` and `env` is the proxy's address. The server's name is one that only the proxy can reach. */
	async function asked(
		proxy: TestProxy,
		proxyUrl: string | undefined,
		env: Record<string, string>,
		scheme: "http" | "https" = "https",
	): Promise<string> {
		running.push(proxy);
		const address = new URL(scheme === "https" ? server.url : server.plainUrl);
		address.hostname = "kubernetes.default.svc";
		const kubeconfig = join(folder, "config");
		await writeFile(
			kubeconfig,
			kubeconfigText(
				{
					server: address.origin,
					...(scheme === "https" && { "certificate-authority": "ca.pem" }),
					...(proxyUrl && {
						"proxy-url": proxyUrl.replace("PROXY", proxy.address),
					}),
				},
				{ token: "t" },
			),
		);
		const environment = Object.fromEntries(
			Object.entries(env).map(([name, value]) => [
				name,
				value.replace("PROXY", proxy.address),
			]),
		);
		const { cluster } = await connected({ kubeconfig }, { env: environment });
		await cluster.read("Secret", { namespace: "default", name: "probe" });
		await cluster.close();
		const ours = proxy.asked.splice(0);
		assert.equal(ours.length, 1);
		// kubectl sends plain HTTP to the proxy itself, without CONNECT.
		if (kubectl && scheme === "https") {
			const { status, err } = await runProgram(
				"kubectl",
				["--kubeconfig", kubeconfig, "get", "secret", "probe"],
				{ env: { HOME: folder, ...environment } },
			);
			assert.equal(err, "");
			assert.equal(status, 0);
			assert.deepEqual([...new Set(proxy.asked)], ours);
		}
		return ours[0]?.replace(address.port, "PORT") ?? "";
	}

	const target = "kubernetes.default.svc:PORT";

	test("proxy-url; a connection that is gone is found out as without a proxy", async (t) => {
		const kept = t.mock.method(Socket.prototype, "setKeepAlive");
		assert.equal(await asked(await httpProxy(), "http://PROXY", {}), target);
		assert.deepEqual(
			kept.mock.calls.map((call) => call.arguments),
			[[true, 30_000]],
		);
	});

	test("proxy-url with a user name and a password", async () => {
		assert.equal(
			await asked(await httpProxy(), "http://ann:p%40ss@PROXY", {}),
			`ann:p@ss@${target}`,
		);
	});

	test("proxy-url of SOCKS 5: the proxy looks up the name", async () => {
		assert.equal(await asked(await socksProxy(), "socks5://PROXY", {}), target);
	});

	test("SOCKS 5 with a user name and a password", async () => {
		assert.equal(
			await asked(
				await socksProxy("ann:p@ss"),
				"socks5://ann:p%40ss@PROXY",
				{},
			),
			`ann:p@ss@${target}`,
		);
	});

	test("HTTPS_PROXY", async () => {
		assert.equal(
			await asked(await httpProxy(), undefined, {
				HTTPS_PROXY: "http://PROXY",
				NO_PROXY: "example.com,10.0.0.0/8",
			}),
			target,
		);
	});

	test("HTTP_PROXY for a plain server", async () => {
		assert.equal(
			await asked(
				await httpProxy(),
				undefined,
				{ HTTP_PROXY: "http://PROXY" },
				"http",
			),
			target,
		);
	});

	async function failure(proxyUrl: string): Promise<string> {
		const kubeconfig = join(folder, "failing");
		await writeFile(
			kubeconfig,
			kubeconfigText({
				server: "https://kubernetes.default.svc:6443",
				"proxy-url": proxyUrl,
			}),
		);
		const { cluster } = await connected({ kubeconfig });
		try {
			await cluster.read("Namespace", { name: "x" });
			return "done";
		} catch (error) {
			return error instanceof Error ? error.message : "";
		} finally {
			await cluster.close();
		}
	}

	test("that refuses: its answer, not its password", async () => {
		const proxy = await httpProxy(
			undefined,
			"407 Proxy Authentication Required",
		);
		running.push(proxy);
		assert.equal(
			await failure(`http://ann:S3CRET@${proxy.address}`),
			`Unable to connect to the server: the proxy ${proxy.address} answered 407 Proxy Authentication Required when asked for kubernetes.default.svc:6443`,
		);
	});

	for (const scheme of ["http", "https", "socks5"])
		test(`that is not there (${scheme}): it is the proxy that is missing`, async () => {
			const proxy = await httpProxy();
			await proxy[Symbol.asyncDispose]();
			assert.match(
				await failure(`${scheme}://ann:S3CRET@${proxy.address}`),
				new RegExp(
					`^Unable to connect to the server: proxyconnect tcp: ${proxy.address}: connect ECONNREFUSED ${proxy.address}$`,
				),
			);
		});

	test("over TLS: the proxy's certificate is checked, too", async () => {
		const proxy = await httpProxy(await ca.server());
		running.push(proxy);
		assert.match(
			await failure(`https://${proxy.address}`),
			/^Unable to connect to the server: proxyconnect tcp: .*: (unable to verify the first certificate|self-signed certificate in certificate chain)/,
		);
	});
});
