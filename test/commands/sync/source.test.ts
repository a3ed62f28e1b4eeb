import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
	account,
	MANAGED,
	recordOf,
	secret,
	source,
} from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import {
	create,
	NAME,
	NAMESPACES,
	OWNED,
	seed,
	shown,
	withSource,
} from "./bed.ts";

describe("sync: which source", () => {
	describe("which source", () => {
		const none = (namespace: string) =>
			`error: no source named "${NAME}" in namespace "${namespace}"`;

		test("one without a record still has none once something else was to be taken out of it", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			source(bed, { "r.example.com": { auth: "dTpw" } }, []);
			bed.server.store.seed({
				...bed.server.store.get("Secret", "nginx-mesh", NAME),
				kind: "Secret",
				metadata: { namespace: "nginx-mesh", name: NAME, labels: MANAGED },
			});
			assert.deepEqual(shown(await bed.run(["sync", "--forget", "shop"])), {
				status: 0,
				out: `secret/${NAME} unchanged in nginx-mesh namespace\n`,
				err: `Warning: shop is not in the record of nginx-mesh/${NAME}; nothing to forget\n`,
			});
			// A name that is mistyped records nothing, and so no empty record either.
			assert.equal((await bed.run(["sync", "-n", "nope"])).status, 1);
			for (const argv of [["sync"], ["sync", "--watch"]]) {
				const { status, err } = await bed.run(argv);
				assert.equal(status, 1);
				assert.match(err, /has no record of where it was sent/);
			}
		});

		test("none", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			assert.deepEqual(shown(await bed.run(["sync", "-A"])), {
				status: 1,
				out: "",
				err: `${none("nginx-mesh")}; create it with 'kubectl meshreg create'\n`,
			});
		});

		test("one that is being deleted is given to nobody any more", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			const going = {
				deletionTimestamp: "2026-01-01T00:00:00Z",
				finalizers: ["example.com/wait"],
			};
			source(bed, { "r.example.com": { auth: "dTpw" } }, ["shop"], going);
			for (const argv of [["sync"], ["sync", "-n", "app"]])
				assert.deepEqual(shown(await bed.run(argv)), {
					status: 1,
					out: "",
					err: `error: secret "${NAME}" in namespace "nginx-mesh" is terminating (waiting for finalizers)\n`,
				});
			assert.equal(bed.content("shop"), undefined);
		});

		test("what calls itself one elsewhere is named, never taken, and nothing to paste", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			await create(bed, "one", "-n", "shop");
			seed(bed, "default", {}, OWNED);
			assert.deepEqual(shown(await bed.run(["sync", "-n", "app"])), {
				status: 1,
				out: "",
				err: `${none("nginx-mesh")}. Secrets elsewhere that call themselves a source (check who made them): default/${NAME}, shop/${NAME}; --from NAMESPACE takes one\n`,
			});
			assert.equal(bed.password("app"), undefined);
			await bed.run(["sync", "-n", "app", "--from", "shop"]);
			assert.equal(bed.password("app"), "one");
		});

		test("who may not look elsewhere is not told to create one", async () => {
			await using bed = await testBed({
				namespaces: NAMESPACES,
				users: { sam: {} },
				allow: [
					{
						user: "sam",
						verbs: ["get"],
						resources: ["secrets"],
						namespaces: ["nginx-mesh"],
					},
				],
			});
			assert.equal(
				(await bed.run(["sync", "-n", "app"], { user: "sam" })).err,
				`${none("nginx-mesh")}, and Secrets elsewhere cannot be listed; name another place with --from NAMESPACE\n`,
			);
		});

		test("who may not record is sent to --once where it can stand", async () => {
			await using bed = await testBed({
				namespaces: NAMESPACES,
				users: { sam: {} },
				allow: [
					{
						user: "sam",
						verbs: ["get", "list", "watch"],
						resources: ["secrets", "namespaces"],
					},
				],
			});
			await create(bed, "one");
			for (const [flags, what, once] of [
				[[], "app", "--once"],
				[["--attach=a,b"], "app (attach a, b)", "--once"],
				[["--prune", "--yes"], "app alone", "sync --once"],
				[["--watch"], "app", "sync --once"],
			] as const) {
				const { status, err } = await bed.run(["sync", "-n=app", ...flags], {
					user: "sam",
				});
				assert.equal(status, 1);
				assert.equal(
					err,
					`error: cannot record ${what} on the source (needs patch on secrets "${NAME}" in nginx-mesh); use ${once} for a copy that rotate will not update\n`,
				);
			}
		});

		test("MESHREG_NAMESPACE, then --from, say where", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			await create(bed, "one", "-n", "shop");
			await create(bed, "two", "-n", "default");
			const env = { MESHREG_NAMESPACE: "shop" };
			await bed.run(["sync", "-n", "app"], { env });
			assert.equal(bed.password("app"), "one");
			await bed.run(["sync", "-n", "nginx-mesh", "--from", "default"], { env });
			assert.equal(bed.password("nginx-mesh"), "two");
		});

		test("the one of the usual name, else the only one there, else it is asked", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			const content = (name: string, namespace = "app") =>
				bed.server.store.get("Secret", namespace, name) !== undefined;
			await bed.run(
				[
					"create",
					"team-a",
					"--registry-server=r.io",
					"--registry-username=u",
				].concat("--registry-password-stdin"),
				{ stdin: "p" },
			);
			await bed.run(["sync", "-n", "app"]);
			assert.ok(content("team-a"));
			await bed.run(
				[
					"create",
					"team-b",
					"--registry-server=r.io",
					"--registry-username=u",
				].concat("--registry-password-stdin"),
				{ stdin: "p" },
			);
			assert.equal(
				(await bed.run(["sync", "-n", "shop"])).err,
				'error: 2 sources in namespace "nginx-mesh": team-a, team-b; choose one by NAME\n',
			);
			await bed.run(["sync", "-n", "shop"], {
				answers: [["Which pull secret of nginx-mesh?", "team-b"]],
			});
			assert.ok(content("team-b", "shop"));
			await bed.run(["sync", "-n", "default"], {
				env: { MESHREG_NAME: "team-b" },
			});
			assert.ok(content("team-b", "default"));
			await create(bed, "p");
			await bed.run(["sync", "-n", "shop"]);
			assert.ok(content(NAME, "shop"));
		});

		for (const [what, text, why] of [
			[
				"malformed",
				'{"auths":{"r.io":{"auth":"!"}}}',
				"cannot be read by kubelets: illegal base64 data at input byte 0; see what is wrong with 'kubectl meshreg check'",
			],
			["empty", '{"auths":{}}', "holds no credentials"],
		] as const)
			test(`one that is ${what} spoils no copy, check --fix included`, async () => {
				await using bed = await withSource();
				await bed.run(["sync", "-n", "app"]);
				const before = bed.password("app");
				const there = bed.server.store.get("Secret", "nginx-mesh", NAME);
				assert.ok(there);
				const data = { ".dockerconfigjson": btoa(text) };
				bed.server.store.seed({ ...there, kind: "Secret", data });
				for (const argv of [
					["sync"],
					["sync", "-n", "app", "--diff"],
					["sync", "--needed", "--yes"],
				]) {
					const { status, out, err } = await bed.run(argv);
					assert.deepEqual([status, out], [1, ""]);
					assert.match(err, /^error: /);
					assert.ok(err.endsWith(`${why}\n`), err);
				}
				const json = await bed.run(["sync", "-o", "json"]);
				const [item] = JSON.parse(json.out).items;
				assert.ok(item.message.includes(why.split(";")[0]), item.message);
				const { out } = await bed.run(["check", "--fix", "--yes"]);
				assert.match(out, /^× the copy of .* differs from it$/m);
				assert.doesNotMatch(out, /meshreg sync/);
				assert.equal(bed.password("app"), before);
			});

		for (const argv of [
			["rotate", "--no-verify"],
			["apply"],
			["apply", "-n", "shop"],
		])
			test(`one whose other entry is malformed spoils no copy: ${argv.join(" ")}`, async () => {
				await using bed = await withSource();
				await bed.run(["sync", "-n", "app"]);
				const before = bed.content("app");
				const there = bed.server.store.get("Secret", "nginx-mesh", NAME);
				assert.ok(there);
				const text =
					'{"auths":{"r.io":{"auth":"dTpw"},"cp.io":{"auth":"bm9uZQ=="}}}';
				const data = { ".dockerconfigjson": btoa(text) };
				bed.server.store.seed({ ...there, kind: "Secret", data });
				const { status, out, err } = await bed.run(
					argv.concat(
						"--registry-server=r.io",
						"--registry-username=u",
						"--registry-password-stdin",
					),
					{ stdin: "next" },
				);
				assert.deepEqual(
					[status, out],
					[1, `secret/${NAME} configured in nginx-mesh namespace\n`],
				);
				assert.equal(
					err.split("\n")[0],
					`error: nothing was copied to ${argv.includes("shop") ? "app, shop" : "app"}: secret nginx-mesh/${NAME} cannot be read by kubelets: unable to parse auth field, must be formatted as base64(username:password); see what is wrong with 'kubectl meshreg check'`,
				);
				assert.equal(bed.password("nginx-mesh"), "next");
				assert.deepEqual(bed.content("app"), before);
				assert.equal(bed.content("shop"), undefined);
			});

		test("-o json: what ends it is an item, and once on stderr", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			secret(
				bed,
				"nginx-mesh",
				{ "r.io": { auth: "YTpi" } },
				{
					metadata: {
						...OWNED,
						annotations: { "kubectl-meshreg/targets": "[" },
					},
				},
			);
			const { status, out, err } = await bed.run(["sync", "-o", "json"]);
			const message = `error: the record of secret "${NAME}" in namespace "nginx-mesh" (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: it is not JSON`;
			assert.deepEqual([status, err], [1, `${message}\n`]);
			assert.partialDeepStrictEqual(JSON.parse(out), {
				items: [
					{ context: "embedded", action: "failed", cause: "record-invalid" },
				],
			});
		});

		test("--all-sources: what is wrong with one stands in the way of no other", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			const entry = { "r.io": { username: "u", password: "p" } };
			for (const [name, record] of [
				["broken", "["],
				["good", recordOf(["app"])],
				["unrecorded", undefined],
				// Its name is too long for a label, and nothing says another.
				["z".repeat(70), recordOf(["app"])],
			] as const)
				secret(bed, `nginx-mesh/${name}`, entry, {
					metadata: {
						labels: { "app.kubernetes.io/managed-by": "kubectl-meshreg" },
						annotations: record && { "kubectl-meshreg/targets": record },
					},
				});
			const { status, out, err } = await bed.run(["sync", "--all-sources"]);
			assert.equal(status, 1);
			assert.equal(
				out,
				`secret/good created in app namespace
secret/${"z".repeat(70)} created in app namespace
`,
			);
			assert.equal(
				err,
				`error: the record of secret "broken" in namespace "nginx-mesh" (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: it is not JSON
error: secret "unrecorded" in namespace "nginx-mesh" has no record of where it was sent; record it with -n, -l or -A of 'kubectl meshreg sync unrecorded'
2 namespaces: 2 created, 0 configured, 0 unchanged, 2 failed
`,
			);
		});

		test("--all-sources: each goes where it was sent, whatever MESHREG_NAME says", async () => {
			const kubeconfig = (bed: TestBed) => join(bed.folder, "context");
			await using bed = await testBed({ namespaces: NAMESPACES });
			await bed.server.writeKubeconfig(kubeconfig(bed), {
				namespace: "nginx-mesh",
			});
			const none = await bed.run(["sync", "--all-sources"]);
			assert.equal(
				none.err,
				`error: no source named "${NAME}" in namespace "nginx-mesh"; create it with 'kubectl meshreg create'\n`,
			);
			for (const [name, app] of [
				["one", "app"],
				["two", "shop"],
			] as const) {
				await bed.run(
					`create ${name} --registry-server=r.io --registry-username=u --registry-password-stdin`.split(
						" ",
					),
					{ stdin: "p" },
				);
				await bed.run(["sync", name, "-n", app]);
				bed.server.store.delete("Secret", app, name);
			}
			seed(bed, "nginx-mesh");
			await create(bed, "p", "-n", "default");
			await bed.run(["sync", "--from", "default", "-n", "shop"]);
			for (const given of [
				{ argv: [], env: { MESHREG_NAME: "one" } },
				{ argv: ["--mesh=none"], kubeconfig: kubeconfig(bed) },
			]) {
				const { argv, ...how } = given;
				const { status, out } = await bed.run(
					["sync", "--all-sources", ...argv],
					how,
				);
				// What is no source has no record either: it is passed over.
				assert.equal(status, 0);
				assert.equal(
					out,
					"secret/one created in app namespace\nsecret/two created in shop namespace\n",
				);
				bed.server.store.delete("Secret", "app", "one");
				bed.server.store.delete("Secret", "shop", "two");
			}
		});

		test("--all-sources: where one has no copy it is attached to nothing, whatever another did there", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			const record = '[{"namespaces":{"app":""},"attach":["two"]}]';
			for (const name of ["one", "two"])
				secret(
					bed,
					`nginx-mesh/${name}`,
					{ "r.io": { username: "u", password: "p" } },
					{
						metadata: {
							labels: { "app.kubernetes.io/managed-by": "kubectl-meshreg" },
							annotations: { "kubectl-meshreg/targets": record },
						},
					},
				);
			secret(bed, "app/two", { "other.example.com": { auth: "YTpi" } });
			// Of the name of the second source.
			account(bed, "app/two", []);
			const { status } = await bed.run(["sync", "--all-sources"]);
			assert.equal(status, 1);
			const found = bed.server.store.get("ServiceAccount", "app", "two");
			assert.deepEqual(found?.imagePullSecrets, [{ name: "one" }]);
		});

		test("those elsewhere are named whatever they are called, but where a name was given", async () => {
			await using bed = await testBed({ namespaces: NAMESPACES });
			for (const name of ["team-b", "team-a"])
				await bed.run(
					[
						"create",
						name,
						"-n",
						"shop",
						"--registry-server=r.io",
						"--registry-username=u",
						"--registry-password-stdin",
					],
					{ stdin: "p" },
				);
			await bed.run(["sync", "--from", "shop/team-a", "-n", "app"]);
			const elsewhere =
				"Secrets elsewhere that call themselves a source (check who made them): shop/team-a, shop/team-b; ";
			for (const [verb, by] of [
				["sync", "--from"],
				["export", "-n"],
			] as const)
				assert.equal(
					(await bed.run([verb])).err,
					`${none("nginx-mesh")}. ${elsewhere}${by} NAMESPACE takes one\n`,
				);
			const { out } = await bed.run(["check", "-q"]);
			assert.ok(out.includes(elsewhere), out);
			assert.doesNotMatch(out, /meshreg create/);
			assert.equal(
				(await bed.run(["sync", NAME])).err,
				`${none("nginx-mesh")}; create it with 'kubectl meshreg create'\n`,
			);
		});

		test("--from what is none", async () => {
			await using bed = await withSource();
			await bed.run(["sync", "-n", "app"]);
			seed(bed, "shop");
			seed(bed, "default", { type: "Opaque" });
			const helm = { "app.kubernetes.io/managed-by": "Helm" };
			seed(bed, "kube-public", {}, { labels: helm });
			for (const [from, problem] of [
				[
					"nope",
					`no source named "${NAME}" in namespace "nope". Secrets elsewhere that call themselves a source (check who made them): nginx-mesh/${NAME}; --from NAMESPACE takes one`,
				],
				[
					"app",
					`secret "${NAME}" in namespace "app" is a copy of nginx-mesh/${NAME}, not a source`,
				],
				[
					"shop",
					`secret "${NAME}" in namespace "shop" is not a source: it is not managed by meshreg; if copies are to be made of it, run 'kubectl label secret ${NAME} -n shop app.kubernetes.io/managed-by=kubectl-meshreg'`,
				],
				[
					"kube-public",
					`secret "${NAME}" in namespace "kube-public" is not a source: it is managed by Helm`,
				],
				[
					"default",
					`secret "${NAME}" in namespace "default" is not a source: it is of type Opaque, not kubernetes.io/dockerconfigjson`,
				],
			] as const)
				assert.equal(
					(await bed.run(["sync", "-n", "default", "--from", from])).err,
					`error: ${problem}\n`,
				);
		});
	});
});
