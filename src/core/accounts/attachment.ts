import { partition } from "../groups.ts";
import {
	type JsonPatchOperation,
	pathOf,
	type ServiceAccount,
} from "../objects.ts";
import { onlyFields } from "../own-value.ts";
import type { Difference } from "../pull-secrets/differences.ts";
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

/** The account as a plan leaves it. */
export function accountAfter(
	account: ServiceAccount,
	{ operations }: AccountPlan,
): ServiceAccount {
	const after = structuredClone(account);
	for (const operation of operations) {
		if (operation.op === "test") continue;
		const path = pathOf(operation);
		const last = path.pop() ?? "";
		const parent = path.reduce<object>(
			(at, part) => Reflect.get(at, part),
			after,
		);
		if (operation.op === "remove") Reflect.deleteProperty(parent, last);
		else if (Array.isArray(parent)) parent.push(operation.value);
		else Reflect.set(parent, last, operation.value);
	}
	return after;
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
	return plan.operations.length === 0 && isNamed
		? { operations: [], note: "not-added-by-us" }
		: plan;
}

/** The same for every key that planAttach added, or for those that are meant. */
export function planDetachAll(
	account: ServiceAccount,
	isMeant: (key: string) => boolean = () => true,
): AccountPlan {
	const [keys, others] = partition(attachedKeys(account), isMeant);
	if (keys.length === 0) return { operations: [] };
	const secrets = account.imagePullSecrets ?? [];
	// Of several entries of one name, the last: what is added is added at the end.
	const places = new Map(secrets.map(({ name }, index) => [name, index]));
	const at = new Set(keys.flatMap((key) => places.get(key) ?? []));
	const left = secrets.filter((_, index) => !at.has(index));
	const path = "/imagePullSecrets";
	// One operation for all: how many entries there are others decide, and of operations API servers take 10,000.
	const entries: JsonPatchOperation[] =
		at.size === 0
			? []
			: left.length === 0
				? [{ op: "remove", path }]
				: [{ op: "replace", path, value: left }];
	return {
		operations: [
			...unchangedSince(account),
			...entries,
			...remember(account, others),
		],
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

function unchangedSince({ metadata }: ServiceAccount): JsonPatchOperation[] {
	return (["uid", "resourceVersion"] as const).map((field) => ({
		op: "test",
		path: `/metadata/${field}`,
		value: metadata[field],
	}));
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
