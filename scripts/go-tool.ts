import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A program that is built from a Go module: no npm or Debian package carries it. */
interface GoTool {
	readonly module: string;
	readonly version: string;
	/** The module's checksum, as go.sum writes it. */
	readonly sum: string;
	readonly folder: string;
}

const TOOLS = {
	quill: {
		module: "github.com/anchore/quill",
		version: "v0.5.1",
		sum: "h1:+TAJroWuMC0AofI4gD9V9v65zR8EfKZg8u+ZD+dKZS4=",
		folder: "cmd/quill",
	},
	krew: {
		module: "sigs.k8s.io/krew",
		version: "v0.5.0",
		sum: "h1:60yffZy8Mkif5ty13uLxxr5wzu8eY860AkeyaFyp4PY=",
		folder: "cmd/krew",
	},
	actionlint: {
		module: "github.com/rhysd/actionlint",
		version: "v1.7.12",
		sum: "h1:vQ4GeJN86C0QH+gTUQcs8McmK62OLT3kmakPMtEWYnY=",
		folder: "cmd/actionlint",
	},
} as const satisfies Record<string, GoTool>;

/**
 * The path of the tool, built on first use. Built inside its own module, so that the dependencies are
 * those of its go.sum. Throws where Go is missing, the module cannot be had, or its checksum differs.
 */
export async function goTool(name: keyof typeof TOOLS): Promise<string> {
	const { module, version, sum, folder } = TOOLS[name];
	const suffix = process.platform === "win32" ? ".exe" : "";
	const built = resolve(".cache/tools", `${name}-${version}${suffix}`);
	if (existsSync(built)) return built;
	const env = { ...process.env, GOFLAGS: "", GOBIN: "" };
	const { stdout } = await run(
		"go",
		["mod", "download", "-json", `${module}@${version}`],
		{ env },
	).catch((cause: NodeJS.ErrnoException) => {
		if (cause.code !== "ENOENT") throw cause;
		throw new Error(`Go is missing, which builds ${name}: https://go.dev/dl`);
	});
	const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string };
	if (Sum !== sum)
		throw new Error(`${module}@${version} has the checksum ${Sum}, not ${sum}`);
	await mkdir(resolve(".cache/tools"), { recursive: true });
	await run("go", ["build", "-trimpath", "-o", built, `./${folder}`], {
		cwd: Dir,
		env,
	});
	return built;
}
