import type { Credential } from "../credentials/credential.ts";
import {
	passingFault,
	type RegistryAnswer,
	type RegistryRequest,
	readAnswer,
	redirectTarget,
	type Send,
	wordsOf,
} from "./answer.ts";
import { type Login, tokenAddress, tokenIn } from "./challenge.ts";
import { type Fault, faultOf } from "./fault.ts";
import type { Probe, Verification } from "./verification.ts";

/** One verification: what is asked, and who carries it. `madeUp` is a credential that nobody has. */
export interface Session {
	readonly send: Send;
	readonly probe: Probe;
	readonly madeUp: Credential;
}

/** Something that may need a login, and the scope that a token for it then needs. */
export interface Target {
	readonly request: RegistryRequest;
	readonly scope?: string;
}

/** What became of asking for a target with one credential, or none. */
export type Attempt =
	| { readonly result: "passed" | "absent" }
	| {
			readonly result: "refused";
			readonly status: number;
			readonly words: string;
			/** The token server took the credential, and the registry not the token that it gave. */
			readonly token: boolean;
	  }
	| { readonly result: "unclear"; readonly verification: Verification };

/** Logs in with a credential, or none, and asks for the target. */
export async function attempt(
	inquiry: Session,
	login: Login,
	{ request, scope }: Target,
	credential: Credential | undefined,
): Promise<Attempt> {
	let authorization = credential && `Basic ${credential.basic()}`;
	if (login.scheme === "bearer") {
		const token = await fetchToken(inquiry, login, credential, scope);
		if (typeof token !== "string") return token;
		authorization = `Bearer ${token}`;
	}
	const asked = withAuthorization(request, authorization);
	const found = await exchange(inquiry, asked);
	if ("fault" in found) return unclear(unreachable(found.fault));
	const reading = readAnswer(found.answer, asked, credential);
	switch (reading.means) {
		case "passed":
		case "absent":
			return { result: reading.means };
		case "login":
			return {
				result: "refused",
				status: reading.status,
				words: reading.words,
				token: login.scheme === "bearer",
			};
		case "fault":
			return unclear(unreachable(reading.fault));
	}
}

async function fetchToken(
	inquiry: Session,
	login: Login & { scheme: "bearer" },
	credential: Credential | undefined,
	scope: string | undefined,
): Promise<string | Attempt> {
	const { host } = login.realm;
	const url = tokenAddress(login, credential?.username, scope);
	const request = withAuthorization(
		get(url),
		credential && `Basic ${credential.basic()}`,
	);
	const found = await exchange(inquiry, request);
	if ("fault" in found) return unclear(unreachable(found.fault));
	const { answer } = found;
	const { status } = answer;
	const words = wordsOf(answer, credential);
	if (status === 401 || status === 403)
		return { result: "refused", status, words, token: false };
	const passing = passingFault(answer, host);
	if (passing) return unclear(unreachable(passing));
	const unverifiable = (because: string): Attempt =>
		unclear({ outcome: "unverifiable", because });
	if (status >= 300 && status < 400)
		return unverifiable(
			`its token server ${host} redirects to ${redirectTarget(answer, url)}, where the credential is not sent`,
		);
	if (status < 200 || status >= 400)
		return unverifiable(
			`its token server ${host} answers ${status}${words === "" ? "" : ` (${words})`}${scope === undefined ? ": try again with --verify-image IMAGE" : ""}`,
		);
	return (
		tokenIn(answer.body) ??
		unverifiable(`its token server ${host} answers without a token`)
	);
}

/** A registry that redirects to itself more often than this does so without end. */
const MOST_REDIRECTS = 3;

/**
 * The answer to one request, or why there is none. A redirect to the same scheme, host and port is
 * followed: nothing is sent anywhere else. A HEAD that the server does not know is a GET, as container
 * runtimes have it.
 */
export async function exchange(
	{ send }: Session,
	request: RegistryRequest,
): Promise<{ answer: RegistryAnswer } | { fault: Fault }> {
	let asked = request;
	for (let redirects = 0; ; ) {
		const answer = await send({
			...asked,
			// Without it, a server may choose any coding (RFC 9110, 12.5.3).
			headers: { ...asked.headers, "accept-encoding": "identity" },
		});
		if ("failure" in answer)
			return { fault: faultOf(answer.failure, request.url.host) };
		const next = sameOriginRedirect(answer, asked.url);
		if (answer.status === 405 && asked.method === "HEAD")
			asked = { ...asked, method: "GET" };
		else if (next && redirects++ < MOST_REDIRECTS)
			asked = { ...asked, url: next };
		else return { answer: readable(answer) };
	}
}

/** Where a redirect leads within the same origin; undefined for other answers. */
function sameOriginRedirect(
	answer: RegistryAnswer,
	from: URL,
): URL | undefined {
	const location = answer.header("location");
	if (answer.status < 300 || answer.status > 399 || location === "")
		return undefined;
	const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
	return to?.origin === from.origin ? to : undefined;
}

/** An answer in a coding that was not asked for has no words. */
function readable(answer: RegistryAnswer): RegistryAnswer {
	const coding = answer.header("content-encoding").trim().toLowerCase();
	return coding === "" || coding === "identity"
		? answer
		: { ...answer, body: "" };
}

/** As a verification. */
export function unreachable(fault: Fault): Verification {
	return { outcome: "unreachable", fault };
}

function unclear(verification: Verification): Attempt {
	return { result: "unclear", verification };
}

/** A plain GET. */
export function get(url: URL): RegistryRequest {
	return { method: "GET", url, headers: {} };
}

function withAuthorization(
	request: RegistryRequest,
	authorization: string | undefined,
): RegistryRequest {
	return authorization === undefined
		? request
		: { ...request, headers: { ...request.headers, authorization } };
}
