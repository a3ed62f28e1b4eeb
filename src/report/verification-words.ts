import { displayHost } from "../core/registry/server.ts";
import type { Verification } from "../core/registry/verification.ts";
import { registryFaultWords } from "./registry-fault-words.ts";

/** A verification as one clause about the registry with this key. */
export function verificationWords(
	verification: Verification,
	key: string,
): string {
	const host = displayHost(key);
	switch (verification.outcome) {
		case "good":
			return `${host} accepts the credential${verification.pullable === undefined ? "" : `, and ${verification.pullable} can be pulled with it`}`;
		case "rejected": {
			const { words, status, hint } = verification;
			return `${host} rejects the credential${words === "" ? ` (${status})` : `: ${words}`}${hint === undefined ? "" : ` (${hint})`}`;
		}
		case "cannot-pull":
			return `${host}: cannot pull ${verification.because}`;
		case "unverifiable":
			return `could not verify the credential for ${host}: ${verification.because}${verification.pullable === undefined ? "" : ` (${verification.pullable} can be pulled, with any credential)`}`;
		case "unreachable":
			return `could not verify the credential: ${registryFaultWords(verification.fault)}`;
	}
}
