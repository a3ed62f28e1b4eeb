import type { Access, Readable } from "../core/check/facts.ts";
import type { Finding } from "../core/check/finding.ts";
import { counted } from "../core/output/counted.ts";
import type { EntryProblem } from "../core/output/entry-problem.ts";
import { claimedName } from "../core/output/printable.ts";
import { isoSeconds } from "../core/pull-secrets/expiry.ts";
import { displayHost } from "../core/registry/server.ts";
import { pageAddress } from "./addresses.ts";
import { contentFaultWords, entryProblemWords } from "./entry-words.ts";
import { failureLine } from "./failure.ts";
import { failureWords } from "./failure-words.ts";
import {
	blockedClause,
	claimsWords,
	obstacleHint,
	obstacleNoun,
	pullClause,
	pullHint,
	someNames,
} from "./pull-words.ts";
import { recordFaultWords } from "./record-words.ts";
import { verificationWords } from "./verification-words.ts";
import { isOrAre } from "./wording.ts";

/** What was found, in one line without a full stop. */
export function headline({ about, namespaces }: Finding): string {
	const places = someNames(namespaces);
	const one = namespaces.length <= 1;
	switch (about.cause) {
		case "source-missing":
			return failureWords(about.failure).message;
		case "well-formed":
			return `${about.ref} is well-formed, for ${someNames(about.hosts)}${about.providers.length === 0 ? "" : ` (from ${someNames(about.providers)})`}`;
		case "invalid-content":
			return `${about.ref}: ${contentFaultWords(about.fault)}`;
		case "invalid-entry":
			return `${about.ref}: ${displayHost(about.problem.key)}: ${entryProblemWords(about.problem)}`;
		case "expired":
		case "expiring":
			return `${about.ref}: the credential for ${displayHost(about.key)} ${about.cause === "expired" ? "expired" : "expires"} at ${isoSeconds(about.at)}${about.provider === "" ? "" : ` (it came from ${about.provider}: is what renews it running?)`}`;
		case "verification":
			return `${about.ref}: ${verificationWords(about.verification, about.key)}`;
		case "other-sources":
			return `Secrets elsewhere that call themselves a source (check who made them): ${someNames(about.refs)}`;
		case "no-record":
			return `${about.ref} has no record of where it was sent`;
		case "record-fault":
			return `the record of ${about.ref} is not valid: ${recordFaultWords(about.fault)}`;
		case "copies":
			return about.count === 0
				? `no copies are recorded${places === "" ? "" : ` in ${places}`}`
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
			return `${places} ${one ? "was" : "were"} deleted and created again since ${about.ref} was sent to ${one ? "it" : "them"}`;
		case "namespace-gone":
			return `${places} ${one ? "is" : "are"} recorded for ${about.ref}, and ${one ? "does" : "do"} not exist`;
		case "claimants": {
			const content =
				about.same === undefined
					? ""
					: about.same
						? ", with its content"
						: ", with other content";
			return about.same === undefined && !about.orphaned
				? `${places}: ${one ? "calls itself a copy" : "call themselves copies"} of ${claimedName(about.of)}, which is not a source that is checked here`
				: `${places}: ${one ? "calls itself a copy" : "call themselves copies"} of ${claimedName(about.of)}${content}; not recorded`;
		}
		case "accounts":
			return `${counted(about.count, "service account")}: every pull secret ${about.count === 1 ? "it references" : "they reference"} exists`;
		case "attachment-lost":
			return `${accountsIn(about.accounts, places)}: ${about.taken ? `attach added ${about.secret}, and something took it out` : `${about.secret} is recorded as attached, and is not`}; pods created from now on cannot pull with it`;
		case "account-gone": {
			const one = about.accounts.length === 1;
			return `${accountsIn(about.accounts, places)} ${one ? "is" : "are"} recorded as attached for ${about.ref}, and ${one ? "does" : "do"} not exist`;
		}
		case "account-lacks-secret":
			return `${accountsIn(about.accounts, places)} ${about.accounts.length === 1 ? "does" : "do"} not reference ${about.secret} (needed by ${counted(about.pods, "pod")})`;
		case "dangling":
			return `${accountsIn(about.accounts, places)} ${about.accounts.length === 1 ? "references" : "reference"} ${nonexistent(about.secrets)}`;
		case "secrets-enforced":
			return `${accountsIn(about.accounts, places)} allows only the pull secrets it references: pods that reference ${claimsWords(about.secrets)} will be refused`;
		case "policies":
			return `${about.ref}: pods in its recorded namespaces get it by an admission policy`;
		case "policy-missing":
			return `${someNames(about.names)} ${isOrAre(about.names)} missing: pods do not get ${about.ref}`;
		case "policy-edited":
			return `${someNames(about.names)} ${isOrAre(about.names)} not what the record and the registries of ${about.ref} ask for`;
		case "policy-surplus":
			return `${someNames(about.names)} ${isOrAre(about.names)} no longer needed: nothing in the record or the registries of ${about.ref} asks for ${about.names.length === 1 ? "it" : "them"}`;
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
		case "secret-missing-runs":
			return `${counted(about.pods, "running pod")} in ${places} ${about.pods === 1 ? "references" : "reference"} ${nonexistent(about.secrets)}`;
		default:
			return `${pullClause(about, places, one)}${blockedClause(about.blocked, namespaces)}; ${counted(about.pods, "pod")} cannot pull`;
	}
}

/** What to know about it; "" where the line says it all. */
export function hint({ about, gives, namespaces, fix }: Finding): string {
	switch (about.cause) {
		case "source-missing":
			return about.failure.cause === "not-a-source" &&
				about.failure.because.is === "unmanaged"
				? "If it is the source, label it app.kubernetes.io/managed-by=kubectl-meshreg."
				: "Copies are made from a source.";
		case "invalid-content":
			if (about.fault.kind === "malformed" && about.fault.twice)
				return "Its content was encoded in base64 twice: decode it once, or replace it.";
			if (about.fault.kind === "never-matches" && fix === undefined)
				return BY_ITS_OWN_NAME;
			if (about.fault.kind !== "malformed" || about.fault.keys.length === 0)
				return "Correct its content, or replace it.";
			return about.fault.others ? "Its other entries are good, and stay." : "";
		case "invalid-entry":
			return entryHint(about.problem);
		case "no-record":
			return gives.length > 0
				? "rotate and apply write the source alone. The namespaces below hold its credential already, but that does not entitle them to the next."
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
				? "That source does not exist, or is not managed by meshreg."
				: about.same === undefined
					? ""
					: `${namespaces.length > 1 ? "They are" : "It is"} given nothing.`;
		case "attachment-lost":
			return about.taken
				? "Something sets the whole list, such as a manifest that is reapplied: add the pull secret there."
				: "The account is newer, or a manifest that is reapplied sets its list: add the pull secret there.";
		case "account-lacks-secret":
			return "These pods run, with images that are public or were on the node already.";
		case "dangling":
			return "Kubelets skip it with a warning. Create the Secret, or take the name out, with detach where attach added it.";
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
		case "secret-missing-runs":
			return "Kubelets skip it with a warning.";
		default:
			if (!("host" in about)) return "";
			return (
				pullHint(about, namespaces.length <= 1) ||
				(fix === undefined &&
				(about.cause === "rejected" || about.cause === "expired-token")
					? "Replace the credential where the Secret comes from."
					: "")
			);
	}
}

const BY_ITS_OWN_NAME =
	"Add the registry by its own name with create --add, then take this entry out with create --remove.";

function entryHint(problem: EntryProblem): string {
	switch (problem.kind) {
		case "auth-differs":
			return "Kubelets and podman read auth, docker may read the others.";
		case "key":
			return problem.because === "single-word"
				? "A kubelet reads a host without a dot or a port as a directory of Docker Hub."
				: BY_ITS_OWN_NAME;
		case "bad-characters":
			return "Registries reject such a password; it was most likely saved with a line end or in another encoding.";
		default:
			return "";
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
		const places = new Set(
			accesses.flatMap(({ namespace }) => namespace ?? []),
		);
		return `${verbs} ${resource}${places.size === 0 ? "" : ` in ${someNames([...places])}`}`;
	});
	const unseen = unread.map((what) => READABLE[what]).join(", ");
	return [
		may.length > 0 && `not allowed: ${may.join("; ")}`,
		unseen && `not checked (not allowed): ${unseen}`,
	]
		.filter(Boolean)
		.join("; ");
}

function accountsIn(accounts: readonly string[], places: string): string {
	return `serviceaccount/${someNames(accounts)} in ${places}`;
}

function nonexistent(names: readonly string[]): string {
	return `${someNames(names.map((name) => claimedName(name)))}, which ${names.length === 1 ? "does" : "do"} not exist`;
}
