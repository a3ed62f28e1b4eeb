import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	type Installation,
	installationId,
	manifestsOf,
	rightsOf,
} from "../../../src/core/in-cluster/installation.ts";

const SOURCE = { namespace: "mesh", name: "key" };

const installation = (given: Partial<Installation> = {}): Installation => ({
	source: SOURCE,
	names: undefined,
	attaches: false,
	deletes: false,
	policies: false,
	args: ["sync", "key", "--watch=true"],
	image: "reg.io/meshreg:1",
	healthPort: 8081,
	metricsPort: undefined,
	...given,
});

/** `secrets[key]: get,list` and the like. */
const short = (rules: ReturnType<typeof rightsOf>["everywhere"]) =>
	rules.map(
		({ resources, resourceNames, verbs }) =>
			`${resources}${resourceNames ? `[${resourceNames}]` : ""}: ${verbs}`,
	);

describe("what the account may do", () => {
	for (const [what, given, everywhere, within] of [
		[
			"everywhere",
			{},
			[
				"secrets[key]: get,list,watch,patch",
				"secrets: create",
				"namespaces: list,watch",
				"events: create",
			],
			{},
		],
		[
			"everywhere, with accounts and deletions",
			{ attaches: true, deletes: true },
			[
				"secrets[key]: get,list,watch,patch,delete",
				"secrets: create",
				"namespaces: list,watch",
				"serviceaccounts: get,list,watch,patch",
				"events: create",
			],
			{},
		],
		[
			"in named namespaces, nothing everywhere",
			{ names: ["shop", "app", "app"], attaches: true },
			[],
			{
				app: [
					"secrets[key]: get,list,watch,patch",
					"secrets: create",
					"namespaces: get",
					"serviceaccounts: get,list,watch,patch",
					"events: create",
				],
				mesh: ["secrets[key]: get,list,watch,patch", "events: create"],
				shop: [
					"secrets[key]: get,list,watch,patch",
					"secrets: create",
					"namespaces: get",
					"serviceaccounts: get,list,watch,patch",
					"events: create",
				],
			},
		],
		[
			"in named namespaces, with admission policies",
			{ names: ["mesh"], policies: true },
			[
				"mutatingadmissionpolicies,mutatingadmissionpolicybindings[kubectl-meshreg.names.mesh.key,kubectl-meshreg.rules.mesh.key]: get,update,delete",
				"mutatingadmissionpolicies,mutatingadmissionpolicybindings: create",
			],
			{
				mesh: [
					"secrets[key]: get,list,watch,patch",
					"secrets: create",
					"namespaces: get",
					"events: create",
				],
			},
		],
		[
			"in the source's own namespace",
			{ names: ["mesh"] },
			[],
			{
				mesh: [
					"secrets[key]: get,list,watch,patch",
					"secrets: create",
					"namespaces: get",
					"events: create",
				],
			},
		],
	] as const)
		it(what, () => {
			const rights = rightsOf(installation(given));
			assert.deepEqual(short(rights.everywhere), everywhere);
			assert.deepEqual(
				Object.fromEntries(
					[...rights.inNamespaces].map(([name, rules]) => [name, short(rules)]),
				),
				within,
			);
		});
});

describe("the manifests", () => {
	const kinds = (given: Partial<Installation>) =>
		manifestsOf(installation(given)).map(
			({ kind, metadata }) =>
				`${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
		);

	it("limit the account before they give it rights, and run it last", () => {
		assert.deepEqual(kinds({}), [
			"Namespace /mesh",
			"ServiceAccount mesh/meshreg-key",
			"ValidatingAdmissionPolicy /kubectl-meshreg.watch.mesh.key",
			"ValidatingAdmissionPolicyBinding /kubectl-meshreg.watch.mesh.key",
			"ClusterRole /kubectl-meshreg.watch.mesh.key",
			"ClusterRoleBinding /kubectl-meshreg.watch.mesh.key",
			"Deployment mesh/meshreg-key",
		]);
		assert.deepEqual(kinds({ names: ["app"] }).slice(4), [
			"Role app/meshreg-key",
			"RoleBinding app/meshreg-key",
			"Role mesh/meshreg-key",
			"RoleBinding mesh/meshreg-key",
			"Deployment mesh/meshreg-key",
		]);
	});

	it("are the same for the same input, whatever the order of names", () => {
		assert.equal(
			JSON.stringify(manifestsOf(installation({ names: ["a", "b"] }))),
			JSON.stringify(manifestsOf(installation({ names: ["b", "a", "b"] }))),
		);
	});

	it("bear names and labels that the API server takes, however long the source's are", () => {
		const source = { namespace: "n".repeat(63), name: "k".repeat(253) };
		for (const { metadata } of manifestsOf(installation({ source }))) {
			assert.ok((metadata.name ?? "").length <= 253);
			for (const value of Object.values(metadata.labels ?? {}))
				assert.match(value, /^[\w.-]{1,63}$/);
		}
		assert.notEqual(
			installationId(source),
			installationId({ ...source, namespace: "m" }),
		);
	});

	it("keep the account to pull secrets of one name before they give it rights", () => {
		const labels = {
			"app.kubernetes.io/name": "kubectl-meshreg",
			"app.kubernetes.io/instance": "meshreg-key",
			"app.kubernetes.io/managed-by": "kubectl-meshreg",
			"kubectl-meshreg/installation": installationId(SOURCE),
		};
		const across = { name: "kubectl-meshreg.watch.mesh.key", labels };
		const core = (resource: string, verbs: string[], more = {}) => ({
			apiGroups: [""],
			resources: [resource],
			verbs,
			...more,
		});
		const own = { resourceNames: ["key"] };
		assert.deepEqual(manifestsOf(installation()).slice(0, -1), [
			{ apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh" } },
			{
				apiVersion: "v1",
				kind: "ServiceAccount",
				metadata: { name: "meshreg-key", namespace: "mesh", labels },
			},
			{
				apiVersion: "admissionregistration.k8s.io/v1",
				kind: "ValidatingAdmissionPolicy",
				metadata: across,
				spec: {
					failurePolicy: "Fail",
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
							expression:
								"request.userInfo.username == 'system:serviceaccount:mesh:meshreg-key'",
						},
					],
					validations: [
						{
							expression:
								"object.type == 'kubernetes.io/dockerconfigjson' && object.metadata.name == 'key'",
							message:
								"this account writes pull secrets named key, and no other Secret",
						},
					],
				},
			},
			{
				apiVersion: "admissionregistration.k8s.io/v1",
				kind: "ValidatingAdmissionPolicyBinding",
				metadata: across,
				spec: { policyName: across.name, validationActions: ["Deny"] },
			},
			{
				apiVersion: "rbac.authorization.k8s.io/v1",
				kind: "ClusterRole",
				metadata: across,
				rules: [
					core("secrets", ["get", "list", "watch", "patch"], own),
					core("secrets", ["create"]),
					core("namespaces", ["list", "watch"]),
					core("events", ["create"]),
				],
			},
			{
				apiVersion: "rbac.authorization.k8s.io/v1",
				kind: "ClusterRoleBinding",
				metadata: across,
				roleRef: {
					apiGroup: "rbac.authorization.k8s.io",
					kind: "ClusterRole",
					name: across.name,
				},
				subjects: [
					{ kind: "ServiceAccount", name: "meshreg-key", namespace: "mesh" },
				],
			},
		]);
	});

	it("run as nobody, with nothing, on a disk that cannot be written", () => {
		const deployment = manifestsOf(installation({ metricsPort: 9 })).at(-1);
		assert.deepEqual(deployment, {
			apiVersion: "apps/v1",
			kind: "Deployment",
			metadata: {
				name: "meshreg-key",
				namespace: "mesh",
				labels: {
					"app.kubernetes.io/name": "kubectl-meshreg",
					"app.kubernetes.io/instance": "meshreg-key",
					"app.kubernetes.io/managed-by": "kubectl-meshreg",
					"kubectl-meshreg/installation": installationId(SOURCE),
				},
			},
			spec: {
				replicas: 1,
				strategy: { type: "Recreate" },
				selector: {
					matchLabels: {
						"app.kubernetes.io/name": "kubectl-meshreg",
						"app.kubernetes.io/instance": "meshreg-key",
					},
				},
				template: {
					metadata: {
						labels: {
							"app.kubernetes.io/name": "kubectl-meshreg",
							"app.kubernetes.io/instance": "meshreg-key",
							"app.kubernetes.io/managed-by": "kubectl-meshreg",
							"kubectl-meshreg/installation": installationId(SOURCE),
						},
					},
					spec: {
						serviceAccountName: "meshreg-key",
						nodeSelector: { "kubernetes.io/os": "linux" },
						securityContext: {
							runAsNonRoot: true,
							runAsUser: 65532,
							runAsGroup: 65532,
							seccompProfile: { type: "RuntimeDefault" },
						},
						containers: [
							{
								name: "sync",
								image: "reg.io/meshreg:1",
								args: ["sync", "key", "--watch=true"],
								ports: [
									{ name: "health", containerPort: 8081 },
									{ name: "metrics", containerPort: 9 },
								],
								livenessProbe: {
									httpGet: { path: "/livez", port: "health" },
									periodSeconds: 10,
									timeoutSeconds: 5,
									failureThreshold: 2,
								},
								readinessProbe: {
									httpGet: { path: "/readyz", port: "health" },
									periodSeconds: 10,
									timeoutSeconds: 5,
									failureThreshold: 2,
								},
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
		});
	});
});
