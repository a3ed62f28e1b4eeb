import { UsageError } from "../../errors.ts";
import { withoutLast } from "../output/printable.ts";
import { displayKey, splitPath } from "./url.ts";

/** Docker Hub's key in `auths`, the one spelling that every tool and kubelet reads. */
export const DOCKER_HUB_KEY = "https://index.docker.io/v1/";

/** The names under which people know Docker Hub; each means the same registry. */
export const DOCKER_HUB_HOSTS: ReadonlySet<string> = new Set([
	"docker.io",
	"index.docker.io",
	"registry-1.docker.io",
	"hub.docker.com",
]);

/** Names of Docker Hub's that are those of its web pages, its API, or nobody's. */
export const DOCKER_HUB_SITES: ReadonlySet<string> = new Set([
	"docker.com",
	"hub.docker.com",
	"cloud.docker.com",
	"registry.hub.docker.com",
	"registry-1.docker.io",
]);

/** A registry as `--registry-server` names it. */
export interface RegistryServer {
	/** The key in `auths`: `host[:port]` in lower case, or DOCKER_HUB_KEY. */
	readonly key: string;
	/** What the user gave, without a scheme: host, port and path. */
	readonly given: string;
	/** Word for word, to find an entry that is spelled so. */
	readonly spelled: string;
	readonly warnings: readonly ServerNote[];
}

/** What to know of a registry's key, which is taken all the same; report/ words it. */
export type ServerNote =
	/** It was given in another letter case. */
	| { readonly cause: "registry-lower-case"; readonly key: string }
	/** No image's name matches a host without dot and port. */
	| { readonly cause: "registry-single-word"; readonly key: string };

/**
 * Reads `host[:port][/path]`, with or without a scheme. The path is dropped from
 * the key: the guide says that only the domain authenticates, and a kubelet would
 * take a path as a restriction. Throws UsageError, never repeating the value; `flag` is ""
 * where it was asked for.
 */
export function parseRegistryServer(
	value: string,
	flag = "--registry-server",
): RegistryServer {
	const fail = (problem: string): never => {
		throw new UsageError(
			flag === ""
				? `${problem}; give HOST or HOST:PORT`
				: `${flag}: ${problem}; give HOST or HOST:PORT, for example registry.example.com:5000`,
		);
	};
	const bare = value.trim().replace(/^https?:\/\//i, "");
	if (bare === "") fail("the server is empty");
	if (/^[a-z][a-z0-9+.-]*:\/\//i.test(bare))
		fail("only https:// and http:// may stand before the host");
	const authority = bare.split(/[/?#]/, 1)[0] ?? "";
	if (authority.includes("@")) fail("leave the user out of the address");
	if (/[?#]/.test(bare)) fail("a query or fragment has no meaning here");
	if (/\s|\p{Cc}/u.test(bare)) fail("no spaces, please");

	const match = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::(.*))?$/i.exec(authority);
	const host = match?.[1] ?? "";
	const port = match?.[2];
	if (host === "") fail("the host is missing");
	if (!isHost(host)) fail("that is not a host name");
	if (
		port !== undefined &&
		!(/^[0-9]{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)
	)
		fail("the port must be a number from 1 to 65535");

	const lower = host.toLowerCase();
	const key = hubOr(port === undefined ? lower : `${lower}:${Number(port)}`);
	const warnings: ServerNote[] = [];
	if (lower !== host && key !== DOCKER_HUB_KEY)
		warnings.push({ cause: "registry-lower-case", key });
	if (!/[.:]/.test(key) && key !== "localhost")
		warnings.push({ cause: "registry-single-word", key });
	return {
		key,
		given: withoutLast(bare, "/"),
		spelled: value.trim(),
		warnings,
	};
}

/**
 * The key in `auths` for a registry as a docker config may name it: with a scheme,
 * with `/v1/` or `/v2/`; undefined for what is no host, or narrower than one
 * (podman's `host/namespace`).
 */
export function registryNamed(name: string): string | undefined {
	const host = name
		.replace(/^https?:\/\//i, "")
		.replace(/\/(?:v[12]\/?)?$/, "")
		.toLowerCase();
	if (!/^[a-z0-9.:[\]-]+$/.test(host)) return undefined;
	return hubOr(host);
}

/** The key of Docker Hub for a name of it, with https's own port or none; else the name, `host[:port]` in lower case. */
function hubOr(name: string): string {
	return DOCKER_HUB_HOSTS.has(name.replace(/:443$/, ""))
		? DOCKER_HUB_KEY
		: name;
}

/** The key of the whole registry that an entry is for, which may be narrower; undefined for a key with stars, or of no host. */
export function registryOf(key: string): string | undefined {
	return registryNamed(key) ?? registryNamed(splitPath(key).host);
}

/** The host that answers `/v2/` for a key in `auths`: Docker Hub's API is not where its key says. */
export function apiHostOf(key: string): string {
	return key === DOCKER_HUB_KEY ? "registry-1.docker.io" : key;
}

/**
 * Where a host's API is; undefined for what may begin an image's name and no URL: nothing (`a_b.c/x` is all
 * path), a port beyond 65535, numbers that are no address.
 */
export function apiOf(host: string, scheme = "https"): URL | undefined {
	const url = host === "" ? null : URL.parse(`${scheme}://${host}/v2/`);
	return url ?? undefined;
}

/** How a host that somebody named may stand in a message: as it was named, or as in a URL. */
export function namesOf(host: string): string[] {
	const urls = [apiOf(host), apiOf(host, "http")];
	return [host, ...urls.flatMap((url) => url?.host ?? [])];
}

/** How a key in `auths` is shown: Docker Hub is `docker.io`, and what stands before an `@` is not shown. */
export function displayHost(key: string): string {
	return key === DOCKER_HUB_KEY ? "docker.io" : displayKey(key);
}

/** Whether this is a host: RFC 1123 labels, or an IPv6 address in brackets. */
export function isHost(host: string): boolean {
	if (host.startsWith("[")) return URL.canParse(`https://${host}/`);
	return (
		host.length <= 253 &&
		host
			.split(".")
			.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))
	);
}
