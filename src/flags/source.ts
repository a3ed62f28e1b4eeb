import type { SourceChoice } from "../actions/read/find-source.ts";
import type { Flag, Given } from "../core/command-line/flag.ts";
import { UsageError } from "../errors.ts";
import {
	checkName,
	checkNamespace,
	type Env,
	sourceNamespaceOf,
	usageLabelOf,
} from "../flags.ts";

/** Which source, where the usual one is not meant. */
export const FROM_FLAG: Flag = {
	name: "from",
	kind: "text",
	help: "The source, as NAMESPACE or NAMESPACE/NAME.",
};

/**
 * The source that a command line means: `--from`, and a name that was given by
 * itself or else is `usual`. `shown` is how such a name is written. Throws UsageError.
 */
export function sourceChoiceOf(
	given: Given,
	env: Env,
	name: {
		readonly given: string | undefined;
		readonly usual: string;
		readonly shown: string;
	},
): SourceChoice {
	const from = fromOf(given);
	if (
		from?.name !== undefined &&
		name.given !== undefined &&
		from.name !== name.given
	)
		throw new UsageError(
			`--from names the source ${from.name}, and ${name.shown} is ${name.given}: give one of them`,
		);
	const chosen = from?.name ?? name.given ?? name.usual;
	return {
		name: chosen,
		owner: usageLabelOf(given, env),
		usual: sourceNamespaceOf(given, env),
		...(from && { from: { namespace: from.namespace, name: chosen } }),
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
