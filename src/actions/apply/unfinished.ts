import { AbortedError, ConnectionError } from "../../errors.ts";
import type { World } from "../../world.ts";

/** The error to end with, after saying how many of `what` are done. */
export function unfinished(
	error: unknown,
	done: number,
	of: number,
	world: World,
	what = "namespaces",
): unknown {
	const progress = `${done} of ${of} ${what} are done; run the command again to finish`;
	if (error instanceof ConnectionError)
		return new ConnectionError(`${error.message} (${progress})`);
	if (error instanceof AbortedError)
		world.emit({ type: "note", message: `interrupted: ${progress}` });
	return error;
}
