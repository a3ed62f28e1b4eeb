import type { Credential } from "../../core/credentials/credential.ts";
import type { Note, StoredIn } from "../../core/note.ts";
import type { RegistryServer } from "../../core/registry/server.ts";

/** A registry and a credential for it, and whether the person was asked for any of it. */
export interface EnteredCredential {
	readonly server: RegistryServer;
	readonly credential: Credential;
	readonly asked: boolean;
	/** Whether the person was asked for the registry, and may have mistyped it. */
	readonly serverAsked?: boolean;
	/** Where it was taken from. */
	readonly from?: StoredIn;
	/** The name of the provider that gave it. */
	readonly provider?: string;
	readonly warnings: readonly Note[];
}
