import type { Credential } from "./credential.ts";
import { authFields } from "./docker-config.ts";
import {
	ISSUED_AT_ANNOTATION,
	type OwnerLabel,
	SERVERS_ANNOTATION,
} from "./ownership.ts";
import { contentOfAuths, type DesiredKey, ownLabels } from "./registry-key.ts";
import type { RegistryServer } from "./registry-server.ts";

/** A registry, its credential, and when that was entered (milliseconds since 1970). */
export interface NewEntry {
	readonly server: RegistryServer;
	readonly credential: Credential;
	readonly issuedAt: number;
}

/** The source that holds these registries. */
export function newSource(
	place: { readonly namespace: string; readonly name: string },
	entries: readonly NewEntry[],
	owner: OwnerLabel,
): DesiredKey {
	const byHost = (value: (entry: NewEntry) => string): string =>
		JSON.stringify(
			Object.fromEntries(
				entries.map((entry) => [entry.server.key, value(entry)]),
			),
		);
	return {
		...place,
		labels: ownLabels(owner),
		annotations: {
			[SERVERS_ANNOTATION]: byHost((entry) => entry.server.given),
			[ISSUED_AT_ANNOTATION]: byHost((entry) =>
				new Date(entry.issuedAt).toISOString(),
			),
		},
		content: contentOfAuths(
			entries.map((entry) => [entry.server.key, authFields(entry.credential)]),
		),
	};
}
