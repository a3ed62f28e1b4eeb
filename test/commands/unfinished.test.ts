/** The server goes away in the middle of a change: the last line says that it is not finished, and what finishes it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { secret } from "../support/build.ts";
import { hastyClock } from "../support/connecting.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const CREATE = [
	...["create", "--registry-server=r.example", "--registry-username=u"],
	...["--registry-password-stdin", "--create-namespace"],
];
const ROTATE = ["rotate", "--registry-password-stdin", "--no-verify"];
const SYNC = ["sync", "-n", "a,b", "--attach"];
const EVERYWHERE = ["sync", "-A", "--attach"];

/** What becomes of the request that is waited for; every later one meets a cut connection, or a server that is "away". */
type End = "unasked" | "unanswered" | "logged out" | "away";

const AGAIN = " (run the command again to finish)\n";
const CASES: readonly [
	argv: readonly string[],
	before: readonly (readonly string[])[],
	at: RegExp,
	end: End,
	/** The end of the last line. */
	words: string,
][] = [
	[CREATE, [], /^POST .*\/nginx-mesh\/secrets$/, "unasked", AGAIN],
	[CREATE, [], /^POST .*\/namespaces$/, "unanswered", AGAIN],
	[CREATE, [], /^GET .*\/namespaces\/nginx-mesh$/, "unanswered", "\n"],
	[SYNC, [CREATE], /^GET .*\/a\/serviceaccounts\//, "unasked", AGAIN],
	[SYNC, [CREATE], /^PATCH .*\/a\/serviceaccounts\//, "logged out", AGAIN],
	[SYNC, [CREATE, SYNC], /^GET .*\/a\/serviceaccounts\//, "unasked", "\n"],
	[EVERYWHERE, [CREATE], /^GET \/api\/v1\/serviceaccounts$/, "away", AGAIN],
	[EVERYWHERE, [CREATE], /^GET \/api\/v1\/secrets$/, "away", "\n"],
	[SYNC, [CREATE], /^GET .*\/nginx-mesh\/secrets\//, "unanswered", "\n"],
	[
		["attach", "-n", "a,b"],
		[CREATE, ["sync", "-n", "a,b"]],
		/^PATCH .*\/b\/serviceaccounts\//,
		"unanswered",
		AGAIN,
	],
	[
		ROTATE,
		[CREATE, SYNC],
		/^PATCH .*\/nginx-mesh\/secrets\//,
		"unanswered",
		AGAIN,
	],
	[ROTATE, [CREATE, SYNC], /^GET .*\/namespaces\/a$/, "unasked", "\n"],
	[
		ROTATE,
		[CREATE, SYNC],
		/^PATCH .*\/a\/secrets\//,
		"unasked",
		"(0 of 2 namespaces are done; run the command again to finish)\n",
	],
	[ROTATE, [CREATE, SYNC], /^GET .*\/nginx-mesh\/secrets\//, "unasked", "\n"],
];

/** Runs it against a server that goes away so at the first request that is `at`. */
function runUntil(
	bed: TestBed,
	argv: readonly string[],
	at: RegExp,
	end: End,
): ReturnType<TestBed["run"]> {
	let gone = false;
	bed.server.onRequest(({ method, path }) => {
		if (!gone && !at.test(`${method} ${path}`)) return undefined;
		const isFirst = !gone;
		gone = true;
		if (end === "away")
			return { answer: { status: 503, reason: "ServiceUnavailable" } };
		if (!isFirst) return { cut: "before" };
		if (end === "logged out")
			return { answer: { status: 401, reason: "Unauthorized" } };
		return { cut: end === "unanswered" ? "after" : "before" };
	});
	return bed.run(argv, { stdin: "two", clock: hastyClock() });
}

describe("the server goes away", () => {
	for (const [argv, before, at, end, words] of CASES)
		test(`${argv[0]}: ${at.source} ${end}`, async () => {
			await using bed = await testBed({
				namespaces: ["a", "b"],
				defaultServiceAccounts: true,
			});
			for (const earlier of before) {
				const { status, err } = await bed.run(earlier, { stdin: "one" });
				assert.equal(status, 0, err);
			}
			const { status, err } = await runUntil(bed, argv, at, end);
			assert.equal(status, 1);
			assert.match(
				err,
				/^(Unable to connect|error: You must be logged in|Error from server \(ServiceUnavailable\))/,
			);
			assert.equal(err.endsWith(words), true, err);
			assert.equal(err.endsWith(AGAIN), words === AGAIN, err);
			assert.equal(err.split("\n").length, 2, err);
		});
});

test("a namespace that failed is not among those that are done", async () => {
	await using bed = await testBed({ namespaces: ["a", "b"] });
	await bed.run(CREATE, { stdin: "one" });
	secret(bed, "a", {});
	const { err } = await runUntil(
		bed,
		["sync", "-n", "a,b"],
		/^POST .*\/b\/secrets$/,
		"unasked",
	);
	assert.match(err, /\(0 of 2 namespaces are done; run the command again/);
});

test("what was done behind what ended it is told, too", async () => {
	await using bed = await testBed({
		namespaces: ["a", "b"],
		defaultServiceAccounts: true,
	});
	for (const argv of [CREATE, ["sync", "-n", "a,b"]])
		await bed.run(argv, { stdin: "one" });
	const { promise: second, resolve } = Promise.withResolvers<void>();
	bed.server.onRequest(async ({ method, path }) => {
		if (method !== "PATCH") return undefined;
		if (path.includes("/b/")) {
			setImmediate(resolve);
			return undefined;
		}
		await second;
		await new Promise((run) => setImmediate(run));
		return { answer: { status: 401, reason: "Unauthorized" } };
	});
	const { status, out } = await bed.run(["attach", "-n", "a,b"]);
	assert.deepEqual(
		[status, out],
		[1, "serviceaccount/default configured in b namespace\n"],
	);
});

test("create -o json has the namespace that it made before the server went away", async () => {
	await using bed = await testBed();
	const { out } = await runUntil(
		bed,
		[...CREATE, "-o", "json"],
		/^POST .*\/nginx-mesh\/secrets$/,
		"unasked",
	);
	assert.deepEqual(
		JSON.parse(out).items.map(
			({ kind, action }: { kind: string; action: string }) => [kind, action],
		),
		[
			["Namespace", "created"],
			["", "failed"],
		],
	);
});
