import { readJson, textIn } from "../json-object.ts";
import type { RealmFault } from "./login-fault.ts";
import {
	isLoopbackHost,
	isNameable,
	isPrivateHost,
} from "./network-address.ts";

/** One challenge of a `WWW-Authenticate` header; `scheme` and the parameters' names in lower case. */
export interface Challenge {
	readonly scheme: string;
	readonly parameters: ReadonlyMap<string, string>;
}

/** How a registry wants to be logged in to. */
export type Login =
	| { readonly scheme: "basic" }
	| {
			readonly scheme: "bearer";
			/** Where tokens are; checked: it may have the credential. */
			readonly realm: URL;
			readonly service: string | undefined;
			/** What it wants the token to be for: the name of what is asked for may be another there. */
			readonly scope: string | undefined;
	  };

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const PARAMETER =
	/([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y;

/**
 * Reads `WWW-Authenticate` (several headers joined by commas). Grammar of
 * https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1, but unquoted values may
 * hold what a URL holds, because some registries forget the quotes.
 */
export function parseChallenges(header: string): Challenge[] {
	const challenges: {
		scheme: string;
		parameters: Map<string, string>;
	}[] = [];
	let at = 0;
	const take = (pattern: RegExp): RegExpExecArray | null => {
		pattern.lastIndex = at;
		const match = pattern.exec(header);
		if (match) at = pattern.lastIndex;
		return match;
	};
	while (at < header.length) {
		const parameter = take(PARAMETER);
		if (parameter) {
			const [, name = "", quoted, plain] = parameter;
			const known = challenges.at(-1)?.parameters;
			// The first of two wins: a second `realm` must not redirect what the first one promised.
			if (known && !known.has(name.toLowerCase()))
				known.set(
					name.toLowerCase(),
					quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "",
				);
			continue;
		}
		const scheme = take(TOKEN);
		if (scheme) {
			challenges.push({
				scheme: scheme[0].toLowerCase(),
				parameters: new Map(),
			});
			take(TOKEN68);
		} else {
			at += 1;
		}
	}
	return challenges;
}

/**
 * How to log in to `registry` (its origin), by the challenges it sent; Bearer
 * before Basic, as container runtimes choose. "refused": the credential may not be sent where the
 * registry says; undefined: none that is known. `insecure`: the user allowed plain http.
 */
export function chooseLogin(
	challenges: readonly Challenge[],
	registry: URL,
	insecure: boolean,
): Login | { scheme: "refused"; because: RealmFault } | undefined {
	const bearer = challenges.find(({ scheme }) => scheme === "bearer");
	if (bearer) {
		const realm = bearer.parameters.get("realm") ?? "";
		const because = realmFault(realm, registry, insecure);
		if (because !== undefined) return { scheme: "refused", because };
		return {
			scheme: "bearer",
			realm: new URL(realm),
			service: bearer.parameters.get("service"),
			scope: bearer.parameters.get("scope"),
		};
	}
	return challenges.some(({ scheme }) => scheme === "basic")
		? { scheme: "basic" }
		: undefined;
}

/**
 * Why a token realm may not have the credential; undefined where it may. The
 * registry chooses the realm, so a hostile or misled one could have the
 * credential sent in the clear, or a request made to the inside of a network.
 */
export function realmFault(
	realm: string,
	registry: URL,
	insecure: boolean,
): RealmFault | undefined {
	const url = URL.parse(realm);
	if (!url || !/^https?:$/.test(url.protocol) || !isNameable(url.hostname))
		return { is: "no-address" };
	if (url.username !== "" || url.password !== "")
		return { is: "user-information" };
	const own = url.hostname === registry.hostname;
	if (url.protocol === "http:") {
		if (registry.protocol === "https:")
			return { is: "unencrypted", host: url.host, allowable: false };
		if (!insecure && !isLoopbackHost(url.hostname))
			return { is: "unencrypted", host: url.host, allowable: true };
	}
	if (!own && isPrivateHost(url.hostname))
		return { is: "private", host: url.host };
	return undefined;
}

/** The address that hands out a token, without a scope unless one is given; then also with the registry's, as containerd has it. */
export function tokenAddress(
	login: Login & { scheme: "bearer" },
	account: string | undefined,
	scope: string | undefined,
): URL {
	const url = new URL(login.realm);
	url.hash = "";
	if (login.service !== undefined)
		url.searchParams.set("service", login.service);
	if (account !== undefined) url.searchParams.set("account", account);
	if (scope === undefined) return url;
	url.searchParams.set("scope", scope);
	if (login.scope && login.scope !== scope)
		url.searchParams.append("scope", login.scope);
	return url;
}

/** The token in a token server's answer; undefined where there is none that a header can carry. */
export function tokenIn(body: string): string | undefined {
	const answer = readJson(body);
	return ["token", "access_token"]
		.map((name) => textIn(answer, name))
		.find((token) => /^[\x21-\x7e]+$/.test(token));
}
