/**
 * Why a test is skipped on Windows, for `skip`; false elsewhere: it is about what only POSIX systems
 * have (modes, links, signals, paths with slashes alone), or its stand-ins are scripts for sh.
 */
export const notPosix: string | false =
	process.platform === "win32" &&
	"Windows has no modes, links, paths, signals or sh as this test needs them";

/** Whether root runs the tests: it reads everything, and may give files away and become another user. */
export const isRoot = process.getuid?.() === 0;

/** Does the work; as a user without rights, whom the machine does not know, where root runs the tests. */
export async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
	if (!isRoot) return work();
	process.seteuid?.(54321);
	try {
		return await work();
	} finally {
		process.seteuid?.(0);
	}
}

/**
 * JavaScript as a program that POSIX systems start with this Node: sh reads the second line as a command, Node as a
 * text. A #! line of Node itself would end at a space in its path.
 */
export function nodeProgram(script: string): string {
	return `#!/bin/sh\n":" //; exec '${process.execPath}' "$0" "$@"\n${script}`;
}
