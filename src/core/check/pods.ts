import {
	kubectl,
	meshreg,
	objectName,
	type Script,
	script,
} from "../output/shell.ts";
import type { Fixes } from "../pull-secrets/fixes.ts";
import type { Facts, PodFacts } from "./facts.ts";
import { counted, type Finding, finding, formatNamespaces } from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";
import { podFix } from "./pod-fixes.ts";
import {
	diagnose,
	type ProblemKind,
	type PullProblem,
} from "./pull-diagnosis.ts";

/** What each kind means: a clause about the pods, and what to know about mending it. `HOST` and `SECRET` stand for themselves. */
const WORDS: Record<ProblemKind, readonly [clause: string, hint: string]> = {
	"malformed-secret": [
		"SECRET cannot be read, which fails every pull of a pod that names it",
		"Write it again.",
	],
	"invalid-reference": [
		"the image is no image reference",
		"Correct the image in the pod's template: [HOST[:PORT]/]PATH[:TAG][@DIGEST].",
	],
	"never-pull": [
		"the image is not on the node, or not for this pod, and may not be pulled",
		"Change imagePullPolicy from Never, or load the image on the node. From 1.35 on, a kubelet also wants to see the credential for an image that another pod brought.",
	],
	"no-secret": [
		"no copy of the pull secret is there, which has a credential for HOST",
		"",
	],
	"secret-missing": ["SECRET is named, and is not there", ""],
	"not-attached": [
		"SECRET has a credential for HOST, but neither the pod nor its service account names it",
		"",
	],
	"pod-older": [
		"made before SECRET, with its credential for HOST, was there or named; a pod keeps the list that it was made with",
		"",
	],
	"no-key": [
		"no pull Secret has a key for HOST",
		"If the image is public, its name may be wrong instead. Nodes may also hold credentials, which cannot be seen from here.",
	],
	rejected: ["HOST rejects the credential in SECRET", ""],
	"expired-token": ["the token for HOST in SECRET has expired", ""],
	forbidden: [
		"HOST answers 403 Forbidden: the credential in SECRET is wrong, has expired, or has no right to the image",
		"The registry tells which when the credential is verified.",
	],
	"no-right": [
		"HOST knows the credential in SECRET, but gives it no right to the image, or has no such image",
		"Registries do not tell which: look at the image's name, then give the user the right to pull it.",
	],
	"not-found": [
		"HOST has no such image or tag, or hides it",
		"Correct the image's name or tag; some registries hide what a user may not see.",
	],
	"rate-limit": [
		"HOST limits how often it may be asked",
		"Pull with a credential, or from a mirror; or wait.",
	],
	"untrusted-ca": [
		"nodes do not trust the authority that signed the certificate of HOST",
		"Install the CA on every node, in the container runtime's configuration for this host; a pull Secret cannot carry it.",
	],
	"expired-certificate": [
		"the certificate of HOST has expired or is not valid yet, by the nodes' clocks",
		"Renew the registry's certificate, or put the nodes' clocks right.",
	],
	"wrong-certificate-name": [
		"the certificate of HOST is for another name",
		"Use a name that the certificate has, or have it issued for this one.",
	],
	"plain-http": [
		"HOST speaks plain http, and nodes expect https",
		"Give the registry a certificate, or allow http for this host in the container runtime's configuration on every node.",
	],
	unreachable: [
		"nodes cannot reach HOST",
		"Look at DNS, proxies and network policies of the nodes, and whether the registry is up.",
	],
	architecture: [
		"the image is not made for the nodes' architecture",
		"Use an image for it, or keep the pods to other nodes with a nodeSelector for kubernetes.io/arch.",
	],
	disk: [
		"the node's disk is full",
		"Make room on the node, or give it a larger disk.",
	],
	"short-name": [
		"nodes take no image without a registry in its name",
		"Write the registry into the image's name, such as docker.io/library/alpine.",
	],
	signature: [
		"the nodes' policy asks for a signature that the image does not have",
		"Sign the image, or change the policy of the nodes.",
	],
	"pull-qps": [
		"the kubelet starts no more pulls a second",
		"It goes on by itself; registryPullQPS in the kubelet's configuration sets the limit.",
	],
	"web-page": [
		"HOST answers with a web page",
		"The host name is no registry's, or a proxy or mirror of the nodes answers in its place.",
	],
	"registry-error": [
		"HOST fails",
		"Nothing is wrong here: the registry has to be looked at.",
	],
	"https-only": [
		"HOST speaks https, and nodes expect plain http",
		"Use https for this host in the container runtime's configuration on every node.",
	],
	"tls-handshake": [
		"nodes and HOST agree on no TLS version or cipher",
		"Look at the TLS settings of the registry, or of what stands before it.",
	],
	"node-proxy": [
		"the nodes' proxy refuses HOST",
		"Allow the host in the proxy, or leave it out with NO_PROXY in the container runtime's environment on every node.",
	],
	interrupted: [
		"the transfer from HOST broke off",
		"Kubelets retry; where it stays, look at the network and the registry.",
	],
	unknown: [
		"no reason in pod status or events",
		"Events show it for an hour after an attempt.",
	],
};

/** Pods that wait for their image, by cause, the most frequent first; and that there are none. */
export function checkPods(
	facts: Facts,
	keyrings: Keyrings,
	mending: Fixes,
): Finding[] {
	const groups = Map.groupBy(
		diagnose(keyrings),
		({ kind, host, secret }) =>
			`${kind} ${saysHost(kind) ? host : ""} ${sameSecret(kind, secret)}`,
	);
	if (groups.size === 0)
		return facts.unread.some(({ what }) => what === "pods")
			? []
			: [
					finding(
						"pods",
						"ok",
						`${counted(facts.pods.length, "pod")}: none waits for an image`,
					),
				];
	return [...groups.values()]
		.map((group) => groupFinding(group, keyrings, mending))
		.sort((a, b) => b.pods - a.pods);
}

/** Whether the registry is part of the cause, or of what mends it. */
function saysHost(kind: ProblemKind): boolean {
	return WORDS[kind][0].includes("HOST") || kind === "secret-missing";
}

/** Copies of one name in many namespaces are one cause. */
function sameSecret(kind: ProblemKind, secret: string): string {
	return WORDS[kind][0].includes("SECRET")
		? secret.slice(secret.indexOf("/") + 1)
		: "";
}

function groupFinding(
	group: readonly PullProblem[],
	keyrings: Keyrings,
	mending: Fixes,
): Finding {
	const { kind, host, secret, image, pod } = group[0] as PullProblem;
	const pods = [...new Set(group.map((problem) => problem.pod))];
	const namespaces = [
		...new Set(pods.map(({ namespace }) => namespace)),
	].sort();
	const [known, hint] = WORDS[kind];
	const { words } = (group[0] as PullProblem).report;
	// What no rule knows is quoted.
	const clause =
		kind === "unknown" && words !== "" ? `the kubelet says: ${words}` : known;
	const named =
		namespaces.length === 1 ? secret : secret.slice(secret.indexOf("/") + 1);
	const { fix, left } = podFix(group, keyrings, mending);
	return finding(
		"pods",
		"problem",
		`${counted(pods.length, "pod")} in ${formatNamespaces(namespaces)} cannot pull: ${clause.replace("HOST", () => host).replace("SECRET", () => named)}`,
		{
			hint: [
				hint,
				left.length > 0 ? leftWords(left, namespaces.length > 1) : "",
			]
				.filter((text) => text !== "")
				.join(" "),
			fix,
			look: lookAt(kind, pod, image),
			cause: kind,
			namespaces,
			pods: pods.length,
		},
	);
}

/** What says more than the pods' status. */
function lookAt(
	kind: ProblemKind,
	{ namespace, name }: PodFacts,
	image: string,
): Script | undefined {
	const [pod, at] = [objectName(name), objectName(namespace)];
	switch (kind) {
		case "forbidden":
			return script(
				meshreg("explain", image, "-n", at, "--pod", pod, "--verify"),
			);
		case "unknown":
			return script(kubectl("describe", "pod", pod, "-n", at));
		default:
			return undefined;
	}
}

/** Pods of one name may be in several namespaces. */
function leftWords(pods: readonly PodFacts[], severalPlaces: boolean): string {
	const names = pods.map(({ namespace, name }) =>
		severalPlaces ? `pod/${name} in ${namespace}` : `pod/${name}`,
	);
	return `Nothing makes ${formatNamespaces(names)} again: delete and create ${pods.length === 1 ? "it" : "them"}.`;
}
