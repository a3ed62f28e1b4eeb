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

/** The Go module: kube-apiserver and etcd in one program, and kubectl. */
const MODULE = join(import.meta.dirname, "../../cluster");

/** What the module can build, and from which of its packages. */
const PACKAGES = { cluster: ".", kubectl: "k8s.io/kubernetes/cmd/kubectl" };
export type Program = keyof typeof PACKAGES;

/** Nothing can be built here; the message says why, over several lines where Go said more. */
export class CannotBuild extends Error {}

/**
 * The path of a built program. It stays outside of the clone, under a name made
 * from the module's content, so that only the first run on a machine builds it
 * (minutes; Go's own cache shortens the next). `say` gets one line before that;
 * the signal ends it. Throws CannotBuild.
 */
export async function buildProgram(
	program: Program,
	say: (line: string) => void,
	signal: AbortSignal,
): Promise<string> {
	const folder = join(cacheFolder(), `${program}-${moduleHash()}`);
	const built = join(folder, program);
	if (isExecutable(built)) return built;
	const go = findGo();
	if (go === undefined) throw new CannotBuild("Go is not installed");
	const version = kubernetesVersion();
	say(`building ${program} ${version} in test/cluster (once, some minutes)`);
	mkdirSync(folder, { recursive: true });
	const fresh = join(folder, `${program}.${process.pid}`);
	try {
		await runGo(go, buildArguments(program, version, fresh), signal);
		// Whole or absent, also when two runs build at the same time.
		renameSync(fresh, built);
	} finally {
		rmSync(fresh, { force: true });
	}
	return built;
}

/** What go.mod pins, for instance `v1.36.3`. */
export function kubernetesVersion(): string {
	const found = /^require k8s\.io\/kubernetes (v\S+)$/m.exec(
		readFileSync(join(MODULE, "go.mod"), "utf8"),
	)?.[1];
	if (found === undefined)
		throw new Error("test/cluster/go.mod requires no k8s.io/kubernetes");
	return found;
}

function buildArguments(program: Program, version: string, output: string) {
	// A released server knows its version from the linker, and so does kubectl.
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
		PACKAGES[program],
	];
}

function runGo(
	go: string,
	args: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	return new Promise((resolve, reject) => {
		const child: ChildProcess = spawn(go, args, {
			cwd: MODULE,
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

/** Changes with everything that the built programs are made of. */
function moduleHash(): string {
	const hash = createHash("sha256");
	const sources = readdirSync(MODULE).filter((name) =>
		/\.(go|mod|sum)$/.test(name),
	);
	for (const name of sources.sort())
		hash.update(`${name}\0`).update(readFileSync(join(MODULE, name)));
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
