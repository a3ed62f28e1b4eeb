/** A pod is told to end by SIGTERM, whatever it is at: it ends, and leaves nothing half done. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kill } from "node:process";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import type { ApiRequest } from "../../support/api-server/request.ts";
import type { Surroundings } from "../../support/command-line.ts";
import { pluginAnswer, writeProgram } from "../../support/kubelet-plugin.ts";
import { notPosix } from "../../support/posix.ts";
import { serveRaw } from "../../support/registry/server.ts";
import { startRelay } from "../../support/relay.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import { started, type Watching } from "../../support/watching.ts";

const NAME = "nginx-mesh-registry-key";
const SOURCE = `/api/v1/namespaces/nginx-mesh/secrets/${NAME}`;
const READY = "Watching for changes.";

/** What a moment is brought about with. */
interface Stage {
	readonly bed: TestBed;
	/** Starts the watch, until it has said all of `first`. */
	watch(
		argv: readonly string[],
		first?: readonly string[],
		given?: Surroundings,
	): Promise<Watching>;
	/** Lets requests wait for ever; resolves when the first of them has come. */
	hold(where: (request: ApiRequest) => boolean): Promise<unknown>;
	/** Refuses requests, until it is over. */
	refuse(where: (request: ApiRequest) => boolean): void;
	/** The flags that renew by a provider, which from now on gives another password. */
	renewing(): readonly string[];
	/** Makes the provider hang; resolves with its process id when it has been asked. */
	hang(): Promise<number>;
	/** Somebody has connected to the registry, which never says a word. */
	readonly verifying: Promise<unknown>;
	/** Done when all is over. */
	defer(last: () => Promise<unknown>): void;
}

const writesSource = ({ method, path }: ApiRequest) =>
	method === "PATCH" && path === SOURCE;
const reads = (wanted: string) => (request: ApiRequest) =>
	request.method === "GET" && request.path === wanted;
const seedNamespace = (bed: TestBed, name: string) =>
	bed.server.store.seed({ kind: "Namespace", metadata: { name } });

/** Starts the watch, and returns it at that moment. */
const MOMENTS: Record<string, (stage: Stage) => Promise<Watching>> = {
	"while it looks for the source": async ({ hold, watch }) => {
		const held = hold(reads(SOURCE));
		const watching = await watch(["-A"]);
		await held;
		return watching;
	},
	"while it waits for a source": ({ watch }) =>
		watch(["-A", "--from=app"], ["waiting for the source"]),
	"while it writes the record": async ({ hold, watch }) => {
		const held = hold(writesSource);
		const watching = await watch(["-l=team=a"]);
		await held;
		return watching;
	},
	"while it lists": async ({ hold, watch }) => {
		const held = hold(reads("/api/v1/secrets"));
		const watching = await watch(["-A"]);
		await held;
		return watching;
	},
	"while it writes a first copy": async ({ hold, watch }) => {
		const held = hold(({ method }) => method === "POST");
		const watching = await watch(["-A"]);
		await held;
		return watching;
	},
	"while it writes a later copy": async ({ bed, hold, watch }) => {
		const watching = await watch(["-A"], [READY]);
		const held = hold(({ path }) => path.includes("/late/"));
		seedNamespace(bed, "late");
		await held;
		return watching;
	},
	"while it deletes a copy": async ({ bed, hold, watch }) => {
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name: "app", labels: { team: "a" } },
		});
		const watching = await watch(["-l=team=a", "--prune", "--yes"], [READY]);
		const held = hold(({ method }) => method === "DELETE");
		seedNamespace(bed, "app");
		await held;
		return watching;
	},
	"between the turns": ({ watch }) => watch(["-A"], [READY]),
	"in backoff": async ({ refuse, watch }) => {
		refuse(
			({ method, path }) => method === "POST" && path.includes("/app/secrets"),
		);
		return watch(["-A"], ["quota", READY]);
	},
	"while it writes an Event": async ({ bed, hold, watch }) => {
		bed.server.store.seed({
			kind: "Secret",
			metadata: { namespace: "default", name: NAME },
			type: "Opaque",
		});
		const held = hold(({ path }) => path.endsWith("/events"));
		const watching = await watch(["-A"], [READY]);
		await held;
		return watching;
	},
	"while nothing reaches the API server": async ({ bed, watch, defer }) => {
		const direct = join(bed.folder, "direct");
		await bed.server.writeKubeconfig(direct, { user: "admin" });
		const relay = await startRelay(direct);
		defer(async () => relay[Symbol.asyncDispose]());
		const { kubeconfig } = relay;
		const watching = await watch(["-A"], [READY], { kubeconfig });
		relay.drop();
		return watching;
	},
	"while it asks a provider": async ({ renewing, hang, watch, defer }) => {
		const asked = hang();
		const watching = await watch(["-A", ...renewing(), "--no-verify"]);
		const pid = await asked;
		defer(async () => {
			while (isAlive(pid)) await turn();
		});
		return watching;
	},
	"while it verifies a new credential": async (stage) => {
		const watching = await stage.watch(["-A", ...stage.renewing()], [READY]);
		await stage.verifying;
		return watching;
	},
	"while it writes a new credential": async ({ hold, renewing, watch }) => {
		const first = await watch(["-A"], [READY]);
		await first.stop();
		const held = hold(writesSource);
		const watching = await watch([...renewing(), "--no-verify"], [READY]);
		await held;
		return watching;
	},
	"while a new credential is copied": async ({ hold, renewing, watch }) => {
		const first = await watch(["-A"], [READY]);
		await first.stop();
		const held = hold(
			({ method, path }) => method === "PATCH" && path !== SOURCE,
		);
		const watching = await watch([...renewing(), "--no-verify"], [READY]);
		await held;
		return watching;
	},
};

describe("SIGTERM", { skip: notPosix }, () => {
	for (const [when, reach] of Object.entries(MOMENTS))
		test(when, async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
			await using stage = await stageOn(bed);
			const watching = await reach(stage);
			const { status, out, err } = await watching.stop("SIGTERM");

			assert.equal(status, 143, err);
			assert.doesNotMatch(err, /bug|Unhandled/);
			// Its readiness is gone with it.
			await assert.rejects(stage.readiness(), { message: "fetch failed" });
			// Each pull secret is the old one or the new one, and whole.
			const copies = bed.server.store
				.all("Secret")
				.filter(({ type }) => type === "kubernetes.io/dockerconfigjson")
				.map(({ metadata: { namespace = "" } }) => namespace);
			for (const namespace of copies)
				assert.deepEqual(
					bed.content(namespace),
					contentOf(stage.registry, bed.password(namespace) ?? ""),
				);
			assert.ok(copies.includes("nginx-mesh"));
			// What it said it did, it did.
			for (const [, namespace = ""] of out.matchAll(/ created in (\S+) /g))
				assert.ok(copies.includes(namespace), namespace);

			// Whoever comes next finishes.
			stage.release();
			const next = await bed.run(["sync", "-n=app"]);
			assert.equal(next.status, 0, next.err);
			assert.deepEqual(
				bed.content("app"),
				contentOf(stage.registry, bed.password("nginx-mesh") ?? ""),
			);
		});
});

/** The docker config with one of the provider's passwords. Fails for another. */
function contentOf(registry: string, password: string) {
	assert.match(password, /^(one|two)$/);
	const auth = btoa(`u:${password}`);
	return { auths: { [registry]: { username: "u", password, auth } } };
}

function isAlive(pid: number): boolean {
	try {
		return kill(pid, 0);
	} catch {
		return false;
	}
}

/** A source whose credential came from a provider, at a registry that never answers. */
async function stageOn(bed: TestBed) {
	const last: (() => Promise<unknown>)[] = [];
	const arrived = Promise.withResolvers<void>();
	const registry = await serveRaw(() => arrived.resolve());
	last.push(() => registry.close());
	let port = 0;

	const plugin = join(bed.folder, "provider");
	const fifo = join(bed.folder, "asked");
	await writeProgram(
		plugin,
		`if [ -p "${fifo}" ]; then echo $$ >"${fifo}"; exec sleep 600; fi
printf '${pluginAnswer({ [registry.host]: { username: "u", password: "%s" } }, { cacheDuration: "1h0m0s" })}' "$1"`,
	);
	const create = await bed.run([
		...["create", `--registry-server=${registry.host}`],
		...[`--credential-from=plugin:${plugin}`, "--credential-arg=one"],
	]);
	assert.equal(create.status, 0, create.err);

	const released = Promise.withResolvers<void>();
	let holding = true;
	const stage: Stage = {
		bed,
		watch: (argv, first = [], given = {}) =>
			started(
				bed,
				[...["sync", "--watch", ...argv], "--health-address=127.0.0.1:0"],
				first,
				{
					...given,
					onListen(at) {
						port = at;
					},
				},
			),
		hold(where) {
			const held = Promise.withResolvers<void>();
			bed.server.onRequest(async (request) => {
				if (!holding || !where(request)) return undefined;
				held.resolve();
				await released.promise;
				return { cut: "before" };
			});
			return held.promise;
		},
		refuse(where) {
			bed.server.onRequest((request) =>
				holding && where(request)
					? { answer: { status: 403, reason: "Forbidden", message: "quota" } }
					: undefined,
			);
		},
		renewing: () => [`--refresh=plugin:${plugin}`, "--credential-arg=two"],
		async hang() {
			await promisify(execFile)("mkfifo", [fifo]);
			return Number(await readFile(fifo, "utf8"));
		},
		verifying: arrived.promise,
		defer: (each) => void last.push(each),
	};
	return {
		...stage,
		registry: registry.host,
		readiness: () => fetch(`http://127.0.0.1:${port}/readyz`),
		release() {
			holding = false;
			released.resolve();
		},
		async [Symbol.asyncDispose]() {
			released.resolve();
			for (const each of last.reverse()) await each();
		},
	};
}
