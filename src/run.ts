import { tell } from "./actions/tell.ts";
import { COMMANDS, commandOf, parse, valueApart } from "./cli.ts";
import { outcomeOf, type Prepared } from "./command.ts";
import type { RunAgain } from "./contexts.ts";
import { commandContextOf } from "./core/command-context.ts";
import type { CommandContext } from "./core/output/shell.ts";
import { AbortedError, EXIT, UsageError } from "./errors.ts";
import { CONNECTION_FLAGS } from "./flags.ts";
import { Printer } from "./printer.ts";
import { commandHelp, globalFlags, overview } from "./report/help.ts";
import { isStructured } from "./report/render.ts";
import { sharingConnections } from "./shared-connections.ts";
import { guarded } from "./terminal.ts";
import { VERSION } from "./version.ts";
import type { Outside, World } from "./world.ts";

const ABOUT =
	"Create, verify, copy, attach and explain the pull Secret of a service mesh: credentials for private registries, in every namespace that needs them.";

/** Runs one command line to its exit status. Everything that is thrown ends here, as one line on stderr. */
export async function run(
	argv: readonly string[],
	outside: Outside,
): Promise<number> {
	const guard = guarded(outside);
	let commandContext = commandContextOf({}, outside.env);
	const world: Outside = {
		...guard,
		connect(flags, apart) {
			commandContext = commandContextOf(flags, outside.env);
			return guard.connect(flags, apart);
		},
	};
	let printer = new Printer(world, {});
	try {
		// kubectl's completion calls the program by another name, the shells' scripts by this word.
		const asked = world.calledAs.startsWith("kubectl_complete-");
		if (asked || argv[0] === "__complete") {
			const { complete } = await import("./complete.ts");
			return await complete(asked ? argv : argv.slice(1), world);
		}
		const invocation = await parse(argv, world.env);
		switch (invocation.want) {
			case "version":
				printer.print(`v${VERSION}\n`);
				return EXIT.done;
			case "help":
				printer.print(
					invocation.command
						? commandHelp(invocation.command, world.env)
						: overview(ABOUT, COMMANDS),
				);
				return EXIT.done;
			case "global-flags":
				printer.print(globalFlags(CONNECTION_FLAGS, world.env));
				return EXIT.done;
			case "run": {
				const { doubt, prepared } = invocation;
				// What ends a watch is a line of its log.
				printer = new Printer(world, prepared.look);
				if (doubt && (await world.files.exists(doubt.word)))
					throw valueApart(doubt.flag, doubt.word);
				const status = await perform(
					prepared,
					world,
					printer,
					() => commandContext,
				);
				// It came so late that all was done: whoever pressed the key wants what follows to end, too.
				world.interrupt.throwIfAborted();
				return status;
			}
		}
	} catch (caught) {
		const error = world.interrupt.aborted ? world.interrupt.reason : caught;
		if (error instanceof AbortedError) return error.exitStatus;
		printer.fail(error, commandContext);
		if (!(error instanceof UsageError)) return EXIT.failed;
		if (error.seeHelp) {
			const verb = commandOf(argv)?.verb;
			tell(printer, { cause: "see-help", verb });
		}
		return EXIT.usage;
	}
}

/** Does what a command line asks for, prints what comes of it, and returns the exit status. */
async function perform(
	prepared: Prepared,
	outside: Outside,
	printer: Printer,
	commandContext: () => CommandContext,
): Promise<number> {
	const again: RunAgain = (argv, connection, there) =>
		run(argv, {
			...there,
			// It reaches the cluster as this one does, whatever it says itself.
			connect: (flags, apart) =>
				there.connect({ ...connection, ...flags }, apart),
			// Its result is not the one that was asked for: a document stays the only thing on stdout.
			...(isStructured(prepared.look) && {
				streams: { ...there.streams, out: there.streams.err },
			}),
		});
	if (prepared.contexts) {
		const { runInContexts } = await import("./contexts.ts");
		return runInContexts(prepared, prepared.contexts, outside, again);
	}
	const shared = sharingConnections(outside);
	let connected = "";
	const world: World = {
		...shared.outside,
		async connect(flags, apart) {
			const cluster = await shared.outside.connect(flags, apart);
			connected = cluster.context;
			return cluster;
		},
		emit: (event) => printer.emit(event, commandContext()),
		again: (argv, connection) => again(argv, connection, outside),
	};
	try {
		const outcome = await outcomeOf(
			prepared.ask(world).then((work) => work(world)),
		);
		const { status, document, ended } = outcome;
		if (ended === undefined) {
			await printer.show(document);
			return status;
		}
		const { error, context = connected } = ended;
		const { look } = prepared;
		// A watch has a log.
		const isItem =
			document.kind === "changes" ||
			(document.kind === "nothing" && !look.watch);
		const isNone = error instanceof UsageError || outside.interrupt.aborted;
		const part = { context, commandContext: commandContext(), outcome };
		const whole =
			isItem && !isNone && isStructured(look)
				? (await import("./contexts.ts")).mergedOf([part], prepared)
				: undefined;
		// On stderr it is said once, and last.
		await printer.show(document, whole && "err");
		if (whole) await printer.show(whole, "out");
		throw error;
	} finally {
		await shared.close();
	}
}
