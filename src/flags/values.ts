import { BARE, type Given } from "../core/command-line/flag.ts";
import type { Env } from "../core/env.ts";
import type { FlagNote } from "../core/note.ts";
import type { DryRun } from "../core/output/result.ts";
import { isNamespaceName, isObjectName } from "../core/output/shell.ts";
import {
	type LabelSelector,
	parseLabelSelector,
} from "../core/pull-secrets/label-selector.ts";
import {
	managedSelectors,
	parseLabel,
	type UsageLabel,
} from "../core/pull-secrets/ownership.ts";
import { UsageError } from "../errors.ts";
import { meshIn, meshOf } from "./mesh.ts";

export type { Env };

/** `--dry-run` as kubectl reads it; `notes` are warnings. */
export function dryRunOf(given: Given): {
	dryRun: DryRun;
	notes: readonly FlagNote[];
} {
	const value = given.text("dry-run");
	if (value === BARE)
		return { dryRun: "client", notes: [{ cause: "dry-run-without-value" }] };
	const dryRun = value === "client" || value === "server" ? value : "none";
	return { dryRun, notes: [] };
}

/** `-o`, one of `formats`. */
export function outputOf<F extends string>(
	given: Given,
	formats: readonly F[],
): F | undefined {
	const value = given.text("output");
	return formats.find((candidate) => candidate === value);
}

/** The label of the source that is created; undefined where its name says it. Throws UsageError. */
export function labelOf(given: Given): UsageLabel | undefined {
	const flag = given.text("label");
	return flag === undefined ? undefined : parseLabel(flag, "--label");
}

/** Selects what this program manages, and what the mesh or a person labelled as the mesh's: one list each. */
export function managedSelectorsOf(given: Given, env: Env): string[] {
	return managedSelectors(meshOf(given, env).secretName);
}

/** The pull secret's name: operand, then MESHREG_NAME, then the mesh's. Throws UsageError. */
export function nameOf(given: Given, env: Env): string {
	const [operand] = given.positionals;
	if (operand !== undefined) return checkName(operand, "NAME");
	return nameInEnv(env) ?? meshOf(given, env).secretName;
}

/** MESHREG_NAME; undefined where it is not set. Throws UsageError. */
export function nameInEnv({ MESHREG_NAME }: Env): string | undefined {
	return MESHREG_NAME ? checkName(MESHREG_NAME, "MESHREG_NAME") : undefined;
}

/**
 * Where sources live without `-n`: MESHREG_NAMESPACE, then the mesh's namespace;
 * undefined: the context's, which the cluster knows. Throws UsageError.
 */
export function sourceNamespaceOf(given: Given, env: Env): string | undefined {
	return env.MESHREG_NAMESPACE
		? checkNamespace(env.MESHREG_NAMESPACE, "MESHREG_NAMESPACE")
		: meshOf(given, env).sourceNamespace;
}

/** The one namespace of `-n`; undefined when it is not given. Throws UsageError, also for an empty one, and for two. */
export function namespaceOf(given: Given): string | undefined {
	const values = new Set(given.list("namespace"));
	return values.size === 0
		? undefined
		: checkNamespace([...values].join(), "-n");
}

/** The namespaces of `-n`, each once, in the order given. Throws UsageError, also for an empty one. */
export function namespacesOf(given: Given): string[] {
	return [
		...new Set(
			given.list("namespace").map((name) => checkNamespace(name.trim(), "-n")),
		),
	];
}

/** A selector that says something: an empty one (an unset variable) would mean everything. Throws UsageError. */
export function selectorOf(given: Given): LabelSelector | undefined {
	const value = given.text("selector");
	if (value === undefined) return undefined;
	if (value.trim() === "")
		throw new UsageError(
			"-l: the selector is empty; to mean every namespace, use -A",
		);
	const selector = parseLabelSelector(value);
	if (selector === undefined)
		throw new UsageError(
			`-l: "${value}" is not a label selector, such as team=x, env!=dev or 'tier in (a,b)'`,
		);
	return selector;
}

/** A flag's path; undefined where it is not given. Throws UsageError for an empty one. */
export function pathOf(given: Given, flag: string): string | undefined {
	const path = given.text(flag);
	if (path === "") throw new UsageError(`--${flag}: the path is empty`);
	return path;
}

/** Throws UsageError where the value of a flag, or one of several, is "": as that of an unset variable is. */
export function checkSaid(
	flag: string,
	what: string,
	...values: readonly string[]
): void {
	if (values.includes(""))
		throw new UsageError(`${flag}: the ${what} is empty; is a variable unset?`);
}

/** A namespace's name (RFC 1123 label). Throws UsageError. */
export function checkNamespace(name: string, flag: string): string {
	checkSaid(flag, "namespace", name);
	if (name.includes(","))
		throw new UsageError(`${flag} takes one namespace here, not "${name}"`);
	if (!isNamespaceName(name))
		throw new UsageError(
			`${flag}: "${name}" is not a namespace name: at most 63 lower-case letters, digits and dashes, no dash at either end`,
		);
	return name;
}

/** The name of a Secret, or of `what` else has such names (RFC 1123 subdomain). Throws UsageError. */
export function checkName(
	name: string,
	flag: string,
	what: "Secret" | "pod" | "service account" | "workload" = "Secret",
): string {
	checkSaid(flag, "name", name);
	if (!isObjectName(name))
		throw new UsageError(
			`${flag}: "${name}" is not a ${what} name: at most 253 lower-case letters, digits, dashes and dots, a letter or digit at either end`,
		);
	return name;
}

/** Throws UsageError for a variable of ours that says nothing sensible: in every command, not only where it matters. */
export function checkEnvironment(env: Env): void {
	nameInEnv(env);
	if (env.MESHREG_NAMESPACE)
		checkNamespace(env.MESHREG_NAMESPACE, "MESHREG_NAMESPACE");
	meshIn(env);
}
