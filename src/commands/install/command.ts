import { define, type OptionsOf } from "../../command.ts";
import {
	BARE,
	type Flag,
	type Given,
	switchFlag,
	textFlag,
	withHelp,
} from "../../core/command-line/flag.ts";
import { partition } from "../../core/groups.ts";
import { readImageReference } from "../../core/kubelet/image-reference.ts";
import { DEFAULT_MESH } from "../../core/meshes/meshes.ts";
import { providerName } from "../../core/pull-secrets/provider.ts";
import { UsageError } from "../../errors.ts";
import { attachesNowhere } from "../../flags/account.ts";
import { CHANGE_FLAGS, changeOf } from "../../flags/changes.ts";
import { REFRESH_FLAGS, refreshOf } from "../../flags/refresh.ts";
import { SERVING_FLAGS, servedAtOf } from "../../flags/serving.ts";
import { SYNC_FLAGS, syncSettingsOf } from "../../flags/sync.ts";
import * as flags from "../../flags.ts";
import { VERSION } from "../../version.ts";

/** Where the probes are answered in the pod. */
const HEALTH_PORT = 8081;
/** What a release publishes. */
export const IMAGE = `ghcr.io/kubectl-meshreg/kubectl-meshreg:v${VERSION}`;

/** Flags of a sync that ends. */
const OF_ONE_RUN = ["once", "all-sources", "forget"];
/** They are answered with a reason, whatever stands beside them, and not shown in help. */
const REFUSED: ReadonlySet<string> = new Set([...OF_ONE_RUN, "needed"]);

export const install = define({
	verb: "install",
	summary: "Run sync --watch in the cluster",
	operands: [{ name: "NAME", optional: true, values: "source-name" }],
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
				"Delete this source's copies outside the selected namespaces as well; needs --yes.",
		}).map(({ conflicts = [], alone = "", ...flag }) =>
			REFUSED.has(flag.name)
				? { ...flag, hidden: true as const }
				: { ...flag, conflicts, ...(alone && { alone }) },
		),
		textFlag("image", "Run this image.", { default: IMAGE }),
		switchFlag(
			"by-policy",
			"Keep the policies of attach --by-policy up to date as well (needs cluster-wide rights).",
		),
		...REFRESH_FLAGS,
		...SERVING_FLAGS,
		...CHANGE_FLAGS,
	],
	leaves: "objects",
	options(given, env) {
		for (const flag of OF_ONE_RUN)
			if (given.has(flag))
				throw new UsageError(
					`--${flag} is for a sync that ends, and install runs sync --watch`,
				);
		const settings = syncSettingsOf(given, env);
		const other = refreshOf(given)?.allowed.find(({ by }) => by !== "ecr");
		if (other !== undefined && !given.has("image"))
			throw new UsageError(
				`--refresh: the program of ${providerName(other)} is not in the usual image: build one from it, and name it with --image`,
			);
		if (settings.selection.by === "needed")
			throw new UsageError(
				"--needed asks a person to confirm what it finds, and there is none in the cluster: install with -n, -A, -l or --injected",
			);
		if (given.on("prune") && !given.on("yes"))
			throw new UsageError(
				"install --prune needs --yes: nobody is asked before each deletion",
			);
		// Without a value it lets the watch attach what the record does.
		const attachesRecorded = settings.selection.by === "record";
		if (attachesRecorded && given.list("attach").some((name) => !isBare(name)))
			throw attachesNowhere();
		const { health, metrics } = servedAtOf(given);
		for (const [flag, address] of [
			["health-address", health],
			["metrics-address", metrics],
		] as const)
			if (address !== undefined && (address.host !== "" || address.port === 0))
				throw new UsageError(
					`--${flag}: a pod's address is not known in advance: give the port alone, for example :8081`,
				);
		return {
			connection: flags.bulkConnectionFlags(given),
			settings,
			image: imageOf(given),
			healthPort: health?.port ?? HEALTH_PORT,
			metricsPort: metrics?.port,
			policies: given.on("by-policy"),
			args: argsOf(given, env, attachesRecorded ? ["attach"] : []),
			...changeOf(given),
		};
	},
});

export type InstallOptions = OptionsOf<typeof install>;

const isBare = (value: string): boolean => value === BARE;

/** As they were given, in the order of the table, so that the same flags are the same arguments. */
function argsOf(
	given: Given,
	env: flags.Env,
	without: readonly string[],
): string[] {
	const values = ({ name, kind, commas }: Flag): readonly string[] => {
		if (kind === "switch") return [`${given.on(name)}`];
		const [bare, named] = partition(given.list(name), isBare);
		const isOne = commas && named.length > 0;
		return [...bare.slice(0, 1), ...(isOne ? [named.join(",")] : named)];
	};
	const args = [...SYNC_FLAGS, ...REFRESH_FLAGS]
		.filter(({ name }) => given.has(name))
		.filter(({ name }) => !["from", "mesh", ...without].includes(name))
		.flatMap((flag) =>
			values(flag).map((value) =>
				isBare(value) ? `--${flag.name}` : `--${flag.name}=${value}`,
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
	if (typeof reading === "string")
		throw new UsageError(
			`--image: "${image}" is not an image reference: ${reading.replace(/^invalid reference format: /, "")}; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]`,
		);
	return image;
}
