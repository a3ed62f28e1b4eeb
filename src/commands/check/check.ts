import type { Trust } from "../../actions/credentials/registry-trust.ts";
import { AT_ONCE, inParallel } from "../../actions/in-parallel.ts";
import type { SourceChoice } from "../../actions/read/find-source.ts";
import { command } from "../../command.ts";
import { checkFacts, inGroups } from "../../core/check/check-facts.ts";
import type { Access } from "../../core/check/facts.ts";
import { type Finding, isWell } from "../../core/check/finding.ts";
import { accessesToAsk } from "../../core/check/permissions.ts";
import type { Given } from "../../core/command-line/flag.ts";
import type { UsualSecret } from "../../core/pull-secrets/fixes.ts";
import { EXIT } from "../../errors.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import { TRUST_FLAGS, trustOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";
import type { Cluster, World } from "../../world.ts";
import { readFacts } from "./read-facts.ts";
import { verifySources } from "./verify-sources.ts";

const FORMATS = ["json", "yaml"] as const;

/** `check`: is everything as it should be, and why can pods not pull? */
export const check = command({
	verb: "check",
	summary: "Find what is wrong with pull secrets and pods",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Check the sources of the source namespace (or NAME alone), the copies that their records want, service accounts, your permissions, and every pod that waits for its image, in all namespaces or in those of -n. Pods are grouped by cause, with the command that fixes it where one can.

√ ok, i note, ‼ warning, × problem, or could not be checked. Exit status 1 when there is a ×.

What would give the credential to a namespace that its record does not name stands apart, at the end: whoever may create pods in a namespace can make it look as if it needed one.

Not visible from here: credentials of the nodes, the authorities that they trust, their network.`,
	examples: [
		{ comment: "Everywhere", line: "kubectl meshreg check" },
		{
			comment: "In two namespaces, only what is not well",
			line: "kubectl meshreg check -n app,shop -q",
		},
		{
			comment: "What kubelets from 1.35 on would refuse",
			line: "kubectl meshreg check --before-upgrade",
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
			help: "Verify the sources' credentials at their registries.",
		},
		...TRUST_FLAGS,
		{
			name: "before-upgrade",
			kind: "switch",
			help: "Judge running pods as if all nodes had Kubernetes 1.35 or later, which verify a pod's credential for images that are on the node.",
		},
		FROM_FLAG,
		flags.MESH_FLAG,
		flags.outputFlag(...FORMATS),
		{
			...flags.QUIET_FLAG,
			help: "Leave out what is well, notes, and the summary.",
		},
	],
	inContexts: "check",
	options: (given, env) => ({
		connection: flags.connectionFlags(given),
		namespaces: scopeOf(given),
		verify: given.on("verify"),
		trust: trustOf(given),
		beforeUpgrade: given.on("before-upgrade"),
		choice: sourceChoiceOf(given, env, {
			given: given.positionals[0],
			shown: "NAME",
		}),
		usual: flags.usualSecretOf(env),
		output: flags.outputOf(given, FORMATS),
		quiet: given.on("quiet"),
	}),
	async run(options, world) {
		const cluster = await world.connect(options.connection);
		try {
			const findings = await look(cluster, options, world);
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

/** What is looked at, and how. */
type Options = {
	readonly namespaces: readonly string[] | undefined;
	readonly verify: boolean;
	readonly trust: Trust;
	readonly beforeUpgrade: boolean;
	readonly choice: SourceChoice;
	readonly usual: UsualSecret;
};

/** Looks once. */
async function look(
	cluster: Cluster,
	options: Options,
	world: World,
): Promise<Finding[]> {
	const { namespaces, choice } = options;
	const [facts, denied] = await Promise.all([
		readFacts(cluster, {
			namespaces,
			sourceNamespace: choice.namespace,
			name: choice.name,
			usualName: choice.usual,
			usual: options.usual,
			beforeUpgrade: options.beforeUpgrade,
			now: world.clock.now(),
		}),
		deniedAccesses(cluster, namespaces),
	]);
	return inGroups([
		...checkFacts(facts, denied),
		...(options.verify
			? await verifySources(facts.sources, options.trust, world)
			: []),
	]);
}

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
