import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { stockNode } from "../build/base-node.ts";
import { seal } from "../build/seal.ts";
import { nameOf, type Target, targetOf } from "../build/targets.ts";
import { goTool } from "../go-tool.ts";
import { binaryFormat } from "./binary-format.ts";
import { withoutSymbols } from "./elf.ts";
import { verifySignature } from "./mach-o.ts";
import { withoutLocalNames } from "./mach-o-symbols.ts";

const run = promisify(execFile);

/** Runs a program of Linux on arm64 elsewhere: qemu's user mode with Debian's cross libraries. */
export const ARM64_RUNNER = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"];

/** Makes the binary of one target as it is released: without symbols, and signed for macOS. */
export async function makeBinary(
	chunks: string,
	target: Target,
	output: string,
): Promise<void> {
	const runner = runnerOf(target);
	await seal(chunks, output, {
		target,
		node: await leanNode(target),
		...(runner && { runner }),
	});
	if (target.os === "darwin") await sign(output);
	const format = binaryFormat(await readFile(output));
	if (format.os !== target.os || format.arch !== target.arch)
		throw new Error(
			`${output} is for ${format.os} ${format.arch}, not for ${nameOf(target)}`,
		);
}

/** How the target's Node runs on this machine; undefined where it does not. */
function runnerOf(target: Target): readonly string[] | undefined {
	if (target === targetOf(process.platform, process.arch)) return [];
	return nameOf(target) === "linux_arm64" && process.platform === "linux"
		? ARM64_RUNNER
		: undefined;
}

/**
 * Node without what it never loads: an eighth smaller, packed, and exactly the bytes that this code
 * makes, whatever tools the machine has. The Windows one has nothing to take away.
 */
async function leanNode(target: Target): Promise<string> {
	const stock = await stockNode(target);
	if (target.os === "windows") return stock;
	const lean = resolve(".cache/node/lean", nameOf(target));
	await mkdir(dirname(lean), { recursive: true });
	const bytes = await readFile(stock);
	await writeFile(
		lean,
		target.os === "linux" ? withoutSymbols(bytes) : withoutLocalNames(bytes),
		{ mode: 0o755 },
	);
	return lean;
}

/**
 * Signs ad hoc, in place of any other signature, and checks the result: macOS on Apple silicon kills a
 * program without a signature. On macOS with its own tool.
 */
export async function sign(path: string): Promise<void> {
	const identifier = "kubectl-meshreg";
	if (process.platform === "darwin")
		await run("codesign", [
			"--force",
			"--identifier",
			identifier,
			"--sign",
			"-",
			path,
		]);
	else
		await run(await goTool("quill"), [
			"sign",
			"--quiet",
			"--ad-hoc",
			"--identity",
			identifier,
			path,
		]);
	verifySignature(await readFile(path));
}
