import type { AccountChange } from "../../actions/accounts/account-record.ts";
import { inParallel } from "../../actions/in-parallel.ts";
import { readNamespaces } from "../../actions/read/read-namespaces.ts";
import { warn } from "../../actions/tell.ts";
import type { Action, ChangeResult } from "../../core/output/result.ts";
import { sequence } from "../../core/output/shell.ts";
import { contentFault } from "../../core/pull-secrets/content-fault.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { closedBy } from "../../core/pull-secrets/namespace-facts.ts";
import { PULL_SECRET_TYPE } from "../../core/pull-secrets/ownership.ts";
import { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import { ApiError, unlessFailed } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";

/** Up to so many namespaces are asked one by one, as a Role there allows; beyond, nothing is said. */
const ASKED = 20;

/** After these an account names the pull secret. */
const NAMES_IT: ReadonlySet<Action> = new Set(["configured", "unchanged"]);

/**
 * Says where accounts name a pull secret, since now or before, that is not in their namespace: kubelets
 * skip such a name, so a mistyped one would only be noticed when a pod cannot pull. Or that is malformed
 * there, which fails their every pull. Where Secrets may not be read, it says nothing.
 */
export async function warnOfMissingKey(
	cluster: Cluster,
	results: readonly ChangeResult[],
	name: string,
	{ source: choice }: Pick<AccountChange, "source">,
	world: Pick<World, "emit">,
): Promise<void> {
	const namespaces = [
		...new Set(
			results
				.filter(({ kind }) => kind === "ServiceAccount")
				.filter(({ action }) => NAMES_IT.has(action))
				.map(({ namespace }) => namespace),
		),
	];
	if (namespaces.length > ASKED) return;
	const reader = new ContentReader();
	const lookFor = async (namespace: string) => {
		try {
			const secret = await cluster.read("Secret", { namespace, name });
			const { type, content } = reader.toPullSecret(secret);
			return type === PULL_SECRET_TYPE &&
				contentFault(content)?.kind === "malformed"
				? "malformed"
				: "there";
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			if (error.status === 404) return "missing";
			return error.status === 403 ? "unread" : "there";
		}
	};
	const looks = await inParallel(namespaces.sort(), lookFor);
	const those = (look: (typeof looks)[number]) =>
		namespaces.filter((_, at) => looks[at] === look);
	const malformed = those("malformed");
	if (malformed.length > 0)
		warn(world, { cause: "attached-malformed", name, namespaces: malformed });
	const missing = those("missing");
	if (missing.length === 0) return;
	const source = choice.namespace ?? cluster.namespace;
	// Without a source there is nothing that sync could copy.
	const found = await lookFor(source);
	const exists = found !== "missing";
	const fixes = new Fixes({ namespace: source, name, exists });
	const elsewhere = missing.filter((namespace) => namespace !== source);
	const known = await unlessFailed(readNamespaces(cluster, elsewhere));
	const closed = (namespace: string) => {
		const there = known?.get(namespace);
		return typeof there === "object" ? closedBy(there) : undefined;
	};
	const {
		skipped = [],
		terminating = [],
		open = [],
	} = Object.groupBy(elsewhere, (namespace) => closed(namespace) ?? "open");
	warn(world, {
		cause: "secret-missing",
		name,
		namespaces: missing,
		skipped,
		terminating,
		byAnother: found === "unread",
		...(!exists && {
			source,
		}),
		script: sequence([
			...(exists ? [] : [fixes.createSource()]),
			...(open.length > 0 ? [fixes.sync(open)] : []),
		]),
	});
}
