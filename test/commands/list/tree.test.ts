import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	account,
	copyOf,
	NAME,
	pod,
	secret,
	source,
} from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NOW = Date.UTC(2026, 0, 1);
const HOST = "registry.example.com";
const IMAGE = `${HOST}/app:1`;
const MESH = { [HOST]: { auth: btoa("mesh:hunter2") } };
const CONTENT = { ...MESH, "ghcr.io": { auth: btoa("bot:hunter2") } };

/** The source of all, with one entry that expires. */
const seedSource = (bed: TestBed, record: string) =>
	source(bed, CONTENT, [], {
		annotations: {
			"kubectl-meshreg/targets": record,
			"kubectl-meshreg/issued-at": JSON.stringify({
				[HOST]: "2025-12-31T20:00:00Z",
			}),
			"kubectl-meshreg/expires-in": JSON.stringify({ [HOST]: "12h" }),
		},
	});

const copy = (bed: TestBed, namespace: string, content: object = CONTENT) =>
	secret(bed, namespace, content as typeof CONTENT, { metadata: copyOf() });

/** A Secret that says it is a copy of what is not there. */
const orphan = (bed: TestBed, content: object, from: string) =>
	secret(bed, "old", content as typeof CONTENT, {
		metadata: {
			...copyOf(),
			annotations: { "kubectl-meshreg/source": from },
		},
	});

/** A source, a copy in use, one that drifted, one whose source is gone, and a recorded namespace without. */
async function cluster(
	options: Parameters<typeof testBed>[0] = {},
): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["nginx-mesh", "app", "dev", "shop", "old"],
		stillAt: NOW,
		...options,
	});
	seedSource(bed, '[{"namespaces":{"app":"","dev":"","shop":""}}]');
	copy(bed, "app");
	copy(bed, "shop", {
		[HOST]: { auth: btoa("mesh:other") },
		"x.io": { auth: btoa("a:hunter2") },
	});
	orphan(bed, MESH, "team/gone");
	account(bed, "app", [NAME]);
	pod(bed, "app/web-0");
	pod(bed, "app/web-1", { image: IMAGE, waits: "ImagePullBackOff" });
	pod(bed, "shop/own-0", {
		image: IMAGE,
		waits: "illegal base64 data at input byte 0",
		pullSecrets: ["own"],
	});
	return bed;
}

const WHOLE = `nginx-mesh/${NAME}
├─ registry.example.com  mesh  expires in 8h
├─ ghcr.io  bot
├─ app  InSync
│  ├─ serviceaccount/default
│  ├─ pod/web-1  ImagePullBackOff
│  └─ pod/web-0
├─ dev  no copy
└─ shop  Drifted: registry.example.com password, ghcr.io missing, x.io extra
   └─ pod/own-0  ErrImagePull, does not reference it
team/gone deleted
└─ old/${NAME}  Orphaned
`;

const lines = (out: string) => out.split("\n").slice(0, -1);
/** Without what colours it. */
const bare = (out: string) =>
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
	out.replace(/\u001b\[\d+m/g, "");

describe("list -o tree", () => {
	test("each source with its registries, namespaces, accounts and pods", async () => {
		await using bed = await cluster();
		const { status, out, err } = await bed.run(["list", "-o", "tree"]);
		assert.deepEqual([status, out, err], [0, WHOLE, ""]);
	});

	test("at a terminal of 40 columns no line is wider, and a footer counts", async () => {
		await using bed = await cluster();
		const { out, err } = await bed.run(["list", "-o", "tree"], {
			answers: [],
			toTerminal: true,
			columns: 40,
		});
		for (const line of lines(bare(out)))
			assert.ok([...line].length <= 40, line);
		assert.match(bare(out), /^└─ shop {2}Drifted: registry\.example\.com …$/m);
		assert.equal(
			err,
			"4 pull secrets: 1 InSync, 1 Source, 1 Orphaned, 1 Drifted\n1 recorded namespace has no copy\nNext: kubectl meshreg check\n",
		);
	});

	test("a name, a namespace, a status", async () => {
		await using bed = await cluster();
		const { out } = await bed.run(["list", "-n", "dev,shop", "-o", "tree"]);
		assert.equal(
			out,
			`nginx-mesh/${NAME}
├─ registry.example.com  mesh  expires in 8h
├─ ghcr.io  bot
├─ dev  no copy
└─ shop  Drifted: registry.example.com password, ghcr.io missing, x.io extra
   └─ pod/own-0  ErrImagePull, does not reference it
`,
		);
		const drifted = await bed.run(["list", "--status=Drifted", "-o", "tree"]);
		assert.match(drifted.out, /Drifted/);
		assert.doesNotMatch(drifted.out, /no copy|InSync|gone/);
	});

	test("1,000 namespaces and 2,000 pods: a line each, and everything once", async () => {
		const names = Array.from(
			{ length: 1000 },
			(_, index) => `team-${String(index).padStart(4, "0")}`,
		);
		await using bed = await testBed({
			namespaces: ["nginx-mesh", ...names],
			stillAt: NOW,
		});
		seedSource(bed, '[{"all":true}]');
		for (const name of names) {
			copy(bed, name);
			pod(bed, `${name}/web-0`);
			pod(bed, `${name}/web-1`);
		}
		const before = bed.server.requests.length;
		const { status, out } = await bed.run(["list", "-o", "tree"]);
		assert.equal(status, 0);
		const shown = lines(out);
		assert.equal(shown.length, 1 + 2 + 3 * 1000 + 1);
		assert.equal(shown[3], "├─ default  no copy");
		assert.equal(shown.at(-3), "└─ team-0999  InSync");
		const kinds = bed.server.requests
			.slice(before)
			.map(
				({ path }) =>
					/\/(secrets|pods|serviceaccounts|namespaces)\b/.exec(path)?.[1],
			);
		assert.deepEqual(
			new Set(kinds),
			new Set(["secrets", "pods", "serviceaccounts", "namespaces"]),
		);
	});

	test("below each of a tenant's sources, no more than a hundred of all their pods and accounts are named", async () => {
		await using bed = await cluster();
		for (let at = 0; at < 10; at++) source(bed, MESH, [], { at: `dev/s${at}` });
		const names = Array.from({ length: 10 }, (_, at) => `s${at}`);
		for (let at = 0; at < 120; at++) {
			account(bed, `dev/a${at}`, names);
			pod(bed, `dev/p${at}`, {
				image: IMAGE,
				waits: "ErrImagePull",
				pullSecrets: names,
			});
		}
		const { out } = await bed.run(["list", "-n", "dev", "-o", "tree"]);
		const shown = (pattern: RegExp) => [...out.matchAll(pattern)].length;
		assert.deepEqual(
			[
				shown(/serviceaccount\/a/g),
				shown(/20 more service accounts$/gm),
				shown(/pod\/p/g),
				shown(/20 more pods$/gm),
			],
			[1000, 10, 1000, 10],
		);
	});

	test("of a tenant's source a hundred namespaces without a copy are named, of ours all", async () => {
		const teams = Array.from({ length: 120 }, (_, at) => `team-${at}`);
		await using bed = await testBed({
			namespaces: ["nginx-mesh", "evil", ...teams],
		});
		for (const at of ["nginx-mesh", "evil/mine"])
			source(bed, MESH, teams, { at });
		const { out } = await bed.run(["list", "-o", "tree"]);
		const [evil = "", ours = ""] = out.split(/^(?=nginx-mesh\/)/m);
		const named = (tree: string) => tree.match(/ {2}no copy$/gm)?.length;
		assert.deepEqual([named(evil), named(ours)], [100, 120]);
		assert.match(evil, /^└─ 20 more namespaces without a copy$/m);
		assert.doesNotMatch(ours, /more namespace/);
	});

	test("many pods of a namespace are counted, those in trouble all named", async () => {
		await using bed = await cluster();
		for (let index = 10; index < 20; index++) pod(bed, `app/job-${index}`);
		const { out } = await bed.run(["list", "-n", "app", "-o", "tree"]);
		assert.match(out, /ImagePullBackOff/);
		assert.match(out, /^ {3}└─ 7 more pods$/m);
	});

	test("who may not list pods and accounts sees the rest, and is told", async () => {
		await using bed = await cluster({
			users: { sam: {} },
			allow: [{ user: "sam", verbs: ["get", "list"], resources: ["secrets"] }],
		});
		const { status, out, err } = await bed.run(["list", "-o", "tree"], {
			user: "sam",
		});
		assert.equal(status, 0);
		assert.equal(out, WHOLE.replace(/^.*(?:pod|serviceaccount)\/.*\n/gm, ""));
		assert.equal(
			err,
			"Warning: not allowed to list pods; they are left out\nWarning: not allowed to list service accounts; they are left out\n",
		);
	});

	test("hostile names drive no terminal and break no line", async () => {
		await using bed = await cluster();
		orphan(
			bed,
			{ "evil.io/\u001b[31m\nnext": { auth: btoa("a\u0007:b") } },
			"x/\u001b]0;t\u0007\ny",
		);
		const { out } = await bed.run(["list", "-n", "old", "-o", "tree"]);
		assert.equal(
			out,
			`x/]0;t y not allowed to read it\n└─ old/${NAME}  Invalid\n`,
		);
	});

	test("what others wrote makes no line longer than a cell of the table", async () => {
		await using bed = await cluster();
		const hosts = Array.from(
			{ length: 5_000 },
			(_, at) => `r${at}.example.com`,
		);
		copy(
			bed,
			"app",
			Object.fromEntries(hosts.map((host) => [host, { auth: btoa("a:b") }])),
		);
		orphan(bed, MESH, `${"x".repeat(100_000)}/y`);
		const { out } = await bed.run(["list", "-o", "tree"]);
		assert.match(out, /├─ app {2}Drifted: .*…$/m);
		assert.deepEqual(
			out.split("\n").filter((line) => line.length > 2_100),
			[],
		);
	});

	test("a pipe that closes ends it quietly", async () => {
		await using bed = await cluster();
		const gone = new AbortController();
		gone.abort(new Error("EPIPE"));
		const { status, err } = await bed.run(["list", "-o", "tree"], {
			gone: gone.signal,
		});
		assert.deepEqual([status, err], [0, ""]);
	});

	test("nothing there: kubectl's words", async () => {
		await using bed = await testBed();
		const { out, err } = await bed.run(["list", "-o", "tree"]);
		assert.deepEqual([out, err], ["", "No resources found\n"]);
	});
});

describe("recorded namespaces without a copy", () => {
	/** One has nothing, one another's Secret, one a copy of something else, one what it should. */
	async function lacking(): Promise<TestBed> {
		const bed = await testBed({
			namespaces: ["nginx-mesh", "app", "dev", "shop", "pay"],
			stillAt: NOW,
		});
		seedSource(bed, '[{"namespaces":{"app":"","dev":"","pay":"","shop":""}}]');
		copy(bed, "app");
		secret(bed, "shop", CONTENT);
		secret(bed, "pay", CONTENT, { type: "Opaque" });
		// Its record is another's word.
		source(bed, CONTENT, ["x", "y"], { at: "dev/mine" });
		return bed;
	}
	const AT_TERMINAL = { answers: [], toTerminal: true, columns: 80 };

	test("a terminal's footer counts them, with what tells more", async () => {
		await using bed = await lacking();
		for (const argv of [[], ["-o", "wide"], ["-A"]])
			assert.equal(
				(await bed.run(["list", ...argv], AT_TERMINAL)).err,
				`3 pull secrets: 1 InSync, 2 Source
3 recorded namespaces have no copy
Next: kubectl meshreg check
`,
			);
		const { err } = await bed.run(["list", "-n", "app,shop"], AT_TERMINAL);
		assert.equal(
			err,
			`1 pull secret: 1 InSync
1 recorded namespace has no copy
Next: kubectl meshreg check
`,
		);
	});

	test("nothing is said nor asked for where all is there, in a pipe, or where only a status is", async () => {
		await using bed = await lacking();
		for (const [argv, look] of [
			[["-n", "app"], AT_TERMINAL],
			[["--status", "InSync"], AT_TERMINAL],
			[[], {}],
			[["-o", "json"], AT_TERMINAL],
		] as const) {
			bed.server.requests.length = 0;
			const { err } = await bed.run(["list", ...argv], look);
			assert.doesNotMatch(err, /recorded/);
			assert.ok(
				bed.server.requests.every(
					({ query }) => query.fieldSelector === undefined,
				),
			);
		}
	});

	test("the tree tells each, also where another Secret has the name", async () => {
		await using bed = await lacking();
		const { out } = await bed.run(["list", NAME, "-o", "tree"]);
		assert.match(out, /^├─ dev {2}no copy$/m);
		assert.match(out, /^├─ pay {2}no copy$/m);
		assert.match(out, /^└─ shop {2}no copy$/m);
	});
});
