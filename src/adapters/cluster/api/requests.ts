import { StringDecoder } from "node:string_decoder";
import { fieldOf, isJsonObject, readJson } from "../../../core/json-object.ts";
import { oneLine } from "../../../core/output/printable.ts";
import { AbortedError, ConnectionError } from "../../../errors.ts";
import type { Clock, Output } from "../../../world.ts";
import type { Credential, Credentials } from "../auth/credentials.ts";
import type { Connections } from "../http/connections.ts";
import {
	type Answer,
	brokenOff,
	bytes,
	type Request,
	readyToUnpack,
	TransportError,
	text,
	unpacked,
} from "../http/exchange.ts";
import {
	type Asked,
	atMost,
	OversizedAnswer,
	refusal,
	type StatusError,
	strangeAnswer,
} from "./errors.ts";
import { ItemReader } from "./item-reader.ts";
import { type Redact, shortened, withoutAuthorization } from "./redact.ts";
import type { ListBody, Shape } from "./shapes.ts";

/** A request to the API server; its path, `/api/v1/…`, is below the server's own. */
export interface Call extends Omit<Request, "headers"> {
	readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	readonly accept?: string;
	readonly contentType?: string;
	/** What of the server's words about it may be shown; absent: their beginning. */
	readonly redact?: Redact;
}

interface RequestOptions {
	readonly server: URL;
	readonly connections: Connections;
	readonly credentials: Credentials;
	/** Sent with every request: impersonation, user agent. */
	readonly headers: Readonly<Record<string, string | string[]>>;
	/** Milliseconds; 0: no limit. */
	readonly timeout: number;
	readonly compressed: boolean;
	/** From 6 on every request is a line on `err`. */
	readonly verbosity: number;
	readonly err: Output;
	/** Is told of each warning of the server once. */
	readonly serverSaid: (words: string) => void;
	readonly clock: Clock;
}

/** What a page of a list has to be, and whether anybody asks who owns its objects' fields. */
interface PageShape<T> {
	readonly list: Shape<ListBody>;
	readonly item: Shape<T>;
	readonly withoutManagedFields: boolean;
}

/** Bytes of a page, of whatever objects: one of 500 Secrets of the usual size is one of these megabytes. */
const LARGEST_PAGE = 64 << 20;
/** Of one object, also as a line of a watch: etcd takes 1.5 MiB, of which JSON may make six times as many. */
const LARGEST_OBJECT = 16 << 20;
/**
 * Bytes of a page up to which it is parsed as one: most are, and one JSON.parse costs half as much as to
 * look for where each object ends. A page of more is parsed object by object.
 */
export const PARSED_WHOLE = 4 << 20;
/** The same where little of each object is kept: of pods, a page of 500 may be ten times as many. */
export const PICKED_WHOLE = 1 << 20;
/** Bytes of a page that are of no object: a list says little of itself, and what is none need not be read to its end. */
const MOST_BESIDE = 1 << 20;
const LARGEST_REFUSAL = 1 << 20;
/** Warnings that a run tells of: whoever has a new one for each request, for months, is heard no longer. */
const MOST_WARNINGS = 1000;

/** Single requests: who asks, what is said about it on stderr, and which answers are errors. */
export class Requests {
	readonly #warned = new Set<string>();
	/** Fetched after a 401, and not accepted yet. */
	#unproven: Credential | undefined;
	/** The certificate of the open connections. */
	#shown: Credential["tls"] | undefined;

	constructor(readonly options: RequestOptions) {}

	/**
	 * Sends once, twice where the credential had run out, and reads what has to be of `shape`. Throws
	 * ApiError, TransportError where asking again may help, and ConnectionError for an answer that no
	 * API server gives, or that is too large.
	 */
	async object<T>(call: Call, shape: Shape<T>): Promise<T> {
		const asked = { ...call, server: this.options.server };
		const answer = await this.#send(call, shape.name);
		const body = await text(answer, atMost(LARGEST_OBJECT, asked));
		return readAs(shape, body, asked);
	}

	/**
	 * One page of a list, of at most `limit` bytes, whose objects go to `take` one by one while it
	 * arrives: what is returned has none of them. Throws as `object` does: what was taken until then is
	 * no page.
	 */
	async page<T>(
		call: Call,
		{ list, item, withoutManagedFields }: PageShape<T>,
		take: (item: T) => void,
		limit = LARGEST_PAGE,
	): Promise<{ readonly body: ListBody; readonly size: number }> {
		const asked = { ...call, server: this.options.server };
		const sending = this.#send(call, list.name);
		if (this.options.compressed) setImmediate(readyToUnpack);
		const answer = await sending;
		let taken = 0;
		const takeOne = (value: unknown): void => {
			if (!item.is(value)) throw strangeAnswer(asked, "other JSON", list.name);
			if (withoutManagedFields) emptyManagedFields(value);
			taken++;
			take(value);
		};
		const whole = withoutManagedFields ? PICKED_WHOLE : PARSED_WHOLE;
		let reader: ItemReader | undefined;
		let first: Buffer[] = [];
		let size = 0;
		try {
			for await (const piece of bytes(answer, atMost(limit, asked))) {
				size += piece.length;
				first.push(piece);
				if (reader === undefined && size <= whole) continue;
				reader ??= new ItemReader(takeOne, { withoutManagedFields });
				for (const each of first) reader.write(each);
				first = [];
				if (reader.beside > MOST_BESIDE)
					throw strangeAnswer(asked, "much else", list.name);
			}
		} catch (error) {
			// Not what the parser says: it would quote the text, which may hold a credential.
			if (error instanceof SyntaxError)
				throw new TransportError(brokenOff(), true);
			throw error;
		}
		if (reader === undefined) {
			const text = Buffer.concat(first).toString("utf8");
			const body = readAs(list, text, asked);
			for (const value of body.items ?? []) takeOne(value);
			return { body, size };
		}
		const body = readAs(list, reader.end(), asked);
		if ((body.items?.length ?? 0) === taken) return { body, size };
		throw strangeAnswer(asked, "other JSON", list.name);
	}

	/** An answer without end: nothing once it begins, then its lines. Throws as `object` does. */
	async *lines<T>(call: Call, shape: Shape<T>): AsyncIterable<T | undefined> {
		const asked = { ...call, server: this.options.server };
		const answer = await this.#send({ ...call, endless: true }, shape.name);
		try {
			yield undefined;
			for await (const line of linesOf(unpacked(answer), asked))
				yield readAs(shape, line, asked);
		} finally {
			answer.body.destroy();
		}
	}

	/** An answer that is no refusal. `wanted`: what it should be, for what is said of another. */
	async #send(call: Call, wanted: string): Promise<Answer> {
		const { credentials, server } = this.options;
		for (let again = false; ; again = true) {
			const credential = await issued(credentials.current());
			if (again) this.#unproven = credential;
			const answer = await this.#once(call, credential);
			const redact = redactOf(call, credential);
			this.#warn(answer.header("warning"), redact);
			if (answer.status < 300) return answer;
			if (answer.status < 400) {
				// Nothing is sent after it: API servers do not redirect, and the credential is for nobody else.
				answer.body.destroy();
				const to = URL.parse(answer.header("location"), server);
				const got = to ? `a redirect to ${redact(to.host)}` : "a redirect";
				throw strangeAnswer({ ...call, server }, got, wanted);
			}
			const refused = await this.#refusal(answer, call, redact);
			// A new one that is refused at once says that the next would be, too.
			if (again || refused.status !== 401 || credential === this.#unproven)
				throw refused;
			if (!(await issued(credentials.renew(credential)))) throw refused;
		}
	}

	async #refusal(
		answer: Answer,
		call: Call,
		redact: Redact,
	): Promise<StatusError> {
		const asked = { ...call, server: this.options.server };
		const reading = text(answer, atMost(LARGEST_REFUSAL, asked));
		const body = await reading.catch((error) => {
			// Whoever says so much says nothing that could be shown on a line.
			if (error instanceof OversizedAnswer) return "";
			throw error;
		});
		// What it was about may be in the rest: half of one would say that the kind is unknown.
		if (isBeginning(body)) throw new TransportError(brokenOff(), true);
		return refusal(answer.status, body, answer.header("retry-after"), redact);
	}

	async #once(call: Call, credential: Credential): Promise<Answer> {
		const { server, connections, clock, compressed, timeout } = this.options;
		const { cert } = credential.tls;
		if (this.#shown && this.#shown.cert !== cert) connections.renew();
		this.#shown = credential.tls;
		const began = clock.elapsed();
		try {
			const answer = await connections.send({
				...call,
				path: server.pathname.replace(/\/$/, "") + call.path,
				headers: inBytes({
					accept: call.accept ?? "application/json",
					...(compressed && { "accept-encoding": "gzip" }),
					...(call.body !== undefined && {
						"content-type": call.contentType ?? "application/json",
					}),
					...this.options.headers,
					...credential.headers,
				}),
				// A watch has a limit of its own.
				...(timeout > 0 && !call.endless && { timeout }),
			});
			if (answer.status !== 401 && credential === this.#unproven)
				this.#unproven = undefined;
			this.#narrate(call, String(answer.status), began);
			return answer;
		} catch (error) {
			if (!(error instanceof ConnectionError))
				this.#narrate(call, "no answer", began);
			throw error;
		}
	}

	/** Method, URL, status and time: never a header or a body. */
	#narrate(call: Call, outcome: string, began: number): void {
		const { server, verbosity, err, clock } = this.options;
		if (verbosity < 6) return;
		const url = server.href.replace(/\/$/, "") + call.path;
		err.write(
			`${call.method} ${url} ${outcome} in ${Math.round(clock.elapsed() - began)} milliseconds\n`,
		);
	}

	/** `299 - "text"`, several separated by commas; each is shown once a run, as by kubectl. */
	#warn(header: string, redact: Redact): void {
		for (const [, quoted = ""] of header.matchAll(
			/\b299 \S+ "((?:[^"\\]|\\.)*)"/g,
		)) {
			const said = quoted.replace(/\\(.)/g, "$1");
			const warning = oneLine(redact(said));
			if (this.#warned.has(warning) || this.#warned.size >= MOST_WARNINGS)
				continue;
			this.#warned.add(warning);
			this.options.serverSaid(warning);
		}
	}
}

/** Without a credential, the first or another, nothing is sent, just as without a network. */
async function issued<T>(asking: Promise<T>): Promise<T> {
	try {
		return await asking;
	} catch (error) {
		if (error instanceof AbortedError) throw error;
		throw new TransportError(error, false);
	}
}

/**
 * A character for each byte of their values in UTF-8, as Node sends them: of any other character it drops
 * bits, and another user would be impersonated. Throws TransportError for what no header carries, in Go's
 * words: over HTTP/2 it would be sent, and a server that passes over a header would take an impersonated
 * user for the one who asks.
 */
function inBytes(headers: Request["headers"]): Request["headers"] {
	const bytesOf = (name: string, value: string): string => {
		if (!/[^\t\P{Cc}]/u.test(value))
			return Buffer.from(value, "utf8").toString("latin1");
		const shown = name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
		throw new TransportError(
			new Error(`net/http: invalid header field value for "${shown}"`),
			false,
		);
	};
	return Object.fromEntries(
		Object.entries(headers).map(([name, values]) => [
			name,
			typeof values === "string"
				? bytesOf(name, values)
				: values.map((value) => bytesOf(name, value)),
		]),
	);
}

/** How the server's words about a request may be repeated: without what it was shown of who asks. */
function redactOf(
	{ redact = shortened }: Call,
	{ headers }: Credential,
): Redact {
	const shown = headers.authorization;
	return shown === undefined
		? redact
		: (words) => redact(withoutAuthorization(words, shown));
}

/** As ItemReader does where it passes them over. */
function emptyManagedFields(object: unknown): void {
	const metadata = fieldOf(object, "metadata");
	if (isJsonObject(metadata) && Array.isArray(metadata.managedFields))
		metadata.managedFields = [];
}

/** Throws ConnectionError for what is something else, TransportError for the beginning of an object. */
function readAs<T>(shape: Shape<T>, text: string, asked: Asked): T {
	const value = readJson(text);
	if (value === undefined) {
		if (isBeginning(text)) throw new TransportError(brokenOff(), true);
		const got = text.trim() === "" ? "nothing" : "text that is not JSON";
		throw strangeAnswer(
			asked,
			/^\s*</.test(text) ? "a web page" : got,
			shape.name,
		);
	}
	if (shape.is(value)) return value;
	throw strangeAnswer(asked, "other JSON", shape.name);
}

/** Whether it begins an object that it does not end. */
function isBeginning(text: string): boolean {
	return /^\s*\{/.test(text) && readJson(text) === undefined;
}

async function* linesOf(
	body: AsyncIterable<Buffer>,
	asked: Asked,
): AsyncIterable<string> {
	const decoder = new StringDecoder("utf8");
	/** Of a line whose end has not come. */
	let pieces: string[] = [];
	let length = 0;
	for await (const chunk of body) {
		const [first = "", ...rest] = decoder.write(chunk).split("\n");
		pieces.push(first);
		length += first.length;
		if (length > LARGEST_OBJECT)
			throw new OversizedAnswer(asked, LARGEST_OBJECT);
		const last = rest.pop();
		if (last === undefined) continue;
		for (const line of [pieces.join(""), ...rest]) if (line !== "") yield line;
		pieces = [last];
		length = last.length;
	}
	const rest = pieces.join("");
	// What it broke off in is no line: it ended there.
	if (rest !== "" && !isBeginning(rest)) yield rest;
}
