/** What a command line reads of the packaged file: no other command's work, and Amazon's SDK, half of all code, only where it is asked. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { bundle } from "../../scripts/build/bundle.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const LOADER = pathToFileURL(
	join(import.meta.dirname, "../../scripts/build/chunk-loader.ts"),
);
/** Starts as the packaged file does (scripts/build/entry.ts), and writes the name of each chunk that is read. */
const ENTRY = `
	import { readFileSync, writeSync } from "node:fs";
	import { chunkLoader, compileChunk } from ${JSON.stringify(LOADER)};
	const [, folder] = process.argv;
	process.argv.splice(1, 1, "kubectl-meshreg");
	chunkLoader((name) => {
		writeSync(2, \`read \${name}\\n\`);
		return compileChunk(name, readFileSync(\`\${folder}/\${name}\`, "latin1"));
	})("./main.js");
`;

const CREATE = ["create", "--no-verify"];
const CREDENTIAL = [
	"--registry-server=r.example",
	"--registry-username=u",
	"--registry-password=p",
];

let bed: TestBed;
let folder: string;
let kubeconfig: string;
/** The chunks that hold code of the SDK. */
let ofAmazon: Set<string>;
/** The chunk of each command's work, by its file in src/commands. */
let ofCommand: Map<string, string>;
before(async () => {
	bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	folder = await mkdtemp(join(tmpdir(), "chunks-"));
	kubeconfig = join(bed.folder, "kubeconfig");
	await bed.server.writeKubeconfig(kubeconfig);
	await bed.run([...CREATE, ...CREDENTIAL]);
	const { outputs } = await bundle("src/main.ts", folder);
	ofAmazon = new Set(
		Object.entries(outputs)
			.filter(([, { inputs }]) =>
				Object.keys(inputs).some((path) =>
					/node_modules\/@(?:aws-sdk|aws|smithy)\//.test(path),
				),
			)
			.map(([path]) => basename(path)),
	);
	ofCommand = new Map(
		Object.entries(outputs).flatMap(([path, { entryPoint = "" }]) =>
			/^src\/commands\//.test(entryPoint)
				? [[basename(path), basename(entryPoint, ".ts")]]
				: [],
		),
	);
});
after(async () => {
	await rm(folder, { recursive: true });
	await bed[Symbol.asyncDispose]();
});

const ECR = "--registry-server=123456789012.dkr.ecr.eu-west-1.amazonaws.com";
for (const [args, status, isAmazons] of [
	[["--version"], 0, false],
	[["--help"], 0, false],
	[["list"], 0, false],
	[[...CREATE, ...CREDENTIAL], 0, false],
	[
		[...CREATE, "--registry-server=r.example", "--credential-from=helper:none"],
		1,
		false,
	],
	[["sync", "-n=app"], 0, false],
	[["check", "-n=app"], 0, false],
	// Found wanting before anybody at Amazon's is asked: no credentials of theirs.
	[[...CREATE, "--add", ECR, "--credential-from=ecr"], 1, true],
] as const)
	test(`${args.join(" ")} reads ${isAmazons ? "Amazon's SDK" : "nothing of Amazon's SDK"}`, async () => {
		const { code, stderr } = await new Promise<{
			code: number;
			stderr: string;
		}>((resolve) =>
			execFile(
				process.execPath,
				[
					...["--import", "tsx", "--input-type=module", "-e", ENTRY, "--"],
					...[folder, ...args],
				],
				{
					env: {
						PATH: process.env.PATH,
						HOME: folder,
						KUBECONFIG: kubeconfig,
						// No address of theirs is asked.
						AWS_EC2_METADATA_DISABLED: "true",
					},
				},
				(error, _, stderr) =>
					resolve({ code: error ? Number(error.code) : 0, stderr }),
			),
		);
		const read = [...stderr.matchAll(/^read \.\/(.+)$/gm)].map(
			([, name = ""]) => name,
		);
		assert.equal(code, status, stderr);
		assert.ok(read.includes("main.js"), stderr);
		assert.deepEqual(
			read.flatMap((name) => ofCommand.get(name) ?? []),
			args[0].startsWith("--") ? [] : [args[0]],
		);
		// What every start needs is one file: a hundred small ones would cost it milliseconds.
		if (args[0].startsWith("--")) assert.deepEqual(read, ["main.js"]);
		assert.equal(
			read.some((name) => ofAmazon.has(name)),
			isAmazons,
			read.filter((name) => ofAmazon.has(name)).join(),
		);
	});
