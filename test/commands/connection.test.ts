/** What every command says when the cluster cannot be reached, or will not have us. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { FailureError } from "../../src/core/output/failure.ts";
import { ConnectionError } from "../../src/errors.ts";
import { startApiServer } from "../support/api-server/index.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const COMMANDS = [
	["list"],
	["sync", "-n", "app"],
	["sync", "-A"],
	["prune", "--yes"],
];

describe("without a cluster", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed();
	});
	after(() => bed[Symbol.asyncDispose]());

	/** A kubeconfig of this text. */
	const file = async (name: string, text: string): Promise<string> => {
		const path = join(bed.folder, name);
		await writeFile(path, text);
		return path;
	};

	const CASES: [
		name: string,
		kubeconfig: () => Promise<string>,
		flags: string[],
		err: RegExp,
	][] = [
		[
			"a file that is not there",
			async () => join(bed.folder, "absent"),
			["--kubeconfig", "/nonexistent/config"],
			/^error: .*\/nonexistent\/config: no such file or directory\n$/,
		],
		[
			"a file that is not YAML",
			() => file("broken", "{[\n"),
			[],
			/^error: .*broken.*\n$/,
		],
		[
			"a file that is another thing",
			() => file("list", "- a\n- b\n"),
			[],
			/^error: .*list.*\n$/,
		],
		[
			"a context that does not exist",
			() => file("empty", "apiVersion: v1\nkind: Config\n"),
			["--context", "nope"],
			/^error: context "nope" does not exist\b.*\n$/,
		],
		[
			"nobody listens",
			async () => {
				const closed = createServer().listen(0, "127.0.0.1");
				await new Promise((resolve) => closed.once("listening", resolve));
				const address = closed.address();
				const port =
					typeof address === "object" && address !== null ? address.port : 0;
				await new Promise((resolve) => closed.close(resolve));
				const config = bed.server
					.kubeconfig()
					.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`);
				return file("refused", config);
			},
			[],
			/^The connection to the server 127\.0\.0\.1:\d+ was refused - did you specify the right host or port\?\n$/,
		],
		[
			"a certificate of another authority",
			async () => {
				const other = await startApiServer();
				const config = bed.server.kubeconfig({ ca: other.ca });
				await other.stop();
				return file("authority", config);
			},
			[],
			/^Unable to connect to the server: .*certificate signed by unknown authority\n$/,
		],
		[
			"a token that nobody knows",
			() =>
				file(
					"token",
					bed.server
						.kubeconfig()
						.replace(/\n\s+client-(certificate|key)-data: .*/g, "")
						.replace(/user:\s*(\{\})?\n?$/m, "user:\n    token: nobody\n"),
				),
			["--token", "nobody"],
			/^error: You must be logged in to the server \(Unauthorized\)\n$/,
		],
	];
	for (const [name, kubeconfig, flags, err] of CASES)
		for (const command of COMMANDS)
			test(`${name}: ${command.join(" ")}`, async () => {
				const path = await kubeconfig();
				const outcome = await bed.run([...command, ...flags], {
					kubeconfig: path,
				});
				assert.match(outcome.err, err);
				assert.deepEqual(
					[outcome.status, outcome.out, outcome.err.split("\n").length],
					[1, "", 2],
				);
			});

	for (const line of [
		["detach"],
		["install"],
		["uninstall", "--yes"],
		["uninstall", "--dry-run=client"],
	])
		test(`${line.join(" ")} -o json: that nothing answers is the result`, async () => {
			const server = "--server=https://127.0.0.1:1";
			const { out, status } = await bed.run([...line, "-o", "json", server]);
			assert.equal(status, 1);
			assert.partialDeepStrictEqual(JSON.parse(out).items, [
				{ action: "failed", cause: "unreachable" },
			]);
		});

	test("a user who may do nothing is told what is forbidden", async () => {
		await using own = await testBed({ users: { sam: {} } });
		assert.deepEqual(await own.run(["list"], { user: "sam" }), {
			status: 1,
			out: "",
			err: 'Error from server (Forbidden): secrets is forbidden: User "sam" cannot list resource "secrets" in API group "" at the cluster scope; use -n NAMESPACE where you have the rights\n',
			asked: [],
		});
	});

	test("a connection that breaks midway says how far it came", async () => {
		await using own = await testBed({ namespaces: ["a", "b", "nginx-mesh"] });
		await own.run(
			[
				"create",
				"--registry-server",
				"r.example.com",
				"--registry-username",
				"u",
				"--registry-password-stdin",
			],
			{ stdin: "p" },
		);
		const outcome = await own.run(["sync", "-n", "a,b"], {
			wrap: (cluster) => ({
				...cluster,
				create: () =>
					Promise.reject(
						new ConnectionError(
							"Unable to connect to the server: it went away",
						),
					),
			}),
		});
		assert.equal(outcome.status, 1);
		assert.equal(
			outcome.err,
			"Unable to connect to the server: it went away (0 of 2 namespaces are done; run the command again to finish)\n",
		);
		assert.equal(outcome.err.split("\n").length, 2);
		const withoutToken = await own.run(["sync", "-n", "a,b"], {
			wrap: (cluster) => ({
				...cluster,
				create: () =>
					Promise.reject(
						new ConnectionError(
							"Unable to connect to the server",
							new FailureError({ cause: "token-file-empty", path: "/token" }),
						),
					),
			}),
		});
		assert.equal(withoutToken.status, 1);
		assert.equal(
			withoutToken.err,
			'Unable to connect to the server: read empty token from file "/token" (0 of 2 namespaces are done; run the command again to finish)\n',
		);
	});
});

describe("the command line itself", () => {
	const CASES: [argv: string[], status: number, err: string][] = [
		[["synk"], 2, 'error: unknown command "synk"; did you mean "sync"?\n'],
		[
			["frobnicate"],
			2,
			"error: unknown command \"frobnicate\"\nSee 'kubectl meshreg --help' for usage.\n",
		],
		[
			["help", "synk"],
			2,
			'error: unknown command "synk"; did you mean "sync"?\n',
		],
		[
			["-A"],
			2,
			"error: no command given\nSee 'kubectl meshreg --help' for usage.\n",
		],
		[
			["--nope"],
			2,
			"error: unknown flag: --nope\nSee 'kubectl meshreg --help' for usage.\n",
		],
		[
			["inject", "extra", "-f", "x"],
			2,
			"error: inject takes no arguments; give files with -f\nSee 'kubectl meshreg inject --help' for usage.\n",
		],
		[[], 0, ""],
		[["--help"], 0, ""],
		[["sync", "--help"], 0, ""],
		[["-n", "x", "sync", "-h"], 0, ""],
		[["help", "sync"], 0, ""],
		[["options"], 0, ""],
		[["--version"], 0, ""],
	];
	for (const [argv, status, err] of CASES)
		test(argv.join(" ") || "nothing", async () => {
			await using bed = await testBed();
			const outcome = await bed.run(argv);
			assert.deepEqual([outcome.status, outcome.err], [status, err]);
			assert.equal(outcome.out !== "", status === 0);
			assert.equal(bed.server.requests.length, 0);
			for (const line of outcome.out.split("\n"))
				if (!/^ {2}\S/.test(line)) assert.ok(line.length <= 80, line);
		});
});

test("what no header carries is an error, and nobody acts as another than was asked for", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	for (const [flag, value, name] of [
		["--as", "jane\n", "Impersonate-User"],
		["--as-group", "dev\r\nx: y", "Impersonate-Group"],
		["--token", "marked-token\n", "Authorization"],
	] as const) {
		const { status, out, err } = await bed.run([
			"list",
			...(flag === "--as-group" ? ["--as=jane"] : []),
			flag,
			value,
		]);
		assert.deepEqual(
			{ status, out, err },
			{
				status: 1,
				out: "",
				err: `Unable to connect to the server: net/http: invalid header field value for "${name}"\n`,
			},
		);
	}
});
