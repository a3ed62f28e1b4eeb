import { spawn } from "node:child_process";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { installedFile } from "../installed-file.ts";
import type { Bench, Row } from "../measuring.ts";

const FOLDER = resolve(".cache/bench");
const REPEATS = 5;
/** A turn of this takes a minute: one has to do. */
const ONCE = new Set(["yq, the same edit"]);

/** Reading 10 MB of manifests in 5,000 documents, changing each, and printing all of it; beside kubectl and yq where they are. */
export const bench: Bench = {
	name: "inject",
	async run(): Promise<Row[]> {
		await mkdir(FOLDER, { recursive: true });
		const file = resolve(FOLDER, "manifests.yaml");
		const text = manifests(5_000);
		await writeFile(file, text);
		const megabytes = Buffer.byteLength(text) / 1e6;
		const binary = await installedFile();
		const image = ["--registry-server", "r.example.com/mesh"];
		const works: Record<string, string[]> = {
			"kubectl set image --local": [
				"kubectl",
				"set",
				"image",
				"--local",
				"-f",
				file,
				"app=x",
				"-o",
				"yaml",
			],
			"yq, the same edit": [
				"yq",
				"-y",
				'.spec.template.spec.imagePullSecrets += [{"name": "k"}]',
				file,
			],
			inject: [binary, "inject", "-f", file],
			"inject, images as well": [
				binary,
				"inject",
				"-f",
				file,
				...image,
				"--disable-public-images",
			],
			"inject, what only the library reads": [
				binary,
				"inject",
				"-f",
				await unusual(text),
			],
		};
		const samples = new Map<string, { speed: number[]; memory: number[] }>();
		for (let turn = 0; turn < REPEATS; turn++)
			for (const [work, [program = "", ...args]] of Object.entries(works)) {
				if (turn > 0 && ONCE.has(work)) continue;
				const run = await measured(program, args);
				if (run === undefined) {
					console.log(`  ${work}: not here`);
					delete works[work];
					continue;
				}
				const of = samples.get(work) ?? { speed: [], memory: [] };
				of.speed.push(megabytes / (run.ms / 1000));
				of.memory.push(run.peak / 2 ** 20);
				samples.set(work, of);
			}
		const against = "kubectl set image --local";
		const compared = (work: string) => work !== against && samples.has(against);
		return [
			{ work: "the manifest", unit: "MB", samples: [megabytes] },
			...[...samples].flatMap(([work, { speed, memory }]): Row[] => [
				{
					work,
					unit: "MB/s",
					samples: speed,
					...(compared(work) && { against }),
				},
				{
					work: `${work}: peak memory`,
					unit: "MiB",
					samples: memory,
					...(compared(work) && { against: `${against}: peak memory` }),
				},
			]),
		];
	},
};

/** Deployments of about 2 kB each, as people write them. */
function manifests(count: number): string {
	const env = Array.from(
		{ length: 17 },
		(_, at) =>
			`        - name: VARIABLE_${at}\n          value: "some value number ${at}"\n`,
	).join("");
	return Array.from(
		{ length: count },
		(_, at) => `---
# service ${at}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${at}
  namespace: team-${at % 50}
  labels: {app: app-${at}, tier: backend} # both
  annotations:
    description: |
      A longer text that says what
      this deployment is for.
spec:
  replicas: 3
  selector:
    matchLabels:
      app: app-${at}
  template:
    metadata:
      labels:
        app: app-${at}
    spec:
      initContainers:
      - name: wait
        image: busybox:1.36
        command: ["sh", "-c", "until nslookup db; do sleep 2; done"]
      containers:
      - name: app
        image: "gcr.io/team/app-${at}:1.${at}"
        ports:
        - containerPort: 8080
          name: http
        env:
${env}        resources:
          limits: {cpu: 500m, memory: 128Mi}
        livenessProbe:
          httpGet:
            path: /healthz
            port: http
`,
	).join("");
}

/** The same with an anchor in each document. */
async function unusual(text: string): Promise<string> {
	const file = resolve(FOLDER, "anchored.yaml");
	await writeFile(file, text.replaceAll("replicas: 3", "replicas: &r 3"));
	return file;
}

/** How long a program took, in ms, and its peak resident memory in bytes; undefined where it is not here. Throws where it fails. */
async function measured(
	program: string,
	args: readonly string[],
): Promise<{ ms: number; peak: number } | undefined> {
	const out = await open("/dev/null", "w");
	const began = performance.now();
	const child = spawn(program, args, { stdio: ["ignore", out.fd, "pipe"] });
	let peak = 0;
	let said = "";
	child.stderr?.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	// The high-water mark only grows: the last look before the end is nearly it.
	const look = setInterval(async () => {
		const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(
			() => "",
		);
		peak = Math.max(
			peak,
			Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024,
		);
	}, 10);
	try {
		const code = await new Promise<number | string>((done) => {
			child.on("error", (error: NodeJS.ErrnoException) =>
				done(error.code ?? ""),
			);
			child.on("close", (status) => done(status ?? "a signal"));
		});
		const ms = performance.now() - began;
		if (code === "ENOENT") return undefined;
		if (code !== 0)
			throw new Error(`${program} ended with ${code}: ${said.slice(0, 200)}`);
		return { ms, peak };
	} finally {
		clearInterval(look);
		await out.close();
	}
}
