import type { Causes, Faults, None } from "../cases.ts";
import type { CertificateFault } from "../certificate-fault.ts";
import type { ProgramFault, StoredFault } from "./credential-fault.ts";
import type { FileFault } from "./file-fault.ts";

/**
 * What the machine, or a program or service that is asked, does not give; report/ words it. What these said
 * themselves is text on one line. No field holds a password, a token or a part of one.
 */
export type OutsideFailure = Causes<{
	// A file, or another thing at a path, that is to be read or written.
	/** `limit`: bytes. */
	"file-too-large": { path: string; limit: number };
	/** Its owner would read what is written, or chooses what a link replaces. */
	"file-of-another-user": { path: string; is: "target" | "link" };
	"not-a-file": AtPath & { is: "directory" | "other" };
	/** `reason`: in the system's words; undefined: what was given is no path at all. */
	"file-failed": AtPath & { reason: string | undefined };
	// A setting for connections, or an address to listen at.
	/** What the flag, or the kubeconfig's field, names: no PEM certificate in it, or one that cannot be read. */
	"ca-invalid": { from: string; is: "absent" | "unreadable" };
	/** `from`: the variable or the kubeconfig's field. What it holds is not told: it may be a password. */
	"proxy-invalid": { from: string; is: "no-url" | "percent" };
	/** `code`: the system's, as Node names it. */
	"listen-failed": { host: string; port: number; code: string };
	// Standard input, and whoever is asked at the terminal.
	/** `limit`: bytes. */
	"input-too-large": { limit: number };
	/** The input ended. */
	"question-unanswered": None;
	"helper-failed": { program: string; because: HelperFault };
	/** It answers, and not with a credential. `provider`: its name; `key`: as in `auths`. */
	"provider-failed": { provider: string; key: string; fault: StoredFault };
	/** The built-in provider for Amazon's registries was asked for another one. */
	"ecr-registry": { key: string; is: "public" | "elsewhere" };
	"ecr-failed": { because: EcrFault };
	// What docker and podman keep. Keys and entries: as they stand there.
	"stores-missing": { paths: readonly string[] };
	"store-unreadable": { path: string; problem: FileFault };
	/** `by`: the program that answered it; undefined: it stands in the file. */
	"stored-unusable": {
		key: string;
		path: string;
		by: string | undefined;
		problem: StoredFault;
	};
	"stored-missing": {
		key: string;
		paths: readonly string[];
		because: Faults<{
			/** There are entries for paths of the registry alone. */
			narrower: { entries: readonly string[] };
			/** `paths` have an entry for it without a credential. */
			empty: None;
			/** `entries`: of other registries. */
			absent: { entries: readonly string[] };
		}>;
	};
}>;

interface AtPath {
	readonly verb: "read" | "write";
	readonly path: string;
}

/** Why a credential helper or provider gave no answer. */
export type HelperFault =
	| { readonly is: "not-installed" | "too-much" | "not-utf-8" }
	/** `limit`: milliseconds. */
	| { readonly is: "silent"; readonly limit: number }
	/** The system does not start it, in its words. */
	| { readonly is: "not-run"; readonly reason: string }
	| ProgramFault;

/** Why Amazon's service gave no answer. */
export type EcrFault = Faults<{
	"too-much": None;
	/** `limit`: milliseconds. */
	silent: { limit: number };
	/** `names`: what the certificate is for, as Node lists it; "" where that is not known. */
	certificate: { host: string; fault: CertificateFault; names: string };
	/** The SDK finds nothing to log in to Amazon with. */
	"no-access": None;
	/** What answers is not Amazon's service, as a proxy is. `status`: of HTTP. */
	"no-answer": { status: number };
	/** `words`: those of the service or of its SDK. */
	failed: { words: string };
}>;
