import assert from "node:assert/strict";
import { test } from "node:test";
import { type Finding, finding } from "../../src/core/check/finding.ts";
import type { Page } from "../../src/core/output/look.ts";
import {
	type CommandContext,
	meshreg,
	NO_CONTEXT,
} from "../../src/core/output/shell.ts";
import { plain } from "../../src/core/output/styled.ts";
import { checkStory } from "../../src/report/check.ts";
import { pasted } from "../support/command-context.ts";

const fix = meshreg("sync", "-n", "app,shop", "--attach");

const storyOf = (
	findings: readonly Finding[],
	how: Pick<Page, "quiet" | "columns"> & { commandContext: CommandContext },
) => plain(checkStory({ findings, ...how }, how));

test("what others wrote is printed on one line, and drives no terminal", () => {
	assert.equal(
		storyOf(
			[
				finding("copies", "note", {
					about: {
						cause: "claimants",
						of: "a\nb\x1b[2J\u202e",
						same: undefined,
						orphaned: false,
					},
				}),
			],
			{ quiet: false, commandContext: NO_CONTEXT, columns: undefined },
		),
		`copies
------
i : calls itself a copy of "a b [2J", which is not a source that is checked here
`,
	);
});

test("several namespaces are, and one is", () => {
	const ref = "nginx-mesh/key";
	const told = (namespaces: readonly string[]) =>
		storyOf(
			[
				finding("copies", "problem", {
					about: { cause: "namespace-made-again", ref },
					namespaces,
				}),
				finding("copies", "note", {
					about: { cause: "namespace-gone", ref },
					namespaces,
				}),
				finding("copies", "note", {
					about: { cause: "claimants", of: "a/b", same: true, orphaned: false },
					namespaces,
				}),
			],
			{ quiet: false, commandContext: NO_CONTEXT, columns: undefined },
		)
			.split("\n")
			.filter((line) => /^[×i] /.test(line));
	assert.deepEqual(told(["app"]), [
		"× app was deleted and created again since nginx-mesh/key was sent to it",
		"i app is recorded for nginx-mesh/key, and does not exist",
		"i app: calls itself a copy of a/b, with its content; not recorded",
	]);
	assert.deepEqual(told(["app", "shop"]), [
		"× app, shop were deleted and created again since nginx-mesh/key was sent to them",
		"i app, shop are recorded for nginx-mesh/key, and do not exist",
		"i app, shop: call themselves copies of a/b, with its content; not recorded",
	]);
});

test("a workload that goes on on a second line is told from the next one, and from what to know", () => {
	const workload = (name: string) => ({
		kind: "Deployment",
		name,
		namespace: "shop",
		pods: [name],
		images: ["registry.example.com/team/image:1.2.3"],
	});
	const text = storyOf(
		[
			finding("pods", "note", {
				about: {
					cause: "would-not-restart",
					pods: 2,
					hosts: ["registry.example.com"],
				},
				workloads: [workload("a"), workload("b")],
			}),
		],
		{ quiet: false, commandContext: NO_CONTEXT, columns: 50 },
	);
	assert.equal(
		text,
		`pods
----
i 2 pods would not start again on a kubelet from
  1.35 on: no pull secret for registry.example.com
    shop: deployment/a (1 pod):
      registry.example.com/team/image:1.2.3
    shop: deployment/b (1 pod):
      registry.example.com/team/image:1.2.3
    Kubelets from 1.35 on want a pod's credential
    for images that another pod brought, unless
    they are public.
`,
	);
});

test("-q leaves out what is ok and notes, whatever they are about", () => {
	const one = (severity: (typeof SEVERITIES)[number]) =>
		finding("copies", severity, {
			about: { cause: "copy-missing", ref: severity },
		});
	const text = storyOf([...SEVERITIES.map(one)], {
		quiet: true,
		commandContext: NO_CONTEXT,
		columns: undefined,
	});
	assert.deepEqual(
		SEVERITIES.filter((severity) => text.includes(severity)),
		["warning", "problem"],
	);
});

const SEVERITIES = ["ok", "note", "warning", "problem"] as const;

test("at a terminal nothing is wider, and what is pasted is still one command", () => {
	const text = storyOf(
		[
			finding("copies", "problem", {
				about: { cause: "copy-missing", ref: "keys/mine" },
				namespaces: ["app", "shop"],
				fix,
			}),
		],
		{ quiet: false, commandContext: pasted("--context", "prod"), columns: 30 },
	);
	assert.equal(
		text,
		`copies
------
× no copy of keys/mine in app,
  shop, where its record sends
  it
    Fix: kubectl meshreg \\
        sync -n app,shop \\
        --attach --context \\
        prod
`,
	);
	for (const line of text.split("\n")) assert.ok(line.length <= 30, line);
});

test("B10: a closing block has each command once", () => {
	const one = (ref: string) =>
		finding("copies", "problem", {
			about: { cause: "copy-missing", ref },
			namespaces: ["app"],
			fix,
		});
	const other = finding("copies", "problem", {
		about: { cause: "copy-missing", ref: "c/d" },
		namespaces: ["app"],
		fix: meshreg("sync", "-n", "app"),
	});
	const text = storyOf([one("a/b"), one("b/c"), other], {
		quiet: false,
		commandContext: NO_CONTEXT,
		columns: undefined,
	});
	assert.equal(
		text.slice(text.indexOf("Fix\n---")),
		`Fix
---
kubectl meshreg sync -n app,shop --attach
kubectl meshreg sync -n app
`,
	);
});

test("of what one namespace has any number of, ten are shown, and their commands", () => {
	const findings = Array.from({ length: 300 }, (_, at) =>
		finding("service accounts", "problem", {
			about: {
				cause: "dangling",
				accounts: ["default"],
				secrets: [`gone-${at}`],
			},
			namespaces: ["evil"],
			fix: meshreg("detach", "default", "--secret", `gone-${at}`),
		}),
	);
	const told = storyOf(findings, {
		quiet: false,
		commandContext: NO_CONTEXT,
		columns: 80,
	}).split("\n");
	const command = (at: number) =>
		`kubectl meshreg detach default --secret gone-${at}`;
	assert.deepEqual(
		told.filter((line) => line.includes("kubectl")),
		[
			...Array.from({ length: 10 }, (_, at) => `    Fix: ${command(at)}`),
			...Array.from({ length: 10 }, (_, at) => command(at)),
		],
	);
	assert.ok(
		told.includes("× evil: 290 more like these (dangling); -o json shows each"),
	);
});
