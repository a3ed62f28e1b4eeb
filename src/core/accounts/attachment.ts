import { partition } from "../groups.ts";
import type { MergePatch, ServiceAccount } from "../objects.ts";
import { onlyFields } from "../own-value.ts";
import type { Difference } from "../pull-secrets/differences.ts";
import {
	ATTACHED_ANNOTATION,
	ATTACHED_LABEL,
} from "../pull-secrets/ownership.ts";

/** The service accounts that attach changed, and no others. */
export const ATTACHED_SELECTOR = `${ATTACHED_LABEL}=true`;

/** What to do about one service account; nothing where there is no patch. */
export interface AccountPlan {
	/** The list is one value to the API server, whoever has edited it: the version that was read is what keeps theirs. */
	readonly patch?: MergePatch;
	/** Why nothing is done, where that needs saying. */
	readonly note?: "not-added-by-us";
}

/** Adds a key to the account's pull Secrets, once, and remembers that it did. */
export function planAttach(account: ServiceAccount, key: string): AccountPlan {
	const { imagePullSecrets: secrets = [] } = account;
	if (secrets.some(({ name }) => name === key)) return {};
	const added = attachedKeys(account);
	return {
		patch: {
			...remember(account, added.includes(key) ? added : [...added, key]),
			imagePullSecrets: [...secrets, { name: key }],
		},
	};
}

/** The account as a plan leaves it. */
export function accountAfter(
	account: ServiceAccount,
	{ patch }: AccountPlan,
): ServiceAccount {
	if (patch === undefined) return account;
	const { labels, annotations } = patch.metadata;
	const { imagePullSecrets: list = account.imagePullSecrets ?? null } = patch;
	const { imagePullSecrets: _, metadata, ...rest } = account;
	return {
		...rest,
		metadata: {
			...metadata,
			labels: entriesAfter(metadata.labels, labels),
			annotations: entriesAfter(metadata.annotations, annotations),
		},
		...(list && { imagePullSecrets: [...list] }),
	};
}

function entriesAfter(
	before: Readonly<Record<string, string>> = {},
	changed: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
	return Object.fromEntries(
		Object.entries({ ...before, ...changed }).flatMap(([key, value]) =>
			value === null ? [] : [[key, value]],
		),
	);
}

/** An account, as it is planned, with what another plan for it adds to its pull secrets. */
export function alsoAttached(
	planned: ServiceAccount,
	account: ServiceAccount,
	plan: AccountPlan,
): ServiceAccount {
	return accountDifferences(account, accountAfter(account, plan))
		.flatMap((one) =>
			one.of === "imagePullSecret" && one.is === "added" ? one.name : [],
		)
		.reduce((now, name) => accountAfter(now, planAttach(now, name)), planned);
}

/** How an account's pull secrets would differ. */
export function accountDifferences(
	before: ServiceAccount,
	after: ServiceAccount,
): Difference[] {
	const namesIn = ({ imagePullSecrets = [] }: ServiceAccount) =>
		new Set(imagePullSecrets.map(({ name = "" }) => name));
	const was = namesIn(before);
	const willBe = namesIn(after);
	const some = (is: "added" | "removed", names: ReadonlySet<string>) =>
		[...names].map((name) => ({ of: "imagePullSecret", is, name }) as const);
	return [
		...some("removed", was.difference(willBe)),
		...some("added", willBe.difference(was)),
	];
}

/**
 * What is to be committed of an account: all of its list, which is replaced as a whole by whoever
 * applies it on the server, and what attach remembers on it.
 */
export function accountManifest({
	metadata,
	imagePullSecrets = [],
}: ServiceAccount): ServiceAccount {
	const label = metadata.labels?.[ATTACHED_LABEL];
	const names = metadata.annotations?.[ATTACHED_ANNOTATION];
	return {
		apiVersion: "v1",
		kind: "ServiceAccount",
		metadata: {
			...onlyFields(metadata, ["name", "namespace"]),
			...(label !== undefined && { labels: { [ATTACHED_LABEL]: label } }),
			...(names !== undefined && {
				annotations: { [ATTACHED_ANNOTATION]: names },
			}),
		},
		imagePullSecrets,
	};
}

/** Takes back what planAttach added; an entry that somebody else made stays. */
export function planDetach(account: ServiceAccount, key: string): AccountPlan {
	const plan = planDetachAll(account, (name) => name === key);
	const isNamed = account.imagePullSecrets?.some(({ name }) => name === key);
	return plan.patch === undefined && isNamed
		? { note: "not-added-by-us" }
		: plan;
}

/** The same for every key that planAttach added, or for those that are meant. */
export function planDetachAll(
	account: ServiceAccount,
	isMeant: (key: string) => boolean = () => true,
): AccountPlan {
	const [keys, others] = partition(attachedKeys(account), isMeant);
	if (keys.length === 0) return {};
	const secrets = account.imagePullSecrets ?? [];
	// Of several entries of one name, the last: what is added is added at the end.
	const places = new Map(secrets.map(({ name }, index) => [name, index]));
	const at = new Set(keys.flatMap((key) => places.get(key) ?? []));
	const left = secrets.filter((_, index) => !at.has(index));
	return {
		patch: {
			...remember(account, others),
			...(at.size > 0 && {
				imagePullSecrets: left.length === 0 ? null : left,
			}),
		},
	};
}

/** Of more names nobody has any use, and each is looked for several times. */
const MOST_ATTACHED = 1_000;

/**
 * The keys that attach added to an account and that were not taken back, each once, whoever wrote it twice. Of more
 * than a thousand the last: what is added is added at the end.
 */
export function attachedKeys(account: ServiceAccount): string[] {
	const names = account.metadata.annotations?.[ATTACHED_ANNOTATION] ?? "";
	const keys = new Set<string>();
	let end = names.length;
	while (end > 0 && keys.size < MOST_ATTACHED) {
		const comma = names.lastIndexOf(",", end - 1);
		keys.add(names.slice(comma + 1, end));
		end = comma;
	}
	keys.delete("");
	return [...keys].reverse();
}

/** The label and the annotation for these keys; both go with the last key. */
function remember(
	{ metadata }: ServiceAccount,
	keys: readonly string[],
): MergePatch {
	const { resourceVersion = "", labels, annotations } = metadata;
	return {
		metadata: {
			resourceVersion,
			labels: entry(labels, ATTACHED_LABEL, keys.length > 0 ? "true" : ""),
			annotations: entry(annotations, ATTACHED_ANNOTATION, keys.join(",")),
		},
	};
}

/** Sets an entry of labels or annotations; "" takes away one that is there: API servers have kept null as "" where none was. */
function entry(
	current: Readonly<Record<string, string>> | undefined,
	key: string,
	value: string,
): Record<string, string | null> {
	if (value !== "") return { [key]: value };
	return current?.[key] === undefined ? {} : { [key]: null };
}
