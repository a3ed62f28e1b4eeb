import { type ChildProcessByStdio, spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { posix, win32 } from "node:path";
import { kill, platform } from "node:process";
import type { Readable, Writable } from "node:stream";
import type { Env } from "../core/env.ts";

/** There is no program of that name where programs are looked for. */
export class ProgramMissing extends Error {
	override readonly name = "ProgramMissing";
}

/** A program that runs. Its output and its errors are to be read. */
export type RunningProgram = ChildProcessByStdio<
	Writable | null,
	Readable,
	Readable
>;

interface ProgramOptions {
	readonly env: Env;
	/** Its standard input: the terminal or whatever ours is, nothing, or what is written to it. */
	readonly stdin: "inherit" | "ignore" | "pipe";
	/** In a group of its own: `endProgram` then ends whatever it started, too. */
	readonly group?: boolean;
}

/**
 * Starts another program: the one at an absolute path, or the first of that name on `searched`'s PATH.
 * The only place that does: what is started has a full path, and nothing is ever taken from the current
 * directory, where whoever made a repository or an archive would choose what runs. Throws
 * ProgramMissing; anything else that keeps it from running is the child's "error".
 */
export async function startProgram(
	name: string,
	args: readonly string[],
	searched: Env,
	options: ProgramOptions,
): Promise<RunningProgram> {
	let there: string | undefined;
	for (const path of placesOf(name, searched, platform)) {
		const found = await look(path);
		if (found === "program") return start(path, args, options);
		if (found === "file") there ??= path;
	}
	// The system's own words say why a file that is no program cannot be run.
	if (there !== undefined) return start(there, args, options);
	throw new ProgramMissing(name);
}

function start(
	path: string,
	args: readonly string[],
	{ env, stdin, group = false }: ProgramOptions,
): RunningProgram {
	return spawn(path, args, {
		env,
		stdio: [stdin, "pipe", "pipe"],
		detached: group && platform !== "win32",
		windowsHide: true,
	}) as RunningProgram;
}

/** Ends a program that has a group of its own, and whatever it started. */
export function endProgram({ pid }: RunningProgram, env: Env): void {
	if (pid === undefined) return;
	if (platform === "win32") {
		const taskkill = win32.join(
			env.SystemRoot ?? "C:\\Windows",
			"System32",
			"taskkill.exe",
		);
		spawn(taskkill, ["/pid", String(pid), "/T", "/F"], {
			stdio: "ignore",
		}).once("error", () => kill(pid));
		return;
	}
	try {
		kill(-pid, "SIGKILL");
	} catch {
		// The group is gone already.
	}
}

/**
 * Where the program may be, in order. Empty and relative entries of PATH mean the current directory, and
 * so does a name with a relative path in it: Go's programs, kubectl and docker among them, refuse those as
 * well (https://go.dev/blog/path-security). libuv's own search on Windows begins in the current directory.
 */
export function placesOf(
	name: string,
	env: Env,
	system: NodeJS.Platform,
): string[] {
	const windows = system === "win32";
	const path = windows ? win32 : posix;
	const isFull = (place: string) =>
		windows ? /^([a-z]:[\\/]|\\\\)/i.test(place) : place.startsWith("/");
	const names =
		windows && !/\.(exe|com)$/i.test(name)
			? [`${name}.com`, `${name}.exe`]
			: [name];
	if (isFull(name)) return names;
	if (name === "" || path.basename(name) !== name) return [];
	return pathOf(env, windows)
		.split(path.delimiter)
		.map((entry) => (windows ? entry.replaceAll('"', "") : entry))
		.filter(isFull)
		.flatMap((folder) => names.map((file) => path.join(folder, file)));
}

/** Variables have no case on Windows; a copy of them has. */
function pathOf(env: Env, windows: boolean): string {
	if (!windows) return env.PATH ?? "";
	const key = Object.keys(env).find((each) => each.toUpperCase() === "PATH");
	return (key && env[key]) ?? "";
}

async function look(path: string): Promise<"program" | "file" | "nothing"> {
	try {
		if (!(await stat(path)).isFile()) return "nothing";
	} catch {
		return "nothing"; // Not there, or in a folder that is not ours to read: a shell goes on, too.
	}
	return access(path, constants.X_OK).then(
		() => "program",
		() => "file",
	);
}
