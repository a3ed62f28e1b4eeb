import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { HeadlessScreen } from "../../scripts/record/screen.ts";
import {
	COLUMNS,
	pages,
	recordSession,
	textOf,
} from "../../scripts/record/session.ts";
import { svgOf, transcript } from "../../scripts/record/svg.ts";
import { noTerminals } from "../support/pty.ts";

// The registry's authority is given through OpenSSL's SSL_CERT_FILE, which only Linux asks.
const notHere =
	process.platform === "linux" ? noTerminals : "the recording is made on Linux";

/** Ages differ by how fast the machine is. */
const ageless = (text: string) => text.replace(/\b(?:\d+[hms])+$/gm, "0s");

test("README's recording shows what a session looks like today", {
	skip: notHere,
}, async (t) => {
	const frames = await recordSession(t.signal);
	const svg = await readFile("docs/session.svg", "utf8");
	const description = /<desc>(.*?)<\/desc>/s
		.exec(svg)?.[1]
		?.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&amp;", "&");
	assert.equal(
		ageless(description ?? ""),
		ageless(transcript(frames)),
		"docs/session.svg is out of date: npm run record",
	);
	assert.ok(!svg.includes("not-a-real-password"));
	assert.match(description ?? "", /^\$ kubectl meshreg check\b/m);
	assert.equal(textOf(frames[0]?.screen ?? []), "$ kubectl meshreg create");
	for (const page of pages(frames)) {
		const lines = textOf(page).split("\n");
		assert.match(lines[0] ?? "", /^\$ /, "the first line is scrolled away");
		for (const line of lines)
			assert.ok(line.length < COLUMNS, `wrapped or about to be: ${line}`);
	}
});

test("what is written while a screen is drawn is drawn once", async () => {
	const screen = new HeadlessScreen(20, 3);
	const [, second] = await Promise.all([
		screen.after("$ a\r\n"),
		screen.after("$ a\r\nb"),
	]);
	assert.equal(textOf(second), "$ a\nb");
	assert.equal(textOf(await screen.after("$ a\r\nbc")), "$ a\nbc");
});

test("a recording plays each screen for its time, and rests at the last", () => {
	const line = (text: string) => [{ text }];
	const svg = svgOf([
		{ screen: [line("$ a<b")], ms: 100 },
		{
			screen: [line("$ a<b"), [{ text: "red", colour: 1, bold: true }]],
			ms: 300,
		},
		{ screen: [line("$ ")], ms: 600 },
	]);
	assert.match(
		svg,
		/<text y="57.5" opacity="0"><tspan x="16" textLength="42">\$ a&lt;b<\/tspan><animate [^>]*dur="1000ms"[^>]* keyTimes="0;0.4" values="1;0"\/>/,
	);
	assert.match(
		svg,
		/<tspan x="16" textLength="25.2" fill="#ff7b72" font-weight="bold">red<\/tspan><animate [^>]* keyTimes="0;0.1;0.4" values="0;1;0"\/>/,
	);
	assert.match(
		svg,
		/<text y="57.5"><tspan x="16" textLength="16.8">\$ <\/tspan><animate [^>]* keyTimes="0;0.4" values="0;1"\/>/,
	);
});
