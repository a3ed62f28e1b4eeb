/** A change that ends at whichever of its requests, run again, comes to what it would have come to at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbortedError } from "../../src/errors.ts";
import type { Intervention, KubeObject } from "../support/api-server/index.ts";
import { resources } from "../support/api-server/resources.ts";
import { edit, secret } from "../support/build.ts";
import { hastyClock } from "../support/connecting.ts";
import { assertHides } from "../support/secret-traces.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const PASSWORD = "hunter2hunter2";
const CREATE =
	"create --registry-server=r.example --registry-username=u --registry-password-stdin";
const SYNC = "sync -n app,shop --attach";
const BY_POLICY = "attach --by-policy";

/** What is run, after what. */
const CASES: readonly [
	line: string,
	...before: readonly (string | ((bed: TestBed) => void))[],
][] = [
	[`${CREATE} -n fresh --create-namespace`],
	[
		`${CREATE} --force --replace --yes`,
		(bed) => secret(bed, "nginx-mesh", {}, { type: "Opaque" }),
	],
	[SYNC, CREATE],
	[
		"sync --force --yes",
		CREATE,
		SYNC,
		(bed) =>
			edit(bed, "Secret", "app", {
				immutable: true,
				data: { ".dockerconfigjson": btoa("{}") },
			}),
	],
	[
		"rotate --registry-password-stdin --registry-username=v --no-verify",
		CREATE,
		SYNC,
	],
	["detach -n app,shop", CREATE, SYNC],
	[BY_POLICY, CREATE, SYNC],
	["detach --by-policy", CREATE, SYNC, BY_POLICY],
	["prune --yes", CREATE, SYNC, BY_POLICY],
	["prune --all --yes", CREATE, SYNC, BY_POLICY],
	["uninstall --yes", CREATE, "install -n app"],
];

/** What befalls the request that is waited for, and each later one: nothing that is waited out. */
const ENDS: Record<
	string,
	(isFirst: boolean, interrupt: AbortController) => Intervention | undefined
> = {
	"its answer is lost, and the user logged out": (isFirst) =>
		isFirst ? { cut: "after" } : { answer: { status: 401 } },
	"the server fails": () => ({ answer: { status: 400 } }),
	"an interrupt": (isFirst, interrupt) => {
		if (isFirst) interrupt.abort(new AbortedError("SIGINT"));
		return undefined;
	},
};

interface Kept {
	readonly kind: string;
	readonly object: KubeObject;
}

const all = ({ server: { store } }: TestBed): Kept[] =>
	[...resources.values()].flatMap(({ kind }) =>
		store.all(kind).map((object) => ({ kind, object })),
	);

function restore(bed: TestBed, kept: readonly Kept[]): void {
	const { store } = bed.server;
	for (const { kind, object } of all(bed))
		store.delete(kind, object.metadata.namespace ?? "", object.metadata.name);
	for (const { kind, object } of kept) store.seed({ ...object, kind });
}

/** What there is, but for what is another each time. */
function state(bed: TestBed): string[] {
	const others =
		/^(uid|resourceVersion|creationTimestamp|managedFields|kubectl-meshreg\/(issued-at|source-uid))$/;
	return all(bed).map(({ kind, object }) =>
		JSON.stringify({ kind, ...object }, (key, value) =>
			others.test(key) ? undefined : value,
		).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UID"),
	);
}

for (const [line, ...before] of CASES)
	for (const [end, befalls] of Object.entries(ENDS))
		test(`${line}: ${end}`, async () => {
			await using bed = await testBed({
				namespaces: ["app", "nginx-mesh", "shop"],
				defaultServiceAccounts: true,
			});
			const run = (argv: string, interrupt = new AbortController()) =>
				bed.run(argv.split(" "), {
					stdin: PASSWORD,
					clock: hastyClock(),
					env: { HOME: bed.folder },
					interrupt: interrupt.signal,
				});
			for (const step of before)
				if (typeof step === "string") await run(step);
				else step(bed);
			const kept = all(bed);
			const { status, err } = await run(line);
			assert.equal(status, 0, err);
			const wanted = state(bed);
			for (let at = 0; ; at++) {
				restore(bed, kept);
				const interrupt = new AbortController();
				const asked: string[] = [];
				const off = bed.server.onRequest(({ method, path }) =>
					asked.push(`${method} ${path}`) > at
						? befalls(asked.length === at + 1, interrupt)
						: undefined,
				);
				const ended = await run(line, interrupt);
				off();
				if (asked.length <= at) break;
				const where = `${at}: ${asked[at]}\n${ended.out}${ended.err}`;
				assert.doesNotMatch(ended.err, /^\s+at |undefined/m);
				assertHides(where, PASSWORD);
				if (ended.status === 0) assert.deepEqual(state(bed), wanted, where);
				const again = await run(line);
				assert.equal(again.status, 0, `${where}${again.err}`);
				assert.deepEqual(state(bed), wanted, where);
			}
		});
