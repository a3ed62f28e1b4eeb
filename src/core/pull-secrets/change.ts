import type { Cases } from "../cases.ts";
import type { Obstacle } from "../output/failure.ts";
import type { DesiredPullSecret, PullSecret } from "./pull-secret.ts";

/** One thing to do, or not to do, about one Secret. */
export type Change = Cases<
	"action",
	{
		create: { desired: DesiredPullSecret };
		update: { current: PullSecret; desired: DesiredPullSecret };
		/** Deleted and created again, because the type or `immutable` forbids an update. */
		replace: { current: PullSecret; desired: DesiredPullSecret };
		delete: { current: PullSecret };
		unchanged: { current: PullSecret; desired: DesiredPullSecret };
		conflict: { current: PullSecret; obstacle: Obstacle };
	}
>;

/** Whether there is something to be done. */
export function isWrite({ action }: Change): boolean {
	return action !== "unchanged" && action !== "conflict";
}

/** A change that deletes a Secret and creates it again. */
export type Replacement = Change & { readonly action: "replace" };

/** Nothing to do, because of what is there. */
export type Conflict = Change & { readonly action: "conflict" };

export type Deletion = Change & { readonly action: "delete" };

/** What is to go, and may, or may not. */
export type Removal = Deletion | Conflict;

/** Whether a change deletes a Secret for good. */
export function isDeletion(change: Change): change is Deletion {
	return change.action === "delete";
}
