import type { EntryProblem, KeyProblem } from "../core/output/entry-problem.ts";
import {
	type ContentFault,
	keyProblem,
} from "../core/pull-secrets/content-fault.ts";
import { displayHost } from "../core/registry/server.ts";
import { displayKey } from "../core/registry/url.ts";
import { credentialFaultWords } from "./credential-fault-words.ts";

/** One clause about a fault. */
export function contentFaultWords(fault: ContentFault): string {
	switch (fault.kind) {
		case "malformed":
			return `it cannot be read, which fails every pull of a pod that references it: ${fault.keys.length === 0 ? "" : `${fault.keys.map(displayKey).join(", ")}: `}${fault.error}`;
		case "empty":
			return "it holds no credentials";
		case "never-matches":
			return fault.keys
				.map(
					(key) =>
						`${displayKey(key)}: ${KEY_WORDS[keyProblem(key) ?? "unusable"]}`,
				)
				.join("; ");
	}
}

/** One clause about an entry, without its key. */
export function entryProblemWords(problem: EntryProblem): string {
	switch (problem.kind) {
		case "malformed":
			return `cannot be read, which fails every pull of a pod that references it: ${problem.error}`;
		case "empty":
			return `${problem.because === "token-alone" ? "it has an identity token alone, which kubelets do not read" : credentialFaultWords(problem.because)}; pulls with it fail, also of public images`;
		case "bad-characters":
			return credentialFaultWords(problem.because);
		case "auth-differs":
			return "auth differs from username and password";
		case "key":
			return KEY_WORDS[problem.because];
	}
}

/** That an entry is left out, and why. */
export function leftOutWords(problem: EntryProblem): string {
	return `${displayHost(problem.key)}: ${entryProblemWords(problem)}`;
}

/** One clause about a key. */
const KEY_WORDS: Readonly<Record<KeyProblem, string>> = {
	"white-space": "no image matches a key with white space",
	scheme:
		"no image matches it (only https:// and http://, in lower case, may stand before the host)",
	"single-word": "no image matches it (a host has a dot or a port)",
	"docker-hub-name": "Docker Hub's images match docker.io alone, not this name",
	unusable: "no image matches it (it is not an address)",
};
