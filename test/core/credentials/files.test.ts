import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { encodingFault } from "../../../src/core/credentials/encoding.ts";
import {
	JSON_KEY_LIMIT,
	readJsonKey,
} from "../../../src/core/credentials/json-key.ts";
import {
	isJwt,
	JWT_LIMIT,
	readJwt,
} from "../../../src/core/credentials/jwt.ts";

test("the most that files may weigh", () =>
	assert.deepEqual([JSON_KEY_LIMIT, JWT_LIMIT], [65_536, 16_384]));

test("what is no UTF-8", () => {
	const ROWS: [bytes: number[], fault: string | undefined][] = [
		[[0xff, 0xfe, 0x61, 0], "utf-16"],
		[[0xfe, 0xff, 0, 0x61], "utf-16"],
		[[0xff, 0xff], "not-utf-8"],
		[[0xfe, 0xfe], "not-utf-8"],
		[[0x61, 0xfe], "not-utf-8"],
		[[0x61, 0xff], "not-utf-8"],
		[[0x61, 0], "nul"],
		[[0x61], undefined],
		[[], undefined],
	];
	for (const [bytes, fault] of ROWS)
		assert.equal(encodingFault(Uint8Array.from(bytes)), fault, `${bytes}`);
});

describe("a key file", () => {
	const { privateKey } = generateKeyPairSync("ed25519", {
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
		publicKeyEncoding: { type: "spki", format: "pem" },
	});
	const key: Record<string, unknown> = {
		type: "service_account",
		project_id: "p",
		private_key_id: "1",
		private_key: privateKey,
		client_email: "a@b.c",
		token_uri: "https://t",
	};
	const text = JSON.stringify(key);
	const but = (fields: object) => JSON.stringify({ ...key, ...fields });

	const REFUSED: [content: string, problem: string][] = [
		["", "empty"],
		["\ufeff \n", "empty"],
		["hunter2", "not-json"],
		[btoa(text), "encoded-key"],
		[btoa(` ${text}`), "encoded-key"],
		["[]", "not-object"],
		['"x"', "not-object"],
		[but({ type: "authorized_user" }), "authorized-user"],
		[but({ type: "external_account" }), "external-account"],
		[but({ type: undefined }), "not-service-account"],
		[but({ client_email: "" }), "client-email-missing"],
		[but({ client_email: 5 }), "client-email-missing"],
		[but({ private_key: "" }), "private-key-missing"],
		[but({ private_key: "x" }), "private-key-invalid"],
	];
	for (const [content, problem] of REFUSED)
		test(`refused: ${problem}: ${content.slice(0, 20)}`, () =>
			assert.equal(readJsonKey(content), problem));

	test("is taken without white space around it and a mark before it, and what it lacks is told", () => {
		assert.deepEqual(readJsonKey(` ${text}\n`), {
			text,
			warnings: [],
		});
		assert.deepEqual(readJsonKey(`\ufeff${text}`), {
			text,
			warnings: [{ cause: "byte-order-mark", of: "key-file" }],
		});
		const lacking = but({ project_id: "", private_key_id: 5, token_uri: null });
		assert.deepEqual(readJsonKey(`\ufeff${lacking}`), {
			text: lacking,
			warnings: [
				{ cause: "byte-order-mark", of: "key-file" },
				...["project_id", "private_key_id", "token_uri"].map((field) => ({
					cause: "key-file-incomplete",
					field,
				})),
			],
		});
	});
});

describe("a JWT", () => {
	const ROWS: [text: string, is: boolean][] = [
		["eyJhbGci.e30.c2ln", true],
		["eyJhbGci.e30.", true],
		["eyJabcde.-_.x", true],
		["eyJabcd.e30.c2ln", false],
		["xeyJhbGci.e30.c2ln", false],
		["eyJhbGci..c2ln", false],
		["eyJhbGci.e30", false],
		["eyJhbGci.e30.c2ln.x", false],
		["eyJhbGci.e30.c2ln x", false],
		["abcabcab.e30.c2ln", false],
		["eyJhbGcixe30.c2ln", false],
	];
	for (const [text, is] of ROWS)
		test(`${text}: ${is}`, () => assert.equal(isJwt(text), is));

	test("in a file", () => {
		const jwt = "eyJhbGci.e30.c2ln";
		const read = (text: string, coding: BufferEncoding = "utf8") =>
			readJwt(Buffer.from(text, coding));
		assert.deepEqual(read(` ${jwt}\n`), { jwt, warnings: [] });
		assert.deepEqual(read(`\ufeff${jwt}`), {
			jwt,
			warnings: [{ cause: "byte-order-mark", of: "jwt" }],
		});
		const refused: [string, BufferEncoding, string][] = [
			["\xff\xfe", "latin1", "utf-16"],
			[" \n", "utf8", "empty"],
			["hunter2", "utf8", "not-jwt"],
		];
		for (const [text, coding, problem] of refused)
			assert.equal(read(text, coding), problem);
	});
});
