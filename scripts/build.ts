/** Makes dist/kubectl-meshreg, one file for the machine it runs on. */
import { mkdir, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { bundle } from "./build/bundle.ts";
import { seal } from "./build/seal.ts";
import { binaryName, targetOf } from "./build/targets.ts";

const target = targetOf(process.platform, process.arch);
const output = resolve("dist", binaryName(target));
const chunks = resolve(".cache/build/chunks");

await mkdir("dist", { recursive: true });
await bundle(process.argv[2] ?? "src/main.ts", chunks);
// A running copy of the old file would make writing over it fail; removing it first does not.
await rm(output, { force: true });
await seal(chunks, target, output);
const { size } = await stat(output);
console.error(`${output}: ${(size / 2 ** 20).toFixed(1)} MiB`);
