import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { secret } from "../../support/build.ts";
import { auths, entry } from "../../support/source-entries.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const NOW = Date.parse("2026-11-21T08:00:00Z");
const login = (host: string, user = "u") => [
	"--registry-server",
	host,
	"--registry-username",
	user,
	"--registry-password-stdin",
];

/** A bed whose source holds a.example. */
async function withSource(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["app", "nginx-mesh"] });
	const { status, err } = await bed.run(
		["create", ...login("a.example/path"), "--expires-in", "30d"],
		{ stdin: "one", now: NOW },
	);
	assert.equal(status, 0, err);
	return bed;
}

const source = (bed: TestBed) =>
	bed.server.store.get("Secret", "nginx-mesh", NAME);
const remembered = (bed: TestBed) =>
	Object.fromEntries(
		Object.entries(source(bed)?.metadata.annotations ?? {}).map(
			([name, value]) => [
				name.replace("kubectl-meshreg/", ""),
				JSON.parse(value),
			],
		),
	);

describe("create --add", () => {
	test("adds a registry and leaves the others, with what is remembered of them", async () => {
		await using bed = await withSource();
		const outcome = await bed.run(
			["create", "--add", ...login("docker.io", "v"), "--expires-in", "12h"],
			{ stdin: "two", now: NOW + 1000 },
		);
		assert.deepEqual(outcome, {
			status: 0,
			out: `secret/${NAME} configured in nginx-mesh namespace\n`,
			err: "the credential for docker.io is valid for 12h\n",
			asked: [],
		});
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: {
				"a.example": entry("one"),
				"https://index.docker.io/v1/": entry("two", "v"),
			},
		});
		assert.deepEqual(remembered(bed), {
			targets: [],
			"registry-servers": {
				"a.example": "a.example/path",
				"https://index.docker.io/v1/": "docker.io",
			},
			"issued-at": {
				"a.example": "2026-11-21T08:00:00Z",
				"https://index.docker.io/v1/": "2026-11-21T08:00:01Z",
			},
			"expires-in": {
				"a.example": "30d",
				"https://index.docker.io/v1/": "12h",
			},
		});
	});

	test("the same again is unchanged; another credential for it is refused with advice", async () => {
		await using bed = await withSource();
		const args = ["create", "--add", ...login("a.example")];
		const again = await bed.run(args, { stdin: "one" });
		assert.deepEqual(
			[again.status, again.out],
			[0, `secret/${NAME} unchanged in nginx-mesh namespace\n`],
		);
		const other = await bed.run(args, { stdin: "marked-password" });
		assert.deepEqual(
			[other.status, other.out, other.err],
			[
				1,
				"",
				`error: a.example is in secret "${NAME}" in namespace "nginx-mesh" already; give it another credential with 'kubectl meshreg rotate ${NAME} -n nginx-mesh --registry-server a.example'\n`,
			],
		);
		assert.deepEqual(auths(bed).get("a.example"), entry("one"));
	});

	/** A source that somebody edited by hand. */
	const edited = async (text: string): Promise<TestBed> => {
		const bed = await withSource();
		const secret = source(bed);
		assert.ok(secret);
		bed.server.store.seed({
			...secret,
			kind: "Secret",
			data: { ".dockerconfigjson": Buffer.from(text).toString("base64") },
		});
		return bed;
	};

	for (const key of ["https://b.example", "b.example/v1/", "http://b.example/"])
		test(`a registry that is there as ${key} is refused`, async () => {
			await using bed = await edited(
				JSON.stringify({ auths: { [key]: { auth: btoa("u:p") } } }),
			);
			const outcome = await bed.run(
				["create", "--add", ...login("b.example")],
				{ stdin: "p" },
			);
			assert.deepEqual(
				[outcome.status, outcome.err],
				[
					1,
					`error: secret "${NAME}" in namespace "nginx-mesh" has b.example already, as ${key}; give it another credential with 'kubectl meshreg rotate ${NAME} -n nginx-mesh --registry-server ${key}'\n`,
				],
			);
		});

	test("Docker Hub is one registry by any name", async () => {
		await using bed = await edited('{"auths":{"docker.io":{}}}');
		const outcome = await bed.run(
			["create", "--add", ...login("index.docker.io")],
			{ stdin: "p" },
		);
		assert.match(
			outcome.err,
			/has docker\.io already, as docker\.io; give it another/,
		);
	});

	test("content that does not parse is left alone", async () => {
		await using bed = await edited('{"auths":[]}');
		const outcome = await bed.run(["create", "--add", ...login("b.example")], {
			stdin: "p",
		});
		assert.deepEqual(
			[outcome.status, outcome.err],
			[
				1,
				`error: the content of secret "${NAME}" in namespace "nginx-mesh" cannot be changed: auths is not a JSON object; see what is wrong with 'kubectl meshreg check'\n`,
			],
		);
	});

	test("a source edited meanwhile keeps that edit", async () => {
		await using bed = await withSource();
		let meddled = false;
		const off = bed.server.onRequest(({ method }) => {
			if (method !== "PATCH" || meddled) return undefined;
			meddled = true;
			const secret = source(bed);
			assert.ok(secret);
			bed.server.store.seed({
				...secret,
				kind: "Secret",
				data: {
					".dockerconfigjson": btoa(
						JSON.stringify({ auths: { "a.example": entry("changed") } }),
					),
				},
			});
			return undefined;
		});
		const outcome = await bed.run(["create", "--add", ...login("b.example")], {
			stdin: "two",
		});
		off();
		assert.equal(outcome.status, 0, outcome.err);
		assert.ok(meddled);
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: { "a.example": entry("changed"), "b.example": entry("two") },
		});
	});

	test("F15: another entry that is malformed is said: every pull still fails", async () => {
		await using bed = await edited(
			JSON.stringify({
				auths: {
					"registry.redhat.io": { auth: btoa("a:b") },
					"cp.icr.io": { auth: btoa("marked-password") },
				},
			}),
		);
		const outcome = await bed.run(["create", "--add", ...login("b.example")], {
			stdin: "p",
		});
		assert.deepEqual(
			[outcome.status, outcome.err],
			[
				0,
				`Warning: secret "${NAME}" in namespace "nginx-mesh" cannot be read by kubelets: its entry cp.icr.io is malformed; give it a new credential with 'kubectl meshreg rotate ${NAME} -n nginx-mesh --registry-server cp.icr.io'\n`,
			],
		);
		const fixed = await bed.run(
			["rotate", "--no-verify", ...login("cp.icr.io")],
			{ stdin: "p" },
		);
		assert.equal(fixed.status, 0, fixed.err);
		assert.deepEqual(
			[...auths(bed).keys()],
			["registry.redhat.io", "cp.icr.io", "b.example"],
		);
	});

	test("there has to be a source, and not a copy of one", async () => {
		await using bed = await withSource();
		const none = await bed.run(
			["create", "other", "--add", ...login("b.example")],
			{ stdin: "p" },
		);
		assert.equal(
			none.err,
			`error: there is no secret "other" in namespace "nginx-mesh"; create it with 'kubectl meshreg create other'\n`,
		);
		await bed.run(["sync", "-n", "app"]);
		const copy = await bed.run(
			["create", "-n", "app", "--add", ...login("b.example")],
			{ stdin: "p" },
		);
		assert.equal(
			copy.err,
			`error: secret "${NAME}" in namespace "app" is a copy of nginx-mesh/${NAME}; change that one\n`,
		);
		bed.server.store.seed({
			kind: "Secret",
			metadata: { namespace: "app", name: "foreign" },
			type: "Opaque",
		});
		const foreign = await bed.run(
			["create", "foreign", "-n", "app", "--remove", "b.example"],
			{ stdin: "p" },
		);
		assert.equal(
			foreign.err,
			'error: secret "foreign" in namespace "app" exists but is not managed by meshreg (type Opaque)\n',
		);
	});

	test("an unmanaged Secret is labelled first: then it is edited, and nothing else of it is lost", async () => {
		await using bed = await withSource();
		const token = { identitytoken: "t" };
		const labelled = (labels: Record<string, string>) =>
			secret(
				bed,
				`nginx-mesh/mine`,
				{ "a.example": { username: "u", password: "p" }, "b.example": token },
				{ metadata: { labels } },
			);
		labelled({ team: "x" });
		const REMOVE = ["create", "mine", "--remove", "a.example"];
		const refused = await bed.run(REMOVE);
		const [, label] =
			/; if it may be changed, first run 'kubectl label secret mine -n nginx-mesh (\S+)'\n$/.exec(
				refused.err,
			) ?? [];
		assert.equal(label, "app.kubernetes.io/managed-by=kubectl-meshreg");
		const [key = "", value = ""] = label?.split("=") ?? [];
		labelled({ team: "x", [key]: value });
		assert.equal((await bed.run(REMOVE)).status, 0);
		assert.deepEqual(bed.content("nginx-mesh", "mine"), {
			auths: { "b.example": token },
		});
	});

	test("at a terminal it asks, and says what it adds", async () => {
		await using bed = await withSource();
		const outcome = await bed.run(["create", "--add", "--no-verify"], {
			answers: [
				["Registry server", "b.example"],
				["How do you authenticate?", "Username and password or token"],
				["Username:", "v"],
				["Password:", "two"],
				[
					`Add b.example as v\n  to secret/${NAME} in nginx-mesh namespace (context embedded)?`,
					true,
				],
			],
		});
		assert.equal(outcome.status, 0, outcome.err);
		assert.deepEqual(auths(bed).get("b.example"), entry("two", "v"));
	});

	test("a dry run shows the whole object and writes nothing", async () => {
		await using bed = await withSource();
		const outcome = await bed.run(
			[
				"create",
				"--add",
				...login("b.example"),
				"--dry-run=client",
				"-o",
				"json",
			],
			{ stdin: "two" },
		);
		const { data } = JSON.parse(outcome.out);
		assert.deepEqual(
			Object.keys(JSON.parse(atob(data[".dockerconfigjson"])).auths),
			["a.example", "b.example"],
		);
		assert.deepEqual([...auths(bed).keys()], ["a.example"]);
	});
});

describe("create --remove", () => {
	test("takes a registry out, with what is remembered of it, and leaves the others", async () => {
		await using bed = await withSource();
		await bed.run(["create", "--add", ...login("b.example")], {
			stdin: "two",
			now: NOW,
		});
		const outcome = await bed.run(["create", "--remove", "a.example"]);
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[0, `secret/${NAME} configured in nginx-mesh namespace\n`, ""],
		);
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: { "b.example": entry("two") },
		});
		assert.deepEqual(remembered(bed), {
			targets: [],
			"registry-servers": { "b.example": "b.example" },
			"issued-at": { "b.example": "2026-11-21T08:00:00Z" },
			"expires-in": {},
		});
	});

	test("of two keys of Docker Hub, the one that is left is named", async () => {
		await using bed = await withSource();
		secret(
			bed,
			"nginx-mesh",
			{
				"docker.io": { auth: "dTpw" },
				"https://index.docker.io/v1/": { auth: "dTpw" },
				"a.example": { auth: "dTpw" },
			},
			{ metadata: source(bed)?.metadata ?? {} },
		);
		const { status, err } = await bed.run(["create", "--remove", "docker.io"]);
		assert.deepEqual(
			[status, err],
			[
				0,
				`Warning: the entry https://index.docker.io/v1/ stays, which is for the same registry; remove it with 'kubectl meshreg create ${NAME} -n nginx-mesh --remove docker.io'\n`,
			],
		);
		const again = await bed.run(["create", "--remove", "docker.io"]);
		assert.deepEqual([again.status, again.err], [0, ""]);
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: { "a.example": { auth: "dTpw" } },
		});
	});

	test("D1: the last one is refused, and one that is not there", async () => {
		await using bed = await withSource();
		const last = await bed.run(["create", "--remove", "a.example/path"]);
		assert.deepEqual(
			[last.status, last.err],
			[
				1,
				`error: a.example is all that secret "${NAME}" in namespace "nginx-mesh" holds; to delete it and all others of that name, run 'kubectl meshreg prune ${NAME}'\n`,
			],
		);
		const absent = await bed.run(["create", "--remove", "docker.io"]);
		assert.deepEqual(
			[absent.status, absent.err],
			[
				1,
				`error: docker.io is not in secret "${NAME}" in namespace "nginx-mesh", which has a.example\n`,
			],
		);
	});
});

describe("without a NAME, --add and --remove mean the source that every other command means", () => {
	const ADD = ["create", "--add", ...login("b.example")];
	const REMOVE = ["create", "--remove", "b.example"];
	/** Sources of these names, with a.example each. */
	const withSources = async (...names: string[]): Promise<TestBed> => {
		const bed = await testBed({ namespaces: ["nginx-mesh"] });
		for (const name of names)
			await bed.run(["create", name, ...login("a.example")], { stdin: "one" });
		return bed;
	};

	test("the only one", async () => {
		await using bed = await withSources("team");
		for (const args of [ADD, REMOVE])
			assert.deepEqual(
				await bed.run(args, { stdin: args === ADD ? "two" : "" }),
				{
					status: 0,
					out: "secret/team configured in nginx-mesh namespace\n",
					err: "",
					asked: [],
				},
			);
		assert.deepEqual(bed.content("nginx-mesh", "team"), {
			auths: { "a.example": entry("one") },
		});
	});

	test("the one of the usual name beside others", async () => {
		await using bed = await withSources("team", NAME);
		const outcome = await bed.run(ADD, { stdin: "two" });
		assert.equal(
			outcome.out,
			`secret/${NAME} configured in nginx-mesh namespace\n`,
		);
	});

	test("of several, the one that is chosen at a terminal, once; elsewhere it has to be named", async () => {
		await using bed = await withSources("team", "uu");
		assert.deepEqual(await bed.run(ADD, { stdin: "two" }), {
			status: 1,
			out: "",
			err: 'error: 2 sources in namespace "nginx-mesh": team, uu; choose one by NAME\n',
			asked: [],
		});
		await bed.run(["create", "uu", ...ADD.slice(1)], { stdin: "two" });
		assert.deepEqual(
			await bed.run(REMOVE, {
				answers: [["Which pull secret of nginx-mesh?", "uu"]],
			}),
			{
				status: 0,
				out: "secret/uu configured in nginx-mesh namespace\n",
				err: "Next: kubectl meshreg sync uu --attach\n",
				asked: ["Which pull secret of nginx-mesh?"],
			},
		);
	});
});

test("a new credential without --expires-in forgets when the old one ended", async () => {
	await using bed = await withSource();
	assert.ok(remembered(bed)["expires-in"]["a.example"]);
	await bed.run(["create", "--replace", ...login("a.example")], {
		stdin: "two",
	});
	assert.deepEqual(remembered(bed)["expires-in"], {});
});
