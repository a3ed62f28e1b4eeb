import { OperationError } from "../../errors.ts";
import type { Credential } from "../credentials/credential.ts";
import type { Fault } from "./fault.ts";

/** What is to be found out about a credential. */
export interface Probe {
	/** The key in `auths`: `host[:port]`, or Docker Hub's. */
	readonly key: string;
	readonly credential: Credential;
	/** Also try to pull this image's manifest; it must be one of this registry's. */
	readonly image?: ProbedImage;
	/** The user allowed plain http and unverified certificates. */
	readonly insecure: boolean;
}

export interface ProbedImage {
	/** As the user wrote it, for messages. */
	readonly name: string;
	/** The path below the host: `library/nats`. */
	readonly repository: string;
	/** A tag, or a digest with its algorithm. */
	readonly reference: string;
}

/** What was found out. Texts are one clause, without the credential. */
export type Verification =
	| {
			readonly outcome: "good";
			/** It was also tried on the image, and serves. */
			readonly pullable?: string;
	  }
	| {
			readonly outcome: "rejected";
			/** The registry's own words; "" where it had none. */
			readonly words: string;
			/** 401 or 403. */
			readonly status: number;
			/** What may be wrong with the password: a clause that quotes nothing. */
			readonly hint?: string;
	  }
	| { readonly outcome: "cannot-pull"; readonly because: string }
	| {
			readonly outcome: "unverifiable";
			readonly because: string;
			/** The image can be pulled: with any credential, or none. */
			readonly pullable?: string;
	  }
	| { readonly outcome: "unreachable"; readonly fault: Fault };

/** May a credential of which this is known be written? */
export function mayBeWritten(verification: Verification): boolean {
	return (
		verification.outcome === "good" || verification.outcome === "unverifiable"
	);
}

/** A credential that may not be written, for the entry that has this key. */
export interface RefusedCredential {
	readonly key: string;
	readonly verification: Verification;
}

/** Ends a command before anything is written; report/ words it. */
export class UnverifiedError extends OperationError {
	override readonly name = "UnverifiedError";
	/** `wanted`: the command line asks for the check, which is else made by itself. */
	constructor(
		readonly refused: RefusedCredential,
		readonly wanted: boolean,
	) {
		super("credential-unverified");
	}
}
