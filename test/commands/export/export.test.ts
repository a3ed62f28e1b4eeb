import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { disk } from "../../../src/adapters/files.ts";
import type { Files } from "../../../src/world.ts";
import { type Content, NAME, secret, source } from "../../support/build.ts";
import { notPosix } from "../../support/posix.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const CONFIG = `{
    "auths": {
        "a.example": {
            "username": "u",
            "password": "p:q",
            "auth": "dTpwOnE="
        }
    }
}
`;

async function withCopy(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["app", "nginx-mesh", "other"] });
	await bed.run(
		[
			"create",
			"--registry-server=a.example",
			"--registry-username=u",
			"--registry-password-stdin",
		],
		{ stdin: "p:q" },
	);
	await bed.run(["sync", "-n", "app"]);
	return bed;
}

describe("export", () => {
	for (const args of [
		[],
		["--format=docker-config"],
		[NAME, "-n", "nginx-mesh"],
		["-n", "app"],
	])
		test(["export", ...args].join(" "), async () => {
			await using bed = await withCopy();
			assert.deepEqual(await bed.run(["export", ...args]), {
				status: 0,
				out: CONFIG,
				err: "",
				asked: [],
			});
		});

	test("--to -: standard output, not a file of that name", async () => {
		await using bed = await withCopy();
		const outcome = await bed.run(["export", "--to=-"]);
		assert.deepEqual([outcome.out, outcome.err], [CONFIG, ""]);
	});

	test("-n without a NAME: the usual name, else the only source there, else a choice", async () => {
		await using bed = await withCopy();
		const content = { "b.example": { username: "b", password: "q" } };
		const exported = async (...args: string[]) => {
			const { status, out, err } = await bed.run(["export", ...args]);
			return [
				status,
				out === "" ? "" : Object.keys(JSON.parse(out).auths),
				err,
			];
		};
		source(bed, content, [], { at: "other/team-a" });
		assert.deepEqual(await exported("-n", "other"), [0, ["b.example"], ""]);
		source(bed, content, [], { at: "other/team-b" });
		assert.deepEqual(await exported("-n", "other"), [
			1,
			"",
			'error: 2 sources in namespace "other": team-a, team-b; choose one by NAME\n',
		]);
		source(bed, content, [], { at: "app/team-c" });
		assert.deepEqual(await exported("-n", "app"), [0, ["a.example"], ""]);
	});

	test("--to writes a file that only its owner may read, also over one that others could", async () => {
		await using bed = await withCopy();
		const path = join(bed.folder, "config.json");
		await writeFile(path, "old", { mode: 0o644 });
		const outcome = await bed.run(["export", "--to", path]);
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				0,
				"",
				`the credentials in secret/${NAME} of nginx-mesh namespace are in ${path}\n`,
			],
		);
		assert.equal(await readFile(path, "utf8"), CONFIG);
		if (!notPosix) assert.equal((await stat(path)).mode & 0o777, 0o600);
		assert.equal((await bed.run(["export", "--to", path, "-q"])).err, "");
	});

	test("what was exported can be taken again", async () => {
		await using bed = await withCopy();
		const path = join(bed.folder, "config.json");
		await bed.run(["export", "--to", path]);
		const outcome = await bed.run([
			"create",
			"-n",
			"nginx-mesh",
			`--from-docker-config=${path}`,
			"--registry-server=a.example",
			"-q",
		]);
		assert.deepEqual([outcome.status, outcome.out, outcome.err], [0, "", ""]);
	});

	/** What is exported of these `auths`, and what is said about it. */
	const exportOf = async (content: Content) => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		source(bed, content);
		const { out, err } = await bed.run(["export"]);
		return { auths: out === "" ? undefined : JSON.parse(out).auths, err };
	};
	const all = (user: string, password: string) => ({
		username: user,
		password,
		auth: btoa(`${user}:${password}`),
	});

	const F5: readonly [
		what: string,
		auths: Content,
		written: object,
		err: string,
	][] = [
		[
			"user and password alone, which podman and skopeo do not read",
			{ "localhost:6001": { username: "u", password: "pw" } },
			{ "localhost:6001": all("u", "pw") },
			"",
		],
		[
			"auth without padding, which docker and skopeo do not read",
			{ "localhost:6001": { auth: "bWU6cHcxMg" } },
			{ "localhost:6001": all("me", "pw12") },
			"",
		],
		[
			"NULs, which docker trims and kubelets send",
			{ "r.example": { auth: btoa("me:secret\0\0\0") } },
			{ "r.example": all("me", "secret") },
			"Warning: r.example: the password contains NUL characters, as text in UTF-16 does\n",
		],
		[
			"fields in other letters",
			{ "r.example": { Username: "u", Password: "p" } },
			{ "r.example": all("u", "p") },
			"",
		],
		[
			"keys that only kubelets and docker read",
			{
				"https://r.example/v2/": { auth: btoa("a:b") },
				"http://u:p@s.example": { auth: btoa("c:d") },
				"docker.io": { auth: btoa("e:f") },
			},
			{
				"r.example": all("a", "b"),
				"s.example": all("c", "d"),
				"https://index.docker.io/v1/": all("e", "f"),
			},
			"",
		],
		[
			"several entries for one registry: the one that kubelets try first",
			{
				"https://index.docker.io/v1/": { auth: btoa("second:x") },
				"docker.io": { auth: btoa("first:x") },
			},
			{ "https://index.docker.io/v1/": all("first", "x") },
			"Warning: several entries are for docker.io, with different credentials: one of them is exported\n",
		],
		[
			"entries that carry nothing, or cannot be read: they are left out, and said",
			{
				"a.example": {},
				"b.example": { auth: btoa("u:"), identitytoken: "marked-token" },
				"c.example": { auth: btoa("marked-password") },
				"d.example": { auth: btoa("u:p") },
			},
			{ "d.example": all("u", "p") },
			"Warning: a.example: it has neither a user nor a password; pulls with it fail, also of public images\n" +
				"Warning: b.example: it has an identity token alone, which kubelets do not read; pulls with it fail, also of public images\n" +
				"Warning: c.example: cannot be read, which fails every pull of a pod that references it: unable to parse auth field, must be formatted as base64(username:password)\n",
		],
		[
			"bytes that are no text: auth alone can hold them",
			{ "r.example": { auth: btoa("me:p\xe4ss") } },
			{ "r.example": { auth: btoa("me:p\xe4ss") } },
			"Warning: r.example: it is not UTF-8 text\n",
		],
		[
			"a star, which kubelets alone read",
			{ "*.gcr.io": { auth: btoa("u:p") } },
			{ "*.gcr.io": all("u", "p") },
			"Warning: *.gcr.io: kubelets alone read a key with *; docker, podman and skopeo do not\n",
		],
	];
	for (const [what, auths, written, err] of F5)
		test(`F5: ${what}`, async () =>
			assert.deepEqual(await exportOf(auths), { auths: written, err }));

	const WRONG: readonly [args: string[], status: number, err: string][] = [
		[
			["-n", "nowhere"],
			1,
			`error: there is no pull secret "${NAME}" in namespace "nowhere"; to see where there are some, run 'kubectl meshreg list'\n`,
		],
		[
			["missing"],
			1,
			`error: no source named "missing" in namespace "nginx-mesh"; create it with 'kubectl meshreg create missing'\n`,
		],
		[
			["--format=toml"],
			2,
			'error: invalid value for --format: "toml"; must be one of "docker-config", "kind"\nSee \'kubectl meshreg export --help\' for usage.\n',
		],
		[["--to", ""], 2, "error: --to: the path is empty; is a variable unset?\n"],
		[
			["--to", "/nonexistent/x"],
			1,
			"error: cannot write /nonexistent/x: no such file or directory\n",
		],
		[
			["opaque", "-n", "other"],
			1,
			`error: there is no pull secret "opaque" in namespace "other"; to see where there are some, run 'kubectl meshreg list'\n`,
		],
		[
			["broken", "-n", "other"],
			1,
			'error: secret "broken" in namespace "other" holds no docker config: auths is not a JSON object\n',
		],
	];
	for (const [args, status, err] of WRONG)
		test(["export", ...args].join(" "), async () => {
			await using bed = await withCopy();
			secret(bed, "other/opaque", {}, { type: "Opaque" });
			secret(bed, "other/broken", '{"auths":[]}', {
				metadata: { labels: { usage: NAME } },
			});
			const outcome = await bed.run(["export", ...args]);
			assert.deepEqual(
				[outcome.status, outcome.out, outcome.err],
				[status, "", err],
			);
		});
});

describe("export --format=kind", () => {
	const NODE = (role: string, path: string) =>
		`- role: ${role}\n  extraMounts:\n  - containerPath: /var/lib/kubelet/config.json\n    hostPath: ${path}\n`;
	const HEAD = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n";

	const file = "/home/u/config.json";
	/** That file alone: a path of the machine may need quotes. */
	const holding = (text?: string): Files => ({
		...disk,
		read: (path, limit) =>
			path !== file || text === undefined
				? disk.read(path, limit)
				: Promise.resolve(Buffer.from(text)),
	});

	test("mounts the file on every node, and asks no cluster", {
		skip: notPosix,
	}, async () => {
		await using bed = await testBed();
		const kind = (...argv: string[]) =>
			bed.run(["export", "--format=kind", "--docker-config", file, ...argv], {
				env: { KUBECONFIG: "/nowhere" },
				files: holding(CONFIG),
			});
		assert.deepEqual(await kind(), {
			status: 0,
			out: HEAD + NODE("control-plane", file),
			err: "",
			asked: [],
		});
		const more = await kind("--control-planes", "3", "--workers=2");
		assert.equal(
			more.out,
			HEAD +
				NODE("control-plane", file).repeat(3) +
				NODE("worker", file).repeat(2),
		);
		const to = join(bed.folder, "kind.yaml");
		const written = await kind("--to", to);
		assert.deepEqual(
			[written.out, written.err],
			["", `the cluster config is in ${to}\n`],
		);
		assert.equal(
			await readFile(to, "utf8"),
			HEAD + NODE("control-plane", file),
		);
	});

	test("quotes a path that YAML would read otherwise", async () => {
		await using bed = await testBed();
		const file = join(bed.folder, "it's: #1");
		await writeFile(file, CONFIG);
		const { out } = await bed.run([
			...["export", "--format=kind", "--docker-config", file],
		]);
		assert.equal(parse(out).nodes[0].extraMounts[0].hostPath, file);
	});

	test("refuses a file that is missing or would help no node", {
		skip: notPosix,
	}, async () => {
		await using bed = await testBed();
		const kind = async (text?: string) => {
			const argv = ["export", "--format=kind", "--docker-config", file];
			return (await bed.run(argv, { files: holding(text) })).err;
		};
		assert.equal(
			await kind(),
			`error: cannot read ${file}: no such file or directory\n`,
		);
		assert.equal(
			await kind("[]"),
			`error: --docker-config: ${file} is not a docker config that a node can use: it is not a JSON object; write one with 'kubectl meshreg export --to ${file}'\n`,
		);
		assert.equal(
			await kind('{"auths": {}, "credsStore": "pass"}'),
			`error: --docker-config: ${file} holds no credentials itself (they may be in a credential store, which nodes do not have); write one with 'kubectl meshreg export --to ${file}'\n`,
		);
	});
});
