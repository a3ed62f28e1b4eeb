import assert from "node:assert/strict";
import { test } from "node:test";
import { Sections } from "../src/sections.ts";
import type { Output } from "../src/world.ts";

/** Sections of two contexts, and what stands on the two streams. */
function sections(how: { headings: boolean; live: boolean }, together = false) {
	const written = { out: "", err: "" };
	const output = (name: "out" | "err"): Output => ({
		write: (text) => {
			written[together ? "out" : name] += text;
		},
		isTerminal: false,
		columns: 80,
	});
	const streams = { out: output("out"), err: output("err"), together };
	const both = new Sections(streams, ["eu", "us"], how);
	return { both, written, eu: both.write(0), us: both.write(1) };
}

test("what comes before its turn is held, and each has a heading on each stream", () => {
	const { both, written, eu, us } = sections({ headings: true, live: false });
	us("out", "2\n");
	eu("out", "1\n");
	us("err", "second\n");
	assert.equal(written.out, "==> eu <==\n1\n");
	both.done(0);
	both.done(1);
	assert.equal(written.out, "==> eu <==\n1\n\n==> us <==\n2\n");
	assert.equal(written.err, "==> us <==\nsecond\n");
});

test("D9: at a terminal, and in one file of both, one heading stands for both streams", () => {
	const { both, written, eu, us } = sections(
		{ headings: true, live: false },
		true,
	);
	us("err", "second\n");
	eu("out", "1\n");
	eu("err", "first\n");
	both.done(1);
	both.done(0);
	assert.equal(written.out, "==> eu <==\n1\nfirst\n\n==> us <==\nsecond\n");
});

test("names and documents have no headings; what is said about them has", () => {
	const { written, eu } = sections({ headings: false, live: false });
	eu("out", "secret/x\n");
	eu("err", "Warning: x\n");
	assert.equal(written.out, "secret/x\n");
	assert.equal(written.err, "==> eu <==\nWarning: x\n");
});

test("of watches each is printed as it comes, with a heading where another speaks", () => {
	const { written, eu, us } = sections({ headings: true, live: true });
	eu("out", "1\n");
	us("out", "2\n");
	us("out", "3\n");
	eu("out", "4\n");
	assert.equal(
		written.out,
		"==> eu <==\n1\n\n==> us <==\n2\n3\n\n==> eu <==\n4\n",
	);
});

test("a context asks when those before it are done", async () => {
	const { both, written } = sections({ headings: true, live: false });
	let asked = false;
	const turn = both.turn(1).then(() => {
		asked = true;
	});
	await Promise.resolve();
	assert.equal(asked, false);
	both.done(0);
	await turn;
	assert.equal(written.err, "==> us <==\n");
});
