/** What a person reads of a credential that is at fault: clauses that quote nothing of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type {
	ProviderFault,
	RejectionHint,
} from "../../src/core/output/credential-fault.ts";
import {
	credentialFaultWords,
	providerFaultWords,
} from "../../src/report/credential-fault-words.ts";

test("each fault of a user, a password or both has its words", () => {
	const WORDS: Readonly<Record<RejectionHint, string>> = {
		"username-empty": "the user name is empty",
		"username-colon":
			"a user name cannot contain a colon (Basic authentication ends it there)",
		"username-byte-order-mark": "the user name contains a byte order mark",
		"username-control-character": "the user name contains a control character",
		"password-empty": "the password is empty",
		"password-begins-byte-order-mark":
			"the password begins with a byte order mark",
		"password-byte-order-mark": "the password contains a byte order mark",
		"password-nul":
			"the password contains NUL characters, as text in UTF-16 does",
		"password-line-end": "the password ends in a line end",
		"password-lines": "the password has several lines",
		"password-control-character": "the password contains a control character",
		"password-invisible-character":
			"the password contains an invisible character",
		"password-white-space": "the password begins or ends with white space",
		empty: "it has neither a user nor a password",
		"not-text": "it is not UTF-8 text",
	};
	for (const [fault, words] of Object.entries(WORDS))
		assert.equal(credentialFaultWords(fault as RejectionHint), words);
});

const FAULTS: readonly [ProviderFault, string][] = [
	[{ is: "credential", fault: "password-empty" }, "the password is empty"],
	[{ is: "entry-not-object" }, "it is not a JSON object"],
	[{ is: "fields-not-text" }, "its fields must be texts"],
	[
		{ is: "auth-differs" },
		"its auth differs from its username and password, so it is not known which is right: log in again",
	],
	[
		{ is: "auth-invalid", error: "illegal base64 data at input byte 6" },
		"its auth cannot be used: illegal base64 data at input byte 6",
	],
	[
		{ is: "identity-token" },
		"it is an identity token, which a pull secret cannot carry; make an access token, robot account or service principal for pulling, and give that with --registry-username and --registry-password-stdin",
	],
	[
		{ is: "helper-name" },
		"its credential helper's name is not the name of a program",
	],
	[{ is: "not-json" }, "it did not answer in JSON"],
	[{ is: "not-object" }, "it did not answer with a JSON object"],
	[{ is: "no-login" }, "its answer has no Username or no Secret"],
	[{ is: "empty" }, "its answer is empty"],
	[{ is: "no-token" }, "its answer has no token"],
	[
		{ is: "not-a-response" },
		"its answer is not a CredentialProviderResponse of credentialprovider.kubelet.k8s.io/v1",
	],
	[{ is: "no-credential" }, "it has no credential"],
	[{ is: "auth-not-object" }, "its auth is not a JSON object"],
	[{ is: "other-registries" }, "its answer is for other registries"],
	[{ is: "failed", words: "no such key", status: 1 }, "no such key"],
	[{ is: "failed", words: "", status: 1 }, "exit status 1, no output"],
	[{ is: "failed", words: "", status: undefined }, "it failed without output"],
];

for (const [fault, words] of FAULTS)
	test(words, () => assert.equal(providerFaultWords(fault), words));
