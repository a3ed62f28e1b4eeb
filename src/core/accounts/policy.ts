import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
	celText,
	type ImageTest,
	imageExpression,
	imageTests,
} from "../kubelet/image-test.ts";
import type {
	NamespaceSelector,
	ObjectMeta,
	ServiceAccount,
	Stated,
} from "../objects.ts";
import { annotation, INJECTION, type Mark } from "../pull-secrets/injection.ts";
import type { Requirement } from "../pull-secrets/label-selector.ts";
import {
	SKIP_ANNOTATION,
	SYSTEM_NAMESPACES,
} from "../pull-secrets/namespace-facts.ts";
import {
	MANAGED_BY_LABEL,
	MANAGER,
	SOURCE_ANNOTATION,
} from "../pull-secrets/ownership.ts";
import type { RuleEntry, SourceRecord } from "../pull-secrets/record.ts";
import type { SourceRef } from "../pull-secrets/source.ts";

/**
 * Admission policies that let pods pull with a source's copies, whichever account they use: at most
 * two pairs of policy and binding a source, one for the names in its record and one for the rules.
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */

export const POLICY_KINDS = [
	"MutatingAdmissionPolicy",
	"MutatingAdmissionPolicyBinding",
] as const;
type PolicyKind = (typeof POLICY_KINDS)[number];

export type PolicyObject = Stated<PolicyKind>;

/** The most that the API server takes as a name. */
const LONGEST_NAME = 253;
const PARTS = ["names", "rules"] as const;
type Part = (typeof PARTS)[number];

/** The names that a source's policies and bindings have, whatever its record. */
export function policyNames(source: SourceRef): string[] {
	return PARTS.map((part) => policyName(part, source));
}

/** The namespace cannot hold a dot, so that no two sources share a name. */
function policyName(part: Part, { namespace, name }: SourceRef): string {
	const whole = `kubectl-meshreg.${part}.${namespace}.${name}`;
	if (whole.length <= LONGEST_NAME) return whole;
	return `kubectl-meshreg.${part}.${hashOf(`${namespace}/${name}`)}`;
}

/** What stands for a text that is too long for a name or a label: another for each. */
export function hashOf(text: string): string {
	return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/**
 * The policies and bindings that a source needs, each policy before its binding: none where no image
 * can come from its registries, or nothing is recorded. With all defaults of the API server, so that
 * what it stores is equal until somebody edits it.
 */
export function desiredPolicies(scope: {
	/** Copies bear its name. */
	readonly source: SourceRef;
	/** The keys of its `auths`. */
	readonly keys: readonly string[];
	readonly record: SourceRecord;
}): PolicyObject[] {
	const { source, record } = scope;
	const tests = imageTests(scope.keys);
	if (tests.length === 0) return [];
	const names = [...record.names.keys()].sort();
	const rules = record.rules.map(ruleExpression).join(" || ");
	return [
		...(names.length > 0
			? pairOf("names", source, tests, NOT_SKIPPED, nameSelector("In", names))
			: []),
		...(rules !== ""
			? pairOf(
					"rules",
					source,
					tests,
					`${NOT_SKIPPED} && (${rules})`,
					nameSelector("NotIn", SYSTEM_NAMESPACES),
				)
			: []),
	];
}

/**
 * A policy, which adds the pull secret to the pods that pull from the registries of `tests` where `served`, an
 * expression, is true, and its binding to namespaces.
 */
function pairOf(
	part: Part,
	source: SourceRef,
	tests: readonly ImageTest[],
	served: string,
	namespaceSelector: NamespaceSelector,
): PolicyObject[] {
	const apiVersion = "admissionregistration.k8s.io/v1";
	const name = policyName(part, source);
	const metadata: ObjectMeta = {
		name,
		labels: { [MANAGED_BY_LABEL]: MANAGER },
		annotations: { [SOURCE_ANNOTATION]: `${source.namespace}/${source.name}` },
	};
	const policy: PolicyObject = {
		apiVersion,
		kind: "MutatingAdmissionPolicy",
		metadata,
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
			// Which pods are looked at: those that may name a pull secret, and do not name this one.
			matchConditions: [
				// The API server refuses a mirror pod that references a Secret.
				{
					name: "is-no-mirror-pod",
					expression:
						"!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))",
				},
				{
					name: "does-not-name-it-yet",
					expression: `!object.spec.?imagePullSecrets.orValue([]).exists(s, s.?name.orValue('') == ${celText(source.name)})`,
				},
			],
			variables: [
				// Not seen by matchConditions, which then never match.
				{
					name: "labels",
					expression: "namespaceObject.metadata.?labels.orValue({})",
				},
				{
					name: "annotations",
					expression: "namespaceObject.metadata.?annotations.orValue({})",
				},
				{ name: "served", expression: served },
				{
					name: "pulls",
					expression: `(${IMAGES.join(" + ")}).exists(i, ${imageExpression(tests, "i")})`,
				},
			],
			mutations: [
				{
					patchType: "JSONPatch",
					jsonPatch: { expression: additionOf(source.name) },
				},
			],
			// Whatever is wrong with it, pods are made.
			failurePolicy: "Ignore",
			// A mesh's webhook may add the container that pulls from there. A policy whose conditions a pod did not
			// meet before is not run again, which is why none of them looks at images:
			// https://github.com/kubernetes/apiserver/blob/v0.37.2/pkg/admission/plugin/policy/mutating/dispatcher.go
			reinvocationPolicy: "IfNeeded",
		},
	};
	const binding: PolicyObject = {
		apiVersion,
		kind: "MutatingAdmissionPolicyBinding",
		metadata,
		spec: {
			policyName: name,
			matchResources: {
				matchPolicy: "Equivalent",
				namespaceSelector,
				objectSelector: {},
			},
		},
	};
	return [policy, binding];
}

/** Every image that a kubelet pulls for a pod that is being made, as its spec has it. */
const IMAGES = [
	"object.spec.?containers.orValue([]).map(c, c.?image.orValue(''))",
	"object.spec.?initContainers.orValue([]).map(c, c.?image.orValue(''))",
	"object.spec.?volumes.orValue([]).map(v, v.?image.?reference.orValue(''))",
];

const NOT_SKIPPED = `!(${markExpression(annotation(SKIP_ANNOTATION, "true"))})`;

/** `[]` where there is nothing to add. The list is given as maps: the API server dies of typed objects. */
function additionOf(name: string): string {
	const text = celText(name);
	return [
		"!variables.served || !variables.pulls ? []",
		`has(object.spec.imagePullSecrets) ? [JSONPatch{op: 'add', path: '/spec/imagePullSecrets/-', value: Object.spec.imagePullSecrets{name: ${text}}}]`,
		`[JSONPatch{op: 'add', path: '/spec/imagePullSecrets', value: [{'name': ${text}}]}]`,
	].join(" : ");
}

function nameSelector(
	operator: "In" | "NotIn",
	values: readonly string[],
): NamespaceSelector {
	return {
		matchExpressions: [
			{ key: "kubernetes.io/metadata.name", operator, values: [...values] },
		],
	};
}

/** As `ruleMatches`, but for the system's namespaces, which the binding leaves out. */
function ruleExpression({ rule, exclude }: RuleEntry): string {
	const excluded = exclusionOf(exclude);
	const also = excluded === undefined ? "" : ` && !${excluded}`;
	switch (rule.by) {
		case "all":
			return excluded === undefined ? "true" : `!${excluded}`;
		case "selector":
			return `(${rule.selector.requirements.map(requirementExpression).join(" && ")}${also})`;
		case "injected":
			return `((${INJECTION[rule.mesh]
				.map((marks) => marks.map(markExpression).join(" && "))
				.join(" || ")})${also})`;
	}
}

const NAME = "namespaceObject.metadata.name";

/** Whether the namespace's name matches a glob, of which no more than its stars mean anything to a pattern; undefined where there is none. */
function exclusionOf(globs: readonly string[]): string | undefined {
	if (globs.length === 0) return undefined;
	const pattern = globs.map((glob) =>
		glob.replaceAll("*", ".*").replaceAll("?", "."),
	);
	return `${NAME}.matches(${celText(`^(?:${pattern.join("|")})$`)})`;
}

function markExpression({ on, key, is }: Mark): string {
	const map = `variables.${on}`;
	const present = `${celText(key)} in ${map}`;
	if (is === "present") return present;
	if (is === "absent") return `!(${present})`;
	return `${present} && ${map}[${celText(key)}] in [${is.map(celText).join(", ")}]`;
}

function requirementExpression({ key, operator, values }: Requirement): string {
	const has = (is: Mark["is"]) => markExpression({ on: "labels", key, is });
	switch (operator) {
		case "exists":
			return has("present");
		case "absent":
			return has("absent");
		case "=":
		case "in":
			return has(values);
		case "!=":
		case "notin":
			return `!(${has(values)})`;
		case ">":
		case "<": {
			const value = `variables.labels[${celText(key)}]`;
			return `${has("present")} && ${value}.matches('^[-+]?[0-9]{1,18}$') && int(${value}) ${operator} ${BigInt(values[0] ?? "0")}`;
		}
	}
}

/** What to do about one policy or binding. */
export interface PolicyChange {
	/** `leave`: somebody else made one of that name. */
	readonly action: "keep" | "leave" | "create" | "update" | "delete";
	readonly object: PolicyObject;
}

/** The same where none was made by somebody else. */
export type OwnPolicyChange = PolicyChange & {
	readonly action: Exclude<PolicyChange["action"], "leave">;
};

/** One that is not as it should be, by what would put it right. */
export type PolicyFault = PolicyChange & {
	readonly action: Exclude<PolicyChange["action"], "keep">;
};

/**
 * What makes of what was found under a source's names what is desired. Updates carry the
 * resourceVersion, deletions the uid of what was found; what somebody else made is left.
 */
export function planPolicies(
	desired: readonly PolicyObject[],
	found: readonly PolicyObject[],
	source: SourceRef,
): PolicyChange[] {
	const wanted = new Set(desired.map(idOf));
	const there = new Map(found.map((object) => [idOf(object), object]));
	const changes = desired.map((object): PolicyChange => {
		const before = there.get(idOf(object));
		if (before === undefined) return { action: "create", object };
		if (!isPolicyOf(before, source)) return { action: "leave", object: before };
		if (isDeepStrictEqual(before.spec, object.spec))
			return { action: "keep", object: before };
		// Whatever else stands on it, as a finalizer, is not ours to take away.
		const edited = { ...object, metadata: before.metadata };
		return { action: "update", object: edited };
	});
	const surplus = found.flatMap((object): PolicyChange[] =>
		wanted.has(idOf(object)) || !isPolicyOf(object, source)
			? []
			: [{ action: "delete", object }],
	);
	return [...changes, ...surplus];
}

/** Whether this program made it for that source. */
export function isPolicyOf(object: PolicyObject, source: SourceRef): boolean {
	const { labels, annotations } = object.metadata;
	return (
		labels?.[MANAGED_BY_LABEL] === MANAGER &&
		annotations?.[SOURCE_ANNOTATION] === `${source.namespace}/${source.name}`
	);
}

/**
 * Whether the API server would refuse pods of an account once a policy adds the pull secret: it is told to let them
 * name only what it names itself, and does not name this one.
 * https://kubernetes.io/docs/concepts/security/service-accounts/#enforce-mountable-secrets
 */
export function refusesPods(account: ServiceAccount, name: string): boolean {
	return (
		enforcesSecrets(account) &&
		!account.imagePullSecrets?.some((each) => each.name === name)
	);
}

/** Whether pods of an account may use no Secret that it does not reference. */
export function enforcesSecrets({ metadata }: ServiceAccount): boolean {
	// The spellings that Go's strconv.ParseBool takes.
	return /^(?:1|t|T|TRUE|true|True)$/.test(
		metadata.annotations?.["kubernetes.io/enforce-mountable-secrets"] ?? "",
	);
}

function idOf({ kind, metadata }: PolicyObject): string {
	return `${kind}/${metadata.name}`;
}
