/** What an API server, or whoever answers in its place, does not get out of the program by what it says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { account, copyOf } from "../support/build.ts";
import type { Outcome } from "../support/command-line.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

const PASSWORD = "Correct4Horse7Battery";

async function started(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["nginx-mesh", "app", "shop"] });
	const credential = [
		"--registry-server=r.io",
		"--registry-username=mesh",
		"--registry-password-stdin",
	];
	await bed.run(["create", ...credential], { stdin: PASSWORD });
	await bed.run(["sync", "-n", "app"]);
	account(bed, "app");
	return bed;
}

/** By which the embedded server knows the admin. */
const TOKEN = "admin-token";

async function withToken(
	bed: TestBed,
	argv: readonly string[],
	stdin = "",
): Promise<Outcome> {
	const kubeconfig = join(bed.folder, "token.kubeconfig");
	await bed.server.writeKubeconfig(kubeconfig, { credential: "token" });
	return bed.run(argv, { kubeconfig, stdin });
}

const echoes = (secret: string) => [
	secret,
	Buffer.from(secret).toString("base64"),
	Buffer.from(secret).toString("hex"),
	encodeURIComponent(secret),
	secret.toUpperCase(),
	[...secret].reverse().join(""),
	[...secret].join(" "),
];

describe("a token that the server repeats is not shown", () => {
	const SAID = `Bearer ${echoes(TOKEN).join(" | ")} is odd`;
	for (const [argv, stdin] of [
		[["list"], ""],
		[["check"], ""],
		[["sync", "-n", "shop"], ""],
		[["attach", "-n", "app"], ""],
		[
			[
				"rotate",
				"--registry-username=m",
				"--registry-password-stdin",
				"--no-verify",
			],
			"x",
		],
	] as const)
		for (const how of ["refused", "warned of"] as const)
			test(`${argv[0]}, ${how}`, async () => {
				await using bed = await started();
				bed.server.onRequest(() =>
					how === "refused"
						? { answer: { status: 403, reason: "Forbidden", message: SAID } }
						: { warnings: [SAID] },
				);
				const { out, err } = await withToken(bed, argv, stdin);
				assert.match(out + err, /<redacted>/);
				for (const echo of echoes(TOKEN))
					assert.ok(!(out + err).includes(echo), echo);
			});

	test("nor one that is a refusal's reason", async () => {
		await using bed = await started();
		bed.server.onRequest(() => ({
			answer: { status: 403, reason: TOKEN, message: "no" },
		}));
		const { err } = await withToken(bed, ["list"]);
		assert.match(
			err,
			/^Error from server \(403\): no; use -n NAMESPACE where you have the rights$/m,
		);
	});
});

test("a credential that was read is not repeated by what is said of another object", async () => {
	await using bed = await started();
	const said = `no: ${echoes(PASSWORD).join(" | ")}`;
	bed.server.onRequest(({ method, path }) =>
		method !== "GET" && path.includes("/serviceaccounts")
			? { answer: { status: 403, reason: "Forbidden", message: said } }
			: undefined,
	);
	const { out, err, status } = await bed.run(["sync", "-n", "app", "--attach"]);
	assert.equal(status, 1, out);
	assert.match(err, /<redacted>/);
	for (const echo of echoes(PASSWORD)) assert.ok(!err.includes(echo), echo);
});

describe("a proxy that leaves selectors and namespaces out has nothing else changed or deleted", () => {
	const SECRETS = /^\/api\/v1\/(?:namespaces\/[^/]+\/)?secrets$/;
	for (const argv of [
		["sync"],
		["sync", "-A", "--force", "--yes"],
		["prune", "nginx-mesh-registry-key", "--yes"],
		["prune", "-n", "app", "--yes"],
	])
		test(argv.join(" "), async () => {
			await using bed = await started();
			const other = {
				metadata: {
					namespace: "shop",
					name: "other",
					...copyOf(),
				},
				type: "kubernetes.io/dockerconfigjson",
				data: { ".dockerconfigjson": "e30=" },
			};
			bed.server.store.seed({ kind: "Secret", ...other });
			const kept = () => bed.server.store.get("Secret", "shop", "other");
			const before = kept();
			bed.server.onRequest(({ method, path }) =>
				method === "GET" && SECRETS.test(path)
					? {
							answer: {
								status: 200,
								headers: { "content-type": "application/json" },
								body: JSON.stringify({
									kind: "SecretList",
									metadata: { resourceVersion: "1" },
									items: [before],
								}),
							},
						}
					: undefined,
			);
			const { status, out, err } = await bed.run(argv);
			assert.equal(status, 1, out);
			assert.match(err, /with other JSON instead of a SecretList/);
			assert.deepEqual(kept(), before);
		});
});
