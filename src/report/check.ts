import type { Blocked } from "../core/check/blocked.ts";
import type { Access, Readable } from "../core/check/facts.ts";
import {
	type Finding,
	fixesOf,
	GROUPS,
	type PullSubject,
	type Severity,
	type Subject,
	type Workload,
} from "../core/check/finding.ts";
import type { ProblemKind } from "../core/check/pull-diagnosis.ts";
import type { CheckedCluster } from "../core/document.ts";
import { counted } from "../core/output/counted.ts";
import type { EntryProblem } from "../core/output/entry-problem.ts";
import { lineOf, oneLine, onOneLine } from "../core/output/printable.ts";
import { type Script, scriptKey } from "../core/output/shell.ts";
import { someLines, someOf } from "../core/output/some-of.ts";
import type { Painted } from "../core/output/styled.ts";
import { wrap } from "../core/output/wrap.ts";
import type { ContentFault } from "../core/pull-secrets/content-fault.ts";
import { isoSeconds } from "../core/pull-secrets/expiry.ts";
import type { Manager } from "../core/pull-secrets/managers.ts";
import { hasNoAccounts } from "../core/registry/public.ts";
import { displayHost } from "../core/registry/server.ts";
import { displayKey } from "../core/registry/url.ts";
import type { Verification } from "../core/registry/verification.ts";
import { pageAddress } from "./addresses.ts";
import { duration } from "./age.ts";
import { commandLine, commandLines } from "./command-line.ts";
import { credentialFaultWords } from "./credential-fault-words.ts";
import { contentFaultWords, entryProblemWords } from "./entry-words.ts";
import { failureLine } from "./failure.ts";
import { failureWords } from "./failure-words.ts";
import { nearMissSentence } from "./near-miss.ts";
import { recordFaultWords } from "./record-words.ts";
import { verificationWords } from "./verification-words.ts";

const MARKS: Record<Severity, string | Painted> = {
	ok: { text: "√", colour: "green" },
	note: "i",
	warning: { text: "‼", colour: "yellow" },
	problem: { text: "×", colour: "red" },
};

/** How many workloads a finding names before it only counts them. */
const NAMED = 5;

/** How a check is shown. */
interface CheckStyle {
	/** Leave out what is well, and notes. */
	readonly quiet: boolean;
	readonly contextFlags: readonly string[];
	/** Of the terminal. */
	readonly columns: number | undefined;
}

/**
 * By group, a line each with its mark, then the workloads, what to know and what to run; at the end
 * every command once, and apart from those the ones that give a credential away.
 */
export function checkStory(
	findings: readonly Finding[],
	style: CheckStyle,
): (string | Painted)[] {
	const shown = findings.filter(
		({ severity }) =>
			!style.quiet || severity === "problem" || severity === "warning",
	);
	const groups = GROUPS.map((group) => {
		const parts = shown
			.filter((one) => one.group === group)
			.flatMap((one) => findingText(one, style));
		return parts.length === 0 ? [] : [heading(group), ...parts];
	});
	return [...groups, [fixBlock(shown, style)], [givesBlock(shown, style)]]
		.filter((parts) => parts.some((part) => part !== ""))
		.flatMap((parts, at) => (at === 0 ? parts : ["\n", ...parts]));
}

function heading(text: string): string {
	return `${text}\n${"-".repeat(text.length)}\n`;
}

function findingText(
	finding: Finding,
	style: CheckStyle,
): (string | Painted)[] {
	const { columns = Number.POSITIVE_INFINITY, contextFlags } = style;
	const words = (text: string, indent: string, hang = indent) =>
		text === ""
			? ""
			: `${indent}${wrap(lineOf(text), columns, hang).slice(hang.length)}\n`;
	const command = (label: string, script: Script | undefined) =>
		script === undefined
			? ""
			: `${commandLines(script, contextFlags, columns, `    ${label}: `)}\n`;
	return [
		MARKS[finding.severity],
		words(headline(finding), "  ").slice(1),
		// Further in than what comes next, which is not about this one alone.
		...workloadLines(finding).map((line) => words(line, "    ", "      ")),
		words(hint(finding), "    "),
		command("See", finding.look),
		command("Fix", finding.fix),
	];
}

/** What to run, each command once; nothing where the findings say it all. */
function fixBlock(findings: readonly Finding[], style: CheckStyle): string {
	const scripts = fixesOf(findings);
	if (scripts.length < 2) return "";
	const { columns = Number.POSITIVE_INFINITY, contextFlags } = style;
	return `${heading("Fix")}${scripts
		.map((script) => `${commandLines(script, contextFlags, columns, "")}\n`)
		.join("")}`;
}

/** Commands that nobody should run who does not know what they give, and to whom. */
function givesBlock(findings: readonly Finding[], style: CheckStyle): string {
	const { columns = Number.POSITIVE_INFINITY, contextFlags } = style;
	const givings = new Map(
		findings
			.flatMap(({ gives }) => gives)
			.map((giving) => [scriptKey(giving.script), giving]),
	);
	return [...givings.values()]
		.map(({ namespaces, script }) => {
			const places = someNames(namespaces);
			const lead = `Gives ${places} the credential; run it only if ${places} may have it:`;
			return `${wrap(oneLine(lead), columns, "")}\n${commandLines(script, contextFlags, columns, "    ")}\n`;
		})
		.join("\n");
}

/** `-o json`. */
export function checkItems(clusters: readonly CheckedCluster[]): {
	readonly items: readonly CheckItem[];
} {
	return {
		items: clusters.flatMap(({ context, contextFlags, findings }) =>
			findings.map((one) => checkItem(one, context, contextFlags)),
		),
	};
}

/** A finding for a script. */
export interface CheckItem {
	readonly context: string;
	readonly severity: Severity;
	/** "" where all is well. */
	readonly cause: CheckCause | "";
	readonly message: string;
	readonly namespaces: readonly string[];
	/** One line for a shell; "" where none helps, or only what gives a credential away. */
	readonly command: string;
	readonly workloads: readonly Workload[];
}

function checkItem(
	finding: Finding,
	context: string,
	contextFlags: readonly string[],
): CheckItem {
	const { severity, namespaces, workloads, fix } = finding;
	return {
		context,
		severity,
		cause: causeOf(finding),
		message: oneLine(headline(finding)),
		namespaces,
		command: fix === undefined ? "" : commandLine(fix, contextFlags),
		workloads,
	};
}

/** A cause as docs/json.md lists it, and docs/troubleshooting.md says what it means. */
export type CheckCause =
	| Exclude<
			Subject["cause"],
			| "invalid-content"
			| "invalid-entry"
			| "verification"
			// What is well has no cause.
			| "well-formed"
			| "copies"
			| "accounts"
			| "policies"
			| "permitted"
			| "no-pod-waits"
	  >
	| ContentFault["kind"]
	| Exclude<EntryProblem["kind"], "key">
	| Exclude<Verification["outcome"], "good">;

/** "" where all is well. */
function causeOf({ about, severity }: Finding): CheckCause | "" {
	if (severity === "ok") return "";
	switch (about.cause) {
		case "invalid-content":
			return about.fault.kind;
		case "invalid-entry":
			return about.problem.kind === "key"
				? "never-matches"
				: about.problem.kind;
		case "verification":
			return about.verification?.outcome === "good"
				? ""
				: (about.verification?.outcome ?? "unverifiable");
		case "well-formed":
		case "copies":
		case "accounts":
		case "policies":
		case "permitted":
		case "no-pod-waits":
			return "";
		default:
			return about.cause;
	}
}

/** The line at the end and, where anything is wrong, one that says where its causes are explained. */
export function checkSummary(
	findings: readonly Finding[],
	columns: number | undefined,
): string {
	const of = (severity: Severity) =>
		findings.filter((one) => one.severity === severity);
	const [problems, warnings] = [of("problem"), of("warning")];
	const counts = [
		...(problems.length > 0 ? [counted(problems.length, "problem")] : []),
		...(warnings.length > 0 ? [counted(warnings.length, "warning")] : []),
	];
	if (counts.length === 0) return "No problems found\n";
	const causes = [...new Set([...problems, ...warnings].map(causeOf))];
	const [only = ""] = causes;
	const heading = causes.length === 1 ? only : "what-check-finds";
	const about = `About ${causes.join(", ")}: ${pageAddress("troubleshooting", heading)}`;
	return `${counts.join(", ")}\n${wrap(about, columns ?? Number.POSITIVE_INFINITY, "")}\n`;
}

/** What was found, in one line without a full stop. */
function headline({ about, namespaces }: Finding): string {
	const places = someNames(namespaces);
	switch (about.cause) {
		case "source-missing":
			return failureWords(about.failure).message;
		case "well-formed":
			return `${about.ref} is well-formed, for ${someNames(about.hosts)}${about.providers.length === 0 ? "" : ` (renewed by ${someNames(about.providers)})`}`;
		case "invalid-content":
			return `${about.ref}: ${contentFaultWords(about.fault)}`;
		case "invalid-entry":
			return `${about.ref}: ${displayKey(displayHost(about.problem.key))}: ${entryProblemWords(about.problem)}`;
		case "expired":
		case "expiring":
			return `${about.ref}: the credential for ${displayKey(displayHost(about.key))} ${about.cause === "expired" ? "expired" : "expires"} at ${isoSeconds(about.at)}${about.provider === "" ? "" : ` (it came from ${about.provider}: is what renews it running?)`}`;
		case "verification":
			return about.verification === undefined
				? `${about.ref}: ${displayKey(about.key)} is no host that can be verified`
				: `${about.ref}: ${verificationWords(about.verification, about.key)}`;
		case "other-sources":
			return `Secrets elsewhere that call themselves a source (check who made them): ${someNames(about.refs)}`;
		case "no-record":
			return `${about.ref} has no record of where it was sent`;
		case "record-fault":
			return `the record of ${about.ref} is not valid: ${recordFaultWords(about.fault)}`;
		case "copies":
			return about.count === 0
				? "no copies are recorded"
				: about.count === 1
					? "1 copy matches its source"
					: `${about.count} copies match their source`;
		case "copy-missing":
			return `no copy of ${about.ref} in ${places}, where its record sends it`;
		case "copy-drifted":
			return `the copy of ${about.ref} in ${places} differs from it`;
		case "copy-blocked":
			return `${obstacleNoun(about.blocked)} is in the place of the copy of ${about.ref} in ${places}`;
		case "namespace-made-again":
			return `${places} was deleted and created again since ${about.ref} was sent to it`;
		case "namespace-gone":
			return `${places} is recorded for ${about.ref}, and does not exist`;
		case "claimants": {
			const content =
				about.same === undefined
					? ""
					: about.same
						? ", with its content"
						: ", with other content";
			return about.same === undefined && !about.orphaned
				? `${places}: calls itself a copy of ${about.of}, which is not a source that is checked here`
				: `${places}: calls itself a copy of ${about.of}${content}; not made by meshreg as far as it is recorded`;
		}
		case "accounts":
			return `${counted(about.count, "service account")}: every pull secret ${about.count === 1 ? "it references" : "they reference"} exists`;
		case "attachment-lost":
			return `${accountsIn(about.accounts, places)}: attach added ${about.secret}, and something took it out; pods created from now on cannot pull with it`;
		case "account-lacks-secret":
			return `${accountsIn(about.accounts, places)} ${about.accounts.length === 1 ? "does" : "do"} not reference ${about.secret} (needed by ${counted(about.pods, "pod")})`;
		case "dangling":
			return `${accountsIn(about.accounts, places)} ${about.accounts.length === 1 ? "references" : "reference"} ${about.secret}, which does not exist`;
		case "secrets-enforced":
			return `${accountsIn(about.accounts, places)} allows only the pull secrets it references: pods that name ${someNames(about.secrets)} will be refused`;
		case "policies":
			return `${about.ref}: pods in its recorded namespaces get it by an admission policy`;
		case "policy-missing":
			return `${someNames(about.names)} ${are(about.names)} missing: pods do not get ${about.ref}`;
		case "policy-edited":
			return `${someNames(about.names)} ${are(about.names)} not what the record and the registries of ${about.ref} ask for`;
		case "policy-surplus":
			return `${someNames(about.names)} ${are(about.names)} no longer needed: the record of ${about.ref} has nothing for ${about.names.length === 1 ? "it" : "them"}`;
		case "policy-of-another":
			return `${someNames(about.names)}: not managed by meshreg, in the place of the policy of ${about.ref}`;
		case "policy-unsupported":
			return `pods are to get ${about.ref} by an admission policy, and the API server has none`;
		case "policy-refuses":
			return `${accountsIn(about.accounts, places)} allows only the pull secrets it references: the API server refuses its pods once the policy adds ${about.secret}`;
		case "policy-without-effect":
			return `${counted(about.pods, "pod")} in ${places} ${about.pods === 1 ? "was" : "were"} created after the policy of ${about.ref}, without the pull secret`;
		case "credential-provider":
			return `${accountsIn(about.accounts, places)}: nodes may pull with a credential provider (${about.provider})`;
		case "permitted":
			return "you have all permissions that meshreg needs";
		case "not-allowed":
			return forbiddenWords(about.denied, about.unread);
		case "unreadable":
			return `cannot read ${READABLE[about.what]}: ${failureLine(about.error)}`;
		case "cluster-failed":
			return about.message;
		case "no-pod-waits":
			return "no pod is waiting for an image";
		case "would-not-restart":
			return `${counted(about.pods, "pod")} would not start again on a kubelet from 1.35 on: no pull secret for ${someNames(about.hosts)}`;
		case "runs-without-credential":
			return `${counted(about.pods, "pod")} ${about.pods === 1 ? "runs" : "run"} with images of ${someNames(about.hosts)} without a pull secret`;
		case "secret-missing-runs":
			return `${counted(about.pods, "running pod")} in ${places} ${about.pods === 1 ? "references" : "reference"} ${about.secret}, which does not exist`;
		default:
			return `${pullClause(about, places)}${blockedClause(about.blocked, namespaces)}; ${counted(about.pods, "pod")} cannot pull`;
	}
}

/** What to know about it; "" where the line says it all. */
function hint({ about, gives }: Finding): string {
	switch (about.cause) {
		case "source-missing":
			return "Copies are made from a source.";
		case "invalid-content":
			if (about.fault.kind !== "malformed")
				return "Correct its content, or replace it.";
			if (about.fault.twice)
				return "Its content was encoded in base64 twice: decode it once, or replace it.";
			if (about.fault.keys.length === 0)
				return "Correct its content, or replace it.";
			return about.fault.others ? "Its other entries are good, and stay." : "";
		case "invalid-entry":
			return entryHint(about.problem);
		case "no-record":
			return gives.length > 0
				? "rotate and apply write the source alone. The namespaces below hold its credential already, which is no right to the next."
				: "rotate and apply write the source alone. Record where it goes with sync -n, -l or -A.";
		case "record-fault":
			return "Nothing is written until annotation kubectl-meshreg/targets is corrected.";
		case "copy-drifted":
			return "Something else wrote it since the last sync, or the source changed.";
		case "copy-blocked":
			return obstacleHint(about.blocked);
		case "namespace-made-again":
			return "It may belong to another team now: nothing is written until that is confirmed.";
		case "claimants":
			return about.orphaned
				? "That source does not exist."
				: about.same === undefined
					? ""
					: "It is given nothing.";
		case "attachment-lost":
			return "Something sets the whole list, such as a manifest that is reapplied: add the pull secret there.";
		case "account-lacks-secret":
			return "These pods run, with images that are public or were on the node already.";
		case "dangling":
			return gives.length > 0
				? ""
				: "Kubelets skip it with a warning. Create the Secret, or take the name out.";
		case "secrets-enforced":
			return "The account has kubernetes.io/enforce-mountable-secrets: add the names to its imagePullSecrets.";
		case "policy-of-another":
			return "It is left alone. Look at it, and delete it if nobody needs it; then attach --by-policy.";
		case "policy-unsupported":
			return "MutatingAdmissionPolicy needs Kubernetes 1.36 or later, and may be switched off there (feature gate, runtime-config). Attach service accounts instead, and detach --by-policy.";
		case "policy-refuses":
			return "The account has kubernetes.io/enforce-mountable-secrets.";
		case "policy-without-effect":
			return "Is the admission plugin MutatingAdmissionPolicy disabled on the API server? Another one may also have taken the pull secret out.";
		case "not-allowed":
			return pageAddress("permissions");
		case "unreadable":
			return about.narrower ? "With -n NAMESPACE fewer rights are needed." : "";
		case "would-not-restart":
			return "Kubelets from 1.35 on want a pod's credential for images that another pod brought, unless they are public.";
		case "runs-without-credential":
			return "The images are public, or were on the node already.";
		case "secret-missing-runs":
			return "Kubelets skip it with a warning.";
		default:
			return "host" in about ? pullHint(about) : "";
	}
}

function entryHint(
	problem: (Subject & { cause: "invalid-entry" })["problem"],
): string {
	switch (problem.kind) {
		case "auth-differs":
			return "Kubelets and podman read auth, docker may read the others.";
		case "key":
			return problem.because === "single-word"
				? "A kubelet reads a host without a dot or a port as a directory of Docker Hub."
				: "";
		case "bad-characters":
			return "Registries reject such a password; it was most likely saved with a line end or in another encoding.";
		default:
			return "";
	}
}

/** What is in a copy's place, and where it is not so in all of them: the cause that pods lack it. */
function blockedClause(
	blocked: readonly Blocked[],
	all: readonly string[],
): string {
	const clauses = blocked.map(
		(one) =>
			`${obstacleNoun(one)} is in the copy's place${one.namespaces.length === all.length ? "" : ` in ${someOf(one.namespaces)}`}`,
	);
	return clauses.length === 0 ? "" : `: ${clauses.join(", ")}`;
}

/** What is in a copy's place. */
function obstacleNoun({ by, claims }: Blocked): string {
	switch (by.cause) {
		case "managed-by-other":
			return `a Secret managed by ${claimsWords(claims)}`;
		case "copy-of-another":
			return `a Secret that calls itself a copy of ${claimsWords(claims)}`;
		case "is-source":
			return "another source";
		case "terminating":
			return "a Secret that is being deleted";
		default:
			return "a Secret that meshreg does not manage";
	}
}

/** Some of them, and of each its beginning: the rest of the line is ours. */
function claimsWords(claims: readonly string[]): string {
	return someNames(claims.map((claim) => onOneLine(claim, 80)));
}

/** What to do about it. */
function obstacleHint({ by, claims }: Blocked): string {
	switch (by.cause) {
		case "managed-by-other":
			return `sync leaves it alone: rename it where ${claimsWords(claims)} ${claims.length === 1 ? "keeps" : "keep"} it, or leave the namespace out with sync --forget.`;
		case "copy-of-another":
			return "sync leaves it alone: give one of the two sources another name, or leave the namespace out with sync --forget.";
		case "is-source":
			return "sync leaves it alone: give one of the two another name, or leave the namespace out with sync --forget.";
		case "terminating":
			return "It waits for its finalizers: run sync once it is gone.";
		default:
			return by.cause === "unmanaged" && by.equal
				? "It has the same content: sync --adopt takes it over."
				: "sync leaves it alone: move it away, or leave the namespace out with sync --forget.";
	}
}

/** The cause of pods that cannot pull, as a clause. */
function pullClause(
	{
		cause,
		host,
		secret,
		words,
		asked,
		hint,
		changedAgo,
	}: PullSubject & {
		cause: ProblemKind;
	},
	places: string,
): string {
	// The host that failed, and for whom it stands.
	const at =
		asked === undefined
			? host
			: `${asked.host} (${ROLES[asked.role]} of ${host})`;
	switch (cause) {
		case "malformed-secret":
			return `${secret} cannot be read, which fails every pull of a pod that references it`;
		case "invalid-reference":
			return "the image is no image reference";
		case "never-pull":
			return "the image is not on the node, or not for this pod, and may not be pulled";
		case "no-secret":
			return `${places} has no pull secret for ${host}`;
		case "secret-missing":
			return secret === ""
				? `a pull secret that the pods reference does not exist`
				: `${secret} is referenced, and does not exist`;
		case "not-attached":
			return `${secret} has a credential for ${host}, but neither the pod nor its service account references it`;
		case "pod-older":
			return `created before ${secret}, with a credential for ${host}, existed or was attached`;
		case "pod-lacks":
			return `${secret}, with a credential for ${host}, is referenced by the service account, but not by the pod`;
		case "no-key":
			return `no pull secret has an entry for ${host}`;
		case "empty-entry":
			return `the entry for ${host} in ${secret} is empty`;
		case "rejected":
			return `${host} rejects the credential in ${secret}${hint === undefined ? "" : ` (${credentialFaultWords(hint)})`}`;
		case "expired-token":
			return `the token for ${host} in ${secret} has expired`;
		case "forbidden":
			return `${host} answers 403 Forbidden: the credential in ${secret} is wrong, has expired, or has no right to the image`;
		case "no-right":
			return `${host} accepted the credential in ${secret} but denied the image (no permission, or no such image)`;
		case "retry-pending":
			return `${secret} changed ${changedAgo === undefined ? "" : `${duration(Math.floor(changedAgo / 1000))} ago, `}after the last attempt at ${host}`;
		case "static-pod":
			return `static pods use no pull Secrets, and ${host} wants a credential`;
		case "sandbox-image":
			return `nodes cannot pull the sandbox image, which every pod needs${words === "" ? "" : `: ${words}`}`;
		case "not-found":
			return `image or tag not found at ${host} (or this user cannot see it)`;
		case "rate-limit":
			return `${at}: rate limit reached (429)`;
		case "short-name":
			return "nodes pull no image without a registry in its name";
		case "signature":
			return `the nodes' policy wants a signature, and the image of ${host} has none that it accepts`;
		case "pull-qps":
			return "the kubelet has reached its own limit of pulls per second";
		case "web-page":
			return `${at} answers with a web page`;
		case "registry-error":
			return `${at} fails with a server error`;
		case "untrusted-ca":
			return `nodes do not trust the certificate of ${at} (unknown CA)`;
		case "expired-certificate":
			return `the certificate of ${at} has expired or is not valid yet`;
		case "wrong-certificate-name":
			return `the certificate of ${at} is for another name`;
		case "plain-http":
			return `${at} speaks plain http, and nodes expect https`;
		case "https-only":
			return `${at} speaks https, and nodes expect plain http`;
		case "tls-handshake":
			return `nodes and ${at} agree on no TLS version or cipher`;
		case "node-proxy":
			return `nodes cannot reach ${at} through their proxy`;
		case "unreachable":
			return `nodes cannot reach ${at}`;
		case "interrupted":
			return `the transfer from ${at} broke off`;
		case "architecture":
			return "the image is not made for the nodes' architecture";
		case "disk":
			return "the node's disk is full";
		case "unknown":
			return words === ""
				? "no reason in pod status or events"
				: `the kubelet says: ${words}`;
	}
}

const ROLES = {
	mirror: "a mirror",
	"token-server": "the token server",
	"blob-host": "the host of the layers",
} as const;

function pullHint(about: PullSubject & { cause: ProblemKind }): string {
	const { near, controller, provider, left, listed, blocked } = about;
	return [
		about.cause === "rate-limit" && hasNoAccounts(about.host)
			? "It has no accounts to log in with: pull from a mirror, or wait."
			: (HINTS[about.cause] ?? ""),
		near === undefined ? "" : nearMissSentence(near),
		controller === undefined ? "" : controllerHint(controller, about.host),
		provider === undefined
			? ""
			: `The service account is annotated for a credential provider (${provider}), which the nodes may ask instead: see the kubelet's log.`,
		...blocked.map(obstacleHint),
		left.length === 0
			? ""
			: `${someNames(left)} ${left.length === 1 ? "has" : "have"} no controller: delete ${left.length === 1 ? "it and create it" : "them and create them"} again.`,
		listed.pods.length === 0
			? ""
			: `${someNames(listed.pods)} ${listed.pods.length === 1 ? "lists its" : "list their"} pull secrets in the pod's spec: add ${listed.secret} there, and create ${listed.pods.length === 1 ? "it" : "them"} again.`,
	]
		.filter((text) => text !== "")
		.join(" ");
}

const HINTS: Partial<Record<ProblemKind, string>> = {
	"malformed-secret":
		"Correct the entry that cannot be read; explain names it.",
	"invalid-reference":
		"Correct the image in the pod's template: [HOST[:PORT]/]PATH[:TAG][@DIGEST].",
	"never-pull":
		"Change imagePullPolicy from Never, or load the image on the node. From 1.35 on, a kubelet also wants to see the credential for an image that another pod brought.",
	"pod-older": "Pods keep the imagePullSecrets they start with.",
	"pod-lacks": "Pods keep the imagePullSecrets they start with.",
	"no-key":
		"If the image is public, its name may be wrong instead. Nodes may also hold credentials, which cannot be seen from here.",
	"empty-entry":
		"Kubelets read neither identity tokens nor credential stores: write user and password.",
	"no-right":
		"Registries do not tell which: check the image's name, then give the user the right to pull it.",
	"retry-pending": "Kubelets retry within 5 minutes, or delete the pod.",
	"static-pod":
		"The node needs a credential of its own: export writes a docker config for nodes.",
	"sandbox-image":
		"The node needs a credential of its own, or another sandbox image in the container runtime's configuration.",
	"not-found":
		"Correct the image's name or tag; some registries hide what a user may not see.",
	"rate-limit": "Pull with a credential, or from a mirror; or wait.",
	"short-name":
		"Write the registry into the image's name, such as docker.io/library/alpine.",
	signature: "Sign the image, or change the policy of the nodes.",
	"pull-qps":
		"It goes on by itself; registryPullQPS in the kubelet's configuration sets the limit.",
	"web-page":
		"The host name is no registry's, or a proxy or mirror of the nodes answers in its place.",
	"registry-error": "Nothing is wrong in the cluster: look at the registry.",
	"untrusted-ca":
		"Install the CA on every node, in the container runtime's configuration for this host; a pull Secret cannot carry it.",
	"expired-certificate": "Renew the certificate, or correct the nodes' clocks.",
	"wrong-certificate-name":
		"Use a name that the certificate has, or have it issued for this one.",
	"plain-http":
		"Give the registry a certificate, or allow http for this host in the container runtime's configuration on every node.",
	"https-only":
		"Use https for this host in the container runtime's configuration on every node.",
	"tls-handshake":
		"Look at the TLS settings of the registry, or of what stands before it.",
	"node-proxy":
		"Correct the proxy's address, allow the host in it, or leave it out with NO_PROXY, in the container runtime's environment on every node.",
	unreachable:
		"Look at DNS, proxies and network policies of the nodes, and whether the host is up.",
	interrupted:
		"Kubelets retry; where it stays, look at the network and the registry.",
	architecture:
		"Use an image for it, or keep the pods to other nodes with a nodeSelector for kubernetes.io/arch.",
	disk: "Make room on the node, or give it a larger disk.",
};

function controllerHint(controller: Manager, host: string): string {
	switch (controller.by) {
		case "owner":
			return `The Secret is owned by ${controller.kind}/${controller.name}, which overwrites it: fix it there.`;
		case "tool":
			return `The Secret is managed by ${controller.name}: fix it there.`;
		case "openshift":
			return `OpenShift made the Secret for service account ${controller.account || "default"}; at its own registry${host === "" ? "" : ` (${host})`} a right is missing: oc policy add-role-to-user system:image-puller system:serviceaccount:NAMESPACE:${controller.account || "default"} -n PROJECT.`;
	}
}

const READABLE: Readonly<Record<Readable, string>> = {
	secrets: "Secrets",
	"secret-names": "the names of Secrets",
	serviceaccounts: "service accounts",
	pods: "pods",
	events: "events",
	source: "the source",
	namespace: "the namespace",
	namespaces: "Namespaces",
	nodes: "Nodes",
	policies: "admission policies",
};

function forbiddenWords(
	denied: readonly Access[],
	unread: readonly Readable[],
): string {
	const byResource = Map.groupBy(denied, ({ resource }) => resource);
	const may = [...byResource].map(([resource, accesses]) => {
		const verbs = [...new Set(accesses.map(({ verb }) => verb))].join(", ");
		const places = [
			...new Set(accesses.flatMap(({ namespace }) => namespace ?? [])),
		];
		return `${verbs} ${resource}${places.length === 0 ? "" : ` in ${someNames(places)}`}`;
	});
	return [
		...(may.length === 0 ? [] : [`not allowed: ${may.join("; ")}`]),
		...(unread.length === 0
			? []
			: [
					`not checked (not allowed): ${unread.map((what) => READABLE[what]).join(", ")}`,
				]),
	].join("; ");
}

/** A line for each workload that a finding is about, the first five. */
function workloadLines({ workloads }: Finding): string[] {
	return someLines(
		workloads.map(({ kind, name, namespace, pods, images }) => {
			const count = kind === "Pod" ? "" : ` (${counted(pods.length, "pod")})`;
			return `${namespace}: ${kind.toLowerCase()}/${name}${count}: ${someNames(images)}`;
		}),
		NAMED,
	);
}

function accountsIn(accounts: readonly string[], places: string): string {
	return `serviceaccount/${someNames(accounts)} in ${places}`;
}

/** `app`, `app, shop`, or `app, pay, shop and 7 more`. */
const someNames = (names: readonly string[]) => someOf(names, 3);

function are(names: readonly string[]): string {
	return names.length === 1 ? "is" : "are";
}
