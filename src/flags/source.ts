import type { SourceChoice } from "../actions/read/find-source.ts";
import { type Flag, type Given, textFlag } from "../core/command-line/flag.ts";
import type { SourceName } from "../core/output/failure.ts";
import { UsageError } from "../errors.ts";
import {
	checkName,
	checkNamespace,
	type Env,
	meshOf,
	nameInEnv,
	namespaceOf,
	sourceNamespaceOf,
} from "../flags.ts";

/** Which source, where the usual one is not meant. */
export const FROM_FLAG: Flag = textFlag(
	"from",
	"Take the source from NAMESPACE or NAMESPACE/NAME.",
	{ group: "Target", values: "source" },
);

/** The source that a command line means, where `-n` says nothing about it. Throws UsageError. */
export function sourceChoiceOf(
	given: Given,
	env: Env,
	/** How its name is given, beside `--from`. */
	shown: SourceName,
): SourceChoice {
	const from = fromOf(given);
	const name = shown === "NAME" ? given.positionals[0] : given.text("secret");
	if (from?.name !== undefined && name !== undefined && from.name !== name)
		throw new UsageError(
			`--from names the source ${from.name}, and ${shown} is ${name}: give one of them`,
		);
	return {
		namespace: from?.namespace ?? sourceNamespaceOf(given, env),
		name:
			from?.name ??
			(name === undefined ? nameInEnv(env) : checkName(name, shown)),
		usual: meshOf(given, env).secretName,
		by: "--from",
		shown,
	};
}

/** The same for a command whose `-n` is the source's namespace. Throws UsageError. */
export function sourceChoiceIn(given: Given, env: Env): SourceChoice {
	const [operand] = given.positionals;
	return {
		namespace: namespaceOf(given) ?? sourceNamespaceOf(given, env),
		name: operand === undefined ? nameInEnv(env) : checkName(operand, "NAME"),
		usual: meshOf(given, env).secretName,
		by: "-n",
		shown: "NAME",
	};
}

function fromOf(
	given: Given,
): { namespace: string; name?: string } | undefined {
	const value = given.text("from");
	if (value === undefined) return undefined;
	const [namespace = "", name, ...rest] = value.split("/");
	if (rest.length > 0)
		throw new UsageError("--from: give NAMESPACE or NAMESPACE/NAME");
	checkNamespace(namespace, "--from");
	return name === undefined
		? { namespace }
		: { namespace, name: checkName(name, "--from") };
}
