import { hashOf, POLICY_KINDS, policyNames } from "../accounts/policy.ts";
import { celText } from "../kubelet/image-test.ts";
import {
	groupOf,
	type Kind,
	type ObjectMeta,
	type ObjectOf,
	type PolicyRule,
	RESOURCES,
	type Stated,
} from "../objects.ts";
import {
	MANAGED_BY_LABEL,
	MANAGER,
	PULL_SECRET_TYPE,
} from "../pull-secrets/ownership.ts";
import type { SourceRef } from "../pull-secrets/source.ts";

/** `sync --watch` as it is to run in the cluster. */
export interface Installation {
	/** It runs in the source's namespace. */
	readonly source: SourceRef;
	/** The namespaces, where they are named; undefined: any, by a rule or the record. */
	readonly names: readonly string[] | undefined;
	readonly attaches: boolean;
	/** It may delete copies: `--prune`, and `--force` where an update is forbidden. */
	readonly deletes: boolean;
	/** It keeps the admission policies of `attach --by-policy`. */
	readonly policies: boolean;
	/** What sync is told, as `--flag=value`. */
	readonly args: readonly string[];
	readonly image: string;
	/** Ports of the pod; metrics are off by default. */
	readonly healthPort: number;
	readonly metricsPort: number | undefined;
}

/** Kinds that an installation may have, in the order in which they are taken away. */
export const INSTALLED_KINDS = [
	"Deployment",
	"ClusterRoleBinding",
	"RoleBinding",
	"ClusterRole",
	"Role",
	"ServiceAccount",
	// Last: until the account is gone, they keep it to pull secrets.
	"ValidatingAdmissionPolicyBinding",
	"ValidatingAdmissionPolicy",
] as const satisfies readonly Kind[];

/** An object of it, with its `apiVersion` and `kind`. */
export type InstalledObject = Stated<
	"Namespace" | (typeof INSTALLED_KINDS)[number]
>;

/** By which the objects of one installation are found. */
export const INSTALLATION_LABEL = "kubectl-meshreg/installation";

/** The user and group of the image, which its files belong to nobody else. */
const USER = 65532;

/** The value of the label: the same for every installation for that source. */
export function installationId({ namespace, name }: SourceRef): string {
	return hashOf(`${namespace}/${name}`);
}

/**
 * All objects of an installation, in the order in which they are applied: what keeps the account to
 * pull secrets before what gives it rights. The same for the same input, in every byte.
 */
export function manifestsOf(installation: Installation): InstalledObject[] {
	const { source } = installation;
	// Of what lives in a namespace, as a label's value may be.
	const name = `meshreg-${limited(source.name, 52)}`;
	const wide = `kubectl-meshreg.watch.${limited(`${source.namespace}.${source.name}`, 220)}`;
	const labels = {
		"app.kubernetes.io/name": "kubectl-meshreg",
		"app.kubernetes.io/instance": name,
		[MANAGED_BY_LABEL]: MANAGER,
		[INSTALLATION_LABEL]: installationId(source),
	};
	const within = (namespace = source.namespace) => ({
		name,
		namespace,
		labels,
	});
	const across = { name: wide, labels };
	const subjects = [
		{ kind: "ServiceAccount", name, namespace: source.namespace },
	];
	const granted = (
		kind: "ClusterRole" | "Role",
		metadata: ObjectMeta & { readonly name: string },
		rules: readonly PolicyRule[],
	): InstalledObject[] => {
		const { apiVersion } = RESOURCES[kind];
		const roleRef = { apiGroup: groupOf(kind), kind, name: metadata.name };
		return [
			{ apiVersion, kind, metadata, rules: [...rules] },
			{
				apiVersion,
				kind: `${kind}Binding` as const,
				metadata,
				roleRef,
				subjects,
			},
		];
	};
	const { everywhere, inNamespaces } = rightsOf(installation);
	return [
		{
			apiVersion: "v1",
			kind: "Namespace",
			metadata: { name: source.namespace },
		},
		{ apiVersion: "v1", kind: "ServiceAccount", metadata: within() },
		...policiesOf(source, name, across),
		...(everywhere.length === 0
			? []
			: granted("ClusterRole", across, everywhere)),
		...[...inNamespaces].flatMap(([namespace, rules]) =>
			granted("Role", within(namespace), rules),
		),
		deploymentOf(installation, within()),
	];
}

/** What `sync --watch` needs for an installation, and no more: everywhere, or by namespace, sorted; none where the rights are cluster-wide. */
export function rightsOf({
	source,
	names,
	attaches,
	deletes,
	policies,
}: Installation) {
	const rule = (resource: string, ...verbs: string[]): PolicyRule => ({
		apiGroups: [""],
		resources: [resource],
		verbs,
	});
	const secrets = (...verbs: string[]): PolicyRule => ({
		apiGroups: [""],
		resources: ["secrets"],
		resourceNames: [source.name],
		verbs,
	});
	const copies = [
		secrets("get", "list", "watch", "patch", ...(deletes ? ["delete"] : [])),
		// A create has no name that a rule could look at: the policy looks.
		rule("secrets", "create"),
	];
	const accounts = attaches
		? [rule("serviceaccounts", "get", "list", "watch", "patch")]
		: [];
	const events = rule("events", "create");
	const kept = policies ? policyRules(source) : [];
	if (names === undefined)
		return {
			everywhere: [
				...copies,
				rule("namespaces", "list", "watch"),
				...accounts,
				events,
				...kept,
			],
			inNamespaces: new Map(),
		};
	const targets = [...new Set(names)].sort();
	// A Namespace is in itself: https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/request/requestinfo.go
	const itself = rule("namespaces", "get");
	return {
		everywhere: kept,
		inNamespaces: new Map(
			[...new Set([source.namespace, ...targets])]
				.sort()
				.map((namespace): [string, PolicyRule[]] => [
					namespace,
					targets.includes(namespace)
						? [...copies, itself, ...accounts, events]
						: // patch: what the flags select is recorded on the source.
							[secrets("get", "list", "watch", "patch"), events],
				]),
		),
	};
}

/**
 * Whether a role binding that is there has the place of one to be made, or the role to be made, and is not just
 * that. A binding may name a role before there is one, and then gives whatever that comes to say.
 */
export function isInTheWay(
	there: ObjectOf["RoleBinding"],
	wanted: Stated<"RoleBinding">,
): boolean {
	const isNamed = there.metadata.name === wanted.metadata.name;
	const isSameRole = (["kind", "name"] as const).every(
		(field) => there.roleRef[field] === wanted.roleRef[field],
	);
	const isOurs = (there.subjects ?? []).every((subject) =>
		wanted.subjects?.some((ours) =>
			(["kind", "name", "namespace"] as const).every(
				(field) => subject[field] === ours[field],
			),
		),
	);
	return (isNamed || isSameRole) && !(isSameRole && isOurs);
}

/** As `sync` changes them. No policy can limit it: the API server runs none on admission policies themselves. */
function policyRules(source: SourceRef): PolicyRule[] {
	const apiGroups = ["admissionregistration.k8s.io"];
	const resources = POLICY_KINDS.map((kind) => RESOURCES[kind].plural);
	return [
		{
			apiGroups,
			resources,
			resourceNames: policyNames(source),
			verbs: ["get", "update", "delete"],
		},
		{ apiGroups, resources, verbs: ["create"] },
	];
}

/**
 * Keeps the account to pull secrets of that name. Without it, the right to create Secrets would be
 * the right to make a token for any service account, and with it to become that account.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
function policiesOf(
	source: SourceRef,
	account: string,
	metadata: ObjectMeta,
): InstalledObject[] {
	const user = `system:serviceaccount:${source.namespace}:${account}`;
	return [
		{
			apiVersion: "admissionregistration.k8s.io/v1",
			kind: "ValidatingAdmissionPolicy",
			metadata,
			spec: {
				failurePolicy: "Fail",
				// Whole, with the API server's defaults: they are one value, which a kubectl apply of this owns as it is stored.
				matchConstraints: {
					matchPolicy: "Equivalent",
					namespaceSelector: {},
					objectSelector: {},
					resourceRules: [
						{
							apiGroups: [""],
							apiVersions: ["v1"],
							operations: ["CREATE", "UPDATE"],
							resources: ["secrets"],
							scope: "*",
						},
					],
				},
				matchConditions: [
					{
						name: "is-this-account",
						expression: `request.userInfo.username == ${celText(user)}`,
					},
				],
				validations: [
					{
						expression: `object.type == ${celText(PULL_SECRET_TYPE)} && object.metadata.name == ${celText(source.name)}`,
						message: `this account writes pull secrets named ${source.name}, and no other Secret`,
					},
				],
			},
		},
		{
			apiVersion: "admissionregistration.k8s.io/v1",
			kind: "ValidatingAdmissionPolicyBinding",
			metadata,
			spec: { policyName: metadata.name ?? "", validationActions: ["Deny"] },
		},
	];
}

function deploymentOf(
	{ image, args, healthPort, metricsPort }: Installation,
	metadata: ObjectMeta,
): InstalledObject {
	const { name = "", labels = {} } = metadata;
	const selected = {
		"app.kubernetes.io/name": "kubectl-meshreg",
		"app.kubernetes.io/instance": name,
	};
	// /livez has waited two and a half minutes itself: within three the kubelet is to act.
	const probe = (path: string) => ({
		httpGet: { path, port: "health" },
		periodSeconds: 10,
		timeoutSeconds: 5,
		failureThreshold: 2,
	});
	return {
		apiVersion: "apps/v1",
		kind: "Deployment",
		metadata,
		spec: {
			replicas: 1,
			// Two at once would do no harm, and no good.
			strategy: { type: "Recreate" },
			selector: { matchLabels: selected },
			template: {
				metadata: { labels },
				spec: {
					serviceAccountName: name,
					nodeSelector: { "kubernetes.io/os": "linux" },
					securityContext: {
						runAsNonRoot: true,
						runAsUser: USER,
						runAsGroup: USER,
						seccompProfile: { type: "RuntimeDefault" },
					},
					containers: [
						{
							name: "sync",
							image,
							args: [...args],
							ports: [
								{ name: "health", containerPort: healthPort },
								...(metricsPort === undefined || metricsPort === healthPort
									? []
									: [{ name: "metrics", containerPort: metricsPort }]),
							],
							livenessProbe: probe("/livez"),
							readinessProbe: probe("/readyz"),
							securityContext: {
								allowPrivilegeEscalation: false,
								readOnlyRootFilesystem: true,
								capabilities: { drop: ["ALL"] },
							},
							resources: {
								requests: { cpu: "10m", memory: "96Mi" },
								limits: { memory: "256Mi" },
							},
						},
					],
				},
			},
		},
	};
}

/** A text, or what stands for it where it is too long: another for each. */
function limited(text: string, length: number): string {
	return text.length <= length ? text : hashOf(text);
}
