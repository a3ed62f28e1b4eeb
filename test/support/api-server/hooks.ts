import type { ApiRequest } from "./request.ts";

/** What a hook does to a request that it wants to disturb. */
export interface Intervention {
	/** Answers this instead; nothing is carried out. With a `reason` or `message` the body is a Status. */
	answer?: {
		status: number;
		reason?: string;
		message?: string;
		headers?: Readonly<Record<string, string>>;
		/** The body as it is, instead of a Status. */
		body?: string;
	};
	/** `Warning` headers on the answer. */
	warnings?: readonly string[];
	/** Cuts the connection: before the request is carried out, or after it, unanswered. */
	cut?: "before" | "after";
}

/**
 * Sees every request, after authentication and before authorization. May take
 * its time: the request waits. Undefined lets it pass.
 */
export type Hook = (
	request: ApiRequest,
) => Intervention | undefined | Promise<Intervention | undefined>;

/** What the server remembers of a request: never its body, or a header that may hold a secret. */
export interface LoggedRequest {
	method: string;
	/** Without the query. */
	path: string;
	/** The query, decoded: e.g. `labelSelector`, `limit`, `dryRun`. */
	query: Readonly<Record<string, string>>;
	/** As whom the request acted, impersonation included. */
	user: string;
	/** 0 when the connection was cut instead. */
	status: number;
	accept: string;
	contentType: string;
	userAgent: string;
	httpVersion: "1.1" | "2.0";
}
