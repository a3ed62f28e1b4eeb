import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Older ones have no plugin completion and another `version`. */
const OLDEST_MINOR = 28;

/** The minor version of the kubectl on the PATH; undefined where there is none that works. */
export async function kubectlMinor(
	env: NodeJS.ProcessEnv,
): Promise<number | undefined> {
	try {
		const { stdout } = await promisify(execFile)(
			"kubectl",
			["version", "--client", "--output=json"],
			{ env },
		);
		const version = JSON.parse(stdout) as {
			clientVersion?: { major?: string; minor?: string };
		};
		// Some vendors write the minor as `32+`.
		const minor = Number.parseInt(version.clientVersion?.minor ?? "", 10);
		return version.clientVersion?.major === "1" && minor > 0
			? minor
			: undefined;
	} catch {
		return undefined;
	}
}

/** Whether that is one to test with. */
export function isRecent(minor: number | undefined): boolean {
	return minor !== undefined && minor >= OLDEST_MINOR;
}
