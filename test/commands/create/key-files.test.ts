import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createBed, SERVICE_ACCOUNT_KEY as KEY, NOW } from "./bed.ts";

describe("create: key files and tokens", () => {
	const { bed, fresh } = createBed();

	test("a JSON key becomes the password of _json_key, with auth as well", async () => {
		fresh();
		const path = join(bed.folder, "key.json");
		const text = JSON.stringify(KEY, null, 2);
		await writeFile(path, `${text}\n`);
		const outcome = await bed.run([
			"create",
			"--registry-server",
			"gcr.io",
			"--registry-key",
			path,
		]);
		assert.equal(outcome.status, 0);
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: {
				"gcr.io": {
					username: "_json_key",
					password: text,
					auth: Buffer.from(`_json_key:${text}`).toString("base64"),
				},
			},
		});
	});

	describe("F20: a JWT that is the user name", () => {
		const jwt = `eyJhbGciOiJIUzI1NiJ9.${btoa('{"exp":2795248000}').replaceAll("=", "")}.c2lnbmF0dXJl`;
		const written = {
			auths: {
				"private-registry.nginx.com": {
					username: jwt,
					password: "none",
					auth: btoa(`${jwt}:none`),
				},
			},
		};
		const server = "--registry-server=private-registry.nginx.com";
		test("on a command line it is warned about", async () => {
			fresh();
			const outcome = await bed.run(
				[
					"create",
					server,
					"--registry-username",
					jwt,
					"--registry-password-stdin",
				],
				{ stdin: "none", now: NOW },
			);
			assert.match(
				outcome.err,
				/^Warning: --registry-username is a JWT, which can be seen in the process list and in the shell's history; use --registry-jwt\n/,
			);
		});

		for (const how of ["a file", "a pipe", "a hidden prompt"])
			test(`from ${how}`, async () => {
				fresh();
				const path = join(bed.folder, "nginx.jwt");
				await writeFile(path, `\ufeff${jwt}\n`);
				const outcome =
					how === "a file"
						? await bed.run(["create", server, "--registry-jwt", path], {
								now: NOW,
							})
						: how === "a pipe"
							? await bed.run(["create", server, "--registry-jwt=-"], {
									stdin: `${jwt}\n`,
								})
							: await bed.run(["create", server, "--no-verify"], {
									answers: [
										[
											"How do you authenticate",
											"JWT as the username (NGINX's registry)",
										],
										["JWT:", "hunter2"],
										["JWT:", jwt],
										["Create secret/", true],
									],
								});
				assert.equal(outcome.status, 0, outcome.err);
				assert.deepEqual(bed.content("nginx-mesh"), written);
				assert.ok(!JSON.stringify(outcome).includes(jwt.slice(20)));
				if (how === "a file")
					assert.equal(
						outcome.err,
						"Warning: the JWT begins with a byte order mark, which was removed\nthe credential for private-registry.nginx.com is valid for 11574d\n",
					);
			});

		test("what is none is refused, unquoted", async () => {
			for (const [content, problem] of [
				["", "is empty"],
				[
					"hunter2",
					"is not a JWT: three parts in base64url with dots between them",
				],
				["hunter2".repeat(3000), "larger than 16 KiB"],
			] as const) {
				const path = join(bed.folder, "none.jwt");
				await writeFile(path, content);
				const { status, err } = await bed.run([
					"create",
					server,
					"--registry-jwt",
					path,
				]);
				assert.equal(status, 1);
				assert.ok(err.includes(problem), err);
				assert.doesNotMatch(err, /hunter2/);
			}
		});
	});

	describe("A3: what is given for a key file, and is none", () => {
		const KEYS: readonly [value: string, status: number, err: string][] = [
			[
				"nginx-mesh-registry-key",
				2,
				"error: --registry-key is a path to a JSON key file; to name the pull secret give it as NAME\n",
			],
			[
				"~/key.json",
				1,
				'error: cannot read ~/key.json: no such file or directory; a shell does not expand ~ after "=": write "$HOME/key.json"\n',
			],
			["-", 1, "error: cannot read -: no such file or directory\n"],
		];
		for (const [value, status, err] of KEYS)
			test(value, async () => {
				const outcome = await bed.run([
					"create",
					"--registry-server=gcr.io",
					`--registry-key=${value}`,
				]);
				assert.deepEqual([outcome.status, outcome.err], [status, err]);
			});

		test("~/… at the question, which no shell has read", async () => {
			const { asked } = await bed.run(["create", "asked", "--no-verify"], {
				answers: [
					["Registry server", "gcr.io"],
					["How do you authenticate?", "Service account JSON key file"],
					["Path of the JSON key file:", "~/key.json"],
				],
			});
			assert.equal(
				asked.at(-2),
				"! ~ is not expanded here; give the whole path",
			);
		});

		for (const flag of [
			"from-docker-config",
			"registry-password-file",
			"registry-jwt",
			"registry-ca",
		])
			test(`F19: --${flag}=~/…, which no shell expands`, async () => {
				const outcome = await bed.run(
					[
						"create",
						"--registry-server=gcr.io",
						...(flag === "registry-password-file"
							? ["--registry-username=u"]
							: []),
						...(flag === "registry-ca"
							? ["--registry-username=u", "--registry-password-stdin"]
							: []),
						`--${flag}=~/a`,
					],
					{ stdin: "p" },
				);
				assert.equal(
					outcome.err,
					'error: cannot read ~/a: no such file or directory; a shell does not expand ~ after "=": write "$HOME/a"\n',
				);
			});

		const OTHERS: readonly [text: string, is: string][] = [
			[
				'{"auths":{"r.io":{"auth":"aHVudGVyMg=="}}}',
				"it is a docker config; give it with --from-docker-config=PATH",
			],
			[
				'{"kind":"Secret","apiVersion":"v1","data":{"a":"aHVudGVyMg=="}}',
				"it is a Kubernetes Secret; kubectl apply -f it, and take it with --from-secret NAMESPACE/NAME",
			],
		];
		for (const [text, is] of OTHERS)
			for (const [flag, says] of [
				[
					"registry-password-file",
					"--registry-password-file: not a password: ",
				],
				["registry-key", "--registry-key: PATH is not a JSON key file: "],
				["registry-jwt", "--registry-jwt: PATH is not a JWT: "],
			] as const)
				test(`F16: for --${flag}, ${is}`, async () => {
					const path = join(bed.folder, "other.json");
					await writeFile(path, `${text}\n`);
					const outcome = await bed.run([
						"create",
						"--registry-server=gcr.io",
						...(flag === "registry-password-file"
							? ["--registry-username=u"]
							: []),
						`--${flag}=${path}`,
					]);
					assert.deepEqual(
						[outcome.status, outcome.err],
						[1, `error: ${says.replace("PATH", path)}${is}\n`],
					);
				});

		test("F19: a key in base64 is the password of another user", async () => {
			const path = join(bed.folder, "base64.json");
			await writeFile(path, btoa(JSON.stringify(KEY)));
			const outcome = await bed.run([
				"create",
				"--registry-server=gcr.io",
				"--registry-key",
				path,
			]);
			assert.equal(
				outcome.err,
				`error: --registry-key: ${path} is not a JSON key file: it is a JSON key in base64; give it with --registry-username _json_key_base64 and --registry-password-file\n`,
			);
		});
	});

	describe("a key file that is none is refused, unquoted", () => {
		const FILES: [name: string, content: string, problem: string][] = [
			["empty", "", "the file is empty"],
			["not JSON", "hunter2", "it is not JSON"],
			["an array", "[]", "it is not a JSON object"],
			[
				"another type",
				JSON.stringify({ ...KEY, type: "x" }),
				'its type is not "service_account"',
			],
			[
				"a user's credential",
				JSON.stringify({ ...KEY, type: "authorized_user" }),
				"it is an authorized_user credential; a registry takes only a service account's key",
			],
			[
				"no e-mail",
				JSON.stringify({ ...KEY, client_email: "" }),
				"its client_email is missing",
			],
			[
				"no key",
				JSON.stringify({ ...KEY, private_key: undefined }),
				"its private_key is missing",
			],
			[
				"a broken key",
				JSON.stringify({ ...KEY, private_key: "hunter2" }),
				"its private_key is not a key in PEM form",
			],
		];
		for (const [name, content, problem] of FILES)
			test(name, async () => {
				const path = join(bed.folder, `${name}.json`);
				await writeFile(path, content);
				const outcome = await bed.run([
					"create",
					"--registry-server",
					"gcr.io",
					"--registry-key",
					path,
				]);
				assert.equal(
					outcome.err,
					`error: --registry-key: ${path} is not a JSON key file: ${problem}\n`,
				);
				assert.equal(outcome.status, 1);
			});

		test("absent, a folder, too large", async () => {
			const path = (name: string) => join(bed.folder, name);
			await mkdir(path("folder"));
			await writeFile(path("large.json"), " ".repeat(64 * 1024 + 1));
			for (const [name, pattern] of [
				["absent.json", /^error: .*absent\.json.*no such file or directory\n$/],
				["folder", /^error: .*folder is a directory\n$/],
				["large.json", /^error: .*large\.json: larger than 64 KiB\n$/],
			] as const) {
				const outcome = await bed.run([
					"create",
					"--registry-server",
					"gcr.io",
					"--registry-key",
					path(name),
				]);
				assert.match(outcome.err, pattern);
				assert.equal(outcome.status, 1);
			}
		});
	});
});
