import { PULL_SECRET_TYPE } from "../../src/core/pull-secrets/ownership.ts";
import type { PullSecret } from "../../src/core/pull-secrets/pull-secret.ts";

/** A pull secret of which only what is given matters. */
export function pullSecret(
	fields: Pick<PullSecret, "namespace" | "name" | "labels" | "content"> &
		Partial<PullSecret>,
): PullSecret {
	return {
		type: PULL_SECRET_TYPE,
		annotations: {},
		immutable: false,
		uid: "1",
		resourceVersion: "1",
		created: "",
		terminating: false,
		...fields,
	};
}
