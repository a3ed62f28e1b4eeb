import type { Progress } from "../../core/output/progress.ts";
import { AbortedError, ConnectionError } from "../../errors.ts";
import type { World } from "../../world.ts";
import { tell } from "../tell.ts";

/** The error to end with, after saying how far the work came. */
export function unfinished(
	error: unknown,
	progress: Progress,
	world: Pick<World, "emit">,
): unknown {
	if (error instanceof ConnectionError)
		return new ConnectionError(error.message, error.because, progress);
	if (error instanceof AbortedError)
		tell(world, { cause: "interrupted", progress });
	return error;
}
