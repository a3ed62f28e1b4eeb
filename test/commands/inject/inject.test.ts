import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import * as build from "../../support/build.ts";
import { notPosix } from "../../support/posix.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const POD = "kind: Pod\nspec:\n  containers:\n  - image: nats\n";
const INJECTED =
	"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: nginx-mesh-registry-key\n  containers:\n  - image: nats\n";

describe("inject", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed({
			namespaces: ["nginx-mesh", "app", "shop", "default"],
		});
		build.source(bed, { "r.io": { username: "u", password: "p" } });
	});
	after(() => bed[Symbol.asyncDispose]());

	/** Writes files into a folder of their own. */
	const files = async (
		name: string,
		contents: Record<string, string | Buffer>,
	): Promise<string> => {
		const folder = join(bed.folder, name);
		for (const [path, content] of Object.entries(contents)) {
			await mkdir(join(folder, path, ".."), { recursive: true });
			await writeFile(join(folder, path), content);
		}
		return folder;
	};
	const inject = (...argv: string[]) => bed.run(["inject", ...argv]);

	test("standard input to standard output", async () => {
		assert.deepEqual(await bed.run(["inject", "-f", "-"], { stdin: POD }), {
			status: 0,
			out: INJECTED,
			err: "",
			asked: [],
		});
	});

	test("a file, with a key of another name", async () => {
		const folder = await files("named", { "a.yaml": POD });
		const { out } = await inject("-f", `${folder}/a.yaml`, "--secret", "other");
		assert.equal(out, INJECTED.replace("nginx-mesh-registry-key", "other"));
		const env = { MESHREG_NAME: "third" };
		const third = await bed.run(["inject", "-f", `${folder}/a.yaml`], { env });
		assert.equal(
			third.out,
			INJECTED.replace("nginx-mesh-registry-key", "third"),
		);
	});

	test("a folder: manifests only, sorted; what is below it with -R", async () => {
		const folder = await files("folder", {
			"b.yml": POD,
			"a.json": '{"kind":"Service"}',
			"README.md": "kind: Pod",
			"below/c.yaml": "kind: Service",
		});
		const flat = await inject("-f", folder);
		assert.equal(flat.out, `---\n{"kind":"Service"}\n---\n${INJECTED}`);
		const deep = await inject("-Rf", folder);
		assert.equal(deep.out, `${flat.out}---\nkind: Service\n`);
	});

	test("several files after one -f, separated by commas, as with kubectl", async () => {
		const folder = await files("several", {
			"a.yaml": POD,
			"b.yaml": "kind: Service\n",
		});
		const paths = ["a.yaml", "b.yaml"].map((name) => join(folder, name));
		const { status, out } = await inject("-f", paths.join(","));
		assert.deepEqual([status, out], [0, `${INJECTED}---\nkind: Service\n`]);
	});

	test("a folder with links back to itself: each file once, as with kubectl", {
		skip: notPosix,
	}, async () => {
		const folder = await files("round", { "a.yaml": POD });
		for (const name of ["one", "other"]) await symlink(".", join(folder, name));
		assert.deepEqual(await inject("-Rf", folder), {
			status: 0,
			out: INJECTED,
			err: "",
			asked: [],
		});
	});

	test("images from a registry", async () => {
		const { out, err } = await bed.run(
			[
				"inject",
				"-f",
				"-",
				"--registry-server",
				"Registry.example.com:5000/mesh",
				"--disable-public-images",
			],
			{ stdin: POD },
		);
		assert.equal(
			out,
			INJECTED.replace("nats", "registry.example.com:5000/mesh/nats"),
		);
		assert.match(err, /^Warning: the registry is written in lower case/);
	});

	test("two images that would become one: nothing is printed", async () => {
		const stdin = `${POD}  - image: other/nats\n`;
		assert.deepEqual(
			await bed.run(
				[
					"inject",
					"-f",
					"-",
					"--registry-server",
					"r.io",
					"--disable-public-images",
				],
				{ stdin },
			),
			{
				status: 1,
				out: "",
				err: "error: nats and other/nats would all become r.io/nats:latest; copy all but one of them under another name or tag, and leave those out here\n",
				asked: [],
			},
		);
	});

	test("the Secret for each namespace, once", async () => {
		const pod = (namespace: string) =>
			POD.replace("spec", `metadata: {namespace: ${namespace}}\nspec`);
		const stdin = [
			pod("app"),
			pod("app"),
			pod("nginx-mesh"),
			POD,
			"kind: ConfigMap\nmetadata: {namespace: shop}\n",
		].join("---\n");
		const first = await bed.run(["inject", "-f", "-", "--with-secret"], {
			stdin,
		});
		assert.equal(first.status, 0);
		const secrets = (text: string) =>
			parseAllDocuments(text)
				.map((document) => document.toJS())
				.filter(({ kind }) => kind === "Secret")
				.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
		assert.deepEqual(secrets(first.out), [
			"app/nginx-mesh-registry-key",
			"default/nginx-mesh-registry-key",
		]);
		const again = await bed.run(["inject", "-f", "-", "--with-secret"], {
			stdin: first.out,
		});
		assert.equal(again.out, first.out);
		const named = await bed.run(
			["inject", "-f", "-", "--with-secret", "-n", "shop"],
			{ stdin: POD },
		);
		assert.deepEqual(secrets(named.out), ["shop/nginx-mesh-registry-key"]);
		const json = await bed.run(
			["inject", "-f", "-", "--with-secret", "--from", "nginx-mesh"],
			{
				stdin: '{"kind":"Pod","metadata":{"namespace":"app"},"spec":{}}',
			},
		);
		const [, secret = ""] = json.out.split("\n{\n");
		assert.equal(JSON.parse(`{${secret}`).metadata.namespace, "app");
	});

	test("L11: UTF-16, as PowerShell's > writes it", async () => {
		const wide = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");
		const le = await bed.run(["inject", "-f", "-"], { stdin: wide(POD) });
		assert.deepEqual(le, { status: 0, out: INJECTED, err: "", asked: [] });
		const be = await bed.run(["inject", "-f", "-"], {
			stdin: wide(POD).swap16(),
		});
		assert.equal(be.out, INJECTED);
		const broken = await bed.run(["inject", "-f", "-"], {
			stdin: Buffer.from([0xff, 0xfe, 0x00, 0xd8]),
		});
		assert.equal(
			broken.err,
			"error: stdin: not UTF-16 text; save it as UTF-8\n",
		);
	});

	test("service accounts as well, and the Secret for their namespaces", async () => {
		const stdin =
			"kind: ServiceAccount\nmetadata: {name: builder, namespace: shop}\n";
		const plain = await bed.run(["inject", "-f", "-"], { stdin });
		assert.equal(plain.out, stdin);
		const { status, out, err } = await bed.run(
			["inject", "-f", "-", "--serviceaccounts", "--with-secret"],
			{ stdin },
		);
		assert.equal(status, 0, err);
		const [account, secret] = parseAllDocuments(out).map((each) => each.toJS());
		assert.deepEqual(account.imagePullSecrets, [
			{ name: "nginx-mesh-registry-key" },
		]);
		assert.equal(secret.metadata.namespace, "shop");
	});

	test("the pull secret of another mesh", async () => {
		const { out } = await bed.run(["inject", "-f", "-", "--mesh", "linkerd"], {
			stdin: POD,
		});
		assert.equal(
			out,
			INJECTED.replace("nginx-mesh-registry-key", "linkerd-registry-key"),
		);
	});

	test("templates name the Secret that is appended: the only source there is, of whatever name", async () => {
		await using own = await testBed({ namespaces: ["nginx-mesh"] });
		await own.run(
			[
				"create",
				"team",
				"--registry-server=r.example.com",
				"--registry-username=mesh",
				"--registry-password-stdin",
			],
			{ stdin: "p" },
		);
		const { status, out, err } = await own.run(
			["inject", "-f", "-", "--with-secret"],
			{ stdin: POD },
		);
		assert.equal(status, 0, err);
		const [pod, secret] = parseAllDocuments(out).map((each) => each.toJS());
		assert.deepEqual(pod.spec.imagePullSecrets, [{ name: "team" }]);
		assert.equal(secret.metadata.name, "team");
	});

	test("no source for --with-secret", async () => {
		const { status, err } = await bed.run(
			["inject", "-f", "-", "--with-secret", "--secret", "none"],
			{ stdin: POD },
		);
		assert.equal(status, 1);
		assert.match(err, /^error: no source named "none"/);
	});

	test("unreadable and broken files are named, the others printed", {
		skip: notPosix,
	}, async () => {
		const folder = await files("broken", {
			"a.yaml": POD,
			"b.yaml": "kind: Pod\nspec: [\n",
			"c.yaml": Buffer.from([0x6b, 0xff, 0xfe]),
		});
		await symlink("/nowhere/at/all", join(folder, "d.yaml"));
		await mkdir(join(folder, "e.yaml"));
		const { status, out, err } = await inject(
			"-f",
			folder,
			"-f",
			join(folder, "f.yaml"),
		);
		assert.equal(status, 1);
		assert.equal(out, INJECTED);
		assert.deepEqual(err.replaceAll(`${folder}/`, "").split("\n"), [
			"error: b.yaml:3: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; nothing of this file is written",
			"error: c.yaml: not UTF-8 text; save it as UTF-8",
			"error: cannot read d.yaml: no such file or directory",
			"error: cannot read f.yaml: no such file or directory",
			"",
		]);
	});

	test("nothing to inject is said", async () => {
		const { status, out, err } = await bed.run(["inject", "-f", "-"], {
			stdin: "kind: Widget\n",
		});
		assert.deepEqual(
			{ status, out, err },
			{
				status: 0,
				out: "kind: Widget\n",
				err: "Warning: no pod templates found; nothing was added\n",
			},
		);
	});

	test("a file of 10 MiB", async () => {
		const filler = `kind: ConfigMap\ndata:\n  a: ${"x".repeat(1000)}\n---\n`;
		const stdin =
			filler.repeat(Math.ceil((10 * 2 ** 20) / filler.length)) + POD;
		const { status, out } = await bed.run(["inject", "-f", "-"], { stdin });
		assert.equal(status, 0);
		assert.ok(out.endsWith(`---\n${INJECTED}`));
		assert.equal(out.length, stdin.length + INJECTED.length - POD.length);
	});
});
