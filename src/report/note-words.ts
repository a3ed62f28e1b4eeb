import type { Note, Unrecorded } from "../core/note.ts";
import { counted } from "../core/output/counted.ts";
import { FailureError, isFailure } from "../core/output/failure.ts";
import { claimedName } from "../core/output/printable.ts";
import {
	type CommandContext,
	meshreg,
	NO_CONTEXT,
} from "../core/output/shell.ts";
import { someLines, someOf } from "../core/output/some-of.ts";
import { sourceRef } from "../core/pull-secrets/pull-secret.ts";
import { displayHost } from "../core/registry/server.ts";
import { commandLine } from "./command-line.ts";
import { CREDENTIAL_WORDS } from "./credential-notes.ts";
import { leftOutWords } from "./entry-words.ts";
import { failureLine, failureMessage } from "./failure.ts";
import { patchNeeded, progressWords } from "./failure-words.ts";
import { collisionMessage } from "./images.ts";
import { secretWords } from "./input-failure-words.ts";
import { MANIFEST_WORDS } from "./manifest-notes.ts";
import { PRUNE_WORDS } from "./prune-notes.ts";
import { recordFaultWords } from "./record-words.ts";
import {
	DRY_RUN_SUFFIX,
	isOrAre,
	type Wording,
	type Words,
	worded,
} from "./wording.ts";

/** Nothing was found in these namespaces, or anywhere where none is named; without a line end. */
export function noneFound(namespaces: readonly string[]): string {
	const [only, ...others] = namespaces;
	// Only this one has a full stop with kubectl.
	return only !== undefined && others.length === 0
		? `No resources found in ${only} namespace.`
		: "No resources found";
}

/** A note or a warning in words. */
export function noteWords(
	note: Note,
	commandContext: CommandContext = NO_CONTEXT,
): Words {
	return worded(WORDS[note.cause], note, commandContext);
}

/** That the record does not say what was done to accounts, and what keeps it from that. */
function unrecorded({ what, error, script }: Unrecorded, so: string): Words {
	return {
		message: `${what} ${so}: ${unrecordedWords(error)}`,
		...(isFailure(error, "record-forbidden") && {
			advice: { words: "ask who may to run", script },
		}),
	};
}

/** Why a record could not be changed, as a clause. */
function unrecordedWords(error: unknown): string {
	const why = error instanceof FailureError ? error.failure : undefined;
	switch (why?.cause) {
		case "record-forbidden":
			return patchNeeded(why.source);
		case "record-kept-by-other":
			return `the record of ${why.source.name} is kept by ${claimedName(why.manager)}: change it there`;
		case "record-invalid":
			return `the record of ${sourceRef(why.source)} cannot be read: ${recordFaultWords(why.fault)}`;
		default:
			return failureMessage(error);
	}
}

const WORDS: Wording<Note> = {
	"dry-run-without-value": () =>
		"--dry-run is deprecated and can be replaced with --dry-run=client",
	"password-on-command-line": ({ flag }) =>
		`${flag} can be seen in the process list and in the shell's history; use --registry-password-stdin`,
	"jwt-on-command-line": ({ flag }) =>
		`${flag} is a JWT, which can be seen in the process list and in the shell's history; use --registry-jwt`,
	...CREDENTIAL_WORDS,
	"entry-malformed": ({ key, source, script }) => ({
		message: `${secretWords(source)} cannot be read by kubelets: its entry ${displayHost(key)} is malformed`,
		advice: { words: "give it a new credential with", script },
	}),
	"secrets-too-much": ({ namespaces, count }) =>
		`pull secrets in ${someOf(namespaces)}, or what pods, accounts and events there hold, are too large to be read: ${count === 1 ? "1 was" : `${count} were`} skipped; check who made them`,
	"claimants-hidden": () =>
		"cannot look for Secrets that say they are copies (needs list on secrets in all namespaces)",
	"claimants-equal": ({ name, namespaces, script }) => ({
		message: `secret "${name}" in ${someOf(namespaces)} holds the credential that the source had; that does not entitle it to the next one`,
		advice: { words: "if they are yours, record them with", script },
	}),
	"claimants-different": ({ name, namespaces }) =>
		`secret "${name}" in ${someOf(namespaces)} says that it is a copy but has other content; check who made it`,
	"claimants-unrecorded": ({ source, namespaces }) =>
		`secret "${source.name}" in ${someOf(namespaces)} says that it is a copy of ${sourceRef(source)}, but is not recorded; nothing was written there`,
	"recorded-by-name": ({ namespaces }) =>
		`recorded by name alone, so whoever creates a namespace of that name is trusted: ${someOf(namespaces)} (needs get on namespaces)`,
	"would-be-recorded": ({ source: { namespace, name }, what, taken }) =>
		`${what} would ${taken ? "no longer " : ""}be recorded on secret/${name} in ${namespace} namespace`,
	"nothing-recorded": ({ source }) =>
		`no namespace is recorded on ${sourceRef(source)}: say which with -n NAMESPACE, -A, -l SELECTOR, --injected or --needed`,
	forgotten: ({ namespaces, dryRun }) =>
		`no more copies or updates for ${someOf(namespaces)}; existing copies stay${DRY_RUN_SUFFIX[dryRun]}`,
	"not-recorded": ({ source, namespaces }) =>
		`${someOf(namespaces)} ${isOrAre(namespaces)} not in the record of ${sourceRef(source)}; nothing to forget`,
	"covered-by-rule": ({ source, namespaces, script }) => ({
		message: `a rule in the record of ${sourceRef(source)} still covers ${someOf(namespaces)}: sync and the watch copy there again`,
		advice: { words: "exclude it with", script },
	}),
	"source-unreadable": ({ namespace, namespaces }) =>
		`the source in ${namespace} cannot be read; where its record names ${someOf(namespaces)}, sync copies there again`,
	"no-namespace-matched": ({ rest }) =>
		`no namespace matched: ${rest === "served" ? "only the source and recorded copies are updated" : "nothing was written or recorded"}`,
	"rule-matches-none": () =>
		"no namespace matched: this selection, as it is recorded now, covers none",
	"record-matches-none": (source) =>
		`no namespace matches what is recorded on ${sourceRef(source)}: no copy was made`,
	"no-namespace-selected": () => "No namespace selected; nothing to do",
	"source-namespace-skipped": ({ namespace }) =>
		`skipping namespace ${namespace}: it contains the source`,
	"found-by-pods": ({ namespaces }) =>
		`found through their pods, and given nothing without --yes: ${namespaces.join(", ")}`,
	"asked-by-pods": ({ namespaces }) =>
		`found through their pods: ${namespaces.join(", ")}`,
	"sidecars-unlisted": ({ kind }) =>
		`not allowed to list ${kind === "Pod" ? "pods that ask for a sidecar" : "Gateways"} in all namespaces; namespaces that only those show are left out`,
	"sidecars-unwatched": ({ namespaces, script }) => ({
		message: `only pods or Gateways ask for a sidecar in ${someOf(namespaces)}, which the watch does not follow: it gives them nothing`,
		advice: {
			words: "if they may have the credential, name them with",
			script,
		},
	}),
	"recorded-unwatched": ({ namespaces, rules, script }) => ({
		message: `this watch renews the source, but not every recorded copy: ${[
			...(namespaces.length > 0 ? [someOf(namespaces)] : []),
			...(rules ? ["what other rules of the record mean"] : []),
		].join(", and ")}`,
		advice: { words: "after a renewal update them with", script },
	}),
	"no-account-matched": () => "no service account matched: nothing to do",
	"account-awaited": ({ namespace, name }) =>
		`waiting for serviceaccount/${name} in ${namespace}, which the cluster creates`,
	"pods-older": ({ namespace, pods, scripts }, commandContext) => {
		const names = someOf(pods.map((name) => `pod/${name}`));
		const [it, were] = pods.length === 1 ? ["it", "was"] : ["them", "were"];
		const help =
			scripts.length === 0
				? `delete ${it} and create ${it} again`
				: `restart ${it}: ${someLines(scripts.map((script) => commandLine(script, commandContext))).join("; ")}`;
		return `${counted(pods.length, "pod")} in ${namespace} ${were} created before this change (${names}); ${help}`;
	},
	"more-pods-older": ({ pods, namespaces }) => ({
		message: `${counted(pods, "more pod")} in ${someOf(namespaces)} ${pods === 1 ? "was" : "were"} created before this change`,
		advice: {
			words: "those that cannot pull are listed by",
			script: meshreg("check"),
		},
	}),
	"pods-older-unknown": ({ error }) =>
		`running pods keep their old pull Secrets until they are restarted; not known which ones: ${failureLine(error)}`,
	"secret-missing": ({ name, namespaces, source, script }) => ({
		message: [
			`secret "${name}" does not exist in ${someOf(namespaces)} yet`,
			...(source === undefined
				? []
				: [`and no source of that name in ${source}`]),
		].join(", "),
		advice: { words: "create it with", script },
	}),
	"accounts-kept": ({ error, in: places, outside }) => {
		const within = places ? ` in ${someOf(places)}` : "";
		const but = outside ? ` outside ${someOf(outside)}` : "";
		return `what attach added to service accounts is not taken back${within}${but}: ${failureLine(error)}`;
	},
	"attached-unrecorded": (note) =>
		unrecorded(
			note,
			"attached, but not recorded, so sync and the watch do not keep it attached",
		),
	"attached-by-name": ({ accounts, namespaces, script }) => ({
		message: `${accounts} in ${someOf(namespaces)} attached, but not recorded, so sync and the watch do not keep it attached: the record covers ${someOf(namespaces)} only by a rule`,
		advice: { words: "record it with:", script, bare: true },
	}),
	"detached-recorded": (note) =>
		unrecorded(note, "still recorded, so sync and the watch keep attaching it"),
	"still-recorded": ({ source, accounts, namespaces }) => {
		const what = accounts.includes("*") ? "service accounts" : someOf(accounts);
		return `the record of ${sourceRef(source)} attaches ${what} in ${someOf(namespaces)}, by a rule or as one of all, so sync and the watch keep attaching ${what === accounts[0] ? "it" : "them"} there`;
	},
	"policies-kept": ({ sources, error }) =>
		`the policies of ${someOf(sources)} are not taken back: ${failureLine(error)}`,
	"policy-takes-time": () =>
		"It takes effect some seconds later; existing pods keep what they have.",
	"mountable-secrets-unknown": () =>
		"service accounts or namespaces cannot be listed: whether one enforces mountable secrets, so that its pods would be refused, is not known",
	"account-unlimited": () =>
		"the API server has no ValidatingAdmissionPolicy (Kubernetes 1.30 and later have it): the account can create any Secret; see SECURITY.md",
	"attaches-unwatched": () =>
		"the record attaches service accounts, which this watch may not: install with --attach as well",
	"policies-unwatched": () =>
		"the source has policies of attach --by-policy, which this watch may not keep: install with --by-policy as well",
	...PRUNE_WORDS,
	"mesh-retired": ({ title, retired: { sold, archived } }) =>
		`${title} is no longer sold (since ${sold}) or maintained (archived ${archived})`,
	"versioned-apart": ({ repository }) =>
		`${repository} has versions of its own; --from-cluster reads the one that is installed`,
	"sidecars-elsewhere": ({ title, images }) =>
		`left out, because only pods name them, and none of ${title}'s own images is beside them: ${someOf(images.map(({ image, from }) => `${claimedName(image)} (${from})`))}`,
	"pod-image-filled-in": ({ namespace, name }) =>
		`pod/${name} in ${namespace} namespace: image "auto" was not filled in by Istio's injector; left out`,
	"checked-without-credential": ({ error }) =>
		`checking without a credential: ${failureMessage(error)}`,
	"platforms-unknown": () =>
		"nodes cannot be listed: platforms are not checked (--platform names them)",
	"no-pod-templates": () => "no pod templates found; nothing was added",
	"images-collide": ({ collision }) => collisionMessage(collision),
	...MANIFEST_WORDS,
	exported: ({ what, to }) =>
		`${what === "cluster-config" ? "the cluster config is" : `the credentials in secret/${what.name} of ${what.namespace} namespace are`} in ${to}`,
	"entry-unusable": ({ problem }) => leftOutWords(problem),
	"entries-differ": ({ key }) =>
		`several entries are for ${displayHost(key)}, with different credentials: one of them is exported`,
	"key-with-star": ({ key }) =>
		`${key}: kubelets alone read a key with *; docker, podman and skopeo do not`,
	"context-twin": ({ twin, context }) =>
		`${twin} is the cluster and user of ${context}: done once`,
	"contexts-differ": ({ contexts, of }) =>
		`${contexts.length} of ${of} contexts would change: ${contexts.join(", ")}`,
	"contexts-failed": ({ contexts, of }) =>
		`${contexts.length} of ${of} contexts failed: ${contexts.join(", ")}`,
	"contexts-interrupted": ({ contexts, of }) =>
		`interrupted in ${contexts.length} of ${of} contexts: ${contexts.join(", ")}`,
	"context-refused": ({ context, error }) =>
		`${context}: ${failureLine(error)}`,
	cancelled: () => "Cancelled; nothing was changed",
	"nothing-found": ({ namespaces = [] }) => noneFound(namespaces),
	interrupted: ({ progress }) => `interrupted: ${progressWords(progress)}`,
	"users-unlisted": ({ kind, namespaces }) =>
		`not allowed to list ${kind === "Pod" ? "pods" : "service accounts"}${
			namespaces.length > 0 ? ` in ${someOf(namespaces)}` : ""
		}; they are left out`,
	"see-help": ({ verb }) =>
		`See 'kubectl meshreg ${verb === undefined ? "" : `${verb} `}--help' for usage.`,
};
