import { type AccessRule, authorize, isAllowed } from "./access.ts";
import { type Answer, answerJson } from "./answer.ts";
import { parseJson } from "./body.ts";
import { isObject } from "./objects.ts";
import type { ApiRequest, User } from "./request.ts";
import { refuse } from "./statuses.ts";

/** A review: what is posted is answered with a status, and nothing is kept. */
export interface Review {
	resource: string;
	group: string;
	answer(rules: readonly AccessRule[], request: ApiRequest): Answer;
}

/** By path. */
export const reviews: Readonly<Record<string, Review>> = {
	"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {
		resource: "selfsubjectaccessreviews",
		group: "authorization.k8s.io",
		answer: accessReview,
	},
	"/apis/authentication.k8s.io/v1/selfsubjectreviews": {
		resource: "selfsubjectreviews",
		group: "authentication.k8s.io",
		answer: subjectReview,
	},
};

/** Everyone who is known may ask (system:basic-user). Throws a 403 for the rest. */
export function authorizeReview(user: User, { resource, group }: Review): void {
	const rule = {
		group: "system:authenticated",
		verbs: ["create"],
		resources: [resource],
	};
	const attributes = {
		verb: "create",
		resource,
		group,
		namespace: "",
		name: "",
	};
	authorize([rule], user, attributes);
}

/** Whether a user may do something: what `canI` asks. */
function accessReview(rules: readonly AccessRule[], request: ApiRequest) {
	const kind = "SelfSubjectAccessReview";
	const body = parseJson(request.body, kind);
	const spec = isObject(body) && isObject(body.spec) ? body.spec : {};
	const attributes = spec.resourceAttributes;
	if (!isObject(attributes) && !isObject(spec.nonResourceAttributes))
		throw refuse.invalid(
			"",
			"",
			[
				{
					reason: "FieldValueInvalid",
					message:
						"Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
					field: "spec",
				},
			],
			"authorization.k8s.io",
		);
	const text = (field: string) =>
		isObject(attributes) ? String(attributes[field] ?? "") : "";
	const allowed = isObject(attributes)
		? isAllowed(rules, request.user, {
				verb: text("verb"),
				resource: text("resource"),
				group: text("group"),
				namespace: text("namespace"),
				name: text("name"),
			})
		: request.user.groups.includes("system:masters");
	return answerJson(201, {
		kind,
		apiVersion: "authorization.k8s.io/v1",
		metadata: { creationTimestamp: null },
		spec,
		status: { allowed },
	});
}

/** `kubectl auth whoami`. */
function subjectReview(_: readonly AccessRule[], { user }: ApiRequest): Answer {
	return answerJson(201, {
		kind: "SelfSubjectReview",
		apiVersion: "authentication.k8s.io/v1",
		metadata: { creationTimestamp: null },
		status: {
			userInfo: {
				username: user.name,
				...(user.uid === undefined ? {} : { uid: user.uid }),
				groups: [...user.groups],
			},
		},
	});
}
