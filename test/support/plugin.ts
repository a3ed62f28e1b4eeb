import { accessSync } from "node:fs";
import { join } from "node:path";
import { DIST, kubectl, program, type Ran } from "./program.ts";

/** The built file. A test file that imports this fails at once where it is not built. */
export const BUILT = join(
	DIST,
	process.platform === "win32" ? "kubectl-meshreg.exe" : "kubectl-meshreg",
);
try {
	accessSync(BUILT);
} catch {
	throw new Error(`${BUILT} is not there: run npm run build first`);
}

/**
 * Runs `kubectl meshreg ARGS` (or the file itself, where there is no kubectl),
 * as program.ts runs programs.
 */
export function plugin(
	args: readonly string[],
	given: Parameters<typeof program>[2],
): Promise<Ran> {
	return program(
		kubectl === undefined ? BUILT : "kubectl",
		kubectl === undefined ? args : ["meshreg", ...args],
		given,
	);
}
