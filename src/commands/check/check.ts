import { refuseReplaced, seeNamespaces } from "../../actions/apply/confirm.ts";
import { inParallel } from "../../actions/in-parallel.ts";
import { inSteps } from "../../actions/in-steps.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { warnOfUnread } from "../../actions/read/read-keys.ts";
import {
	listIfAllowed,
	readNamespaces,
} from "../../actions/read/read-namespaces.ts";
import type { RunOf } from "../../command.ts";
import { checkFacts, inGroups } from "../../core/check/check-facts.ts";
import type { Facts } from "../../core/check/facts.ts";
import { type Finding, isWell, ownFixes } from "../../core/check/finding.ts";
import { accessesToAsk } from "../../core/check/permissions.ts";
import type { Document } from "../../core/document.ts";
import { wordsIn } from "../../core/output/shell.ts";
import { closedBy } from "../../core/pull-secrets/namespace-facts.ts";
import { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import type { NamespaceKnowledge } from "../../core/pull-secrets/record.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { commandLine } from "../../report/command-line.ts";
import type { Cluster, World } from "../../world.ts";
import type { CheckOptions } from "./command.ts";
import { readFacts } from "./read-facts.ts";
import { verifySources } from "./verify-sources.ts";

export const run: RunOf<CheckOptions> = async (options, world) => {
	return onCluster(world, options.connection, async (cluster) => {
		let reader = new ContentReader();
		const lookAgain = () => {
			reader = new ContentReader();
			return look(cluster, options, world, reader);
		};
		let findings = await lookAgain();
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
};

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
 * says so, and the others go on. False where nothing was run. Throws UsageError where nobody can be asked,
 * FailureError where a namespace became another one meanwhile.
 */
async function fixed(
	findings: readonly Finding[],
	{ yes, quiet, connection }: CheckOptions,
	cluster: Cluster,
	world: World,
): Promise<boolean> {
	const commands = ownFixes(findings);
	if (commands.length === 0) return false;
	// What was sent to a namespace is not sent to one that takes its name while a person is asked.
	const seen = await seeNamespaces(
		findings.flatMap(({ fix, namespaces }) => (fix ? namespaces : [])),
		cluster,
	);
	if (!yes) {
		if (!world.streams.interactive)
			throw new UsageError(
				"check --fix needs --yes: there is no terminal to ask at",
			);
		world.emit({ type: "document", document: documentOf(findings, cluster) });
		const lines = commands.map(
			(one) => `  ${commandLine([one], cluster.commandContext)}`,
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
		// The one before may have asked, too.
		await refuseReplaced(seen, cluster);
		const words = wordsIn(command, cluster.commandContext);
		await world.again(
			[
				...words,
				...(ASKING.has(words[0] ?? "") ? ["--yes"] : []),
				...(quiet ? ["--quiet"] : []),
			],
			connection,
		);
	}
	return true;
}

async function look(
	cluster: Cluster,
	options: CheckOptions,
	world: World,
	reader: ContentReader,
): Promise<Finding[]> {
	const asked = accessesToAsk(options.namespaces);
	const [facts, allowed] = await Promise.all([
		readFacts(cluster, options, world.clock.now(), reader),
		inParallel(asked, (access) => cluster.canI(access)),
	]);
	const denied = asked.filter((_, index) => !allowed[index]);
	const found = await inSteps(checkFacts(facts, denied), world);
	const closed = await closedAmong(found, facts, cluster, options.namespaces);
	const namespaces = new Map([...facts.namespaces, ...closed]);
	return inGroups([
		...(closed.length === 0
			? found
			: await inSteps(checkFacts({ ...facts, namespaces }, denied), world)),
		...(options.verify
			? await verifySources(facts.sources, options.trust, world)
			: []),
	]);
}

/**
 * Of the namespaces of which something is told, or to which a command would give a credential, and of which no
 * record speaks, those that get none; of what may not be read, that is not known. `named`: by whoever asks. Other
 * people's claims say which the others are: those cost one list, and no request each.
 */
async function closedAmong(
	findings: readonly Finding[],
	facts: Facts,
	cluster: Cluster,
	named: readonly string[] | undefined,
): Promise<(readonly [string, NamespaceKnowledge])[]> {
	const meant = findings.flatMap(({ severity, namespaces, gives }) => [
		...(severity === "ok" ? [] : namespaces),
		...gives.flatMap((given) => given.namespaces),
	]);
	const names = new Set(meant.filter((name) => !facts.namespaces.has(name)));
	if (names.size === 0) return [];
	const known: ReadonlyMap<string, NamespaceKnowledge> =
		named === undefined
			? ((await listIfAllowed(cluster)) ?? new Map())
			: await readNamespaces(cluster, [...names]);
	return [...known].filter(
		([name, there]) =>
			names.has(name) && typeof there === "object" && closedBy(there),
	);
}
