import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { installedFile } from "../installed-file.ts";
import type { Bench, Row } from "../measuring.ts";

const FOLDER = resolve(".cache/bench");
const REPEATS = 5;
const REGISTRIES = 4;
const IMAGES = 200;
/** In ms: what a registry on the other side of a continent takes. */
const DELAY = 20;

/** `images --check` of 200 images in 200 repositories, on registries that hand out tokens and take 20 ms for each answer. */
export const bench: Bench = {
	name: "images",
	async run(): Promise<Row[]> {
		await mkdir(FOLDER, { recursive: true });
		const servers = await Promise.all(
			Array.from({ length: REGISTRIES }, slowRegistry),
		);
		const hosts = servers.map(hostOf);
		try {
			const file = resolve(FOLDER, "images.yaml");
			await writeFile(file, manifest(hosts));
			const binary = await installedFile();
			const all: number[] = [];
			const first: number[] = [];
			for (let turn = 0; turn < REPEATS; turn++) {
				const run = await measured(binary, [
					...["images", "--check", "-f", file],
					...["--platform", "linux/amd64"],
				]);
				all.push(run.all);
				first.push(run.first);
			}
			const what = `${IMAGES} images on ${REGISTRIES} registries that answer after ${DELAY} ms`;
			return [
				{ work: what, unit: "ms", samples: all, bars: [{ atMost: 10_000 }] },
				{
					work: `${what}: the first line`,
					unit: "ms",
					samples: first,
					bars: [{ atMost: 1000 }],
				},
			];
		} finally {
			for (const server of servers) server.close();
		}
	},
};

function manifest(hosts: readonly string[]): string {
	const containers = Array.from(
		{ length: IMAGES },
		(_, at) =>
			`  - name: c${at}\n    image: ${hosts[at % hosts.length]}/team/app-${at}:1\n`,
	).join("");
	return `apiVersion: v1\nkind: Pod\nmetadata: {name: all}\nspec:\n  containers:\n${containers}`;
}

async function slowRegistry(): Promise<Server> {
	const server = createServer((request, response) => {
		const answer = (): void => {
			if (request.url?.startsWith("/token")) {
				response.setHeader("content-type", "application/json");
				response.end('{"token":"t"}');
			} else if (request.headers.authorization === undefined) {
				response.setHeader(
					"www-authenticate",
					`Bearer realm="http://${hostOf(server)}/token",service="bench"`,
				);
				response.writeHead(401).end();
			} else {
				response.setHeader(
					"content-type",
					"application/vnd.oci.image.index.v1+json",
				);
				response.end(
					request.method === "HEAD"
						? undefined
						: '{"manifests":[{"platform":{"os":"linux","architecture":"amd64"}}]}',
				);
			}
		};
		setTimeout(answer, DELAY);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return server;
}

function hostOf(server: Server): string {
	return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** In ms, from the start of the process. Throws where it fails. */
async function measured(
	program: string,
	args: readonly string[],
): Promise<{ all: number; first: number }> {
	const began = performance.now();
	const child = spawn(program, args, {
		stdio: ["ignore", "pipe", "ignore"],
		env: { ...process.env, KUBECONFIG: resolve(FOLDER, "no-kubeconfig") },
	});
	let first = 0;
	child.stdout.once("data", () => {
		first = performance.now() - began;
	});
	child.stdout.resume();
	const [code] = await once(child, "close");
	if (code !== 0) throw new Error(`${program} ended with ${code}`);
	return { all: performance.now() - began, first };
}
