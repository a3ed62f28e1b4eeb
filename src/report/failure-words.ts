import {
	type ChangeFailure,
	type EditFailure,
	type Failure,
	FailureError,
	type Obstacle,
	type PolicyFailure,
	type RecordFailure,
	type SourceFailure,
} from "../core/output/failure.ts";
import {
	kubectl,
	meshreg,
	objectName,
	objectNames,
	type Script,
	script,
} from "../core/output/shell.ts";
import { someOf } from "../core/output/some-of.ts";
import { creating } from "../core/pull-secrets/fixes.ts";
import {
	DEFAULT_NAME,
	DEFAULT_NAMESPACE,
	PULL_SECRET_TYPE,
} from "../core/pull-secrets/ownership.ts";
import { displayHost } from "../core/registry/server.ts";
import { displayKey } from "../core/registry/url.ts";
import {
	type Advice,
	ApiError,
	ConnectionError,
	type OperationError,
} from "../errors.ts";
import {
	connectionFailureWords,
	isOfConnection,
} from "./connection-failure-words.ts";
import { fileFaultWords } from "./file-fault-words.ts";
import { inputFailureWords, isOfInput } from "./input-failure-words.ts";
import { isOfOutside, outsideFailureWords } from "./outside-failure-words.ts";
import { recordFaultWords } from "./record-words.ts";

/** A failure in words. */
interface FailureWords {
	/** What stands before it: ours, or the API server's as kubectl words it. */
	readonly lead:
		| "error"
		| "Error from server (AlreadyExists)"
		| "Error from server (NotFound)"
		| "";
	readonly message: string;
	readonly advice?: Advice;
}

/** The objects of one kind and name that a failure is about, by namespace. */
interface Subject {
	readonly kind: string;
	readonly name: string;
	readonly namespaces: readonly string[];
}

interface Place {
	readonly namespace: string;
	readonly name: string;
}

/** A failure that ends a command, or of a change of `subject`, of the same kind in each of its namespaces. */
export function failureWords(
	failure: Failure,
	subject: Subject = { kind: "Secret", name: "", namespaces: [] },
): FailureWords {
	if (isOfInput(failure))
		return { lead: "error", ...inputFailureWords(failure) };
	if (isOfOutside(failure))
		return { lead: "error", message: outsideFailureWords(failure) };
	if (isOfConnection(failure))
		return {
			lead: "error",
			message: connectionFailureWords(failure, operationWords),
		};
	switch (failure.cause) {
		case "source-missing":
		case "source-ambiguous":
		case "not-a-source":
			return { lead: "error", ...sourceWords(failure) };
		case "record-invalid":
		case "record-missing":
		case "record-too-large":
		case "record-forbidden":
		case "record-kept-by-other":
		case "source-keeps-changing":
			return { lead: "error", ...recordWords(failure) };
		case "policy-unsupported":
		case "policy-forbidden":
		case "policy-of-another":
		case "policy-refuses":
		case "policy-empty":
			return { lead: "error", ...policyWords(failure) };
		case "registry-present":
		case "registry-absent":
		case "registries-all":
		case "edit-absent":
		case "edit-unmanaged":
		case "edit-copy":
		case "edit-unreadable":
			return { lead: "error", ...editWords(failure) };
		default:
			return changeWords(failure, subject);
	}
}

/** The words of an error within a failure. */
function operationWords(error: OperationError): string {
	if (error instanceof FailureError) return failureWords(error.failure).message;
	const because = error instanceof ConnectionError ? error.because : undefined;
	return because === undefined
		? error.message
		: `${error.message}: ${operationWords(because)}`;
}

type Words = Pick<FailureWords, "message" | "advice">;

function editWords(failure: EditFailure): Words {
	const { namespace, name } = failure.source;
	const source = `secret "${name}" in namespace "${namespace}"`;
	switch (failure.cause) {
		case "registry-present":
			return {
				message:
					failure.as === undefined
						? `${displayHost(failure.key)} is in ${source} already`
						: `${source} has ${displayHost(failure.key)} already, as ${displayKey(failure.as)}`,
				advice: {
					words: "give it another credential with",
					script: failure.script,
				},
			};
		case "registry-absent":
			return {
				message: `${failure.registry ?? "that registry"} is not in ${source}, which has ${failure.has.join(", ") || "none"}`,
				...("script" in failure && {
					advice: { words: "add it with", script: failure.script },
				}),
			};
		case "registries-all":
			return {
				message: `${failure.keys.map(displayHost).join(", ")} is all that ${source} holds`,
				advice: {
					words: "to be rid of it and its copies, run",
					script: failure.script,
				},
			};
		case "edit-absent":
			return {
				message: `there is no ${source}`,
				advice: { words: "make it with", script: failure.script },
			};
		case "edit-unmanaged":
			return {
				message: `${source} exists but is not managed by meshreg (type ${failure.type}); left unchanged`,
			};
		case "edit-copy":
			return {
				message: `${source} is a copy of ${failure.of}; change that one`,
			};
		case "edit-unreadable":
			return {
				message: `the content of ${source} cannot be changed: ${fileFaultWords(failure.problem)}`,
				advice: { words: "see what is wrong with", script: failure.script },
			};
	}
}

function policyWords(failure: PolicyFailure): Words {
	switch (failure.cause) {
		case "policy-unsupported":
			return {
				message:
					"the API server has no MutatingAdmissionPolicy: Kubernetes 1.36 and later have it, unless it is switched off; attach service accounts instead",
			};
		case "policy-forbidden":
			return {
				message: `not allowed to write the policy; nothing was written. It needs cluster-wide ${failure.missing
					.map(({ verb, resource }) => `${verb} on ${resource}`)
					.join(", ")} of admissionregistration.k8s.io`,
			};
		case "policy-of-another":
			return {
				message: `${failure.kind.toLowerCase()} "${failure.name}" exists but is not managed by meshreg; nothing was written. Look at it, and delete it if nobody needs it`,
			};
		case "policy-refuses":
			return refusalWords(failure);
		case "policy-empty": {
			const { namespace, name } = failure.source;
			return {
				message:
					failure.because === "registries"
						? `no image can come from the registries of ${namespace}/${name}: the policy would let no pod pull`
						: `nothing is recorded for ${namespace}/${name}, so the policy would let no pod pull; say where first, with sync and -n, -l or -A`,
			};
		}
	}
}

/** The first one's command; each has one of its own. */
function refusalWords({
	secret,
	accounts,
}: PolicyFailure & { cause: "policy-refuses" }): Words {
	const [first] = accounts;
	return {
		message: `service accounts with enforce-mountable-secrets do not reference "${secret}", so the API server would refuse their pods; nothing was written: ${someOf(accounts.map(({ namespace, name }) => `${namespace}/${name}`))}`,
		...(first !== undefined && {
			advice: {
				words: "attach each first, as with",
				script: script(
					meshreg(
						"attach",
						objectName(first.name),
						"-n",
						objectName(first.namespace),
						"--secret",
						objectName(secret),
					),
				),
			},
		}),
	};
}

function sourceWords(failure: SourceFailure): Words {
	switch (failure.cause) {
		case "source-missing": {
			const { namespace, name, elsewhere, by } = failure;
			const none = `no source named "${name}" in namespace "${namespace}"`;
			// Whether there is one, this user cannot know: making another may be the last thing to do.
			if (elsewhere === "hidden")
				return {
					message: `${none}, and Secrets elsewhere cannot be listed; name another place with ${by} NAMESPACE`,
				};
			return elsewhere.length === 0
				? {
						message: none,
						advice: {
							words: "create it with",
							script: creating(name, namespace),
						},
					}
				: {
						message: `${none}. Secrets elsewhere that call themselves a source (check who made them): ${someOf(elsewhere)}; ${by} NAMESPACE takes one`,
					};
		}
		case "source-ambiguous":
			return {
				message: `${failure.names.length} sources in namespace "${failure.namespace}": ${someOf(failure.names)}; choose one by NAME`,
			};
		case "not-a-source":
			return notASource(failure);
	}
}

function notASource({
	namespace,
	name,
	because,
}: SourceFailure & { cause: "not-a-source" }): Words {
	const secret = `secret "${name}" in namespace "${namespace}"`;
	switch (because.is) {
		case "copy":
			return { message: `${secret} is a copy of ${because.of}, not a source` };
		case "type":
			return {
				message: `${secret} is no source: it is of type ${because.type}, not ${PULL_SECRET_TYPE}`,
			};
		case "unmanaged":
			return {
				message: `${secret} is no source: it is not managed by meshreg`,
				advice: {
					words: "if copies are to be made of it, run",
					script: script(
						kubectl(
							"label",
							"secret",
							objectName(name),
							"-n",
							objectName(namespace),
							"app.kubernetes.io/managed-by=kubectl-meshreg",
						),
					),
				},
			};
	}
}

function recordWords(failure: RecordFailure): Words {
	const { namespace, name } = failure.source;
	const source = `secret "${name}" in namespace "${namespace}"`;
	switch (failure.cause) {
		case "record-invalid":
			return {
				message: `the record of ${source} (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: ${recordFaultWords(failure.fault)}`,
			};
		case "record-missing":
			return { message: `${source} has no record of where it was sent` };
		case "record-too-large":
			return {
				message: `the record of ${source} would weigh ${kib(failure.bytes)}, more than ${kib(failure.limit)}; label the namespaces and record the label with -l`,
			};
		case "record-forbidden":
			return {
				message: failure.takesOut
					? `cannot take ${failure.what} out of the record (needs patch on secrets "${name}" in ${namespace})`
					: `cannot record ${failure.what} on the source (needs patch on secrets "${name}" in ${namespace}); use --once for a copy that rotate will not update`,
			};
		case "record-kept-by-other":
			return {
				message: failure.takesOut
					? `the record of ${name} is kept by ${failure.manager}; take ${failure.what} out there`
					: `the record of ${name} is kept by ${failure.manager}: add ${failure.what} there, or use --once`,
			};
		case "source-keeps-changing":
			return {
				message: `the source keeps changing: ${source} was written again while it was copied; run the command again`,
			};
	}
}

function changeWords(failure: ChangeFailure, subject: Subject): FailureWords {
	const places = someOf(subject.namespaces);
	switch (failure.cause) {
		case "unmanaged":
		case "managed-by-other":
		case "is-source":
		case "copy-of-another":
		case "differs":
		case "immutable":
		case "terminating":
			return obstacleWords(failure, subject);
		case "namespace-missing":
			return {
				lead: "Error from server (NotFound)",
				message: `namespaces ${subject.namespaces.length === 1 ? `"${places}"` : places} not found${failure.creatable ? "; create it as well with --create-namespace" : ""}`,
			};
		case "namespace-terminating":
			return ours(
				`${namespacesWords(subject)} ${isOrAre(subject)} being deleted; nothing was written there`,
			);
		case "namespace-skipped":
			return ours(
				`${namespacesWords(subject)} ${isOrAre(subject)} annotated kubectl-meshreg/skip=true; nothing was written there`,
			);
		case "namespace-made-again":
			return ours(
				`${places} ${subject.namespaces.length === 1 ? "was" : "were"} deleted and created again`,
				"confirm with:",
				syncScript(failure.source, subject.namespaces),
			);
		case "namespace-unverified":
			return ours(
				`cannot tell whether ${places} ${subject.namespaces.length === 1 ? "is the namespace that was" : "are the namespaces that were"} recorded (needs get on namespaces)`,
				"confirm with:",
				syncScript(failure.source, subject.namespaces),
			);
		case "changed-meanwhile":
			return ours(
				`${subjectWords(subject)} was modified concurrently and was not changed; run the command again`,
			);
		case "finalizers":
			return ours(
				`${subjectWords(subject)} cannot be replaced: a deletion would wait for its finalizers (${someOf(failure.finalizers)})`,
			);
		case "namespace-replaced":
			return ours(
				`${someOf(failure.namespaces)} ${failure.namespaces.length === 1 ? "was" : "were"} created by someone else, or deleted and recreated, while you were asked; nothing was written. Run the command once more if that is intended`,
			);
		case "lost":
			return ours(
				`${subjectWords(subject)} is gone: it was deleted to be replaced, and could be neither replaced nor put back (${refusalClause(failure.refusal)})${failure.keptIn === undefined ? "" : `; its content is kept in ${failure.keptIn}`}`,
			);
		case "not-attached-by-us":
			return ours(
				`${subjectWords(subject)} references the pull secret, but attach did not add it; left unchanged`,
			);
		case "forbidden":
		case "invalid":
		case "conflict":
		case "not-found":
		case "server-error":
			return {
				lead: "",
				message: `${withPlaces(failure.error.message, subject)}${failure.everywhere ? "; use -n NAMESPACE for those that you may read" : ""}`,
			};
		// Worded where any error is.
		case "unreachable":
		case "interrupted":
		case "error":
			return { lead: "", message: "" };
	}
}

function obstacleWords(obstacle: Obstacle, subject: Subject): FailureWords {
	const secret = subjectWords(subject);
	switch (obstacle.cause) {
		case "unmanaged":
			return ours(
				obstacle.equal
					? `${secret} has the same content, but is not managed by meshreg; use --adopt to take it over`
					: `${secret} exists but is not managed by meshreg${obstacle.type === PULL_SECRET_TYPE ? "" : ` (type ${obstacle.type})`}; use --force to overwrite it`,
			);
		case "managed-by-other":
			return ours(
				`${secret} is managed by ${obstacle.manager}; left unchanged`,
			);
		case "is-source":
			return ours(
				`${secret} is itself a source; ${obstacle.named ? "use --force to overwrite it" : "name the namespace with -n and use --force to overwrite it"}, or skip the namespace with --exclude`,
			);
		case "copy-of-another":
			return ours(
				`${secret} is a copy of ${obstacle.source}; use --force to take it over, or sync that source`,
			);
		case "differs":
			return {
				lead: "Error from server (AlreadyExists)",
				message: `secrets "${subject.name}" already exists with other content in namespace "${subject.namespaces[0] ?? ""}"; use apply to update this registry in it and its copies, --add to add a registry, or --replace to overwrite it`,
			};
		case "immutable":
			return ours(
				`${secret} cannot be updated (immutable, or of another type); delete and recreate it with --force --yes`,
			);
		case "terminating":
			return ours(
				`${secret} is terminating (waiting for finalizers); retry once it is gone`,
			);
	}
}

function ours(message: string, words?: string, advice?: Script): FailureWords {
	return {
		lead: "error",
		message,
		...(words !== undefined && {
			advice: { words, script: advice, bare: true },
		}),
	};
}

/** `secret "x" in namespace "y"`, `serviceaccount "x" in namespaces a, b and 3 more`. */
function subjectWords({ kind, name, namespaces }: Subject): string {
	const object = `${kind.toLowerCase()} "${name}"`;
	return `${object} in ${namespacesWords({ namespaces })}`;
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
	return message.includes(`"${first}"`) || message.includes(` ${first} `)
		? message
		: `${message} (namespace "${first}")`;
}

function isOrAre({ namespaces }: Pick<Subject, "namespaces">): string {
	return namespaces.length === 1 ? "is" : "are";
}

function refusalClause(refusal: OperationError): string {
	return refusal instanceof ApiError ? refusal.detail : operationWords(refusal);
}

/** Copies a source to namespaces; what is the default is left out. */
function syncScript(
	source: Place,
	namespaces: readonly string[],
): Script | undefined {
	const from = objectName(source.namespace);
	return script(
		meshreg(
			"sync",
			...(source.name === DEFAULT_NAME ? [] : [objectName(source.name)]),
			"-n",
			objectNames(namespaces),
			...(source.namespace === DEFAULT_NAMESPACE ? [] : ["--from", from]),
		),
	);
}

function kib(bytes: number): string {
	return `${Math.ceil(bytes / 1024)} KiB`;
}
