import type { Blocked } from "../core/check/blocked.ts";
import type { PullSubject, Unfixed } from "../core/check/finding.ts";
import type { LackFix } from "../core/check/pod-fixes.ts";
import type { ProblemKind } from "../core/check/pull-diagnosis.ts";
import type { Place } from "../core/output/input-failure.ts";
import { claimedName, said } from "../core/output/printable.ts";
import { someOf } from "../core/output/some-of.ts";
import { canBeWritten } from "../core/pull-secrets/fixes.ts";
import type { Manager } from "../core/pull-secrets/managers.ts";
import { WITHOUT_ACCOUNTS } from "../core/registry/public.ts";
import { duration } from "./age.ts";
import { credentialFaultWords } from "./credential-fault-words.ts";
import { nearMissSentence } from "./near-miss.ts";

/** The cause of pods that cannot pull, as a clause; `one`: `places` is one namespace. */
export function pullClause(
	{ cause, pods, host, secret, words, asked, hint, changedAgo }: PullSubject,
	places: string,
	one: boolean,
): string {
	// The host that failed, and for whom it stands.
	const at =
		asked === undefined
			? host
			: `${asked.host} (${ROLES[asked.role]} of ${host})`;
	const [thePods, theirAccounts, s] =
		pods === 1
			? ["the pod", "its service account", "s"]
			: ["the pods", "their service accounts", ""];
	// Of Secrets that may not be read nobody knows which it is.
	const [itsSecret, inSecret] =
		secret === ""
			? [`a pull secret that ${thePods} reference${s}`, ""]
			: [secret, ` in ${secret}`];
	switch (cause) {
		case "malformed-secret":
			return `${itsSecret} cannot be read, which fails every pull of a pod that references it`;
		case "invalid-reference":
			return "the image is not an image reference";
		case "never-pull":
			return `the image is not on the node, or not for ${thePods}, and is never pulled`;
		case "no-secret":
			return `${places} ${one ? "has" : "have"} no pull secret for ${host}`;
		case "secret-missing":
			return secret === ""
				? `${itsSecret} does not exist`
				: `${secret} is referenced, and does not exist`;
		case "not-attached":
			return `${secret} has a credential for ${host}, but neither ${thePods} nor ${theirAccounts} reference${s} it`;
		case "pod-older":
			return `created before ${secret}, with a credential for ${host}, existed or was attached`;
		case "pod-lacks":
			return `${secret}, with a credential for ${host}, is referenced by ${theirAccounts}, but not by ${thePods}`;
		case "no-key":
			return `no pull secret has an entry for ${host}`;
		case "refused":
			return `${host} refuses the credential, or wants one (Secrets cannot be read)`;
		case "empty-entry":
			return `the entry for ${host} in ${secret} is empty`;
		case "rejected":
			return `${host} rejects the credential${inSecret}${hint === undefined ? "" : ` (${credentialFaultWords(hint)})`}`;
		case "expired-token":
			return `the token for ${host}${inSecret} has expired`;
		case "forbidden":
			return `${host} answers 403 Forbidden: the credential${inSecret} is wrong, has expired, or has no right to the image`;
		case "no-right":
			return `${host} accepted the credential in ${secret} but denied the image (no permission, or no such image)`;
		case "retry-pending":
			return `${secret} changed ${changedAgo === undefined ? "" : `${duration(Math.floor(changedAgo / 1000))} ago, `}after the last attempt at ${host}`;
		case "static-pod":
			return `static pods use no pull Secrets, and ${host} requires a credential`;
		case "sandbox-image":
			return `nodes cannot pull the sandbox image, which every pod needs${words === "" ? "" : `: ${said(words)}`}`;
		case "not-injected":
			return 'the image is still "auto", which Istio\'s injector was to fill in';
		case "not-found":
			return `image or tag not found at ${host} (or this user cannot see it)`;
		case "rate-limit":
			return `${at}: rate limit reached (429)`;
		case "short-name":
			return "nodes pull no image without a registry in its name";
		case "signature":
			return `the nodes' policy requires a signature, and the image of ${host} has none that it accepts`;
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
				: // A registry that a tenant's image names may have written them.
					`the kubelet says: ${said(words)}`;
	}
}

const ROLES = {
	mirror: "a mirror",
	"token-server": "the token server",
	"blob-host": "the host of the layers",
} as const;

/** What to know about pods that cannot pull, and what a person has to do; `one`: in one namespace; "" where the clause says it all. */
export function pullHint(about: PullSubject, one: boolean): string {
	const { near, controller, provider, missing, blocked } = about;
	const accounts = [
		...new Set(
			about.stranded.map(({ namespace, account: name }) =>
				named("serviceaccount", { namespace, name }, one),
			),
		),
	].sort();
	const [is, does] = missing.length === 1 ? ["is", "does"] : ["are", "do"];
	return [
		about.cause === "rate-limit" && WITHOUT_ACCOUNTS.has(about.host)
			? "It has no accounts to log in with: pull from a mirror, or wait."
			: about.cause === "rate-limit" && about.secret !== ""
				? `Already pulled with ${about.secret}: raise that user's limit, pull from a mirror, or wait.`
				: (HINTS[about.cause] ?? ""),
		about.cause === "no-key" ? unwritableHint(about.host) : "",
		missing.length === 0
			? ""
			: `${claimsWords(missing)} ${is} referenced, and ${does} not exist.`,
		near === undefined ? "" : nearMissSentence(near),
		controller === undefined ? "" : controllerHint(controller, about.host),
		provider === undefined
			? ""
			: `The service account is annotated for a credential provider (${provider}), which the nodes may ask instead: see the kubelet's log.`,
		...blocked.map(obstacleHint),
		bareHint(about, one),
		accounts.length === 0
			? ""
			: `${someNames(accounts)} ${accounts.length === 1 ? "does" : "do"} not exist, and pods are not made without: create ${accounts.length === 1 ? "it" : "them"} first.`,
		listingHint(about, one),
	]
		.filter((text) => text !== "")
		.join(" ");
}

/** What explain adds about an image that a pod has no credential for, where no pull secret of ours would help as it is. */
export function lackHint({ kind, host, controller }: LackFix): string {
	if (controller !== undefined) return controllerHint(controller, host);
	if (kind === "static-pod")
		return `Static pods use no pull Secrets. ${HINTS["static-pod"]}`;
	return kind === "no-key" ? unwritableHint(host) : "";
}

function unwritableHint(host: string): string {
	return canBeWritten(host)
		? ""
		: `Registries are written in lower case, and kubelets compare letter case: write ${host} in lower case in the image.`;
}

/** Of pods that nothing makes again; `one`: in one namespace, which need not be said. */
export function bareHint({ left }: Unfixed, one: boolean): string {
	if (left.length === 0) return "";
	const [has, them] = left.length === 1 ? ["has", "it"] : ["have", "them"];
	return `${somePods(left, one)} ${has} no controller: delete and recreate ${them}.`;
}

/** Of pods whose own list a pull secret is to be added to. */
export function listingHint({ listed }: Unfixed, one: boolean): string {
	const { pods, secret } = listed;
	if (pods.length === 0) return "";
	const [list, them] =
		pods.length === 1 ? ["lists its", "it"] : ["list their", "them"];
	return `${somePods(pods, one)} ${list} pull secrets in the pod's spec: add ${secret} there or in the template, and recreate ${them}.`;
}

function somePods(pods: readonly Place[], one: boolean): string {
	return someNames(pods.map((pod) => named("pod", pod, one)));
}

/** `pod/NAME in NAMESPACE`, or `pod/NAME` where all are in `one`. */
function named(kind: string, { namespace, name }: Place, one: boolean): string {
	return one ? `${kind}/${name}` : `${kind}/${name} in ${namespace}`;
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
	"not-injected":
		"Look at the labels that ask for injection (istio-injection and istio.io/rev on the Namespace, sidecar.istio.io/inject and istio.io/rev on the pod) and whether Istio has that revision; then recreate the pods.",
	"not-found":
		"Correct the image's name or tag; some registries hide what a user may not see.",
	"rate-limit": "Pull with a credential, or from a mirror; or wait.",
	"short-name":
		"Write the registry into the image's name, such as docker.io/library/alpine.",
	signature: "Sign the image, or change the policy of the nodes.",
	"pull-qps":
		"It goes on by itself; registryPullQPS in the kubelet's configuration sets the limit.",
	"web-page":
		"The host name is not a registry's, or a proxy or mirror of the nodes answers in its place.",
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
			return `The Secret is owned by ${controller.kind}${controller.name && `/${controller.name}`}, which overwrites it: fix it there.`;
		case "tool":
			return `The Secret is managed by ${controller.name}: fix it there.`;
		case "openshift":
			return `OpenShift made the Secret for service account ${controller.account || "default"}; at its own registry${host === "" ? "" : ` (${host})`} a right is missing: oc policy add-role-to-user system:image-puller system:serviceaccount:NAMESPACE:${controller.account || "default"} -n PROJECT.`;
	}
}

/** What is in a copy's place, and where it is not so in all of them: the cause that pods lack it. */
export function blockedClause(
	blocked: readonly Blocked[],
	all: readonly string[],
): string {
	const clauses = blocked.map(
		(one) =>
			`${one.by.cause === "namespace-skipped" ? SKIPPED : `${obstacleNoun(one)} is in the copy's place`}${one.namespaces.length === all.length ? "" : ` in ${someOf(one.namespaces)}`}`,
	);
	return clauses.length === 0 ? "" : `: ${clauses.join(", ")}`;
}

/** What is in a copy's place. */
export function obstacleNoun({ by, claims }: Blocked): string {
	switch (by.cause) {
		case "managed-by-other":
			return `a Secret managed by ${someNames(claims)}`;
		case "copy-of-another":
			return `a Secret that calls itself a copy of ${claimsWords(claims)}`;
		case "is-source":
			return "another source";
		case "terminating":
			return "a Secret that is being deleted";
		case "immutable":
			return "an immutable Secret";
		default:
			return "a Secret that meshreg does not manage";
	}
}

/** Some of them, and of each its beginning: the rest of the line is ours. */
export function claimsWords(claims: readonly string[]): string {
	return someNames(claims.map((claim) => claimedName(claim, 80)));
}

/** What is in the way of a copy of this name, and what to do about it. */
export function obstacleSentence(blocked: Blocked, name: string): string {
	const refs = someNames(blocked.namespaces.map((at) => `${at}/${name}`));
	const what =
		blocked.by.cause === "namespace-skipped"
			? `${someNames(blocked.namespaces)} is ${SKIPPED}`
			: `${refs}, ${obstacleNoun(blocked)}, is in the copy's place`;
	return `${what}. ${obstacleHint(blocked)}`;
}

const SKIPPED = "annotated kubectl-meshreg/skip=true";

/** What to do about it. */
export function obstacleHint({ by, claims }: Blocked): string {
	switch (by.cause) {
		case "managed-by-other":
			return leftAlone(
				`remove or rename it where ${someNames(claims)} ${claims.length === 1 ? "keeps" : "keep"} it`,
			);
		case "copy-of-another":
			return leftAlone("give one of the two sources another name");
		case "is-source":
			return leftAlone("give one of the two another name");
		case "terminating":
			return "It waits for its finalizers: run sync once it is gone.";
		case "immutable":
			return "It cannot be updated: sync --force deletes and recreates it.";
		case "namespace-skipped":
			return "sync writes nothing there while the Namespace is annotated so.";
		default:
			return by.cause === "unmanaged" && by.equal
				? "It has the same content: sync --adopt takes it over."
				: leftAlone("remove or rename it");
	}
}

/** Pods are told of it also in namespaces that no record has. */
function leftAlone(remedy: string): string {
	return `sync leaves it alone: ${remedy}, or, where the namespace is recorded, take it out with sync --forget.`;
}

/** `app`, `app, shop`, or `app, pay, shop and 7 more`. */
export const someNames = (names: readonly string[]) => someOf(names, 3);
