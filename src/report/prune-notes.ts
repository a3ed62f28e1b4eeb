import type { Loss, LossVerb, PruneNote } from "../core/note.ts";
import { andCopies, counted } from "../core/output/counted.ts";
import { someLines, someOf } from "../core/output/some-of.ts";
import { sourceRef } from "../core/pull-secrets/pull-secret.ts";
import { selectionWords } from "./differences.ts";
import { DRY_RUN_SUFFIX, type Wording } from "./wording.ts";

/** How many objects a question names before it only counts them. */
const NAMED = 20;

/** Of so many the first may have left the window by the question. */
const READ_AT_ONCE = 8;

/** About what is deleted, and what stays. */
export const PRUNE_WORDS: Wording<PruneNote> = {
	"nothing-pruned": ({ missing }) =>
		`--prune deletes nothing, and the record is unchanged: ${someOf(missing)} ${missing.length === 1 ? "does" : "do"} not exist`,
	// As kubectl asks before a deletion; in the wrong cluster nobody wants to continue.
	"deletion-asked": ({
		context,
		losses,
		forgets,
		accounts,
		accountsIn,
		byPolicy,
		credential,
	}) => {
		const verbs = [...new Set(losses.map(({ verb }) => verb))];
		const where = context === "" ? "" : ` in context ${context}`;
		const others = [
			...forgets.map(
				({ source, selections }) =>
					`take ${selections.map(selectionWords).join(", ")} out of the record of ${sourceRef(source)}`,
			),
			accounts > 0 &&
				`take back what attach added to ${counted(accounts, "service account")} in ${someOf(accountsIn)}`,
			byPolicy.length > 0 &&
				`delete the admission policies of ${someOf(byPolicy.map(sourceRef))}`,
			credential &&
				`${credential.verb.toLowerCase()} the credential for ${credential.hosts.join(", ")} in secret/${credential.source.name} in ${credential.source.namespace} namespace${andCopies(credential.copies)}`,
		].filter((part) => typeof part === "string");
		if (losses.length === 0)
			return { message: `You are about to do this${where}:`, more: others };
		const count = `${losses.length} resource(s)${where}`;
		const named = losses.map((loss) => lossWords(loss, verbs));
		return {
			message: `You are about to ${verbs.join(", or ")} the following ${count}:`,
			more: [
				...someLines(named, NAMED),
				...others.map((other) => `and ${other}`),
				...(losses.length > READ_AT_ONCE
					? [`in all ${count}${sourcesWords(losses)}`]
					: []),
			],
		};
	},
	"attached-kept": ({ name, namespaces }) =>
		`service accounts in ${someOf(namespaces)} keep what attach added: secret "${name}" is still there`,
	"left-alone": ({ name, namespaces }) =>
		`secret "${name}" in ${someOf(namespaces)} is not managed by meshreg and was left alone`,
	"taken-back": ({ accounts, policies, dryRun }) => {
		const parts = [
			ifAny(accounts, "service account"),
			ifAny(policies, "admission policy", "admission policies"),
		].filter((part) => part !== undefined);
		return `taken back: ${parts.join(", ")}${DRY_RUN_SUFFIX[dryRun]}`;
	},
	"still-managed": ({ secrets, watches, policies }) => {
		const others = ifAny(secrets, "other pull secret");
		const left = [
			others && `${others} (see prune --all)`,
			...someLines(
				watches.map((source) => `the watch of ${source} (see uninstall)`),
			),
			policies.length > 0 &&
				`admission policies of ${someOf(policies)} (see detach --by-policy)`,
		].filter((part) => typeof part === "string");
		return `still managed by meshreg: ${left.join(", ")}`;
	},
};

/** How many are sources, which the list has first. */
function sourcesWords(losses: readonly Loss[]): string {
	const sources = losses.filter(({ isSource }) => isSource).length;
	return sources === 0
		? ""
		: `, ${counted(sources, "source")} among them: the credential is stored nowhere else`;
}

function lossWords(
	{ verb, kind, name, namespace, isSource, registries = [], users }: Loss,
	verbs: readonly LossVerb[],
): string {
	return [
		`${kind.toLowerCase()}/${name}`,
		namespace === undefined ? "" : ` in ${namespace} namespace`,
		isSource ? " (a source: the credential is stored nowhere else)" : "",
		registries.length === 0 ? "" : ` (removes ${someOf(registries)})`,
		users === undefined ? "" : usersWords(users),
		verbs.length > 1 ? `: ${verb}` : "",
	].join("");
}

function usersWords(users: Exclude<Loss["users"], undefined>): string {
	if (users === "hidden")
		return " (usage unknown: not allowed to list pods or service accounts)";
	const parts = [
		ifAny(users.pods, "pod"),
		ifAny(users.accounts, "service account"),
	].filter((part) => part !== undefined);
	return parts.length === 0 ? "" : ` (referenced by ${parts.join(" and ")})`;
}

function ifAny(
	count: number,
	...what: [one: string, many?: string]
): string | undefined {
	return count === 0 ? undefined : counted(count, ...what);
}
