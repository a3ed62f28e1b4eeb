/** Makes dist/kubectl-meshreg, one file for the machine it runs on. */
import { mkdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundle } from "./build/bundle.ts";
import { seal } from "./build/seal.ts";
import { binaryName, targetOf } from "./build/targets.ts";

const cache = resolve(".cache");
const target = targetOf(process.platform, process.arch);
const output = resolve("dist", binaryName(target));
const bundled = join(cache, "bundle", "main.cjs");

await mkdir("dist", { recursive: true });
await bundle("src/main.ts", bundled);
// A running copy of the old file would make writing over it fail; removing it first does not.
await rm(output, { force: true });
await seal(bundled, target, output, join(cache, "pkg-home"));
const mebibytes = (path: string) =>
	stat(path).then((s) => (s.size / 2 ** 20).toFixed(1));
console.error(
	`${output}: ${await mebibytes(output)} MiB, of which the program is ${await mebibytes(bundled)} MiB`,
);
