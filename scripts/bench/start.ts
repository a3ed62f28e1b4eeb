import { execFile } from "node:child_process";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { stockNode } from "../build/base-node.ts";
import { pack } from "../build/seal.ts";
import { binaryName, targetOf } from "../build/targets.ts";
import { type Bench, type Row, timeInTurn } from "../measuring.ts";

const run = promisify(execFile);
const target = targetOf(process.platform, process.arch);

/** Size and start-up of the packaged file (`npm run build` first), beside the same Node doing nothing. */
export const bench: Bench = {
	name: "start",
	async run(): Promise<Row[]> {
		const binary = resolve("dist", binaryName(target));
		const { size } = await stat(binary);
		const empty = resolve(".cache/bench/empty.cjs");
		const bare = resolve(".cache/bench/bare-node");
		await mkdir(dirname(empty), { recursive: true });
		await writeFile(empty, "");
		await pack(empty, bare, { target, node: await stockNode(target) });
		const works = {
			"bare packaged Node, doing nothing": [bare],
			"node -e 0": [process.execPath, "-e", "0"],
			"--version": [binary, "--version"],
			"--help": [binary, "--help"],
			"sync --help": [binary, "sync", "--help"],
			"completion bash": [binary, "completion", "bash"],
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
		const against = "bare packaged Node, doing nothing";
		return [
			{ work: "size of the file", unit: "MiB", samples: [size / 2 ** 20] },
			...Object.entries(times).map(
				([work, samples]): Row =>
					work === against
						? { work, unit: "ms", samples }
						: { work, unit: "ms", samples, against },
			),
		];
	},
};
