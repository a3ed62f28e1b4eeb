import assert from "node:assert/strict";
import { test } from "node:test";
import type { Text } from "../src/core/output/styled.ts";
import { shown } from "../src/terminal.ts";
import { testBed } from "./support/test-bed.ts";

const ESC = "\u001b";

test("a part that has a colour shows it where colours are shown, and nobody else's does", () => {
	const text: Text = [{ text: `×${ESC}[2J`, colour: "red" }, ` a${ESC}[31mb`];
	assert.equal(shown(text, {}), "×[2J a[31mb");
	assert.equal(
		shown(text, { colours: true }),
		`${ESC}[31m×[2J${ESC}[39m a[31mb`,
	);
	// What is nothing has no colour, and a text no parts.
	const empty: Text = [{ text: ESC, colour: "red" }, "x"];
	assert.equal(shown(empty, { colours: true }), "x");
	assert.equal(shown(`a${ESC}b`, { colours: true }), "ab");
});

test("A8: signs of check, statuses, error: and Warning: are coloured at a terminal only", async () => {
	await using bed = await testBed({ namespaces: ["nginx-mesh", "app"] });
	const create = [
		...["create", "--registry-server=r.io", "--registry-username=u"],
		"--registry-password=p",
	];
	const warned = await bed.run(create, { colours: true });
	assert.ok(
		warned.err.startsWith(`${ESC}[33mWarning:${ESC}[39m --registry-password`),
		warned.err,
	);
	const list = await bed.run(["list"], { colours: true });
	assert.match(list.out, /r\.io {9}.\[32mSource.\[39m {3}/);
	const check = await bed.run(["check"], { colours: true });
	assert.ok(check.out.includes(`\n${ESC}[32m√${ESC}[39m `), check.out);
	const wrong = await bed.run(["lst"], { colours: true });
	assert.equal(
		wrong.err,
		`${ESC}[31merror:${ESC}[39m unknown command "lst"; did you mean "list"?\n`,
	);
	for (const argv of [
		create,
		["list"],
		["check"],
		["lst"],
		["list", "-o", "json"],
	]) {
		const { out, err } = await bed.run(argv);
		assert.ok(!(out + err).includes(ESC), argv.join(" "));
	}
});
