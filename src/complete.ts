import { allOf } from "./actions/read/all-of.ts";
import { placeMeant } from "./actions/read/find-source.ts";
import { readLine } from "./argv.ts";
import { COMMANDS, EVERY_FLAG, EVERYWHERE } from "./cli.ts";
import {
	workloadNamed,
	workloadsOf,
} from "./commands/explain/workload-operand.ts";
import {
	type Candidate,
	type Completion,
	completionOf,
} from "./core/command-line/completion.ts";
import type { Given, ValueSource } from "./core/command-line/flag.ts";
import type { Env } from "./core/env.ts";
import { readImageReference } from "./core/kubelet/image-reference.ts";
import { podImages } from "./core/kubelet/pod-images.ts";
import type { Kind } from "./core/objects.ts";
import { oneLine } from "./core/output/printable.ts";
import { textsIn } from "./core/pull-secrets/expiry.ts";
import {
	PULL_SECRET_TYPE,
	SERVERS_ANNOTATION,
	SOURCE_ANNOTATION,
} from "./core/pull-secrets/ownership.ts";
import type { SourceRef } from "./core/pull-secrets/source.ts";
import { EXIT, unlessAborted } from "./errors.ts";
import { FROM_FLAG, sourceChoiceIn, sourceChoiceOf } from "./flags/source.ts";
import { connectionFlags, managedSelectorsOf } from "./flags.ts";
import { givenOn } from "./given.ts";
import type { Cluster, ListQuery, Outside } from "./world.ts";

/** What `explain` can be asked about in a namespace, as its pods have it, and a kind as it was `typed`. */
async function explained(
	cluster: Cluster,
	namespace: string,
	typed: string,
): Promise<string[]> {
	const asked = workloadNamed(typed)?.kind;
	const [spelt = ""] = typed.split("/");
	const words = await allOf(cluster.pages("Pod", { namespace }), (pod) => [
		...workloadsOf(pod).map(
			({ kind, name }) =>
				`${kind === asked ? spelt : kind.toLowerCase()}/${name}`,
		),
		...podImages(pod),
	]);
	// A pod's image may be any text, which a shell would take from us as it is.
	return words.filter(
		(word) =>
			workloadNamed(word) !== undefined ||
			(typeof readImageReference(word) === "object" &&
				/^[\w.:/@-]+$/.test(word)),
	);
}

/** What a source has entries for, as they were given. Its content is not read. */
async function registries(
	cluster: Cluster,
	{ namespace, name }: SourceRef,
): Promise<string[]> {
	const pages = cluster.pages("Secret", {
		namespace,
		fieldSelector: `metadata.name=${name}`,
		metadataOnly: true,
	});
	return allOf(pages, ({ metadata }) =>
		textsIn(metadata.annotations?.[SERVERS_ANNOTATION]).map(
			([, server]) => server,
		),
	);
}

/** What cobra's scripts take from the last line: https://pkg.go.dev/github.com/spf13/cobra#ShellCompDirective */
const DIRECTIVE = { files: 0, noFiles: 4 };

/**
 * Names of contexts, clusters and users are free text, of whoever wrote the kubeconfig, and shells put what
 * is offered on the line as it is: only what they take for one word is.
 */
const IS_ONE_WORD = /^[\p{L}\p{N}_.:@%+=,/][\p{L}\p{N}_.:@%+=,/-]*$/u;

/** Somebody waits at the prompt for less than a second, part of which the start and the output take. */
const PATIENCE_MS = 800;

/**
 * Answers kubectl's completion protocol: `argv` are the words after `kubectl meshreg`, the last one
 * being what is typed. Prints `VALUE<tab>DESCRIPTION` lines and `:DIRECTIVE`; whatever goes wrong,
 * nothing is offered and nothing is said.
 */
export async function complete(
	argv: readonly string[],
	world: Outside,
): Promise<number> {
	const line = readLine(argv.slice(0, -1), EVERY_FLAG);
	const given = givenOn(line, EVERY_FLAG);
	const completion = completionOf(line, given, argv.at(-1) ?? "", {
		commands: COMMANDS,
		everywhere: EVERYWHERE,
	});
	const { kept, typed, offer, taken } = completion;
	const candidates =
		typeof offer === "string" ? await ask(offer, completion, world) : offer;
	const lines = candidates
		.filter(({ value }) => value.startsWith(typed) && !taken.includes(value))
		.map(
			({ value, about }) =>
				`${oneLine(kept + value)}${about === undefined ? "" : `\t${about}`}\n`,
		);
	const directive = offer === "file" ? DIRECTIVE.files : DIRECTIVE.noFiles;
	world.streams.out.write(`${lines.join("")}:${directive}\n`);
	return EXIT.done;
}

async function ask(
	source: ValueSource,
	completion: Completion,
	world: Outside,
): Promise<readonly Candidate[]> {
	const late = new AbortController();
	const done = new AbortController();
	world.clock.delay(PATIENCE_MS, done.signal).then(
		() => late.abort(new Error("too late")),
		() => {},
	);
	try {
		const names = valuesOf(source, completion, world, late.signal);
		return [...new Set(await unlessAborted(names, late.signal))]
			.filter((value) => IS_ONE_WORD.test(value))
			.sort()
			.map((value) => ({ value }));
	} catch {
		return [];
	} finally {
		done.abort();
	}
}

/** The source that a line means, which may not be finished. */
function sourceMeant(verb: string | undefined, given: Given, env: Env) {
	const flags = COMMANDS.find((command) => command.verb === verb)?.flags ?? [];
	return flags.some(({ name }) => name === FROM_FLAG.name)
		? sourceChoiceOf(given, env, "NAME")
		: sourceChoiceIn(given, env);
}

async function valuesOf(
	source: ValueSource,
	{ given, typed, verb }: Completion,
	world: Outside,
	late: AbortSignal,
): Promise<string[]> {
	const flags = connectionFlags(given);
	if (source === "file") return [];
	if (source === "context" || source === "cluster" || source === "user")
		return [...(await world.kubeconfigNames(flags.kubeconfig))[source]];
	const cluster = await world.connect(flags, { quietlyUntil: late });
	try {
		const [namespace = cluster.namespace] = given.list("namespace");
		if (source === "explained")
			return await explained(cluster, namespace, typed);
		const place = (): SourceRef =>
			placeMeant(sourceMeant(verb, given, world.env), cluster);
		if (source === "registry") return await registries(cluster, place());
		const fieldSelector = `type=${PULL_SECRET_TYPE}`;
		const labelSelector = managedSelectorsOf(given, world.env)[0] ?? "";
		const managed = { labelSelector, fieldSelector };
		const slash = typed.indexOf("/");
		const at = slash < 0 ? undefined : typed.slice(0, slash);
		/** Of `NAMESPACE/NAME` the namespace is completed first. */
		const within = (query: ListQuery): [Kind, ListQuery] =>
			at === undefined
				? ["Namespace", {}]
				: ["Secret", { ...query, namespace: at }];
		const wanted: Record<typeof source, () => [Kind, ListQuery]> = {
			namespace: () => ["Namespace", {}],
			serviceaccount: () => ["ServiceAccount", { namespace }],
			pod: () => ["Pod", { namespace }],
			"pull-secret": () => ["Secret", managed],
			"source-name": () => [
				"Secret",
				{ ...managed, namespace: place().namespace },
			],
			source: () => within(managed),
			"any-pull-secret": () => within({ fieldSelector }),
		};
		const [kind, query] = wanted[source]();
		const onlySources = source === "source" || source === "source-name";
		const names = await allOf(
			cluster.pages(kind, { ...query, metadataOnly: true }),
			({ metadata }) =>
				onlySources && metadata.annotations?.[SOURCE_ANNOTATION]
					? []
					: (metadata.name ?? ""),
		);
		return at !== undefined ? names.map((name) => `${at}/${name}`) : names;
	} finally {
		await cluster.close();
	}
}
