import type { Failure } from "../core/output/failure.ts";
import { kubectl, objectName, script } from "../core/output/shell.ts";
import { someOf } from "../core/output/some-of.ts";
import { creating } from "../core/pull-secrets/fixes.ts";
import { PULL_SECRET_TYPE } from "../core/pull-secrets/ownership.ts";
import type { Advice } from "../errors.ts";

/** A failure in words: a message without `error: `, and what to run about it. */
export function failureWords(failure: Failure): {
	readonly message: string;
	readonly advice?: Advice;
} {
	switch (failure.cause) {
		case "source-missing": {
			const { namespace, name, elsewhere, by } = failure;
			const none = `no source named "${name}" in namespace "${namespace}"`;
			// Whether there is one, this user cannot know: making another may be the last thing to do.
			if (elsewhere === "hidden")
				return {
					message: `${none}, and Secrets elsewhere cannot be listed; name another place with ${by} NAMESPACE`,
				};
			const script = creating(name, namespace);
			return elsewhere.length === 0
				? { message: none, advice: { words: "create it with", script } }
				: {
						message: `${none}. Secrets elsewhere that call themselves a source (check who made them): ${someOf(elsewhere)}; ${by} NAMESPACE takes one`,
					};
		}
		case "source-ambiguous":
			return {
				message: `${failure.names.length} sources in namespace "${failure.namespace}": ${someOf(failure.names)}; choose one by NAME`,
			};
		case "not-a-source":
			return notASource(failure);
	}
}

function notASource({
	namespace,
	name,
	because,
}: Failure & { cause: "not-a-source" }): ReturnType<typeof failureWords> {
	const secret = `secret "${name}" in namespace "${namespace}"`;
	switch (because.is) {
		case "copy":
			return {
				message: `${secret} is a copy of ${because.of}, not a source`,
			};
		case "type":
			return {
				message: `${secret} is no source: it is of type ${because.type}, not ${PULL_SECRET_TYPE}`,
			};
		case "unmanaged":
			return {
				message: `${secret} is no source: it is not managed by meshreg`,
				advice: {
					words: "if copies are to be made of it, run",
					script: script(
						kubectl(
							"label",
							"secret",
							objectName(name),
							"-n",
							objectName(namespace),
							"app.kubernetes.io/managed-by=kubectl-meshreg",
						),
					),
				},
			};
	}
}
