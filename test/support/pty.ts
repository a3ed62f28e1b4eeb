import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import type { IPty } from "@lydell/node-pty";
import { codeOf } from "../../src/adapters/error-code.ts";

/** A program on a terminal of its own, driven as a person would: wait for what it shows, then type. */
export interface TerminalSession {
	/** Waits until `text` is shown after what was waited for before; returns everything shown up to its end. */
	shows(text: string | RegExp): Promise<string>;
	/** The same, while `act` is done again and again until then. */
	showsAfter(act: () => void, text: string | RegExp): Promise<string>;
	/** Types. Enter is `\r`. */
	type(keys: string): void;
	/** Types what Ctrl and this letter send. */
	ctrl(letter: string): void;
	/** Makes the window another size. */
	resize(columns: number, rows: number): void;
	/** Sends a signal to the program (not to the shell that it runs under). */
	signal(name: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGCONT"): void;
	/** Sets the terminal as a shell has it: lines, and what is typed is shown. */
	echo(): void;
	/** Closes the window: the terminal is gone for whatever runs on it. */
	close(): void;
	/** Waits for the program's end: its exit status, and the terminal's settings as `stty -a` shows them then. */
	ended(): Promise<{ status: number; settings: string }>;
	/** Everything that was ever shown, escape sequences included. */
	readonly shown: string;
}

/** Why there are no terminals here, for a test's `skip`; false where there are. */
export const noTerminals: string | false = await import(
	"@lydell/node-pty"
).then(
	() => process.platform === "win32" && "the driver needs sh and stty",
	(error: Error) => `no pseudo-terminals here: ${error.message}`,
);

// sh outlives what interrupts the program, and then tells how the program left the terminal.
const SHELL = `trap : INT TERM HUP
"$@"
status=$?
stty -a >"$SETTINGS" 2>&1
echo "status $status" >>"$SETTINGS"
`;

/**
 * Runs `command` on a terminal of 80 by 24 (unless told) and hands it to `drive`; whatever
 * happens, nothing is left running. `stop` (a test's signal) ends a wait with what was shown.
 */
export async function onTerminal<T>(
	command: readonly string[],
	options: {
		env: Record<string, string>;
		stop: AbortSignal;
		/** An own file, in a folder that the caller removes. */
		settingsFile: string;
		columns?: number;
		rows?: number;
		cwd?: string;
	},
	drive: (session: TerminalSession) => Promise<T>,
): Promise<T> {
	const { spawn } = await import("@lydell/node-pty");
	const pty = spawn("/bin/sh", ["-c", SHELL, "sh", ...command], {
		name: options.env.TERM ?? "xterm-256color",
		cols: options.columns ?? 80,
		rows: options.rows ?? 24,
		cwd: options.cwd ?? process.cwd(),
		env: { ...options.env, SETTINGS: options.settingsFile },
	});
	const session = new Session(pty, options.stop, options.settingsFile);
	try {
		return await drive(session);
	} finally {
		session.kill();
	}
}

class Session implements TerminalSession {
	shown = "";
	#seen = 0;
	readonly #exit: Promise<void>;
	#gone = false;
	#look: () => void = () => {};

	constructor(
		readonly pty: IPty,
		readonly stop: AbortSignal,
		readonly settingsFile: string,
	) {
		pty.onData((text) => {
			this.shown += text;
			this.#look();
		});
		this.#exit = new Promise((resolve) => {
			pty.onExit(() => {
				this.#gone = true;
				this.#look();
				resolve();
			});
		});
		stop.addEventListener("abort", () => this.#look());
	}

	async shows(text: string | RegExp): Promise<string> {
		return new Promise((resolve, reject) => {
			this.#look = () => {
				const rest = this.shown.slice(this.#seen);
				const end = endOf(text, rest);
				if (end !== undefined) {
					this.#seen += end;
					resolve(rest.slice(0, end));
				} else if (this.#gone || this.stop.aborted) {
					const why = this.#gone ? "the program ended" : "time is up";
					const message = `${why} before it showed ${JSON.stringify(String(text))}; shown since the last wait: ${JSON.stringify(rest)}`;
					// The runner tells of a test whose time is up no more than that.
					if (!this.#gone) console.error(message);
					reject(new Error(message));
				} else return;
				this.#look = () => {};
			};
			this.#look();
		});
	}

	async showsAfter(act: () => void, text: string | RegExp): Promise<string> {
		const acting = setInterval(act, 50);
		return this.shows(text).finally(() => clearInterval(acting));
	}

	type(keys: string): void {
		this.pty.write(keys);
	}

	ctrl(letter: string): void {
		this.pty.write(String.fromCharCode(letter.charCodeAt(0) & 0x1f));
	}

	resize(columns: number, rows: number): void {
		this.pty.resize(columns, rows);
	}

	signal(name: NodeJS.Signals): void {
		process.kill(-this.pty.pid, name);
	}

	echo(): void {
		const path: unknown = Reflect.get(this.pty, "ptsName");
		const fd = openSync(String(path), constants.O_RDONLY | constants.O_NOCTTY);
		execFileSync("stty", ["sane"], { stdio: [fd, "ignore", "inherit"] });
		closeSync(fd);
	}

	close(): void {
		this.pty.pause();
		assert("destroy" in this.pty && typeof this.pty.destroy === "function");
		this.pty.destroy();
		// The system tells the session's leader alone; a person's shell tells its jobs, or ends and the system does.
		this.#tellAnyLeft("SIGHUP");
	}

	async ended(): Promise<{ status: number; settings: string }> {
		await Promise.race([this.#exit, aborted(this.stop)]);
		const report = readFileSync(this.settingsFile, "utf8");
		const status = /^status (\d+)$/m.exec(report);
		assert(status, `no exit status: ${report}\n${JSON.stringify(this.shown)}`);
		return { status: Number(status[1]), settings: report };
	}

	kill(): void {
		this.#tellAnyLeft("SIGKILL");
	}

	/** A program may end by itself before it is told: one whose terminal is gone sees that first. */
	#tellAnyLeft(name: NodeJS.Signals): void {
		try {
			this.signal(name);
		} catch (error) {
			if (codeOf(error) !== "ESRCH") throw error;
		}
	}
}

function endOf(text: string | RegExp, within: string): number | undefined {
	if (typeof text === "string") {
		const at = within.indexOf(text);
		return at === -1 ? undefined : at + text.length;
	}
	const found = text.exec(within);
	return found ? found.index + found[0].length : undefined;
}

function aborted(signal: AbortSignal): Promise<never> {
	return new Promise((_, reject) => {
		const give = () => reject(new Error("time is up before the program ended"));
		if (signal.aborted) give();
		else signal.addEventListener("abort", give);
	});
}
