import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Answer, Surroundings } from "../../support/command-line.ts";
import { program } from "../../support/program.ts";
import {
	type Authority,
	newAuthority,
} from "../../support/registry/certificates.ts";
import { ask, push } from "../../support/registry/exchange.ts";
import { registry } from "../../support/registry/registry.ts";
import { type LoopbackServer, serve } from "../../support/registry/server.ts";
import { tokenServer } from "../../support/registry/token-server.ts";
import { assertHides } from "../../support/secret-traces.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const PASSWORD = "marked-password";
const ACCOUNTS = {
	passwords: { mesh: PASSWORD, other: "other" },
	closed: { "secret/app": ["other"] },
};
const CREATED = `secret/${NAME} created in nginx-mesh namespace\n`;
const NOT_WRITTEN =
	"; nothing was written; use --no-verify instead to skip this check\n";

describe("create verifies what it writes", () => {
	let bed: TestBed;
	let authority: Authority;
	/** By plain http, Basic. */
	let plain: LoopbackServer;
	/** By https, Bearer. */
	let secure: LoopbackServer;
	let tokens: LoopbackServer;
	/** Answers anything with 200. */
	let open: LoopbackServer;
	before(async () => {
		bed = await testBed({ namespaces: ["nginx-mesh"] });
		authority = await newAuthority("test-ca");
		await writeFile(join(bed.folder, "ca.pem"), authority.certificate);
		plain = await serve(registry({ by: "basic", accounts: ACCOUNTS }));
		const identity = await authority.issue(["127.0.0.1"]);
		const tokenSource = await tokenServer(ACCOUNTS);
		tokens = await serve(tokenSource.listener, identity);
		secure = await serve(
			registry({
				by: "bearer",
				realm: `${tokens.origin}/token`,
				service: "test",
				tokens: tokenSource,
			}),
			identity,
		);
		open = await serve(registry({ by: "none" }));
		await push(
			{ origin: plain.origin },
			"team/app",
			"1.0",
			`Basic ${btoa(`mesh:${PASSWORD}`)}`,
		);
	});
	after(async () => {
		for (const server of [plain, secure, tokens, open]) await server.close();
		await bed[Symbol.asyncDispose]();
	});
	beforeEach(() => bed.server.store.delete("Secret", "nginx-mesh", NAME));

	const create = (
		host: string,
		args: readonly string[],
		given: Surroundings = {},
	) =>
		bed.run(
			[
				"create",
				"--registry-server",
				host,
				"--registry-username",
				"mesh",
				...(given.answers ? [] : ["--registry-password-stdin"]),
				...args,
			],
			{ stdin: PASSWORD, ...given },
		);
	const shown = async (outcome: ReturnType<typeof create>) => {
		const { status, out, err } = await outcome;
		assertHides(out + err, PASSWORD);
		return [status, out, err];
	};

	test("a good credential is written", async () =>
		assert.deepEqual(await shown(create(plain.host, ["--verify"])), [
			0,
			CREATED,
			`${plain.host} accepts the credential\n`,
		]));

	test("without a terminal it is not tried unless that is asked for", async () => {
		const seen = plain.requests.length;
		assert.deepEqual(await shown(create(plain.host, [])), [0, CREATED, ""]);
		assert.equal(plain.requests.length, seen);
	});

	test("a rejected one is not written, and the registry's own words are shown", async () => {
		assert.deepEqual(
			await shown(create(plain.host, ["--verify"], { stdin: "wrong" })),
			[
				1,
				"",
				`error: ${plain.host} rejects the credential: "authentication required"${NOT_WRITTEN}`,
			],
		);
		assert.equal(bed.content("nginx-mesh"), undefined);
	});

	test("one that cannot be verified is written, with a warning", async () =>
		assert.deepEqual(await shown(create(open.host, ["--verify"])), [
			0,
			CREATED,
			`Warning: could not verify the credential for ${open.host}: the registry asks for no credential\n`,
		]));

	test("an unreachable registry means that nothing is written", async () => {
		assert.deepEqual(await shown(create("nosuch.example", ["--verify"])), [
			1,
			"",
			`error: could not verify the credential: cannot resolve nosuch.example (no such host)${NOT_WRITTEN}`,
		]);
		assert.equal(bed.content("nginx-mesh"), undefined);
	});

	test("--registry-ca makes a registry's certificate good, for this check", async () => {
		assert.deepEqual(await shown(create(secure.host, ["--verify"])), [
			1,
			"",
			`error: could not verify the credential: the certificate of ${secure.host} is signed by an unknown CA: give its CA with --registry-ca FILE (the nodes must trust it too)${NOT_WRITTEN}`,
		]);
		const ca = ["--registry-ca", join(bed.folder, "ca.pem")];
		assert.deepEqual(await shown(create(secure.host, ca)), [
			0,
			CREATED,
			`${secure.host} accepts the credential\nWarning: --registry-ca applies to this check only: the cluster's nodes must be set up for ${secure.host} as well\n`,
		]);
	});

	test("--registry-insecure takes any certificate, for this check", async () =>
		assert.deepEqual(
			await shown(create(secure.host, ["--registry-insecure", "-q"])),
			[
				0,
				CREATED,
				`Warning: --registry-insecure applies to this check only: the cluster's nodes must be set up for ${secure.host} as well\n`,
			],
		));

	test("a CA file that is none, or not there, is an error", async () => {
		const none = join(bed.folder, "none.pem");
		assert.deepEqual(
			await shown(create(secure.host, ["--registry-ca", none])),
			[1, "", `error: cannot read ${none}: no such file or directory\n`],
		);
		await writeFile(none, "no certificate");
		assert.deepEqual(
			await shown(create(secure.host, ["--registry-ca", none])),
			[1, "", "error: --registry-ca holds no PEM certificate\n"],
		);
	});

	test("--verify-image also pulls the manifest", async () => {
		const image = `${plain.host}/team/app:1.0`;
		assert.deepEqual(
			await shown(create(plain.host, ["--verify-image", image])),
			[
				0,
				CREATED,
				`${plain.host} accepts the credential, and ${image} can be pulled with it\n`,
			],
		);
		const { headers } = await ask(
			{ origin: plain.origin },
			"/v2/team/app/manifests/1.0",
			{
				authorization: `Basic ${btoa(`mesh:${PASSWORD}`)}`,
				accept: "application/vnd.oci.image.manifest.v1+json",
				method: "HEAD",
			},
		);
		const byDigest = `${plain.host}/team/app@${headers["docker-content-digest"]}`;
		bed.server.store.delete("Secret", "nginx-mesh", NAME);
		assert.equal(
			(await create(plain.host, ["--verify-image", byDigest])).status,
			0,
		);
	});

	test("an image that is not there, or may not be pulled, means that nothing is written", async () => {
		const absent = `${plain.host}/team/app`;
		assert.deepEqual(
			await shown(create(plain.host, ["--verify-image", absent])),
			[
				1,
				"",
				`error: ${plain.host}: cannot pull ${absent}: not found, or no access${NOT_WRITTEN}`,
			],
		);
		const closed = `${secure.host}/secret/app:1.0`;
		const ca = ["--registry-ca", join(bed.folder, "ca.pem")];
		assert.deepEqual(
			await shown(create(secure.host, ["--verify-image", closed, ...ca])),
			[
				1,
				"",
				`error: ${secure.host}: cannot pull ${closed}: no permission, or no such repository ("insufficient_scope")${NOT_WRITTEN}`,
			],
		);
		assert.equal(bed.content("nginx-mesh"), undefined);
	});

	test("an image of another registry is a usage error", async () =>
		assert.deepEqual(
			await shown(create(plain.host, ["--verify-image", "nats:2.9"])),
			[
				2,
				"",
				`error: --verify-image: the image is from docker.io, but the credential is for ${plain.host}\n`,
			],
		));

	test("of several credentials each that fails has its line, and none is written", async () => {
		const path = join(bed.folder, "config.json");
		const login = (password: string) => ({ auth: btoa(`mesh:${password}`) });
		await writeFile(
			path,
			JSON.stringify({
				auths: {
					[plain.host]: login("wrong"),
					[open.host]: login("any"),
					"nosuch.example": login("any"),
				},
			}),
		);
		const outcome = await bed.run([
			"create",
			"-q",
			"--verify",
			`--from-docker-config=${path}`,
			...[plain.host, open.host, "nosuch.example"].map(
				(host) => `--registry-server=${host}`,
			),
		]);
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				1,
				"",
				`Warning: could not verify the credential for ${open.host}: the registry asks for no credential
error: ${plain.host} rejects the credential: "authentication required"
error: could not verify the credential: cannot resolve nosuch.example (no such host)${NOT_WRITTEN}`,
			],
		);
		assert.equal(bed.content("nginx-mesh"), undefined);
	});

	describe("at a terminal", () => {
		const WRITE: Answer = ["Create secret/", true];
		/** A registry that is none is entered first, then the right one. */
		const mistyped = (): Answer[] => [
			["Registry server", "nosuch.example"],
			["How do you authenticate", "Username and password or token"],
			["Username:", "mesh"],
			["Password:", PASSWORD],
			["What now?", "Enter another registry"],
			["Registry server", plain.host],
		];

		test("a rejected credential is asked for again until it is good", async () => {
			const outcome = await create(plain.host, [], {
				answers: [
					["Password:", "wrong"],
					["What now?", "Enter another credential"],
					["Username:", "nobody"],
					["Password:", PASSWORD],
					["What now?", "Enter another credential"],
					["Username:", "mesh"],
					["Password:", PASSWORD],
					WRITE,
				],
			});
			const rejected = `${plain.host} rejects the credential: "authentication required"\n`;
			assert.deepEqual(
				[outcome.status, outcome.out, outcome.err],
				[
					0,
					CREATED,
					`${rejected}${rejected}${plain.host} accepts the credential\nNext: kubectl meshreg sync --attach\n`,
				],
			);
			assert.equal(bed.password("nginx-mesh"), PASSWORD);
		});

		test("it can be written all the same, or not at all", async () => {
			const written = await create(plain.host, [], {
				answers: [
					["Password:", "wrong"],
					["What now?", "Save it anyway"],
					WRITE,
				],
			});
			assert.deepEqual([written.status, written.out], [0, CREATED]);
			assert.equal(bed.password("nginx-mesh"), "wrong");
			bed.server.store.delete("Secret", "nginx-mesh", NAME);
			const left = await create(plain.host, [], {
				answers: [
					["Password:", "wrong"],
					["What now?", "Cancel"],
				],
			});
			assert.deepEqual(
				[left.status, left.err],
				[
					0,
					`${plain.host} rejects the credential: "authentication required"\nCancelled; nothing was changed\n`,
				],
			);
			assert.equal(bed.content("nginx-mesh"), undefined);
		});

		test("what may help is offered, and nothing else", async () => {
			for (const [host, first] of [
				[plain.host, "Enter another credential"],
				["nosuch.example", "Try again"],
			] as const) {
				let offered: string[] = [];
				await create(host, [], {
					answers: [
						["Password:", "wrong"],
						[
							"What now?",
							(choices) => {
								offered = choices.map(({ label }) => label);
								return "Cancel";
							},
						],
					],
				});
				assert.deepEqual(offered, [first, "Save it anyway", "Cancel"]);
			}
		});

		test("an unreachable registry can be tried again", async () => {
			const outcome = await create("nosuch.example", [], {
				answers: [
					["Password:", PASSWORD],
					["What now?", "Try again"],
					["What now?", "Save it anyway"],
					WRITE,
				],
			});
			const unreachable =
				"could not verify the credential: cannot resolve nosuch.example (no such host)\n";
			assert.deepEqual(
				[outcome.status, outcome.err],
				[
					0,
					`${unreachable}${unreachable}Next: kubectl meshreg sync --attach\n`,
				],
			);
		});

		test("a mistyped registry is entered again, the credential is not", async () => {
			const outcome = await bed.run(
				["create", "--registry-insecure", "--create-namespace"],
				{
					answers: [...mistyped(), WRITE],
				},
			);
			assert.deepEqual([outcome.status, outcome.out], [0, CREATED]);
			assert.deepEqual(bed.content("nginx-mesh"), {
				auths: {
					[plain.host]: {
						username: "mesh",
						password: PASSWORD,
						auth: btoa(`mesh:${PASSWORD}`),
					},
				},
			});
		});

		test("of what is entered in another's place it is told, too, how long it is good", async () => {
			const jwt = (exp: number) =>
				['{"alg":"none"}', JSON.stringify({ exp }), "s"]
					.map((part) => Buffer.from(part).toString("base64url"))
					.join(".");
			const now = Date.UTC(2026, 0, 1);
			const file = join(bed.folder, "license.jwt");
			await writeFile(file, jwt(now / 1000 + 90 * 86_400));
			const { err } = await bed.run(
				[
					...["create", `--registry-server=${plain.host}`],
					`--registry-jwt=${file}`,
					"--registry-insecure",
				],
				{
					now,
					answers: [
						["What now?", "Enter another credential"],
						["JWT:", jwt(now / 1000 + 3600)],
						["What now?", "Cancel"],
					],
				},
			);
			assert.match(err, /valid for 90d/);
			assert.match(err, /valid for 1h\n/);
		});

		test("a registry entered in another's place is that of --verify-image, and told of", async () => {
			const image = "nosuch.example/team/app:1.0";
			const { status, err } = await bed.run(
				["create", "--registry-insecure", `--verify-image=${image}`],
				{
					answers: mistyped(),
				},
			);
			assert.equal(status, 2);
			assert.match(err, /--verify-image: the image is from nosuch\.example/);
		});

		test("--no-verify asks no registry, and --yes asks no question about a rejected one", async () => {
			const seen = plain.requests.length;
			await create(plain.host, ["--no-verify"], {
				answers: [["Password:", "wrong"], WRITE],
			});
			assert.equal(plain.requests.length, seen);
			bed.server.store.delete("Secret", "nginx-mesh", NAME);
			const outcome = await create(plain.host, ["--yes"], {
				answers: [["Password:", "wrong"]],
			});
			assert.deepEqual(
				[outcome.status, outcome.err],
				[
					1,
					`error: ${plain.host} rejects the credential: "authentication required"${NOT_WRITTEN.replace(" instead", "")}`,
				],
			);
		});

		test("a dry run tries nothing unless it is told to", async () => {
			const seen = plain.requests.length;
			const args = ["--dry-run=client", "--registry-password", PASSWORD];
			await create(plain.host, args, { answers: [] });
			assert.equal(plain.requests.length, seen);
			await create(plain.host, [...args, "--verify"], { answers: [] });
			assert.notEqual(plain.requests.length, seen);
		});
	});
});

test("a SOCKS proxy brings no warnings of Node's", async () => {
	const nobody = await serve(() => {});
	await nobody.close();
	const { err } = await program(
		process.execPath,
		[
			"--import",
			import.meta.resolve("tsx"),
			fileURLToPath(new URL("../../../src/main.ts", import.meta.url)),
			"create",
			"--dry-run=client",
			"--verify",
			"--registry-server=r.example.com",
			"--registry-username=u",
			"--registry-password-stdin",
		],
		{
			kubeconfig: "/nowhere",
			home: "/nowhere",
			stdin: "p",
			env: { HTTPS_PROXY: `socks5://${nobody.host}` },
		},
	);
	assert.equal(
		err,
		`error: could not verify the credential: the proxy did not connect to r.example.com: check HTTPS_PROXY and NO_PROXY${NOT_WRITTEN}`,
	);
});
