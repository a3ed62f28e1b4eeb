/** `node start.cjs …`: starts the bundle that lies beside it, as the packaged file starts its own (scripts/build/entry.ts). */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chunkLoader, compileChunk } from "../../scripts/build/chunk-loader.ts";

const folder = dirname(process.argv[1] ?? "");
chunkLoader((name) =>
	compileChunk(name, readFileSync(join(folder, name), "latin1")),
)("./main.js");
