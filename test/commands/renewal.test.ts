import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Surroundings } from "../support/command-line.ts";
import { pluginAnswer, writeProgram } from "../support/kubelet-plugin.ts";
import { takeWarnings } from "../support/node-warnings.ts";
import { notPosix } from "../support/posix.ts";
import { httpProxy, socksProxy } from "../support/proxies.ts";
import { amazon, nobodysEnvironment } from "../support/registry/amazon.ts";
import { newAuthority } from "../support/registry/certificates.ts";
import { type LoopbackServer, serve } from "../support/registry/server.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";
import { started } from "../support/watching.ts";

const NAME = "nginx-mesh-registry-key";
const NOW = Date.parse("2026-11-21T08:00:00Z");
const HOUR = 3_600_000;
const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

describe("credentials from a provider", { skip: notPosix }, () => {
	let bed: TestBed;
	let bin: string;
	before(async () => {
		bed = await testBed({ namespaces: ["app", "nginx-mesh", "shop"] });
		bin = join(bed.folder, "bin");
		await mkdir(bin);
	});
	after(() => bed[Symbol.asyncDispose]());

	/** Puts a program on PATH. */
	const program = (name: string, script: string) =>
		writeProgram(join(bin, name), script);
	const run = (argv: readonly string[], given = {}) =>
		bed.run(argv, {
			env: { PATH: `${bin}:${process.env.PATH}` },
			now: NOW,
			...given,
		});
	/** A source for r.example with the password `old`. */
	const old = (...more: string[]) =>
		run(
			[
				"create",
				"--registry-server=r.example",
				"--registry-username=u",
				"--registry-password-stdin",
				...more,
			],
			{ stdin: "old" },
		);
	const fresh = () => bed.server.store.delete("Secret", "nginx-mesh", NAME);
	const annotation = (name: string) =>
		bed.server.store.get("Secret", "nginx-mesh", NAME)?.metadata.annotations?.[
			`kubectl-meshreg/${name}`
		];

	test("a helper is asked for the registry, and its name stands on the source", async () => {
		fresh();
		await program(
			"docker-credential-mine",
			`read server; [ "$1" = get ] && printf '{"ServerURL":"%s","Username":"u","Secret":"from-%s"}' "$server" "$server"`,
		);
		const outcome = await run([
			"create",
			"--registry-server=r.example",
			"--credential-from=helper:mine",
		]);
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[0, `secret/${NAME} created in nginx-mesh namespace\n`, ""],
		);
		assert.equal(bed.password("nginx-mesh"), "from-r.example");
		assert.equal(annotation("provider"), '{"r.example":"helper:mine"}');
	});

	test("list -o wide and check say what it came from; apply notes it as well", async () => {
		fresh();
		await program(
			"docker-credential-mine",
			`printf '{"Username":"u","Secret":"p"}'`,
		);
		const applied = await run([
			...["apply", "--no-verify", "--registry-server=r.example"],
			...["--credential-from=helper:mine", "--expires-in=1h"],
		]);
		assert.equal(applied.status, 0, applied.err);
		assert.equal(annotation("provider"), '{"r.example":"helper:mine"}');
		const wide = await run(["list", "-o=wide"]);
		assert.match(wide.out, /EXPIRES +PROVIDER\n.* 60m +helper:mine\n$/);
		const json = await run(["list", "-o=json"]);
		assert.equal(JSON.parse(json.out).items[0].provider, "helper:mine");
		const check = await run(["check"]);
		assert.match(check.out, /well-formed, for r\.example \(from helper:mine\)/);
		const late = await run(["check"], { now: NOW + HOUR });
		assert.match(
			late.out,
			/the credential for r\.example expired at \S+ \(it came from helper:mine: is what renews it running\?\)/,
		);
	});

	test("a plugin is asked as kubelets ask, with its own arguments", async () => {
		fresh();
		const asked = join(bed.folder, "asked");
		const path = await program(
			"provider",
			`printf '%s ' "$@" >"${asked}"; cat >>"${asked}"; printf '%s' '${pluginAnswer({ "*.example": { username: "u", password: "p" } })}'`,
		);
		const outcome = await run([
			"create",
			"--registry-server=r.example",
			`--credential-from=plugin:${path}`,
			"--credential-arg=get-credentials",
			"--credential-arg",
			"--config=a b",
		]);
		assert.equal(outcome.status, 0, outcome.err);
		assert.equal(
			await import("node:fs/promises").then(({ readFile }) =>
				readFile(asked, "utf8"),
			),
			'get-credentials --config=a b {"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"r.example/x"}',
		);
		assert.equal(annotation("provider"), '{"r.example":"plugin:provider"}');
	});

	test("a plugin that knows the older version alone is asked in that", async () => {
		fresh();
		const path = await program(
			"old",
			`if grep -q v1beta1; then printf '%s' '${pluginAnswer({ "r.example": { username: "u", password: "p" } }, { version: "v1beta1" })}'; else echo 'no kind "CredentialProviderRequest" is registered' >&2; exit 1; fi`,
		);
		const { status, err } = await run([
			"create",
			"--registry-server=r.example",
			`--credential-from=plugin:${path}`,
		]);
		assert.equal(status, 0, err);
	});

	const FAILS: readonly [what: string, script: string, because: string][] = [
		["fails", "echo 'no metadata server' >&2; exit 3", '"no metadata server"'],
		["fails without a word", "exit 3", "exit status 3, no output"],
		["is killed", "kill -9 $$", "ended by SIGKILL, no output"],
		["prints rubbish", "echo marked-password", "it did not answer in JSON"],
		[
			"has nothing",
			`printf '%s' '${pluginAnswer({})}'`,
			"it has no credential",
		],
		[
			"answers for another registry",
			`printf '%s' '${pluginAnswer({ "other.example": { username: "u", password: "marked-password" } })}'`,
			"its answer is for other registries",
		],
	];
	for (const [what, script, because] of FAILS)
		test(`a provider that ${what} changes nothing`, async () => {
			fresh();
			await old();
			const path = await program("failing", script);
			const outcome = await run([
				"rotate",
				"--no-verify",
				`--credential-from=plugin:${path}`,
			]);
			assert.deepEqual(
				[outcome.status, outcome.out, outcome.err],
				[
					1,
					"",
					`error: plugin:failing has no credential for r.example: ${because}\n`,
				],
			);
			assert.equal(bed.password("nginx-mesh"), "old");
		});

	for (const [what, script, because] of [
		[
			"fails after it printed its answer",
			`printf '{"Username":"u","Secret":"marked-password"}'; exit 1`,
			`"{'Username':'u','Secret':'***'}"`,
		],
		[
			"fails within its answer",
			`printf 'locked\n{"Username":"u","Secret":"marked-pass'; exit 1`,
			`"locked {'Username':'u','Secret':'***"`,
		],
		[
			"fails in words that are not UTF-8",
			"printf 'refus\\351 par le coffre'; exit 1",
			'"refus\ufffd par le coffre"',
		],
		[
			"traces what it sends",
			`echo '> Authorization: Bearer bWFya2VkLXBhc3N3b3JkLW9m' >&2; exit 1`,
			'"> Authorization: Bearer ***"',
		],
		[
			"answers for another registry",
			`printf '{"ServerURL":"https://other.example","Username":"u","Secret":"marked-password"}'`,
			"its answer is for other registries",
		],
		[
			"answers with none",
			`printf '{"Username":"","Secret":""}'`,
			"its answer is empty",
		],
	] as const)
		test(`of a helper that ${what} nothing is written, and no credential repeated`, async () => {
			fresh();
			await program("docker-credential-odd", script);
			const outcome = await run([
				"create",
				"--registry-server=r.example",
				"--credential-from=helper:odd",
			]);
			assert.deepEqual(
				[outcome.status, outcome.out, outcome.err],
				[
					1,
					"",
					`error: helper:odd has no credential for r.example: ${because}\n`,
				],
			);
		});

	test("a provider that hangs is ended with what it started", async () => {
		fresh();
		const path = await program("hanging", "sleep 1000 & wait");
		const outcome = await run(
			[
				"create",
				"--registry-server=r.example",
				`--credential-from=plugin:${path}`,
			],
			{ providerLimit: 200 },
		);
		assert.deepEqual(
			[outcome.status, outcome.err],
			[1, `error: ${path} did not answer within 0.2 s and was ended\n`],
		);
	});

	test("a token that has expired already is refused, and the same again is unchanged", async () => {
		fresh();
		const token = (exp: number) =>
			`e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.c2ln`;
		const giving = (exp: number) =>
			program(
				"token",
				`printf '%s' '${pluginAnswer({ "r.example": { username: "u", password: token(exp) } })}'`,
			);
		const path = await giving(NOW / 1000 + 7200);
		const from = ["--no-verify", `--credential-from=plugin:${path}`];
		await run(["create", "--registry-server=r.example", ...from]);
		const same = await run(["rotate", ...from]);
		assert.deepEqual(
			[same.status, same.out],
			[0, `secret/${NAME} unchanged in nginx-mesh namespace\n`],
		);
		await giving(NOW / 1000 - 10);
		const expired = await run(["rotate", ...from]);
		assert.deepEqual(
			[expired.status, expired.err],
			[
				1,
				"error: plugin:token gave a credential for r.example that has expired already; nothing was written\n",
			],
		);
	});

	test("rotate --if-expiring finishes what an interrupt left: copies with the credential before this one", async () => {
		fresh();
		const rotate = (password: string, ...more: string[]) =>
			run(
				[
					"rotate",
					"--no-verify",
					"--registry-password-stdin",
					"--expires-in=12h",
					...more,
				],
				{ stdin: password, now: NOW },
			);
		await old();
		await run(["sync", "-n=app,shop"]);
		const off = bed.server.onRequest(({ target }) =>
			target?.verb === "patch" && target.namespace === "shop"
				? { answer: { status: 500, message: "out of order" } }
				: undefined,
		);
		const broken = await rotate("new");
		off();
		assert.equal(broken.status, 1);
		assert.deepEqual(
			["app", "shop"].map((name) => bed.password(name)),
			["new", "old"],
		);
		const again = await rotate("unused", "--if-expiring=3h");
		assert.deepEqual(
			[again.status, again.out, again.err],
			[
				0,
				`secret/${NAME} configured in shop namespace\n`,
				"the credential for r.example is valid for 12h: nothing to do\n",
			],
		);
		assert.equal(bed.password("shop"), "new");
		for (const namespace of ["app", "shop"])
			bed.server.store.delete("Secret", namespace, NAME);
	});

	test("rotate --if-expiring does nothing while there is time, and asks no provider", async () => {
		fresh();
		const marker = join(bed.folder, "was-asked");
		const path = await program(
			"counting",
			`echo x >>"${marker}"; printf '%s' '${pluginAnswer({ "r.example": { username: "u", password: "new" } })}'`,
		);
		await old("--expires-in=12h");
		const rotate = (now: number) =>
			run(
				[
					"rotate",
					"--no-verify",
					"--if-expiring=3h",
					`--credential-from=plugin:${path}`,
				],
				{ now },
			);
		const early = await rotate(NOW + 8 * HOUR);
		assert.deepEqual(
			[early.status, early.out, early.err],
			[0, "", "the credential for r.example is valid for 4h: nothing to do\n"],
		);
		assert.equal(bed.password("nginx-mesh"), "old");
		const json = await run(
			[
				"rotate",
				"--no-verify",
				"--if-expiring=3h",
				`--credential-from=plugin:${path}`,
				"-o=json",
			],
			{ now: NOW },
		);
		assert.deepEqual(JSON.parse(json.out), { items: [] });
		const late = await rotate(NOW + 9 * HOUR);
		assert.equal(late.status, 0, late.err);
		assert.equal(bed.password("nginx-mesh"), "new");
	});
});

describe("ecr", () => {
	const KEYS = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "s" };
	/** The SDK reads the environment of the process. */
	const withEnv = async <T>(
		env: Record<string, string>,
		work: () => Promise<T>,
	): Promise<T> => {
		const before = process.env;
		process.env = {
			...nobodysEnvironment(),
			AWS_MAX_ATTEMPTS: "1",
			...env,
		};
		try {
			return await work();
		} finally {
			process.env = before;
		}
	};
	const token = (password: string) => ({
		body: {
			authorizationData: [
				{
					authorizationToken: btoa(`AWS:${password}`),
					expiresAt: NOW / 1000 + 43_200,
					proxyEndpoint: `https://${ECR}`,
				},
			],
		},
	});
	const create = async (
		server: LoopbackServer,
		env: Record<string, string>,
		host = ECR,
		given: Surroundings = {},
		flags: readonly string[] = [],
	) => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		const outcome = await withEnv(
			{
				AWS_ENDPOINT_URL_ECR: server.origin,
				AWS_ENDPOINT_URL_STS: server.origin,
				...env,
			},
			() =>
				bed.run(
					[
						...["create", `--registry-server=${host}`, "--credential-from=ecr"],
						...flags,
					],
					{ now: NOW, ...given },
				),
		);
		return { ...outcome, content: bed.content("nginx-mesh") };
	};

	test("a password of twelve hours", async () => {
		const password = btoa(
			JSON.stringify({ payload: "x", expiration: NOW / 1000 + 43_200 }),
		);
		await using server = await amazon(() => token(password));
		const { status, err, content } = await create(server, KEYS);
		assert.deepEqual(
			[status, err],
			[0, `the credential for ${ECR} is valid for 12h\n`],
		);
		assert.deepEqual(content, {
			auths: {
				[ECR]: {
					username: "AWS",
					password,
					auth: btoa(`AWS:${password}`),
				},
			},
		});
		assert.deepEqual(server.calls, ["ecr GetAuthorizationToken"]);
	});

	test("with a service account's web identity", async () => {
		await using bed = await testBed();
		const file = join(bed.folder, "token");
		await writeFile(file, "web-identity");
		await using server = await amazon(() => token("p"));
		const { status, err } = await create(server, {
			AWS_WEB_IDENTITY_TOKEN_FILE: file,
			AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/puller",
			AWS_REGION: "eu-west-1",
		});
		assert.equal(status, 0, err);
		assert.deepEqual(server.calls, [
			"sts AssumeRoleWithWebIdentity arn:aws:iam::123456789012:role/puller",
			"ecr GetAuthorizationToken",
		]);
	});

	for (const [what, open, scheme] of [
		["an HTTP proxy", () => httpProxy(), "http"],
		["a SOCKS proxy", () => socksProxy(), "socks5"],
	] as const)
		test(`STS and ECR are reached through ${what}`, async (t) => {
			const warnings = takeWarnings(t.mock);
			await using bed = await testBed();
			const file = join(bed.folder, "token");
			await writeFile(file, "web-identity");
			await using server = await amazon(() => token("p"));
			await using proxy = await open();
			const { port } = new URL(server.origin);
			// Names that only the proxy can make something of.
			const { status, err } = await create(
				server,
				{
					AWS_ENDPOINT_URL_ECR: `http://ecr.invalid:${port}`,
					AWS_ENDPOINT_URL_STS: `http://sts.invalid:${port}`,
					AWS_WEB_IDENTITY_TOKEN_FILE: file,
					AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/puller",
					AWS_REGION: "eu-west-1",
				},
				ECR,
				{ env: { HTTP_PROXY: `${scheme}://${proxy.address}` } },
			);
			assert.equal(status, 0, err);
			assert.deepEqual(proxy.asked, [
				`sts.invalid:${port}`,
				`ecr.invalid:${port}`,
			]);
			warnings.assertOnly(/^SOCKS5 proxy support is experimental/);
		});

	const unknownCa =
		/^error: ecr failed: the certificate of 127\.0\.0\.1:\d+ is signed by an unknown CA: give its CA with --registry-ca FILE\n$/;
	for (const [what, flags, err] of [
		["its CA", ["--registry-ca=CA"], undefined],
		["another CA", ["--registry-ca=OTHER"], unknownCa],
		["no CA", [], unknownCa],
		["no CA, and an insecure registry", ["--registry-insecure"], unknownCa],
		[
			"a file that holds none",
			["--registry-ca=TOKEN"],
			/^error: --registry-ca holds no PEM certificate\n$/,
		],
	] as const)
		for (const by of ["ecr", "sts"] as const)
			test(`an endpoint of ${by} behind a private CA, with ${what}`, async () => {
				await using bed = await testBed();
				const authority = await newAuthority("ours");
				const other = await newAuthority("theirs");
				const file = (name: string) => join(bed.folder, name);
				await writeFile(file("CA"), authority.certificate);
				await writeFile(file("OTHER"), other.certificate);
				await writeFile(file("TOKEN"), "web-identity");
				await using server = await amazon(
					() => token("p"),
					await authority.issue(["127.0.0.1"]),
				);
				const { content, ...outcome } = await create(
					server,
					by === "ecr"
						? KEYS
						: {
								AWS_WEB_IDENTITY_TOKEN_FILE: file("TOKEN"),
								AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/puller",
								AWS_REGION: "eu-west-1",
							},
					ECR,
					{ verification: { outcome: "good" } },
					flags.map((flag) => flag.replace("ca=", `ca=${bed.folder}/`)),
				);
				assert.equal(outcome.status, err === undefined ? 0 : 1, outcome.err);
				if (err !== undefined) assert.match(outcome.err, err);
				assert.equal(content !== undefined, err === undefined);
				assert.deepEqual(
					server.calls.map((call) => call.split(" ")[0]),
					err !== undefined ? [] : by === "sts" ? ["sts", "ecr"] : ["ecr"],
				);
			});

	test("an endpoint behind a private CA that SSL_CERT_FILE names", {
		// Other systems have stores of their own.
		skip: process.platform !== "linux",
	}, async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		const authority = await newAuthority("ours");
		const ca = join(bed.folder, "CA");
		await writeFile(ca, authority.certificate);
		const kubeconfig = join(bed.folder, "kubeconfig");
		await bed.server.writeKubeconfig(kubeconfig, { user: "admin" });
		await using server = await amazon(
			() => token("p"),
			await authority.issue(["127.0.0.1"]),
		);
		const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
		// The list of the machine's authorities is read once by a process.
		await promisify(execFile)(
			process.execPath,
			[
				...["--import", "tsx", main, "create"],
				...[`--registry-server=${ECR}`, "--credential-from=ecr"],
			],
			{
				env: {
					...nobodysEnvironment(),
					...KEYS,
					KUBECONFIG: kubeconfig,
					SSL_CERT_FILE: ca,
					AWS_ENDPOINT_URL_ECR: server.origin,
				},
			},
		);
		assert.equal(bed.password("nginx-mesh"), "p");
	});

	for (const [what, flags, says] of [
		["its CA", ["--registry-ca=CA"], "renewed the credential for"],
		["no CA", [], "give its CA with --registry-ca FILE"],
	] as const)
		test(`sync --watch --refresh asks an endpoint behind a private CA, with ${what}`, async () => {
			await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
			const authority = await newAuthority("ours");
			await writeFile(join(bed.folder, "CA"), authority.certificate);
			let password = "one";
			await using server = await amazon(
				() => token(password),
				await authority.issue(["127.0.0.1"]),
			);
			await withEnv(
				{
					AWS_ENDPOINT_URL_ECR: server.origin,
					AWS_ENDPOINT_URL_STS: server.origin,
					...KEYS,
				},
				async () => {
					const verification = { outcome: "good" } as const;
					const { status, err } = await bed.run(
						[
							...["create", `--registry-server=${ECR}`],
							"--credential-from=ecr",
							`--registry-ca=${bed.folder}/CA`,
						],
						{ verification, now: NOW },
					);
					assert.equal(status, 0, err);
					password = "two";
					await using watch = await started(
						bed,
						[
							...["sync", "--watch", "-n=app"],
							...["--refresh", "--refresh-before=6h"],
							...flags.map((flag) => flag.replace("ca=", `ca=${bed.folder}/`)),
						],
						["Watching for changes.", says],
						{ verification, now: NOW + 7 * HOUR },
					);
					await watch.stop();
				},
			);
			assert.equal(
				bed.password("nginx-mesh"),
				flags.length > 0 ? "two" : "one",
			);
		});

	const FAILS: readonly [
		what: string,
		answer: Parameters<typeof amazon>[0],
		err: RegExp,
	][] = [
		[
			"an answer that is broken within the token",
			() => ({
				body: `{"authorizationData":[{"authorizationToken":${btoa("AWS:marked-password")}}]}`,
			}),
			/^error: ecr failed: HTTP 200, with an answer that is not Amazon's\n$/,
		],
		[
			"a proxy's page",
			() => ({ status: 502, body: "<html>Bad Gateway</html>" }),
			/^error: ecr failed: HTTP 502, with an answer that is not Amazon's\n$/,
		],
		[
			"a redirect",
			() => ({ status: 302, body: "" }),
			/^error: ecr failed: HTTP 302, with an answer that is not Amazon's\n$/,
		],
		[
			"a token that is no text",
			() => ({ body: { authorizationData: [{ authorizationToken: 5 }] } }),
			/^error: ecr has no credential for \d+\.dkr\..*: its answer has no token\n$/,
		],
		[
			"an answer without a token",
			() => ({ body: { authorizationData: [] } }),
			/^error: ecr has no credential for \d+\.dkr\..*: its answer has no token\n$/,
		],
		[
			"a refusal",
			() => ({
				status: 400,
				body: {
					__type: "AccessDeniedException",
					message: "not authorized to perform: ecr:GetAuthorizationToken",
				},
			}),
			/^error: ecr failed: "AccessDeniedException: not authorized to perform: ecr:GetAuthorizationToken"\n$/,
		],
		["silence", () => "hang", /^error: ecr did not answer within 0\.3 s\n$/],
	];
	for (const [what, answer, err] of FAILS)
		test(`${what} writes nothing`, async () => {
			await using server = await amazon(answer);
			const outcome = await create(server, KEYS, ECR, {
				...(what === "silence" && { providerLimit: 300 }),
			});
			assert.equal(outcome.status, 1);
			assert.match(outcome.err, err);
			assert.equal(outcome.content, undefined);
		});

	test("nothing to log in to Amazon with: it says what to give", async () => {
		await using server = await amazon(() => token("p"));
		const outcome = await create(server, {
			AWS_ACCESS_KEY_ID: "",
			AWS_SECRET_ACCESS_KEY: "",
		});
		assert.match(
			outcome.err,
			/^error: ecr finds no credentials of Amazon's: set AWS_PROFILE or /,
		);
		assert.deepEqual(server.calls, []);
	});

	test("a page in place of STS's answer is no answer of Amazon's", async () => {
		await using server = await serve((_, response) => {
			response.statusCode = 502;
			response.end("Bad Gateway");
		});
		await using bed = await testBed();
		const file = join(bed.folder, "token");
		await writeFile(file, "web-identity");
		const outcome = await create(server, {
			AWS_WEB_IDENTITY_TOKEN_FILE: file,
			AWS_ROLE_ARN: "arn:aws:iam::1:role/x",
		});
		assert.match(outcome.err, /^error: ecr failed: HTTP 502, with an answer /);
	});

	for (const [host, err] of [
		["public.ecr.aws", /^error: public\.ecr\.aws has tokens of another kind/],
		["r.example", /^error: r\.example is not a private Amazon registry/],
	] as const)
		test(`${host} is none of its registries`, async () => {
			await using server = await amazon(() => token("p"));
			const outcome = await create(server, KEYS, host);
			assert.match(outcome.err, err);
			assert.deepEqual(server.calls, []);
		});
});
