import assert from "node:assert/strict";
import { test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import { authFields } from "../../../src/core/credentials/docker-config.ts";
import {
	endsWithItsJob,
	expiriesOf,
	expiriesOfKey,
	isoSeconds,
	lifetimeText,
	nearEnd,
	termOf,
	timeLeft,
} from "../../../src/core/pull-secrets/expiry.ts";
import {
	type Content,
	ContentReader,
	contentOfAuths,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import { expiryWords } from "../../../src/report/credential-notes.ts";
import { MANAGED } from "../../support/build.ts";

const NOW = Date.parse("2026-11-21T08:00:00Z");
const EXP = Date.parse("2026-11-21T20:00:00Z") / 1000;

const part = (value: unknown) =>
	Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (claims: unknown) =>
	`${part({ alg: "RS256" })}.${part(claims)}.c2ln`;
const ecr = (value: unknown) =>
	Buffer.from(JSON.stringify(value)).toString("base64");

const UNKNOWN = { issuedAt: undefined, lifetime: undefined };

/** A source with this content, made now by this program. */
const sourceOf = (
	content: Content,
	annotations: Record<string, string>,
	made: { labels?: Record<string, string>; created?: string } = {},
) => ({ content, annotations, labels: {}, created: "", ...made });

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
	[
		"a user's JWT, beside one without an end",
		jwt({ exp: EXP }),
		jwt({ sub: "x" }),
		EXP * 1000,
	],
	["a JWT with an end in words", "mesh", jwt({ exp: "2026" }), undefined],
	["a JWT with the last end of all", "mesh", jwt({ exp: 8.64e12 }), 8.64e15],
	[
		"a JWT with an end beyond all dates",
		"mesh",
		jwt({ exp: 8.64e12 + 1 }),
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
		assert.equal(
			termOf("a.example", new Credential(user, password), UNKNOWN)?.at,
			at,
		));

test("a JWT says how long it lives, an ECR password lives twelve hours", () => {
	const life = (user: string, password: string, issuedAt?: number) =>
		termOf("a.example", new Credential(user, password), {
			...UNKNOWN,
			issuedAt,
		})?.life;
	assert.equal(life("u", jwt({ exp: EXP, iat: EXP - 60 })), 60_000);
	assert.equal(life("u", jwt({ exp: EXP })), undefined);
	assert.equal(life("u", jwt({ exp: EXP }), NOW), 12 * 3_600_000);
	assert.equal(life("u", jwt({ exp: EXP, iat: EXP + 60 })), undefined);
	assert.equal(life("AWS", ecr({ expiration: EXP })), 12 * 3_600_000);
});

const ISSUED = "2026-11-21T07:30:00.000Z";
const KNOWN: readonly [host: string, user: string, at: string | undefined][] = [
	["gcr.io", "oauth2accesstoken", "2026-11-21T08:30:00Z"],
	["eu.gcr.io", "oauth2accesstoken", "2026-11-21T08:30:00Z"],
	["europe-west1-docker.pkg.dev", "oauth2accesstoken", "2026-11-21T08:30:00Z"],
	...[
		"https://gcr.io",
		"https://eu.gcr.io/v2/",
		"europe-docker.pkg.dev/project",
		"*.pkg.dev",
	].map((key): [string, string, string] => [
		key,
		"oauth2accesstoken",
		"2026-11-21T08:30:00Z",
	]),
	...[
		"_dcgcloud_token",
		"_dcgcr_2_1_22_token",
		"_dcgcr_0.0.0_token",
		"_token",
	].map((user): [string, string, string] => [
		"gcr.io",
		user,
		"2026-11-21T08:30:00Z",
	]),
	["reg.example", "_token", undefined],
	["cr.yandex", "iam", "2026-11-21T19:30:00Z"],
	["cr.yandex", "oauth", undefined],
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
	[
		"https://mesh.azurecr.io",
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
		const expiries = expiriesOf(
			sourceOf(content, {
				"kubectl-meshreg/issued-at": JSON.stringify({ [host]: ISSUED }),
			}),
		);
		assert.deepEqual(
			expiries.map((expiry) => isoSeconds(expiry.at)),
			at === undefined ? [] : [at],
		);
		assert.deepEqual(expiriesOf(sourceOf(content, {})), []);
		// Without an annotation, as GitOps has it, the time of creation counts: of what this program keeps.
		assert.deepEqual(
			expiriesOf(
				sourceOf(content, {}, { labels: MANAGED, created: ISSUED }),
			).map((expiry) => isoSeconds(expiry.at)),
			at === undefined ? [] : [at],
		);
		assert.deepEqual(
			expiriesOf(sourceOf(content, {}, { created: ISSUED })),
			[],
		);
	});

test("a credential that was replaced counts from then on; of a source that nobody knows when it was made, nothing is said", () => {
	const content = contentOfAuths([
		["gcr.io", authFields(new Credential("oauth2accesstoken", "opaque"))],
	]);
	const replaced = sourceOf(
		content,
		{ "kubectl-meshreg/issued-at": JSON.stringify({ "gcr.io": ISSUED }) },
		{ labels: MANAGED, created: "2026-01-01T00:00:00Z" },
	);
	assert.deepEqual(
		expiriesOf(replaced).map(({ at }) => isoSeconds(at)),
		["2026-11-21T08:30:00Z"],
	);
	assert.deepEqual(expiriesOf(sourceOf(content, {}, { labels: MANAGED })), []);
});

test("a copy that equals its source expires as that; of another only what its credential says itself counts", () => {
	const secret = (
		annotations: Record<string, string>,
		password = "opaque",
	): PullSecret =>
		new ContentReader().toPullSecret({
			type: "kubernetes.io/dockerconfigjson",
			metadata: {
				labels: MANAGED,
				annotations,
				creationTimestamp: ISSUED,
			},
			data: {
				".dockerconfigjson": btoa(
					JSON.stringify({
						auths: { "a.example": { username: "u", password } },
					}),
				),
			},
		});
	const said = {
		"kubectl-meshreg/issued-at": JSON.stringify({ "a.example": ISSUED }),
		"kubectl-meshreg/expires-in": '{"a.example":"1h"}',
	};
	const ends = (key: PullSecret, source: PullSecret) =>
		expiriesOfKey(key, new Map([["nginx-mesh/key", source]])).map(({ at }) =>
			isoSeconds(at),
		);
	const of = { "kubectl-meshreg/source": "nginx-mesh/key" };
	const source = secret(said);
	assert.deepEqual(ends(source, source), ["2026-11-21T08:30:00Z"]);
	assert.deepEqual(ends(secret(of), source), ["2026-11-21T08:30:00Z"]);
	assert.deepEqual(ends(secret({ ...said, ...of }, "old"), source), []);
	assert.deepEqual(ends(secret(of, jwt({ exp: EXP })), source), [
		"2026-11-21T20:00:00Z",
	]);
	// Of a known kind of credential: when it was issued a copy does not know.
	const google = (annotations: Record<string, string>) => ({
		...secret(annotations),
		content: contentOfAuths([
			["gcr.io", authFields(new Credential("oauth2accesstoken", "opaque"))],
		]),
	});
	assert.deepEqual(ends(google({}), source), ["2026-11-21T08:30:00Z"]);
	assert.deepEqual(ends(google(of), source), []);
});

test("the token's own word beats the person's, and that beats the kind's; the soonest comes first", () => {
	const content = contentOfAuths([
		["gcr.io", authFields(new Credential("oauth2accesstoken", "opaque"))],
		["b.example", authFields(new Credential("u", jwt({ exp: EXP })))],
		["c.example", authFields(new Credential("u", "p"))],
		["d.example", {}],
	]);
	const expiries = expiriesOf(
		sourceOf(content, {
			"kubectl-meshreg/issued-at": JSON.stringify({
				"gcr.io": ISSUED,
				"b.example": ISSUED,
				"c.example": ISSUED,
				"d.example": ISSUED,
			}),
			"kubectl-meshreg/expires-in": JSON.stringify({
				"gcr.io": "13h30m",
				"b.example": "1d",
				"d.example": "1d",
			}),
		}),
	);
	assert.deepEqual(
		expiries.map(({ key, at }) => [key, isoSeconds(at)]),
		[
			["b.example", "2026-11-21T20:00:00Z"],
			["gcr.io", "2026-11-21T21:00:00Z"],
		],
	);
});

/** A Date ends there, and would be asked for its text. */
test("of a time that no calendar has nothing is said", () => {
	const content = contentOfAuths([["a", authFields(new Credential("u", "p"))]]);
	const ends = (issued: string, life: string) =>
		expiriesOf(
			sourceOf(content, {
				"kubectl-meshreg/issued-at": JSON.stringify({ a: issued }),
				"kubectl-meshreg/expires-in": JSON.stringify({ a: life }),
			}),
		).map(({ at }) => isoSeconds(at));
	assert.deepEqual(ends("+275760-09-12T00:00:00Z", "1d"), [
		"+275760-09-13T00:00:00Z",
	]);
	assert.deepEqual(ends("+275760-09-13T00:00:00Z", "1s"), []);
	assert.deepEqual(ends("+275760-09-13T00:00:00Z", "999999d"), []);
});

for (const broken of [
	"",
	"x",
	"[]",
	"null",
	'{"a":7}',
	'{"a":"soon"}',
	'{"a":""}',
	'{"a":{"a":"1h"}}',
	`{"a":${"[".repeat(20_000)}`,
])
	test(`the annotation ${JSON.stringify(broken).slice(0, 40)} says nothing`, () => {
		const content = contentOfAuths([
			["a", authFields(new Credential("u", "p"))],
		]);
		assert.deepEqual(
			expiriesOf(
				sourceOf(content, {
					"kubectl-meshreg/issued-at": JSON.stringify({ a: ISSUED }),
					"kubectl-meshreg/expires-in": broken,
				}),
			),
			[],
		);
	});

const HOUR = 3_600_000;

/** When a credential ends, from now; how long it is good in all; what is said. */
const WARNINGS: readonly [
	left: number,
	life: number | undefined,
	warning: string | undefined,
][] = [
	[
		-HOUR,
		12 * HOUR,
		"the credential for docker.io expired at 2026-11-21T07:00:00Z",
	],
	[
		0,
		12 * HOUR,
		"the credential for docker.io expired at 2026-11-21T08:00:00Z",
	],
	[12 * HOUR, 12 * HOUR, undefined],
	[3 * HOUR, 12 * HOUR, undefined],
	[
		2 * HOUR,
		12 * HOUR,
		"the credential for docker.io expires at 2026-11-21T10:00:00Z",
	],
	[20 * HOUR, 90 * HOUR, undefined],
	[
		17 * HOUR,
		90 * HOUR,
		"the credential for docker.io expires at 2026-11-22T01:00:00Z",
	],
	[24 * HOUR, undefined, undefined],
	[
		23 * HOUR,
		undefined,
		"the credential for docker.io expires at 2026-11-22T07:00:00Z",
	],
];

for (const [left, life, warning] of WARNINGS)
	test(`${left / HOUR} h of ${life === undefined ? "a life that is not known" : `${life / HOUR} h`} ${warning === undefined ? "are enough" : "are worth a warning"}`, () => {
		const key = "https://index.docker.io/v1/";
		const end = nearEnd({ key, at: NOW + left, life }, NOW);
		assert.equal(end && expiryWords(end), warning);
	});

test("lengths of time are said as they are given", () => {
	for (const [length, text] of [
		[12 * HOUR, "12h"],
		[36 * HOUR, "1d12h"],
		[90_000, "1m30s"],
		[24 * 90 * HOUR, "90d"],
		[1, "1s"],
		[1500, "2s"],
	] as const)
		assert.equal(lifetimeText(length), text);
	assert.equal(timeLeft(12 * HOUR - 2000), "12h");
	assert.equal(timeLeft(50_000), "50s");
	assert.equal(timeLeft(50.4 * HOUR), "2d2h");
	assert.equal(timeLeft(720.4 * HOUR), "30d");
});

for (const [user, password, ends] of [
	["gitlab-ci-token", "x", true],
	["x-access-token", "ghs_0123", true],
	["u", "ghp_0123", false],
] as const)
	test(`${user} with ${password} ${ends ? "ends" : "does not end"} with its job`, () =>
		assert.equal(endsWithItsJob(new Credential(user, password)), ends));
