/** Makes dist/kubectl-meshreg, one file for the machine it runs on. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { stockNode } from "./build/base-node.ts";
import { bundle } from "./build/bundle.ts";
import { seal } from "./build/seal.ts";
import { binaryName, targetOf } from "./build/targets.ts";

const target = targetOf(process.platform, process.arch);
const output = resolve("dist", binaryName(target));
const chunks = resolve(".cache/build/chunks");

await bundle("src/main.ts", chunks);
await seal(chunks, output, {
	target,
	node: await stockNode(target),
	runner: [],
});
const { size } = await stat(output);
console.error(`${output}: ${(size / 2 ** 20).toFixed(1)} MiB`);
