import type { CoreEvent } from "../objects.ts";
import { isoSeconds } from "../pull-secrets/expiry.ts";

/** What `kubectl describe` shows of it: a word that stays, for filters. */
export type EventReason =
	| "CredentialExpiring"
	| "CredentialRefreshed"
	| "CredentialRejected"
	| "CredentialRefreshFailed"
	| "CopyFailed"
	| "AttachFailed";

/** The object that an Event is about. */
export interface EventTopic {
	readonly kind: "Secret" | "ServiceAccount";
	readonly namespace: string;
	readonly name: string;
	/** "" where it is not known, or there is no such object yet. */
	readonly uid: string;
}

const COMPONENT = "kubectl-meshreg";
/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
const LONGEST_NOTE = 1024;

/** An Event of core/v1, which stands in the namespace of its object. `id`: another for each; `now` in milliseconds. */
export function eventOf(
	topic: EventTopic,
	reason: EventReason,
	message: string,
	{ id, now }: { readonly id: number; readonly now: number },
): CoreEvent {
	const { kind, namespace, name, uid } = topic;
	const seconds = isoSeconds(now);
	return {
		apiVersion: "v1",
		kind: "Event",
		metadata: {
			namespace,
			// As client-go names them: the object, and a number that is not used twice.
			// A name that is cut off must not end in a dash or a dot.
			name: `${name.slice(0, 230).replace(/[-.]+$/, "")}.${(now * 1000 + id).toString(16)}`,
		},
		involvedObject: {
			apiVersion: "v1",
			kind,
			namespace,
			name,
			...(uid !== "" && { uid }),
		},
		type: reason === "CredentialRefreshed" ? "Normal" : "Warning",
		reason,
		message: message.slice(0, LONGEST_NOTE),
		source: { component: COMPONENT },
		reportingComponent: COMPONENT,
		reportingInstance: COMPONENT,
		firstTimestamp: seconds,
		lastTimestamp: seconds,
		count: 1,
	};
}
