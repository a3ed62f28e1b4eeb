import type { Progress } from "../../core/output/progress.ts";
import { AbortedError, ApiError, ConnectionError } from "../../errors.ts";

/** The error with how far the work came that it ended, where it is one that ends work; what was counted before stands. */
export function unfinished(error: unknown, progress: Progress): unknown {
	const known = (before: Progress | undefined) =>
		before === undefined || before === "begun" ? progress : before;
	if (error instanceof ConnectionError)
		return new ConnectionError(
			error.message,
			error.because,
			known(error.progress),
		);
	if (error instanceof AbortedError)
		return new AbortedError(error.signal, known(error.progress));
	if (error instanceof ApiError && error.status === 401)
		return new ApiError(
			error.status,
			error.reason,
			error.detail,
			error.details,
			known(error.progress),
		);
	return error;
}
