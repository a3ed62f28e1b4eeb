/** `images --check`, on registries of its own. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Clock } from "../../../src/world.ts";
import { labelsOf } from "../../support/build.ts";
import { selfSigned } from "../../support/registry/certificates.ts";
import { connectProxy } from "../../support/registry/connect-proxy.ts";
import { push } from "../../support/registry/exchange.ts";
import { registry } from "../../support/registry/registry.ts";
import { type LoopbackServer, serve } from "../../support/registry/server.ts";
import { assertHides } from "../../support/secret-traces.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const INDEX = "application/vnd.oci.image.index.v1+json";
const LOGIN = `Basic ${Buffer.from("puller:marked-password").toString("base64")}`;
const SOURCE = "nginx-mesh/nginx-mesh-registry-key";

/** A clock that goes on at once by what somebody waits. */
function hurriedClock(): Clock {
	let now = 0;
	return {
		now: () => now,
		elapsed: () => now,
		delay: async (ms) => {
			now += ms;
		},
	};
}

describe("images --check", () => {
	let bed: TestBed;
	/** One that asks for a login and has `team/app:1`, one that asks for none and has `open/app:1`. */
	let locked: LoopbackServer;
	let open: LoopbackServer;
	/** The manifest of an index at whatever name. */
	let multi: LoopbackServer;
	/** Answers 429 to everything. */
	let busy: LoopbackServer;
	before(async () => {
		bed = await testBed({ namespaces: ["nginx-mesh", "app", "other"] });
		locked = await serve(
			registry({
				by: "basic",
				accounts: { passwords: { puller: "marked-password" } },
			}),
		);
		open = await serve(registry({ by: "none" }));
		multi = await serve((request, response) => {
			const body = JSON.stringify({
				manifests: ["amd64", "arm64"].map((architecture) => ({
					platform: { os: "linux", architecture },
				})),
			});
			response.writeHead(200, {
				"content-type": request.url === "/v2/" ? "application/json" : INDEX,
			});
			response.end(request.method === "HEAD" ? undefined : body);
		});
		busy = await serve((_, response) => {
			response.writeHead(429);
			response.end();
		});
		await push({ origin: locked.origin }, "team/app", "1", LOGIN);
		await push({ origin: open.origin }, "open/app", "1", "");
		const { status, err } = await bed.run(
			[
				"create",
				"--registry-server",
				locked.host,
				"--registry-username",
				"puller",
				"--registry-password-stdin",
			],
			{ stdin: "marked-password" },
		);
		assert.equal(status, 0, err);
	});
	after(async () => {
		for (const server of [locked, open, multi, busy]) await server.close();
		await bed[Symbol.asyncDispose]();
	});

	const pod = (...images: string[]) =>
		`kind: Pod\nspec: {containers: [${images.map((image) => `{image: "${image}"}`).join(", ")}]}\n`;
	const check = (stdin: string, ...argv: string[]) =>
		bed.run(["images", "--check", "-f", "-", ...argv], { stdin });
	/** What comes of some work, and what a server was asked meanwhile. */
	const seenAt = async <T>(server: LoopbackServer, work: () => Promise<T>) => {
		const begun = server.requests.length;
		const outcome = await work();
		return { outcome, seen: server.requests.slice(begun) };
	};

	test("a line an image, in order, with why", async () => {
		const { status, out, err } = await check(
			pod(
				`${locked.host}/team/app:1`,
				`${open.host}/open/app:1`,
				`${open.host}/open/app:2`,
				`${locked.host}/team/gone:1`,
				"reg.example/a:1",
			),
			"--platform",
			"linux/amd64",
		);
		const width = `${locked.host}/team/gone:1`.length + 3;
		const row = (name: string, state: string, detail: string) =>
			`${name.padEnd(width)}${state.padEnd(17)}${detail}\n`;
		assert.equal(
			out,
			row("IMAGE", "STATUS", "DETAIL") +
				row(`${locked.host}/team/app:1`, "ok", `with ${SOURCE}; linux/amd64`) +
				row(
					`${open.host}/open/app:1`,
					"ok",
					"without a credential; linux/amd64",
				) +
				row(
					`${open.host}/open/app:2`,
					"missing",
					"image or tag not found, or no access",
				) +
				row(
					`${locked.host}/team/gone:1`,
					"missing",
					"image or tag not found, or no access",
				) +
				row(
					"reg.example/a:1",
					"unreachable",
					"cannot resolve reg.example (no such host)",
				),
		);
		assert.equal(err, "5 images: 2 ok, 2 missing, 1 unreachable\n");
		assert.equal(status, 1);
	});

	test("all are there: exit 0; -q leaves them out", async () => {
		const stdin = pod(`${locked.host}/team/app:1`);
		const { status, out } = await check(stdin, "-q");
		assert.deepEqual(
			{ status, out: out.split("\n").slice(1) },
			{
				status: 0,
				out: [""],
			},
		);
	});

	test("-o json", async () => {
		const { status, out, err } = await check(
			pod(`${locked.host}/team/app:1`, `${open.host}/open/app:2`),
			"-o",
			"json",
		);
		assert.equal(status, 1, err);
		assert.deepEqual(JSON.parse(out).items, [
			{
				image: `${locked.host}/team/app:1`,
				renamed: "",
				from: ["stdin"],
				status: "ok",
				detail: `with ${SOURCE}; linux/amd64`,
			},
			{
				image: `${open.host}/open/app:2`,
				renamed: "",
				from: ["stdin"],
				status: "missing",
				detail: "image or tag not found, or no access",
			},
		]);
		assertHides(out + err, "marked-password");
	});

	test("the names in --registry-server are checked, so that a copy can be proved", async () => {
		const stdin = pod("example.com/x/app:1");
		const argv = ["--registry-server", `${locked.host}/team`, "-o", "json"];
		const there = await check(stdin, ...argv);
		assert.equal(there.status, 0, there.err);
		const [item] = JSON.parse(there.out).items;
		assert.deepEqual(
			[item.image, item.renamed, item.status],
			["example.com/x/app:1", `${locked.host}/team/app:1`, "ok"],
		);
		const missing = await check(pod("example.com/x/app:2"), ...argv);
		assert.equal(missing.status, 1);
	});

	test("for the platforms of the nodes, where they may be read", async () => {
		const stdin = pod(`${multi.host}/a:1`);
		bed.server.store.seed({
			kind: "Node",
			metadata: { name: "n" },
			status: { nodeInfo: { operatingSystem: "linux", architecture: "s390x" } },
		});
		const { status, out } = await check(stdin);
		bed.server.store.delete("Node", "", "n");
		assert.equal(status, 1);
		assert.match(
			out,
			/wrong-platform {3}no linux\/s390x; it has linux\/amd64, linux\/arm64$/m,
		);
		const forbidden = bed.server.onRequest(({ path }) =>
			path === "/api/v1/nodes"
				? {
						answer: {
							status: 403,
							reason: "Forbidden",
							message: "nodes is forbidden",
						},
					}
				: undefined,
		);
		const unknown = await check(stdin);
		forbidden();
		assert.equal(unknown.status, 0);
		assert.match(
			unknown.err,
			/^Warning: nodes cannot be listed: platforms are not checked \(--platform names them\)$/m,
		);
	});

	test("a private host that a pod names is asked only where the source has an entry for it", async () => {
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name: "web" },
			spec: {
				containers: [
					{ name: "a", image: `${open.host}/open/app:1` },
					{ name: "b", image: `${locked.host}/team/app:1` },
					{ name: "c", image: "169.254.169.254/latest/meta-data:1" },
					{ name: "d", image: "inside.example/a:1" },
				],
			},
		});
		const run = () =>
			bed.run(["images", "--check", "-n", "app", "--no-headers"], {
				registry: {
					resolve: async () => [{ address: "10.0.0.7", family: 4 }],
				},
			});
		const { seen, outcome } = await seenAt(open, run);
		assert.deepEqual(seen, []);
		assert.match(
			outcome.out,
			new RegExp(
				`${open.host}/open/app:1 +unreachable +${open.host} is at a private address, and no source has an entry for it`,
			),
		);
		assert.match(outcome.out, /team\/app:1 +ok /);
		for (const host of ["169.254.169.254", "inside.example"])
			assert.ok(
				outcome.out.includes(
					`unreachable      ${host} is at a private address, and no source has an entry for it`,
				),
				outcome.out,
			);
		assert.equal(outcome.status, 1);
	});

	test("thousands of hosts that a pod names are asked for a quarter of an hour, after those of the source", async () => {
		await using evil = await testBed({
			namespaces: ["nginx-mesh", "evil", "shop", "web"],
		});
		const source = bed.server.store.get(
			"Secret",
			"nginx-mesh",
			"nginx-mesh-registry-key",
		);
		evil.server.store.seed({ ...source, kind: "Secret" } as never);
		const images = [
			...Array.from({ length: 500 }, (_, at) => `0h${at}.example/a:1`),
			`${locked.host}/team/app:1`,
		];
		evil.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "evil", name: "web" },
			spec: { containers: images.map((image) => ({ name: "a", image })) },
		} as never);
		for (const name of ["shop", "web"])
			evil.server.store.seed({
				kind: "Pod",
				metadata: { namespace: name, name: "last" },
				spec: {
					containers: [{ name: "a", image: `z-${name}.example/a:1` }],
				},
			} as never);
		let now = 0;
		const looked = new Set<string>();
		const { out, status } = await evil.run(
			["images", "--check", "-A", "--no-headers"],
			{
				// A minute passes whenever somebody looks at it.
				clock: { ...hurriedClock(), elapsed: () => (now += 60_000) },
				registry: {
					resolve: async (host) => {
						looked.add(host);
						return [{ address: "10.0.0.7", family: 4 }];
					},
				},
			},
		);
		assert.equal(status, 1);
		assert.ok(looked.size < 20, String(looked.size));
		// Nor does the tenant who names them take the time from others.
		for (const host of ["z-shop.example", "z-web.example"])
			assert.ok(looked.has(host), host);
		assert.match(out, /team\/app:1 +ok /);
		assert.match(
			out,
			/^0h499\.example\/a:1 +unreachable +0h499\.example was skipped: the limit of 15 minutes was reached$/m,
		);
	});

	test("what a pod chose is sent no credential that is not for its host, and no host that is none ends it", async (t) => {
		await using bed = await testBed({ namespaces: ["nginx-mesh", "evil"] });
		const identity = await selfSigned(["reg.example"]);
		const server = await serve(
			registry({ by: "basic", accounts: { passwords: {} } }),
			identity,
		);
		const proxy = await connectProxy(server.host);
		t.after(() => Promise.all([proxy.close(), server.close()]));
		const auths = {
			"https://index.docker.io/v1/": { username: "hub", password: "secret" },
			"*.example": { username: "stars", password: "secret" },
		};
		const images = [
			"Evil/a/b:1",
			"[::::]/a:1",
			"a_b.c/x:1",
			"localhost/a/b:1",
			"reg.example/a:1",
			"reg.example:99999/a:1",
		];
		bed.server.store.seed({
			kind: "Secret",
			metadata: {
				namespace: "nginx-mesh",
				name: "nginx-mesh-registry-key",
				labels: labelsOf(),
			},
			type: "kubernetes.io/dockerconfigjson",
			data: { ".dockerconfigjson": btoa(JSON.stringify({ auths })) },
		} as never);
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "evil", name: "web" },
			spec: { containers: images.map((image) => ({ name: "a", image })) },
		} as never);
		const run = (...argv: string[]) =>
			bed.run(["images", "--check", "--registry-insecure", ...argv], {
				stdin: pod("Evil/a/b:1", "reg.example/a:1"),
				env: { HTTPS_PROXY: proxy.origin, NO_PROXY: "127.0.0.1" },
				registry: {
					resolve: async () => [{ address: "192.0.2.1", family: 4 }],
				},
			});
		const sent = async (...argv: string[]) => {
			const begun = server.requests.length;
			const { out } = await run("-o", "json", ...argv);
			const items: { image: string; status: string; detail: string }[] =
				JSON.parse(out).items;
			return {
				logins: server.requests
					.slice(begun)
					.flatMap(({ authorization }) => authorization ?? []),
				items: items.map(({ image, detail }) => [image, detail]),
			};
		};
		const withheld =
			"the registry asks for a credential, and none that matches is sent to a host that no entry names";
		assert.deepEqual(await sent("-A"), {
			logins: [],
			items: [
				["Evil/a/b:1", withheld],
				["[::::]/a:1", "[::::] is not the address of a registry"],
				["a_b.c/x:1", "the name is not the address of a registry"],
				[
					"localhost/a/b:1",
					"localhost is at a private address, and no source has an entry for it",
				],
				["reg.example/a:1", withheld],
				[
					"reg.example:99999/a:1",
					"reg.example:99999 is not the address of a registry",
				],
			],
		});
		// A person who names the image means its host as well, but not that Docker Hub's is for it.
		const named = await sent("-f", "-");
		assert.deepEqual(named.items[0], ["Evil/a/b:1", withheld]);
		assert.deepEqual(
			[...new Set(named.logins)],
			[`Basic ${btoa("stars:secret")}`],
		);
	});

	test("without a pull secret, which is told", async () => {
		const { status, out, err } = await check(
			pod(`${open.host}/open/app:1`, `${locked.host}/team/app:1`),
			"--from",
			"other",
			"-o",
			"json",
		);
		assert.equal(status, 1);
		assert.match(
			err,
			/^Warning: checking without a credential: no source named "nginx-mesh-registry-key" in namespace "other"\./m,
		);
		const items: { status: string; detail: string }[] = JSON.parse(out).items;
		assert.deepEqual(
			items.map((item) => [item.status, item.detail]),
			[
				["ok", "without a credential; linux/amd64"],
				[
					"denied",
					"the registry asks for a credential, and no entry gives one",
				],
			],
		);
	});

	test("where there is no cluster", async () => {
		const kubeconfig = join(bed.folder, "none.kubeconfig");
		await writeFile(kubeconfig, "apiVersion: v1\nkind: Config\n");
		const { out } = await bed.run(["images", "--check", "-f", "-"], {
			stdin: pod(`${open.host}/open/app:1`),
			kubeconfig,
		});
		assert.match(out, /open\/app:1 +ok +without a credential/);
	});

	test("a host that limits requests is asked three times in all", async () => {
		const images = Array.from(
			{ length: 30 },
			(_, at) => `${busy.host}/a:${at}`,
		);
		const { seen, outcome } = await seenAt(busy, () =>
			bed.run(["images", "--check", "-f", "-", "-o", "json"], {
				stdin: pod(...images),
				clock: hurriedClock(),
			}),
		);
		assert.ok(seen.length <= 3, String(seen.length));
		assert.equal(outcome.status, 1);
	});

	test("1,000 images, with no more requests than they need", async () => {
		const images = Array.from(
			{ length: 1000 },
			(_, at) => `${multi.host}/a:${at}`,
		);
		const { seen, outcome } = await seenAt(multi, () =>
			check(pod(...images), "--platform", "linux/arm64"),
		);
		assert.equal(outcome.status, 0, outcome.err);
		assert.equal(outcome.err, "1000 images: 1000 ok\n");
		assert.equal(outcome.out.split("\n").length, 1002);
		assert.equal(seen.length, 1 + 2 * 1000);
	});

	test("what registries answer that is no image, or not for anybody", async () => {
		const DIGEST = `sha256:${"a".repeat(64)}`;
		const OCI = "application/vnd.oci.image";
		/** By repository: a media type and a manifest. */
		const said: Readonly<Record<string, [type: string, body: object]>> = {
			schema1: [
				"application/vnd.docker.distribution.manifest.v1+prettyjws",
				{ schemaVersion: 1, fsLayers: [] },
			],
			chart: [
				`${OCI}.manifest.v1+json`,
				{
					config: {
						mediaType: "application/vnd.cncf.helm.config.v1+json",
						digest: DIGEST,
					},
				},
			],
			attested: [
				INDEX,
				{
					manifests: [{ platform: { os: "unknown", architecture: "unknown" } }],
				},
			],
			empty: [INDEX, { manifests: [] }],
		};
		const odd = await serve((request, response) => {
			const [, , name = "", , tag] = request.url?.split("/") ?? [];
			const [type, body] = said[name] ?? ["application/json", {}];
			// A tag in upper case is another tag.
			const isThere = request.url === "/v2/" || (name in said && tag === "1");
			response.writeHead(isThere ? 200 : 404, { "content-type": type });
			response.end(
				request.method === "HEAD" ? undefined : JSON.stringify(body),
			);
		});
		const page = await serve((_, response) => {
			response.writeHead(200, { "content-type": "text/html" });
			response.end("<html>log in</html>");
		});
		const names = [
			`${odd.host}/schema1:1`,
			`${odd.host}/chart:1`,
			`${odd.host}/attested:1`,
			`${odd.host}/empty:1`,
			`${odd.host}/gone@${DIGEST}`,
			`${odd.host}/chart:I`,
			`${odd.host}/CHART:1`,
			`${page.host}/a:1`,
			`${busy.host}/a:1`,
		];
		const { status, out, err } = await bed.run(
			["images", "--check", "-f", "-", "-o", "json"],
			{ stdin: pod(...names), clock: hurriedClock() },
		);
		for (const server of [odd, page]) await server.close();
		assert.equal(status, 1);
		assert.equal(
			err,
			`error: stdin:2: "${odd.host}/CHART:1" is not an image reference: repository name must be lowercase; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]\n`,
		);
		const items: { image: string; status: string; detail: string }[] =
			JSON.parse(out).items;
		assert.deepEqual(
			items.map((item) => [
				item.image.replace(/^[^/]*\//, "").replace(DIGEST, "DIGEST"),
				item.status,
				item.detail,
			]),
			[
				[
					"schema1:1",
					"wrong-platform",
					"image manifest of schema 1, which container runtimes no longer pull",
				],
				[
					"chart:1",
					"wrong-platform",
					"not a container image (application/vnd.cncf.helm.config.v1+json)",
				],
				["attested:1", "wrong-platform", "only attestations, no image"],
				["empty:1", "wrong-platform", "an index without an image"],
				["gone@DIGEST", "missing", "digest not found, or no access"],
				["chart:I", "missing", "image or tag not found, or no access"],
				[
					"a:1",
					"unreachable",
					`${page.host} answers with a web page: not a container registry, or behind a proxy`,
				],
				[
					"a:1",
					"unreachable",
					`rate limit of ${busy.host} reached (429): try again later`,
				],
			],
		);
	});
});
