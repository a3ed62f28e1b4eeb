import { UsageError } from "../../errors.ts";
import { LABEL_KEY, LABEL_VALUE } from "./label-selector.ts";

/** The type of every pull secret, and its one data key. */
export const PULL_SECRET_TYPE = "kubernetes.io/dockerconfigjson";

/** The type from before it, which kubelets read as well: its entries stand under another key. */
export const OLDER_TYPE = "kubernetes.io/dockercfg";
export const PULL_SECRET_DATA_KEY = ".dockerconfigjson";

export const DEFAULT_NAME = "nginx-mesh-registry-key";
export const DEFAULT_NAMESPACE = "nginx-mesh";

export const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
export const MANAGER = "kubectl-meshreg";

export const SOURCE_ANNOTATION = "kubectl-meshreg/source";
export const SOURCE_UID_ANNOTATION = "kubectl-meshreg/source-uid";
export const SERVERS_ANNOTATION = "kubectl-meshreg/registry-servers";
/** Since when credentials are good: a JSON object by host, RFC 3339 in whole seconds. */
export const ISSUED_AT_ANNOTATION = "kubectl-meshreg/issued-at";
/** The record: where the admin sent a source; see record.ts. */
export const TARGETS_ANNOTATION = "kubectl-meshreg/targets";
/** The label of a source, as `KEY=VALUE`, where it is another than `usage=NAME`. */
export const LABEL_ANNOTATION = "kubectl-meshreg/label";
/** What a source's credentials come from: the names of providers, by registry. */
export const PROVIDER_ANNOTATION = "kubectl-meshreg/provider";
/** How long credentials are good of which the person said so: a JSON object by host, `12h`. */
export const EXPIRES_IN_ANNOTATION = "kubectl-meshreg/expires-in";

/** On a source: `"true"` where pods pull with it by admission policies, which sync and the watch keep up to date. */
export const BY_POLICY_ANNOTATION = "kubectl-meshreg/attached-by-policy";

/** What only a source remembers. */
export const OF_SOURCES: readonly string[] = [
	SERVERS_ANNOTATION,
	ISSUED_AT_ANNOTATION,
	EXPIRES_IN_ANNOTATION,
	TARGETS_ANNOTATION,
	LABEL_ANNOTATION,
	PROVIDER_ANNOTATION,
	BY_POLICY_ANNOTATION,
];
/** What only a copy remembers. */
export const OF_COPIES: readonly string[] = [
	SOURCE_ANNOTATION,
	SOURCE_UID_ANNOTATION,
];

/** Of what annotations alone are asked for. */
export interface Annotated {
	readonly annotations: Readonly<Record<string, string>>;
}

/** Whether pods are to pull with a source by admission policies. */
export function isByPolicy({ annotations }: Annotated): boolean {
	return annotations[BY_POLICY_ANNOTATION] === "true";
}

/** On service accounts that attach changed, by which they are found again. */
export const ATTACHED_LABEL = "kubectl-meshreg/attached";
/** And the names that it added to their pull Secrets, separated by commas. */
export const ATTACHED_ANNOTATION = "kubectl-meshreg/attached-keys";

/** The label by which a mesh knows its pull secrets; removing the mesh deletes what carries it. */
export interface UsageLabel {
	readonly key: string;
	readonly value: string;
}

export const DEFAULT_LABEL: UsageLabel = {
	key: "usage",
	value: "nginx-mesh-registry-key",
};

/** The longest that a label's value may be. */
export const LONGEST_LABEL_VALUE = 63;

/**
 * The label of a pull secret's name: `usage=NAME`. `shown`: where the name is from. Throws UsageError
 * for a name that is too long to be a label's value.
 */
export function labelOfName(name: string, shown = "NAME"): UsageLabel {
	if (name.length > LONGEST_LABEL_VALUE)
		throw new UsageError(
			`${shown}: ${name.length} characters are too many for the label usage=NAME (at most ${LONGEST_LABEL_VALUE}); choose a shorter name, or another label with --label KEY=VALUE`,
		);
	return { key: "usage", value: name };
}

/**
 * The label that a source was given when it was made, for its copies; `usage=NAME` where it was given
 * none. undefined: it was made by other means, with a name that is too long to be a label's value.
 */
export function labelOfSource(
	source: Annotated & { readonly name: string },
): UsageLabel | undefined {
	const given = labelOf(source.annotations[LABEL_ANNOTATION] ?? "");
	return (
		given ??
		(source.name.length > LONGEST_LABEL_VALUE
			? undefined
			: { key: "usage", value: source.name })
	);
}

/** What a source remembers of a label; nothing of its name's own. */
export function labelAnnotation(
	name: string,
	label: UsageLabel | undefined,
): Record<string, string> {
	return label === undefined || (label.key === "usage" && label.value === name)
		? {}
		: { [LABEL_ANNOTATION]: selectorOf(label) };
}

/** `KEY=VALUE` as a label with a value, of a key that this program does not write itself. Throws UsageError that names the flag. */
export function parseLabel(text: string, flag: string): UsageLabel {
	const label = labelOf(text);
	if (label === undefined)
		throw new UsageError(
			`${flag}: must be KEY=VALUE with a valid label key and value, for example team=payments`,
		);
	if (label.key === MANAGED_BY_LABEL || label.key.startsWith(`${MANAGER}/`))
		throw labelOfOurs(flag, label.key);
	return label;
}

/** What a flag is told whose label this program writes itself. */
export function labelOfOurs(flag: string, key: string): UsageError {
	return new UsageError(`${flag}: ${key} is meshreg's own; choose another key`);
}

function labelOf(text: string): UsageLabel | undefined {
	const equals = text.indexOf("=");
	const key = text.slice(0, equals);
	const value = text.slice(equals + 1);
	const isLabel = equals >= 0 && value !== "";
	return isLabel && LABEL_KEY.test(key) && LABEL_VALUE.test(value)
		? { key, value }
		: undefined;
}

/** As a label selector. */
export function selectorOf(owner: UsageLabel): string {
	return `${owner.key}=${owner.value}`;
}

/**
 * Label selectors that find, one list each, what this program manages, and what a mesh or a person
 * labelled as the mesh's. What both find is one.
 */
export function managedSelectors(meshSecretName: string): string[] {
	return [`${MANAGED_BY_LABEL}=${MANAGER}`, `usage=${meshSecretName}`];
}

/** What a Secret needs to have for this program to judge it. */
interface Owned extends Annotated {
	readonly name: string;
	readonly type: string;
	readonly labels: Readonly<Record<string, string>>;
}

/**
 * What a Secret says that it is: a *source* or a *copy* that this program wrote, *labelled* by a mesh
 * or a person as one of a mesh's, or *unmanaged*. Whoever may write in its namespace decides what it
 * says: only the record on a source tells what it is.
 */
export type Role = "source" | "copy" | "labelled" | "unmanaged";

/** Judges by type, our two labels and the source annotation, in that order. */
export function roleOf(secret: Owned): Role {
	const isManaged = secret.labels[MANAGED_BY_LABEL] === MANAGER;
	if (secret.type !== PULL_SECRET_TYPE || !(isManaged || isLabelled(secret)))
		return "unmanaged";
	if (secret.annotations[SOURCE_ANNOTATION] !== undefined) return "copy";
	return isManaged ? "source" : "labelled";
}

/** Whether it says that it is a copy of the source `of`, `NAMESPACE/NAME`. */
export function isCopyOf(secret: Owned, of: string): boolean {
	return (
		roleOf(secret) === "copy" && secret.annotations[SOURCE_ANNOTATION] === of
	);
}

/** Whether it bears the label of its name, or that by which the seeds' mesh knows its own. */
function isLabelled({ name, labels }: Owned): boolean {
	const { usage } = labels;
	return usage === name || usage === DEFAULT_LABEL.value;
}

/** May it be overwritten or deleted without force? Removing a mesh deletes what bears its label, too. */
export function isOurs(secret: Owned): boolean {
	return roleOf(secret) !== "unmanaged";
}
