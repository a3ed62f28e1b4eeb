import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import type {
	ManagedFields,
	Metadata,
} from "../../support/api-server/objects.ts";
import { auths, entry } from "../../support/source-entries.ts";
import { testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
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
						`Create secret/${NAME} in nginx-mesh namespace\n  for c.example as w, docker.io as v (context embedded)?`,
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
			[1, "error: no registries selected; nothing was written\n"],
		);
	});

	test("what names no registry is none that can be taken", async () => {
		await using given = await withConfig({
			auths: { ...config.auths, "r.io:99999": entry("x") },
		});
		const { err } = await given.bed.run([
			"create",
			`--from-docker-config=${given.path}`,
		]);
		assert.match(err, /\(there are ghcr\.io, [^)]*\)\n$/);
		assert.doesNotMatch(err, /99999/);
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
				"error: --from-docker-config needs --registry-server: name the registries to take (there are ghcr.io, docker.io, c.example, quay.io/team)\n",
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
				"a.example": { auth: btoa("u:"), identitytoken: "marked-password" },
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
				`error: no credential for quay.io in ${given.path}, which has a.example: log in to it first, with docker login quay.io\n`,
			],
		);
		const token = await given.bed.run([
			"create",
			`--from-docker-config=${given.path}`,
			"--registry-server=a.example",
		]);
		assert.equal(token.status, 1);
		assert.match(
			token.err,
			/^error: the credential for a\.example in .* cannot be used: it is an identity token, which a pull secret cannot carry; make an access token, .*\n$/,
		);
		assert.equal(given.bed.content("nginx-mesh"), undefined);
	});
});

describe("create --from-secret", () => {
	const withSecret = async (
		content: unknown,
		type = "kubernetes.io/dockerconfigjson",
	) => {
		const bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
		const key =
			type === "kubernetes.io/dockercfg" ? ".dockercfg" : ".dockerconfigjson";
		bed.server.store.seed({
			kind: "Secret",
			metadata: { namespace: "app", name: "regcred" },
			type,
			data: { [key]: btoa(JSON.stringify(content)) },
		});
		return bed;
	};
	const auth = (text: string) => ({ auth: btoa(text) });
	const create = ["create", "--from-secret", "app/regcred"];

	test("takes all entries under their keys, written afresh, and says which are empty", async () => {
		await using bed = await withSecret({
			auths: {
				"reg.example.com/team-a": auth("u:one"),
				"ghcr.io": { username: "u", password: "two" },
				"empty.example": {},
			},
		});
		const outcome = await bed.run([...create, "-q"]);
		assert.deepEqual(
			[outcome.status, outcome.err],
			[
				0,
				'Warning: the entry for empty.example in secret "regcred" in namespace "app" is empty and is left out\n',
			],
		);
		assert.deepEqual(
			[...auths(bed)],
			[
				["reg.example.com/team-a", entry("one")],
				["ghcr.io", entry("two")],
			],
		);
	});

	test("says which keys no image matches, and takes them as they are", async () => {
		await using bed = await withSecret({
			auths: {
				"ghcr.io": auth("u:one"),
				"hub.docker.com": auth("u:two"),
				registry: auth("u:three"),
			},
		});
		const outcome = await bed.run([...create, "-q"]);
		assert.deepEqual(
			[outcome.status, outcome.err],
			[
				0,
				"Warning: hub.docker.com: Docker Hub's images match docker.io alone, not this name\n" +
					"Warning: registry: no image matches it (a host has a dot or a port)\n",
			],
		);
		assert.deepEqual(
			[...auths(bed)].map(([key]) => key),
			["ghcr.io", "hub.docker.com", "registry"],
		);
	});

	test("takes those that are named, of the older type as well", async () => {
		await using bed = await withSecret(
			{ "a.example": auth("u:one"), "b.example": auth("u:two") },
			"kubernetes.io/dockercfg",
		);
		const outcome = await bed.run([...create, "--registry-server=b.example"]);
		assert.equal(outcome.status, 0, outcome.err);
		assert.deepEqual([...auths(bed)], [["b.example", entry("two")]]);
	});

	const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
	const NOW = Date.parse("2026-11-21T08:00:00Z");
	const told = (what: string, value: string) => ({
		[`kubectl-meshreg/${what}`]: JSON.stringify({ [ECR]: value }),
	});
	const ours = { "app.kubernetes.io/managed-by": "kubectl-meshreg" };
	const managedFields: ManagedFields[] = [
		{
			manager: "kubectl-create",
			apiVersion: "v1",
			fieldsType: "FieldsV1",
			operation: "Update",
			time: "2026-11-21T01:00:00Z",
			fieldsV1: { "f:data": {}, "f:type": {} },
		},
	];
	// What it is taken from says how old it is: a token gets no younger by a new Secret.
	const AGES: readonly [
		what: string,
		metadata: Partial<Metadata>,
		args: readonly string[],
		err: string,
		remembered: Record<string, string>,
	][] = [
		[
			"of a source, as that says; what renews it is for a person to say",
			{
				labels: ours,
				annotations: {
					...told("issued-at", "2026-11-21T06:00:00Z"),
					...told("expires-in", "4h"),
					...told("provider", "ecr"),
				},
			},
			[],
			"is valid for 2h",
			{
				...told("issued-at", "2026-11-21T06:00:00Z"),
				...told("expires-in", "4h"),
			},
		],
		[
			"of a source that does not say it, since it was created",
			{ labels: ours, creationTimestamp: "2026-11-21T05:00:00Z" },
			[],
			"is valid for 9h",
			told("issued-at", "2026-11-21T05:00:00Z"),
		],
		[
			"of another, since its data was written",
			{
				annotations: {
					...told("issued-at", "2026-11-21T07:59:00Z"),
					...told("provider", "ecr"),
				},
				creationTimestamp: "2025-01-01T00:00:00Z",
				managedFields,
			},
			[],
			"is valid for 5h",
			told("issued-at", "2026-11-21T01:00:00Z"),
		],
		[
			"as a person says, who counts from now on",
			{ managedFields },
			["--expires-in=3h"],
			"is valid for 3h",
			{
				...told("issued-at", "2026-11-21T08:00:00Z"),
				...told("expires-in", "3h"),
			},
		],
	];
	for (const [what, metadata, args, err, remembered] of AGES)
		test(`how long it is good: ${what}`, async () => {
			await using bed = await withSecret({});
			bed.server.store.seed({
				kind: "Secret",
				metadata: { ...metadata, namespace: "app", name: "old" },
				type: "kubernetes.io/dockerconfigjson",
				data: {
					".dockerconfigjson": btoa(
						JSON.stringify({ auths: { [ECR]: auth("AWS:token") } }),
					),
				},
			});
			const outcome = await bed.run(
				["create", "--from-secret", "app/old", ...args],
				{ now: NOW },
			);
			assert.equal(
				outcome.err,
				`using the credential for ${ECR} in secret "old" in namespace "app"\nthe credential for ${ECR} ${err}\n`,
			);
			assert.deepEqual(
				bed.server.store.get("Secret", "nginx-mesh", NAME)?.metadata
					.annotations,
				{
					...told("registry-servers", ECR),
					...remembered,
					"kubectl-meshreg/targets": "[]",
				},
			);
		});

	const REFUSED: readonly [
		what: string,
		content: unknown,
		type: string | undefined,
		args: readonly string[],
		err: string,
	][] = [
		[
			"an entry that is not there",
			{ auths: { "a.example": auth("u:p") } },
			undefined,
			["--registry-server=b.example"],
			'b.example is not in secret "regcred" in namespace "app", which has a.example',
		],
		[
			"an entry that is malformed",
			{ auths: { "a.example": auth("marked-password") } },
			undefined,
			[],
			'the credential for a.example in secret "regcred" in namespace "app" cannot be used: its auth cannot be used: unable to parse auth field, must be formatted as base64(username:password)',
		],
		[
			"another type",
			{},
			"Opaque",
			[],
			'secret "regcred" in namespace "app" is of type Opaque, not a pull Secret',
		],
		[
			"nothing",
			{ auths: {} },
			undefined,
			[],
			'secret "regcred" in namespace "app" holds no credentials',
		],
	];
	for (const [what, content, type, args, err] of REFUSED)
		test(`refuses ${what}`, async () => {
			await using bed = await withSecret(content, type);
			const outcome = await bed.run([...create, ...args]);
			assert.deepEqual(
				[outcome.status, outcome.err, bed.content("nginx-mesh")],
				[1, `error: ${err}\n`, undefined],
			);
		});
});
