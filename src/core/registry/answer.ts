import { onOneLine } from "../output/printable.ts";
import { parseChallenges } from "./challenge.ts";
import type { Fault, NoRegistry, TransportFailure } from "./fault.ts";
import { type Hidden, registryWords, withoutCredentials } from "./words.ts";

/** One request to a registry or a token server, as it is sent: redirects are not followed on the way. */
export interface RegistryRequest {
	readonly method: "GET" | "HEAD";
	readonly url: URL;
	readonly headers: Readonly<Record<string, string>>;
}

/** A registry's or token server's answer. */
export interface RegistryAnswer {
	readonly status: number;
	/** By lower-case name, several values joined by commas; "" where absent. */
	header(name: string): string;
	/** Its beginning, where it is long. */
	readonly body: string;
}

/** Sends a request. Throws nothing but the interrupt's AbortedError. */
export type Send = (
	request: RegistryRequest,
) => Promise<RegistryAnswer | { readonly failure: TransportFailure }>;

/** What an answer means for whoever asked for something that may need a login. */
export type Reading =
	| { readonly means: "passed" }
	| { readonly means: "login"; readonly status: number; readonly words: string }
	| { readonly means: "absent" }
	| { readonly means: "fault"; readonly fault: Fault };

/** Reads a registry's answer to `request`; what is `hidden` is taken out of its words. */
export function readAnswer(
	answer: RegistryAnswer,
	request: RegistryRequest,
	hidden: Hidden,
): Reading {
	const { status } = answer;
	const { host, pathname } = request.url;
	// A redirect may have chosen it.
	const path = () => onOneLine(withoutCredentials(pathname, hidden), 100);
	const noRegistry = (because: NoRegistry): Reading => ({
		means: "fault",
		fault: { host, kind: "not-a-registry", because },
	});
	if (status === 403 || refusesLogin(answer, request.headers.authorization))
		return { means: "login", status, words: messageOf(answer, hidden) };
	const passing = passingFault(answer, host);
	if (passing) return { means: "fault", fault: passing };
	if (status >= 200 && status < 300)
		return looksLikeRegistry(answer)
			? { means: "passed" }
			: noRegistry({ is: "web-page" });
	if (status >= 300 && status < 400) {
		const to = redirectTarget(answer, request.url, hidden);
		return noRegistry(
			to === "itself"
				? { is: "redirect-loop", path: path() }
				: { is: "redirect", to },
		);
	}
	if (status === 404 && pathname !== "/v2/") return { means: "absent" };
	return noRegistry({ is: "status", status, path: path() });
}

/**
 * Whether a login is what is wrong. ECR answers 400 to a password that is of another region, or none of its own:
 * https://github.com/aws/aws-cli/issues/5317
 */
export function refusesLogin(
	{ status }: RegistryAnswer,
	authorization = "",
): boolean {
	return status === 401 || (status === 400 && /^Basic /.test(authorization));
}

/** A fault that goes by itself: too many requests, or a server in trouble. */
export function passingFault(
	{ status }: RegistryAnswer,
	host: string,
): Fault | undefined {
	return status === 429 || status >= 500
		? { host, kind: "overloaded", status }
		: undefined;
}

/**
 * Where a redirect points, without what it may carry in path and query: a host, with its scheme where
 * that is another. What is `hidden` is taken out of it.
 */
export function redirectTarget(
	answer: RegistryAnswer,
	from: URL,
	hidden: Hidden,
): "itself" | "an invalid URL" | string {
	const url = URL.parse(answer.header("location"), from);
	if (url === null) return "an invalid URL";
	const { origin, protocol, host } = url;
	if (origin === from.origin) return "itself";
	const to = protocol === from.protocol ? host : `${protocol}//${host}`;
	return onOneLine(withoutCredentials(to, hidden), 100);
}

/** The server's own words about a refusal; those of a HEAD are in its challenge. */
export function messageOf(answer: RegistryAnswer, hidden: Hidden): string {
	const said = registryWords(
		answer.body,
		answer.header("content-type"),
		hidden,
	);
	if (said !== "") return said;
	const error = parseChallenges(answer.header("www-authenticate"))
		.map(({ parameters }) => parameters.get("error") ?? "")
		.find((text) => text !== "");
	return registryWords(error ?? "", "", hidden);
}

/** A web server may answer 200 to anything; a registry says its version, or nothing that is a page. */
function looksLikeRegistry(answer: RegistryAnswer): boolean {
	return (
		answer.header("docker-distribution-api-version") !== "" ||
		!(/html/i.test(answer.header("content-type")) || /^\s*</.test(answer.body))
	);
}
