import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeProgram } from "../../test/support/posix.ts";
import { newAuthority } from "../../test/support/registry/certificates.ts";
import {
	debianRegistry,
	noDebianRegistry,
} from "../../test/support/registry/debian-registry.ts";
import { listening, serve } from "../../test/support/registry/server.ts";
import {
	basicOf,
	tokenServer,
} from "../../test/support/registry/token-server.ts";
import { type Relay, startRelay } from "../../test/support/relay.ts";
import { type Bench, part, type Row } from "../measuring.ts";
import { BareClient } from "./scale/bare-client.ts";
import { realServer } from "./scale/servers.ts";
import { Running } from "./watch/running.ts";

const NAME = "nginx-mesh-registry-key";
const SOURCE = "nginx-mesh";
const NAMESPACES = 20;
/** Milliseconds that a token lives. */
const LIFE = 120_000;
const SECOND = 1000;

/** When what is out of order, in seconds after the start. */
const TROUBLES = {
	/** Longer than two lives. */
	provider: [[110, 410]],
	/** It refuses every token. */
	registry: [[500, 530]],
	/** The API server's connections are cut. */
	api: [
		[60, 75],
		[100, 104],
		[560, 600],
	],
} as const;
const END = 640;
/** Where it refuses some: one token in so many. */
const REFUSED = 3;

/**
 * Ten minutes of `sync --watch --refresh` by the packaged file, on a real API server and a real registry
 * with token authentication, with tokens that live two minutes: the provider is down for five, the registry
 * refuses one token in three and for half a minute all of them, the API server's connections are cut.
 */
export const bench: Bench = {
	name: "renew-soak",
	onlyByName: true,
	async run(): Promise<Row[]> {
		if (noDebianRegistry) throw new Error(noDebianRegistry);
		const folder = await mkdtemp(join(tmpdir(), "meshreg-renewing-"));
		const stop: (() => Promise<unknown> | unknown)[] = [
			() => rm(folder, { recursive: true }),
		];
		try {
			const server = await realServer();
			stop.push(() => server.stop());
			const client = new BareClient(server.kubeconfig);
			stop.push(() => client.close());
			const relay = await startRelay(server.kubeconfig);
			stop.push(() => relay[Symbol.asyncDispose]());
			const issuer = new Issuer();
			const provider = await issuer.serve(folder);
			stop.push(() => provider.close());
			const registry = await lockedRegistry(issuer, folder);
			stop.push(...registry.stop);
			return await soak({
				folder,
				client,
				relay,
				issuer,
				...registry,
				provider,
			});
		} finally {
			for (const last of stop.reverse()) await last();
		}
	},
};

/** Makes tokens, knows which are good, and plays what is out of order. */
class Issuer {
	readonly #tokens = new Map<string, { until: number; refused: boolean }>();
	readonly began = performance.now();
	/** Tokens that were asked for while the provider was down. */
	failed = 0;
	refusals = 0;

	/** In seconds since the start. */
	get now(): number {
		return (performance.now() - this.began) / SECOND;
	}

	isOut(what: keyof typeof TROUBLES): boolean {
		return TROUBLES[what].some(
			([from, to]) => this.now >= part(from) && this.now < part(to),
		);
	}

	/** A JWT of no signature that anybody looks at: the registry's token server knows it by heart. */
	make(refused = this.#tokens.size % REFUSED === REFUSED - 1): string {
		const iat = Math.floor(Date.now() / SECOND);
		const claims = { iat, exp: iat + LIFE / SECOND, jti: randomUUID() };
		const [head, body] = [{ alg: "none" }, claims].map((each) =>
			Buffer.from(JSON.stringify(each)).toString("base64url"),
		);
		const token = `${head}.${body}.c2ln`;
		this.#tokens.set(token, { until: claims.exp * SECOND, refused });
		return token;
	}

	isExpired(token: string): boolean {
		return (this.#tokens.get(token)?.until ?? 0) <= Date.now();
	}

	isRefused(token: string): boolean {
		return this.#tokens.get(token)?.refused ?? true;
	}

	isGood(token: string): boolean {
		const good =
			!this.isExpired(token) &&
			!this.isRefused(token) &&
			!this.isOut("registry");
		if (!good && this.#tokens.has(token)) this.refusals++;
		return good;
	}

	/** Where the plugin asks. */
	async serve(folder: string) {
		const server: Server = createServer((_, response) => {
			if (this.isOut("provider")) {
				this.failed++;
				response.statusCode = 503;
				response.end();
			} else response.end(this.make());
		});
		const host = await listening(server, "127.0.0.1");
		const plugin = join(folder, "provider");
		return {
			plugin,
			/** Writes the plugin, for a registry. */
			async write(registry: string) {
				await writeFile(
					plugin,
					nodeProgram(`fetch("http://${host}/").then(async (answer) => {
	if (!answer.ok) { console.error("it is down"); process.exit(1); }
	const auth = { ${JSON.stringify(registry)}: { username: "u", password: await answer.text() } };
	console.log(JSON.stringify({ kind: "CredentialProviderResponse", apiVersion: "credentialprovider.kubelet.k8s.io/v1", cacheKeyType: "Registry", cacheDuration: "0s", auth }));
});
`),
				);
				await chmod(plugin, 0o755);
			},
			close() {
				server.close();
				server.closeAllConnections();
			},
		};
	}
}

/** Debian's registry, whose tokens are handed out for the issuer's alone. */
async function lockedRegistry(issuer: Issuer, folder: string) {
	const authority = await newAuthority("soak");
	const ca = join(folder, "ca.pem");
	await writeFile(ca, authority.certificate);
	const tls = await authority.issue(["127.0.0.1"]);
	const passwords: Record<string, string> = {};
	const accounts = { passwords };
	const tokens = await tokenServer(accounts);
	const realm = await serve((request, response) => {
		const password = basicOf(request)?.password ?? "";
		// An answer to no password but this one, and to this one only while it is good.
		passwords.u = issuer.isGood(password) ? password : randomUUID();
		tokens.listener(request, response);
	}, tls);
	const registry = await debianRegistry(
		{
			by: "bearer",
			realm: `${realm.origin}/token`,
			service: "soak",
			tokens,
		},
		tls,
	);
	return {
		host: registry.host,
		ca,
		stop: [() => realm.close(), () => registry.close()],
	};
}

async function soak({
	folder,
	client,
	relay,
	issuer,
	host,
	ca,
	provider,
}: {
	folder: string;
	client: BareClient;
	relay: Relay;
	issuer: Issuer;
	host: string;
	ca: string;
	provider: Awaited<ReturnType<Issuer["serve"]>>;
}): Promise<Row[]> {
	await provider.write(host);
	const names = Array.from({ length: NAMESPACES }, (_, at) => `soak-${at}`);
	await client.each([SOURCE, ...names], (name) =>
		client.send("POST", "/api/v1/namespaces", { metadata: { name } }),
	);
	/** The tokens of all pull secrets, as the bench's own watch has told. */
	const there = new Map<string, string>();
	let lost: string | undefined;
	let written = 0;
	let overwrittenByRefused = 0;
	await client.follow(
		`/api/v1/secrets?fieldSelector=metadata.name%3D${NAME}`,
		({ object }) => {
			const text = object.data?.[".dockerconfigjson"] ?? "";
			const { auths } = JSON.parse(Buffer.from(text, "base64").toString());
			const token: string = auths[host].password;
			const { namespace = "" } = object.metadata;
			if (there.get(namespace) === token) return;
			there.set(namespace, token);
			if (namespace === SOURCE) written++;
			if (issuer.isRefused(token)) overwrittenByRefused++;
		},
		(why) => {
			lost ??= why;
		},
	);
	const token = issuer.make(false);
	await client.send("POST", `/api/v1/namespaces/${SOURCE}/secrets`, {
		metadata: {
			name: NAME,
			labels: {
				usage: NAME,
				"app.kubernetes.io/managed-by": "kubectl-meshreg",
			},
			annotations: {
				"kubectl-meshreg/provider": JSON.stringify({
					[host]: "plugin:provider",
				}),
				"kubectl-meshreg/targets": JSON.stringify([
					{ namespaces: Object.fromEntries(names.map((name) => [name, ""])) },
				]),
			},
		},
		type: "kubernetes.io/dockerconfigjson",
		data: {
			".dockerconfigjson": btoa(
				JSON.stringify({
					auths: {
						[host]: {
							username: "u",
							password: token,
							auth: btoa(`u:${token}`),
						},
					},
				}),
			),
		},
	});
	const program = await Running.start(
		[
			...["sync", "--watch", `--refresh=plugin:${provider.plugin}`],
			...[`--registry-ca=${ca}`, "-o", "json"],
		],
		relay.kubeconfig,
		() => {},
	);
	try {
		await program.says("Watching for changes.");
		/** The longest that a pull secret held an expired token while nothing was out of order, in milliseconds, by what had been. */
		const longest = { provider: 0, registry: 0, api: 0 };
		let last: keyof typeof TROUBLES = "provider";
		const since = new Map<string, number>();
		let wasCut = false;
		while (issuer.now < part(END)) {
			const cut = issuer.isOut("api");
			if (cut !== wasCut) (cut ? relay.cut : relay.mend)();
			wasCut = cut;
			const out = (["provider", "registry", "api"] as const).find((what) =>
				issuer.isOut(what),
			);
			const toBeHad = out === undefined;
			last = out ?? last;
			const now = performance.now();
			for (const [namespace, each] of there) {
				if (!toBeHad || !issuer.isExpired(each)) since.delete(namespace);
				else if (!since.has(namespace)) since.set(namespace, now);
				const late = now - (since.get(namespace) ?? now);
				longest[last] = Math.max(longest[last], late);
			}
			await sleep(50);
		}
		if (lost !== undefined) throw new Error(`the bench's own watch: ${lost}`);
		const differ = names.filter(
			(name) => there.get(name) !== there.get(SOURCE),
		);
		const { status, ms } = await program.end("SIGTERM");
		if (status !== 143) throw new Error(`status ${status}: ${program.err}`);
		await writeFile(join(folder, "log"), program.err);
		const events: Record<string, number> = {};
		for (const line of program.err.split("\n")) {
			if (!line.startsWith("{")) continue;
			const { event } = JSON.parse(line);
			events[event] = (events[event] ?? 0) + 1;
		}
		console.log(`  what the program noted: ${JSON.stringify(events)}`);
		const count = (work: string, value: number, atMost?: number): Row => ({
			work,
			unit: "count",
			samples: [value],
			...(atMost !== undefined && { bars: [{ atMost }] }),
		});
		return [
			count("tokens written to the source", written),
			count("the provider failed", issuer.failed),
			count("the registry refused", issuer.refusals),
			count("written, though refused", overwrittenByRefused, 0),
			count("copies unlike the source in the end", differ.length, 0),
			...(["provider", "registry", "api"] as const).map(
				(what): Row => ({
					work: `expired, a new one to be had: since the ${WHO[what]} was out of order`,
					unit: "ms",
					samples: [longest[what]],
					bars: [{ atMost: LATE[what] }],
				}),
			),
			{
				work: "SIGTERM",
				unit: "ms",
				samples: [ms],
				bars: [{ atMost: 1000 }],
			},
		];
	} catch (error) {
		throw new Error(`${error}; the program said: ${program.err.slice(-800)}`);
	} finally {
		await program.end("SIGKILL");
	}
}

const WHO = {
	provider: "provider",
	registry: "registry",
	api: "API server",
} as const;
/**
 * Milliseconds until the source and all copies are right again after a trouble. What is over is only found
 * by trying: twice a second, and once more where the registry refuses that token; an API server
 * that was away is looked for every three. The rest is for the plugin, a process of its own, and for writing.
 */
const LATE = { provider: 2500, registry: 2500, api: 4500 } as const;
