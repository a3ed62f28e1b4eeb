import assert from "node:assert/strict";
import { test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import { authFields } from "../../../src/core/credentials/docker-config.ts";
import {
	expiriesOf,
	expiryWarning,
	isoSeconds,
	lifeOf,
} from "../../../src/core/pull-secrets/expiry.ts";
import { contentOfAuths } from "../../../src/core/pull-secrets/pull-secret.ts";

const NOW = Date.parse("2026-11-21T08:00:00Z");
const EXP = Date.parse("2026-11-21T20:00:00Z") / 1000;

const part = (value: unknown) =>
	Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (claims: unknown) =>
	`${part({ alg: "RS256" })}.${part(claims)}.c2ln`;
const ecr = (value: unknown) =>
	Buffer.from(JSON.stringify(value)).toString("base64");

const INSIDE: readonly [
	what: string,
	user: string,
	password: string,
	at: number | undefined,
][] = [
	["a JWT", "mesh", jwt({ exp: EXP }), EXP * 1000],
	["a JWT as the user", jwt({ exp: EXP }), "none", EXP * 1000],
	[
		"an unsigned JWT",
		"mesh",
		jwt({ exp: EXP }).replace("c2ln", ""),
		EXP * 1000,
	],
	["a JWT with a fraction", "mesh", jwt({ exp: EXP + 0.5 }), EXP * 1000 + 500],
	["a JWT without an end", "mesh", jwt({ sub: "x" }), undefined],
	["a JWT with an end in words", "mesh", jwt({ exp: "2026" }), undefined],
	[
		"a JWT with an end beyond all dates",
		"mesh",
		jwt({ exp: 1e300 }),
		undefined,
	],
	["a JWT with an end before all dates", "mesh", jwt({ exp: -1 }), undefined],
	["a JWT whose claims are no object", "mesh", jwt([EXP]), undefined],
	["three words with dots", "mesh", "a.b.c", undefined],
	[
		"an ECR password",
		"AWS",
		ecr({ payload: "x", datakey: "y", version: "2", expiration: EXP }),
		EXP * 1000,
	],
	["the same for another user", "mesh", ecr({ expiration: EXP }), undefined],
	["another ECR password", "AWS", ecr({ payload: "x" }), undefined],
	["any password", "mesh", "s3cret", undefined],
	["a JSON key", "_json_key", '{"type":"service_account"}', undefined],
];

for (const [what, user, password, at] of INSIDE)
	test(`what ${what} says of its end`, () =>
		assert.equal(lifeOf("k", new Credential(user, password), NOW)?.at, at));

const ISSUED = "2026-11-21T07:30:00.000Z";
const KNOWN: readonly [host: string, user: string, at: string | undefined][] = [
	["gcr.io", "oauth2accesstoken", "2026-11-21T08:30:00Z"],
	["eu.gcr.io", "oauth2accesstoken", "2026-11-21T08:30:00Z"],
	["europe-west1-docker.pkg.dev", "oauth2accesstoken", "2026-11-21T08:30:00Z"],
	["gcr.io", "_json_key", undefined],
	["notgcr.io", "oauth2accesstoken", undefined],
	["gcr.io.example", "oauth2accesstoken", undefined],
	["1234.dkr.ecr.eu-west-1.amazonaws.com", "AWS", "2026-11-21T19:30:00Z"],
	[
		"1234.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
		"AWS",
		"2026-11-21T19:30:00Z",
	],
	["1234.dkr.ecr.cn-north-1.amazonaws.com.cn", "AWS", "2026-11-21T19:30:00Z"],
	["public.ecr.aws", "AWS", "2026-11-21T19:30:00Z"],
	["reg.example", "AWS", undefined],
	[
		"mesh.azurecr.io",
		"00000000-0000-0000-0000-000000000000",
		"2026-11-21T10:30:00Z",
	],
	["mesh.azurecr.io", "mesh", undefined],
];

for (const [host, user, at] of KNOWN)
	test(`${user} at ${host} ${at === undefined ? "is good for nobody knows how long" : `ends at ${at}`}`, () => {
		const content = contentOfAuths([
			[host, authFields(new Credential(user, "opaque"))],
		]);
		const expiries = expiriesOf(content, {
			"kubectl-meshreg/issued-at": JSON.stringify({ [host]: ISSUED }),
		});
		assert.deepEqual(
			expiries.map((expiry) => isoSeconds(expiry.at)),
			at === undefined ? [] : [at],
		);
		assert.deepEqual(expiriesOf(content, {}), []);
	});

test("the token's own word beats the person's, and that beats the kind's; the soonest comes first", () => {
	const content = contentOfAuths([
		["gcr.io", authFields(new Credential("oauth2accesstoken", "opaque"))],
		["b.example", authFields(new Credential("u", jwt({ exp: EXP })))],
		["c.example", authFields(new Credential("u", "p"))],
		["d.example", {}],
	]);
	const expiries = expiriesOf(content, {
		"kubectl-meshreg/issued-at": JSON.stringify({ "gcr.io": ISSUED }),
		"kubectl-meshreg/expires-at": JSON.stringify({
			"gcr.io": "2026-11-21T21:00:00Z",
			"b.example": "2026-11-22T00:00:00Z",
			"d.example": "2026-11-22T00:00:00Z",
		}),
	});
	assert.deepEqual(
		expiries.map(({ key, at }) => [key, isoSeconds(at)]),
		[
			["b.example", "2026-11-21T20:00:00Z"],
			["gcr.io", "2026-11-21T21:00:00Z"],
		],
	);
});

for (const broken of ["", "x", "[]", "null", '{"a":7}', '{"a":"soon"}'])
	test(`the annotation ${JSON.stringify(broken)} says nothing`, () => {
		const content = contentOfAuths([
			["a", authFields(new Credential("u", "p"))],
		]);
		assert.deepEqual(
			expiriesOf(content, { "kubectl-meshreg/expires-at": broken }),
			[],
		);
	});

const WARNINGS: readonly [at: string, warning: string | undefined][] = [
	[
		"2026-11-21T07:00:00Z",
		"the credential for docker.io expired at 2026-11-21T07:00:00Z",
	],
	[
		"2026-11-22T08:00:00Z",
		"the credential for docker.io expires at 2026-11-22T08:00:00Z",
	],
	["2026-11-22T08:00:01Z", undefined],
];

for (const [at, warning] of WARNINGS)
	test(`an end at ${at} ${warning === undefined ? "is far" : "is worth a warning"}`, () =>
		assert.equal(
			expiryWarning(
				{
					key: "https://index.docker.io/v1/",
					at: Date.parse(at),
					since: undefined,
				},
				NOW,
			),
			warning,
		));

// B4: a token for twelve hours is no news in its first, and one for a year is before its last day.
const HOUR = 3_600_000;
for (const [life, left, warned] of [
	[12, 12, false],
	[12, 2.5, false],
	[12, 2.4, true],
	[12, 0, true],
	[1, 0.21, false],
	[1, 0.2, true],
	[365 * 24, 74 * 24, false],
	[365 * 24, 73 * 24, true],
] as const)
	test(`with ${left} of ${life} hours left there is ${warned ? "a" : "no"} warning`, () => {
		const at = NOW + left * HOUR;
		assert.equal(
			expiryWarning({ key: "r.io", at, since: at - life * HOUR }, NOW) !==
				undefined,
			warned,
		);
	});

test("a life begins when the source was given it, or as the token says, or now", () => {
	const credential = new Credential("mesh", jwt({ exp: EXP, iat: EXP - 60 }));
	assert.equal(lifeOf("r.io", credential, NOW)?.since, (EXP - 60) * 1000);
	assert.equal(
		lifeOf("r.io", new Credential("mesh", jwt({ exp: EXP })), NOW)?.since,
		NOW,
	);
	const content = contentOfAuths([["r.io", authFields(credential)]]);
	const issued = "2026-11-21T06:00:00Z";
	assert.equal(
		expiriesOf(content, {
			"kubectl-meshreg/issued-at": JSON.stringify({ "r.io": issued }),
		})[0]?.since,
		Date.parse(issued),
	);
});
