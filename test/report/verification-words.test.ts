/** What a person reads of a verification: one clause for each thing that can be found out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoginFault } from "../../src/core/registry/login-fault.ts";
import type { Verification } from "../../src/core/registry/verification.ts";
import { verificationWords } from "../../src/report/verification-words.ts";

const login = (fault: LoginFault): Verification => ({
	outcome: "unverifiable",
	because: { is: "login", fault },
});

const UNVERIFIED = "could not verify the credential for reg.example: ";
const TOKENS = `${UNVERIFIED}its token server auth.example `;

const WORDS: readonly [Verification, string][] = [
	[{ outcome: "good" }, "reg.example accepts the credential"],
	[
		{ outcome: "good", pullable: "IMAGE" },
		"reg.example accepts the credential, and IMAGE can be pulled with it",
	],
	[
		{ outcome: "rejected", words: "no such login", status: 401 },
		'reg.example rejects the credential: "no such login"',
	],
	[
		{ outcome: "rejected", words: "", status: 403 },
		"reg.example rejects the credential (403)",
	],
	[
		{ outcome: "cannot-pull", image: "IMAGE", because: { is: "absent" } },
		"reg.example: cannot pull IMAGE: not found, or no access",
	],
	[
		{
			outcome: "cannot-pull",
			image: "IMAGE",
			because: {
				is: "no-permission",
				words: "insufficient_scope",
				status: 401,
			},
		},
		'reg.example: cannot pull IMAGE: no permission, or no such repository ("insufficient_scope")',
	],
	[
		{
			outcome: "cannot-pull",
			image: "IMAGE",
			because: { is: "no-permission", words: "", status: 403 },
		},
		"reg.example: cannot pull IMAGE: no permission, or no such repository (403)",
	],
	[
		{ outcome: "unverifiable", because: { is: "open" } },
		`${UNVERIFIED}the registry asks for no credential`,
	],
	[
		{
			outcome: "unverifiable",
			because: { is: "accepts-any" },
			pullable: "IMAGE",
		},
		`${UNVERIFIED}the registry accepts any credential, or none (IMAGE can be pulled, with any credential)`,
	],
	[
		{ outcome: "unverifiable", because: { is: "no-single-host" } },
		`${UNVERIFIED}its key stands for several hosts, or for none`,
	],
	[
		{ outcome: "unverifiable", because: { is: "docker-hub" } },
		`${UNVERIFIED}it is Docker Hub's, and is sent nowhere else`,
	],
	[
		login({ is: "no-address" }),
		`${UNVERIFIED}its token realm is not an http or https address`,
	],
	[
		login({ is: "user-information" }),
		`${UNVERIFIED}its token realm contains a username or password`,
	],
	[
		login({ is: "unencrypted", host: "auth.example", allowable: false }),
		`${UNVERIFIED}its token realm is at http://auth.example, where the credential would travel unencrypted`,
	],
	[
		login({ is: "unencrypted", host: "auth.example", allowable: true }),
		`${UNVERIFIED}its token realm is at http://auth.example, where the credential would travel unencrypted (--registry-insecure allows that)`,
	],
	[
		login({ is: "private", host: "10.0.0.1" }),
		`${UNVERIFIED}its token realm is at the private address 10.0.0.1, which is not the registry's own`,
	],
	[
		login({ is: "no-challenge", status: 403 }),
		`${UNVERIFIED}it answers 403 and names no way to log in`,
	],
	[
		login({ is: "unknown-scheme", status: 401 }),
		`${UNVERIFIED}it answers 401 and asks for a way to log in that container runtimes do not know`,
	],
	[
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: {
					host: "auth.example",
					is: "status",
					status: 400,
					words: "scope is required",
				},
				scoped: false,
			},
		},
		`${TOKENS}answers 400 ("scope is required"): try again with --verify-image IMAGE`,
	],
	[
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: { host: "auth.example", is: "status", status: 400, words: "" },
				scoped: true,
			},
		},
		`${TOKENS}answers 400`,
	],
	[
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: {
					host: "auth.example",
					is: "status",
					status: 405,
					words: "Method Not Allowed",
				},
				scoped: false,
			},
		},
		`${TOKENS}answers 405 ("Method Not Allowed") to a GET request: only clients that log in with POST get a token`,
	],
	[
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: { host: "auth.example", is: "redirect", to: "evil.example" },
				scoped: false,
			},
		},
		`${TOKENS}redirects to evil.example, where the credential is not sent`,
	],
	[
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: { host: "auth.example", is: "no-token" },
				scoped: false,
			},
		},
		`${TOKENS}answers without a token`,
	],
	[
		{ outcome: "unreachable", fault: { host: "reg.example", kind: "dns" } },
		"could not verify the credential: cannot resolve reg.example (no such host)",
	],
];

for (const [verification, words] of WORDS)
	test(words, () =>
		assert.equal(verificationWords(verification, "reg.example"), words),
	);
