import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createBed, SERVICE_ACCOUNT_KEY as KEY, PIPED, USER } from "./bed.ts";

describe("create: passwords", () => {
	const { bed, fresh, secret } = createBed();

	describe("passwords arrive as they are", () => {
		const PASSWORDS: Record<string, string> = {
			spaces: "  two  spaces  ",
			quotes: `'single' "double"`,
			dollar: "robot$name$HOME`id`",
			colon: "a:b:c",
			"non-ASCII": "pässwörd-密码-🔑",
			"10,000 characters": "x".repeat(10_000),
			"white space at its end": "p  ",
		};
		for (const [name, password] of Object.entries(PASSWORDS))
			test(name, async () => {
				fresh();
				const outcome = await bed.run(["create", ...PIPED], {
					stdin: `${password}\n`,
				});
				assert.equal(outcome.status, 0, outcome.err);
				assert.deepEqual(bed.content("nginx-mesh"), {
					auths: {
						"registry.example.com": {
							username: "bob",
							password,
							auth: Buffer.from(`bob:${password}`).toString("base64"),
						},
					},
				});
			});
	});

	describe("F6, D2: a password that holds what no registry takes is refused, from wherever it comes", () => {
		const FAULTS: readonly [content: string | Buffer, fault: string][] = [
			["secret\n\n", "the password ends in a line end"],
			["one\ntwo\n", "the password has several lines"],
			["tab\tbed", "the password contains a control character"],
			["c1\u0085", "the password contains a control character"],
			[
				Buffer.from("secret", "utf16le"),
				"the password contains NUL characters, as text in UTF-16 does; save it as UTF-8",
			],
			[
				Buffer.from("\ufeffsecret", "utf16le"),
				"the password is text in UTF-16; save it as UTF-8",
			],
			[Buffer.from("p\xe4ss", "latin1"), "the password is not UTF-8 text"],
		];
		for (const [content, fault] of FAULTS)
			test(fault, async () => {
				fresh();
				const path = join(bed.folder, "password");
				await writeFile(path, content);
				const byFile = await bed.run([
					"create",
					...USER,
					"--registry-password-file",
					path,
				]);
				const byStdin = await bed.run(["create", ...PIPED], { stdin: content });
				for (const [{ status, out, err }, flag] of [
					[byFile, "--registry-password-file"],
					[byStdin, "--registry-password-stdin"],
				] as const) {
					assert.deepEqual([status, out], [1, ""]);
					assert.equal(
						err.replace("; nothing was written", ""),
						`error: ${flag}: ${fault}\n`,
					);
				}
				assert.equal(secret(), undefined);
			});

		test("at a prompt it is asked for again", async () => {
			fresh();
			const { asked, status } = await bed.run(
				["create", ...USER, "--no-verify"],
				{
					answers: [
						["Password:", "\ufeffsecret"],
						["Password:", "secret"],
						["Create secret/", true],
					],
				},
			);
			assert.equal(status, 0);
			assert.deepEqual(
				asked[1],
				"! the password begins with a byte order mark",
			);
		});

		test("a byte order mark is removed, and said", async () => {
			fresh();
			const outcome = await bed.run(["create", ...PIPED], {
				stdin: "\ufeffsecret\r\n",
			});
			assert.deepEqual(
				[outcome.status, outcome.err],
				[
					0,
					"Warning: --registry-password-stdin: the password begins with a byte order mark, which was removed\n",
				],
			);
			assert.equal(bed.password("nginx-mesh"), "secret");
		});

		test("a password is any JSON that is no file of another kind", async () => {
			fresh();
			const outcome = await bed.run(["create", ...PIPED], {
				stdin: '{"token":"x"}',
			});
			assert.equal(outcome.status, 0, outcome.err);
		});

		for (const user of ["_json_key", "json_key"])
			test(`a JSON key has lines, as the password of ${user}`, async () => {
				fresh();
				const key = JSON.stringify(KEY, null, "\t");
				const outcome = await bed.run(
					[
						"create",
						"--registry-server=gcr.io",
						`--registry-username=${user}`,
						"--registry-password-stdin",
					],
					{ stdin: `${key}\n` },
				);
				assert.equal(outcome.status, 0, outcome.err);
				assert.equal(bed.password("nginx-mesh"), key);
			});
	});
});
