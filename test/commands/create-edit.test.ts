import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type TestBed, testBed } from "../support/test-bed.ts";

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

const entry = (password: string, user = "u") => ({
	username: user,
	password,
	auth: btoa(`${user}:${password}`),
});
/** The registries of the source, by key. */
function auths(bed: TestBed): Map<string, unknown> {
	const content = bed.content("nginx-mesh");
	assert.ok(typeof content === "object" && content !== null);
	return new Map(Object.entries(Reflect.get(content, "auths")));
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
			err: "",
			asked: [],
		});
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: {
				"a.example": entry("one"),
				"https://index.docker.io/v1/": entry("two", "v"),
			},
		});
		assert.deepEqual(remembered(bed), {
			"registry-servers": {
				"a.example": "a.example/path",
				"https://index.docker.io/v1/": "docker.io",
			},
			"issued-at": {
				"a.example": "2026-11-21T08:00:00.000Z",
				"https://index.docker.io/v1/": "2026-11-21T08:00:01.000Z",
			},
			"expires-at": {
				"a.example": "2026-12-21T08:00:00Z",
				"https://index.docker.io/v1/": "2026-11-21T20:00:01Z",
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

	for (const key of [
		"https://b.example",
		"b.example/v1/",
		"http://b.example/",
		"B.example",
	])
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
					`error: secret "${NAME}" in namespace "nginx-mesh" has b.example already, under another key that counts as the same; take that out first with 'kubectl meshreg create ${NAME} -n nginx-mesh --remove b.example'\n`,
				],
			);
		});

	test("Docker Hub is one registry by any name", async () => {
		await using bed = await edited('{"auths":{"docker.io":{}}}');
		const outcome = await bed.run(
			["create", "--add", ...login("index.docker.io")],
			{ stdin: "p" },
		);
		assert.match(outcome.err, /has docker\.io already, under another key/);
	});

	test("content that does not parse is left alone", async () => {
		await using bed = await edited("{}");
		const outcome = await bed.run(["create", "--add", ...login("b.example")], {
			stdin: "p",
		});
		assert.deepEqual(
			[outcome.status, outcome.err],
			[
				1,
				`error: the content of secret "${NAME}" in namespace "nginx-mesh" cannot be changed: it has no auths; write it anew with 'kubectl meshreg create --replace'\n`,
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

	test("there has to be a source, and not a copy of one", async () => {
		await using bed = await withSource();
		const none = await bed.run(
			["create", "other", "--add", ...login("b.example")],
			{ stdin: "p" },
		);
		assert.equal(
			none.err,
			`error: there is no secret "other" in namespace "nginx-mesh": make it with 'kubectl meshreg create'\n`,
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
			'error: secret "foreign" in namespace "app" is somebody else\'s (type Opaque, no owner label): it is left alone\n',
		);
	});

	test("at a terminal it asks, and says what it adds", async () => {
		await using bed = await withSource();
		const outcome = await bed.run(["create", "--add", "--no-verify"], {
			answers: [
				["Registry server", "b.example"],
				["How do you authenticate?", "password"],
				["User name:", "v"],
				["Password:", "two"],
				[`Add b.example as v to secret/${NAME} in nginx-mesh namespace?`, true],
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
			"registry-servers": { "b.example": "b.example" },
			"issued-at": { "b.example": "2026-11-21T08:00:00.000Z" },
			"expires-at": {},
		});
	});

	test("the last one is refused, and one that is not there", async () => {
		await using bed = await withSource();
		const last = await bed.run(["create", "--remove", "https://a.example/x"]);
		assert.deepEqual(
			[last.status, last.err],
			[
				1,
				`error: a.example is all that secret "${NAME}" in namespace "nginx-mesh" holds; to be rid of it and its copies, run 'kubectl meshreg prune ${NAME}'\n`,
			],
		);
		const absent = await bed.run(["create", "--remove", "docker.io"]);
		assert.deepEqual(
			[absent.status, absent.err],
			[
				1,
				`error: docker.io is not in secret "${NAME}" in namespace "nginx-mesh", which has a.example; add it with 'kubectl meshreg create ${NAME} -n nginx-mesh --add --registry-server docker.io'\n`,
			],
		);
	});
});

test("a new credential without --expires-in forgets when the old one ended", async () => {
	await using bed = await withSource();
	assert.ok(remembered(bed)["expires-at"]["a.example"]);
	await bed.run(["create", "--replace", ...login("a.example")], {
		stdin: "two",
	});
	assert.deepEqual(remembered(bed)["expires-at"], {});
});

describe("flags that contradict each other are refused with status 2", () => {
	const PAIRS: readonly [args: string[], error: string][] = [
		[["--add", "--replace"], "--add and --replace"],
		[["--add", "--remove", "b"], "--add and --remove"],
		[["--add", "--create-namespace"], "--add and --create-namespace"],
		[["--remove", "b", "--replace"], "--remove and --replace"],
		[
			["--remove", "b", "--registry-server", "b"],
			"--remove and --registry-server",
		],
		[["--remove", "b", "--verify"], "--remove and --verify"],
		[["--remove", "b", "--expires-in", "1h"], "--remove and --expires-in"],
		[["--verify", "--no-verify"], "--no-verify and --verify"],
		[
			["--no-verify", "--verify-image", "a.example/x"],
			"--no-verify and --verify-image",
		],
		[["--no-verify", "--insecure"], "--no-verify and --insecure"],
		[["--no-verify", "--registry-ca", "x"], "--no-verify and --registry-ca"],
		[
			["--from-docker-config", "--registry-username", "u"],
			"--from-docker-config and --registry-username",
		],
		[
			["--from-docker-config", "--registry-key", "k"],
			"--from-docker-config and --registry-key",
		],
		[
			["--from-docker-config", "--docker-password", "p"],
			"--from-docker-config and --docker-password",
		],
	];
	for (const [args, error] of PAIRS)
		test(args.join(" "), async () => {
			await using bed = await testBed();
			const outcome = await bed.run(["create", ...args], { stdin: "p" });
			assert.deepEqual(
				[outcome.status, outcome.err],
				[2, `error: ${error} cannot be used together\n`],
			);
		});

	const WRONG: readonly [args: string[], error: string][] = [
		[
			["--remove", "a b"],
			"error: --remove: the server holds white space; give HOST or HOST:PORT, for example registry.example.com:5000\n",
		],
		[
			["--registry-server", "a", "--registry-server", "b"],
			"error: --registry-server can be repeated only with --from-docker-config: one credential is for one registry\n",
		],
		[
			["--from-docker-config="],
			"error: --from-docker-config: the path is empty; is a variable unset?\n",
		],
		[["--registry-ca", ""], "error: --registry-ca: the path is empty\n"],
		[
			["--verify-image", "UPPER"],
			"error: --verify-image: invalid reference format: repository name must be lowercase\n",
		],
		[
			["--expires-in", "soon"],
			"error: invalid value for --expires-in: must be a duration such as 30s, 2m or 1h30m\n",
		],
		[
			["--expires-in", "0h"],
			"error: invalid value for --expires-in: must be a duration such as 12h, 7d or 1d12h\n",
		],
		[
			["--expires-in", "99999d"],
			"error: invalid value for --expires-in: must be a duration such as 12h, 7d or 1d12h\n",
		],
	];
	for (const [args, error] of WRONG)
		test(args.join(" "), async () => {
			await using bed = await testBed();
			const outcome = await bed.run(["create", ...args]);
			assert.deepEqual([outcome.status, outcome.err], [2, error]);
		});
});

describe("create --from-docker-config", () => {
	const config = {
		auths: {
			"ghcr.io": { auth: btoa("u:one") },
			"https://index.docker.io/v1/": { auth: btoa("v:two") },
			"c.example": { auth: btoa("w:three") },
			"quay.io/team": { auth: btoa("x:four") },
		},
	};
	const withConfig = async (content: unknown = config) => {
		const bed = await testBed({ namespaces: ["nginx-mesh"] });
		const path = join(bed.folder, "config.json");
		await writeFile(path, JSON.stringify(content));
		return {
			bed,
			path,
			[Symbol.asyncDispose]: () => bed[Symbol.asyncDispose](),
		};
	};

	test("takes the registries that are named, and no others", async () => {
		await using given = await withConfig();
		const outcome = await given.bed.run([
			"create",
			`--from-docker-config=${given.path}`,
			"--registry-server",
			"docker.io",
			"--registry-server",
			"ghcr.io/team",
			"--registry-server",
			"https://ghcr.io",
		]);
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				0,
				`secret/${NAME} created in nginx-mesh namespace\n`,
				`using the credential for docker.io in ${given.path}\nusing the credential for ghcr.io in ${given.path}\n`,
			],
		);
		assert.deepEqual(given.bed.content("nginx-mesh"), {
			auths: {
				"https://index.docker.io/v1/": entry("two", "v"),
				"ghcr.io": entry("one"),
			},
		});
	});

	test("at a terminal the registries are picked", async () => {
		await using given = await withConfig();
		const outcome = await given.bed.run(
			["create", `--from-docker-config=${given.path}`, "--no-verify", "-q"],
			{
				answers: [
					["Which registries?", ["c.example", "docker.io"]],
					[
						`Create secret/${NAME} in nginx-mesh namespace for c.example as w, docker.io as v?`,
						true,
					],
				],
			},
		);
		assert.equal(outcome.status, 0, outcome.err);
		assert.equal(outcome.err, "");
		assert.deepEqual(
			[...auths(given.bed).keys()],
			["c.example", "https://index.docker.io/v1/"],
		);
	});

	test("picking none writes nothing", async () => {
		await using given = await withConfig();
		const outcome = await given.bed.run(
			["create", `--from-docker-config=${given.path}`],
			{ answers: [["Which registries?", []]] },
		);
		assert.deepEqual(
			[outcome.status, outcome.err],
			[1, "error: no registry was chosen: nothing was written\n"],
		);
	});

	test("without a terminal the registries have to be named: never the whole file", async () => {
		await using given = await withConfig();
		const outcome = await given.bed.run([
			"create",
			`--from-docker-config=${given.path}`,
		]);
		assert.deepEqual(
			[outcome.status, outcome.err, given.bed.content("nginx-mesh")],
			[
				2,
				"error: --from-docker-config needs --registry-server: name the registries to take (there are ghcr.io, docker.io, c.example)\n",
				undefined,
			],
		);
	});

	test("what docker and podman keep is found by the environment", async () => {
		await using given = await withConfig();
		const outcome = await given.bed.run(
			[
				"create",
				"--from-docker-config",
				"--registry-server=c.example",
				"-o",
				"name",
			],
			{ env: { DOCKER_CONFIG: given.bed.folder } },
		);
		assert.equal(outcome.out, `secret/${NAME}\n`, outcome.err);
		assert.equal(given.bed.password("nginx-mesh"), "three");
	});

	test("a registry that is not there, or has an identity token, writes nothing", async () => {
		await using given = await withConfig({
			auths: {
				"a.azurecr.io": {
					auth: btoa("00000000-0000-0000-0000-000000000000:"),
					identitytoken: "marked-password",
				},
			},
		});
		const absent = await given.bed.run([
			"create",
			`--from-docker-config=${given.path}`,
			"--registry-server=quay.io",
		]);
		assert.deepEqual(
			[absent.status, absent.err],
			[
				1,
				`error: no credential for quay.io in ${given.path}: log in to it first, with docker login quay.io\n`,
			],
		);
		const token = await given.bed.run([
			"create",
			`--from-docker-config=${given.path}`,
			"--registry-server=a.azurecr.io",
		]);
		assert.equal(token.status, 1);
		assert.match(
			token.err,
			/^error: the credential for a\.azurecr\.io in .* cannot be used: it is an identity token, which a pull Secret cannot carry; make an access token, .*\n$/,
		);
		assert.equal(given.bed.content("nginx-mesh"), undefined);
	});
});
