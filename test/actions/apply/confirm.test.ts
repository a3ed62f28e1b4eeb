import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	agrees,
	lossOf,
	mustAsk,
	unlessRefused,
} from "../../../src/actions/apply/confirm.ts";
import type { RunEvent } from "../../../src/core/document.ts";
import type { DryRun } from "../../../src/core/output/result.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import { ApiError } from "../../../src/errors.ts";
import type { Cluster, World } from "../../../src/world.ts";
import { MANAGED } from "../../support/build.ts";
import { thrownFailure } from "../../support/thrown-failure.ts";

const reader = new ContentReader();

function secret(
	namespace: string,
	annotations: Record<string, string> = {},
	labels: Record<string, string> = MANAGED,
): PullSecret {
	return reader.toPullSecret({
		type: "kubernetes.io/dockerconfigjson",
		metadata: { namespace, name: "key", labels, annotations },
	});
}

const SOURCE = secret("nginx-mesh");
const COPY = secret("app", { "kubectl-meshreg/source": "nginx-mesh/key" });
const THEIRS = secret("shop", {}, {});

/** Namespaces by name, to their uids before and after the answer; undefined: there is none; "": it may not be read. */
type Uids = Readonly<Record<string, readonly (string | undefined)[]>>;

/** Somebody at a terminal who says yes or no; nobody there. */
function played(answer: "yes" | "no" | "nobody", uids: Uids = {}) {
	const events: RunEvent[] = [];
	const read: string[] = [];
	let answered = false;
	const cluster = {
		context: "prod",
		async read(_: "Namespace", { name }: { name: string }) {
			read.push(name);
			const uid = (uids[name] ?? ["1", "1"])[answered ? 1 : 0];
			if (uid === undefined) throw new ApiError(404, "NotFound", name);
			if (uid === "") throw new ApiError(403, "Forbidden", name);
			return { metadata: { name, uid } };
		},
	};
	const world = {
		streams: { interactive: answer !== "nobody" },
		emit: (event: RunEvent) => events.push(event),
		prompter: async () => ({
			confirm: async () => {
				answered = true;
				return answer === "yes";
			},
		}),
	};
	return {
		cluster: cluster as unknown as Cluster,
		world: world as unknown as World,
		events,
		read,
		asked: () => answered,
	};
}

const ASKING = { yes: false, dryRun: "none" } as const;

describe("whether somebody is to be asked first", () => {
	for (const [yes, dryRun, asks] of [
		[false, "none", true],
		[true, "none", false],
		[false, "client", false],
		[false, "server", false],
	] as [boolean, DryRun, boolean][])
		test(`${yes ? "--yes" : "no --yes"}, --dry-run=${dryRun}`, () => {
			assert.equal(
				mustAsk("prune", { yes, dryRun }, played("yes").world),
				asks,
			);
			const alone = () =>
				mustAsk("prune", { yes, dryRun }, played("nobody").world);
			if (asks) assert.throws(alone, { name: "UsageError" });
			else assert.equal(alone(), false);
		});
});

describe("what is lost is agreed to", () => {
	const losses = [
		lossOf("delete", COPY),
		lossOf("delete and recreate", SOURCE, SOURCE.content),
		lossOf("overwrite", THEIRS, SOURCE.content),
	];
	const ROWS: [
		what: string,
		who: "yes" | "no" | "nobody",
		yes: boolean,
		dryRun: DryRun,
		answer: string,
		asked: boolean,
	][] = [
		["a yes", "yes", false, "none", "yes", true],
		["a no", "no", false, "none", "no", true],
		["nobody is there", "nobody", false, "none", "unasked", false],
		["--yes", "nobody", true, "none", "yes", false],
		["a dry run", "no", false, "client", "yes", false],
	];
	for (const [what, who, yes, dryRun, answer, asked] of ROWS)
		test(`${what}: ${answer}`, async () => {
			const { cluster, world, ...seen } = played(who);
			const asking = { yes, dryRun, cluster, world };
			assert.equal(await agrees({ losses }, asking), answer);
			assert.equal(seen.asked(), asked);
		});

	test("nothing is lost: nobody is asked", async () => {
		const { cluster, world, asked } = played("no");
		const asking = { ...ASKING, cluster, world };
		assert.equal(await agrees({ losses: [] }, asking), "unasked");
		assert.equal(asked(), false);
	});

	test("one question says all of it, with the context and what is a source", async () => {
		const { cluster, world, events } = played("yes");
		await agrees({ losses }, { ...ASKING, cluster, world });
		assert.deepEqual(events, [
			{
				type: "note",
				level: "info",
				note: {
					cause: "deletion-asked",
					context: "prod",
					losses,
					forgets: [],
					accounts: 0,
					accountsIn: [],
					byPolicy: [],
					credential: undefined,
				},
			},
		]);
		assert.deepEqual(
			[COPY, SOURCE, THEIRS].map((each) => lossOf("delete", each).isSource),
			[false, true, false],
		);
	});
});

describe("a yes is about the namespaces that were there", () => {
	const ROWS: [what: string, uids: Uids, replaced: string[] | undefined][] = [
		["they are", {}, undefined],
		["one of what is lost is another", { app: ["1", "2"] }, ["app"]],
		["one of what is written besides is another", { abc: ["1", "2"] }, ["abc"]],
		["two are", { abc: ["1", "2"], app: ["1", "2"] }, ["abc", "app"]],
		["one was not there, and is", { abc: [undefined, "1"] }, ["abc"]],
		["one is gone", { app: ["1", undefined] }, undefined],
		["one may not be read", { app: ["", ""] }, undefined],
		["one may be read now", { app: ["", "2"] }, undefined],
		["one may be read no more", { app: ["1", ""] }, undefined],
	];
	for (const [what, uids, replaced] of ROWS)
		test(`${what}: ${replaced === undefined ? "it holds" : "nothing is written"}`, async () => {
			const { cluster, world, read } = played("yes", uids);
			const what = {
				losses: [
					lossOf("delete", COPY),
					lossOf("delete and recreate", COPY, SOURCE.content),
				],
				in: ["abc"],
			};
			const run = () => agrees(what, { ...ASKING, cluster, world });
			if (replaced === undefined) assert.equal(await run(), "yes");
			else
				assert.deepEqual(await thrownFailure(run), {
					cause: "namespace-replaced",
					namespaces: replaced,
				});
			assert.deepEqual(read.toSorted(), ["abc", "abc", "app", "app"]);
		});
});

describe("a source that is to be deleted and created again", () => {
	const replace = {
		action: "replace",
		current: SOURCE,
		desired: SOURCE,
	} as const;
	test("is agreed to, or left as it is", async () => {
		const done = async (who: "yes" | "no" | "nobody") => {
			const { cluster, world } = played(who);
			return unlessRefused(replace, { ...ASKING, cluster, world });
		};
		assert.equal(await done("yes"), replace);
		assert.equal(await done("no"), "no");
		assert.deepEqual(await done("nobody"), {
			action: "conflict",
			current: SOURCE,
			obstacle: { cause: "immutable", recreatedBy: "this" },
		});
	});

	test("any other change asks nobody", async () => {
		const { cluster, world, asked } = played("no");
		const update = { ...replace, action: "update" } as const;
		const asking = { ...ASKING, cluster, world };
		assert.equal(await unlessRefused(update, asking), update);
		assert.equal(asked(), false);
	});
});
