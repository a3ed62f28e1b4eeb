import type { CertificateFault } from "../certificate-fault.ts";
import type { ProviderFault, StoredFault } from "./credential-fault.ts";
import type { CredentialFileFault } from "./file-fault.ts";

/**
 * What the machine, or a program or service that is asked, does not give; report/ words it. What these said
 * themselves is text on one line. No field holds a password, a token or a part of one.
 */
export type OutsideFailure =
	| FileFailure
	| SettingFailure
	| TerminalFailure
	| ProgramFailure
	| StoreFailure;

/** A file, or another thing at a path, that is to be read or written. */
export type FileFailure =
	/** `limit`: bytes. */
	| {
			readonly cause: "file-too-large";
			readonly path: string;
			readonly limit: number;
	  }
	/** Its owner would read what is written, or chooses what a link replaces. */
	| {
			readonly cause: "file-of-another-user";
			readonly path: string;
			readonly is: "target" | "link";
	  }
	| {
			readonly cause: "not-a-file";
			readonly verb: "read" | "write";
			readonly path: string;
			readonly is: "directory" | "other";
	  }
	/** The system refuses it. `reason`: in its words; undefined: what was given is no path at all. */
	| {
			readonly cause: "file-failed";
			readonly verb: "read" | "write";
			readonly path: string;
			readonly reason: string | undefined;
	  };

/** A setting for connections, or an address to listen at. */
export type SettingFailure =
	/** What --registry-ca names: no PEM certificate in it, or one that cannot be read. */
	| {
			readonly cause: "ca-invalid";
			readonly is: "absent" | "unreadable";
	  }
	/** `from`: the variable or the kubeconfig's field. What it holds is not told: it may be a password. */
	| { readonly cause: "proxy-invalid"; readonly from: string }
	/** `code`: the system's, as Node names it. */
	| {
			readonly cause: "listen-failed";
			readonly host: string;
			readonly port: number;
			readonly code: string;
	  };

/** Standard input, and whoever is asked at the terminal. */
export type TerminalFailure =
	/** `limit`: bytes. */
	| { readonly cause: "input-too-large"; readonly limit: number }
	/** The input ended. */
	| { readonly cause: "question-unanswered" };

/** A program or service that gives credentials. */
export type ProgramFailure =
	| {
			readonly cause: "helper-failed";
			readonly program: string;
			readonly because: HelperFault;
	  }
	/** It answers, and not with a credential. `provider`: its name; `key`: as in `auths`. */
	| {
			readonly cause: "provider-failed";
			readonly provider: string;
			readonly key: string;
			readonly fault: ProviderFault;
	  }
	/** The built-in provider for Amazon's registries was asked for another one. */
	| {
			readonly cause: "ecr-registry";
			readonly key: string;
			readonly is: "public" | "elsewhere";
	  }
	| {
			readonly cause: "ecr-failed";
			readonly because: EcrFault;
	  };

/** Why a credential helper or provider gave no answer. */
export type HelperFault =
	| { readonly is: "not-installed" | "too-much" | "not-utf-8" }
	/** `limit`: milliseconds. */
	| { readonly is: "silent"; readonly limit: number }
	/** The system does not start it, in its words. */
	| { readonly is: "not-run"; readonly reason: string }
	/** `words`: its own; "" where it had none. */
	| {
			readonly is: "failed";
			readonly words: string;
			readonly status: number;
	  };

/** Why Amazon's service gave no answer. */
export type EcrFault =
	| { readonly is: "too-much" }
	/** `limit`: milliseconds. */
	| { readonly is: "silent"; readonly limit: number }
	/** `names`: what the certificate is for, as Node lists it; "" where that is not known. */
	| {
			readonly is: "certificate";
			readonly host: string;
			readonly fault: CertificateFault;
			readonly names: string;
	  }
	/** `words`: those of the service or of its SDK. */
	| { readonly is: "failed"; readonly words: string };

/** What docker and podman keep. Keys and entries: as they stand there. */
export type StoreFailure =
	/** There is none of these files. */
	| {
			readonly cause: "stores-missing";
			readonly paths: readonly string[];
	  }
	| {
			readonly cause: "store-unreadable";
			readonly path: string;
			readonly problem: CredentialFileFault;
	  }
	| {
			readonly cause: "stored-unusable";
			readonly key: string;
			readonly path: string;
			/** The program that answered it; undefined: it stands in the file. */
			readonly by: string | undefined;
			readonly problem: StoredFault;
	  }
	| {
			readonly cause: "stored-missing";
			readonly key: string;
			/** Where it was looked for. */
			readonly paths: readonly string[];
			readonly because: /** There are entries for paths of the registry alone. */
				| { readonly is: "narrower"; readonly entries: readonly string[] }
				/** `paths` have an entry for it without a credential. */
				| { readonly is: "empty" }
				/** `entries`: of other registries. */
				| { readonly is: "absent"; readonly entries: readonly string[] };
	  };
