/**
 * `plugin:PATH` beside the kubelet's own code, which asks the same programs: what it sends, what it takes
 * of an answer, and the provider that AWS's nodes run.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { startOracle } from "../../scripts/fuzz/oracle.ts";
import {
	PLUGIN_API_VERSIONS,
	pluginRequest,
} from "../../src/core/pull-secrets/provider.ts";
import { realCluster } from "../support/cluster.ts";
import { meshreg } from "../support/command-line.ts";
import { pluginAnswer, writeProgram } from "../support/kubelet-plugin.ts";
import { PLUGIN_ANSWERS } from "../support/plugin-answers.ts";
import { buildProgram } from "../support/real-cluster/go-module.ts";
import { amazon } from "../support/registry/amazon.ts";

const NAME = "nginx-mesh-registry-key";
const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

const cluster = await realCluster();
after(() => cluster[Symbol.asyncDispose]());
const built = (program: "oracle" | "ecr-credential-provider") =>
	buildProgram(
		program,
		(line) => console.error(line),
		new AbortController().signal,
	);
const oracle = await built("oracle");

/** What a kubelet that has this plugin alone gets for an image. */
async function askKubelet(question: {
	path: string;
	apiVersion: string;
	image: string;
}): Promise<unknown> {
	const kubelet = startOracle(oracle);
	try {
		return await kubelet.ask("plugin", question);
	} finally {
		await kubelet.stop();
	}
}

const plugin = (script: string) =>
	writeProgram(join(cluster.folder, "plugin"), script);

test("the request is what a kubelet sends, in both versions", async () => {
	for (const apiVersion of PLUGIN_API_VERSIONS) {
		const asked = join(cluster.folder, "asked");
		await askKubelet({
			path: await plugin(`cat >"${asked}"`),
			apiVersion,
			image: "r.example/x",
		});
		assert.deepEqual(
			JSON.parse(pluginRequest(apiVersion, "r.example")),
			JSON.parse(await readFile(asked, "utf8")),
		);
	}
});

describe("what a kubelet takes of an answer", () => {
	for (const { what, text, found, kubelet: expected } of PLUGIN_ANSWERS)
		test(what, async () => {
			const answer = await askKubelet({
				path: await plugin(`printf '%s' '${text}'`),
				apiVersion: PLUGIN_API_VERSIONS[0],
				image: "r.example/x",
			});
			const first = Array.isArray(answer) ? answer[0]?.username : undefined;
			assert.equal(
				first ?? null,
				expected === undefined
					? typeof found === "string"
						? found
						: null
					: expected,
				JSON.stringify(answer),
			);
		});

	test("in the older version", async () => {
		const answer = await askKubelet({
			path: await plugin(
				`printf '%s' '${pluginAnswer({ "r.example": { username: "u", password: "p" } }, { version: "v1beta1" })}'`,
			),
			apiVersion: PLUGIN_API_VERSIONS[1],
			image: "r.example/x",
		});
		assert.deepEqual(answer, [{ username: "u", password: "p" }]);
	});
});

describe("the credential provider of AWS's nodes", async () => {
	const path = await built("ecr-credential-provider");
	const token = (password: string) => ({
		body: {
			authorizationData: [
				{
					authorizationToken: btoa(`AWS:${password}`),
					expiresAt: Date.parse("2999-01-01T00:00:00Z") / 1000,
					proxyEndpoint: `https://${ECR}`,
				},
			],
		},
	});
	/** The command line with a namespace of the mesh's of its own, and Amazon at `origin`. */
	const at = async (origin: string, hint: string) => {
		const mesh = await cluster.namespace(hint);
		const env = {
			PATH: process.env.PATH ?? "",
			MESHREG_NAMESPACE: mesh,
			AWS_ACCESS_KEY_ID: "AKIA",
			AWS_SECRET_ACCESS_KEY: "s",
			AWS_EC2_METADATA_DISABLED: "true",
			AWS_MAX_ATTEMPTS: "1",
			AWS_ENDPOINT_URL_ECR: origin,
		};
		return {
			run: (argv: readonly string[]) =>
				meshreg(argv, { kubeconfig: cluster.kubeconfig, env }),
			async entry() {
				const { body } = await cluster.api.request(
					"GET",
					`/api/v1/namespaces/${mesh}/secrets/${NAME}`,
				);
				const { data, metadata } = body as {
					data: Record<string, string>;
					metadata: { annotations: Record<string, string> };
				};
				return {
					...JSON.parse(atob(data[".dockerconfigjson"] ?? "")).auths[ECR],
					provider: metadata.annotations["kubectl-meshreg/provider"],
				};
			},
			mesh,
		};
	};

	test("makes a source, and renews it", async () => {
		let password = "one";
		await using server = await amazon(() => token(password));
		const { run, entry, mesh } = await at(server.origin, "renews");
		const from = ["--no-verify", `--credential-from=plugin:${path}`];
		const created = await run(["create", `--registry-server=${ECR}`, ...from]);
		assert.deepEqual(
			[created.status, created.out],
			[0, `secret/${NAME} created in ${mesh} namespace\n`],
			created.err,
		);
		assert.deepEqual(await entry(), {
			username: "AWS",
			password: "one",
			auth: btoa("AWS:one"),
			provider: `{"${ECR}":"plugin:ecr-credential-provider"}`,
		});
		password = "two";
		const rotated = await run(["rotate", ...from]);
		assert.equal(rotated.status, 0, rotated.err);
		assert.equal((await entry()).password, "two");
		assert.deepEqual(server.calls, [
			"ecr GetAuthorizationToken",
			"ecr GetAuthorizationToken",
		]);
	});

	test("says why it has nothing, and what was there stays", async () => {
		let refuses = false;
		await using server = await amazon(() =>
			refuses
				? {
						status: 400,
						body: {
							__type: "AccessDeniedException",
							message: "not authorized to perform: ecr:GetAuthorizationToken",
						},
					}
				: token("one"),
		);
		const { run, entry } = await at(server.origin, "refused");
		const from = ["--no-verify", `--credential-from=plugin:${path}`];
		await run(["create", `--registry-server=${ECR}`, ...from]);
		refuses = true;
		const { status, out, err } = await run(["rotate", ...from]);
		assert.deepEqual([status, out], [1, ""]);
		assert.equal(
			err,
			`error: plugin:ecr-credential-provider has no credential for ${ECR}: "Error running credential provider plugin: operation error ECR: GetAuthorizationToken, https response error StatusCode: 400, RequestID: , api error AccessDeniedException: not authorized to perform: ecr:GetAuthorizationToken"\n`,
		);
		assert.equal((await entry()).password, "one");
	});

	test("is what a kubelet gets as well", async () => {
		await using server = await amazon(() => token("one"));
		const asking = await plugin(
			`AWS_ACCESS_KEY_ID=AKIA AWS_SECRET_ACCESS_KEY=s AWS_EC2_METADATA_DISABLED=true AWS_ENDPOINT_URL_ECR=${server.origin} exec "${path}"`,
		);
		const answer = await askKubelet({
			path: asking,
			apiVersion: PLUGIN_API_VERSIONS[0],
			image: `${ECR}/x`,
		});
		assert.deepEqual(answer, [{ username: "AWS", password: "one" }]);
	});
});
