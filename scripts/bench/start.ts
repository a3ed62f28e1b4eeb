import { execFile } from "node:child_process";
import { mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { stockNode } from "../build/base-node.ts";
import { pack } from "../build/seal.ts";
import { binaryName, targetOf } from "../build/targets.ts";
import { type Bench, type Row, timeInTurn } from "../measuring.ts";

const run = promisify(execFile);
const target = targetOf(process.platform, process.arch);

const BARE = "bare packaged Node, doing nothing";
const BARS = [{ against: BARE, atMost: 1.5 }];
const LARGEST_ARCHIVE = [{ atMost: 45 }];

/**
 * Size and start-up of the packaged file (`npm run build` first), beside the same Node doing nothing;
 * the sizes of the archives, too, where `npm run package` has left any.
 */
export const bench: Bench = {
	name: "start",
	async run(): Promise<Row[]> {
		const binary = resolve("dist", binaryName(target));
		const folder = resolve(".cache/bench");
		const empty = join(folder, "empty.cjs");
		const bare = join(folder, "bare-node");
		// As kubectl asks for completion: by the name that the program is called with.
		const completer = join(folder, "kubectl_complete-meshreg");
		await mkdir(folder, { recursive: true });
		await writeFile(empty, "");
		await pack(empty, bare, { target, node: await stockNode(target) });
		await rm(completer, { force: true });
		await symlink(binary, completer);
		const works = {
			[BARE]: [bare],
			"node -e 0": [process.execPath, "-e", "0"],
			"--version": [binary, "--version"],
			"--help": [binary, "--help"],
			"sync --help": [binary, "sync", "--help"],
			"completion bash": [binary, "completion", "bash"],
			"kubectl_complete-meshreg sy": [completer, "sy"],
		};
		const times = await timeInTurn(
			21,
			Object.fromEntries(
				Object.entries(works).map(([work, [file = "", ...args]]) => [
					work,
					() => run(file, args),
				]),
			),
		);
		return [
			...(await sizes(binary)),
			...Object.entries(times).map(([work, samples]): Row => {
				const row = { work, unit: "ms" as const, samples };
				if (work === BARE) return row;
				if (work === "node -e 0") return { ...row, against: BARE };
				return { ...row, bars: BARS };
			}),
		];
	},
};

async function sizes(binary: string): Promise<Row[]> {
	const row = async (work: string, path: string): Promise<Row> => ({
		work,
		unit: "MiB",
		samples: [(await stat(path)).size / 2 ** 20],
	});
	const release = resolve("dist/release");
	const names = await readdir(release).catch((cause: NodeJS.ErrnoException) => {
		if (cause.code === "ENOENT") return [];
		throw cause;
	});
	const archives = await Promise.all(
		names
			.filter((name) => /\.(tar\.gz|zip)$/.test(name))
			.map((name) => row(name, join(release, name))),
	);
	return [
		await row("size of the file", binary),
		...archives.map((archive) => ({ ...archive, bars: LARGEST_ARCHIVE })),
	];
}
