import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { coded, codeOf } from "../../error-code.ts";
import { pieces } from "../../pieces.ts";

/** One request to an API server, or to an identity provider. */
export interface Request {
	readonly method: string;
	/** Path and query. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string | string[]>>;
	readonly body?: string | undefined;
	/** Milliseconds for all of it, the answer's body included; absent: no limit. */
	readonly timeout?: number | undefined;
	/** Its answer has no end: a watch. */
	readonly endless?: boolean | undefined;
	/** Once it aborts the request is not begun any more, and a read that has begun fails. */
	readonly signal?: AbortSignal | undefined;
	/** Carried out although the interrupt has come; the connection then stays until this settles. */
	readonly seenThroughUntil?: Promise<unknown> | undefined;
}

/** What carries requests to one server: one HTTP/2 session, or some HTTP/1.1 connections. */
export interface Transport {
	/** Sends once. Rejects with TransportError, or Node's error where nothing was sent. */
	send(request: Request): Promise<Answer>;
	/** It carries as many answers without end as it may: others, and all that is asked beside them, need room. */
	readonly isFull: boolean;
	/** No more will be sent; what is in flight may end. */
	close(): void;
	/** What is in flight fails. */
	destroy(): void;
	/** Calls back when nothing more can be sent (`false`: what is in flight goes on), and when all has ended. */
	onLost(lost: (ended: boolean) => void): void;
}

/** Its answer; the body is yet to be read. */
export interface Answer {
	readonly status: number;
	/** A header that came more than once is joined by ", "; "" when absent. */
	header(name: string): string;
	readonly body: Readable;
}

/** No answer, or not all of it. `sent`: the server may have carried the request out. */
export class TransportError extends Error {
	override readonly name = "TransportError";
	constructor(
		override readonly cause: unknown,
		readonly sent: boolean,
	) {
		super("the connection broke", { cause });
	}
}

/** Node's code for it, whichever way a connection was seen to end. */
export function resetByPeer(): Error {
	return coded("connection reset by peer", "ECONNRESET");
}

/** The answer ended early, and nobody said so. */
export function brokenOff(): Error {
	return coded("the answer ended early", "MESHREG_BROKEN_OFF");
}

/** Calls `end` when a read's signal aborts, and when the time of any request is over, until it has closed. */
export function endInTime(
	{ method, signal, timeout }: Request,
	request: { once(event: "close", listener: () => void): unknown },
	end: (why: Error) => void,
): void {
	const ending = method === "GET" ? signal : undefined;
	if (ending === undefined && !timeout) return;
	const stop = () => end(resetByPeer());
	ending?.addEventListener("abort", stop);
	const timer = timeout
		? setTimeout(() => end(timedOut()), timeout)
		: undefined;
	request.once("close", () => {
		ending?.removeEventListener("abort", stop);
		clearTimeout(timer);
	});
}

/** Answers of 1xx before the one that counts: as many as Go's client takes. */
const MOST_PRELIMINARY = 5;

/** What to do at each of them: a server that goes on with them would be waited for without end. */
export function preliminary(end: (why: Error) => void): () => void {
	let left = MOST_PRELIMINARY;
	return () => {
		if (left-- > 0) return;
		const words = "net/http: too many 1xx informational responses";
		end(coded(words, "MESHREG_NO_ANSWER"));
	};
}

/** `--request-timeout` is over; kubectl's words for it. */
export function timedOut(): Error {
	return coded(
		"net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
		"MESHREG_TIMEOUT",
	);
}

/**
 * Bytes that are unpacked at once, each time by another thread: API servers pack no answer that is
 * smaller than 128 KiB, and a page of pods is some megabytes.
 */
const UNPACKED = 1 << 17;

/**
 * Loads what unpacks: some milliseconds, which are free while a server works on the first page of a
 * list, and are waited for where it has answered.
 */
export function readyToUnpack(): boolean {
	return typeof createGunzip === "function";
}

/** The answer's body as it arrives, uncompressed. */
export function unpacked(answer: Answer): Readable {
	return answer.header("content-encoding") === "gzip"
		? pipeline(answer.body, createGunzip({ chunkSize: UNPACKED }), () => {})
		: answer.body;
}

/** The whole body. Throws as `bytes` does. */
export async function text(answer: Answer, limit: Limit): Promise<string> {
	const pieces = await Array.fromAsync(bytes(answer, limit));
	return Buffer.concat(pieces).toString("utf8");
}

/** How many bytes, uncompressed, are read of an answer, and the error to end with where there are more. */
interface Limit {
	readonly most: number;
	exceeded(): Error;
}

/** The body as it arrives. Throws TransportError where it ends early, and the error of the limit. */
export async function* bytes(
	answer: Answer,
	{ most, exceeded }: Limit,
): AsyncIterable<Buffer> {
	let length = 0;
	try {
		for await (const piece of pieces(unpacked(answer))) {
			length += piece.length;
			if (length > most) break;
			yield piece;
		}
	} catch (error) {
		const isUnsaid = codeOf(error) === "ERR_STREAM_PREMATURE_CLOSE";
		throw new TransportError(isUnsaid ? resetByPeer() : error, true);
	}
	if (length > most) throw exceeded();
}
