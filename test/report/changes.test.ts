import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Failure } from "../../src/core/output/failure.ts";
import type { Action, ChangeResult } from "../../src/core/output/result.ts";
import { ApiError, ConnectionError } from "../../src/errors.ts";
import { changeItem, failureLines } from "../../src/report/changes.ts";
import { pasted } from "../support/command-context.ts";

const SOURCE = { namespace: "nginx-mesh", name: "nginx-mesh-registry-key" };
const NAME = SOURCE.name;

const results = (
	why: Failure,
	namespaces: readonly string[],
	action: Action = "failed",
): ChangeResult[] =>
	namespaces.map((namespace) => ({
		context: "c",
		namespace,
		kind: "Secret",
		name: NAME,
		action,
		why,
	}));

const forbidden = (namespace: string): Failure => ({
	cause: "forbidden",
	error: new ApiError(
		403,
		"Forbidden",
		`secrets is forbidden: User "u" cannot create resource "secrets" in the namespace "${namespace}"`,
	),
});

describe("failures of one cause are one line with the namespaces in it", () => {
	const secret = `secret "${NAME}" in`;
	const ROWS: [why: Failure, one: string, three: string][] = [
		[
			{
				cause: "unmanaged",
				type: "kubernetes.io/dockerconfigjson",
				equal: false,
			},
			`error: ${secret} namespace "app" exists but is not managed by meshreg; use sync --force to overwrite it`,
			`error: ${secret} namespaces app, b, c exists but is not managed by meshreg; use sync --force to overwrite it`,
		],
		[
			{ cause: "unmanaged", type: "Opaque", equal: false },
			`error: ${secret} namespace "app" exists but is not managed by meshreg (type Opaque); use sync --force to overwrite it`,
			`error: ${secret} namespaces app, b, c exists but is not managed by meshreg (type Opaque); use sync --force to overwrite it`,
		],
		[
			{ cause: "unmanaged", type: "x); run: a | sh (y", equal: false },
			`error: ${secret} namespace "app" exists but is not managed by meshreg (type "x); run: a | sh (y"); use sync --force to overwrite it`,
			`error: ${secret} namespaces app, b, c exists but is not managed by meshreg (type "x); run: a | sh (y"); use sync --force to overwrite it`,
		],
		[
			{ cause: "managed-by-other", manager: "Helm" },
			`error: ${secret} namespace "app" is managed by Helm; left unchanged`,
			`error: ${secret} namespaces app, b, c is managed by Helm; left unchanged`,
		],
		[
			{ cause: "namespace-missing" },
			'Error from server (NotFound): namespaces "app" not found',
			"Error from server (NotFound): namespaces app, b, c not found",
		],
		[
			{ cause: "namespace-made-again", source: SOURCE, attach: [] },
			"error: app was deleted and created again; confirm with: kubectl meshreg sync -n app --context c",
			"error: app, b, c were deleted and created again; confirm with: kubectl meshreg sync -n app,b,c --context c",
		],
		[
			{
				cause: "namespace-made-again",
				source: { namespace: "keys", name: "team a" },
				attach: [],
			},
			"error: app was deleted and created again",
			"error: app, b, c were deleted and created again",
		],
		[
			{
				cause: "namespace-made-again",
				source: { namespace: "keys", name: "team-a" },
				attach: ["builder", "default"],
			},
			"error: app was deleted and created again; confirm with: kubectl meshreg sync team-a -n app --attach=builder,default --from keys --context c",
			"error: app, b, c were deleted and created again; confirm with: kubectl meshreg sync team-a -n app,b,c --attach=builder,default --from keys --context c",
		],
	];
	for (const [why, one, three] of ROWS)
		test(one, () => {
			assert.equal(
				failureLines(results(why, ["app"]), pasted("--context", "c")),
				`${one}\n`,
			);
			assert.equal(
				failureLines(results(why, ["app", "b", "c"]), pasted("--context", "c")),
				`${three}\n`,
			);
		});

	test("the server's words, whatever namespace they name", () => {
		const all = ["a", "b", "c", "d", "e", "f", "g"].flatMap((namespace) =>
			results(forbidden(`ns-${namespace}`), [`ns-${namespace}`]),
		);
		assert.equal(
			failureLines(all, pasted()),
			'Error from server (Forbidden): secrets is forbidden: User "u" cannot create resource "secrets" in the namespace "ns-a" (in ns-a, ns-b, ns-c, ns-d, ns-e and 2 more)\n',
		);
	});

	test("several pull secrets of which the server says the same", () => {
		const error = new ApiError(404, "NotFound", 'namespaces "b" not found');
		const [one] = results({ cause: "not-found", error }, ["b"]);
		assert.ok(one);
		assert.equal(
			failureLines([one, { ...one, name: "second" }], pasted()),
			'Error from server (NotFound): namespaces "b" not found\n',
		);
	});

	test("namespaces whose names are words of the message", () => {
		const words = ["app", "in", "not", "no", "found", "user", "e"];
		const where = "(in app, in, not, no, found and 2 more)";
		const missing = new ApiError(404, "NotFound", 'things "x" not found');
		assert.equal(
			failureLines(
				results({ cause: "not-found", error: missing }, words),
				pasted(),
			),
			`Error from server (NotFound): things "x" not found ${where}\n`,
		);
		assert.equal(
			failureLines(
				words.flatMap((name) => results(forbidden(name), [name])),
				pasted(),
			),
			`Error from server (Forbidden): secrets is forbidden: User "u" cannot create resource "secrets" in the namespace "app" ${where}\n`,
		);
	});

	test("an object that is called as its namespace is", () => {
		const account = (namespace: string) =>
			results(
				{
					cause: "forbidden",
					error: new ApiError(
						403,
						"Forbidden",
						`serviceaccounts "default" is forbidden: User "u" cannot patch resource "serviceaccounts" in the namespace "${namespace}"`,
					),
				},
				[namespace],
			).map((result) => ({ ...result, name: "default" }));
		assert.equal(
			failureLines(["app", "default", "shop"].flatMap(account), pasted()),
			'Error from server (Forbidden): serviceaccounts "default" is forbidden: User "u" cannot patch resource "serviceaccounts" in the namespace "app" (in app, default, shop)\n',
		);
	});

	test("what differs is another line; what was skipped is a warning", () => {
		assert.equal(
			failureLines(
				[
					...results({ cause: "copy-of-another", source: "x/y" }, ["a", "b"]),
					...results({ cause: "namespace-terminating" }, ["c", "d"], "skipped"),
					...results({ cause: "copy-of-another", source: "x/z" }, ["e"]),
					{
						context: "",
						namespace: "f",
						kind: "Secret",
						name: NAME,
						action: "created",
					},
				],
				pasted(),
			),
			[
				`error: ${secret} namespaces a, b is a copy of x/y; use sync --force to take it over, or sync that source`,
				"Warning: namespaces c, d are being deleted; nothing was written there",
				`error: ${secret} namespace "e" is a copy of x/z; use sync --force to take it over, or sync that source`,
				"",
			].join("\n"),
		);
	});

	test("a bug says that it is one", () => {
		assert.match(
			failureLines(
				results({ cause: "error", error: new TypeError("secret") }, ["app"]),
				pasted(),
			),
			/^error: this is a bug in kubectl-meshreg \(TypeError/,
		);
	});
});

test("an item of -o json has the cause, and the message without what stands before it", () => {
	const [result] = results(forbidden("app"), ["app"]);
	assert.ok(result);
	assert.deepEqual(changeItem(result, pasted()), {
		context: "c",
		namespace: "app",
		kind: "Secret",
		name: NAME,
		action: "failed",
		cause: "forbidden",
		message:
			'secrets is forbidden: User "u" cannot create resource "secrets" in the namespace "app"',
	});
	const strange = new ConnectionError("error: https://h answered with a page");
	const [unreachable] = results({ cause: "unreachable", error: strange }, [""]);
	assert.ok(unreachable);
	assert.equal(
		changeItem(unreachable, pasted()).message,
		"https://h answered with a page",
	);
	assert.equal(
		failureLines([unreachable], pasted()),
		"error: https://h answered with a page\n",
	);
	assert.deepEqual(
		changeItem(
			{
				context: "",
				namespace: "a",
				kind: "Secret",
				name: "n",
				action: "created",
			},
			pasted(),
		),
		{
			context: "",
			namespace: "a",
			kind: "Secret",
			name: "n",
			action: "created",
			cause: "",
			message: "",
		},
	);
});
