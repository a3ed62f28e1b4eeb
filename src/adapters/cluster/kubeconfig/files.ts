import { resolve as absolute, delimiter, dirname, join, sep } from "node:path";
import type { Env } from "../../../core/env.ts";
import { FailureError } from "../../../core/output/failure.ts";
import type { Files, KubeconfigNames } from "../../../world.ts";
import { fromDocument, type Kubeconfig, merge } from "./document.ts";
import type { Pod } from "./resolve-context.ts";
import { decoded, parseKubeconfig } from "./yaml.ts";

/** Larger than any kubeconfig; keeps a wrong path (a disk image, a log) out of memory. */
const LIMIT = 16 << 20;
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The kubeconfig that kubectl would read: `--kubeconfig` alone, else the list in KUBECONFIG without
 * what is missing, else the home folder's. Throws FailureError for a broken file.
 */
export async function loadKubeconfig(
	explicit: string | undefined,
	env: Env,
	files: Files,
): Promise<Kubeconfig> {
	if (explicit) return load(explicit, files);
	const listed = (env.KUBECONFIG ?? "").split(delimiter).filter(Boolean);
	const homes = homeFolders(env).map((home) => join(home, ".kube", "config"));
	const candidates = listed.length > 0 ? [...new Set(listed)] : homes;
	const found: string[] = [];
	for (const path of candidates) if (await files.exists(path)) found.push(path);
	const used = listed.length > 0 ? found : found.slice(0, 1);
	const config = merge(
		await Promise.all(used.map((path) => load(path, files))),
	);
	return found.length > 0 ? config : { ...config, absent: listed };
}

/** The names in it, in the order of the files. Throws FailureError for a broken file. */
export async function kubeconfigNames(
	explicit: string | undefined,
	env: Env,
	files: Files,
): Promise<KubeconfigNames> {
	const config = await loadKubeconfig(explicit, env, files);
	return {
		context: [...config.contexts.keys()],
		cluster: [...config.clusters.keys()],
		user: [...config.users.keys()],
		identity: identities(config),
	};
}

/** By context the first one with the same user and server, reached in the same way: behind another proxy or name is another. */
function identities(config: Kubeconfig): Map<string, string> {
	const first = new Map<string, string>();
	const identities = new Map<string, string>();
	for (const [name, context] of config.contexts) {
		const cluster = config.clusters.get(context.cluster ?? "") ?? {};
		const { file: _, ...user } = config.users.get(context.user ?? "") ?? {
			file: "",
		};
		const key = JSON.stringify([
			cluster.server?.replace(/\/+$/, ""),
			cluster["proxy-url"],
			cluster["tls-server-name"],
			user,
		]);
		identities.set(name, first.getOrInsert(key, name));
	}
	return identities;
}

/**
 * What files said when they were read last, by path as given: with `--contexts` each cluster reads them again,
 * and to parse one with ten clusters takes longer than to list what one of them holds.
 */
const PARSED = new Map<
	string,
	{ readonly text: string; readonly config: Promise<Kubeconfig> }
>();

async function load(path: string, files: Files): Promise<Kubeconfig> {
	const text = decoded(await files.read(path, LIMIT));
	const known = PARSED.get(path);
	if (known?.text === text) return known.config;
	const config = parsed(text, path);
	PARSED.set(path, { text, config });
	return config;
}

/** `path`, as it was given, is for messages, and what is relative in the file is beside it. */
async function parsed(text: string, path: string): Promise<Kubeconfig> {
	const folder = dirname(absolute(path));
	let document: unknown;
	try {
		document = await parseKubeconfig(text);
	} catch (error) {
		// The parser's message quotes the line, which may be the one with the token.
		throw new FailureError({
			cause: "kubeconfig-invalid",
			path,
			fault: { is: "not-yaml", line: lineOf(error) },
		});
	}
	return fromDocument(document, (relative) => absolute(folder, relative), path);
}

function lineOf(error: unknown): number | undefined {
	if (!(error instanceof Error) || !("linePos" in error)) return undefined;
	const [at] = Array.isArray(error.linePos) ? error.linePos : [];
	return typeof at?.line === "number" ? at.line : undefined;
}

/** client-go's order on Windows; elsewhere HOME and nothing else. */
function homeFolders(env: Env): string[] {
	const windows = sep === "\\";
	const drive =
		env.HOMEDRIVE && env.HOMEPATH ? env.HOMEDRIVE + env.HOMEPATH : undefined;
	return [env.HOME, ...(windows ? [drive, env.USERPROFILE] : [])].filter(
		(folder): folder is string => Boolean(folder),
	);
}

/** What a pod uses that has no kubeconfig; undefined outside of a cluster. */
export async function inCluster(
	env: Env,
	files: Files,
): Promise<Pod | undefined> {
	const host = env.KUBERNETES_SERVICE_HOST;
	const port = env.KUBERNETES_SERVICE_PORT;
	const tokenFile = `${SERVICE_ACCOUNT}/token`;
	const ca = `${SERVICE_ACCOUNT}/ca.crt`;
	if (!host || !port || !(await files.exists(tokenFile))) return undefined;
	return {
		server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
		namespace: await podNamespace(env, files),
		cluster: (await files.exists(ca)) ? { "certificate-authority": ca } : {},
		user: { tokenFile },
	};
}

async function podNamespace(env: Env, files: Files): Promise<string> {
	if (env.POD_NAMESPACE) return env.POD_NAMESPACE;
	const path = `${SERVICE_ACCOUNT}/namespace`;
	if (!(await files.exists(path))) return "default";
	const text = (await files.read(path, 1 << 10)).toString("utf8").trim();
	return text || "default";
}
