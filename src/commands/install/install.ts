import {
	injectedRule,
	warnOfAsking,
} from "../../actions/apply/asking-namespaces.ts";
import { ChangeReport } from "../../actions/apply/change-report.ts";
import { attachedBy } from "../../actions/apply/selected.ts";
import {
	findInstalled,
	type Installed,
	removeInstalled,
} from "../../actions/in-cluster/installed.ts";
import { onCluster } from "../../actions/on-cluster.ts";
import { nameMeant } from "../../actions/read/find-source.ts";
import { withNearNamespace } from "../../actions/read/near-names.ts";
import { readPullSecret } from "../../actions/read/read-keys.ts";
import { warn } from "../../actions/tell.ts";
import { command } from "../../command.ts";
import {
	BARE,
	type Flag,
	type Given,
	switchFlag,
	textFlag,
	withHelp,
} from "../../core/command-line/flag.ts";
import {
	type Installation,
	type InstalledObject,
	manifestsOf,
} from "../../core/in-cluster/installation.ts";
import { readImageReference } from "../../core/kubelet/image-reference.ts";
import { DEFAULT_MESH } from "../../core/meshes/meshes.ts";
import { ContentReader } from "../../core/pull-secrets/pull-secret.ts";
import { recordIn } from "../../core/pull-secrets/record.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import { EXIT, UsageError, unlessForbidden } from "../../errors.ts";
import { CHANGE_FLAGS, changeOf } from "../../flags/changes.ts";
import { REFRESH_FLAGS, refreshOf } from "../../flags/refresh.ts";
import { SERVING_FLAGS, servedAtOf } from "../../flags/serving.ts";
import { SYNC_FLAGS, syncSettingsOf } from "../../flags/sync.ts";
import * as flags from "../../flags.ts";
import { VERSION } from "../../version.ts";
import type { Cluster, World } from "../../world.ts";
import { applyObjects } from "./apply-objects.ts";

/** Where the probes are answered in the pod. */
const HEALTH_PORT = 8081;
/** What a release publishes. */
export const IMAGE = `ghcr.io/kubectl-meshreg/kubectl-meshreg:v${VERSION}`;

/** Flags of a sync that ends. */
const OF_ONE_RUN = ["once", "all-sources", "forget"];
/** They are answered with a reason, and not shown in help. */
const REFUSED: ReadonlySet<string> = new Set([...OF_ONE_RUN, "needed"]);

/** `install [NAME]`: `sync --watch` in the cluster. */
export const install = command({
	verb: "install",
	summary: "Run sync --watch in the cluster",
	operands: [{ name: "NAME", optional: true, values: "pull-secret" }],
	about: `Run sync --watch in the source's namespace, as a Deployment whose service account has the permissions that these flags need and no others. Running it again updates everything.

The account can write pull secrets of that name and no other Secret: an admission policy enforces it. With --dry-run=client -o yaml the manifests are printed, ready to commit.`,
	examples: {
		"Keep the recorded namespaces in sync": "kubectl meshreg install",
		"Keep every namespace in sync": "kubectl meshreg install -A",
		"Two namespaces, with rights in those alone":
			"kubectl meshreg install -n app,shop",
		"The manifests, for GitOps":
			"kubectl meshreg install -l team=payments --dry-run=client -o yaml",
	},
	flags: [
		...withHelp(SYNC_FLAGS, {
			force:
				"Take over unmanaged Secrets and copies of another source, without a question.",
			prune:
				"Delete also this source's copies outside the selected namespaces; needs --yes.",
		}).map((flag) =>
			REFUSED.has(flag.name) ? { ...flag, hidden: true as const } : flag,
		),
		textFlag("image", "Run this image.", { default: IMAGE }),
		switchFlag(
			"by-policy",
			"Keep also the policies of attach --by-policy (needs cluster-wide rights).",
		),
		...REFRESH_FLAGS,
		...SERVING_FLAGS,
		...CHANGE_FLAGS,
	],
	options: optionsOf,
	async run(options, world) {
		warn(world, ...options.notes);
		return onCluster(world, options.connection, async (cluster) => {
			const { dryRun, output } = options;
			const { source } = options.settings;
			const isPrinted =
				dryRun === "client" && (output === "yaml" || output === "json");
			const installation = installationOf(
				options,
				source.namespace ?? cluster.namespace,
				// What is printed is the same without a cluster.
				isPrinted
					? (source.name ?? source.usual)
					: await nameMeant(source, cluster, world),
			);
			const objects = manifestsOf(installation);
			if (isPrinted)
				return {
					status: EXIT.done,
					document: { kind: "objects", objects },
				};
			const report = new ChangeReport(world, cluster);
			return await report.whatIsDone(async () => {
				await checkNamespaces(installation, cluster);
				await applyObjects(objects, { cluster, dryRun, report, world });
				const stale = (
					await findInstalled(cluster, installation.source)
				).filter((found) => !objects.some((object) => isSame(object, found)));
				await removeInstalled(stale, { cluster, dryRun, report });
				await tellUndone(options, installation.source, cluster, world);
				return report.finish({ withSummary: false });
			});
		});
	},
});

type InstallOptions = ReturnType<typeof optionsOf>;

/** Throws UsageError. */
function optionsOf(given: Given, env: flags.Env) {
	for (const flag of OF_ONE_RUN)
		if (given.has(flag))
			throw new UsageError(
				`--${flag} is for a sync that ends, and install runs sync --watch`,
			);
	const settings = syncSettingsOf(given, env);
	refreshOf(given);
	if (settings.selection.by === "needed")
		throw new UsageError(
			"--needed is for a person to look at: install with -n, -A, -l or --injected",
		);
	if (given.on("prune") && !given.on("yes"))
		throw new UsageError(
			"install --prune needs --yes: nobody is asked before each deletion",
		);
	const { health, metrics } = servedAtOf(given);
	for (const [flag, address] of [
		["health-address", health],
		["metrics-address", metrics],
	] as const)
		if (address !== undefined && (address.host !== "" || address.port === 0))
			throw new UsageError(
				`--${flag}: a pod is asked at an address that it is given later: name the port alone, for example :8081`,
			);
	return {
		connection: flags.bulkConnectionFlags(given),
		settings,
		image: imageOf(given),
		healthPort: health?.port ?? HEALTH_PORT,
		metricsPort: metrics?.port,
		policies: given.on("by-policy"),
		args: argsOf(given, env),
		...changeOf(given),
	};
}

function installationOf(
	{
		settings,
		policies,
		args,
		image,
		healthPort,
		metricsPort,
		yes,
	}: InstallOptions,
	namespace: string,
	name: string,
): Installation {
	const { selection, attach, prune, force } = settings;
	return {
		source: { namespace, name },
		names: selection.by === "names" ? selection.names : undefined,
		attaches: attach !== undefined,
		// Only where nobody has to be asked.
		deletes: prune || (force && yes),
		policies,
		args: [
			"sync",
			name,
			"--watch=true",
			`--from=${namespace}`,
			...args,
			`--health-address=:${healthPort}`,
			...(metricsPort === undefined
				? []
				: [`--metrics-address=:${metricsPort}`]),
			"--output=json",
		],
		image,
		healthPort,
		metricsPort,
	};
}

/**
 * What of the source's record the installation leaves undone: by `--injected` whom a person would be asked
 * about, by the record the accounts that it attaches. Nothing where this user may not read it.
 */
async function tellUndone(
	{ settings }: InstallOptions,
	source: SourceRef,
	cluster: Cluster,
	world: World,
): Promise<void> {
	const { selection, exclude, attach } = settings;
	if (selection.by !== "injected" && selection.by !== "record") return;
	const read = await unlessForbidden(
		readPullSecret(cluster, new ContentReader(), source).then((found) => ({
			found,
		})),
	);
	if (read === undefined) return;
	const record = read.found && recordIn(read.found);
	if (selection.by === "injected") {
		const about = { exclude, attach: attachedBy(settings) };
		const rule = injectedRule(selection.mesh, about);
		await warnOfAsking({ ...source, record }, rule, cluster, world);
	} else if (
		attach === undefined &&
		record?.entries.some((entry) => entry.attach.length > 0)
	)
		warn(world, { cause: "attaches-unwatched" });
}

/** Nothing is written where a namespace that was named is not there. Throws what the cluster throws. */
async function checkNamespaces(
	{ names = [], source }: Installation,
	cluster: Cluster,
): Promise<void> {
	for (const name of names)
		if (name !== source.namespace)
			try {
				await cluster.read("Namespace", { name });
			} catch (error) {
				throw await withNearNamespace(error, cluster);
			}
}

function isSame(object: InstalledObject, { kind, metadata }: Installed) {
	return (
		object.kind === kind &&
		object.metadata.name === metadata.name &&
		object.metadata.namespace === metadata.namespace
	);
}

/** As they were given, in the order of the table, so that the same flags are the same arguments. */
function argsOf(given: Given, env: flags.Env): string[] {
	const values = (flag: Flag): string[] => {
		switch (flag.kind) {
			case "switch":
				return [`${given.on(flag.name)}`];
			case "list":
				return flag.commas
					? [given.list(flag.name).join(",")]
					: [...given.list(flag.name)];
			default:
				return [given.text(flag.name) ?? ""];
		}
	};
	const args = [...SYNC_FLAGS, ...REFRESH_FLAGS]
		.filter(({ name }) => given.has(name) && name !== "from" && name !== "mesh")
		.flatMap((flag) =>
			values(flag).map((value) =>
				value === BARE ? `--${flag.name}` : `--${flag.name}=${value}`,
			),
		);
	const mesh = flags.meshOf(given, env).name;
	return [
		...args,
		...(mesh === DEFAULT_MESH ? [] : [`--mesh=${mesh}`]),
		...(given.on("yes") ? ["--yes=true"] : []),
	];
}

function imageOf(given: Given): string {
	const image = given.text("image") ?? IMAGE;
	flags.checkSaid("--image", "image", image);
	const reading = readImageReference(image);
	if (!reading.ok)
		throw new UsageError(
			`--image: "${image}" is not an image reference: ${reading.because.replace(/^invalid reference format: /, "")}; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]`,
		);
	return image;
}
