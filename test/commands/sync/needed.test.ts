import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { account, pod, secret, source } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import { NAME, NAMESPACES } from "./bed.ts";

/** A source for r.io, and pods of these namespaces that pull from there. */
async function withPods(
	places: readonly string[],
	record = "[]",
): Promise<TestBed> {
	const bed = await testBed({ namespaces: NAMESPACES });
	source(bed, { "r.io": { username: "u", password: "p" } }, [], {
		annotations: { "kubectl-meshreg/targets": record },
	});
	for (const place of places) pod(bed, `${place}/web`);
	return bed;
}

const attachedTo = (bed: TestBed, place: string) =>
	bed.server.store.get("ServiceAccount", place, "default")?.imagePullSecrets;

// Whoever may make a pod asks for the credential with it: what is found so is shown before it is served.
describe("sync --needed", () => {
	test("leaves out what --exclude names", async () => {
		await using bed = await withPods(["app", "shop"]);
		const { status, out } = await bed.run(
			"sync --needed --exclude sh* --yes".split(" "),
		);
		assert.deepEqual(
			[status, out],
			[0, `secret/${NAME} created in app namespace\n`],
		);
	});

	test("of a source that has no record yet", async () => {
		await using bed = await testBed({ namespaces: NAMESPACES });
		source(bed, { "r.io": { username: "u", password: "p" } }, [], {
			annotations: {},
		});
		pod(bed, "app/web");
		const { status, out } = await bed.run(["sync", "--needed", "--yes"]);
		assert.deepEqual(
			[status, out],
			[0, `secret/${NAME} created in app namespace\n`],
		);
	});

	test("of more stars than are looked at it says so, and gives nobody anything", async () => {
		await using bed = await testBed({ namespaces: NAMESPACES });
		const stars = Array.from({ length: 201 }, (_, at) => `*.r${at}.io`);
		const content = Object.fromEntries(
			stars.map((host) => [host, { username: "u", password: "p" }]),
		);
		source(bed, content);
		pod(bed, "app/web");
		const { status, out, err } = await bed.run(
			"sync --needed --yes".split(" "),
		);
		assert.deepEqual([status, out], [1, ""]);
		assert.equal(
			err,
			`error: secret nginx-mesh/${NAME} has more than 200 keys with stars, which are not looked at\n`,
		);
		// Kubelets read it: no command says that they do not.
		const images = await bed.run(["images", "--check", "-n", "app"]);
		assert.equal(images.err, err);
		account(bed, "app/default", [NAME]);
		secret(bed, `app/${NAME}`, content);
		const explained = await bed.run(["explain", "r.io/a", "-n", "app"]);
		assert.match(
			explained.out,
			/^app\/nginx-mesh-registry-key has more than 200 keys with stars.*: what a kubelet would use is not known\.$/m,
		);
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name: "waiting" },
			spec: {
				imagePullSecrets: [{ name: NAME }],
				containers: [{ name: "c", image: "r.io/a" }],
			},
			status: {
				containerStatuses: [
					{
						name: "c",
						image: "r.io/a",
						state: {
							waiting: { reason: "ErrImagePull", message: "not authorized" },
						},
					},
				],
			},
		});
		const checked = await bed.run(["check", "-n", "app"]);
		assert.match(checked.out, /See: kubectl describe pod waiting -n app/);
		assert.doesNotMatch(checked.out, /cannot be read/);
	});

	test("shows each that it asks for, and each that needs --yes", async () => {
		const many = "abcdefg".split("").map((letter) => `team-${letter}`);
		await using bed = await testBed({ namespaces: ["nginx-mesh", ...many] });
		source(bed, { "r.io": { username: "u", password: "p" } });
		for (const place of many) pod(bed, `${place}/web`);
		const { err, asked } = await bed.run(["sync", "--needed"], {
			answers: [
				[
					"Give the credential to these 7 namespaces (context embedded), whose pods ask for it?",
					false,
				],
			],
		});
		const all = many.join(", ");
		assert.deepEqual(asked, [
			"Give the credential to these 7 namespaces (context embedded), whose pods ask for it?",
		]);
		assert.equal(
			err,
			`found through their pods: ${all}
Warning: found through their pods, and given nothing without --yes: ${all}
Warning: no namespace matched: nothing was written or recorded
`,
		);
	});

	test("asks about a recorded name whose namespace was made again, as it does about any other", async () => {
		await using bed = await withPods(
			["app"],
			'[{"namespaces":{"app":"the-uid-before"}}]',
		);
		const { err } = await bed.run(["sync", "--needed"]);
		assert.match(err, /given nothing without --yes: app\n/);
		assert.equal(bed.content("app"), undefined);
	});

	test("prints no copy that nobody was asked for: what is printed is applied", async () => {
		await using bed = await withPods(["app"]);
		const question =
			"Give the credential to app (context embedded), whose pods ask for it?";
		const warning =
			"Warning: found through their pods, and given nothing without --yes: app\n";
		const dry = ["sync", "--needed", "--dry-run=client"];
		const printed = await bed.run([...dry, "-o", "yaml"]);
		assert.doesNotMatch(printed.out, /Secret/);
		assert.ok(printed.err.startsWith(warning));
		const refused = await bed.run([...dry, "-o", "yaml"], {
			answers: [[question, false]],
		});
		assert.doesNotMatch(refused.out, /Secret/);
		// The question names it: it is not listed before.
		assert.ok(refused.err.startsWith(warning));
		assert.match(
			(await bed.run([...dry, "-o", "yaml", "--yes"])).out,
			/kind: Secret/,
		);
	});

	test("a dry run shows what would be done: where nobody can be asked, no more than is served", async () => {
		await using bed = await withPods(["app"]);
		for (const flag of ["--dry-run=client", "--dry-run=server", "--diff"]) {
			const sync = ["sync", "--needed", flag];
			const { status, out, err } = await bed.run(sync);
			assert.deepEqual([flag, status, out], [flag, 0, ""]);
			assert.match(err, /given nothing without --yes: app\n/);
			for (const line of [
				await bed.run(sync, { answers: [] }),
				await bed.run([...sync, "--yes"]),
			])
				assert.match(line.out, /in app namespace/);
		}
	});

	test("serves without a question what a rule of the record serves, and nothing else", async () => {
		await using bed = await withPods(
			["app", "shop"],
			'[{"selector":"team=a"}]',
		);
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name: "app", labels: { team: "a" } },
		});
		const { status, out, err } = await bed.run(["sync", "--needed"]);
		assert.deepEqual(
			[status, out],
			[0, `secret/${NAME} created in app namespace\n`],
		);
		assert.match(
			err,
			/^Warning: found through their pods, and given nothing without --yes: shop\n/,
		);
	});

	for (const [name, places, pullSecrets] of [
		["where a pod there needs it", ["app", "nginx-mesh"], [{ name: NAME }]],
		["and not where none does", ["app"], undefined],
	] as const)
		test(`attaches in the source's own namespace ${name}`, async () => {
			await using bed = await withPods(places);
			for (const place of ["app", "nginx-mesh"]) account(bed, place);
			const { status, err } = await bed.run(
				"sync --needed --attach --yes".split(" "),
			);
			assert.equal(status, 0, err);
			assert.deepEqual(attachedTo(bed, "app"), [{ name: NAME }]);
			assert.deepEqual(attachedTo(bed, "nginx-mesh"), pullSecrets);
		});

	test("of apply, where nothing is found: it is no rule that may match later", async () => {
		await using bed = await withPods([], '[{"namespaces":{"app":""}}]');
		const { status, err } = await bed.run(
			"apply --needed --registry-server=r.io --registry-username=u --registry-password-stdin".split(
				" ",
			),
			{ stdin: "p" },
		);
		assert.equal(status, 0, err);
		assert.match(
			err,
			/^Warning: no namespace matched: only the source and recorded copies are updated\n/,
		);
	});
});
