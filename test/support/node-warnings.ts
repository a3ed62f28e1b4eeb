import assert from "node:assert/strict";
import type { mock } from "node:test";

/** Node's own warnings from here on, taken instead of printed: a test run shows nothing but tests. */
export function takeWarnings(by: Pick<typeof mock, "method">) {
	const taken = by.method(process, "emitWarning", () => {});
	return {
		/** Nothing but what is expected was said; Node and libraries say it once a process, so perhaps nothing. */
		assertOnly(expected: RegExp): void {
			for (const { arguments: words } of taken.mock.calls)
				assert.match(String(words[0]), expected);
		},
	};
}
