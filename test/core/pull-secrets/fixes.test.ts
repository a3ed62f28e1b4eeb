import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandContextOf } from "../../../src/core/command-context.ts";
import type { Script } from "../../../src/core/output/shell.ts";
import {
	attaching,
	canBeWritten,
	creating,
	Fixes,
	type FixTarget,
	onRegistry,
	rotating,
	syncing,
} from "../../../src/core/pull-secrets/fixes.ts";
import { ContentReader } from "../../../src/core/pull-secrets/pull-secret.ts";
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
		[
			(fixes) => fixes.attach(["a"], ["default", "x"], "third"),
			"kubectl meshreg attach default x -n a --secret third",
			"kubectl meshreg attach default x -n a --secret third",
		],
		[
			(fixes) =>
				new Fixes({ ...usual, exists: true }).attach(["a"], ["x"], fixes.name),
			"kubectl meshreg attach x -n a",
			"kubectl meshreg attach x -n a --secret other",
		],
		[
			() => new Fixes(elsewhere).attach(["a"], ["x"], usual.name),
			"kubectl meshreg attach x -n a --secret nginx-mesh-registry-key",
			"kubectl meshreg attach x -n a --secret nginx-mesh-registry-key",
		],
		[
			() => Fixes.of(elsewhere).create("r.io"),
			"kubectl meshreg create other -n keys --add --registry-server r.io",
			"kubectl meshreg create other -n keys --add --registry-server r.io",
		],
		[
			(fixes) => fixes.createAt("a", "b", "r.io"),
			"kubectl meshreg create b -n a --registry-server r.io",
			"kubectl meshreg create b -n a --registry-server r.io",
		],
		[
			(fixes) => fixes.takeOver("a", "b", "r.io"),
			"kubectl meshreg create b -n a --force --registry-server r.io",
			"kubectl meshreg create b -n a --force --registry-server r.io",
		],
		[
			(fixes) => fixes.rotateAt("a", "b", "r.io"),
			"kubectl meshreg rotate b -n a --registry-server r.io",
			"kubectl meshreg rotate b -n a --registry-server r.io",
		],
		[
			(fixes) => fixes.createSource(),
			"kubectl meshreg create",
			"kubectl meshreg create other -n keys",
		],
		[
			(fixes) => fixes.check(),
			"kubectl meshreg check",
			"kubectl meshreg check other --from keys/other",
		],
		[
			(fixes) => fixes.sync(["a"], ["*", "x"]),
			"kubectl meshreg sync -n a '--attach=*'",
			"kubectl meshreg sync other -n a '--attach=*' --from keys/other",
		],
		[
			(fixes) => fixes.syncRecorded(),
			"kubectl meshreg sync",
			"kubectl meshreg sync other --from keys/other",
		],
		[
			(fixes) => fixes.syncRecorded("--adopt"),
			"kubectl meshreg sync --adopt",
			"kubectl meshreg sync other --adopt --from keys/other",
		],
		[
			(fixes) => fixes.sync(["a"], [], "--adopt"),
			"kubectl meshreg sync -n a --adopt",
			"kubectl meshreg sync other -n a --adopt --from keys/other",
		],
		[
			(fixes) => fixes.forget("a", "b"),
			"kubectl meshreg sync --forget a,b",
			"kubectl meshreg sync other --forget a,b --from keys/other",
		],
		[
			(fixes) => fixes.prune(["a", "b"]),
			"kubectl meshreg prune -n a,b",
			"kubectl meshreg prune other -n a,b",
		],
		[
			(fixes) => fixes.accounts("detach", ["x"], ["-n", "a"]),
			"kubectl meshreg detach x -n a",
			"kubectl meshreg detach x -n a --secret other --from keys",
		],
		[
			(fixes) => fixes.accounts("attach", ["*"], ["-A"]),
			"kubectl meshreg attach --all-serviceaccounts -A",
			"kubectl meshreg attach --all-serviceaccounts -A --secret other --from keys",
		],
		[
			(fixes) => fixes.byPolicy("attach"),
			"kubectl meshreg attach --by-policy",
			"kubectl meshreg attach --by-policy --secret other --from keys",
		],
		[
			() => syncing(elsewhere, "-A"),
			"kubectl meshreg sync other --from keys -A",
			"kubectl meshreg sync other --from keys -A",
		],
		[() => syncing(usual), "kubectl meshreg sync", "kubectl meshreg sync"],
		[
			() => creating("other"),
			"kubectl meshreg create other",
			"kubectl meshreg create other",
		],
		[
			() => rotating(elsewhere, "r.io", ["r.io"]),
			"kubectl meshreg rotate other -n keys --registry-server r.io",
			"kubectl meshreg rotate other -n keys --registry-server r.io",
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
	const rows: [what: string, fix: Script | undefined][] = [
		["a registry", new Fixes(usual).create(bad)],
		["no registry", new Fixes(usual).rotate(undefined)],
		["a namespace", new Fixes(usual).sync([bad])],
		["an account", new Fixes(usual).sync(["a"], [bad])],
		["an account of two", new Fixes(usual).attach(["a"], ["b", bad])],
		["an account by itself", new Fixes(usual).accounts("detach", [bad], [])],
		["a pull secret", new Fixes(usual).attach(["a"], ["b"], bad)],
		["a name", new Fixes({ ...usual, name: bad }).createSource()],
		[
			"a source's namespace",
			new Fixes({ ...usual, namespace: bad }).sync(["a"]),
		],
		["a source's name", new Fixes({ ...elsewhere, name: bad }).syncRecorded()],
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
	it("the longest that a label takes", () =>
		assert.notEqual(
			new Fixes({ ...usual, name: "a".repeat(63) }).createSource(),
			undefined,
		));
	it("a source that is there has one", () =>
		assert.equal(
			commandLine(
				new Fixes({ ...long, exists: true }).create("r.io") ?? [],
				pasted(),
			),
			`kubectl meshreg create ${long.name} --add --registry-server r.io`,
		));
});

describe("a source that has to be put right first", () => {
	const target = (content: string, record: string): FixTarget => ({
		...elsewhere,
		source: new ContentReader().toPullSecret({
			metadata: {
				...elsewhere,
				annotations: { "kubectl-meshreg/targets": record },
			},
			type: "kubernetes.io/dockerconfigjson",
			data: { ".dockerconfigjson": btoa(content) },
		}),
	});
	const good = '{"auths":{"r.io":{"auth":"dTpw"}}}';
	const sound = new Fixes(target(good, "[]"));
	const stuck = new Fixes(target(good, "no record"));
	const empty = new Fixes(target('{"auths":{}}', "[]"));
	const broken = new Fixes(target("{", "[]"));
	const all: [verb: string, fix: (fixes: Fixes) => Script | undefined][] = [
		["create", (fixes) => fixes.create("r.io")],
		["replace", (fixes) => fixes.replace("r.io")],
		["rotate", (fixes) => fixes.rotate("r.io")],
		["sync", (fixes) => fixes.sync(["a"])],
		["syncRecorded", (fixes) => fixes.syncRecorded()],
		["adopt", (fixes) => fixes.syncRecorded("--adopt")],
		["forget", (fixes) => fixes.forget("a")],
		["attach", (fixes) => fixes.attach(["a"], ["x"])],
		["another's attach", (fixes) => fixes.attach(["a"], ["x"], "third")],
		["check", (fixes) => fixes.check()],
	];
	const printed = (fixes: Fixes) =>
		all.filter(([, fix]) => fix(fixes) !== undefined).map(([verb]) => verb);
	const sends = ["sync", "syncRecorded", "adopt"];
	const verbs = all.map(([verb]) => verb);

	it("nothing writes beside a record that cannot be read", () => {
		assert.deepEqual(printed(sound), verbs);
		assert.deepEqual(printed(stuck), ["another's attach", "check"]);
	});

	it("nothing is sent that no kubelet can use", () => {
		const rest = verbs.filter((verb) => !sends.includes(verb));
		assert.deepEqual(printed(empty), rest);
		// Another entry would not let it serve.
		assert.deepEqual(
			printed(broken),
			rest.filter((verb) => verb !== "create"),
		);
	});
});

describe("a command that nobody but a person runs", () => {
	const isByHand = (script: Script | undefined) =>
		script?.map(({ byHand }) => byHand);
	const fixes = new Fixes(elsewhere);
	for (const [what, script, expected] of [
		["at the source", fixes.rotate("r.io"), undefined],
		["elsewhere", fixes.rotateAt("a", "other", "r.io"), "a"],
		["where the source is", fixes.rotateAt("keys", "b", "r.io"), undefined],
	] as const)
		it(what, () => assert.deepEqual(isByHand(script), [expected]));
});

it("an entry is written in lower case, as kubelets compare", () => {
	assert.ok(canBeWritten("r.io"));
	assert.ok(!canBeWritten("R.io"));
	assert.equal(new Fixes(usual).create("R.io"), undefined);
	assert.notEqual(new Fixes(usual).replace("R.io"), undefined);
	assert.equal(onRegistry("rotate", usual, [], undefined), undefined);
});

it("accounts stand behind --attach only where they are not the default alone", () => {
	assert.deepEqual(attaching([]), []);
	assert.deepEqual(attaching(["default"]), ["--attach"]);
	assert.deepEqual(attaching(["x", "*"]), ["--attach=*"]);
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
