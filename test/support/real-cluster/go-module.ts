import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
	accessSync,
	constants,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export type Program =
	| "cluster"
	| "kubectl"
	| "oracle"
	| "ecr-credential-provider";

interface Source {
	/** The folder of test/ whose go.mod pins it. */
	readonly module: string;
	readonly package: string;
	/** The folder of the module that holds the package where that is ours. */
	readonly folder?: string;
}

/** kube-apiserver and etcd in one program, kubectl, Go's own parsers to compare with, and the credential provider of AWS's nodes. */
const PROGRAMS: Readonly<Record<Program, Source>> = {
	cluster: { module: "cluster", package: ".", folder: "." },
	kubectl: { module: "cluster", package: "k8s.io/kubernetes/cmd/kubectl" },
	oracle: { module: "cluster", package: "./oracle", folder: "oracle" },
	"ecr-credential-provider": {
		module: "ecr-plugin",
		package: "k8s.io/cloud-provider-aws/cmd/ecr-credential-provider",
	},
};

/** The path of a module's folder. */
function pathOf({ module }: Source): string {
	return join(import.meta.dirname, "../..", module);
}

/** Nothing can be built here; the message says why, over several lines where Go said more. */
export class CannotBuild extends Error {}

/**
 * The path of a built program. It stays outside of the clone, under a name made
 * from what it is built of, so that only the first run on a machine builds it
 * (minutes; Go's own cache shortens the next). `say` gets one line before that;
 * the signal ends it. Throws CannotBuild.
 */
export async function buildProgram(
	program: Program,
	say: (line: string) => void,
	signal: AbortSignal,
): Promise<string> {
	const folder = join(cacheFolder(), `${program}-${hashOf(program)}`);
	const built = join(folder, program);
	if (isExecutable(built)) return built;
	const go = findGo();
	if (go === undefined) throw new CannotBuild("Go is not installed");
	const source = PROGRAMS[program];
	say(`building ${program} in test/${source.module} (once, some minutes)`);
	mkdirSync(folder, { recursive: true });
	const fresh = join(folder, `${program}.${process.pid}`);
	try {
		await runGo(go, pathOf(source), buildArguments(source, fresh), signal);
		// Whole or absent, also when two runs build at the same time.
		renameSync(fresh, built);
	} finally {
		rmSync(fresh, { force: true });
	}
	return built;
}

/** What go.mod pins, for instance `v1.37.2`. */
export function kubernetesVersion(): string {
	const found = /^require k8s\.io\/kubernetes (v\S+)$/m.exec(
		readFileSync(join(pathOf(PROGRAMS.cluster), "go.mod"), "utf8"),
	)?.[1];
	if (found === undefined)
		throw new Error("test/cluster/go.mod requires no k8s.io/kubernetes");
	return found;
}

function buildArguments(source: Source, output: string) {
	// A released server knows its version from the linker, and so does kubectl.
	const version = kubernetesVersion();
	const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
	const stamp = Object.entries({
		gitVersion: version,
		gitMajor: major,
		gitMinor: minor,
		gitTreeState: "archive",
	}).map(
		([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
	);
	return [
		"build",
		"-trimpath",
		"-mod=readonly",
		"-buildvcs=false",
		`-ldflags=-s -w ${stamp.join(" ")}`,
		`-o=${output}`,
		source.package,
	];
}

function runGo(
	go: string,
	cwd: string,
	args: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	return new Promise((resolve, reject) => {
		const child: ChildProcess = spawn(go, args, {
			cwd,
			// Without cgo no C compiler is needed.
			env: { ...process.env, CGO_ENABLED: "0" },
			stdio: ["ignore", "ignore", "pipe"],
			signal,
		});
		let said = "";
		child.stderr?.on("data", (chunk: Buffer) => {
			said = (said + chunk).slice(-2000);
		});
		child.once("error", reject);
		child.once("close", (status, signal) => {
			if (status === 0) resolve();
			else
				reject(
					new CannotBuild(
						`go build ended with ${signal ?? status}:\n${said.trim()}`,
					),
				);
		});
	});
}

/** Changes with what the program is built of, and with nothing else: kubectl takes minutes. */
function hashOf(program: Program): string {
	const hash = createHash("sha256");
	const { folder } = PROGRAMS[program];
	const module = pathOf(PROGRAMS[program]);
	const sources = ["go.mod", "go.sum"];
	if (folder !== undefined)
		for (const name of readdirSync(join(module, folder)).sort())
			if (name.endsWith(".go")) sources.push(join(folder, name));
	for (const name of sources)
		hash.update(`${name}\0`).update(readFileSync(join(module, name)));
	return hash.digest("hex").slice(0, 16);
}

function cacheFolder(): string {
	const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
	return join(base, "kubectl-meshreg");
}

function findGo(): string | undefined {
	return (process.env.PATH ?? "")
		.split(delimiter)
		.map((folder) => join(folder, "go"))
		.find(isExecutable);
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
