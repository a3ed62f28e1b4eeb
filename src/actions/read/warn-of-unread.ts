import type { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import type { World } from "../../world.ts";
import { warn } from "../tell.ts";

/** Says in one line where there was more than is kept of lists, and so than was looked at. */
export function warnOfUnread(
	{ unread }: Pick<ContentReader, "unread">,
	world: Pick<World, "emit">,
): void {
	if (unread.size === 0) return;
	const note = {
		cause: "secrets-too-much",
		namespaces: [...unread.keys()].toSorted(),
		count: [...unread.values()].reduce((sum, each) => sum + each, 0),
	} as const;
	warn(world, note);
}
