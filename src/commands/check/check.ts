import { AT_ONCE, inParallel } from "../../actions/in-parallel.ts";
import { command } from "../../command.ts";
import { checkFacts, inGroups } from "../../core/check/check-facts.ts";
import { isWell } from "../../core/check/finding.ts";
import {
	type Access,
	accessesToAsk,
	checkPermissions,
} from "../../core/check/permissions.ts";
import type { Given } from "../../core/command-line/flag.ts";
import { Fixes } from "../../core/pull-secrets/fixes.ts";
import { EXIT } from "../../errors.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import { TRUST_FLAGS, trustOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";
import type { Cluster } from "../../world.ts";
import { readFacts } from "./read-facts.ts";
import { verifySource } from "./verify-source.ts";

const FORMATS = ["json", "yaml"] as const;

/** `check`: is everything as it should be, and why can pods not pull? */
export const check = command({
	verb: "check",
	summary: "Find what is wrong with pull secrets, and why pods cannot pull",
	operands: [],
	about: `Check credentials, copies, service accounts, your permissions, and every pod that waits for its image, in all namespaces or in those named. Pods are grouped by cause, each with the command that mends it where one can.

√ is well, ‼ is worth knowing, × is wrong or could not be looked at. Exit status 1 when there is a ×.

What nodes know cannot be seen from here: credentials of their own, the authorities that they trust, their network.`,
	examples: [
		{ comment: "Everywhere", line: "kubectl meshreg check" },
		{
			comment: "In two namespaces, only what is not well",
			line: "kubectl meshreg check -n app,shop -q",
		},
		{
			comment: "For a script",
			line: "kubectl meshreg check -o json",
		},
	],
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		{
			name: "verify",
			kind: "switch",
			help: "Try the source's credentials at their registries.",
		},
		...TRUST_FLAGS,
		flags.SECRET_FLAG,
		FROM_FLAG,
		flags.MESH_FLAG,
		flags.LABEL_FLAG,
		flags.outputFlag(...FORMATS),
		{ ...flags.QUIET_FLAG, help: "Leave out what is well, and the summary." },
	],
	inContexts: "check",
	options: (given, env) => ({
		connection: flags.connectionFlags(given),
		namespaces: scopeOf(given),
		verify: given.on("verify"),
		trust: trustOf(given),
		target: {
			name: flags.secretNameOf(given, env),
			owner: flags.usageLabelOf(given, env),
		},
		choice: sourceChoiceOf(given, env, {
			given: given.text("secret"),
			shown: "--secret",
		}),
		output: flags.outputOf(given, FORMATS),
		quiet: given.on("quiet"),
	}),
	async run({ namespaces, target, choice, ...options }, world) {
		const cluster = await world.connect(options.connection);
		try {
			const facts = await readFacts(cluster, namespaces, choice, target);
			const { source } = facts;
			const mending = new Fixes({ ...target, source });
			const findings = inGroups([
				...checkFacts(facts, mending, world.clock.now()),
				...(options.verify && source
					? await verifySource(source, options.trust, mending, world)
					: []),
				...checkPermissions(await deniedAccesses(cluster, namespaces)),
			]);
			const { context, contextFlags } = cluster;
			return {
				status: isWell(findings) ? EXIT.done : EXIT.failed,
				document: {
					kind: "check",
					clusters: [{ context, contextFlags, findings }],
				},
			};
		} finally {
			await cluster.close();
		}
	},
});

/** Throws UsageError. */
function scopeOf(given: Given): string[] | undefined {
	return given.has("namespace") ? flags.namespacesOf(given) : undefined;
}

async function deniedAccesses(
	cluster: Cluster,
	namespaces: readonly string[] | undefined,
): Promise<Access[]> {
	const asked = accessesToAsk(namespaces);
	const allowed = await inParallel(asked, AT_ONCE, (access) =>
		cluster.canI(access),
	);
	return asked.filter((_, index) => !allowed[index]);
}
