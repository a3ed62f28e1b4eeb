import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { disk } from "../../../src/adapters/files.ts";
import type { Answer } from "../../support/command-line.ts";
import { notPosix } from "../../support/posix.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NOW = Date.parse("2026-11-21T08:00:00Z");
const USER = [
	"--registry-server",
	"registry.example.com",
	"--registry-username",
	"bob",
];
const PIPED = [...USER, "--registry-password-stdin"];

/** A service account's key file, made for this run. */
const { privateKey } = generateKeyPairSync("rsa", {
	modulusLength: 2048,
	privateKeyEncoding: { type: "pkcs8", format: "pem" },
	publicKeyEncoding: { type: "spki", format: "pem" },
});
const KEY = {
	type: "service_account",
	project_id: "p",
	private_key_id: "1",
	private_key: privateKey,
	client_email: "puller@p.iam.gserviceaccount.com",
	token_uri: "https://oauth2.example.com/token",
};

describe("create", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed({ namespaces: ["nginx-mesh", "other"] });
	});
	after(() => bed[Symbol.asyncDispose]());
	const fresh = () => {
		for (const namespace of ["nginx-mesh", "other"])
			bed.server.store.delete("Secret", namespace, "nginx-mesh-registry-key");
	};
	const secret = () =>
		bed.server.store.get("Secret", "nginx-mesh", "nginx-mesh-registry-key");

	test("writes the Secret of the guide to the letter", async () => {
		fresh();
		const outcome = await bed.run(["create", ...PIPED], {
			stdin: "s3cret\n",
			now: NOW,
		});
		assert.deepEqual(outcome, {
			status: 0,
			out: "secret/nginx-mesh-registry-key created in nginx-mesh namespace\n",
			err: "",
			asked: [],
		});
		assert.equal(secret()?.type, "kubernetes.io/dockerconfigjson");
		assert.deepEqual(secret()?.metadata.labels, {
			usage: "nginx-mesh-registry-key",
			"app.kubernetes.io/managed-by": "kubectl-meshreg",
		});
		assert.deepEqual(secret()?.metadata.annotations, {
			"kubectl-meshreg/registry-servers":
				'{"registry.example.com":"registry.example.com"}',
			"kubectl-meshreg/issued-at":
				'{"registry.example.com":"2026-11-21T08:00:00Z"}',
			// It has been sent nowhere yet, and says so.
			"kubectl-meshreg/targets": "[]",
		});
		assert.deepEqual(bed.content("nginx-mesh"), {
			auths: {
				"registry.example.com": {
					username: "bob",
					password: "s3cret",
					auth: btoa("bob:s3cret"),
				},
			},
		});
	});

	test("the same again is unchanged and writes nothing", async () => {
		fresh();
		await bed.run(["create", ...PIPED], { stdin: "s3cret" });
		const version = secret()?.metadata.resourceVersion;
		const again = await bed.run(["create", ...PIPED], { stdin: "s3cret" });
		assert.equal(
			again.out,
			"secret/nginx-mesh-registry-key unchanged in nginx-mesh namespace\n",
		);
		assert.equal(secret()?.metadata.resourceVersion, version);
	});

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

	describe("passwords arrive as they are", () => {
		const PASSWORDS: Record<string, string> = {
			spaces: "  two  spaces  ",
			quotes: `'single' "double"`,
			dollar: "robot$name$HOME`id`",
			colon: "a:b:c",
			"non-ASCII": "pässwörd-密码-🔑",
			"10,000 characters": "x".repeat(10_000),
			"white space at its end": "p  ",
		};
		for (const [name, password] of Object.entries(PASSWORDS))
			test(name, async () => {
				fresh();
				const outcome = await bed.run(["create", ...PIPED], {
					stdin: `${password}\n`,
				});
				assert.equal(outcome.status, 0, outcome.err);
				assert.deepEqual(bed.content("nginx-mesh"), {
					auths: {
						"registry.example.com": {
							username: "bob",
							password,
							auth: Buffer.from(`bob:${password}`).toString("base64"),
						},
					},
				});
			});
	});

	describe("F6: a password that holds what no registry takes is refused, from wherever it comes", () => {
		const FAULTS: readonly [content: string | Buffer, fault: string][] = [
			["secret\n\n", "the password ends in a line end"],
			["one\ntwo\n", "the password has several lines"],
			["tab\tbed", "the password contains a control character"],
			["c1\u0085", "the password contains a control character"],
			[
				Buffer.from("secret", "utf16le"),
				"the password contains NUL characters, as text in UTF-16 does: save it as UTF-8",
			],
			[
				Buffer.from("\ufeffsecret", "utf16le"),
				"the password is text in UTF-16: save it as UTF-8",
			],
			[Buffer.from("p\xe4ss", "latin1"), "the password is not UTF-8 text"],
		];
		for (const [content, fault] of FAULTS)
			test(fault, async () => {
				fresh();
				const path = join(bed.folder, "password");
				await writeFile(path, content);
				const byFile = await bed.run([
					"create",
					...USER,
					"--registry-password-file",
					path,
				]);
				const byStdin = await bed.run(["create", ...PIPED], { stdin: content });
				for (const [{ status, out, err }, flag] of [
					[byFile, "--registry-password-file"],
					[byStdin, "--registry-password-stdin"],
				] as const) {
					assert.deepEqual([status, out], [1, ""]);
					assert.equal(
						err.replace("; nothing was written", ""),
						`error: ${flag}: ${fault}\n`,
					);
				}
				assert.equal(secret(), undefined);
			});

		test("by a flag, where nothing is trimmed", async () => {
			for (const flag of ["--registry-password", "--docker-password"])
				assert.deepEqual(
					await bed.run([
						"create",
						"--registry-server=r.io",
						"--registry-username=u",
						`${flag}=pw\n`,
					]),
					{
						status: 2,
						out: "",
						err: `error: ${flag}: the password ends in a line end\n`,
						asked: [],
					},
				);
		});

		test("at a prompt it is asked for again", async () => {
			fresh();
			const { asked, status } = await bed.run(
				["create", ...USER, "--no-verify"],
				{
					answers: [
						["Password:", "\ufeffsecret"],
						["Password:", "secret"],
						["Create secret/", true],
					],
				},
			);
			assert.equal(status, 0);
			assert.deepEqual(
				asked[1],
				"! the password begins with a byte order mark",
			);
		});

		test("a byte order mark is removed, and said", async () => {
			fresh();
			const outcome = await bed.run(["create", ...PIPED], {
				stdin: "\ufeffsecret\r\n",
			});
			assert.deepEqual(
				[outcome.status, outcome.err],
				[
					0,
					"Warning: --registry-password-stdin: the password begins with a byte order mark, which was removed\n",
				],
			);
			assert.equal(bed.password("nginx-mesh"), "secret");
		});

		test("a password is any JSON that is no file of another kind", async () => {
			fresh();
			const outcome = await bed.run(["create", ...PIPED], {
				stdin: '{"token":"x"}',
			});
			assert.equal(outcome.status, 0, outcome.err);
		});

		for (const user of ["_json_key", "json_key"])
			test(`a JSON key has lines, as the password of ${user}`, async () => {
				fresh();
				const key = JSON.stringify(KEY, null, "\t");
				const outcome = await bed.run(
					[
						"create",
						"--registry-server=gcr.io",
						`--registry-username=${user}`,
						"--registry-password-stdin",
					],
					{ stdin: `${key}\n` },
				);
				assert.equal(outcome.status, 0, outcome.err);
				assert.equal(bed.password("nginx-mesh"), key);
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
										["How do you authenticate", "jwt"],
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

	describe("what is given for a key file, and is none", () => {
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
				"it is a docker config: give it with --from-docker-config=PATH",
			],
			[
				'{"kind":"Secret","apiVersion":"v1","data":{"a":"aHVudGVyMg=="}}',
				"it is a Kubernetes Secret: kubectl apply -f it, and take it with --from-secret NAMESPACE/NAME",
			],
		];
		for (const [text, is] of OTHERS)
			for (const [flag, says] of [
				[
					"registry-password-file",
					"--registry-password-file: this is no password: ",
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
				`error: --registry-key: ${path} is not a JSON key file: it is a JSON key in base64: give it with --registry-username _json_key_base64 and --registry-password-file\n`,
			);
		});
	});

	describe("the server becomes the key that a kubelet matches", () => {
		const LOWER =
			"Warning: the registry is written in lower case, as registry.example.com: kubelets compare letter case, so images must be too\n";
		const SERVERS: [given: string, key: string, err: string][] = [
			["https://registry.example.com", "registry.example.com", ""],
			["http://registry.example.com:5000/", "registry.example.com:5000", ""],
			["registry.example.com/team/images", "registry.example.com", ""],
			["Registry.Example.COM", "registry.example.com", LOWER],
			["localhost", "localhost", ""],
			["[::1]:5000", "[::1]:5000", ""],
			...[
				"docker.io",
				"index.docker.io",
				"registry-1.docker.io",
				"hub.docker.com",
				"https://index.docker.io/v1/",
				"Docker.io",
			].map((hub): [string, string, string] => [
				hub,
				"https://index.docker.io/v1/",
				"",
			]),
			[
				"your-registry",
				"your-registry",
				"Warning: your-registry has neither a dot nor a port: a kubelet reads the image your-registry/NAME as docker.io/your-registry/NAME, so this key never matches; use the full host name or add the port\n",
			],
		];
		for (const [given, key, err] of SERVERS)
			test(given, async () => {
				fresh();
				const outcome = await bed.run(
					[
						"create",
						"--registry-server",
						given,
						"--registry-username",
						"bob",
						"--registry-password-stdin",
					],
					{ stdin: "p" },
				);
				assert.deepEqual([outcome.status, outcome.err], [0, err]);
				assert.deepEqual(
					Object.keys((bed.content("nginx-mesh") as { auths: object }).auths),
					[key],
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

		test("absent, a folder, too large, unreadable", async (t) => {
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
			if (notPosix) return t.diagnostic(`unreadable: ${notPosix}`);
			await writeFile(path("secret.json"), JSON.stringify(KEY));
			await chmod(path("secret.json"), 0);
			if (process.getuid?.() === 0)
				return t.diagnostic(
					"root may read everything: the unreadable file was not tried",
				);
			const outcome = await bed.run([
				"create",
				"--registry-server",
				"gcr.io",
				"--registry-key",
				path("secret.json"),
			]);
			assert.match(outcome.err, /^error: .*secret\.json.*permission denied\n$/);
		});
	});

	describe("what is there already", () => {
		const differing = async (args: string[] = [], given = {}) => {
			fresh();
			await bed.run(["create", ...PIPED], { stdin: "old" });
			return bed.run(["create", ...PIPED, ...args], { stdin: "new", ...given });
		};
		const password = () =>
			(
				bed.content("nginx-mesh") as {
					auths: Record<string, { password: string }>;
				}
			).auths["registry.example.com"]?.password;

		test("a source that differs is kept, and --replace named", async () => {
			const outcome = await differing();
			assert.equal(
				outcome.err,
				'Error from server (AlreadyExists): secrets "nginx-mesh-registry-key" already exists with other content in namespace "nginx-mesh"; overwrite it with --replace, or give it one more registry with --add\n',
			);
			assert.deepEqual([outcome.status, password()], [1, "old"]);
		});
		test("--replace overwrites it", async () => {
			const outcome = await differing(["--replace"]);
			assert.equal(
				outcome.out,
				"secret/nginx-mesh-registry-key configured in nginx-mesh namespace\n",
			);
			assert.deepEqual([outcome.status, password()], [0, "new"]);
		});
		test("at a terminal it is asked about", async () => {
			const ask = [...USER, "--registry-password", "new", "--no-verify"];
			for (const [answer, expected] of [
				[false, "old"],
				[true, "new"],
			] as const) {
				fresh();
				await bed.run(["create", ...PIPED], { stdin: "old" });
				const outcome = await bed.run(["create", ...ask], {
					answers: [
						[
							"secret/nginx-mesh-registry-key in nginx-mesh namespace exists with another credential.\n  Replace it?",
							answer,
						],
					],
				});
				assert.deepEqual([outcome.status, password()], [0, expected]);
			}
		});
		describe("B8: at a terminal it is said first, and asked what is to become of it", () => {
			const EXISTS =
				"nginx-mesh/nginx-mesh-registry-key exists (context embedded)\n  with registry.example.com as bob. What do you want to do?";
			const choosing = async (choice: string, ...rest: readonly Answer[]) => {
				fresh();
				await bed.run(["create", ...PIPED], { stdin: "old" });
				return bed.run(["create", "--no-verify"], {
					answers: [[EXISTS, choice], ...rest],
				});
			};
			const held = () =>
				Object.entries(
					(
						bed.content("nginx-mesh") as {
							auths: Record<string, { password: string }>;
						}
					).auths,
				).map(([key, { password }]) => `${key} ${password}`);
			const entering: readonly Answer[] = [
				["Registry server", "r.io"],
				["How do you authenticate?", "password"],
				["Username:", "u"],
				["Password:", "new"],
			];

			test("a registry is added", async () => {
				const { status, err } = await choosing("add", ...entering, [
					"Add r.io as u\n  to secret/nginx-mesh-registry-key in nginx-mesh namespace (context embedded)?",
					true,
				]);
				assert.equal(status, 0, err);
				assert.deepEqual(held(), ["registry.example.com old", "r.io new"]);
			});

			test("a credential is replaced, for the only registry without a question", async () => {
				const { status, err } = await choosing(
					"change",
					["How do you authenticate to registry.example.com?", "password"],
					["Username:", ""],
					["Password:", "new"],
					["Replace the credential for registry.example.com as bob", true],
				);
				assert.equal(status, 0, err);
				assert.deepEqual(held(), ["registry.example.com new"]);
			});

			test("it is written anew", async () => {
				const { status, err } = await choosing("over", ...entering, [
					"Create secret/nginx-mesh-registry-key",
					true,
				]);
				assert.equal(status, 0, err);
				assert.deepEqual(held(), ["r.io new"]);
			});

			test("nothing is asked and nothing changed", async () => {
				const { status, err } = await choosing("cancel");
				assert.deepEqual(
					[status, err, held()],
					[0, "Cancelled; nothing was changed\n", ["registry.example.com old"]],
				);
			});
		});

		test("a foreign Secret needs --force, another type also --yes", async () => {
			fresh();
			bed.server.store.seed({
				kind: "Secret",
				metadata: { namespace: "nginx-mesh", name: "nginx-mesh-registry-key" },
				type: "Opaque",
				data: { a: "Yg==" },
			});
			const refused = await bed.run(["create", ...PIPED], { stdin: "p" });
			assert.equal(
				refused.err,
				'error: secret "nginx-mesh-registry-key" in namespace "nginx-mesh" exists but is not managed by meshreg (type Opaque); use --force to overwrite it\n',
			);
			const unasked = await bed.run(["create", ...PIPED, "--force"], {
				stdin: "p",
			});
			assert.equal(unasked.status, 1);
			assert.deepEqual(secret()?.data, { a: "Yg==" });
			const forced = await bed.run(["create", ...PIPED, "--force", "--yes"], {
				stdin: "p",
			});
			assert.equal(
				forced.out,
				"secret/nginx-mesh-registry-key configured in nginx-mesh namespace\n",
			);
			assert.equal(secret()?.type, "kubernetes.io/dockerconfigjson");
		});
		test("a replacement that fails puts the old object back", async () => {
			fresh();
			bed.server.store.seed({
				kind: "Secret",
				metadata: {
					namespace: "nginx-mesh",
					name: "nginx-mesh-registry-key",
					labels: { keep: "me" },
				},
				type: "Opaque",
				data: { a: "Yg==" },
			});
			let refusals = 0;
			const off = bed.server.onRequest(({ method }) =>
				method === "POST" && refusals++ === 0
					? {
							answer: {
								status: 403,
								reason: "Forbidden",
								message: 'admission webhook "policy" denied the request',
							},
						}
					: undefined,
			);
			const outcome = await bed.run(["create", ...PIPED, "--force", "--yes"], {
				stdin: "p",
			});
			off();
			assert.equal(outcome.status, 1);
			assert.match(
				outcome.err,
				/^Error from server \(Forbidden\): admission webhook "policy" denied the request/,
			);
			assert.deepEqual(
				[secret()?.type, secret()?.data, secret()?.metadata.labels],
				["Opaque", { a: "Yg==" }, { keep: "me" }],
			);
		});
	});

	test("a missing namespace is named, and created where asked for", async () => {
		const missing = await bed.run(["create", ...PIPED, "-n", "fresh"], {
			stdin: "p",
		});
		assert.equal(
			missing.err,
			'Error from server (NotFound): namespaces "fresh" not found; create it as well with --create-namespace\n',
		);
		const dry = await bed.run(
			[
				"create",
				...PIPED,
				"-n",
				"fresh",
				"--create-namespace",
				"--dry-run=server",
			],
			{ stdin: "p" },
		);
		assert.equal(
			dry.out,
			"namespace/fresh created (server dry run)\nsecret/nginx-mesh-registry-key created in fresh namespace (server dry run)\n",
		);
		assert.equal(bed.server.store.get("Namespace", "", "fresh"), undefined);
		const made = await bed.run(
			["create", ...PIPED, "-n", "fresh", "--create-namespace"],
			{ stdin: "p" },
		);
		assert.equal(
			made.out,
			"namespace/fresh created\nsecret/nginx-mesh-registry-key created in fresh namespace\n",
		);
	});

	test("at a terminal a missing namespace costs a question, not all that was entered", async () => {
		const create = (answer: boolean) =>
			bed.run(
				[
					"create",
					"-n=asked-for",
					"--registry-server=r.io",
					"--registry-username=u",
					"--no-verify",
				],
				{
					answers: [
						["Password:", "p"],
						["Create secret/nginx-mesh-registry-key", true],
						["Namespace asked-for does not exist. Create it?", answer],
					],
				},
			);
		const no = await create(false);
		assert.deepEqual(
			[no.status, no.out, no.err],
			[0, "", "Cancelled; nothing was changed\n"],
		);
		const yes = await create(true);
		assert.equal(
			yes.out,
			"namespace/asked-for created\nsecret/nginx-mesh-registry-key created in asked-for namespace\n",
		);
	});

	test("what is wrong with an answer fits a line", async () => {
		const { asked } = await bed.run(
			["create", "--registry-username=u", "--registry-password=p"],
			{ answers: [["Registry server", ""]] },
		);
		assert.equal(asked[1], "! the server is empty; give HOST or HOST:PORT");
	});

	test("dry runs write nothing, and print the object where asked", async () => {
		fresh();
		for (const [mode, suffix] of [
			["client", " (dry run)"],
			["server", " (server dry run)"],
		] as const) {
			const outcome = await bed.run(["create", ...PIPED, `--dry-run=${mode}`], {
				stdin: "p",
			});
			assert.equal(
				outcome.out,
				`secret/nginx-mesh-registry-key created in nginx-mesh namespace${suffix}\n`,
			);
		}
		const bare = await bed.run(["create", ...PIPED, "--dry-run"], {
			stdin: "p",
		});
		assert.equal(
			bare.err,
			"Warning: --dry-run is deprecated and can be replaced with --dry-run=client\n",
		);
		const object = await bed.run(
			["create", ...PIPED, "--dry-run=client", "-o", "yaml"],
			{
				stdin: "p",
				now: NOW,
				kubeconfig: "/nonexistent",
			},
		);
		assert.equal(
			object.out,
			`apiVersion: v1
data:
  .dockerconfigjson: ${Buffer.from('{"auths":{"registry.example.com":{"username":"bob","password":"p","auth":"Ym9iOnA="}}}').toString("base64")}
kind: Secret
metadata:
  annotations:
    kubectl-meshreg/registry-servers: '{"registry.example.com":"registry.example.com"}'
    kubectl-meshreg/targets: "[]"
  labels:
    app.kubernetes.io/managed-by: kubectl-meshreg
    usage: nginx-mesh-registry-key
  name: nginx-mesh-registry-key
  namespace: nginx-mesh
type: kubernetes.io/dockerconfigjson
`,
		);
		assert.equal(secret(), undefined);
	});

	test("a dry run on the server shows the object that it would take, or why it would not", async () => {
		fresh();
		const flags = [...PIPED, "--dry-run=server", "-o", "json"];
		const taken = await bed.run(["create", ...flags], { stdin: "p" });
		assert.deepEqual([taken.status, JSON.parse(taken.out).kind], [0, "Secret"]);
		const off = bed.server.onRequest(({ method }) =>
			method === "POST"
				? {
						answer: {
							status: 403,
							reason: "Forbidden",
							message: "admission says no",
						},
					}
				: undefined,
		);
		const refused = await bed.run(["create", ...flags], { stdin: "p" });
		off();
		assert.deepEqual(
			[refused.status, JSON.parse(refused.out).items[0].action, refused.err],
			[
				1,
				"failed",
				'Error from server (Forbidden): admission says no (namespace "nginx-mesh")\n',
			],
		);
		assert.equal(secret(), undefined);
	});

	test("-o json says what was done", async () => {
		fresh();
		const outcome = await bed.run(["create", ...PIPED, "-o", "json"], {
			stdin: "p",
		});
		assert.deepEqual(JSON.parse(outcome.out), {
			items: [
				{
					context: "embedded",
					namespace: "nginx-mesh",
					kind: "Secret",
					name: "nginx-mesh-registry-key",
					action: "created",
					cause: "",
					message: "",
				},
			],
		});
	});

	test("at a terminal everything is asked, mistakes again, and confirmed once", async () => {
		fresh();
		const outcome = await bed.run(["create", "--no-verify"], {
			answers: [
				["Registry server", "not a host"],
				["Registry server", "registry.example.com"],
				["How do you authenticate?", "password"],
				["Username:", "a:b"],
				["Username:", "bob"],
				["Password:", ""],
				["Password:", "s3cret"],
				[
					"Create secret/nginx-mesh-registry-key in nginx-mesh namespace\n  for registry.example.com as bob (context embedded)?",
					true,
				],
			],
		});
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				0,
				"secret/nginx-mesh-registry-key created in nginx-mesh namespace\n",
				"",
			],
		);
		assert.equal(
			outcome.asked.filter((line) => line.startsWith("!")).length,
			3,
		);
	});

	test("at a terminal, no to the summary writes nothing", async () => {
		fresh();
		const outcome = await bed.run(["create", ...USER, "--no-verify"], {
			answers: [
				["Password:", "p"],
				["Create secret/", false],
			],
		});
		assert.deepEqual(
			[outcome.status, outcome.err, secret()],
			[0, "Cancelled; nothing was changed\n", undefined],
		);
	});

	test("kubectl create secret docker-registry's line works with its head replaced", async () => {
		fresh();
		const outcome = await bed.run([
			"create",
			"mykey",
			"--docker-username=bob",
			"--docker-password=p",
			"--docker-email=bob@example.com",
		]);
		assert.equal(outcome.out, "secret/mykey created in nginx-mesh namespace\n");
		assert.equal(
			outcome.err,
			`Warning: --docker-password can be seen in the process list and in the shell's history; use --registry-password-stdin
Warning: --docker-email is ignored: no registry asks for it
Warning: unlike kubectl create secret, this writes to the source's namespace, not the context's; change it with -n
`,
		);
		assert.deepEqual(bed.content("nginx-mesh", "mykey"), {
			auths: {
				"https://index.docker.io/v1/": {
					username: "bob",
					password: "p",
					auth: "Ym9iOnA=",
				},
			},
		});
	});

	test("F19: a file in the place of NAME, beside a flag that takes its value after =", async () => {
		const outcome = await bed.run(
			[
				"create",
				"config.json",
				"--from-docker-config",
				"--registry-server=r.io",
			],
			{ files: { ...disk, exists: async (file) => file === "config.json" } },
		);
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				2,
				"",
				'error: --from-docker-config takes its value after "=": --from-docker-config=config.json\n',
			],
		);
	});

	test("defaults come from the environment", async () => {
		const outcome = await bed.run(["create", ...PIPED], {
			stdin: "p",
			env: {
				MESHREG_NAMESPACE: "other",
				MESHREG_NAME: "second",
			},
		});
		assert.equal(outcome.out, "secret/second created in other namespace\n");
		assert.equal(
			bed.server.store.get("Secret", "other", "second")?.metadata.labels?.usage,
			"second",
		);
	});
});

test("--label is kept on the source, and given to its copies", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	const name = "a".repeat(64);
	const input = { stdin: "p" };
	const long = await bed.run(["create", name, ...PIPED], input);
	assert.deepEqual(
		[long.status, long.err],
		[
			2,
			"error: NAME: 64 characters are too many for the label usage=NAME (at most 63); choose a shorter name, or another label with --label KEY=VALUE\n",
		],
	);
	for (const password of ["p", "q"])
		await bed.run(
			[
				"create",
				name,
				...PIPED,
				...(password === "p" ? ["--label", "own=x"] : ["--replace"]),
			],
			{ stdin: password },
		);
	await bed.run(["sync", name, "-n", "app"]);
	for (const namespace of ["nginx-mesh", "app"])
		assert.deepEqual(
			bed.server.store.get("Secret", namespace, name)?.metadata.labels,
			{ own: "x", "app.kubernetes.io/managed-by": "kubectl-meshreg" },
		);
	assert.match((await bed.run(["list"])).out, /InSync/);
});
