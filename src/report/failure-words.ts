import {
	type CommandFailure,
	type Failure,
	FailureError,
} from "../core/output/failure.ts";
import type { Place } from "../core/output/input-failure.ts";
import { claimedName, said } from "../core/output/printable.ts";
import type { Progress } from "../core/output/progress.ts";
import {
	kubectl,
	meshreg,
	NO_CONTEXT,
	objectAt,
	objectName,
	objectNames,
	type Remedy,
	unlessUsual,
} from "../core/output/shell.ts";
import { someOf } from "../core/output/some-of.ts";
import { attaching, creating, syncing } from "../core/pull-secrets/fixes.ts";
import {
	OLDER_TYPE,
	PULL_SECRET_TYPE,
} from "../core/pull-secrets/ownership.ts";
import { sourceRef } from "../core/pull-secrets/pull-secret.ts";
import { displayHost } from "../core/registry/server.ts";
import { displayKey } from "../core/registry/url.ts";
import { UnverifiedError } from "../core/registry/verification.ts";
import {
	AbortedError,
	type Advice,
	ApiError,
	ConnectionError,
	OperationError,
	UsageError,
} from "../errors.ts";
import { REPORT_TO } from "./addresses.ts";
import { CONNECTION_WORDS } from "./connection-failure-words.ts";
import { fileFaultWords } from "./file-fault-words.ts";
import { INPUT_WORDS, secretWords } from "./input-failure-words.ts";
import { OUTSIDE_WORDS } from "./outside-failure-words.ts";
import { recordFaultWords } from "./record-words.ts";
import { verificationWords } from "./verification-words.ts";
import {
	type FailureWording,
	isOrAre,
	type Subject,
	type Words,
	worded,
	wordsLine,
} from "./wording.ts";

/** A failure that ends a command, or of a change of `subject`, of the same kind in each of its namespaces. */
export function failureWords(failure: CommandFailure): Words;
export function failureWords(failure: Failure, subject: Subject): Words;
export function failureWords(
	failure: Failure,
	subject: Subject = { kind: "Secret", name: "", namespaces: [] },
): Words {
	return worded(WORDS[failure.cause], failure, {
		subject,
		errorMessage: (error) => errorWords(error).message,
	});
}

/** An error in words, as for where it ends a command: kubectl's for the API server's answers, and for a bug a confession. */
export function errorWords(error: unknown): Words {
	if (error instanceof FailureError) return failureWords(error.failure);
	if (error instanceof ApiError) {
		const message = `${error.message.trim()}${progressClause(error.progress)}`;
		return error.status === 401 ? { message } : { lead: "", message };
	}
	if (error instanceof ConnectionError) {
		const { message, because, progress } = error;
		const why =
			because === undefined
				? ""
				: `: ${wordsLine(errorWords(because), NO_CONTEXT)}`;
		return {
			lead: "",
			message: message.trim() + why + progressClause(progress),
		};
	}
	if (error instanceof UnverifiedError) {
		const { key, verification } = error.refused;
		return {
			message: `${verificationWords(verification, key)}; nothing was written; use --no-verify${error.wanted ? " instead" : ""} to skip this check`,
		};
	}
	if (error instanceof UsageError) {
		const { message, advice } = error;
		return { message, advice };
	}
	if (error instanceof OperationError || error instanceof AbortedError)
		return { message: error.message };
	const name = error instanceof Error ? error.name : typeof error;
	const place = error instanceof Error ? firstFrame(error) : "";
	// The message of an unforeseen error may hold anything, a credential included: it stays out.
	return {
		message: `this is a bug in kubectl-meshreg (${name}${place}): please report it at ${REPORT_TO}`,
	};
}

function firstFrame(error: Error): string {
	const frame = /\n {4}at ([\w.<> ]{1,80}) \(/.exec(error.stack ?? "")?.[1];
	return frame === undefined ? "" : ` in ${frame}`;
}

/** How far work came, and what finishes it. */
export function progressWords(progress: Progress): string {
	const far =
		progress === "begun"
			? ""
			: `${progress.done} of ${progress.of} ${progress.what} are done; `;
	return `${far}run the command again to finish`;
}

function progressClause(progress: Progress | undefined): string {
	return progress === undefined ? "" : ` (${progressWords(progress)})`;
}

function onceWords(onceInSync: true | undefined): string {
	return onceInSync ? "sync --once" : "--once";
}

/** The API server's words. */
const refused: FailureWording<Failure>["forbidden"] = (
	{ error, elsewhere },
	{ subject },
) => ({
	lead: "",
	message: `${withPlaces(error.message, subject)}${elsewhere ? "; use -n NAMESPACE where you have the rights" : ""}`,
});

/** An error that is told as it would be where it ends the work. */
const unchanged = ({ error }: { readonly error: unknown }) => errorWords(error);

const WORDS: FailureWording<Failure> = {
	...CONNECTION_WORDS,
	...INPUT_WORDS,
	...OUTSIDE_WORDS,
	"source-missing": ({ namespace, name, elsewhere, by }) => {
		const none = `no source named "${name}" in namespace "${namespace}"`;
		// Whether there is one, this user cannot know: making another may be the last thing to do.
		if (elsewhere === "hidden")
			return `${none}, and Secrets elsewhere cannot be listed; name another place with ${by} NAMESPACE`;
		if (elsewhere.length > 0)
			return `${none}. Secrets elsewhere that call themselves a source (check who made them): ${someOf(elsewhere)}; ${by} NAMESPACE takes one`;
		return {
			message: none,
			advice: { words: "create it with", script: creating(name, namespace) },
		};
	},
	"source-ambiguous": ({ namespace, names, shown }) =>
		`${names.length} sources in namespace "${namespace}": ${someOf(names)}; choose one by ${shown}`,
	"not-a-source": ({ namespace, name, because }) => {
		const secret = secretWords({ namespace, name });
		switch (because.is) {
			case "copy":
				return `${secret} is a copy of ${claimedName(because.of)}, not a source`;
			case "type":
				return {
					message: `${secret} is not a source: it is of type ${claimedName(because.type)}, not ${PULL_SECRET_TYPE}`,
					...(because.type === OLDER_TYPE && {
						advice: {
							words: "to make one of it, run",
							script: rewriting({ namespace, name }),
						},
					}),
				};
			case "terminating":
				return `${secret} is terminating (waiting for finalizers)`;
			case "managed":
				return `${secret} is not a source: it is managed by ${because.manager}`;
			case "unmanaged":
				return {
					message: `${secret} is not a source: it is not managed by meshreg`,
					advice: {
						words: "if copies are to be made of it, run",
						script: labelling({ namespace, name }),
					},
				};
		}
	},
	"record-invalid": ({ source, fault }) =>
		`the record of ${secretWords(source)} (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: ${recordFaultWords(fault)}`,
	"record-missing": ({ source }) => ({
		message: `${secretWords(source)} has no record of where it was sent`,
		// Its --from: to rotate and create, -n says where the source is.
		advice: {
			words: "record it with -n, -l or -A of",
			script: syncing(source),
		},
	}),
	"record-too-large": ({ source, bytes, limit }) =>
		`the record of ${secretWords(source)} would be ${kib(bytes)}, more than ${kib(limit)}; label the namespaces and record the label with -l`,
	"record-forbidden": ({ source, what, takesOut, onceInSync }) =>
		takesOut
			? `cannot take ${what} out of the record (${patchNeeded(source)})`
			: `cannot record ${what} on the source (${patchNeeded(source)}); use ${onceWords(onceInSync)} for a copy that rotate will not update`,
	"record-kept-by-other": ({ source, what, manager, takesOut, onceInSync }) =>
		takesOut
			? `the record of ${source.name} is kept by ${claimedName(manager)}; take ${what} out there`
			: `the record of ${source.name} is kept by ${claimedName(manager)}: add ${what} there, or use ${onceWords(onceInSync)}`,
	"source-keeps-changing": ({ source }) =>
		`the source keeps changing: ${secretWords(source)} was written again while it was copied; run the command again`,
	"policy-unsupported": () =>
		"the API server has no MutatingAdmissionPolicy: Kubernetes 1.36 and later have it, unless it is switched off; attach service accounts instead",
	"policy-forbidden": ({ missing }) =>
		`not allowed to write the policy; no policy was changed. It needs cluster-wide ${missing
			.map(({ verb, resource }) => `${verb} on ${resource}`)
			.join(", ")} of admissionregistration.k8s.io`,
	"policy-of-another": ({ kind, name }) =>
		`${kind.toLowerCase()} "${name}" exists but is not managed by meshreg; no policy was changed. Look at it, and delete it if nobody needs it`,
	"edited-by-others": ({ kind, name, namespace, error }) =>
		`${kind.toLowerCase()} "${name}"${namespace === undefined ? "" : ` in ${namespace} namespace`} was edited by others, and the installation ends there: ${error.message}; set these fields back, or delete it, and run install again`,
	"bindings-of-others": ({ bindings }) =>
		`role bindings that others made would get the rights of the watch, or are in its way; nothing was installed: ${someOf(bindings.map(sourceRef))}. Look at them, and delete them`,
	// The first one's command; each has one of its own.
	"policy-refuses": ({ secret, accounts, accounts: [first] }) => ({
		message: `service accounts with enforce-mountable-secrets do not reference "${secret}", so the API server would refuse their pods; no policy was changed: ${someOf(accounts.map(sourceRef))}`,
		...(first !== undefined && {
			advice: {
				words: "attach each first, as with",
				script: meshreg(
					"attach",
					...objectAt(first),
					"--secret",
					objectName(secret),
				),
			},
		}),
	}),
	"policy-empty": ({ source, because }) =>
		because === "patterns"
			? `${sourceRef(source)} has too many entries with stars or a path of Docker Hub: the API server would give up the policy, and let no pod pull; attach service accounts instead`
			: because === "registries"
				? `no image can come from the registries of ${sourceRef(source)}: the policy would let no pod pull`
				: `nothing is recorded for ${sourceRef(source)}, so the policy would let no pod pull; say where first, with sync and -n, -l or -A`,
	"registry-present": ({ source, key, as, script }) => ({
		message:
			as === undefined
				? `${displayHost(key)} is in ${secretWords(source)} already`
				: `${secretWords(source)} has ${displayHost(key)} already, as ${displayKey(as)}`,
		advice: { words: "give it another credential with", script },
	}),
	"registry-absent": ({ source, registry, has, script }) => ({
		message: `${registry ?? "that registry"} is not in ${secretWords(source)}, which has ${has.join(", ") || "none"}`,
		advice: { words: "add it with", script },
	}),
	"registries-all": ({ source, keys, script }) => ({
		message: `${keys.map(displayHost).join(", ")} is all that ${secretWords(source)} holds`,
		advice: { words: "to delete it and all others of that name, run", script },
	}),
	"edit-absent": ({ source, script }) => ({
		message: `there is no ${secretWords(source)}`,
		advice: { words: "create it with", script },
	}),
	"edit-unmanaged": ({ source, type, byForce }) => ({
		message: `${secretWords(source)} exists but is not managed by meshreg (type ${claimedName(type)})${byForce ? "; use --force to take it over" : ""}`,
		...(type === PULL_SECRET_TYPE &&
			!byForce && {
				advice: {
					words: "if it may be changed, first run",
					script: labelling(source),
				},
			}),
	}),
	"others-lost": ({ source }) => ({
		message: `${secretWords(source)} is of type ${OLDER_TYPE}, and its other registries would be lost`,
		advice: { words: "keep them with", script: rewriting(source) },
	}),
	"edit-copy": ({ source, of }) =>
		`${secretWords(source)} is a copy of ${claimedName(of)}; change that one`,
	"user-differs": ({ source, key, user, entered }) =>
		`${secretWords(source)} has ${displayHost(key)} as ${claimedName(user)}, not as ${entered}; name the user with --registry-username`,
	"credentials-differ": ({ key }) =>
		`more than one credential was given for ${displayHost(key)}, which takes one`,
	"label-stays": ({ source, label, flag }) =>
		`${secretWords(source)} was created with the label ${label}, which ${flag === "--label" ? "stays: leave out --label" : "its copies have as well: give --copy-label another key"}`,
	"edit-unreadable": ({ source, problem, script }) => ({
		message: `the content of ${secretWords(source)} cannot be changed: ${fileFaultWords(problem)}`,
		advice: { words: "see what is wrong with", script },
	}),
	unmanaged: ({ equal, type, differs = [], of }, { subject }) =>
		equal
			? `${subjectWords(subject)} has the same content, but is not managed by meshreg; use sync --adopt to take it over`
			: `${subjectWords(subject)} exists but is not managed by meshreg${type === PULL_SECRET_TYPE ? "" : ` (type ${claimedName(type)})`}${differs.length === 0 ? "" : `, and --adopt leaves what differs (${someOf(differs)})`}; use ${of === "source" ? "--force to take it over" : "sync --force to overwrite it"}`,
	"managed-by-other": ({ manager }, { subject }) =>
		`${subjectWords(subject)} is managed by ${manager}; left unchanged`,
	"is-source": ({ named }, { subject }) =>
		`${subjectWords(subject)} is itself a source; ${named ? "use sync --force to overwrite it" : "name the namespace with sync -n and use --force to overwrite it"}, or leave the namespace out with sync --forget`,
	"copy-of-another": ({ source, of }, { subject }) =>
		`${subjectWords(subject)} is a copy of ${claimedName(source)}; use ${of === "source" ? "--force" : "sync --force"} to take it over, or sync that source`,
	differs: (
		_,
		{
			subject: {
				name,
				namespaces: [namespace = ""],
			},
		},
	) => ({
		lead: "Error from server (AlreadyExists)",
		message: `secrets "${name}" already exists with other content in namespace "${namespace}"; use --add to add a registry, or --replace to overwrite it`,
		advice: {
			words: "to update this registry in it and its copies, use",
			// Its -n would be where copies go, and the source another one.
			script: meshreg(
				"apply",
				unlessUsual("name", name),
				unlessUsual("namespace", namespace, "--from"),
			),
		},
	}),
	immutable: ({ recreatedBy }, { subject }) =>
		`${subjectWords(subject)} cannot be updated (immutable, or of another type); delete and recreate it with ${{ this: "--yes", rotate: "rotate --yes", sync: "sync --force --yes" }[recreatedBy]}`,
	terminating: (_, { subject }) =>
		`${subjectWords(subject)} is terminating (waiting for finalizers); retry once it is gone`,
	"namespace-missing": ({ creatable }, { subject: { namespaces } }) => ({
		lead: "Error from server (NotFound)",
		message: `namespaces ${namespaces.length === 1 ? `"${namespaces[0]}"` : someOf(namespaces)} not found${creatable ? "; create it as well with --create-namespace" : ""}`,
	}),
	"namespace-terminating": (_, { subject }) =>
		`${namespacesWords(subject)} ${isOrAre(subject.namespaces)} being deleted; nothing was written there`,
	"namespace-skipped": (_, { subject }) =>
		`${namespacesWords(subject)} ${isOrAre(subject.namespaces)} annotated kubectl-meshreg/skip=true; nothing was written there`,
	"account-missing": (_, { subject }) =>
		`${subjectWords(subject)} is recorded as attached, and does not exist; detach takes it out of the record`,
	"namespace-made-again": ({ source, attach }, { subject }) => ({
		message: `${someOf(subject.namespaces)} ${wasOrWere(subject.namespaces)} deleted and created again`,
		advice: confirmed(source, subject.namespaces, attach),
	}),
	"source-spoiled": ({ because }, { subject: { namespaces } }) => {
		const { message, ...words } = failureWords(because);
		const nothing = `nothing was copied to ${someOf(namespaces)}`;
		return { ...words, message: `${nothing}: ${message}` };
	},
	"namespace-unverified": ({ source }, { subject: { namespaces } }) => ({
		message: `cannot tell whether ${someOf(namespaces)} ${namespaces.length === 1 ? "is the namespace that was" : "are the namespaces that were"} recorded (needs get on namespaces)`,
		advice: confirmed(source, namespaces),
	}),
	"changed-meanwhile": (_, { subject }) =>
		`${subjectWords(subject)} was modified concurrently and was not changed; run the command again`,
	undone: (_, { subject }) =>
		`${subjectWords(subject)} has other content than was written: the API server accepted the change, and an admission webhook or policy undid it`,
	finalizers: ({ finalizers }, { subject }) =>
		`${subjectWords(subject)} cannot be replaced: a deletion would wait for its finalizers (${someOf(finalizers)})`,
	"namespace-replaced": ({ namespaces }) =>
		`${someOf(namespaces)} ${wasOrWere(namespaces)} created by someone else, or deleted and recreated, while you were asked; nothing was written there. Run the command once more if that is intended`,
	// Run again without it, a command would make a source anew that has no record.
	lost: ({ perhaps, refusal, keptIn }, { subject, errorMessage }) => ({
		message: `${subjectWords(subject)} ${perhaps ? "may be gone: its deletion was not answered, and it" : "is gone: it was deleted to be replaced, and"} could be neither replaced nor put back (${refusal instanceof ApiError ? said(refusal.detail) : errorMessage(refusal)})${keptIn === undefined ? "" : ", but its content is kept"}`,
		...(keptIn !== undefined && {
			advice: {
				words: "before you run this again, put it back with",
				script: kubectl("create", "-f", keptIn),
			},
		}),
	}),
	"not-attached-by-us": (_, { subject }) =>
		`${subjectWords(subject)} references the pull secret, but attach did not add it; left unchanged`,
	forbidden: refused,
	invalid: refused,
	conflict: refused,
	"not-found": refused,
	"server-error": refused,
	unreachable: unchanged,
	interrupted: unchanged,
	error: unchanged,
};

/** `secret "x" in namespace "y"`, `serviceaccount "x" in namespaces a, b and 3 more`. */
export function subjectWords({ kind, name, namespaces }: Subject): string {
	return `${kind.toLowerCase()} "${name}" in ${namespacesWords({ namespaces })}`;
}

function namespacesWords({ namespaces }: Pick<Subject, "namespaces">): string {
	return namespaces.length === 1
		? `namespace "${namespaces[0]}"`
		: `namespaces ${someOf(namespaces)}`;
}

/** The server's words, with the namespaces that they are about where they name them not, or are about more. */
export function withPlaces(
	message: string,
	{ namespaces }: Pick<Subject, "namespaces">,
): string {
	const [first = "", ...others] = namespaces;
	if (first === "") return message;
	if (others.length > 0) return `${message} (in ${someOf(namespaces)})`;
	// An object may be called as its namespace is: the name alone says nothing of a place.
	return message.includes(`namespace "${first}"`) ||
		message.includes(`namespaces "${first}"`) ||
		message.includes(`namespace ${first} `)
		? message
		: `${message} (namespace "${first}")`;
}

function wasOrWere({ length }: readonly string[]): string {
	return length === 1 ? "was" : "were";
}

/** Copies a source to namespaces, and lets the accounts pull with it that the record names there. */
function confirmed(
	source: Place,
	namespaces: readonly string[],
	accounts: readonly string[] = [],
): Advice {
	const script = meshreg(
		"sync",
		unlessUsual("name", source.name),
		"-n",
		objectNames(namespaces),
		...attaching(accounts),
		unlessUsual("namespace", source.namespace, "--from"),
	);
	return { words: "confirm with:", script, bare: true };
}

function kib(bytes: number): string {
	return `${Math.ceil(bytes / 1024)} KiB`;
}

/** What a user lacks who may only read a source. */
export function patchNeeded({ namespace, name }: Place): string {
	return `needs patch on secrets "${name}" in ${namespace}`;
}

/** Makes a pull Secret a source as it is: whatever it holds, nothing of it is lost. */
function labelling(secret: Place): Remedy {
	const label = "app.kubernetes.io/managed-by=kubectl-meshreg";
	return kubectl("label", "secret", ...objectAt(secret), label);
}

/** Writes a Secret of the older type as a source, with all its registries. */
function rewriting(secret: Place): Remedy {
	const itself = ["--from-secret", sourceRef(secret)];
	const flags = ["--force", "--replace"];
	return meshreg("create", ...objectAt(secret), ...itself, ...flags);
}
