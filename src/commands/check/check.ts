import type { Trust } from "../../actions/credentials/registry-trust.ts";
import { AT_ONCE, inParallel } from "../../actions/in-parallel.ts";
import { inSteps } from "../../actions/in-steps.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { meantNamespace } from "../../actions/read/meant-namespace.ts";
import { warnOfUnread } from "../../actions/read/warn-of-unread.ts";
import { command } from "../../command.ts";
import { checkFacts, inGroups } from "../../core/check/check-facts.ts";
import type { Access } from "../../core/check/facts.ts";
import { type Finding, isWell, ownFixes } from "../../core/check/finding.ts";
import { accessesToAsk } from "../../core/check/permissions.ts";
import {
	type Given,
	switchFlag,
	textFlag,
} from "../../core/command-line/flag.ts";
import type { Document } from "../../core/document.ts";
import { wordsIn } from "../../core/output/shell.ts";
import { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import { TRUST_FLAGS, trustOf } from "../../flags/verification.ts";
import * as flags from "../../flags.ts";
import { commandLine } from "../../report/command-line.ts";
import type { Cluster, ConnectionFlags, World } from "../../world.ts";
import { type CheckScope, readFacts } from "./read-facts.ts";
import { verifySources } from "./verify-sources.ts";

const FORMATS = ["json", "yaml"] as const;

/** `check`: is everything as it should be, and why can pods not pull? */
export const check = command({
	verb: "check",
	summary: "Find what is wrong with pull secrets and pods",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Check the sources in the source namespace (or NAME alone), their recorded copies, service accounts, your permissions, and every pod that is waiting for its image, in all namespaces or in those of -n. Pods are grouped by cause, with the command that fixes it if there is one.

√ ok, i note, ‼ warning, × problem, or could not be checked. Exit status 1 when there is a ×.

Commands that would give the credential to a namespace that is not recorded are listed separately at the end: anybody who can create pods in a namespace can make it look as if it needed one.

Not visible from here: the nodes' own credentials, the CAs that they trust, and their network.`,
	examples: {
		Everywhere: "kubectl meshreg check",
		"In two namespaces, only what is not ok":
			"kubectl meshreg check -n app,shop -q",
		"What kubelets from 1.35 on would refuse":
			"kubectl meshreg check --before-upgrade",
		"Fix what can be fixed, and wait until pods have pulled":
			"kubectl meshreg check --fix --yes --wait 2m",
		"For a script": "kubectl meshreg check -o json",
	},
	flags: [
		flags.NAMESPACES_FLAG,
		flags.ALL_NAMESPACES_FLAG,
		switchFlag(
			"verify",
			"Verify the sources' credentials at their registries.",
		),
		...TRUST_FLAGS.map((flag) => ({ ...flag, needs: ["verify"] })),
		switchFlag(
			"before-upgrade",
			"Judge running pods as if all nodes had Kubernetes 1.35 or later, which verify a pod's credential for images that are on the node.",
		),
		switchFlag(
			"fix",
			"Run the meshreg commands that fix what is found, after asking, then check once more. Never what would give the credential to a namespace that is not recorded.",
		),
		textFlag(
			"wait",
			"Repeat until nothing is wrong, for at most this long, such as 2m.",
		),
		{ ...flags.YES_FLAG, needs: ["fix"] },
		FROM_FLAG,
		flags.MESH_FLAG,
		flags.outputFlag(...FORMATS),
		{
			...flags.QUIET_FLAG,
			help: "Leave out what is ok, notes, and the summary; -o json and -o yaml print everything.",
		},
	],
	inContexts: "check",
	options: (given, env) => ({
		connection: flags.connectionFlags(given),
		namespaces: scopeOf(given),
		verify: given.on("verify"),
		trust: trustOf(given),
		beforeUpgrade: given.on("before-upgrade"),
		fix: given.on("fix"),
		wait: given.has("wait")
			? flags.parseDuration(given.text("wait") ?? "", "--wait")
			: 0,
		yes: given.on("yes"),
		choice: sourceChoiceOf(given, env, {
			given: given.positionals[0],
			shown: "NAME",
		}),
		output: flags.outputOf(given, FORMATS),
		quiet: given.on("quiet"),
	}),
	async run(options, world) {
		return onCluster(world, options.connection, async (cluster) => {
			let reader = new ContentReader();
			const lookAgain = () => {
				reader = new ContentReader();
				return look(cluster, options, world, reader);
			};
			let findings = await lookAgain();
			if (findings.some(isMissing)) {
				const meant = await meantNamespace(options.choice.name, cluster);
				if (meant) throw meant;
			}
			if (options.fix && (await fixed(findings, options, cluster, world)))
				findings = await lookAgain();
			// What has just been fixed takes a kubelet some time.
			const end = world.clock.elapsed() + options.wait;
			while (!isWell(findings) && world.clock.elapsed() < end) {
				const rest = end - world.clock.elapsed();
				await world.clock.delay(Math.min(AGAIN, rest), world.interrupt);
				findings = await lookAgain();
			}
			warnOfUnread(reader, world);
			return {
				status: isWell(findings) ? EXIT.done : EXIT.failed,
				document: documentOf(findings, cluster),
			};
		});
	},
});

function isMissing({ about }: Finding): boolean {
	return (
		about.cause === "source-missing" && about.failure.cause === "source-missing"
	);
}

/** How long it waits until it looks again, in milliseconds. */
const AGAIN = 5000;

function documentOf(
	findings: readonly Finding[],
	{ context, commandContext }: Cluster,
): Document {
	return { kind: "check", clusters: [{ context, commandContext, findings }] };
}

/** Verbs that ask before they write: whoever agreed to all of it is not asked again. */
const ASKING = new Set(["create", "prune", "rotate", "sync"]);

/**
 * Runs what fixes the findings, one after the other, after showing and asking; a command that fails
 * says so, and the others go on. False where nothing was run. Throws UsageError where nobody can be asked.
 */
async function fixed(
	findings: readonly Finding[],
	{
		yes,
		connection,
	}: { readonly yes: boolean; readonly connection: ConnectionFlags },
	cluster: Cluster,
	world: World,
): Promise<boolean> {
	const commands = ownFixes(findings);
	if (commands.length === 0) return false;
	if (!yes) {
		if (!world.streams.interactive)
			throw new UsageError(
				"check --fix needs --yes: there is no terminal to ask at",
			);
		world.emit({ type: "document", document: documentOf(findings, cluster) });
		const lines = commands.map(
			(one) => `  ${commandLine([[one]], cluster.commandContext)}`,
		);
		const where =
			cluster.context === "" ? "" : ` in context ${cluster.context}`;
		const agreed = await (await world.prompter()).confirm({
			message: `Run ${commands.length === 1 ? "this command" : `these ${commands.length} commands`}${where}?\n${lines.join("\n")}\n`,
			default: false,
		});
		if (!agreed) return false;
	}
	for (const command of commands) {
		const words = wordsIn(command, cluster.commandContext);
		await world.again(
			[...words, ...(ASKING.has(words[0] ?? "") ? ["--yes"] : [])],
			connection,
		);
	}
	return true;
}

/** What is looked at, and how. */
interface Options extends Omit<CheckScope, "now"> {
	readonly verify: boolean;
	readonly trust: Trust;
}

/** Looks once. */
async function look(
	cluster: Cluster,
	options: Options,
	world: World,
	reader: ContentReader,
): Promise<Finding[]> {
	const scope = { ...options, now: world.clock.now() };
	const [facts, denied] = await Promise.all([
		readFacts(cluster, scope, reader),
		deniedAccesses(cluster, options.namespaces),
	]);
	return inGroups([
		...(await inSteps(checkFacts(facts, denied), world)),
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
