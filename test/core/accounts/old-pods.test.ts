import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { groupOldPods, podsOf } from "../../../src/core/accounts/old-pods.ts";
import type { Pod } from "../../../src/core/objects.ts";
import { commandLine } from "../../../src/report/command-line.ts";
import { pasted } from "../../support/command-context.ts";

const ACCOUNT = {
	metadata: { namespace: "app", name: "default" },
	imagePullSecrets: [{ name: "a" }],
};

function pod(spec: Pod["spec"] = {}, rest: Partial<Pod> = {}): Pod {
	return { metadata: { namespace: "app", name: "p" }, spec, ...rest };
}

describe("pods that keep their old pull Secrets", () => {
	const table: [what: string, pod: Pod, old: boolean][] = [
		["one without any", pod(), true],
		[
			"one with the account's",
			pod({ imagePullSecrets: [{ name: "a" }] }),
			true,
		],
		[
			"one that names the account",
			pod({ serviceAccountName: "default" }),
			true,
		],
		["one with the key", pod({ imagePullSecrets: [{ name: "k" }] }), false],
		[
			"one with a list of its own",
			pod({ imagePullSecrets: [{ name: "b" }] }),
			false,
		],
		["another account's", pod({ serviceAccountName: "b" }), false],
		["a finished one", pod({}, { status: { phase: "Succeeded" } }), false],
		["a failed one", pod({}, { status: { phase: "Failed" } }), false],
		[
			"one that is going",
			pod({}, { metadata: { namespace: "app", deletionTimestamp: "now" } }),
			false,
		],
		["one elsewhere", pod({}, { metadata: { namespace: "shop" } }), false],
	];
	for (const [what, each, old] of table)
		it(`${old ? "are" : "are not"} ${what}`, () => {
			assert.equal(podsOf(ACCOUNT, [each]).length, old ? 1 : 0);
		});

	it("are grouped by what makes them again", () => {
		const of = (name: string, kind?: string, owner = "db"): Pod => ({
			// A StatefulSet's pod that waits holds up the rest.
			status: {
				conditions: [
					{ type: "Ready", status: name === "db-2" ? "False" : "True" },
				],
			},
			metadata: {
				namespace: "app",
				name,
				...(kind && {
					ownerReferences: [
						{
							apiVersion: "apps/v1",
							kind,
							name: owner,
							uid: "u",
							controller: true,
						},
					],
				}),
			},
		});
		const pods = [
			of("db-1", "StatefulSet"),
			of("db-2", "StatefulSet"),
			of("bare"),
			of("db-0", "StatefulSet"),
			of("alone"),
			of("once-x", "Job", "once"),
		];
		const groups = groupOldPods(pods).map(({ scripts, ...rest }) => ({
			...rest,
			commands: scripts.map((script) => commandLine(script, pasted())),
		}));
		assert.deepEqual(groups, [
			{ namespace: "app", pods: ["alone", "bare"], commands: [] },
			{
				namespace: "app",
				pods: ["once-x"],
				commands: ["kubectl delete pod once-x -n app"],
			},
			{
				namespace: "app",
				pods: ["db-0", "db-1", "db-2"],
				commands: [
					"kubectl rollout restart statefulset/db -n app",
					"kubectl delete pod db-2 -n app",
				],
			},
		]);
	});
});
