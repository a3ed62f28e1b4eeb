/**
 * Every command, as a process of its own, with a password that stands out: nothing that
 * it prints, and no process on the machine while it runs, holds the password in any form.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { COMMANDS } from "../src/cli.ts";
import { bundledProgram, MAIN } from "./support/bundled-program.ts";
import { nodeProgram, notPosix } from "./support/posix.ts";
import { registry } from "./support/registry/registry.ts";
import { type LoopbackServer, serve } from "./support/registry/server.ts";
import { noProcessTable, SecretTraces } from "./support/secret-traces.ts";
import { type TestBed, testBed } from "./support/test-bed.ts";

/** Every character that some encoding changes, and one that no other process can know. */
const PASSWORD = `m4rk/ed+pässwörd ${randomBytes(9).toString("base64")} "$&%'`;
const traces = new SecretTraces(PASSWORD);
const [node = "", ...start] = await bundledProgram(MAIN);

interface Scenario {
	/** `HOST` is the registry's, `ECHO` one that repeats what it is sent, `DIR/` a folder with the files below. */
	readonly args: string;
	readonly stdin?: string;
	/** 0 unless said otherwise. */
	readonly status?: number;
	/** The user asks for the object itself: standard output holds it, nothing else does. */
	readonly asksForIt?: true;
}

const LOGIN = "--registry-username mesh --registry-password-stdin";

/** In this order, as one test: each begins with what the ones before have left. */
const SCENARIOS: readonly Scenario[] = [
	{
		args: `create --registry-server HOST ${LOGIN} --dry-run=client -o yaml`,
		asksForIt: true,
	},
	{ args: `create --registry-server HOST ${LOGIN} --dry-run=server` },
	{ args: `create --registry-server ECHO ${LOGIN} --verify`, status: 1 },
	{
		args: `create --registry-server ECHO ${LOGIN} --verify-image ECHO/app:1`,
		status: 1,
	},
	{ args: `create --registry-server 127.0.0.1:1 ${LOGIN} --verify`, status: 1 },
	{
		args: `create --registry-server HOST ${LOGIN} --verify --registry-insecure`,
	},
	{ args: `create --registry-server HOST ${LOGIN}` },
	{ args: `create --registry-server a.example ${LOGIN}`, status: 1 },
	{ args: `create -n missing --registry-server HOST ${LOGIN}`, status: 1 },
	{
		args: "create --add --registry-server b.example --registry-username mesh --registry-password-file DIR/password",
	},
	{ args: "create --remove b.example" },
	{
		args: "create stored --from-docker-config=DIR/store.json --registry-server c.example --registry-server HOST",
	},
	{
		args: "create --from-docker-config=DIR/broken.json --registry-server c.example",
		status: 1,
	},
	{
		args: "create --from-docker-config=DIR/differs.json --registry-server c.example",
		status: 1,
	},
	{
		args: "create --from-docker-config=DIR/rubbish.json --registry-server c.example",
		status: 1,
	},
	{
		args: "create key --registry-server gcr.io --registry-key DIR/key.json --expires-in 30d",
	},
	{
		args: "create bad --registry-server gcr.io --registry-key DIR/bad-key.json",
		status: 1,
	},
	{
		args: `create colon --registry-server HOST --registry-username a:b --registry-password-stdin`,
		status: 2,
	},
	{ args: "sync -A" },
	{ args: "sync -n missing,app", status: 1 },
	{ args: `apply --registry-server HOST ${LOGIN} -n app` },
	{ args: `rotate --registry-server ECHO ${LOGIN}`, status: 1 },
	{ args: `rotate ${LOGIN}` },
	{
		args: `rotate ${LOGIN} --no-verify --dry-run=client -o json`,
		asksForIt: true,
	},
	{
		args: `apply --registry-server d.example ${LOGIN} -A --diff`,
		status: 1,
	},
	{
		args: "sync -n app --dry-run=client -o yaml",
		asksForIt: true,
	},
	{ args: "list -o wide" },
	{ args: "list -o json --expiring 90d" },
	{ args: "list --all -o yaml" },
	{ args: "attach -n app" },
	{ args: "explain HOST/team/app:1 -n app" },
	{ args: "explain HOST/team/app:1 -n app --verify", status: 1 },
	{ args: "explain HOST/team/app:1 --docker-config DIR/config.json -o json" },
	{
		args: "explain HOST/team/app:1 --docker-config DIR/broken.json",
		status: 1,
	},
	{ args: "check nginx-mesh-registry-key -n app --verify" },
	{ args: "check -n app -o json" },
	{ args: "inject -f DIR/app.yaml" },
	{ args: "inject -f DIR/app.yaml --with-secret", asksForIt: true },
	{ args: "images --registry-server HOST" },
	{ args: "images -n app -o json" },
	{ args: "export", asksForIt: true },
	{ args: "export --to DIR/exported.json" },
	{ args: "detach -n app" },
	{ args: "install -A --dry-run=client -o yaml" },
	{ args: "install -n app" },
	{ args: "uninstall --yes" },
	{ args: "prune --yes -o json" },
	{ args: "completion bash" },
];

describe("the password stays where it belongs", () => {
	let bed: TestBed;
	let kubeconfig: string;
	let good: LoopbackServer;
	let echo: LoopbackServer;
	/** Where the password was seen among the processes. */
	const leaks = new Set<string>();
	let looks = 0;
	/** A moment at which a command is known to run. */
	const look = (): void => {
		looks += 1;
		for (const leak of traces.inProcesses()) leaks.add(leak);
	};

	before(async () => {
		bed = await testBed({
			namespaces: ["app", "nginx-mesh"],
			defaultServiceAccounts: true,
		});
		kubeconfig = join(bed.folder, "kubeconfig");
		await bed.server.writeKubeconfig(kubeconfig);
		bed.server.onRequest(() => {
			look();
			return undefined;
		});
		const accounts = { passwords: { mesh: PASSWORD } };
		const answer = registry({ by: "basic", accounts });
		good = await serve((request, response) => {
			look();
			answer(request, response);
		});
		echo = await serve((request, response) => {
			look();
			const { authorization } = request.headers;
			response.writeHead(authorization ? 403 : 401, {
				"www-authenticate": 'Basic realm="r"',
			});
			response.end(
				`${authorization} is ${PASSWORD}, that is ${encodeURIComponent(PASSWORD)}`,
			);
		});
		await files(bed.folder, good.host);
	});
	after(async () => {
		await good.close();
		await echo.close();
		await bed[Symbol.asyncDispose]();
	});

	const run = (argv: readonly string[], stdin: string) =>
		new Promise<{ status: number | null; out: string; err: string }>(
			(resolve) => {
				const child = spawn(node, [...start, ...argv], {
					cwd: bed.folder,
					env: {
						PATH: `${join(bed.folder, "bin")}:${process.env.PATH}`,
						HOME: bed.folder,
						KUBECONFIG: kubeconfig,
					},
				});
				let out = "";
				let err = "";
				child.stdout.setEncoding("utf8").on("data", (text) => {
					out += text;
				});
				child.stderr.setEncoding("utf8").on("data", (text) => {
					err += text;
				});
				child.stdin.on("error", () => {}).end(stdin);
				child.on("close", (status) => resolve({ status, out, err }));
			},
		);

	test("every command has its part in this", () =>
		assert.deepEqual(
			COMMANDS.map(({ verb }) => verb).filter(
				(verb) => !SCENARIOS.some(({ args }) => args.split(" ")[0] === verb),
			),
			[],
		));

	test("in what they print, among the processes and in files", async (t) => {
		for (const scenario of SCENARIOS)
			await t.test(
				`kubectl meshreg ${scenario.args}`,
				{
					// The credential helper of this one is a script.
					skip: scenario.args.includes("store.json") && notPosix,
				},
				async (t) => {
					if (noProcessTable) t.diagnostic(noProcessTable);
					const argv = scenario.args
						.split(" ")
						.map((word) =>
							word
								.replace("HOST", good.host)
								.replace("ECHO", echo.host)
								.replace("DIR/", `${bed.folder}/`),
						);
					const { status, out, err } = await run([...argv, "-v=9"], PASSWORD);
					assert.equal(status, scenario.status ?? 0, err);
					assert.deepEqual(traces.in(err), [], err);
					if (scenario.asksForIt) assert.notDeepEqual(traces.in(out), []);
					else assert.deepEqual(traces.in(out), [], out);
					assert.deepEqual([...leaks], []);
				},
			);

		await t.test(
			"it was looked for while they ran, and would have been found",
			(t) => {
				assert.ok(looks >= SCENARIOS.length, `${looks} looks`);
				if (noProcessTable) return t.skip(noProcessTable);
				const secret = `ü${randomBytes(12).toString("hex")}`;
				const child = spawn(
					process.execPath,
					["-e", "process.stdin.resume()", secret],
					{ env: { LEAK: `x${Buffer.from(secret).toString("base64url")}` } },
				);
				const seen = new SecretTraces(`${secret}`).inProcesses();
				child.kill();
				assert.ok(seen.includes(`${child.pid} cmdline: raw`), seen.join());
				assert.ok(
					seen.includes(`${child.pid} environ: base64 at 0`),
					seen.join(),
				);
			},
		);

		await t.test(
			"no file holds it but those that it was put into",
			async () => {
				const found: string[] = [];
				let helpersLooked = 0;
				for (const entry of await readdir(bed.folder, {
					recursive: true,
					withFileTypes: true,
				})) {
					if (!entry.isFile()) continue;
					const path = join(entry.parentPath, entry.name);
					if (/^seen-by-/.test(entry.name)) helpersLooked += 1;
					if (traces.in(await readFile(path, "utf8")).length > 0)
						found.push(path.slice(bed.folder.length + 1));
				}
				assert.equal(helpersLooked, noProcessTable ? 0 : 2);
				assert.deepEqual(found.sort(), [
					"bad-key.json",
					"broken.json",
					"config.json",
					"differs.json",
					"exported.json",
					"key.json",
					"password",
				]);
			},
		);
	});
});

/** What the scenarios name. */
async function files(folder: string, host: string): Promise<void> {
	const keep = (name: string, content: unknown) =>
		writeFile(
			join(folder, name),
			typeof content === "string" ? content : JSON.stringify(content),
		);
	const { privateKey } = generateKeyPairSync("ec", {
		namedCurve: "P-256",
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
		publicKeyEncoding: { type: "spki", format: "pem" },
	});
	const key = {
		type: "service_account",
		client_email: "mesh@example.iam.gserviceaccount.com",
		private_key: privateKey,
		private_key_id: PASSWORD,
		project_id: "p",
		token_uri: "https://oauth2.example.com/token",
	};
	const auth = Buffer.from(`mesh:${PASSWORD}`).toString("base64");
	await keep("password", PASSWORD);
	await keep("key.json", key);
	await keep("bad-key.json", { ...key, type: PASSWORD });
	await keep("config.json", { auths: { [host]: { auth } } });
	await keep("broken.json", `{"auths": ${PASSWORD}`);
	await keep("differs.json", {
		auths: { "c.example": { auth, username: "other", password: "other" } },
	});
	await keep("store.json", { credsStore: "marked" });
	await keep("rubbish.json", { credsStore: "rubbish" });
	await keep(
		"app.yaml",
		"apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\n  namespace: app\nspec:\n  containers:\n    - name: app\n      image: nats\n",
	);
	await mkdir(join(folder, "bin"));
	// Each writes down what it and its parent were started with, which is then searched like any file.
	const password = `fs.readFileSync(${JSON.stringify(join(folder, "password"))}, "utf8")`;
	for (const [name, said] of [
		["marked", `JSON.stringify({ Username: "mesh", Secret: ${password} })`],
		["rubbish", password],
	] as const) {
		const path = join(folder, "bin", `docker-credential-${name}`);
		await writeFile(
			path,
			nodeProgram(`const fs = require("node:fs");
if (fs.existsSync("/proc/self"))
	fs.writeFileSync(${JSON.stringify(join(folder, `seen-by-${name}`))}, ["self", process.ppid].flatMap((pid) =>
		["cmdline", "environ"].map((file) => fs.readFileSync("/proc/" + pid + "/" + file, "utf8"))).join("\\n"));
process.stdin.resume().on("end", () => process.stdout.write(${said}));\n`),
		);
		await chmod(path, 0o755);
	}
}
