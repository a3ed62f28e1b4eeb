import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { TARGETS_ANNOTATION } from "../../../src/core/pull-secrets/ownership.ts";
import { edit, secret as putSecret, source } from "../../support/build.ts";
import type { Answer } from "../../support/command-line.ts";
import { auths } from "../../support/source-entries.ts";
import { createBed, PIPED, USER } from "./bed.ts";

const OURS = { "app.kubernetes.io/managed-by": "kubectl-meshreg" };

describe("create, where a Secret is there", () => {
	const { bed, fresh, secret } = createBed();

	describe("what is there already", () => {
		const differing = async (args: string[] = []) => {
			fresh();
			await bed.run(["create", ...PIPED], { stdin: "old" });
			return bed.run(["create", ...PIPED, ...args], { stdin: "new" });
		};
		const password = () =>
			(
				bed.content("nginx-mesh") as {
					auths: Record<string, { password: string }>;
				}
			).auths["registry.example.com"]?.password;

		test("a source that differs is kept, and --replace named", async () => {
			const outcome = await differing();
			assert.equal(
				outcome.err,
				`Error from server (AlreadyExists): secrets "nginx-mesh-registry-key" already exists with other content in namespace "nginx-mesh"; use --add to add a registry, or --replace to overwrite it; to update this registry in it and its copies, use 'kubectl meshreg apply'\n`,
			);
			assert.deepEqual([outcome.status, password()], [1, "old"]);
		});
		test("the apply that is named is about the same source", async () => {
			fresh();
			const at = ["team", "-n", "default"];
			await bed.run(["create", ...at, ...PIPED], { stdin: "old" });
			const { err } = await bed.run(["create", ...at, ...PIPED], {
				stdin: "new",
			});
			const [, words = ""] = /'kubectl meshreg ([^']*)'\n$/.exec(err) ?? [];
			assert.equal(words, "apply team --from default");
			await bed.run([...words.split(" "), ...PIPED], { stdin: "new" });
			assert.match(JSON.stringify(bed.content("default", "team")), /"new"/);
			assert.equal(bed.content("nginx-mesh", "team"), undefined);
		});
		for (const args of [["--replace"], ["--add"], ["--force"]])
			test(`${args}: one whose record cannot be read is left as it is`, async () => {
				fresh();
				await bed.run(["create", ...PIPED], { stdin: "old" });
				edit(bed, "Secret", "nginx-mesh", {
					annotations: { "kubectl-meshreg/targets": "all" },
				});
				const outcome = await bed.run(["create", ...PIPED, ...args], {
					stdin: "new",
				});
				assert.equal(
					outcome.err,
					'error: the record of secret "nginx-mesh-registry-key" in namespace "nginx-mesh" (annotation kubectl-meshreg/targets) cannot be read, so nothing is written: it is not JSON\n',
				);
				assert.deepEqual([outcome.status, password()], [1, "old"]);
			});
		test("at a terminal --replace asks to overwrite it", async () => {
			fresh();
			await bed.run(["create", ...PIPED], { stdin: "p" });
			const { status, asked } = await bed.run(
				["create", "--replace", "--no-verify", ...PIPED.slice(0, 4)],
				{
					answers: [
						["Password:", "other"],
						["Overwrite secret/nginx-mesh-registry-key in", false],
					],
				},
			);
			assert.equal(status, 0);
			assert.equal(asked.length, 2);
		});

		for (const [agreed, expected] of [
			[false, "old"],
			[true, "other"],
		] as const)
			test(`an immutable one is deleted and made again only after a yes to that: ${agreed}`, async () => {
				fresh();
				await bed.run(["create", ...PIPED], { stdin: "old" });
				edit(bed, "Secret", "nginx-mesh", { immutable: true });
				const { status } = await bed.run(
					["create", "--replace", "--no-verify", ...PIPED.slice(0, 4)],
					{
						answers: [
							["Password:", "other"],
							["Overwrite secret/nginx-mesh-registry-key in", true],
							["Do you want to continue?", agreed],
						],
					},
				);
				assert.deepEqual([status, password()], [0, expected]);
			});

		test("--replace overwrites it", async () => {
			const outcome = await differing(["--replace"]);
			assert.equal(
				outcome.out,
				"secret/nginx-mesh-registry-key configured in nginx-mesh namespace\n",
			);
			assert.deepEqual([outcome.status, password()], [0, "new"]);
		});
		test("at a terminal it is asked about", async () => {
			const ask = [...USER, "--registry-password", "new", "--no-verify"];
			for (const [answer, expected] of [
				[false, "old"],
				[true, "new"],
			] as const) {
				fresh();
				await bed.run(["create", ...PIPED], { stdin: "old" });
				const outcome = await bed.run(["create", ...ask], {
					answers: [
						[
							"secret/nginx-mesh-registry-key in nginx-mesh namespace exists with another credential (context embedded).\n  Replace it?",
							answer,
						],
					],
				});
				assert.deepEqual([outcome.status, password()], [0, expected]);
			}
		});
		describe("B8: at a terminal it is said first, and asked what is to become of it", () => {
			const EXISTS =
				"nginx-mesh/nginx-mesh-registry-key exists (context embedded)\n  with registry.example.com as bob. What do you want to do?";
			const choosing = async (choice: string, ...rest: readonly Answer[]) => {
				fresh();
				await bed.run(["create", ...PIPED], { stdin: "old" });
				return bed.run(["create", "--no-verify"], {
					answers: [[EXISTS, choice], ...rest],
				});
			};
			const held = () =>
				Object.entries(
					(
						bed.content("nginx-mesh") as {
							auths: Record<string, { password: string }>;
						}
					).auths,
				).map(([key, { password }]) => `${key} ${password}`);
			const entering: readonly Answer[] = [
				["Registry server", "r.io"],
				["How do you authenticate?", "Username and password or token"],
				["Username:", "u"],
				["Password:", "new"],
			];

			for (const [what, registries, argv, offers] of [
				[
					"one without a registry",
					{},
					[],
					["Add a registry", "Start over, without its registries", "Cancel"],
				],
				[
					"a registry that it lacks",
					{ "r.io": { auth: btoa("u:p") } },
					["--registry-server=s.io"],
					["Add a registry", "Start over, without its registries", "Cancel"],
				],
				[
					"a registry that it has",
					{ "r.io": { auth: btoa("u:p") } },
					["--registry-server=r.io"],
					[
						"Replace a credential",
						"Start over, without its registries",
						"Cancel",
					],
				],
			] as const)
				test(`what can be done is offered, and nothing else: ${what}`, async () => {
					fresh();
					source(bed, registries);
					const offered: string[] = [];
					await bed.run(["create", ...argv], {
						answers: [
							[
								"nginx-mesh/nginx-mesh-registry-key exists",
								(choices) => {
									offered.push(...choices.map(({ label }) => label));
									return "Cancel";
								},
							],
						],
					});
					assert.deepEqual(offered, offers);
				});

			test("a registry is added", async () => {
				const { status, err } = await choosing("Add a registry", ...entering, [
					"Add r.io as u\n  to secret/nginx-mesh-registry-key in nginx-mesh namespace (context embedded)?",
					true,
				]);
				assert.equal(status, 0, err);
				assert.deepEqual(held(), ["registry.example.com old", "r.io new"]);
			});

			test("a credential is replaced, for the only registry without a question", async () => {
				const { status, err } = await choosing(
					"Replace a credential",
					["Username:", ""],
					["Password:", "new"],
					["Replace the credential for registry.example.com as bob", true],
				);
				assert.equal(status, 0, err);
				assert.deepEqual(held(), ["registry.example.com new"]);
			});

			test("a registry that is named is the one that is added or replaced, and no other", async () => {
				const named = async (host: string, choice: string) => {
					fresh();
					await bed.run(["create", ...PIPED], { stdin: "old" });
					await bed.run(
						[
							...["create", "--add", "--no-verify"],
							...["--registry-server", "r.io", "--registry-username", "u"],
							"--registry-password-stdin",
						],
						{ stdin: "other" },
					);
					const argv = ["--registry-server", host, "--registry-username", "u"];
					return bed.run(["create", "--no-verify", ...argv], {
						answers: [
							["nginx-mesh/nginx-mesh-registry-key exists", choice],
							["Password:", "new"],
							[
								`${choice === "Add a registry" ? "Add" : "Replace the credential for"} ${host} as u\n`,
								true,
							],
						],
					});
				};
				const changed = await named("r.io", "Replace a credential");
				assert.equal(changed.status, 0, changed.err);
				assert.deepEqual(held(), ["registry.example.com old", "r.io new"]);
				const added = await named("s.io", "Add a registry");
				assert.equal(added.status, 0, added.err);
				assert.deepEqual(held(), [
					"registry.example.com old",
					"r.io other",
					"s.io new",
				]);
				for (const [host, choice] of [
					["s.io", "Replace a credential"],
					["r.io", "Add a registry"],
				] as const)
					await assert.rejects(named(host, choice), {
						message: /^never asked: Password:/,
					});
			});

			test("it is written anew", async () => {
				const { status, err } = await choosing(
					"Start over, without its registries",
					...entering,
					["Overwrite secret/nginx-mesh-registry-key", true],
				);
				assert.equal(status, 0, err);
				assert.deepEqual(held(), ["r.io new"]);
			});

			test("nothing is asked and nothing changed", async () => {
				const { status, err } = await choosing("Cancel");
				assert.deepEqual(
					[status, err, held()],
					[0, "Cancelled; nothing was changed\n", ["registry.example.com old"]],
				);
			});
		});

		test("of one with the content that was given it names the flag that create has", async () => {
			fresh();
			await bed.run(["create", ...PIPED], { stdin: "p" });
			bed.server.store.seed({
				...secret(),
				kind: "Secret",
				metadata: { namespace: "nginx-mesh", name: "nginx-mesh-registry-key" },
			});
			const refused = await bed.run(["create", ...PIPED], { stdin: "p" });
			assert.equal(
				refused.err,
				'error: secret "nginx-mesh-registry-key" in namespace "nginx-mesh" exists but is not managed by meshreg; use --force to take it over\n',
			);
		});

		test("B8: nothing is asked for where what is there would be left alone", async () => {
			const place = {
				namespace: "nginx-mesh",
				name: "nginx-mesh-registry-key",
			};
			const of = { "kubectl-meshreg/source": "other/key" };
			const copy = { labels: OURS, annotations: of };
			for (const [metadata, says] of [
				[
					{},
					"is not managed by meshreg (type kubernetes.io/dockerconfigjson); use --force to take it over\n",
				],
				[copy, "is a copy of other/key; change that one\n"],
			] as const) {
				fresh();
				await bed.run(["create", ...PIPED], { stdin: "p" });
				bed.server.store.seed({
					...secret(),
					kind: "Secret",
					metadata: { ...place, ...metadata },
				});
				const refused = await bed.run(["create"], { answers: [] });
				assert.equal(refused.status, 1);
				assert.deepEqual(refused.asked, []);
				assert.ok(refused.err.endsWith(says), refused.err);
				const given = [...USER, "--registry-password=new", "--no-verify"];
				const unasked = await bed.run(["create", ...given], { answers: [] });
				assert.deepEqual([unasked.status, unasked.asked], [1, []]);
			}
		});

		test("a source keeps its other registries under --force, as the question says", async () => {
			fresh();
			const registry = ["--registry-server", "x.io", ...PIPED.slice(2)];
			await bed.run(["create", ...registry], { stdin: "p" });
			const { status } = await bed.run(
				["create", ...PIPED.slice(0, -1), "--no-verify", "--force"],
				{
					answers: [
						["Password", "p"],
						["Put registry.example.com as bob\n  in secret/", true],
					],
				},
			);
			assert.equal(status, 0);
			assert.deepEqual(Object.keys(Object(bed.content("nginx-mesh")).auths), [
				"x.io",
				"registry.example.com",
			]);
		});

		test("a foreign Secret is taken over by --force, as the question says", async () => {
			fresh();
			bed.server.store.seed({
				kind: "Secret",
				metadata: { namespace: "nginx-mesh", name: "nginx-mesh-registry-key" },
				type: "kubernetes.io/dockerconfigjson",
				data: {
					".dockerconfigjson": btoa('{"auths":{"x.io":{"auth":"dTpw"}}}'),
				},
			});
			const { status, asked } = await bed.run(
				["create", ...PIPED.slice(0, -1), "--no-verify", "--force"],
				{
					answers: [
						["Password", "p"],
						["Take over secret/nginx-mesh-registry-key in nginx-mesh", true],
					],
				},
			);
			assert.deepEqual([status, asked.length], [0, 2]);
			const held = bed.content("nginx-mesh") as { auths: object };
			assert.deepEqual(Object.keys(held.auths), [
				"x.io",
				"registry.example.com",
			]);
		});

		test("a foreign Secret needs --force, another type also --yes", async () => {
			fresh();
			bed.server.store.seed({
				kind: "Secret",
				metadata: { namespace: "nginx-mesh", name: "nginx-mesh-registry-key" },
				type: "Opaque",
				data: { a: "Yg==" },
			});
			const refused = await bed.run(["create", ...PIPED], { stdin: "p" });
			assert.equal(
				refused.err,
				'error: secret "nginx-mesh-registry-key" in namespace "nginx-mesh" exists but is not managed by meshreg (type Opaque); use --force to take it over\n',
			);
			const unasked = await bed.run(["create", ...PIPED, "--force"], {
				stdin: "p",
			});
			assert.equal(unasked.status, 1);
			assert.deepEqual(secret()?.data, { a: "Yg==" });
			const forced = await bed.run(["create", ...PIPED, "--force", "--yes"], {
				stdin: "p",
			});
			assert.equal(
				forced.out,
				"secret/nginx-mesh-registry-key configured in nginx-mesh namespace\n",
			);
			assert.equal(secret()?.type, "kubernetes.io/dockerconfigjson");
		});
		for (const [what, labels, argv, others] of [
			["of an unmanaged one the others stay", {}, [], ["other.example"]],
			["unless it is replaced", {}, ["--replace"], []],
			["of a source as well", OURS, [], ["other.example"]],
			["unless that is replaced", OURS, ["--replace"], []],
		] as const)
			test(`--force writes a registry: ${what}`, async () => {
				fresh();
				const content = { auths: { "other.example": { auth: btoa("u:p") } } };
				bed.server.store.seed({
					kind: "Secret",
					metadata: {
						namespace: "nginx-mesh",
						name: "nginx-mesh-registry-key",
						labels,
					},
					type: "kubernetes.io/dockerconfigjson",
					data: { ".dockerconfigjson": btoa(JSON.stringify(content)) },
				});
				const { status, err } = await bed.run(
					["create", ...PIPED, "--no-verify", "--force", "--yes", ...argv],
					{ stdin: "p" },
				);
				assert.equal(status, 0, err);
				assert.deepEqual(
					[...auths(bed).keys()],
					[...others, "registry.example.com"],
				);
				// A new source has an empty record, with which sync can begin.
				const record =
					secret()?.metadata.annotations?.["kubectl-meshreg/targets"];
				assert.equal(record, labels === OURS ? undefined : "[]");
			});
		test("--force loses no registry of one of the older type, and says how to keep them", async () => {
			fresh();
			bed.server.store.seed({
				kind: "Secret",
				metadata: { namespace: "nginx-mesh", name: "old" },
				type: "kubernetes.io/dockercfg",
				data: {
					".dockercfg": btoa(`{"other.example":{"auth":"${btoa("u:p")}"}}`),
				},
			});
			const force = ["create", "old", ...PIPED, "--force", "--yes"];
			const refused = await bed.run(force, { stdin: "p" });
			assert.deepEqual(
				[refused.status, refused.err],
				[
					1,
					`error: secret "old" in namespace "nginx-mesh" is of type kubernetes.io/dockercfg, and its other registries would be lost; keep them with 'kubectl meshreg create old -n nginx-mesh --from-secret nginx-mesh/old --force --replace'\n`,
				],
			);
			assert.equal(
				(await bed.run(["sync", "old", "-n", "app"])).err,
				`error: secret "old" in namespace "nginx-mesh" is not a source: it is of type kubernetes.io/dockercfg, not kubernetes.io/dockerconfigjson; to make one of it, run 'kubectl meshreg create old -n nginx-mesh --from-secret nginx-mesh/old --force --replace'\n`,
			);
			const kept = await bed.run(
				"create old -n nginx-mesh --from-secret nginx-mesh/old --force --replace --yes".split(
					" ",
				),
			);
			assert.equal(kept.status, 0, kept.err);
			const forced = await bed.run(force, { stdin: "p" });
			assert.equal(forced.status, 0, forced.err);
			assert.deepEqual(
				Object.keys(
					(bed.content("nginx-mesh", "old") as { auths: object }).auths,
				),
				["other.example", "registry.example.com"],
			);
		});
		test("--force believes nothing that an unmanaged one says of a source", async () => {
			fresh();
			const claims = {
				"kubectl-meshreg/label": "evil=x",
				"kubectl-meshreg/attached-by-policy": "true",
				"kubectl-meshreg/provider": '{"other.example":"ecr"}',
				"kubectl-meshreg/targets": '[{"all":true}]',
			};
			putSecret(
				bed,
				"nginx-mesh",
				{ "other.example": { auth: btoa("u:p") } },
				{ metadata: { annotations: { ...claims, theirs: "stays" } } },
			);
			await bed.run(["create", ...PIPED, "--force"], { stdin: "p" });
			const { "kubectl-meshreg/issued-at": _, ...annotations } =
				secret()?.metadata.annotations ?? {};
			assert.deepEqual(annotations, {
				"kubectl-meshreg/registry-servers":
					'{"registry.example.com":"registry.example.com"}',
				"kubectl-meshreg/targets": "[]",
				theirs: "stays",
			});
		});
		test("a replacement that fails puts the old object back", async () => {
			fresh();
			bed.server.store.seed({
				kind: "Secret",
				metadata: {
					namespace: "nginx-mesh",
					name: "nginx-mesh-registry-key",
					labels: { keep: "me" },
				},
				type: "Opaque",
				data: { a: "Yg==" },
			});
			let refusals = 0;
			const off = bed.server.onRequest(({ method }) =>
				method === "POST" && refusals++ === 0
					? {
							answer: {
								status: 403,
								reason: "Forbidden",
								message: 'admission webhook "policy" denied the request',
							},
						}
					: undefined,
			);
			const outcome = await bed.run(["create", ...PIPED, "--force", "--yes"], {
				stdin: "p",
			});
			off();
			assert.equal(outcome.status, 1);
			assert.match(
				outcome.err,
				/^Error from server \(Forbidden\): admission webhook "policy" denied the request/,
			);
			assert.deepEqual(
				[secret()?.type, secret()?.data, secret()?.metadata.labels],
				["Opaque", { a: "Yg==" }, { keep: "me" }],
			);
		});

		test("a source that could be neither replaced nor put back has its record again once it is put back as it says", async () => {
			fresh();
			const replacing = ["create", ...PIPED, "--replace", "--force", "--yes"];
			await bed.run(["create", ...PIPED], { stdin: "old" });
			await bed.run(["sync", "-n", "other"]);
			edit(bed, "Secret", "nginx-mesh", { immutable: true });
			const recorded = () =>
				secret()?.metadata.annotations?.[TARGETS_ANNOTATION];
			const record = recorded();
			const off = bed.server.onRequest(({ method, query }) =>
				method === "POST" && !query.has("dryRun")
					? { answer: { status: 422, reason: "", message: "no" } }
					: undefined,
			);
			const { status, err } = await bed.run(replacing, {
				stdin: "new",
				env: { HOME: bed.folder },
			});
			off();
			assert.equal(status, 1);
			// The path may itself be in quotes.
			const putBack = /'?kubectl create -f '?(.*?)'+\n$/;
			const [, path = ""] = putBack.exec(err) ?? [];
			assert.equal(
				err.replace(putBack, "kubectl create -f PATH"),
				'error: secret "nginx-mesh-registry-key" in namespace "nginx-mesh" is gone: it was deleted to be replaced, and could be neither replaced nor put back ("request is invalid: no"), but its content is kept; before you run this again, put it back with kubectl create -f PATH',
			);
			assert.equal(secret(), undefined);
			bed.server.store.seed(JSON.parse(await readFile(path, "utf8")));
			const again = await bed.run(replacing, { stdin: "new" });
			assert.deepEqual(
				[again.status, bed.password("nginx-mesh"), recorded()],
				[0, "new", record],
			);
		});
	});
});
