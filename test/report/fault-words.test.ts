/** What a person reads of a file or a credential that is at fault: one clause on one line, which quotes nothing of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	passwordFault,
	usernameFault,
} from "../../src/core/credentials/credential-rules.ts";
import {
	lookUp,
	readCredentialFile,
} from "../../src/core/registry/credential-file.ts";
import {
	credentialFaultWords,
	storedFaultWords,
} from "../../src/report/credential-fault-words.ts";
import { fileFaultWords } from "../../src/report/file-fault-words.ts";
import { assertHides } from "../support/secret-traces.ts";

const MARK = "m4rkedpassword";

/** What is said of a docker config that is none, or of its one entry. */
function wordsOf(content: Buffer): string | undefined {
	const file = readCredentialFile(content);
	if (typeof file === "string") return fileFaultWords(file);
	const found = lookUp(file, { key: "r.io", spelled: "r.io" });
	return found.found === "unusable"
		? storedFaultWords(found.problem)
		: undefined;
}

const entry = (fields: object) => JSON.stringify({ auths: { "r.io": fields } });

test("nothing of what is at fault is quoted", () => {
	const said = [
		...[
			MARK,
			`{"auths":"${MARK}"}`,
			`["${MARK}"]`,
			`{"credsStore":{"${MARK}":1}}`,
			`{"credHelpers":["${MARK}"]}`,
			`{"credHelpers":{"r.io":"../${MARK}"}}`,
			`{"r.io":{"auth":"${MARK}"}}`,
			`-----BEGIN PRIVATE KEY-----\n${MARK}\n`,
			`<html>${MARK}`,
			`\ufeff{"${MARK}":1}`,
			entry({ auth: `${MARK}!` }),
			entry({ auth: btoa(MARK) }),
			entry({ auth: btoa(`${MARK}:`) }),
			entry({ auth: btoa(`:${MARK}`) }),
			entry({ auth: btoa(`a:${MARK}`), password: "b", username: "a" }),
			entry({ auth: btoa(`a:${MARK}\n`) }),
			entry({ identitytoken: MARK }),
			entry({ auth: [MARK] }),
		].map((text) => wordsOf(Buffer.from(text))),
		wordsOf(Buffer.from(MARK, "utf16le")),
		wordsOf(Buffer.from(`${MARK}\xe4`, "latin1")),
		...["", "\n", "\nx", "\0", "\ufeff", " ", "\u200b", "\x1b"].flatMap((odd) =>
			[passwordFault(MARK + odd, "u"), passwordFault(odd + MARK, "u")].map(
				(fault) => (fault ? credentialFaultWords(fault) : "no fault"),
			),
		),
		...[":", "\ufeff", "\x1b"].map((odd) => {
			const fault = usernameFault(MARK + odd);
			return fault && credentialFaultWords(fault);
		}),
	];
	for (const words of said)
		assert.match(words ?? "", /^[^\p{C}\p{Z}][^\p{C}]+[^.\p{C}]$/u);
	assertHides(said.join("\n"), MARK);
});

test("what to do instead is said where there is something to do", () => {
	for (const [text, words] of [
		[
			`{"r.io":{"auth":"${btoa("u:p")}"}}`,
			'its entries stand outside "auths", as in the old .dockercfg; put them inside {"auths": …}',
		],
		[
			'{"type":"service_account"}',
			"it is a service account's JSON key; give it with --registry-key",
		],
		[
			entry({ auth: btoa("u:p"), username: "x" }),
			"its auth differs from its username and password, so it is not known which is right: log in again",
		],
		[
			entry({ identitytoken: "t" }),
			"it is an identity token, which a pull secret cannot carry; make an access token, robot account or service principal for pulling, and give that with --registry-username and --registry-password-stdin",
		],
	] as const)
		assert.equal(wordsOf(Buffer.from(text)), words);
});

test("a provider's own words, else how it ended", () => {
	const failed = (words: string, ended: number | NodeJS.Signals) =>
		storedFaultWords({ is: "failed", words, ended });
	assert.equal(failed("no such key", 1), '"no such key"');
	assert.equal(failed("", 1), "exit status 1, no output");
	assert.equal(failed("", "SIGKILL"), "ended by SIGKILL, no output");
	assert.equal(failed("waiting", "SIGTERM"), 'ended by SIGTERM: "waiting"');
});
