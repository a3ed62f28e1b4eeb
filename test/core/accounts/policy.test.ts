import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	desiredPolicies,
	type PolicyObject,
	planPolicies,
	policyNames,
	refusesPods,
} from "../../../src/core/accounts/policy.ts";
import { parseRecord } from "../../../src/core/pull-secrets/record.ts";

const SOURCE = { namespace: "mesh", name: "pull-key" };

function policiesOf(
	record: object,
	keys: readonly string[] = ["reg.io"],
): PolicyObject[] {
	const reading = parseRecord(JSON.stringify(record));
	if (!reading.record) throw new Error(JSON.stringify(reading));
	return desiredPolicies({ source: SOURCE, keys, record: reading.record });
}

const named = () => policiesOf([{ namespaces: { shop: "u", app: "" } }]);
const ids = (objects: readonly PolicyObject[]) =>
	objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
const variable = (objects: readonly PolicyObject[], name: string) =>
	objects[0]?.kind === "MutatingAdmissionPolicy"
		? objects[0].spec?.variables?.find((each) => each.name === name)?.expression
		: undefined;

/** As the API server gives it back. */
function stored<T extends PolicyObject>(object: T): T {
	return {
		...structuredClone(object),
		metadata: {
			...structuredClone(object.metadata),
			uid: "u1",
			resourceVersion: "7",
			creationTimestamp: "2026-01-01T00:00:00Z",
		},
	};
}

describe("policies that attach at admission", () => {
	it("say which namespaces by name, and which pods by their images", () => {
		assert.deepEqual(named(), [
			{
				apiVersion: "admissionregistration.k8s.io/v1",
				kind: "MutatingAdmissionPolicy",
				metadata: {
					name: "kubectl-meshreg.names.mesh.pull-key",
					labels: { "app.kubernetes.io/managed-by": "kubectl-meshreg" },
					annotations: { "kubectl-meshreg/source": "mesh/pull-key" },
				},
				spec: {
					matchConstraints: {
						matchPolicy: "Equivalent",
						namespaceSelector: {},
						objectSelector: {},
						resourceRules: [
							{
								apiGroups: [""],
								apiVersions: ["v1"],
								operations: ["CREATE"],
								resources: ["pods"],
								scope: "Namespaced",
							},
						],
					},
					matchConditions: [
						{
							name: "is-no-mirror-pod",
							expression:
								"!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))",
						},
						{
							name: "does-not-name-it-yet",
							expression:
								"!object.spec.?imagePullSecrets.orValue([]).exists(s, s.?name.orValue('') == 'pull-key')",
						},
					],
					variables: [
						{
							name: "labels",
							expression: "namespaceObject.metadata.?labels.orValue({})",
						},
						{
							name: "annotations",
							expression: "namespaceObject.metadata.?annotations.orValue({})",
						},
						{
							name: "served",
							expression:
								"!('kubectl-meshreg/skip' in variables.annotations && variables.annotations['kubectl-meshreg/skip'] in ['true'])",
						},
						{
							name: "pulls",
							expression:
								"(object.spec.?containers.orValue([]).map(c, c.?image.orValue('')) + object.spec.?initContainers.orValue([]).map(c, c.?image.orValue('')) + object.spec.?volumes.orValue([]).map(v, v.?image.?reference.orValue(''))).exists(i, ['reg.io/'].exists(p, i.startsWith(p)))",
						},
					],
					mutations: [
						{
							patchType: "JSONPatch",
							jsonPatch: {
								expression:
									"!variables.served || !variables.pulls ? [] : has(object.spec.imagePullSecrets) ? [JSONPatch{op: 'add', path: '/spec/imagePullSecrets/-', value: Object.spec.imagePullSecrets{name: 'pull-key'}}] : [JSONPatch{op: 'add', path: '/spec/imagePullSecrets', value: [{'name': 'pull-key'}]}]",
							},
						},
					],
					failurePolicy: "Ignore",
					reinvocationPolicy: "IfNeeded",
				},
			},
			{
				apiVersion: "admissionregistration.k8s.io/v1",
				kind: "MutatingAdmissionPolicyBinding",
				metadata: {
					name: "kubectl-meshreg.names.mesh.pull-key",
					labels: { "app.kubernetes.io/managed-by": "kubectl-meshreg" },
					annotations: { "kubectl-meshreg/source": "mesh/pull-key" },
				},
				spec: {
					policyName: "kubectl-meshreg.names.mesh.pull-key",
					matchResources: {
						matchPolicy: "Equivalent",
						namespaceSelector: {
							matchExpressions: [
								{
									key: "kubernetes.io/metadata.name",
									operator: "In",
									values: ["app", "shop"],
								},
							],
						},
						objectSelector: {},
					},
				},
			},
		]);
	});

	it("name the same namespaces in one order, whichever accounts are recorded", () => {
		const [, binding] = policiesOf([
			{ namespaces: { b: "" } },
			{ namespaces: { a: "" }, attach: ["builder"] },
		]);
		assert.deepEqual(
			binding?.kind === "MutatingAdmissionPolicyBinding" &&
				binding.spec?.matchResources?.namespaceSelector?.matchExpressions?.[0]
					?.values,
			["a", "b"],
		);
	});

	const skip =
		"!('kubectl-meshreg/skip' in variables.annotations && variables.annotations['kubectl-meshreg/skip'] in ['true'])";
	for (const [what, record, served] of [
		["all", [{ all: true }], "true"],
		[
			"all but some",
			[{ all: true, exclude: ["dev-*", "a?b"] }],
			"!namespaceObject.metadata.name.matches('^(?:a.b|dev-.*)$')",
		],
		[
			"labels, one spelling of each",
			[{ selector: "a==b,!c" }],
			"('a' in variables.labels && variables.labels['a'] in ['b'] && !('c' in variables.labels))",
		],
		[
			"labels that are not",
			[{ selector: "a!=b,c notin (d,e)" }],
			"(!('a' in variables.labels && variables.labels['a'] in ['b']) && !('c' in variables.labels && variables.labels['c'] in ['d', 'e']))",
		],
		[
			"labels, but some names",
			[{ selector: "a", exclude: ["dev-*"] }],
			"('a' in variables.labels && !namespaceObject.metadata.name.matches('^(?:dev-.*)$'))",
		],
		[
			"injected, but some names",
			[{ injected: "kuma", exclude: ["dev-*"] }],
			"(('kuma.io/sidecar-injection' in variables.labels && variables.labels['kuma.io/sidecar-injection'] in ['enabled', 'true']) && !namespaceObject.metadata.name.matches('^(?:dev-.*)$'))",
		],
		[
			"labels that are numbers",
			[{ selector: "weight>5" }],
			"('weight' in variables.labels && variables.labels['weight'].matches('^[-+]?[0-9]{1,18}$') && int(variables.labels['weight']) > 5)",
		],
		[
			"labels that are larger numbers than a double holds",
			[{ selector: "weight<+999999999999999999" }],
			"('weight' in variables.labels && variables.labels['weight'].matches('^[-+]?[0-9]{1,18}$') && int(variables.labels['weight']) < 999999999999999999)",
		],
		[
			"two rules",
			[{ selector: "a" }, { injected: "kuma" }],
			"(('kuma.io/sidecar-injection' in variables.labels && variables.labels['kuma.io/sidecar-injection'] in ['enabled', 'true'])) || ('a' in variables.labels)",
		],
	] as const)
		it(`rules become an expression: ${what}`, () => {
			assert.equal(
				variable(policiesOf([...record]), "served"),
				`${skip} && (${served})`,
			);
		});

	it("rules leave out the namespaces of the system", () => {
		const [, binding] = policiesOf([{ all: true }]);
		assert.deepEqual(
			binding?.kind === "MutatingAdmissionPolicyBinding" &&
				binding.spec?.matchResources?.namespaceSelector?.matchExpressions,
			[
				{
					key: "kubernetes.io/metadata.name",
					operator: "NotIn",
					values: ["kube-system", "kube-public", "kube-node-lease"],
				},
			],
		);
	});

	it("names and rules have a pair each; nothing recorded or matched has none", () => {
		assert.deepEqual(
			ids(policiesOf([{ namespaces: { app: "" } }, { all: true }])),
			[
				"MutatingAdmissionPolicy kubectl-meshreg.names.mesh.pull-key",
				"MutatingAdmissionPolicyBinding kubectl-meshreg.names.mesh.pull-key",
				"MutatingAdmissionPolicy kubectl-meshreg.rules.mesh.pull-key",
				"MutatingAdmissionPolicyBinding kubectl-meshreg.rules.mesh.pull-key",
			],
		);
		assert.deepEqual(policiesOf([]), []);
		assert.deepEqual(policiesOf([{ all: true }], ["no host"]), []);
	});

	it("no two sources share a name, however long theirs are", () => {
		const long = { namespace: "n".repeat(63), name: "k".repeat(253) };
		const all = [
			{ namespace: "a", name: "b.c" },
			{ namespace: "b", name: "c" },
			long,
			{ ...long, name: `${"k".repeat(252)}x` },
			{ ...long, namespace: "m".repeat(63) },
			{ namespace: "n", name: "k".repeat(230) },
		].flatMap(policyNames);
		assert.equal(new Set(all).size, 12);
		for (const name of all) assert.ok(name.length <= 253);
	});

	it("say whose they are, as long as they may be", () => {
		const longest = { namespace: "n", name: "k".repeat(229) };
		for (const name of policyNames(longest)) {
			assert.equal(name.length, 253);
			assert.ok(name.endsWith(`.n.${longest.name}`));
		}
	});

	// Another version has to find what this one made: a name that changes leaves a policy behind.
	it("are the same in every version", () => {
		assert.deepEqual(policyNames(SOURCE), [
			"kubectl-meshreg.names.mesh.pull-key",
			"kubectl-meshreg.rules.mesh.pull-key",
		]);
		assert.deepEqual(
			policyNames({ namespace: "n".repeat(63), name: "k".repeat(253) }),
			[
				"kubectl-meshreg.names.9b4a057ad6456c20405590308c0e20b7",
				"kubectl-meshreg.rules.9b4a057ad6456c20405590308c0e20b7",
			],
		);
	});
});

describe("a plan of policies", () => {
	const actions = (
		desired: readonly PolicyObject[],
		found: readonly PolicyObject[],
	) =>
		planPolicies(desired, found, SOURCE).map(
			({ action, object }) => `${action} ${ids([object])[0]}`,
		);
	const [policy, binding] = [
		"MutatingAdmissionPolicy kubectl-meshreg.names.mesh.pull-key",
		"MutatingAdmissionPolicyBinding kubectl-meshreg.names.mesh.pull-key",
	];

	it("makes what is missing, keeps what is right", () => {
		assert.deepEqual(actions(named(), []), [
			`create ${policy}`,
			`create ${binding}`,
		]);
		assert.deepEqual(actions(named(), named().map(stored)), [
			`keep ${policy}`,
			`keep ${binding}`,
		]);
	});

	it("puts right what somebody edited, whatever the order of fields, and keeps what else stands on it", () => {
		const [one, two] = named().map(stored) as [PolicyObject, PolicyObject];
		const edited = {
			...one,
			metadata: {
				...one.metadata,
				labels: { ...one.metadata.labels, team: "a" },
				annotations: { ...one.metadata.annotations, owner: "b" },
				finalizers: ["team.example/cleanup"],
			},
			spec: { ...one.spec, failurePolicy: "Fail" },
		} as PolicyObject;
		const reordered = {
			...two,
			spec: Object.fromEntries(Object.entries(two.spec ?? {}).reverse()),
		} as PolicyObject;
		const [update, keep] = planPolicies(named(), [edited, reordered], SOURCE);
		assert.equal(keep?.action, "keep");
		assert.equal(update?.action, "update");
		assert.deepEqual(update?.object.spec, one.spec);
		assert.deepEqual(update?.object.metadata, edited.metadata);
	});

	it("leaves what somebody else made, also to delete", () => {
		const foreign = named().map(
			(object) =>
				({
					...stored(object),
					metadata: { name: object.metadata.name, uid: "u" },
				}) as PolicyObject,
		);
		assert.deepEqual(actions(named(), foreign), [
			`leave ${policy}`,
			`leave ${binding}`,
		]);
		assert.deepEqual(actions([], foreign), []);
		// The annotation alone says nothing: an object that was copied has it, too.
		const claiming = named().map((object) => {
			const { labels: _, ...metadata } = stored(object).metadata;
			return { ...object, metadata } as PolicyObject;
		});
		assert.deepEqual(actions(named(), claiming), [
			`leave ${policy}`,
			`leave ${binding}`,
		]);
		assert.deepEqual(actions([], claiming), []);
		const another = { ...SOURCE, namespace: "evil" };
		assert.deepEqual(planPolicies([], named().map(stored), another), []);
	});

	it("deletes what nothing asks for any more", () => {
		assert.deepEqual(actions([], named().map(stored)), [
			`delete ${policy}`,
			`delete ${binding}`,
		]);
	});

	it("tells what is missing, edited and no longer needed by one another", () => {
		const [, two] = named().map(stored) as [PolicyObject, PolicyObject];
		const surplus = policiesOf([{ all: true }]).map(stored);
		const edited = { ...two, spec: {} } as PolicyObject;
		assert.deepEqual(actions(named(), [edited, ...surplus]), [
			`create ${policy}`,
			`update ${binding}`,
			`delete ${policy.replace("names", "rules")}`,
			`delete ${binding.replace("names", "rules")}`,
		]);
	});
});

describe("accounts whose pods would be refused", () => {
	for (const [annotation, secrets, refused] of [
		...["true", "True", "TRUE", "t", "T"].map(
			(annotation) => [annotation, [], true] as const,
		),
		["1", ["other"], true],
		["TRUE", ["pull-key"], false],
		["yes", [], false],
		["0t", [], false],
		["truely", [], false],
		["false", [], false],
		[undefined, [], false],
	] as const)
		it(`${annotation} with ${secrets}: ${refused}`, () => {
			const account = {
				metadata: {
					name: "a",
					annotations: {
						...(annotation !== undefined && {
							"kubernetes.io/enforce-mountable-secrets": annotation,
						}),
					},
				},
				imagePullSecrets: secrets.map((name) => ({ name })),
			};
			assert.equal(refusesPods(account, "pull-key"), refused);
		});
});
