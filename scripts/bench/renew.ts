import { execFile } from "node:child_process";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { stockNode } from "../build/base-node.ts";
import { bundle } from "../build/bundle.ts";
import { seal } from "../build/seal.ts";
import { binaryName, targetOf } from "../build/targets.ts";
import { type Bench, part, type Row, timeInTurn } from "../measuring.ts";
import { embeddedServer, realServer } from "./scale/servers.ts";
import { Running } from "./watch/running.ts";
import { names, Stage } from "./watch/stage.ts";

const run = promisify(execFile);
const target = targetOf(process.platform, process.arch);

/** How many namespaces appear while it watches. */
const FRESH = 25;
/** Milliseconds that a changed source may take to be everywhere; then something is wrong. */
const LONGEST = 240_000;
const LARGEST_ARCHIVE = [{ atMost: 45 }];

/**
 * What a watch in a pod has to keep to, with 10,000 namespaces on a real kube-apiserver: the memory limit,
 * also when the source changes, and a new namespace served within a second. And what Amazon's SDK costs
 * those who do not use it: start-up beside the same program without it, and the archives.
 */
export const bench: Bench = {
	name: "renew",
	onlyByName: true,
	async run(): Promise<Row[]> {
		return [...(await watched()), ...(await start()), ...(await archives())];
	},
};

async function watched(): Promise<Row[]> {
	const count = part(10_000);
	const server = await realServer();
	const stage = await Stage.set(server.kubeconfig);
	try {
		await stage.namespaces(names(0, count));
		const program = await Running.start(
			["sync", "--watch", "-A", "--exclude=default"],
			server.kubeconfig,
			() => {},
		);
		try {
			await program.says("Watching for changes.\n");
			const first = program.peak;
			const fresh: number[] = [];
			for (const name of names(count, count + FRESH)) {
				const right = stage.right(name);
				await stage.namespaces([name]);
				const answered = performance.now();
				// The watch may be quicker than the answer.
				fresh.push(Math.max(0, (await right) - answered));
			}
			const copies = stage.copies.size;
			await stage.rotate("another");
			const answered = performance.now();
			const late = answered + LONGEST;
			for (;;) {
				const wrong = [...stage.copies.values()].filter(
					(content) => content !== stage.content,
				);
				if (wrong.length === 0) break;
				if (performance.now() > late)
					throw new Error(`${wrong.length} copies are not right`);
				await sleep(50);
			}
			const last = performance.now() - answered;
			const { peak } = program;
			stage.check();
			return [
				{
					work: `a first pass over ${count}, peak memory`,
					unit: "MiB",
					samples: [first],
					bars: [{ atMost: 165 }],
				},
				{
					work: `a new namespace among ${count}, until it has its copy`,
					unit: "ms",
					samples: fresh,
					bars: [{ atMost: 1000 }],
				},
				{
					work: `a changed source, all ${copies} copies`,
					unit: "ms",
					samples: [last],
				},
				{
					work: "the same, peak memory",
					unit: "MiB",
					samples: [peak],
					bars: [{ atMost: 256, of: "largest" }],
				},
			];
		} catch (error) {
			throw new Error(`${error}; the program said: ${program.err.slice(-500)}`);
		} finally {
			await program.end("SIGTERM");
		}
	} finally {
		stage.client.close();
		await server.stop();
	}
}

const LOADED = "the SDK was loaded";
/** In the SDK's place: says that it is loaded, and answers nobody. */
const STUB = `process.stderr.write(${JSON.stringify(`${LOADED}\n`)});
exports.ECRClient = class { async send() { throw new Error("no SDK"); } destroy() {} };
exports.GetAuthorizationTokenCommand = class {};
`;

/** Start-up beside a program that has a stub in the place of Amazon's SDK. Throws where that is loaded. */
async function start(): Promise<Row[]> {
	const folder = resolve(".cache/bench/without-ecr");
	const chunks = join(folder, "chunks");
	await bundle("src/main.ts", chunks);
	const ecr = (await readdir(chunks)).filter((name) =>
		name.startsWith("lazy-ecr-"),
	);
	if (ecr.length !== 1) throw new Error(`chunks of ECR: ${ecr.length}`);
	await writeFile(join(chunks, ecr[0] ?? ""), STUB);
	const without = join(folder, binaryName(target));
	await mkdir(folder, { recursive: true });
	await seal(chunks, without, {
		target,
		node: await stockNode(target),
		runner: [],
	});
	const server = await embeddedServer();
	try {
		const env = { ...process.env, KUBECONFIG: server.kubeconfig };
		const files = {
			"": resolve("dist", binaryName(target)),
			", without the SDK": without,
		};
		const works: Record<string, () => Promise<unknown>> = {};
		for (const [which, file] of Object.entries(files))
			for (const args of [["--version"], ["list"]])
				works[`${args.join(" ")}${which}`] = async () => {
					const { stderr } = await run(file, args, { env });
					if (stderr.includes(LOADED)) throw new Error(LOADED);
				};
		const times = await timeInTurn(61, works);
		return Object.entries(times).map(([work, samples]): Row => {
			const row = { work, unit: "ms" as const, samples };
			const against = `${work}, without the SDK`;
			return against in times
				? { ...row, bars: [{ against, atMost: 1.05 }] }
				: row;
		});
	} finally {
		await server.stop();
	}
}

/** The archives, where `npm run package` has left any. */
async function archives(): Promise<Row[]> {
	const release = resolve("dist/release");
	const names = await readdir(release).catch((cause: NodeJS.ErrnoException) => {
		if (cause.code === "ENOENT") return [];
		throw cause;
	});
	return Promise.all(
		names
			.filter((name) => /\.(tar\.gz|zip)$/.test(name))
			.map(
				async (name): Promise<Row> => ({
					work: name,
					unit: "MiB",
					samples: [(await stat(join(release, name))).size / 2 ** 20],
					bars: LARGEST_ARCHIVE,
				}),
			),
	);
}
