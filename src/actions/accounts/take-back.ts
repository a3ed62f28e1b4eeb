import {
	ATTACHED_SELECTOR,
	attachedKeys,
	planDetachAll,
} from "../../core/accounts/attachment.ts";
import type { AccountNote } from "../../core/note.ts";
import type { ServiceAccount } from "../../core/objects.ts";
import { failureOf } from "../../core/output/failure.ts";
import { type ChangeResult, resultOf } from "../../core/output/result.ts";
import {
	ApiError,
	isForbidden,
	unlessFailed,
	unlessNotFound,
} from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import { inParallel } from "../in-parallel.ts";
import {
	inEach,
	readEach,
	type Scope,
	scopesOf,
} from "../read/read-namespaces.ts";
import { type EditOptions, editAccounts } from "./edit-accounts.ts";
import { listAccounts, targetOf } from "./find-accounts.ts";

type TakeBackOptions = Omit<EditOptions, "plan" | "awaitDefault">;

type Unread = Omit<AccountNote & { cause: "accounts-kept" }, "cause">;

/** Whether an entry of a name is to go from the accounts of a namespace. */
type IsMeant = (namespace: string, key: string) => boolean;

/**
 * The service accounts that attach changed, as they were listed: everywhere, or in each of `namespaces`; who may not
 * list them everywhere has those of the `known` ones. Throws only what makes the rest pointless.
 */
export async function attachedAccounts(
	cluster: Cluster,
	namespaces: readonly string[],
	known: readonly string[],
): Promise<{
	readonly accounts: readonly ServiceAccount[];
	readonly unread?: Unread;
}> {
	const listIn = (scopes: readonly Scope[]) =>
		readEach(scopes, (scope) =>
			listAccounts(cluster, { ...scope, labelSelector: ATTACHED_SELECTOR }),
		);
	const { items: accounts, refused } = await listIn(scopesOf(namespaces));
	const [error] = refused.values();
	if (refused.size === 0) return { accounts };
	if (namespaces.length === 0) {
		if (!isForbidden(error)) return { accounts, unread: { error } };
		const { items, refused } = await listIn(inEach(known));
		const outside = known.filter((name) => !refused.has(name));
		return {
			accounts: items,
			unread: { error, ...(outside.length > 0 && { outside }) },
		};
	}
	const isAll = refused.size === namespaces.length;
	return {
		accounts,
		unread: { error, ...(!isAll && { in: [...refused.keys()] }) },
	};
}

/** Those of which something is meant. */
export function meantAccounts(
	accounts: readonly ServiceAccount[],
	isMeant: IsMeant,
): ServiceAccount[] {
	return accounts.filter((account) =>
		attachedKeys(account).some((key) =>
			isMeant(account.metadata.namespace ?? "", key),
		),
	);
}

/** Takes what is meant, of what attach added, out of accounts; one that may not or cannot be changed is skipped. */
export async function takeBack(
	accounts: readonly ServiceAccount[],
	isMeant: IsMeant,
	{ onResult, ...how }: TakeBackOptions,
): Promise<void> {
	const targets = meantAccounts(accounts, isMeant).map(targetOf);
	await editAccounts(targets, {
		...how,
		plan: (account) =>
			planDetachAll(account, (key) =>
				isMeant(account.metadata.namespace ?? "", key),
			),
		awaitDefault: false,
		onResult: (result, preview) => {
			const cause = result.why?.cause;
			// What was deleted meanwhile has nothing to give back.
			if (cause === "not-found" || cause === "namespace-missing") return;
			const isKept = cause === "forbidden" || cause === "changed-meanwhile";
			onResult(isKept ? { ...result, action: "skipped" } : result, preview);
		},
	});
}

/**
 * Takes the deleted pull secrets among `results` out of the service accounts beside them that attach added them to.
 * Returns what could not be looked at: a kubelet passes over a name without a Secret.
 */
export async function takeBackAttached(
	results: readonly ChangeResult[],
	how: TakeBackOptions,
): Promise<Unread | undefined> {
	const deleted = results.filter(({ action }) => action === "deleted");
	const gone = new Set(
		deleted.map(({ namespace, name }) => `${namespace}/${name}`),
	);
	if (gone.size === 0) return undefined;
	const namespaces = [...new Set(deleted.map(({ namespace }) => namespace))];
	const { accounts, unread } = await attachedAccounts(
		how.cluster,
		namespaces.length === 1 ? namespaces : [],
		namespaces,
	);
	await takeBack(
		accounts,
		(namespace, key) => gone.has(`${namespace}/${key}`),
		how,
	);
	return unread?.outside?.length === namespaces.length ? undefined : unread;
}

/** The same of a pull secret outside the `kept` namespaces, also where its Secret was gone before. Returns the same. */
export async function takeBackOutside(
	kept: ReadonlySet<string>,
	name: string,
	results: readonly ChangeResult[],
	how: TakeBackOptions,
): Promise<Unread | undefined> {
	const { cluster } = how;
	const deleted = results.flatMap(({ action, namespace }) =>
		action === "deleted" ? namespace : [],
	);
	const { accounts, unread } = await attachedAccounts(cluster, [], deleted);
	const outside = meantAccounts(
		accounts,
		(namespace, key) => key === name && !kept.has(namespace),
	);
	const gone = new Set(deleted);
	const places = new Set(
		outside.map(({ metadata: { namespace = "" } }) => namespace),
	).difference(gone);
	await inParallel([...places], async (namespace) => {
		const reading = cluster.read("Secret", { namespace, name });
		const there = unlessNotFound(reading).then((found) => found ?? "gone");
		if ((await unlessFailed(there)) === "gone") gone.add(namespace);
	});
	await takeBack(
		outside,
		(namespace, key) => key === name && gone.has(namespace),
		how,
	);
	const isNoLoss = deleted.length === (unread?.outside?.length ?? 0);
	return isForbidden(unread?.error) && isNoLoss ? undefined : unread;
}

/** The result of what could not be read or taken back, which a warning tells of; none where this user may not. */
export function failedToTakeBack(
	error: unknown,
	cluster: Pick<Cluster, "context">,
): ChangeResult[] {
	if (!(error instanceof ApiError) || isForbidden(error)) return [];
	return [resultOf(cluster, "", {}, "failed", failureOf(error))];
}
