import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { heeded } from "../heeded.ts";
import { rawApi } from "../raw-api.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** The folder lacks what the envtest convention puts there. */
export class IncompleteAssets extends Error {}

/**
 * Runs `etcd` and `kube-apiserver` of the folder `assets`, as
 * sigs.k8s.io/controller-runtime's envtest does, with RBAC on and certificates
 * of its own. Everything is written into the existing, empty folder `state`.
 * Resolves, when the API answers, to the path of an administrator's kubeconfig
 * and to the function that stops both programs.
 */
export async function startEnvtest(
	assets: string,
	state: string,
): Promise<{ kubeconfig: string; stop: () => Promise<void> }> {
	const [etcdProgram, apiProgram] = ["etcd", "kube-apiserver"].map((name) =>
		join(assets, name),
	) as [string, string];
	for (const program of [etcdProgram, apiProgram])
		if (!existsSync(program))
			throw new IncompleteAssets(`KUBEBUILDER_ASSETS: ${program} is not there`);

	const running: ServerProcess[] = [];
	const giveUp = new AbortController();
	const stop = async () => {
		for (const server of running.reverse()) await server.stop();
	};
	try {
		const [clients, peers, port] = await freePorts();
		const etcd = `http://127.0.0.1:${clients}`;
		running.push(
			startServer(
				etcdProgram,
				etcdFlags(state, etcd, `http://127.0.0.1:${peers}`),
			),
		);
		const token = randomBytes(24).toString("hex");
		await writeCredentials(state, token);
		const api = startServer(apiProgram, apiFlags(state, etcd, port));
		running.push(api);
		const ended = Promise.race(running.map((server) => server.ended)).then(
			(log) => {
				throw new Error(`a program of ${assets} ended early:\n${log}`);
			},
		);
		ended.catch(() => {});
		const kubeconfig = join(state, "kubeconfig");
		await Promise.race([
			ended,
			waitUntilReady(
				state,
				kubeconfig,
				`https://127.0.0.1:${port}`,
				token,
				giveUp.signal,
			),
		]);
		return { kubeconfig, stop };
	} catch (error) {
		giveUp.abort();
		await stop();
		throw error;
	}
}

function etcdFlags(state: string, clients: string, peers: string): string[] {
	return [
		`--data-dir=${join(state, "etcd")}`,
		`--listen-client-urls=${clients}`,
		`--advertise-client-urls=${clients}`,
		`--listen-peer-urls=${peers}`,
		`--initial-advertise-peer-urls=${peers}`,
		`--initial-cluster=default=${peers}`,
		"--log-level=error",
	];
}

function apiFlags(state: string, etcd: string, port: number): string[] {
	return [
		`--etcd-servers=${etcd}`,
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		`--secure-port=${port}`,
		// It signs its own certificate and puts it there, with its authority.
		`--cert-dir=${state}`,
		`--token-auth-file=${join(state, "tokens.csv")}`,
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		`--service-account-key-file=${join(state, "service-accounts.key")}`,
		`--service-account-signing-key-file=${join(state, "service-accounts.key")}`,
		"--service-cluster-ip-range=10.0.0.0/24",
		"--endpoint-reconciler-type=none",
	];
}

async function writeCredentials(state: string, token: string): Promise<void> {
	const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const mode = 0o600;
	await writeFile(
		join(state, "service-accounts.key"),
		// Not PKCS #8: it is read as the public key as well, and only so.
		privateKey.export({ type: "sec1", format: "pem" }),
		{ mode },
	);
	await writeFile(
		join(state, "tokens.csv"),
		`${token},meshreg-test-admin,meshreg-test-admin,"system:masters"\n`,
		{ mode },
	);
}

/** Writes the kubeconfig as soon as the certificate is there; returns when /readyz says ok. */
async function waitUntilReady(
	state: string,
	kubeconfig: string,
	server: string,
	token: string,
	signal: AbortSignal,
): Promise<void> {
	await heeded(async () => {
		try {
			const certificate = await readFile(join(state, "apiserver.crt"));
			await writeFile(kubeconfig, kubeconfigText(server, certificate, token), {
				mode: 0o600,
			});
			const client = await rawApi(kubeconfig);
			const answer = await client.request("GET", "/readyz");
			client.close();
			return answer.status === 200;
		} catch {
			return false; // It does not listen yet; that it ended is told by its process.
		}
	}, signal);
}

function kubeconfigText(server: string, authority: Buffer, token: string) {
	return JSON.stringify({
		apiVersion: "v1",
		kind: "Config",
		"current-context": "test",
		clusters: [
			{
				name: "test",
				cluster: {
					server,
					"certificate-authority-data": authority.toString("base64"),
				},
			},
		],
		users: [{ name: "admin", user: { token } }],
		contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
	});
}

/** Ports that were free at one moment; taken all at once, so that they differ. */
async function freePorts(): Promise<[number, number, number]> {
	const probes = [1, 2, 3].map(() => createServer().listen(0, "127.0.0.1"));
	await Promise.all(probes.map((probe) => once(probe, "listening")));
	const ports = probes.map((probe) => {
		const address = probe.address();
		probe.close();
		return address !== null && typeof address === "object" ? address.port : 0;
	});
	await Promise.all(probes.map((probe) => once(probe, "close")));
	return ports as [number, number, number];
}
