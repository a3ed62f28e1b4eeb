import { apply } from "../actions/apply.ts";
import {
	CHANGE_FORMATS,
	type ChangeFormat,
	ChangeReport,
} from "../actions/change-report.ts";
import { agreedReplacements } from "../actions/confirm.ts";
import {
	type EnteredCredential,
	enterCredential,
} from "../actions/credential-input.ts";
import { ensureNamespace } from "../actions/ensure-namespace.ts";
import { readKey } from "../actions/read-keys.ts";
import { command } from "../command.ts";
import { displayUsername } from "../core/credential.ts";
import { newSource } from "../core/new-source.ts";
import type { OwnerLabel } from "../core/ownership.ts";
import { type Change, planSource } from "../core/plan.ts";
import {
	ContentReader,
	type DesiredKey,
	type RegistryKey,
	secretOf,
} from "../core/registry-key.ts";
import { displayHost } from "../core/registry-server.ts";
import type { ChangeResult, DryRun } from "../core/result.ts";
import { CREDENTIAL_FLAGS, credentialInputOf } from "../credential-flags.ts";
import { EXIT } from "../errors.ts";
import {
	connectionFlags,
	DRY_RUN_FLAG,
	dryRunOf,
	NAMESPACE_FLAG,
	nameOf,
	namespaceOf,
	OWNER_LABEL_FLAG,
	outputFlag,
	outputOf,
	ownerOf,
	QUIET_FLAG,
	sourceNamespaceOf,
	YES_FLAG,
} from "../flags.ts";
import { json, yaml } from "../report/structured.ts";
import type { Cluster, World } from "../world.ts";

/** `create [NAME]`: a source from credentials. */
export const create = command({
	verb: "create",
	summary: "Create a source: a registry key from credentials",
	operands: "[NAME]",
	about: `Create a source: the labelled pull Secret from which copies are made.

At a terminal everything that is missing is asked for, and the password is not echoed. Without a terminal, give the credential by flags; the password is best piped in.`,
	examples: [
		{ comment: "Be asked for everything", line: "kubectl meshreg create" },
		{
			comment: "Without a terminal: the password from a pipe",
			line: "printenv REGISTRY_PASSWORD | kubectl meshreg create --registry-server registry.example.com --registry-username mesh --registry-password-stdin",
		},
		{
			comment: "From a service account's JSON key",
			line: "kubectl meshreg create --registry-server gcr.io --registry-key key.json",
		},
		{
			comment: "Only print the Secret, to be kept or applied elsewhere",
			line: "kubectl meshreg create --registry-server gcr.io --registry-key key.json --dry-run=client -o yaml",
		},
	],
	flags: [
		...CREDENTIAL_FLAGS,
		{
			name: "replace",
			kind: "switch",
			help: "Overwrite a source that differs.",
		},
		{
			name: "force",
			kind: "switch",
			help: "Take over a Secret of that name that is somebody else's.",
		},
		{
			name: "create-namespace",
			kind: "switch",
			help: "Create the namespace if it is missing.",
		},
		{
			...NAMESPACE_FLAG,
			default: "nginx-mesh",
			help: "The source's namespace (also MESHREG_NAMESPACE).",
		},
		OWNER_LABEL_FLAG,
		DRY_RUN_FLAG,
		outputFlag(...CHANGE_FORMATS),
		QUIET_FLAG,
		YES_FLAG,
	],
	options: (given, env) => ({
		connection: connectionFlags(given),
		place: {
			namespace: namespaceOf(given) ?? sourceNamespaceOf(env),
			name: nameOf(given, env),
		},
		...credentialInputOf(given),
		owner: ownerOf(given, env),
		replace: given.on("replace"),
		force: given.on("force"),
		createNamespace: given.on("create-namespace"),
		output: outputOf(given, CHANGE_FORMATS),
		quiet: given.on("quiet"),
		yes: given.on("yes"),
		...dryRunOf(given),
	}),
	async run(options, world) {
		const warn = (text: string): void =>
			world.streams.err.write(`Warning: ${text}\n`);
		for (const note of [...options.notes, ...options.warnings]) warn(note);
		const entered = await enterCredential(options.input, world);
		for (const warning of [...entered.server.warnings, ...entered.warnings])
			warn(warning);
		const entry = {
			server: entered.server,
			credential: entered.credential,
			issuedAt: world.clock.now(),
		};
		const desired = newSource(options.place, [entry], options.owner);
		if (
			options.dryRun !== "none" &&
			(options.output === "json" || options.output === "yaml")
		)
			return printObject(desired, options.output, world);
		if (
			entered.asked &&
			!options.yes &&
			!(await agrees(entered, desired, world))
		)
			return cancelled(world);
		const cluster = await world.connect(options.connection);
		try {
			return await write(desired, options, cluster, world);
		} finally {
			await cluster.close();
		}
	},
});

interface Writing {
	readonly owner: OwnerLabel;
	readonly force: boolean;
	readonly replace: boolean;
	readonly createNamespace: boolean;
	readonly yes: boolean;
	readonly quiet: boolean;
	readonly dryRun: DryRun;
	readonly output: ChangeFormat | undefined;
}

/** Plans the one key, asks what has to be asked, and writes it. */
async function write(
	desired: DesiredKey,
	options: Writing,
	cluster: Cluster,
	world: World,
): Promise<number> {
	const reader = new ContentReader();
	let allowed = {
		owner: options.owner,
		force: options.force,
		replace: options.replace,
	};
	const current = await readKey(cluster, reader, desired);
	const plan = (now: RegistryKey | undefined): Change =>
		planSource(now, desired, allowed);
	if (
		differs(plan(current)) &&
		world.streams.interactive &&
		options.dryRun === "none"
	) {
		const message = `secret/${desired.name} in ${desired.namespace} namespace has other content. Replace it?`;
		if (!options.yes && !(await (await world.prompter()).confirm({ message })))
			return cancelled(world);
		allowed = { ...allowed, replace: true };
	}
	const changes = await agreedReplacements([plan(current)], options, world);

	const report = new ChangeReport(world.streams, options);
	const made =
		options.createNamespace && current === undefined
			? await ensureNamespace(cluster, desired.namespace, options.dryRun)
			: undefined;
	if (made !== undefined) report.add(made);
	// A dry run has not made the namespace: the server could not take the Secret.
	const dryRun =
		made !== undefined && options.dryRun === "server"
			? "client"
			: options.dryRun;
	await apply(changes, {
		cluster,
		reader,
		dryRun,
		replan: (_, now) => plan(now),
		onResult: (result) => report.add(withNamespaceHint(result)),
	});
	return report.finish({ withSummary: false });
}

function differs(change: Change): boolean {
	return change.action === "conflict" && change.obstacle.because === "differs";
}

function withNamespaceHint(result: ChangeResult): ChangeResult {
	return /namespaces ".*" not found$/.test(result.reason)
		? {
				...result,
				reason: `${result.reason}; create it as well with --create-namespace`,
			}
		: result;
}

/** The summary of what was entered, and the question whether to write it. */
async function agrees(
	entered: EnteredCredential,
	desired: DesiredKey,
	world: World,
): Promise<boolean> {
	const user = displayUsername(entered.credential.username);
	const message = `Create secret/${desired.name} in ${desired.namespace} namespace for ${displayHost(entered.server.key)} as ${user}?`;
	return (await world.prompter()).confirm({ message, default: true });
}

function cancelled(world: World): number {
	world.streams.err.write("creation is cancelled\n");
	return EXIT.done;
}

async function printObject(
	desired: DesiredKey,
	format: "json" | "yaml",
	world: World,
): Promise<number> {
	const object = secretOf(desired);
	world.streams.out.write(
		format === "json" ? json(object) : await yaml(object),
	);
	return EXIT.done;
}
