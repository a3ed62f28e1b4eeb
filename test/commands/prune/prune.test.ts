import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const OURS = { usage: NAME, "app.kubernetes.io/managed-by": "kubectl-meshreg" };

function secret(
	bed: TestBed,
	namespace: string,
	metadata: object = {},
	fields: object = {},
): void {
	bed.server.store.seed({
		kind: "Secret",
		metadata: { namespace, name: NAME, ...metadata },
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": btoa('{"auths":{}}') },
		...fields,
	});
}

/** A source, two copies, an orphan, one of the mesh's own, and what is not ours. */
async function populated(
	options: Parameters<typeof testBed>[0] = {},
): Promise<TestBed> {
	const bed = await testBed({
		namespaces: [
			"copy-a",
			"copy-b",
			"foreign",
			"mesh",
			"nginx-mesh",
			"opaque",
			"orphan",
		],
		...options,
	});
	const copyOf = (source: string) => ({
		labels: OURS,
		annotations: { "kubectl-meshreg/source": source },
	});
	secret(bed, "nginx-mesh", { labels: OURS });
	secret(bed, "copy-a", copyOf(`nginx-mesh/${NAME}`));
	secret(bed, "copy-b", copyOf(`nginx-mesh/${NAME}`));
	secret(bed, "orphan", copyOf("gone/key"));
	secret(bed, "mesh", { labels: { usage: NAME } });
	secret(bed, "foreign");
	secret(
		bed,
		"opaque",
		{ labels: { usage: NAME } },
		{ type: "Opaque", data: { a: "Yg==" } },
	);
	return bed;
}

const left = (bed: TestBed): string[] =>
	bed.server.store
		.all("Secret")
		.map(({ metadata }) => metadata.namespace ?? "")
		.sort();

describe("prune", () => {
	const ALL = [
		"copy-a",
		"copy-b",
		"foreign",
		"mesh",
		"nginx-mesh",
		"opaque",
		"orphan",
	];
	const CASES: [args: string[], deleted: string[]][] = [
		[[], ["copy-a", "copy-b", "mesh", "nginx-mesh", "orphan"]],
		[["--keep-sources"], ["copy-a", "copy-b", "orphan"]],
		[["--orphaned"], ["orphan"]],
		[["-n", "copy-a,foreign,opaque"], ["copy-a"]],
		[["another-name"], []],
		[[NAME, "-n", "mesh"], ["mesh"]],
		[["--all"], ["copy-a", "copy-b", "nginx-mesh", "orphan"]],
	];
	for (const [args, deleted] of CASES)
		test(`${["prune", ...args].join(" ")} deletes ${deleted.join(", ") || "nothing"}`, async () => {
			await using bed = await populated();
			const outcome = await bed.run(["prune", "--yes", ...args]);
			assert.deepEqual(outcome, {
				status: 0,
				out: deleted
					.map(
						(namespace) =>
							`secret "${NAME}" deleted from ${namespace} namespace\n`,
					)
					.join(""),
				err: deleted.length === 0 ? "No resources found\n" : "",
				asked: [],
			});
			assert.deepEqual(
				left(bed),
				ALL.filter((namespace) => !deleted.includes(namespace)),
			);
		});

	test("asks, and says who still names what it would delete", async () => {
		await using bed = await populated();
		const pulls = { imagePullSecrets: [{ name: NAME }] };
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "copy-a", name: "one" },
			spec: { ...pulls, containers: [] },
		});
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "copy-a", name: "two" },
			spec: { ...pulls, containers: [] },
		});
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace: "copy-a", name: "default" },
			...pulls,
		});
		const outcome = await bed.run(["prune", "-n", "copy-a,copy-b"], {
			answers: [["Do you want to continue?", false]],
		});
		assert.deepEqual(outcome, {
			status: 0,
			out: "",
			err: `You are about to delete the following 2 resource(s) in context embedded:
secret/${NAME} in copy-a namespace (named by 2 pods and 1 service account)
secret/${NAME} in copy-b namespace
deletion is cancelled
`,
			asked: ["Do you want to continue?"],
		});
		assert.deepEqual(left(bed), ALL);
	});

	test("without a terminal it needs --yes, and reads nothing", async () => {
		await using bed = await populated();
		const outcome = await bed.run(["prune"]);
		assert.deepEqual(
			[outcome.status, outcome.err],
			[2, "error: prune needs --yes: there is no terminal to ask at\n"],
		);
		assert.equal(bed.server.requests.length, 0);
	});

	test("what was changed or relabelled after the list is left alone", async () => {
		await using bed = await populated();
		bed.server.onRequest(({ method }) => {
			const now = bed.server.store.get("Secret", "copy-a", NAME);
			if (
				method !== "DELETE" ||
				now === undefined ||
				now.metadata.labels?.usage !== NAME
			)
				return undefined;
			bed.server.store.delete("Secret", "copy-a", NAME);
			secret(bed, "copy-a", { labels: { usage: "somebody-elses" } });
			return undefined;
		});
		const outcome = await bed.run(["prune", "-n", "copy-a", "--yes"]);
		assert.deepEqual([outcome.status, outcome.out], [1, ""]);
		assert.equal(
			outcome.err,
			`error: secret "${NAME}" in namespace "copy-a" was modified concurrently and was not changed; run the command again\n`,
		);
		assert.ok(left(bed).includes("copy-a"));
	});

	test("a source that may not be read is not gone", async () => {
		await using bed = await populated({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["*"],
					resources: ["secrets"],
					namespaces: ["copy-a"],
				},
			],
		});
		const outcome = await bed.run(
			["prune", "-n", "copy-a", "--orphaned", "--yes"],
			{ user: "sam" },
		);
		assert.deepEqual(
			[outcome.status, outcome.err],
			[0, "No resources found\n"],
		);
		assert.ok(left(bed).includes("copy-a"));
	});

	test("two at once both end well", async () => {
		await using bed = await populated();
		const outcomes = await Promise.all([
			bed.run(["prune", "--yes"]),
			bed.run(["prune", "--yes"]),
		]);
		assert.deepEqual(
			outcomes.map(({ status, err }) => [
				status,
				err.replace("No resources found\n", ""),
			]),
			[
				[0, ""],
				[0, ""],
			],
		);
		assert.deepEqual(left(bed), ["foreign", "opaque"]);
	});

	test("dry runs delete nothing", async () => {
		await using bed = await populated();
		for (const mode of ["client", "server"]) {
			const outcome = await bed.run([
				"prune",
				"--orphaned",
				`--dry-run=${mode}`,
			]);
			assert.equal(
				outcome.out,
				`secret "${NAME}" deleted from orphan namespace (${mode === "client" ? "" : "server "}dry run)\n`,
			);
		}
		assert.deepEqual(left(bed), ALL);
	});
});
