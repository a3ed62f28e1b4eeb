import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { account, copyOf, secret } from "../../support/build.ts";
import { testBed } from "../../support/test-bed.ts";
import {
	create,
	NAME,
	NAMESPACES,
	renew,
	seed,
	shown,
	withSource,
} from "./bed.ts";

test("C9: a NAME that is a namespace was meant for -n", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	const { status, err } = await bed.run(["sync", "app"]);
	assert.equal(status, 2);
	assert.equal(err, 'error: "app" is a namespace; did you mean -n app?\n');
	const both = await bed.run(["sync", "-n", "nginx-mesh", "app"]);
	assert.equal(
		both.err,
		'error: "app" is a namespace; did you mean -n nginx-mesh,app?\n',
	);
});

test("a NAME that is a service account was meant for --attach", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	account(bed, "app/builder");
	const sync = (...argv: string[]) => bed.run(["sync", ...argv, "-n", "app"]);
	const { status, err } = await sync("--attach", "builder");
	assert.deepEqual(
		[status, err.split("\n", 1)],
		[2, ['error: --attach takes its value after "=": --attach=builder']],
	);
	// Nobody asked for accounts, or there is no such one.
	for (const argv of [["builder"], ["--attach", "other"]])
		assert.match((await sync(...argv)).err, /^error: no source named "/);
});

describe("sync", () => {
	test("copies to named namespaces, in their order, and counts", async () => {
		await using bed = await withSource();
		assert.deepEqual(shown(await bed.run(["sync", "-n", "shop,app"])), {
			status: 0,
			out: `secret/${NAME} created in app namespace\nsecret/${NAME} created in shop namespace\n`,
			err: "2 namespaces: 2 created, 0 configured, 0 unchanged, 0 failed\n",
		});
		const source = bed.server.store.get("Secret", "nginx-mesh", NAME);
		const copy = bed.server.store.get("Secret", "app", NAME);
		assert.deepEqual(copy?.data, source?.data);
		assert.deepEqual(copy?.metadata.labels, {
			usage: NAME,
			"app.kubernetes.io/managed-by": "kubectl-meshreg",
		});
		assert.deepEqual(copy?.metadata.annotations, {
			"kubectl-meshreg/source": `nginx-mesh/${NAME}`,
			"kubectl-meshreg/source-uid": source?.metadata.uid,
		});
	});

	test("a second run plans nothing and writes nothing", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-A"]);
		const before = bed.server.requests.length;
		assert.deepEqual(shown(await bed.run(["sync", "-A"])), {
			status: 0,
			out: ["app", "default", "shop"]
				.map((ns) => `secret/${NAME} unchanged in ${ns} namespace\n`)
				.join(""),
			err: "3 namespaces: 0 created, 0 configured, 3 unchanged, 0 failed\n",
		});
		assert.deepEqual(
			new Set(bed.server.requests.slice(before).map(({ method }) => method)),
			new Set(["GET"]),
		);
		assert.deepEqual(shown(await bed.run(["sync", "-A", "-q"])), {
			status: 0,
			out: "",
			err: "",
		});
	});

	test("--attach twice is one list", async () => {
		await using bed = await withSource();
		for (const name of ["a", "b", "default"]) account(bed, `app/${name}`);
		await bed.run(["sync", "-n", "app", "--attach=a,b", "--attach"]);
		for (const { metadata, imagePullSecrets } of bed.server.store.all(
			"ServiceAccount",
			"app",
		))
			assert.deepEqual(imagePullSecrets, [{ name: NAME }], metadata.name);
	});

	test("a changed source and an edited copy are put right", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app,shop"]);
		await create(bed, "rotated", "--replace");
		const outcome = await bed.run(["sync", "-n", "app,shop"]);
		assert.equal(
			outcome.out,
			`secret/${NAME} configured in app namespace\nsecret/${NAME} configured in shop namespace\n`,
		);
		assert.deepEqual(
			[bed.password("app"), bed.password("shop")],
			["rotated", "rotated"],
		);
	});

	test("a source edited by hand is what copies become, whatever the order of its keys", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app"]);
		const reordered = `{ "auths": {"r.example.com": {"auth":"dTpw","password":"p","username":"u"}} }`;
		const source = bed.server.store.get("Secret", "nginx-mesh", NAME);
		assert.ok(source);
		bed.server.store.delete("Secret", "nginx-mesh", NAME);
		bed.server.store.seed({
			...source,
			kind: "Secret",
			data: { ".dockerconfigjson": btoa(reordered) },
		});
		assert.equal(
			(await bed.run(["sync", "-n", "app"])).out,
			`secret/${NAME} unchanged in app namespace\n`,
		);
	});

	test("dry runs write nothing and say what would be", async () => {
		await using bed = await withSource();
		for (const [mode, suffix] of [
			["client", " (dry run)"],
			["server", " (server dry run)"],
		] as const) {
			const outcome = await bed.run([
				"sync",
				"-n",
				"app,nope",
				`--dry-run=${mode}`,
			]);
			assert.deepEqual(shown(outcome), {
				status: 1,
				out: `secret/${NAME} created in app namespace${suffix}\n`,
				err: `Error from server (NotFound): namespaces "nope" not found\n2 namespaces: 1 created, 0 configured, 0 unchanged, 1 failed${suffix}\n`,
			});
		}
		assert.equal(bed.server.store.get("Secret", "app", NAME), undefined);
	});

	test("-o json holds failures too; -o name only names", async () => {
		await using bed = await withSource();
		const outcome = await bed.run(["sync", "-n", "app,nope", "-o", "json"]);
		assert.deepEqual(
			JSON.parse(outcome.out).items.map((item: Record<string, string>) => [
				item.namespace,
				item.action,
				item.cause,
				item.message,
			]),
			[
				["app", "created", "", ""],
				["nope", "failed", "namespace-missing", 'namespaces "nope" not found'],
			],
		);
		assert.equal(
			outcome.err,
			'Error from server (NotFound): namespaces "nope" not found\n2 namespaces: 1 created, 0 configured, 0 unchanged, 1 failed\n',
		);
		assert.equal(
			(await bed.run(["sync", "-n", "app", "-o", "name"])).out,
			`secret/${NAME}\n`,
		);
	});

	test("further labels for copies are added to old ones, too", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app"]);
		const outcome = await bed.run([
			"sync",
			"-n",
			"app",
			"--copy-label",
			"team=x",
		]);
		assert.equal(outcome.out, `secret/${NAME} configured in app namespace\n`);
		assert.equal(
			bed.server.store.get("Secret", "app", NAME)?.metadata.labels?.team,
			"x",
		);
	});

	test("a label for copies that the source has with another value is refused, before anything is written", async () => {
		await using bed = await testBed({ namespaces: NAMESPACES });
		await create(bed, "p", "--label", "team=pay");
		const before = bed.server.store.all("Secret");
		const login = [
			...["--registry-server=r.example.com", "--registry-username=u"],
			"--registry-password-stdin",
		];
		for (const line of [
			["sync", "-n", "app"],
			["sync", "-n", "app", "--watch"],
			["apply", ...login, "-n", "app"],
		])
			assert.deepEqual(
				shown(
					await bed.run([...line, "--copy-label", "team=x"], { stdin: "q" }),
				),
				{
					status: 1,
					out: "",
					err: `error: secret "${NAME}" in namespace "nginx-mesh" was created with the label team=pay, which its copies have as well: give --copy-label another key\n`,
				},
			);
		assert.deepEqual(bed.server.store.all("Secret"), before);
		const same = await bed.run(["sync", "-n=app", "--copy-label=team=pay"]);
		assert.equal(same.status, 0, same.err);
	});

	test("a label may be called as what every object has", async () => {
		await using bed = await testBed({ namespaces: NAMESPACES });
		await create(bed, "p", "--label", "constructor=pay");
		const synced = await bed.run(["sync", "-n", "app"]);
		assert.equal(synced.out, `secret/${NAME} created in app namespace\n`);
		const line = ["sync", "-n", "app", "--copy-label", "valueOf=x", "--diff"];
		const { out } = await bed.run(line);
		assert.match(out, /^ {2}\+ label valueOf$/m);
	});

	test("a Secret that changes under our hands is planned again", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app"]);
		await create(bed, "rotated", "--replace");
		let once = false;
		bed.server.onRequest(({ method }) => {
			if (method !== "PATCH" || once) return undefined;
			once = true;
			const copy = bed.server.store.get("Secret", "app", NAME);
			assert.ok(copy);
			bed.server.store.delete("Secret", "app", NAME);
			return undefined;
		});
		const outcome = await bed.run(["sync", "-n", "app"]);
		assert.deepEqual(
			[outcome.status, bed.password("app")],
			[0, "rotated"],
			outcome.err,
		);
	});

	test("a bare sync reads once, writes, and looks at its source once more", async () => {
		await using bed = await withSource();
		await bed.run(["sync", "-n", "app"]);
		bed.server.store.delete("Secret", "app", NAME);
		const before = bed.server.requests.length;
		await bed.run(["sync"]);
		const source = `GET /api/v1/namespaces/nginx-mesh/secrets/${NAME}`;
		const asked = bed.server.requests
			.slice(before)
			.map(({ method, path }) => `${method} ${path}`);
		assert.deepEqual(
			[...asked.slice(0, 3).sort(), ...asked.slice(3)],
			[
				"GET /api/v1/namespaces/app",
				source,
				"GET /api/v1/secrets",
				"POST /api/v1/namespaces/app/secrets",
				source,
			],
		);
	});

	test("a source that changes while it is copied: all get the new one, and what failed is told once", async () => {
		await using bed = await withSource();
		seed(bed, "app");
		let once = false;
		bed.server.onRequest(({ method, path }) => {
			if (method !== "POST" || !path.includes("/shop/") || once)
				return undefined;
			once = true;
			renew(bed);
			return undefined;
		});
		const { out, err } = await bed.run(["sync", "-n", "app,shop"]);
		assert.equal(bed.password("shop"), "newer");
		assert.equal(out, `secret/${NAME} created in shop namespace\n`);
		assert.match(
			err,
			/^error: .*\n2 namespaces: 1 created, 0 configured, 0 unchanged, 1 failed\n$/,
		);
	});

	for (const where of ["-A", "-l=kubernetes.io/metadata.name in (app,shop)"])
		test(`of ${where}, too, which is looked up again`, async () => {
			await using bed = await withSource();
			let written = 0;
			bed.server.onRequest(({ method, path }) => {
				if (!/^POST .*\/(app|shop)\/secrets/.test(`${method} ${path}`))
					return undefined;
				if (++written === 1) renew(bed);
				return undefined;
			});
			const { status, err } = await bed.run(["sync", where]);
			assert.equal(status, 0, err);
			const passwords = ["app", "shop"].map((name) => bed.password(name));
			assert.deepEqual(passwords, ["newer", "newer"]);
			assert.equal(written, 2);
		});

	test("what a second round changed is counted once, and what it put right is no failure", async () => {
		await using bed = await withSource({
			namespaces: ["app", "dev", "nginx-mesh", "shop"],
		});
		await bed.run(["sync", "-n", "app"]);
		let refused = false;
		let moved = false;
		bed.server.onRequest(({ method, path }) => {
			if (method === "POST" && path.includes("/dev/") && !refused) {
				refused = true;
				return { answer: { status: 422, reason: "Invalid", message: "no" } };
			}
			if (method === "POST" && path.includes("/shop/") && !moved) {
				moved = true;
				renew(bed);
			}
			return undefined;
		});
		const { status, out, err } = await bed.run([
			...["sync", "-n", "app,dev,shop", "-o", "json"],
		]);
		assert.deepEqual(
			JSON.parse(out).items.map(
				(item: { namespace: string; action: string }) =>
					`${item.namespace} ${item.action}`,
			),
			["app configured", "dev created", "shop created"],
		);
		assert.deepEqual(
			[status, err],
			[0, "3 namespaces: 2 created, 1 configured, 0 unchanged, 0 failed\n"],
		);
		assert.equal(bed.password("dev"), "newer");
	});

	for (const line of [
		"sync",
		"sync -A --exclude=shop",
		"apply --registry-server=r.example.com --registry-username=u --registry-password-stdin --no-verify",
	])
		test(`${line}: what says that it is a copy is warned of once, and given nothing`, async () => {
			await using bed = await withSource();
			await bed.run(["sync", "-n", "app"]);
			secret(bed, "shop", {}, { metadata: copyOf() });
			const { status, err } = await bed.run(line.split(" "), {
				stdin: "second",
			});
			assert.equal(status, 0, err);
			assert.equal(
				err.split(`secret "${NAME}" in shop says that it is a copy of`).length,
				2,
				err,
			);
			assert.equal(bed.password("shop"), undefined);
		});

	for (const line of [
		"sync -A --once",
		"sync -n app --prune --yes",
		"sync --prune --yes",
	])
		test(`${line}: of a copy with --once that it writes or deletes it does not say that it left it alone`, async () => {
			await using bed = await withSource();
			await bed.run(["sync", "-n", "app"]);
			await bed.run(["sync", "-n", "shop", "--once"]);
			await create(bed, "second", "--replace");
			const before = bed.server.store.get("Secret", "shop", NAME);
			const { status, err } = await bed.run(line.split(" "));
			assert.equal(status, 0, err);
			assert.notEqual(bed.server.store.get("Secret", "shop", NAME), before);
			assert.doesNotMatch(err, /says that it is a copy/);
		});

	for (const line of [
		"sync --once -o json",
		"sync --attach=builder -o yaml",
		"sync --attach=builder --dry-run=client -o yaml",
	])
		test(`${line}: a command line that the record shows to be wrong has no result`, async () => {
			await using bed = await withSource();
			await bed.run(["sync", "-n", "app"]);
			const { status, out, err } = await bed.run(line.split(" "));
			assert.deepEqual([status, out], [2, ""], err);
		});

	test("a thousand namespaces are served over a handful of connections", async () => {
		const many = Array.from(
			{ length: 1000 },
			(_, number) => `n-${String(number).padStart(4, "0")}`,
		);
		await using bed = await withSource({
			namespaces: [...NAMESPACES, ...many],
		});
		const before = bed.server.connections;
		const outcome = await bed.run(["sync", "-A", "-q"]);
		assert.deepEqual([outcome.status, outcome.err], [0, ""]);
		assert.equal(bed.server.store.all("Secret").length, 1004);
		const single = bed.server.requests.filter(
			({ method, path }) => method === "GET" && path.includes("/n-0"),
		);
		assert.deepEqual(single, []);
		const handshakes = bed.server.connections - before;
		assert.ok(handshakes <= 4, `${handshakes} TLS handshakes`);
	});
});
