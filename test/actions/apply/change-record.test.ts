import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	changeRecord,
	recordOf,
	recordToWrite,
} from "../../../src/actions/apply/change-record.ts";
import type { Secret } from "../../../src/core/objects.ts";
import type { DryRun } from "../../../src/core/output/result.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import {
	parseRecord,
	RECORD_LIMIT,
	recordText,
	type SourceRecord,
	withoutNames,
} from "../../../src/core/pull-secrets/record.ts";
import { ApiError } from "../../../src/errors.ts";
import type { Cluster } from "../../../src/world.ts";
import { thrownFailure } from "../../support/thrown-failure.ts";

const reader = new ContentReader();
const PLACE = { namespace: "nginx-mesh", name: "key" };

function secretWith(record: string | undefined, version = "1"): Secret {
	return {
		type: "kubernetes.io/dockerconfigjson",
		metadata: {
			...PLACE,
			uid: "u",
			resourceVersion: version,
			labels: { "app.kubernetes.io/managed-by": "kubectl-meshreg" },
			annotations: {
				other: "stays",
				...(record !== undefined && { "kubectl-meshreg/targets": record }),
			},
		},
	};
}

const source = (
	record: string | undefined,
	more: Partial<PullSecret> = {},
): PullSecret => ({ ...reader.toPullSecret(secretWith(record)), ...more });

function record(text: string): SourceRecord {
	return parseRecord(text).record ?? assert.fail(text);
}

/** A record with names that together weigh so many bytes. */
function weighing(bytes: number): string {
	const name = (at: number) => `n${String(at).padStart(62, "0")}`;
	const whole = '[{"namespaces":{}}]'.length;
	const one = `"${name(0)}":"",`.length;
	const count = Math.floor((bytes - whole) / one);
	const names = Array.from({ length: count }, (_, at) => [name(at), ""]);
	const text = () =>
		JSON.stringify([{ namespaces: Object.fromEntries(names) }]);
	// The uid of the last makes up for what is missing.
	const last = names.at(-1) ?? assert.fail();
	last[1] = "u".repeat(bytes - text().length);
	assert.equal(text().length, bytes);
	return text();
}

const APP = '[{"namespaces":{"app":""}}]';
const WITH_UID = '[{"namespaces":{"app":"1"}}]';
const SHOP = '[{"namespaces":{"shop":"2"}}]';

describe("what a record is to be written as", () => {
	const HUGE = weighing(RECORD_LIMIT + 100);
	const KEPT = { recordKeeper: "argocd" };
	const ROWS: [
		what: string,
		before: string | undefined,
		after: string,
		written: string | undefined,
		more?: { kept?: true },
	][] = [
		["another", APP, SHOP, SHOP],
		["the same: nothing", APP, APP, undefined],
		["none, and nothing is to be recorded: none", undefined, "[]", undefined],
		[
			"of the most that it may weigh",
			APP,
			weighing(RECORD_LIMIT),
			weighing(RECORD_LIMIT),
		],
		[
			"larger than that, made smaller",
			HUGE,
			weighing(RECORD_LIMIT + 50),
			weighing(RECORD_LIMIT + 50),
		],
		[
			"larger than that, otherwise of that size",
			HUGE,
			HUGE.replace("n0", "m0"),
			HUGE.replace("n0", "m0"),
		],
		["kept by another, and the same", APP, APP, undefined, { kept: true }],
		[
			"kept by another, and a uid is new",
			APP,
			WITH_UID,
			undefined,
			{ kept: true },
		],
	];
	for (const [what, before, after, written, { kept } = {}] of ROWS)
		test(what, () => {
			const changed = recordToWrite(source(before, kept && KEPT), {
				change: () => record(after),
				recording: { what: "app" },
			});
			assert.equal(
				changed && recordText(changed),
				written && recordText(record(written)),
			);
		});

	test("not larger than it may be, with how large it would be", async () => {
		const heavy = record(weighing(RECORD_LIMIT + 1));
		for (const before of [undefined, APP])
			assert.deepEqual(
				await thrownFailure(() =>
					recordToWrite(source(before), {
						change: () => heavy,
						recording: { what: "x" },
					}),
				),
				{
					cause: "record-too-large",
					source: PLACE,
					bytes: RECORD_LIMIT + 1,
					limit: RECORD_LIMIT,
				},
			);
	});

	test("nothing where somebody else keeps it, with what was to be done", async () => {
		for (const more of [{}, { takesOut: true }, { onceInSync: true }] as const)
			assert.deepEqual(
				await thrownFailure(() =>
					recordToWrite(source(APP, KEPT), {
						change: () => record(SHOP),
						recording: { what: "shop", ...more },
					}),
				),
				{
					cause: "record-kept-by-other",
					source: PLACE,
					what: "shop",
					manager: "argocd",
					...more,
				},
			);
	});

	test("nothing where what stands there cannot be read", async () => {
		const why = await thrownFailure(() => recordOf(source("all")));
		assert.equal(why.cause, "record-invalid");
		assert.equal(recordOf(source(undefined)), undefined);
	});
});

describe("a record is changed", () => {
	/** A cluster whose Secret is `now`, read by read; each patch is answered by the next of these, the last for ever. */
	function played(
		now: (string | undefined)[],
		...answers: (Secret | ApiError)[]
	) {
		const patches: unknown[] = [];
		const rights: boolean[] = [];
		const pauses: number[] = [];
		const cluster = {
			canI: async () => rights.shift() ?? false,
			async read() {
				const [text, ...later] = now;
				if (now.length === 0) throw gone;
				if (later.length > 0) now = later;
				return secretWith(text, "2");
			},
			async patch(
				_: "Secret",
				{ name }: PullSecret,
				patch: unknown,
				options: unknown,
			) {
				patches.push([name, patch, options]);
				const answer = answers[Math.min(patches.length, answers.length) - 1];
				if (answer instanceof ApiError) throw answer;
				return answer;
			},
		};
		const change = (
			of: PullSecret,
			dryRun: DryRun = "none",
			make: (before: SourceRecord) => SourceRecord = () => record(SHOP),
		) =>
			changeRecord(
				of,
				{ change: make, recording: { what: "shop" } },
				{
					cluster: cluster as unknown as Cluster,
					reader,
					world: {
						clock: {
							now: () => 0,
							elapsed: () => 0,
							delay: async (pause) => void pauses.push(pause),
						},
						interrupt: new AbortController().signal,
					},
					dryRun,
				},
			);
		return { patches, pauses, rights, change };
	}
	const patch = (text: string, resourceVersion: string, dryRun = false) => [
		"key",
		{
			metadata: {
				resourceVersion,
				annotations: { "kubectl-meshreg/targets": text },
			},
		},
		{ dryRun },
	];
	const gone = new ApiError(404, "NotFound", "no", {
		kind: "secrets",
		name: "key",
		causes: [],
	});
	const conflict = new ApiError(409, "Conflict", "no");
	const forbidden = new ApiError(403, "Forbidden", "no");

	test("as it was read, and what the server stored is what it is then", async () => {
		const { patches, change } = played([], secretWith(SHOP, "9"));
		const changed = await change(source(APP));
		assert.deepEqual(patches, [patch(SHOP, "1")]);
		assert.equal(changed.resourceVersion, "9");
	});

	test("once more of what it is by now, where somebody was faster", async () => {
		const { patches, change } = played([SHOP], conflict);
		const changed = await change(
			source('[{"namespaces":{"app":"","pay":""}}]'),
			"none",
			(before) => withoutNames(before, ["app"]),
		);
		assert.equal(changed.resourceVersion, "2");
		// Without the name by now: there is nothing to write.
		assert.deepEqual(patches, [patch('[{"namespaces":{"pay":""}}]', "1")]);
		const other = played([APP], conflict, secretWith(SHOP, "9"));
		await other.change(source(WITH_UID));
		assert.deepEqual(other.patches, [patch(SHOP, "1"), patch(SHOP, "2")]);
	});

	test("not for ever where somebody always is", async () => {
		const { patches, pauses, change } = played([APP], conflict);
		await assert.rejects(change(source(APP)), conflict);
		assert.equal(patches.length, 200);
		assert.equal(pauses.filter((pause) => pause > 0).length, 199);
	});

	test("not by who may not, unless all that is new is a uid", async () => {
		const { patches, change } = played([], forbidden);
		assert.deepEqual(await thrownFailure(() => change(source(APP))), {
			cause: "record-forbidden",
			source: PLACE,
			what: "shop",
		});
		const before = source(APP);
		assert.equal(await change(before, "none", () => record(WITH_UID)), before);
		assert.equal(patches.length, 2);
	});

	test("what admission refuses is no want of a right: its words stand", async () => {
		const { rights, change } = played([], forbidden);
		rights.push(true);
		await assert.rejects(change(source(APP)), forbidden);
		assert.equal(
			(await thrownFailure(() => change(source(APP)))).cause,
			"record-forbidden",
		);
	});

	test("one that is gone by then is named with where it was", async () => {
		const { change } = played([], gone);
		assert.deepEqual(await thrownFailure(() => change(source(APP))), {
			cause: "source-missing",
			...PLACE,
			elsewhere: [],
			by: "--from",
		});
	});

	for (const status of [404, 422])
		test(`what else the server refuses it for ends it: ${status}`, async () => {
			const refusal = new ApiError(status, "No", "no");
			const { patches, change } = played([APP], refusal);
			await assert.rejects(change(source(APP)), { status });
			assert.equal(patches.length, 1);
		});

	for (const [what, dryRun, uid, asked] of [
		["a client's asks nobody", "client", "u", false],
		["a server's asks the server", "server", "u", true],
		["of a source that it did not make neither does", "server", "", false],
	] as const)
		test(`a dry run says what it would be: ${what}`, async () => {
			const { patches, change } = played([], secretWith(SHOP, "9"));
			const changed = await change(source(APP, { uid }), dryRun);
			assert.deepEqual(patches, asked ? [patch(SHOP, "1", true)] : []);
			assert.equal(changed.resourceVersion, "1");
			assert.deepEqual(changed.annotations, {
				other: "stays",
				"kubectl-meshreg/targets": SHOP,
			});
		});
});
