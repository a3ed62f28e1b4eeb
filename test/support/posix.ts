/**
 * Why a test is skipped on Windows, for `skip`; false elsewhere: it is about what only POSIX systems
 * have (modes, links, signals, paths with slashes alone), or its stand-ins are scripts for sh.
 */
export const notPosix: string | false =
	process.platform === "win32" &&
	"Windows has no modes, links, paths, signals or sh as this test needs them";
