import { recordOf } from "../../actions/apply/change-record.ts";
import { ChangeReport, formOf } from "../../actions/apply/change-report.ts";
import {
	type SeenNamespaces,
	seeNamespaces,
} from "../../actions/apply/confirm.ts";
import { planMaking } from "../../actions/apply/make-source.ts";
import {
	chooseEntry,
	enteredFor,
	inputFor,
} from "../../actions/credentials/choose-entry.ts";
import { enterVerified } from "../../actions/credentials/enter-verified.ts";
import { newEntries } from "../../actions/credentials/entered-credential.ts";
import { onCluster, onFirstCluster } from "../../actions/on-cluster.ts";
import {
	placeMeant,
	type SourceChoice,
	seekSource,
} from "../../actions/read/find-source.ts";
import { type Reading, reading } from "../../actions/read/read-keys.ts";
import { readNamespaces } from "../../actions/read/read-namespaces.ts";
import {
	warnOfMalformed,
	warnOfSame,
} from "../../actions/read/warn-of-entries.ts";
import { warn } from "../../actions/tell.ts";
import { type Asked, CANCELLED, type RunOf } from "../../command.ts";
import { displayUser } from "../../core/credentials/entry.ts";
import type { Outcome } from "../../core/document.ts";
import { DEFAULT_MESH, MESHES } from "../../core/meshes/meshes.ts";
import { contextClause } from "../../core/output/context-flags.ts";
import { orElsewhere } from "../../core/output/failure.ts";
import { isWritten } from "../../core/output/result.ts";
import type { Script } from "../../core/output/shell.ts";
import {
	manifestOf,
	namespaceManifest,
} from "../../core/pull-secrets/change.ts";
import { editable, sourceMaker } from "../../core/pull-secrets/edit-source.ts";
import { entriesNamed } from "../../core/pull-secrets/entry-naming.ts";
import { Fixes, syncing } from "../../core/pull-secrets/fixes.ts";
import {
	type DesiredPullSecret,
	type PullSecret,
	placeOf,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import {
	EMPTY_RECORD,
	isEmptyRecord,
	recordIn,
} from "../../core/pull-secrets/record.ts";
import {
	isSourceLike,
	type SourceRef,
} from "../../core/pull-secrets/source.ts";
import {
	displayHost,
	type RegistryServer,
} from "../../core/registry/server.ts";
import { EXIT, unlessFailed } from "../../errors.ts";
import type { Cluster, World } from "../../world.ts";
import { askToWrite } from "./ask-to-write.ts";
import type { CreateOptions } from "./command.ts";

/** What `create` asks, and verifies, once for all clusters. Throws FailureError, and what the cluster throws. */
export async function ask(options: CreateOptions, world: World) {
	warn(world, ...options.notes, ...options.warnings);
	const source = await choiceOf(options, world);
	// Before anything is entered: what cannot be edited needs no credential.
	const intent = await intentOf({ ...options, source }, world);
	if (intent === CANCELLED) return CANCELLED;
	if (intent.edit.by === "remove") return { ...intent, entered: [] };
	const { replaced } = intent;
	const known = replaced && inputFor(replaced.source, replaced.key);
	const byDefault = world.streams.interactive && options.dryRun === "none";
	const input = { ...options.input, ...known };
	const how = { ...options, byDefault };
	const entered = await enterVerified(input, how, world);
	if (entered === CANCELLED) return CANCELLED;
	return {
		...intent,
		entered: replaced ? enteredFor(replaced.key, entered) : entered,
	};
}

export const run: RunOf<CreateOptions, Asked<typeof ask>> = async (
	given,
	world,
	{ entered, edit, source, ...asked },
) => {
	const options = { ...given, edit };
	const { dryRun, output, label } = options;
	const isNew = edit.by === "replace";
	const entries = newEntries(entered, options, world.clock.now());
	const isObject = output === "json" || output === "yaml";
	const isMadeOfWhatIsThere = !isNew || options.replace || options.force;
	if (isObject && dryRun === "client" && !isMadeOfWhatIsThere) {
		const { namespace } = source;
		const place =
			namespace === undefined
				? await onCluster(world, options.connection, async (cluster) =>
						placeMeant(source, cluster),
					)
				: placeMeant(source, { namespace });
		const made = sourceMaker(edit, place, entries, label);
		return objectsOf(made(undefined), options);
	}
	return onCluster(world, options.connection, async (cluster) => {
		const wish = { source, edit: given.edit };
		const at = reading(cluster);
		const { place, before } = await lookAt(at, wish, world);
		if (!isNew) editable(before, place);
		const make = sourceMaker(edit, place, entries, label);
		// What was said of the source in one cluster says nothing about that in another.
		const here =
			asked.seen?.context === cluster.context ? asked.seen : undefined;
		const asks =
			!options.yes &&
			dryRun === "none" &&
			(entered.some(({ asked }) => asked) ||
				(!isNew && asked.chosen !== undefined && !here));
		const report = new ChangeReport(world, cluster, formOf(options));
		return await report.whatIsDone(async () => {
			if (before !== undefined && isSourceLike(before)) recordOf(before);
			const made = { place, before, made: make };
			const replace = options.replace || (asked.chosen === "over" && !!here);
			const said = await askToWrite(
				{ ...made, entered, edit, replace, asks, seen: here?.namespaces },
				given,
				cluster,
				world,
			);
			if (said === CANCELLED) return report.cancelled();
			const making = await planMaking(
				{ ...options, ...made, ...said },
				{ ...options, ...at, report, world },
			);
			const written =
				making && (await making.agreed([])) && (await making.write());
			if (!written) return report.notDone();
			if (!isNew) warnOfMalformed(place, written.content, world);
			if (edit.by === "remove")
				warnOfSame(place, before?.content, written.content, world);
			// What the server would take is the object to see; what it refused has been said.
			return dryRun === "server" && isObject
				? objectsOf(make(before), options, before)
				: report.finish({
						next: await nextOf(written, report, options, cluster, world),
					});
		});
	});
};

/** What a person at a terminal does next; undefined where nothing was written. */
async function nextOf(
	source: PullSecret,
	report: ChangeReport,
	{ dryRun }: Pick<CreateOptions, "dryRun">,
	cluster: Cluster,
	{ streams }: Pick<World, "streams">,
): Promise<Script | undefined> {
	const wrote = report.results.some(
		({ kind, action }) => kind === "Secret" && isWritten(action),
	);
	if (!wrote || dryRun !== "none" || !streams.interactive) return undefined;
	const record = recordIn(source) ?? EMPTY_RECORD;
	if (!isEmptyRecord(record)) return syncing(source);
	// Who may not list namespaces, of which sync offers the choice, uses it where it is.
	const listing = { verb: "list", resource: "namespaces" };
	return (await unlessFailed(cluster.canI(listing))) === false
		? Fixes.of(source).attach([source.namespace], ["default"])
		: syncing(source, "--attach");
}

/**
 * Where the source is to be. At a terminal, where nothing says which mesh it is for and the cluster has
 * another than the default one, the person is asked.
 */
async function choiceOf(
	{ connection, source, offersMesh, yes }: CreateOptions,
	world: World,
): Promise<SourceChoice> {
	if (!offersMesh || yes || !world.streams.interactive) return source;
	return onFirstCluster(world, connection, async (cluster, found) => {
		const meshes = Object.values(MESHES);
		const known = await readNamespaces(
			cluster,
			meshes.flatMap(({ sourceNamespace }) => sourceNamespace ?? []),
		);
		// One whose namespace may not be looked at is not among them.
		const installed = meshes.filter(
			({ sourceNamespace = "" }) =>
				typeof known.get(sourceNamespace) === "object",
		);
		found();
		if (installed.every(({ name }) => name === DEFAULT_MESH)) return source;
		const offered = [...installed, MESHES.none];
		const chosen = await (await world.prompter()).choose({
			message: "Which mesh is the pull secret for?",
			choices: offered.map((mesh) => ({
				value: mesh.name,
				label: `${mesh.title} (${mesh.secretName} in ${mesh.sourceNamespace ?? cluster.namespace})${mesh.retired === undefined ? "" : ", no longer maintained"}`,
			})),
		});
		const mesh = offered.find(({ name }) => name === chosen) ?? MESHES.none;
		return {
			...source,
			namespace: mesh.sourceNamespace,
			usual: mesh.secretName,
		};
	});
}

/** What is to be done about a source that is there, and what is asked for it. */
interface Intent {
	/** Which source; by its name, where one was found that is to be edited. */
	readonly source: SourceChoice;
	readonly edit: CreateOptions["edit"];
	/** What a person said is to become of the source that is there; undefined: nobody was asked. */
	readonly chosen?: "add" | "change" | "over";
	/** The entry whose credential another is to replace. */
	readonly replaced?: { readonly source: PullSecret; readonly key: string };
	/** The namespace before anything was asked, and in which context; undefined: nobody looked. */
	readonly seen?: {
		readonly context: string;
		readonly namespaces: SeenNamespaces;
	};
}

/**
 * Looks first: an edit needs something to edit, and at a terminal, where nothing of the credential is
 * given, the person says what is to become of a source that is there. Throws OperationError.
 */
async function intentOf(
	options: CreateOptions,
	world: World,
): Promise<Intent | typeof CANCELLED> {
	const { edit, input, source: choice } = options;
	const offers =
		world.streams.interactive &&
		!options.yes &&
		!options.replace &&
		!options.force &&
		options.dryRun === "none" &&
		input.password === undefined &&
		input.keyPath === undefined &&
		input.jwt === undefined &&
		input.secret === undefined &&
		input.provider === undefined;
	// What stands in the way in one of several clusters is told there, and keeps it from no other.
	const isAlone = !options.inSeveral;
	if (edit.by === "replace" ? !offers : !isAlone && !world.streams.interactive)
		return { edit, source: choice };
	return onFirstCluster(world, options.connection, async (cluster, found) => {
		const { namespace } = placeMeant(choice, cluster);
		const wish = isAlone ? options : { ...options, source: usualOf(choice) };
		const [{ place, before: source }, namespaces] = await Promise.all([
			lookAt(reading(cluster), wish, world),
			world.streams.interactive
				? seeNamespaces([namespace], cluster)
				: undefined,
		]);
		found();
		const plain: Intent = {
			edit,
			source: isAlone ? { ...choice, name: place.name } : choice,
			...(namespaces && { seen: { context: cluster.context, namespaces } }),
		};
		// What is no source is left alone, whatever would be entered.
		if (edit.by !== "replace" || (source && !isSourceLike(source))) {
			if (isAlone) editable(source, place, edit.by === "replace");
			return plain;
		}
		if (source === undefined) return plain;
		const next = await askWhatToDo(source, input.servers, cluster, world);
		if (next === "cancel") return CANCELLED;
		if (next === "over") return { ...plain, chosen: next };
		const chosen = { ...plain, chosen: next, edit: { by: next } };
		if (next === "add") return chosen;
		const [named] = input.servers;
		const key = await chooseEntry(source, named?.spelled, world);
		return { ...chosen, replaced: { source, key } };
	});
}

/**
 * The question about a source that is there, which it describes. A credential of a registry that the
 * command line names replaces that one's and no other's.
 */
async function askWhatToDo(
	source: PullSecret,
	servers: readonly RegistryServer[],
	{ context }: Pick<Cluster, "context">,
	world: World,
): Promise<"add" | "change" | "over" | "cancel"> {
	const { config } = source.content;
	const entries = config.ok ? [...config.auths] : [];
	const held = entries.map(([key, entry]) => {
		const user = displayUser(entry);
		return user === "" ? displayHost(key) : `${displayHost(key)} as ${user}`;
	});
	const keys = entries.map(([key]) => key);
	const there = servers.filter(
		({ spelled }) => entriesNamed(keys, spelled).length > 0,
	);
	const canChange =
		servers.length === 0
			? keys.length > 0
			: servers.length === 1 && there.length === 1;
	const where = contextClause(context);
	return (await world.prompter()).choose({
		message: `${sourceRef(source)} exists${where}\n  with ${held.join(", ") || "no registry"}. What do you want to do?`,
		choices: [
			...(there.length === 0
				? [{ value: "add" as const, label: "Add a registry" }]
				: []),
			...(canChange
				? [{ value: "change" as const, label: "Replace a credential" }]
				: []),
			{ value: "over", label: "Start over, without its registries" },
			{ value: "cancel", label: "Cancel" },
		],
	});
}

/** The choice with the usual name where it has none: a new source is made nowhere else. */
function usualOf(choice: SourceChoice): SourceChoice {
	return { ...choice, name: choice.name ?? choice.usual };
}

/**
 * What is there, and where the source is or would be. Without a name `--add` and `--remove` mean the source that
 * every other command means. Throws FailureError where this user may not look there, or it is not known
 * which; what the cluster throws.
 */
async function lookAt(
	at: Reading,
	{ source, edit }: Pick<CreateOptions, "source" | "edit">,
	world: World,
): Promise<{ place: SourceRef; before: PullSecret | undefined }> {
	const choice = edit.by === "replace" ? usualOf(source) : source;
	const sought = await seekSource(at, choice, world).catch((error: unknown) => {
		throw orElsewhere(error);
	});
	const before = sought.source ?? sought.inTheWay;
	const place = before ? placeOf(before) : placeMeant(source, at.cluster);
	return { place, before };
}

/** The Secret itself, and the namespace that is to be made for it, whether it is there or not: nothing was looked at. */
function objectsOf(
	desired: DesiredPullSecret,
	{ createNamespace }: Pick<CreateOptions, "createNamespace">,
	current?: PullSecret,
): Outcome {
	const { namespace } = desired;
	const object = manifestOf(desired, current);
	const objects = createNamespace
		? [namespaceManifest(namespace), object]
		: [object];
	return { status: EXIT.done, document: { kind: "objects", objects } };
}
