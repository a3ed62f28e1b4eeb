import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import {
	type ApiServer,
	type ApiServerOptions,
	startApiServer,
} from "./api-server/index.ts";
import { meshreg, type Outcome, type Surroundings } from "./command-line.ts";

/** An embedded API server, a folder, and the command line on both. */
export interface TestBed extends AsyncDisposable {
	server: ApiServer;
	/** A folder of its own, gone afterwards. */
	folder: string;
	/** As the admin, or as `user`. */
	run(
		argv: readonly string[],
		given?: Surroundings & { user?: string },
	): Promise<Outcome>;
	/** The docker config of a Secret, parsed; undefined where there is none. */
	content(namespace: string, name?: string): unknown;
	/** The password that a Secret holds for its first registry. */
	password(namespace: string): string | undefined;
}

/**
 * Starts one; `await using` takes it down. With `stillAt`, in milliseconds since
 * 1970, the clocks of the server and of the command line stand at that time, so
 * that an age is the same however slow the machine is.
 */
export async function testBed({
	stillAt,
	...options
}: ApiServerOptions & { stillAt?: number } = {}): Promise<TestBed> {
	const still = stillAt !== undefined;
	const server = await startApiServer({
		...(still && { now: () => new Date(stillAt) }),
		...options,
	});
	const folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	const kubeconfigs = new Map<string, Promise<string>>();
	const kubeconfigOf = (user: string): Promise<string> => {
		const path = join(folder, `${user}.kubeconfig`);
		const written =
			kubeconfigs.get(user) ??
			server.writeKubeconfig(path, { user }).then(() => path);
		kubeconfigs.set(user, written);
		return written;
	};
	const content = (namespace: string, name = "nginx-mesh-registry-key") => {
		const data = server.store.get("Secret", namespace, name)?.data;
		const text =
			typeof data === "object" && data !== null && !Array.isArray(data)
				? data[".dockerconfigjson"]
				: undefined;
		return typeof text === "string"
			? JSON.parse(Buffer.from(text, "base64").toString())
			: undefined;
	};
	return {
		server,
		folder,
		run: async (argv, { user = "admin", ...given } = {}) =>
			meshreg(argv, {
				kubeconfig: await kubeconfigOf(user),
				...(still && { now: stillAt }),
				...given,
			}),
		content,
		password(namespace) {
			const [first] = Object.values<{ password?: string }>(
				content(namespace)?.auths ?? {},
			);
			return first?.password;
		},
		async [Symbol.asyncDispose]() {
			await server.stop();
			await rm(folder, { recursive: true });
		},
	};
}

/** One that is started before the first test of the describe it is called in, and stopped after the last. */
export function sharedBed(
	options: Parameters<typeof testBed>[0] = {},
): Omit<TestBed, typeof Symbol.asyncDispose> {
	let started: TestBed | undefined;
	before(async () => {
		started = await testBed(options);
	});
	after(() => started?.[Symbol.asyncDispose]());
	const bed = (): TestBed => {
		if (started === undefined) throw new Error("no test has begun");
		return started;
	};
	return {
		get server() {
			return bed().server;
		},
		get folder() {
			return bed().folder;
		},
		run: (...line) => bed().run(...line),
		content: (...place) => bed().content(...place),
		password: (namespace) => bed().password(namespace),
	};
}
