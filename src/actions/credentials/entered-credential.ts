import type { Credential } from "../../core/credentials/credential.ts";
import type { Note, StoredIn } from "../../core/note.ts";
import type { DryRun } from "../../core/output/result.ts";
import type { NewEntry } from "../../core/pull-secrets/edit-source.ts";
import type { Age } from "../../core/pull-secrets/expiry.ts";
import type { RegistryServer } from "../../core/registry/server.ts";

/** A registry and a credential for it, and whether the person was asked for any of it. */
export interface EnteredCredential extends Age {
	readonly server: RegistryServer;
	readonly credential: Credential;
	readonly asked: boolean;
	/** Whether the person was asked for the registry, and may have mistyped it. */
	readonly serverAsked?: boolean;
	readonly from?: StoredIn;
	/** The name of the provider that gave it. */
	readonly provider?: string;
	readonly warnings: readonly Note[];
}

/** What was entered as entries of a source. `expiresIn`: milliseconds; `now`: since 1970. */
export function newEntries(
	entered: readonly EnteredCredential[],
	{
		dryRun,
		expiresIn,
	}: { readonly dryRun: DryRun; readonly expiresIn: number | undefined },
	now: number,
): NewEntry[] {
	return entered.map((one) => {
		const { server, credential, provider } = one;
		const { issuedAt, lifetime } = ageOf(one, expiresIn, now);
		return {
			server,
			credential,
			// What is printed to be kept is the same for the same input.
			issuedAt: dryRun === "client" ? undefined : issuedAt,
			lifetime,
			provider,
		};
	});
}

/** Since when a credential is good, and for how long: what a person says of it, `expiresIn`, counts from `now`. */
export function ageOf(
	{ issuedAt, lifetime }: Age,
	expiresIn: number | undefined,
	now: number,
): { issuedAt: number; lifetime: number | undefined } {
	return expiresIn === undefined
		? { issuedAt: issuedAt ?? now, lifetime }
		: { issuedAt: now, lifetime: expiresIn };
}
