import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { keyFile } from "../support/example-bed.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";
import { watching } from "../support/watching.ts";

const NAME = "nginx-mesh-registry-key";
const NOW = Date.parse("2026-11-21T08:00:00Z");
const HOUR = 3_600_000;
const at = (time: number) => ({ now: NOW + time });

/** A source that is good for two days, with a copy; one with a token that ends in twelve hours; one for ever. */
async function withThree(): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["app", "nginx-mesh"],
	});
	const claims = btoa(JSON.stringify({ exp: (NOW + 12 * HOUR) / 1000 }));
	for (const [name, password, ...more] of [
		[NAME, "p", "--expires-in", "2d"],
		["token", `e30.${claims.replaceAll("=", "")}.c2ln`],
		["ever", "p"],
	] as const) {
		const { status, err } = await bed.run(
			[
				"create",
				name,
				"--registry-server=a.example",
				"--registry-username=u",
				"--registry-password-stdin",
				...more,
			],
			{ stdin: password, ...at(0) },
		);
		assert.equal(status, 0, err);
	}
	await bed.run(["sync", "-n", "app"], at(0));
	return bed;
}

describe("list", () => {
	test("-o wide shows how much time is left, of copies by their source", async () => {
		await using bed = await withThree();
		const columns = async (now: number) => {
			const { out } = await bed.run(["list", "-o", "wide"], at(now));
			return out
				.trimEnd()
				.split("\n")
				.map((line) => line.split(/ {2,}/))
				.map((cells) => [cells[0], cells[1], cells[7]]);
		};
		assert.deepEqual(await columns(0), [
			["NAMESPACE", "NAME", "EXPIRES"],
			["app", NAME, "2d"],
			["nginx-mesh", "ever", "<unknown>"],
			["nginx-mesh", NAME, "2d"],
			["nginx-mesh", "token", "12h"],
		]);
		assert.deepEqual(
			(await columns(47 * HOUR)).map(([, , expires]) => expires),
			["EXPIRES", "60m", "<unknown>", "60m", "expired"],
		);
	});

	test("-o json has the time itself", async () => {
		await using bed = await withThree();
		const { out } = await bed.run(["list", "-o", "json"], at(0));
		assert.deepEqual(
			JSON.parse(out).items.map((item: { expires: string }) => item.expires),
			[
				"2026-11-23T08:00:00Z",
				"",
				"2026-11-23T08:00:00Z",
				"2026-11-21T20:00:00Z",
			],
		);
		assert.deepEqual(Object.keys(JSON.parse(out).items[0]), [
			"context",
			"namespace",
			"name",
			"status",
			"registries",
			"usernames",
			"source",
			"expires",
			"created",
			"provider",
			"differs",
		]);
	});

	const WITHIN: readonly [time: string, now: number, names: string[]][] = [
		["13h", 0, ["token"]],
		["12h", 0, ["token"]],
		["11h59m", 0, []],
		["2d", 0, [NAME, NAME, "token"]],
		["48h", 0, [NAME, NAME, "token"]],
		["1d12h", 0, ["token"]],
		["1s", 72 * HOUR, [NAME, NAME, "token"]],
	];
	for (const [time, now, names] of WITHIN)
		test(`--expiring ${time}, ${now / HOUR} h later`, async () => {
			await using bed = await withThree();
			const { status, out, err } = await bed.run(
				["list", "--expiring", time, "-o", "name"],
				at(now),
			);
			assert.deepEqual(
				[status, out, err],
				[
					0,
					names.map((name) => `secret/${name}\n`).join(""),
					names.length === 0 ? "No resources found\n" : "",
				],
			);
		});

	test("a copy that differs from its source does not borrow its end", async () => {
		await using bed = await withThree();
		await bed.run(
			[
				"create",
				"--replace",
				"--registry-server=a.example",
				"--registry-username=u",
				"--registry-password-stdin",
				"--expires-in=1h",
			],
			{ stdin: "other", ...at(0) },
		);
		const { out } = await bed.run(["list", "-n", "app", "-o", "json"], at(0));
		const [item] = JSON.parse(out).items;
		assert.deepEqual([item.status, item.expires], ["Drifted", ""]);
	});
});

describe("sync warns of a source that", () => {
	const warning = (name: string, words: string) =>
		`Warning: the credential for a.example ${words}; replace it with 'kubectl meshreg rotate ${name} -n nginx-mesh --registry-server a.example'\n`;
	const ROWS: readonly [
		what: string,
		name: string,
		now: number,
		words: string | undefined,
	][] = [
		["has a quarter of its life left", "token", 9 * HOUR, undefined],
		[
			"has less than a fifth of its life left",
			"token",
			10 * HOUR,
			"expires at 2026-11-21T20:00:00Z",
		],
		["has expired", "token", 13 * HOUR, "expired at 2026-11-21T20:00:00Z"],
		["is good for long", NAME, 0, undefined],
		["is good for ever", "ever", 9999 * HOUR, undefined],
	];
	for (const [what, name, now, words] of ROWS)
		test(`B4: ${what}${words === undefined ? ": not" : ""}`, async () => {
			await using bed = await withThree();
			const { status, err } = await bed.run(
				["sync", name, "-n", "app"],
				at(now),
			);
			assert.equal(status, 0, err);
			assert.equal(
				err.replace(/^1 namespace: .*\n/m, ""),
				words === undefined ? "" : warning(name, words),
			);
		});
});

test("sync --watch warns as it begins", async () => {
	await using bed = await withThree();
	await using watch = await watching(
		bed,
		["token", "-n", "app"],
		at(10 * HOUR),
	);
	const { err } = await watch.stop();
	assert.match(
		err,
		/^Warning: the credential for a\.example expires at 2026-11-21T20:00:00Z; replace it with /,
	);
});

test("gcloud's access token by a pipe is good for an hour, and a key file for ever", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const { status, out, err } = await bed.run(
		[
			"create",
			"--registry-server",
			"gcr.io",
			"--registry-username",
			"oauth2accesstoken",
			"--registry-password-stdin",
		],
		{ stdin: "ya29.a0AfH6SM\n", ...at(0) },
	);
	assert.deepEqual(
		[status, out, err],
		[
			0,
			`secret/${NAME} created in nginx-mesh namespace\n`,
			"the credential for gcr.io is valid for 1h\n",
		],
	);
	assert.deepEqual(bed.content("nginx-mesh"), {
		auths: {
			"gcr.io": {
				username: "oauth2accesstoken",
				password: "ya29.a0AfH6SM",
				auth: btoa("oauth2accesstoken:ya29.a0AfH6SM"),
			},
		},
	});
	await writeFile(join(bed.folder, "key.json"), keyFile());
	await bed.run([
		"create",
		"key",
		"--registry-server",
		"gcr.io",
		"--registry-key",
		join(bed.folder, "key.json"),
	]);
	const listed = await bed.run(["list", "-o", "json"], at(0));
	assert.deepEqual(
		JSON.parse(listed.out).items.map(
			(item: { expires: string }) => item.expires,
		),
		["", "2026-11-21T09:00:00Z"],
	);
});

test("a token that has expired is warned about as it is entered", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const claims = btoa(JSON.stringify({ exp: NOW / 1000 - 1 }));
	const { status, err } = await bed.run(
		[
			"create",
			"--registry-server=a.example",
			"--registry-username=u",
			"--registry-password-stdin",
		],
		{ stdin: `e30.${claims.replaceAll("=", "")}.c2ln`, ...at(0) },
	);
	assert.deepEqual(
		[status, err],
		[
			0,
			"Warning: the credential for a.example expired at 2026-11-21T07:59:59Z\n",
		],
	);
});

for (const [user, password] of [
	["gitlab-ci-token", "x"],
	["x-access-token", "ghs_0123"],
] as const)
	test(`F7: what ends with its CI job is said at creation: ${user}`, async () => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		const { status, err } = await bed.run(
			[
				"create",
				"--registry-server=ghcr.io",
				`--registry-username=${user}`,
				"--registry-password-stdin",
			],
			{ stdin: password },
		);
		assert.deepEqual(
			[status, err],
			[
				0,
				"Warning: the credential for ghcr.io ends with its CI job, and pulls fail after that; use a token that lasts, such as a deploy token\n",
			],
		);
	});

test("F7: gcloud's helper hands out a token of one hour", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	await writeFile(
		join(bed.folder, "config.json"),
		JSON.stringify({
			auths: { "gcr.io": { auth: btoa("_dcgcloud_token:ya29.example") } },
		}),
	);
	const { err } = await bed.run(
		[
			"create",
			`--from-docker-config=${join(bed.folder, "config.json")}`,
			"--registry-server=gcr.io",
			"-q",
		],
		at(0),
	);
	assert.equal(err, "");
	const { out } = await bed.run(["list", "-o", "json"], at(0));
	assert.equal(JSON.parse(out).items[0].expires, "2026-11-21T09:00:00Z");
});

test("C6: what is printed to be kept is the same for the same input, and its time counts from its creation", async () => {
	await using bed = await testBed({
		namespaces: ["nginx-mesh"],
		stillAt: NOW,
	});
	const print = async (now: number) =>
		(
			await bed.run(
				[
					"create",
					"--registry-server=gcr.io",
					"--registry-username=oauth2accesstoken",
					"--registry-password-stdin",
					"--dry-run=client",
					"-o",
					"json",
				],
				{ stdin: "p", now },
			)
		).out;
	const first = await print(NOW);
	assert.equal(await print(NOW + 5 * HOUR), first);
	assert.doesNotMatch(first, /issued-at|uid/);
	bed.server.store.seed(JSON.parse(first));
	const { out } = await bed.run(["list", "-o", "json"]);
	assert.equal(JSON.parse(out).items[0].expires, "2026-11-21T09:00:00Z");
});

test("--expires-in with the credential that is there is written: it is not unchanged", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const login = [
		"--registry-server=a.example",
		"--registry-username=u",
		"--registry-password-stdin",
	];
	const given = { stdin: "p", ...at(0) };
	await bed.run(["create", ...login], given);
	for (const [hours, ...argv] of [
		[1, "create"],
		[2, "create", "--replace"],
		[3, "create", "--add"],
		[4, "apply"],
		[5, "rotate", "--no-verify"],
	] as const) {
		const line = [...argv, ...login, `--expires-in=${hours}h`];
		const first = await bed.run(line, given);
		assert.match(first.out, /configured/, argv.join(" "));
		assert.match((await bed.run(line, given)).out, /unchanged/);
		// Who says nothing of it leaves what is known.
		assert.match((await bed.run([...argv, ...login], given)).out, /unchanged/);
		const { out } = await bed.run(["list", "-o", "json"], at(0));
		const ends = Date.parse(JSON.parse(out).items[0].expires);
		assert.equal(ends, NOW + hours * HOUR);
	}
});
