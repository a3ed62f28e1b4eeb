import {
	type AccessRule,
	attributesOf,
	authorize,
	authorizePath,
} from "./access.ts";
import {
	type Answer,
	acceptedForm,
	answerJson,
	type ObjectAnswer,
} from "./answer.ts";
import { remove, removeSelected } from "./deleting.ts";
import { discover } from "./discovery.ts";
import { get, list, renderObject } from "./reading.ts";
import type { ApiRequest, ResourceRequest, Verb } from "./request.ts";
import { authorizeReview, reviews } from "./reviews.ts";
import { refuse, StatusError } from "./statuses.ts";
import type { Store } from "./store.ts";
import { type EventStream, type Watch, watch } from "./watching.ts";
import { create, patch, update } from "./writing.ts";

/** What is answered once and for all, by verb; `watch` answers a stream. */
const verbs: Readonly<
	Record<
		Exclude<Verb, "watch">,
		(
			store: Store,
			target: ResourceRequest,
			request: ApiRequest,
		) => Answer | ObjectAnswer
	>
> = {
	get,
	list,
	create,
	update,
	patch,
	delete: remove,
	deletecollection: removeSelected,
};

/** A watch that is about to begin. */
export interface Streaming {
	start(stream: EventStream): Watch;
}

/** Authorizes a request and carries it out. Throws a StatusError. */
export function handle(
	store: Store,
	rules: readonly AccessRule[],
	request: ApiRequest,
): Answer | Streaming {
	const { target, path, method, user } = request;
	if (target !== undefined) {
		authorize(rules, user, attributesOf(target));
		if (target.verb === "watch")
			return { start: watch(store, target, request) };
		const { resource, verb, name } = target;
		const holds = name === "" && verb !== "create" ? "list" : "object";
		const form = acceptedForm(request.headers.accept, resource, holds);
		const answer = verbs[verb](store, target, request);
		return "object" in answer
			? renderObject(answer, form, store.now())
			: answer;
	}
	const review = reviews[path];
	if (review !== undefined) {
		if (method !== "POST") throw refuse.methodNotAllowed();
		authorizeReview(user, review);
		return review.answer(rules, request);
	}
	authorizePath(user, path);
	const found = method === "GET" ? discover(path) : undefined;
	if (found !== undefined) return found;
	const [group = ""] = /^\/(?:api|apis\/[^/]+)\/[^/]+(?=\/)/.exec(path) ?? [];
	if (path.startsWith("/api/") || discover(group) !== undefined)
		throw refuse.noSuchPath();
	return {
		status: 404,
		body: "404 page not found\n",
		contentType: "text/plain; charset=utf-8",
	};
}

/** The answer to a request that failed. Anything but a StatusError is a bug in this server, and says so. */
export function answerError(error: unknown): Answer {
	if (error instanceof StatusError)
		return answerJson(error.code, error.toStatus());
	const message = error instanceof Error ? (error.stack ?? "") : String(error);
	return answerJson(
		500,
		new StatusError(
			500,
			"InternalError",
			`Internal error occurred: ${message}`,
		).toStatus(),
	);
}
