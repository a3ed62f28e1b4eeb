import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandContextOf } from "../../../src/core/command-context.ts";
import type { Script } from "../../../src/core/output/shell.ts";
import { Fixes, type FixTarget } from "../../../src/core/pull-secrets/fixes.ts";
import { commandLine } from "../../../src/report/command-line.ts";
import { pasted } from "../../support/command-context.ts";

const usual: FixTarget = {
	namespace: "nginx-mesh",
	name: "nginx-mesh-registry-key",
	exists: false,
};
const elsewhere: FixTarget = { namespace: "keys", name: "other", exists: true };

describe("a command that fixes", () => {
	const rows: [
		fix: (fixes: Fixes) => Script | undefined,
		usual: string,
		elsewhere: string,
	][] = [
		[
			(fixes) => fixes.create("r.io:5000"),
			"kubectl meshreg create --registry-server r.io:5000",
			"kubectl meshreg create other -n keys --add --registry-server r.io:5000",
		],
		[
			(fixes) => fixes.replace("[::1]:5000"),
			"kubectl meshreg create --replace --registry-server '[::1]:5000'",
			"kubectl meshreg create other -n keys --replace --registry-server '[::1]:5000'",
		],
		[
			(fixes) => fixes.rotate("docker.io"),
			"kubectl meshreg rotate --registry-server docker.io",
			"kubectl meshreg rotate other -n keys --registry-server docker.io",
		],
		[
			(fixes) => fixes.sync(["a", "b"], ["default"]),
			"kubectl meshreg sync -n a,b --attach",
			"kubectl meshreg sync other -n a,b --attach --from keys/other",
		],
		[
			(fixes) => fixes.sync(["a"], ["default", "runner"]),
			"kubectl meshreg sync -n a --attach=default,runner",
			"kubectl meshreg sync other -n a --attach=default,runner --from keys/other",
		],
		[
			(fixes) => fixes.attach(["a"], ["default"]),
			"kubectl meshreg attach -n a --secret nginx-mesh-registry-key",
			"kubectl meshreg attach -n a --secret other",
		],
		[
			(fixes) => fixes.attach(["a", "b"], ["x", "y"], "third"),
			"kubectl meshreg attach x y -n a,b --secret third",
			"kubectl meshreg attach x y -n a,b --secret third",
		],
	];
	for (const [fix, first, second] of rows)
		it(first, () => {
			assert.equal(commandLine(fix(new Fixes(usual)) ?? [], pasted()), first);
			assert.equal(
				commandLine(fix(new Fixes(elsewhere)) ?? [], pasted()),
				second,
			);
		});
});

describe("no command is printed about a name that is none", () => {
	const bad = "x;touch y";
	const injected = (kind: string, name: string) =>
		new Fixes(usual).inject({ kind, name, script: [], held: false }, "a", "b");
	const rows: [what: string, fix: Script | undefined][] = [
		["a registry", new Fixes(usual).create(bad)],
		["a namespace", new Fixes(usual).sync([bad])],
		["an account", new Fixes(usual).sync(["a"], [bad])],
		["an account of two", new Fixes(usual).attach(["a"], ["b", bad])],
		["a pull secret", new Fixes(usual).attach(["a"], ["b"], bad)],
		["a name", new Fixes({ ...usual, name: bad }).createSource()],
		[
			"a source's namespace",
			new Fixes({ ...usual, namespace: bad }).sync(["a"]),
		],
		["a kind", injected(bad, "x")],
		["an owner", injected("Deployment", bad)],
	];
	for (const [what, fix] of rows) it(what, () => assert.equal(fix, undefined));
});

describe("a name too long for its label: what makes one needs --label, which nobody but a person knows", () => {
	const long = { ...usual, name: "a".repeat(64) };
	const rows: [what: string, fix: Script | undefined][] = [
		["a source", new Fixes(long).createSource()],
		["a source for a registry", new Fixes(long).create("r.io")],
		["one beside another", new Fixes(usual).createAt("b", long.name, "r.io")],
		["an unmanaged one", new Fixes(usual).takeOver("b", long.name, "r.io")],
	];
	for (const [what, fix] of rows) it(what, () => assert.equal(fix, undefined));
	it("a source that is there has one", () =>
		assert.equal(
			commandLine(
				new Fixes({ ...long, exists: true }).create("r.io") ?? [],
				pasted(),
			),
			`kubectl meshreg create ${long.name} --add --registry-server r.io`,
		));
});

describe("what the environment says is left out, and nothing else", () => {
	const rows: [env: Readonly<Record<string, string>>, line: string][] = [
		[{}, "kubectl meshreg rotate --registry-server r.io"],
		[
			{ MESHREG_NAMESPACE: "nginx-mesh", MESHREG_MESH: "nginx" },
			"kubectl meshreg rotate --registry-server r.io",
		],
		[
			{ MESHREG_NAME: "mine" },
			"kubectl meshreg rotate nginx-mesh-registry-key --registry-server r.io",
		],
		[
			{ MESHREG_NAMESPACE: "keys" },
			"kubectl meshreg rotate -n nginx-mesh --registry-server r.io",
		],
		...["istio", "none", "of-nobody"].map(
			(mesh): [Readonly<Record<string, string>>, string] => [
				{ MESHREG_MESH: mesh },
				"kubectl meshreg rotate nginx-mesh-registry-key -n nginx-mesh --registry-server r.io",
			],
		),
	];
	for (const [env, line] of rows)
		it(`${JSON.stringify(env)}: ${line}`, () =>
			assert.equal(
				commandLine(
					new Fixes(usual).rotate("r.io") ?? [],
					commandContextOf({}, env),
				),
				line,
			));
});
