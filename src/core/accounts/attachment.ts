import type { JsonPatchOperation, ServiceAccount } from "../objects.ts";
import {
	ATTACHED_ANNOTATION,
	ATTACHED_LABEL,
} from "../pull-secrets/ownership.ts";

/** The service accounts that attach changed, and no others. */
export const ATTACHED_SELECTOR = `${ATTACHED_LABEL}=true`;

/** What to do about one service account; nothing where `operations` is empty. */
export interface AccountPlan {
	/**
	 * A JSON Patch that fails (422) where the account changed since it was read:
	 * every other kind of patch would replace a list that somebody else has edited.
	 */
	readonly operations: readonly JsonPatchOperation[];
	/** Why nothing is done, where that needs saying. */
	readonly note?: "not-added-by-us";
}

/** Adds a key to the account's pull Secrets, once, and remembers that it did. */
export function planAttach(account: ServiceAccount, key: string): AccountPlan {
	const secrets = account.imagePullSecrets;
	if (secrets?.some(({ name }) => name === key)) return { operations: [] };
	const added = attachedKeys(account);
	return {
		operations: [
			...unchangedSince(account),
			secrets === undefined
				? { op: "add", path: "/imagePullSecrets", value: [{ name: key }] }
				: { op: "add", path: "/imagePullSecrets/-", value: { name: key } },
			...remember(account, added.includes(key) ? added : [...added, key]),
		],
	};
}

/** Takes back what planAttach added; an entry that somebody else made stays. */
export function planDetach(account: ServiceAccount, key: string): AccountPlan {
	const secrets = account.imagePullSecrets ?? [];
	const at = secrets.findLastIndex(({ name }) => name === key);
	const added = attachedKeys(account);
	if (!added.includes(key))
		return at < 0
			? { operations: [] }
			: { operations: [], note: "not-added-by-us" };
	const entry: JsonPatchOperation[] =
		at < 0
			? []
			: secrets.length === 1
				? [{ op: "remove", path: "/imagePullSecrets" }]
				: [{ op: "remove", path: `/imagePullSecrets/${at}` }];
	return {
		operations: [
			...unchangedSince(account),
			...entry,
			...remember(
				account,
				added.filter((name) => name !== key),
			),
		],
	};
}

/** The keys that attach added to an account and that were not taken back. */
export function attachedKeys(account: ServiceAccount): string[] {
	const names = account.metadata.annotations?.[ATTACHED_ANNOTATION] ?? "";
	return names.split(",").filter((name) => name !== "");
}

function unchangedSince({ metadata }: ServiceAccount): JsonPatchOperation[] {
	return [
		{ op: "test", path: "/metadata/uid", value: metadata.uid },
		{
			op: "test",
			path: "/metadata/resourceVersion",
			value: metadata.resourceVersion,
		},
	];
}

/** The label and the annotation for these keys; both go with the last key. */
function remember(
	{ metadata }: ServiceAccount,
	keys: readonly string[],
): JsonPatchOperation[] {
	const some = keys.length > 0;
	return [
		...entry("labels", metadata.labels, ATTACHED_LABEL, some ? "true" : ""),
		...entry(
			"annotations",
			metadata.annotations,
			ATTACHED_ANNOTATION,
			keys.join(","),
		),
	];
}

/** Sets an entry of labels or annotations; "" removes it. */
function entry(
	map: "labels" | "annotations",
	current: Readonly<Record<string, string>> | undefined,
	key: string,
	value: string,
): JsonPatchOperation[] {
	const path = `/metadata/${map}`;
	const member = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
	if (value === "")
		return current?.[key] === undefined ? [] : [{ op: "remove", path: member }];
	if (current?.[key] === value) return [];
	return current === undefined
		? [{ op: "add", path, value: { [key]: value } }]
		: [{ op: "add", path: member, value }];
}
