import { OperationError } from "../../errors.ts";
import type { Cases, Faults, None } from "../cases.ts";
import type { Credential } from "../credentials/credential.ts";
import type { CredentialFault } from "../output/credential-fault.ts";
import type { Fault } from "./fault.ts";
import type { LoginFault, TokenServerFault } from "./login-fault.ts";
import type { ImageInRegistry } from "./manifest.ts";

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

/** The image whose manifest a verification asks for. */
export interface ProbedImage extends ImageInRegistry {
	/** As the user wrote it, for messages. */
	readonly name: string;
}

/** What was found out; report/ words it. Texts are from outside, on one line and without the credential. */
export type Verification = Cases<
	"outcome",
	{
		/** `pullable`: it was also tried on this image, and serves. */
		good: { pullable?: string };
		rejected: {
			/** The registry's own words; "" where it had none. */
			words: string;
			/** 401, 403, or 400 where that is a word for a wrong password. */
			status: number;
			/** What may be wrong with the credential. */
			hint?: CredentialFault;
		};
		/** `image`: as the user wrote it. */
		"cannot-pull": { image: string; because: CannotPull };
		/** `pullable`: this image can be pulled, with any credential, or none. */
		unverifiable: { because: Unverifiable; pullable?: string };
		unreachable: { fault: Fault };
	}
>;

/** Why an image cannot be pulled with a credential. */
export type CannotPull = Faults<{
	absent: None;
	/** No right to it, or no such repository: `words` are the registry's own, "" where it had none; `status` is 401 or 403. */
	"no-permission": { words: string; status: number };
}>;

/** Why it cannot be told whether a credential is right. */
export type Unverifiable = Faults<{
	/** The registry asks for no credential. */
	open: None;
	/** It takes one that nobody has. */
	"accepts-any": None;
	/** The entry's key stands for several hosts, or for none. */
	"no-single-host": None;
	/** It is Docker Hub's, which kubelets try at hosts without a dot or a port as well. */
	"docker-hub": None;
	login: { fault: LoginFault };
	/** `scoped`: the token was asked for an image; without one, another answer may come with one. */
	"token-server": { fault: TokenServerFault; scoped: boolean };
}>;

/** The entry's key names no one host to ask. */
export const NO_SINGLE_HOST: Verification = {
	outcome: "unverifiable",
	because: { is: "no-single-host" },
};

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
