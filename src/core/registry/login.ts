import type { Credential } from "../credentials/credential.ts";
import {
	messageOf,
	passingFault,
	type Reading,
	type RegistryAnswer,
	type RegistryRequest,
	readAnswer,
	redirectTarget,
	type Send,
} from "./answer.ts";
import { type Login, tokenAddress, tokenIn } from "./challenge.ts";
import { type Fault, faultOf } from "./fault.ts";
import type { TokenServerFault } from "./login-fault.ts";
import {
	isLoopbackHost,
	isNameable,
	isPrivateHost,
} from "./network-address.ts";
import { apiOf } from "./server.ts";
import type { Probe } from "./verification.ts";
import type { Hidden } from "./words.ts";

/** One verification: what is asked, and who carries it. `madeUp` is a credential that nobody has. */
export interface Session {
	readonly send: Send;
	readonly probe: Probe;
	readonly madeUp: Credential;
}

/** Something that may need a login, and the scope that a token for it then needs. */
export interface Target {
	readonly request: RegistryRequest;
	readonly scope?: string | undefined;
}

/** What a token server says to whoever asks for a token; `login`: it refuses the credential. */
type TokenAnswer =
	| { readonly means: "token"; readonly token: string }
	| { readonly means: "no-token"; readonly fault: TokenServerFault }
	| Extract<Reading, { means: "login" | "fault" }>;

/**
 * What became of asking for a target with one credential, or none; `token-refused`: the token server took the
 * credential, and the registry not the token that it gave.
 */
type Attempt =
	| Reading
	| Exclude<TokenAnswer, { means: "token" }>
	| {
			readonly means: "token-refused";
			readonly status: number;
			readonly words: string;
	  };

/** Logs in with a credential, or none, and asks for the target. */
export async function attempt(
	{ send, probe }: Session,
	login: Login,
	{ request, scope }: Target,
	credential: Credential | undefined,
): Promise<Attempt> {
	let authorization = credential && `Basic ${credential.basic()}`;
	const hidden = [probe.credential];
	if (login.scheme === "bearer") {
		const ask = (wanted: RegistryRequest) => exchange(send, wanted);
		const given = await requestToken(ask, login, credential, scope, hidden);
		if (given.means !== "token") return given;
		authorization = `Bearer ${given.token}`;
	}
	const asked = withAuthorization(request, authorization);
	const found = await exchangeFor(send, { request: asked, scope });
	if ("fault" in found) return { means: "fault", fault: found.fault };
	const reading = readAnswer(found.answer, found.request, hidden);
	return reading.means === "login" && login.scheme === "bearer"
		? { ...reading, means: "token-refused" }
		: reading;
}

/** Asks for a token, as `credential` or as nobody; `ask` sends the request. */
export async function requestToken(
	ask: Ask,
	login: Login & { scheme: "bearer" },
	credential: Credential | undefined,
	scope: string | undefined,
	hidden: Hidden,
): Promise<TokenAnswer> {
	const { host } = login.realm;
	const url = tokenAddress(login, credential?.username, scope);
	const found = await ask(
		withAuthorization(get(url), credential && `Basic ${credential.basic()}`),
	);
	if ("fault" in found) return { means: "fault", fault: found.fault };
	const { answer } = found;
	const { status } = answer;
	const words = messageOf(answer, hidden);
	if (status === 401 || status === 403)
		return { means: "login", status, words };
	const passing = passingFault(answer, host);
	if (passing) return { means: "fault", fault: passing };
	if (status >= 300 && status < 400)
		return {
			means: "no-token",
			fault: { host, is: "redirect", to: redirectTarget(answer, url, hidden) },
		};
	if (status >= 400)
		return { means: "no-token", fault: { host, is: "status", status, words } };
	const token = tokenIn(answer.body);
	return token === undefined
		? { means: "no-token", fault: { host, is: "no-token" } }
		: { means: "token", token };
}

/** An answer, and what it was given to. */
export interface Answered {
	readonly answer: RegistryAnswer;
	/** As it was asked at the host that answered: a redirect may have led to another. */
	readonly request: RegistryRequest;
}

/** What came of a request: the answer, or why there is none. */
export type Asked = Answered | { readonly fault: Fault };

type Ask = (request: RegistryRequest) => Promise<Asked>;

/** What a registry's API answers to nobody: by https first; by plain http only on this machine itself, or where the user allowed it. */
export async function findRegistry(
	ask: Ask,
	host: string,
	insecure: boolean,
): Promise<Asked> {
	const [api, plainApi] = [apiOf(host), apiOf(host, "http")];
	if (!api || !plainApi) return { fault: { host, kind: "no-host" } };
	const found = await ask(get(api));
	if ("answer" in found) return found;
	const { kind } = found.fault;
	const mayBePlain =
		kind === "plain-http" || (kind === "refused" && api.port === "");
	if (!mayBePlain || !(insecure || isLoopbackHost(api.hostname))) return found;
	const second = await ask(get(plainApi));
	return "answer" in second || kind === "plain-http" ? second : found;
}

/** How a server says that it knows no HEAD. */
const NO_SUCH_METHOD: ReadonlySet<number> = new Set([405, 501]);

/** A registry that redirects to itself more often than this does so without end. */
export const MOST_REDIRECTS = 3;

/**
 * The answer to one request, or why there is none. A redirect to the same scheme, host and port is
 * followed: nothing is sent anywhere else. A HEAD that the server does not know is a GET, as container
 * runtimes have it.
 */
export async function exchange(
	send: Send,
	request: RegistryRequest,
): Promise<Asked> {
	let asked = request;
	for (let redirects = 0; ; ) {
		const answer = await send({
			...asked,
			// Without it, a server may choose any coding (RFC 9110, 12.5.3).
			headers: { ...asked.headers, "accept-encoding": "identity" },
		});
		if ("failure" in answer)
			return { fault: faultOf(answer.failure, request.url.host) };
		const next = redirectOf(answer, asked.url);
		const coding = answer.header("content-encoding");
		if (NO_SUCH_METHOD.has(answer.status) && asked.method === "HEAD")
			asked = { ...asked, method: "GET" };
		else if (next?.origin === asked.url.origin && redirects++ < MOST_REDIRECTS)
			asked = { ...asked, url: next };
		else if (/^(?:identity)?$/i.test(coding)) return { answer, request };
		// In a coding that was not asked for it has no words.
		else return { answer: { ...answer, body: "" }, request };
	}
}

/**
 * The answer to a request for a target. What an image's manifest is elsewhere for, as with GitLab's
 * dependency proxy, is asked there as nobody; where that refuses, or asks for a login, the redirect is the answer: whom a registry names may not choose where a credential goes.
 */
export async function exchangeFor(
	send: Send,
	{ request, scope }: Target,
): Promise<Asked> {
	let found = await exchange(send, request);
	if (scope === undefined) return found;
	const { authorization: _, ...headers } = request.headers;
	let asked: RegistryRequest = { ...request, headers };
	for (let redirects = 0; redirects < MOST_REDIRECTS; redirects++) {
		if ("fault" in found) break;
		const url = redirectOf(found.answer, asked.url);
		if (url === undefined || !mayFollow(url, request.url)) break;
		// To where it was asked, it goes round and round: `exchange` has followed that.
		if (url.origin === asked.url.origin) break;
		asked = { ...asked, url };
		const there = await exchange(send, asked);
		if ("answer" in there && /^40[13]$/.test(String(there.answer.status)))
			break;
		found = there;
	}
	return found;
}

/** Where a redirect leads; undefined for other answers. */
export function redirectOf(answer: RegistryAnswer, from: URL): URL | undefined {
	const location = answer.header("location");
	return answer.status >= 300 && answer.status < 400 && location !== ""
		? (URL.parse(location, from) ?? undefined)
		: undefined;
}

/** Not from https to http, not from outside to the inside of a network, and to no name that can be none. */
export function mayFollow(to: URL, registry: URL): boolean {
	return (
		(to.protocol === "https:" || to.protocol === registry.protocol) &&
		(!isPrivateHost(to.hostname) || isPrivateHost(registry.hostname)) &&
		isNameable(to.hostname) &&
		to.username === "" &&
		to.password === ""
	);
}

/** A plain GET. */
export function get(url: URL): RegistryRequest {
	return { method: "GET", url, headers: {} };
}

/** The same request as somebody; as nobody without one. */
export function withAuthorization(
	request: RegistryRequest,
	authorization: string | undefined,
): RegistryRequest {
	return authorization === undefined
		? request
		: { ...request, headers: { ...request.headers, authorization } };
}
