import { displayUser } from "../credentials/entry.ts";
import { displayHost } from "../registry/server.ts";
import { rememberedLately } from "../remembered.ts";
import { differingRegistries } from "./differences.ts";
import { expiriesOfKey, isoSeconds } from "./expiry.ts";
import { SOURCE_ANNOTATION } from "./ownership.ts";
import { authsIn, type Content, type PullSecret } from "./pull-secret.ts";
import { providersNoted } from "./renewal.ts";
import {
	type PullSecretStatus,
	type Surroundings,
	statusOf,
} from "./source.ts";

/** What `list` knows besides the pull secrets. */
export interface ListContext extends Surroundings {
	/** The kubeconfig context; "" in-cluster. */
	readonly context: string;
}

/** A pull secret as `list` shows it, and one item of `list -o json`. */
export interface ListItem {
	/** The kubeconfig context; "" in-cluster. */
	readonly context: string;
	readonly namespace: string;
	readonly name: string;
	/** `Deleted` only while watching; `Failed`: this cluster could not be listed. */
	readonly status: PullSecretStatus | "Deleted" | "Failed";
	readonly registries: readonly string[];
	/** One a registry; what looks like a token is masked. */
	readonly usernames: readonly string[];
	/** `NAMESPACE/NAME` for a copy, else "". */
	readonly source: string;
	/** When the first of its credentials does, RFC 3339; "" where that is not known. */
	readonly expires: string;
	/** RFC 3339. */
	readonly created: string;
	/** What a source's credentials come from, as its annotation says: names with commas between; else "". */
	readonly provider: string;
	/** Of a drifted copy, how it differs from its source: `ghcr.io missing`, `x.io extra`, `r.io password`. */
	readonly differs: readonly string[];
	/** Why a cluster could not be listed. */
	readonly message?: string;
}

/** A pull secret as it is shown. */
export function listItem(key: PullSecret, known: ListContext): ListItem {
	const status = statusOf(key, known);
	const [first] = expiriesOfKey(key, known.sources);
	return {
		context: known.context,
		namespace: key.namespace,
		name: key.name,
		status,
		// Whoever wrote it decides how many there are: they are worked out when it is its turn to be shown.
		get registries() {
			return registriesAndUsers(key.content).registries;
		},
		get usernames() {
			return registriesAndUsers(key.content).usernames;
		},
		source: key.annotations[SOURCE_ANNOTATION] ?? "",
		expires: first ? isoSeconds(first.at) : "",
		created: key.created,
		provider: [...new Set(providersNoted(key).values())].join(","),
		get differs() {
			return copyDifferences(key, status, known);
		},
	};
}

/** How a copy of this status differs from its source, a registry each; none where it does not, or that is not known. */
export function copyDifferences(
	key: PullSecret,
	status: PullSecretStatus,
	{ sources }: Pick<Surroundings, "sources">,
): string[] {
	if (status !== "Drifted") return [];
	const source = sources.get(key.annotations[SOURCE_ANNOTATION] ?? "");
	if (typeof source !== "object") return [];
	return differingRegistries(key.content, source.content);
}

/** Registries of contents that are kept as they are shown. */
const MOST_SHOWN = 20_000;

/** Worked out once for all pull secrets of the same content. */
const registriesAndUsers = rememberedLately(
	MOST_SHOWN,
	({ registries }) => 1 + registries.length,
	(content: Content) => {
		const auths = authsIn(content);
		return {
			registries: [...auths.keys()].map(displayHost),
			usernames: [...auths.values()].map(displayUser),
		};
	},
);
