import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as build from "../../support/build.ts";
import { NAME } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const OWNED = { usage: NAME };
const CREATED = "2026-11-20T08:00:00Z";
const NOW = Date.parse("2026-11-21T08:00:00Z");

/** A Secret with credentials for these hosts. */
function key(
	bed: TestBed,
	namespace: string,
	metadata: object,
	auths: build.Content = { "r.example.com": { auth: btoa("u:p") } },
): void {
	build.secret(bed, namespace, auths, {
		metadata: { creationTimestamp: CREATED, ...metadata },
	});
}

const copyOf = (source: string) => ({
	labels: OWNED,
	annotations: { "kubectl-meshreg/source": source },
});

/** One key of every status. */
async function everyStatus(
	options: Parameters<typeof testBed>[0] = {},
): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["a", "b", "c", "d", "e", "nginx-mesh", "plain"],
		...options,
	});
	key(bed, "nginx-mesh", {
		labels: build.labelsOf(),
		annotations: {
			"kubectl-meshreg/targets": '[{"namespaces":{"a":"","b":""}}]',
		},
	});
	key(bed, "a", copyOf(`nginx-mesh/${NAME}`));
	key(bed, "b", copyOf(`nginx-mesh/${NAME}`), {
		"r.example.com": { auth: btoa("u:old") },
	});
	key(bed, "c", copyOf("gone/key"));
	key(
		bed,
		"d",
		{ labels: OWNED },
		{
			"https://index.docker.io/v1/": {},
			"r2.example.com:5000": {
				username: "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
				password: "x",
			},
		},
	);
	// Made by whoever may write there: it has what the source has, and was not sent.
	key(bed, "e", copyOf(`nginx-mesh/${NAME}`));
	key(bed, "plain", {});
	return bed;
}

describe("list", () => {
	const FORMATS: [args: string[], out: string][] = [
		[
			[],
			`NAMESPACE    NAME                      REGISTRIES                      STATUS       AGE
a            nginx-mesh-registry-key   r.example.com                   InSync       24h
b            nginx-mesh-registry-key   r.example.com                   Drifted      24h
c            nginx-mesh-registry-key   r.example.com                   Orphaned     24h
d            nginx-mesh-registry-key   docker.io,r2.example.com:5000   Unmanaged    24h
e            nginx-mesh-registry-key   r.example.com                   Unrecorded   24h
nginx-mesh   nginx-mesh-registry-key   r.example.com                   Source       24h
`,
		],
		[
			["-n", "a,plain", "--all", "--no-headers"],
			`a       nginx-mesh-registry-key   r.example.com   InSync      24h
plain   nginx-mesh-registry-key   r.example.com   Unmanaged   24h
`,
		],
		[["-n", "a", "-o", "name"], `secret/${NAME}\n`],
	];
	for (const [args, out] of FORMATS)
		test(["list", ...args].join(" "), async () => {
			await using bed = await everyStatus();
			assert.deepEqual(await bed.run(["list", ...args], { now: NOW }), {
				status: 0,
				out,
				err: "",
				asked: [],
			});
		});

	test("content that breaks a kubelet, or never matches, is Invalid", async () => {
		await using bed = await testBed({ namespaces: ["a", "b", "c", "d"] });
		const contents = {
			a: '{"auths":[]}',
			b: "{}",
			c: '{"auths":{"your-registry":{"auth":"dTpw"}}}',
			d: '{"auths":{"r.io":{"auth":"dTpw"}}}',
		};
		for (const [namespace, text] of Object.entries(contents))
			build.secret(bed, namespace, text, { metadata: { labels: OWNED } });
		const { out } = await bed.run(["list", "-o", "json"]);
		assert.deepEqual(
			JSON.parse(out).items.map((item: { status: string }) => item.status),
			["Invalid", "Invalid", "Invalid", "Unmanaged"],
		);
	});

	test("-o wide adds users, tokens masked, and sources", async () => {
		await using bed = await everyStatus();
		const { out } = await bed.run(
			["list", "-n", "a,d", "-o", "wide", "--no-headers"],
			{ now: NOW },
		);
		const cells = out
			.trimEnd()
			.split("\n")
			.map((line) => line.split(/ {2,}/));
		assert.deepEqual(cells[0]?.[5], "u");
		assert.ok(cells[0]?.includes(`nginx-mesh/${NAME}`));
		assert.match(out, /,eyJh… \(token\)/);
		assert.doesNotMatch(out, /c2ln/);
	});

	test("-o json and -o yaml hold the same, and no password", async () => {
		await using bed = await everyStatus();
		const json = await bed.run(["list", "-n", "b", "-o", "json"]);
		const [item] = JSON.parse(json.out).items;
		assert.deepEqual(
			{
				namespace: item.namespace,
				name: item.name,
				status: item.status,
				registries: item.registries,
				usernames: item.usernames,
				source: item.source,
				created: item.created,
			},
			{
				namespace: "b",
				name: NAME,
				status: "Drifted",
				registries: ["r.example.com"],
				usernames: ["u"],
				source: `nginx-mesh/${NAME}`,
				created: CREATED,
			},
		);
		const yaml = await bed.run(["list", "-n", "b", "-o", "yaml"]);
		assert.match(
			yaml.out,
			/^items:\n- context: embedded\n {2}created: "2026-11-20T08:00:00Z"\n/,
		);
		for (const text of [json.out, yaml.out])
			assert.doesNotMatch(text, /old|dTpvbGQ/);
	});

	test("a source that may not be read is Unknown, not Orphaned", async () => {
		await using bed = await everyStatus({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["list"],
					resources: ["secrets"],
					namespaces: ["a"],
				},
			],
		});
		const { out } = await bed.run(["list", "-n", "a", "--no-headers"], {
			user: "sam",
			now: NOW,
		});
		assert.match(out, / Unknown {3}24h\n$/);
	});

	test("of several namespaces one that may not be read is told, and the others are shown", async () => {
		await using bed = await everyStatus({
			users: { sam: {} },
			allow: [
				{
					user: "sam",
					verbs: ["list"],
					resources: ["secrets", "pods", "serviceaccounts"],
					namespaces: ["a"],
				},
			],
		});
		const refused =
			'Error from server (Forbidden): secrets is forbidden: User "sam" cannot list resource "secrets" in API group "" in the namespace "b"\n';
		const argv = ["list", "-n", "a,b", "-o"];
		assert.deepEqual(await bed.run([...argv, "name"], { user: "sam" }), {
			status: 1,
			out: "secret/nginx-mesh-registry-key\n",
			err: refused,
			asked: [],
		});
		assert.deepEqual(await bed.run([...argv, "tree"], { user: "sam" }), {
			status: 1,
			out: "nginx-mesh/nginx-mesh-registry-key not allowed to read it\n└─ a  Unknown\n",
			err: `Warning: not allowed to list pods in b; they are left out\nWarning: not allowed to list service accounts in b; they are left out\n${refused}`,
			asked: [],
		});
	});

	test("nothing found is said on stderr, with status 0", async () => {
		await using bed = await testBed();
		assert.deepEqual(await bed.run(["list"]), {
			status: 0,
			out: "",
			err: "No resources found\n",
			asked: [],
		});
		assert.equal(
			(await bed.run(["list", "-n", "default"])).err,
			"No resources found in default namespace.\n",
		);
		assert.equal(
			(await bed.run(["list", "-o", "json"])).out,
			'{\n    "items": []\n}\n',
		);
	});

	test("what a server says does not drive the terminal", async () => {
		await using bed = await testBed();
		bed.server.onRequest(() => ({
			answer: { status: 403, reason: "Forbidden", message: "no\u001b[2J\nway" },
		}));
		assert.equal(
			(await bed.run(["list"])).err,
			"Error from server (Forbidden): no[2J way; use -n NAMESPACE where you have the rights\n",
		);
	});
});
