import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { copyOf, edit, NAME, secret, source } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import { started } from "../../support/watching.ts";

const NOW = Date.parse("2026-11-28T08:00:00Z");
const YESTERDAY = new Date(NOW - 86_400_000).toISOString();

/** The source, or a copy of it, made a day ago. */
function seed(bed: TestBed, namespace: string, password = "one"): void {
	const content = { "r.example.com": { auth: btoa(`u:${password}`) } };
	const metadata = { creationTimestamp: YESTERDAY };
	if (namespace === "nginx-mesh") source(bed, content, ["a", "b"], metadata);
	else
		secret(bed, namespace, content, { metadata: { ...copyOf(), ...metadata } });
}

async function withCopies(
	options: Parameters<typeof testBed>[0] = {},
): Promise<TestBed> {
	const namespaces = ["a", "b", "nginx-mesh"];
	const bed = await testBed({ namespaces, stillAt: NOW, ...options });
	for (const namespace of ["nginx-mesh", "a", "b"]) seed(bed, namespace);
	return bed;
}

/** A row of the table; a column is as wide as the widest that it has held. */
const row = (namespace: string, status: string, width = 9) =>
	`${namespace.padEnd(13)}${NAME}   r.example.com   ${status.padEnd(width)}24h\n`;

describe("list -w", () => {
	test("however many sources copies name, a few are watched, and of the others nothing is known", async () => {
		await using bed = await testBed({
			namespaces: ["evil", "x30"],
			stillAt: NOW,
		});
		const content = { "r.example.com": { auth: btoa("u:one") } };
		for (let at = 1; at <= 30; at++)
			secret(bed, `evil/c${String(at).padStart(2, "0")}`, content, {
				metadata: copyOf(`x${at}/s`),
			});
		await using list = await started(bed, ["list", "-w"], ["c30"]);
		const lists = bed.server.requests.filter(
			({ path, query }) =>
				path.includes("/namespaces/x") && query.watch === undefined,
		);
		assert.equal(lists.length, 20);
		const { out } = await list.stop();
		assert.match(out, /^evil +c01 .* Orphaned /m);
		assert.match(out, /^evil +c30 .* Unknown /m);
	});

	test("the list, and then each that changes; a source changes its copies", async () => {
		await using bed = await withCopies();
		const first = row("nginx-mesh", "Source");
		await using list = await started(bed, ["list", "-w"], [first]);
		seed(bed, "a", "two");
		await list.says(row("a", "Drifted", 10));
		bed.server.store.delete("Secret", "b", NAME);
		await list.says(row("b", "Deleted", 10));
		seed(bed, "nginx-mesh", "two");
		await list.says(row("a", "InSync", 10));
		bed.server.store.delete("Secret", "nginx-mesh", NAME);
		await list.says(row("nginx-mesh", "Deleted", 11));
		const { status, out, err } = await list.stop("SIGINT");
		assert.equal(status, 130);
		assert.equal(err, "");
		assert.equal(
			out,
			[
				"NAMESPACE    NAME                      REGISTRIES      STATUS   AGE\n",
				row("a", "InSync"),
				row("b", "InSync"),
				first,
				row("a", "Drifted", 10),
				row("b", "Deleted", 10),
				row("a", "InSync", 10),
				row("a", "Orphaned", 11),
				row("nginx-mesh", "Deleted", 11),
			].join(""),
		);
	});

	test("more than anybody needs in one namespace is one line, as without -w", async () => {
		await using bed = await withCopies();
		for (let at = 0; at < 5; at++)
			secret(
				bed,
				`b/large-${at}`,
				{ "r.io": { auth: btoa(`u:${at}`.padEnd(500_000, "x")) } },
				{ metadata: copyOf() },
			);
		await using list = await started(
			bed,
			["list", "-w", "-o", "name"],
			[
				"Warning: pull secrets in b, or what pods, accounts and events there hold, are too large to be read: 3",
			],
		);
		await list.stop();
	});

	test("the source is watched where it is not listed, and read where it may not be watched", async () => {
		await using bed = await withCopies();
		await using list = await started(
			bed,
			["list", "-n", "a", "-w", "-o", "json"],
			['"status":"InSync"'],
		);
		seed(bed, "nginx-mesh", "two");
		await list.says('"status":"Drifted"');
		const { out } = await list.stop();
		const [first, second, ...more] = out
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		assert.deepEqual(more, []);
		assert.deepEqual(second.differs, ["r.example.com password"]);
		assert.deepEqual(first, { ...second, status: "InSync", differs: [] });
		assert.deepEqual(Object.keys(first), [
			...["context", "namespace", "name", "status", "registries", "usernames"],
			...["source", "expires", "created", "provider", "differs"],
		]);
	});

	test("a source that may not be watched is read once", async () => {
		await using bed = await withCopies({
			users: { dev: {} },
			allow: [
				{
					user: "dev",
					namespaces: ["a"],
					verbs: ["list", "watch"],
					resources: ["secrets"],
				},
				{
					user: "dev",
					namespaces: ["nginx-mesh"],
					verbs: ["get"],
					resources: ["secrets"],
				},
			],
		});
		const argv = ["list", "-n", "a", "-w", "--no-headers"];
		await using list = await started(bed, argv, ["InSync"], { user: "dev" });
		seed(bed, "a", "two");
		await list.says("Drifted");
		const { err } = await list.stop();
		assert.equal(err, "");
	});

	test("watches that are refused again and again, each for a reason of its own, are told of once", async () => {
		await using bed = await withCopies();
		source(bed, { "r.example.com": { auth: btoa("u:one") } }, [], {
			annotations: { "kubectl-meshreg/targets": '[{"all":true}]' },
		});
		const times = { secrets: 0, namespaces: 0 };
		const often = Promise.withResolvers<void>();
		bed.server.onRequest(({ path, query }) => {
			if (query.get("watch") !== "true") return undefined;
			times[path.endsWith("secrets") ? "secrets" : "namespaces"]++;
			if (Math.min(times.secrets, times.namespaces) > 4) often.resolve();
			const status = path.endsWith("secrets") ? 403 : 500;
			return { answer: { status, message: "no" } };
		});
		await using list = await started(bed, ["list", "-w"], ["Source"]);
		await often.promise;
		const { err } = await list.stop();
		assert.deepEqual(err.trimEnd().split("\n").sort(), [
			"Error from server (403): no (will retry)",
			"Error from server (500): no (will retry)",
		]);
	});

	test("--all: what loses its label is shown as that", async () => {
		await using bed = await withCopies();
		await using list = await started(bed, ["list", "-w", "--all"], ["Source"]);
		secret(bed, "a", "{}");
		await list.says("Invalid");
		secret(bed, "b", { "r.io": { auth: btoa("u:p") } });
		await list.says("Unmanaged");
	});

	test("a copy is recorded as long as a rule means its namespace", async () => {
		await using bed = await withCopies();
		const label = (labels: Record<string, string>) =>
			bed.server.store.seed({
				kind: "Namespace",
				metadata: { name: "a", labels },
			});
		edit(bed, "Secret", "nginx-mesh", {
			annotations: { "kubectl-meshreg/targets": '[{"selector":"team=a"}]' },
		});
		label({ team: "a" });
		const argv = ["list", "-n", "a", "-w", "--no-headers"];
		await using list = await started(bed, argv, ["InSync"]);
		label({ team: "b" });
		await list.says("Unrecorded");
	});

	test("nothing yet: says so, and goes on", async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		await using list = await started(
			bed,
			["list", "-w", "-n", "nginx-mesh"],
			["No resources found in nginx-mesh namespace.\n"],
		);
		seed(bed, "nginx-mesh");
		await list.says("NAMESPACE ", "Source");
	});
});
