import { BlockList, isIP } from "node:net";
import type { Env } from "../core/env.ts";
import { FailureError } from "../core/output/failure.ts";
import { unbracketed } from "./host-name.ts";

/**
 * The proxy through which `server` is reached: the kubeconfig's `proxy-url`, else the environment's by
 * Go's rules (https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config); undefined: none.
 * Throws FailureError, which holds nothing of the address: it may have a user name and password.
 */
export function proxyFor(
	server: URL,
	proxyUrl: string | undefined,
	env: Env,
): URL | undefined {
	if (proxyUrl) return parsed(proxyUrl, "proxy-url");
	const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
	const value = env[name] || env[name.toLowerCase()];
	if (!value || isExempt(server, env.NO_PROXY || env.no_proxy || ""))
		return undefined;
	return parsed(value.includes("://") ? value : `http://${value}`, name);
}

function parsed(text: string, from: string): URL {
	const url = URL.parse(text);
	if (!url || !/^(https?|socks5h?):$/.test(url.protocol) || !url.hostname)
		throw new FailureError({ cause: "proxy-invalid", from, is: "no-url" });
	try {
		decodeURIComponent(url.username + url.password);
	} catch {
		throw new FailureError({ cause: "proxy-invalid", from, is: "percent" });
	}
	return url;
}

/** Loopback is never proxied; else one entry of NO_PROXY has to match. */
function isExempt(server: URL, list: string): boolean {
	const host = unbracketed(server.hostname).toLowerCase();
	const port = server.port || (server.protocol === "https:" ? "443" : "80");
	if (host === "localhost" || isWithin(host, "127.0.0.0/8") || host === "::1")
		return true;
	return list
		.split(",")
		.map((entry) => entry.trim().toLowerCase())
		.some((entry) => matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
	if (entry === "") return false;
	if (entry === "*") return true;
	if (entry.includes("/")) return isWithin(host, entry);
	const [, name = "", only] =
		/^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) ? `[${entry}]` : entry) ?? [];
	if (only !== undefined && only !== port) return false;
	if (isIP(name)) return name === host;
	const suffix = name.replace(/^\*/, "");
	return suffix.startsWith(".")
		? host.endsWith(suffix)
		: host === suffix || host.endsWith(`.${suffix}`);
}

function isWithin(host: string, cidr: string): boolean {
	const [network = "", bits = ""] = cidr.split("/");
	const family = isIP(network);
	if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits))
		return false;
	const type = family === 6 ? "ipv6" : "ipv4";
	if (Number(bits) > (family === 6 ? 128 : 32)) return false;
	const block = new BlockList();
	block.addSubnet(network, Number(bits), type);
	return block.check(host, type);
}
