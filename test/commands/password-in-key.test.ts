/** Keys of `auths` are free text: with a password in one, no command shows it. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { source } from "../support/build.ts";
import { sharedBed } from "../support/test-bed.ts";

const PASSWORD = "KEPT-SECRET";
const KEYS = [
	`https://u:${PASSWORD}@one.example/v1/`,
	`two.example/v2/?token=${PASSWORD}`,
	`u@three.example/x@${PASSWORD}`,
	`four.example/x:${PASSWORD}`,
	`admin:${PASSWORD}`,
	`five.example/#${PASSWORD}`,
	`https://me@mail.example:${PASSWORD}@six.example`,
	`seven.example:${PASSWORD}/x`,
	`ftp://u:${PASSWORD}@eight.example`,
];
const IMAGES = KEYS.map((key) => `${/\w+\.example|admin/.exec(key)?.[0]}/a:1`);
const LOGIN = [
	"--registry-username=u",
	"--registry-password-stdin",
	"--no-verify",
];

describe("a password in a key is not shown by", () => {
	const bed = sharedBed({ namespaces: ["nginx-mesh", "app"] });
	let file: string;
	before(async () => {
		const auths = Object.fromEntries(
			KEYS.map((key) => [key, { username: "robot", password: "p" }]),
		);
		file = join(bed.folder, "config.json");
		await writeFile(file, JSON.stringify({ auths }));
		source(bed, auths);
	});

	const COPY = [
		"create",
		"k",
		"--from-secret=nginx-mesh/nginx-mesh-registry-key",
	];
	const COMMANDS: readonly (readonly string[])[] = [
		["list", "-o", "wide"],
		["list", "-o", "json"],
		["list", "-o=tree"],
		["check"],
		["check", "-o", "json"],
		["sync", "-n", "app", "--diff"],
		["create", "k", "--from-docker-config=FILE", "--registry-server=r.example"],
		["create", "--remove=r.example"],
		COPY,
		["rotate", "--registry-server=r.example", ...LOGIN],
		["rotate", ...LOGIN],
		["export", "--to=FILE.exported"],
		...IMAGES.flatMap((image) => [
			["explain", image, "--docker-config=FILE"],
			["explain", image, "--docker-config=FILE", "-o", "json"],
		]),
	];
	for (const command of COMMANDS)
		test(command.join(" "), async () => {
			const args = command.map((word) => word.replace("FILE", file));
			const { out, err } = await bed.run(args, { stdin: "x" });
			// What explains an image may find no key for it.
			assert.match(out + err, /\*\*\*|\/a:1|No entry matches/);
			assert.ok(!`${out}${err}`.includes(PASSWORD), out + err);
		});

	test("an annotation of what was made of them", async () => {
		await bed.run(COPY);
		const made = bed.server.store.all("Secret").map(({ metadata }) => metadata);
		assert.equal(made.length, 2);
		assert.ok(!JSON.stringify(made).includes(PASSWORD), JSON.stringify(made));
	});
});
