import { join } from "node:path";
import type { TestContext } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { bundledProgram, MAIN } from "./bundled-program.ts";
import { onTerminal, type TerminalSession } from "./pty.ts";
import type { TestBed } from "./test-bed.ts";

const MESHREG = await bundledProgram(MAIN);

/** How a session ended. */
export interface AtTerminal {
	readonly status: number;
	/** The terminal's, as `stty -a` shows them afterwards. */
	readonly settings: string;
	/** All that was shown, escape sequences included. */
	readonly shown: string;
	/** The same without them. */
	readonly text: string;
}

/** Runs `kubectl-meshreg ARGS` on a terminal, in the test bed, and drives it. */
export async function meshregAtTerminal(
	t: TestContext,
	bed: TestBed,
	args: readonly string[],
	drive: (session: TerminalSession) => Promise<void>,
	/** A file that standard error goes to. */
	stderr?: string,
): Promise<AtTerminal> {
	const kubeconfig = join(bed.folder, "terminal.kubeconfig");
	await bed.server.writeKubeconfig(kubeconfig);
	const command = [...MESHREG, ...args];
	return onTerminal(
		stderr === undefined
			? command
			: ["/bin/sh", "-c", `exec "$@" 2>'${stderr}'`, "sh", ...command],
		{
			env: {
				PATH: process.env.PATH ?? "",
				HOME: bed.folder,
				TERM: "xterm-256color",
				KUBECONFIG: kubeconfig,
			},
			cwd: bed.folder,
			stop: t.signal,
			settingsFile: join(bed.folder, "settings"),
		},
		async (session) => {
			await drive(session);
			const { status, settings } = await session.ended();
			const { shown } = session;
			return { status, settings, shown, text: stripVTControlCharacters(shown) };
		},
	);
}
