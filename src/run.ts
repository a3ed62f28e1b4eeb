import { COMMANDS, commandOf, parse, valueApart } from "./cli.ts";
import type { Prepared } from "./command.ts";
import { contextFlagsOf } from "./core/output/context-flags.ts";
import { AbortedError, EXIT, UsageError } from "./errors.ts";
import { CONNECTION_FLAGS } from "./flags.ts";
import { Printer } from "./printer.ts";
import { commandHelp, globalFlags, overview } from "./report/help.ts";
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
	let contextFlags: readonly string[] = [];
	const world: Outside = {
		...guard,
		connect(flags, apart) {
			contextFlags = contextFlagsOf(flags);
			return guard.connect(flags, apart);
		},
	};
	const printer = new Printer(world.streams, {}, world.clock);
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
				const { doubt } = invocation;
				if (doubt && (await world.files.exists(doubt.word)))
					throw valueApart(doubt.flag, doubt.word);
				const status = await perform(
					invocation.prepared,
					world,
					() => contextFlags,
				);
				// It came so late that all was done: whoever pressed the key wants what follows to end, too.
				world.interrupt.throwIfAborted();
				return status;
			}
		}
	} catch (caught) {
		const error = world.interrupt.aborted ? world.interrupt.reason : caught;
		if (error instanceof AbortedError) return error.exitStatus;
		printer.fail(error, contextFlags);
		if (!(error instanceof UsageError)) return EXIT.failed;
		if (error.seeHelp) {
			const verb = commandOf(argv)?.verb;
			printer.emit({
				type: "note",
				message: `See 'kubectl meshreg ${verb === undefined ? "" : `${verb} `}--help' for usage.`,
			});
		}
		return EXIT.usage;
	}
}

/** Does what a command line asks for, prints what comes of it, and returns the exit status. */
async function perform(
	prepared: Prepared,
	outside: Outside,
	contextFlags: () => readonly string[],
): Promise<number> {
	if (prepared.contexts) {
		const { runInContexts } = await import("./contexts.ts");
		return runInContexts(prepared, prepared.contexts, outside);
	}
	const printer = new Printer(outside.streams, prepared.look, outside.clock);
	const world: World = {
		...outside,
		emit: (event) => printer.emit(event, contextFlags()),
	};
	const work = await prepared.ask(world);
	const { status, document, ended } = await work(world);
	await printer.show(document);
	if (ended) throw ended.error;
	return status;
}
