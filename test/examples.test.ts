/** Every example in the help and the README is run as it stands. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { COMMANDS, parse } from "../src/cli.ts";
import { AbortedError } from "../src/errors.ts";
import { exampleBed } from "./support/example-bed.ts";
import { spoken } from "./support/shell-words.ts";
import { testBed } from "./support/test-bed.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = (language: string): string[] =>
	[
		...readme.matchAll(
			new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"),
		),
	].map(([, text = ""]) => text);

/** Ages differ by how fast the machine is. */
const ageless = (text: string): string => text.replace(/\b\d+s$/gm, "0s");

describe("README", () => {
	test("its sessions print what it shows", async () => {
		await using bed = await testBed({ namespaces: ["app", "shop"] });
		let commands = 0;
		for (const block of blocks("console"))
			for (const part of block.split(/^\$ /m).slice(1)) {
				const [line = "", ...shown] = part.split("\n");
				const { argv, stdin } = spoken(line, {
					REGISTRY_PASSWORD: "one",
					NEW_PASSWORD: "two",
				});
				const { status, out, err } = await bed.run(argv, { stdin });
				assert.equal(ageless(out + err), ageless(shown.join("\n")), line);
				assert.equal(status, 0);
				commands++;
			}
		assert.ok(commands >= 6, "README has a first session");
	});

	test("every command line in it parses", async () => {
		const lines = blocks("sh")
			.join("\n")
			.replace(/\\\n\s*/g, "")
			.split("\n")
			.filter((line) => /(^|\| )kubectl meshreg /.test(line));
		for (const line of lines) await parse(spoken(line, {}).argv, {});
	});
});

for (const command of COMMANDS)
	describe(`kubectl meshreg ${command.verb} --help`, () => {
		for (const { line } of command.examples)
			test(line, async () => {
				await using bed = await exampleBed();
				const { argv, stdin } = spoken(line, { REGISTRY_PASSWORD: "one" });
				const interrupt = new AbortController();
				const outcome = await bed.run(argv, {
					stdin,
					...bed.answersTo(command.verb, argv),
					interrupt: interrupt.signal,
					// What stays until it is interrupted is interrupted when it has come that far.
					onWrite: (_, text) => {
						if (text.endsWith("Watching for changes.\n"))
							interrupt.abort(new AbortedError("SIGINT"));
					},
				});
				const { aborted } = interrupt.signal;
				assert.equal(outcome.status, aborted ? 130 : 0, outcome.err);
			});
	});
