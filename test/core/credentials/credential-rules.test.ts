import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import {
	credentialFault,
	isKeyUser,
	rejectionHint,
} from "../../../src/core/credentials/credential-rules.ts";

describe("what is wrong with a credential, and what may be why it is rejected", () => {
	const ROWS: [
		user: string,
		password: string,
		fault?: string | undefined,
		hint?: string,
	][] = [
		["u", "p"],
		["", "", "empty"],
		["", "p", "username-empty"],
		["a:b", "p", "username-colon"],
		["a\ufeff", "p", "username-byte-order-mark"],
		["a\t", "p", "username-control-character"],
		["u", "", "password-empty"],
		["u", "\ufeffp", "password-begins-byte-order-mark"],
		["u", "p\ufeff", "password-byte-order-mark"],
		["u", "p\0\n", "password-nul"],
		["u", "p\n", "password-line-end"],
		["u", "p\r\n\n", "password-line-end"],
		["u", "p\nq\n", "password-lines"],
		["u", "p\rq", "password-lines"],
		["u", "p\tq", "password-control-character"],
		["u", "p\u0085", "password-control-character"],
		["u", "\tp\n", "password-lines"],
		["_json_key", '{\n\t"a": 1\r\n}'],
		["json_key", '{\n\t"a": 1\r\n}'],
		["_json_key", "{\x1b}", "password-control-character"],
		["_json_key_base64", "e30=\n", "password-line-end"],
		["u", " p", undefined, "password-white-space"],
		["u", "p ", undefined, "password-white-space"],
		["u", "p q"],
		["u", "p\u200bq", undefined, "password-invisible-character"],
	];
	for (const [user, password, fault, hint = fault] of ROWS)
		test(JSON.stringify([user, password]), () => {
			const credential = new Credential(user, password);
			assert.equal(credentialFault(credential), fault);
			assert.equal(rejectionHint(credential), hint);
		});

	test("what is no text", () =>
		assert.equal(
			credentialFault(Credential.fromBytes(Buffer.from("u:\xff", "latin1"))),
			"not-text",
		));

	test("whose password is a key", () => {
		assert.deepEqual(
			["_json_key", "json_key", "_json_key_base64", ""].map(isKeyUser),
			[true, true, false, false],
		);
	});
});
