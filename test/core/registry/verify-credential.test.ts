import assert from "node:assert/strict";
import { test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import type { CredentialFault } from "../../../src/core/output/credential-fault.ts";
import type {
	RegistryRequest,
	Send,
} from "../../../src/core/registry/answer.ts";
import type { TransportFailure } from "../../../src/core/registry/fault.ts";
import type { Verification } from "../../../src/core/registry/verification.ts";
import { verifyCredential } from "../../../src/core/registry/verify-credential.ts";
import { faultInWords } from "../../support/fault-in-words.ts";

interface Scripted {
	status: number;
	headers?: Record<string, string>;
	body?: string;
}

/** Who asks: the credential under test, one that nobody has, or nobody. A token is handed out by name. */
type Who = "mine" | "stranger" | "nobody";

/** What a registry answers, by method and address without the query. */
type Script = (
	call: string,
	who: Who,
	query: URLSearchParams,
) => Scripted | TransportFailure;

const MINE = new Credential("mesh", "marked-password");
const STRANGER = new Credential("nobody-1", "made-up");
const BASIC = { "www-authenticate": 'Basic realm="r"' };
const BEARER = {
	"www-authenticate": 'Bearer realm="https://auth.example/token",service="s"',
};
const PAGE = { "content-type": "text/html" };
const REFUSED = {
	status: 401,
	headers: { "content-type": "application/json" },
	body: '{"errors":[{"message":"no such login"}]}',
};

async function ask(
	script: Script,
	image?: { repository: string; reference: string },
	key = "reg.example",
	insecure = false,
): Promise<{ verification: Verification; calls: string[] }> {
	const calls: string[] = [];
	const send: Send = async (request) => {
		const who = whoAsks(request);
		const { url } = request;
		const call = `${request.method} ${url.origin}${url.pathname}`;
		calls.push(`${call} as ${who}`);
		const answer = script(call, who, url.searchParams);
		if ("code" in answer) return { failure: answer };
		return {
			status: answer.status,
			header: (name) => answer.headers?.[name] ?? "",
			body: answer.body ?? "",
		};
	};
	const probe = {
		key,
		credential: MINE,
		insecure,
		...(image && { image: { name: "IMAGE", ...image } }),
	};
	const verification = await verifyCredential(send, probe, STRANGER);
	return { verification, calls };
}

function whoAsks({ headers }: RegistryRequest): Who {
	switch (headers.authorization) {
		case undefined:
		case "Bearer nobody":
			return "nobody";
		case `Basic ${MINE.basic()}`:
		case "Bearer mine":
			return "mine";
		default:
			return "stranger";
	}
}

const V2 = "GET https://reg.example/v2/";
const TOKEN = "GET https://auth.example/token";
const token = (who: Who): Scripted => ({
	status: 200,
	body: JSON.stringify({ token: who }),
});

/** A Basic registry that answers so to a login. */
const basic =
	(answers: Partial<Record<Who, Scripted>>): Script =>
	(_, who) =>
		answers[who] ?? { status: 401, headers: BASIC };

/** A Bearer registry: what its token server says, and what `/v2/` says to each token. */
const bearer =
	(
		tokens: Partial<Record<Who, Scripted | TransportFailure>>,
		doors: Partial<Record<Who, Scripted>> = {},
	): Script =>
	(call, who) => {
		if (call === TOKEN) return tokens[who] ?? REFUSED;
		return who === "nobody" && !tokens.nobody
			? { status: 401, headers: BEARER }
			: (doors[who] ??
					(who === "nobody"
						? { status: 401, headers: BEARER }
						: { status: 200 }));
	};

const unreachable = (kind: string, because: string) => ({
	outcome: "unreachable",
	fault: { kind, because },
});

const REGISTRIES: readonly [
	what: string,
	script: Script,
	verification: object,
	calls?: readonly string[],
][] = [
	[
		"Basic, a good credential",
		basic({ mine: { status: 200 } }),
		{ outcome: "good" },
		[`${V2} as nobody`, `${V2} as mine`, `${V2} as stranger`],
	],
	[
		"Basic, a wrong one",
		basic({ mine: REFUSED }),
		{ outcome: "rejected", status: 401, words: "no such login" },
		[`${V2} as nobody`, `${V2} as mine`],
	],
	[
		"Basic, expired as ECR says it",
		basic({
			mine: { status: 403, body: "Your authorization token has expired." },
		}),
		{
			outcome: "rejected",
			status: 403,
			words: "Your authorization token has expired.",
		},
	],
	[
		"Basic, of another region as ECR says it",
		basic({ mine: { status: 400 } }),
		{ outcome: "rejected", status: 400, words: "" },
		[`${V2} as nobody`, `${V2} as mine`],
	],
	[
		"Bearer, a token to which the registry answers 400",
		bearer({ mine: token("mine") }, { mine: { status: 400 } }),
		unreachable(
			"not-a-registry",
			"reg.example answers 400 to /v2/: not a container registry",
		),
	],
	[
		"Basic, rejected with an echo",
		basic({
			mine: {
				status: 401,
				body: `bad login ${MINE.basic()} (marked-password)`,
			},
		}),
		{ outcome: "rejected", status: 401, words: "bad login *** (***)" },
	],
	[
		"Basic that lets in anybody with a login",
		basic({ mine: { status: 200 }, stranger: { status: 200 } }),
		{
			outcome: "unverifiable",
			because: { is: "accepts-any" },
		},
	],
	[
		"Basic, good, but busy when asked again",
		basic({ mine: { status: 200 }, stranger: { status: 429 } }),
		{ outcome: "good" },
	],
	[
		"Bearer, a good credential",
		bearer({ mine: token("mine") }),
		{ outcome: "good" },
		[
			`${V2} as nobody`,
			`${TOKEN} as mine`,
			`${V2} as mine`,
			`${TOKEN} as nobody`,
			`${TOKEN} as stranger`,
		],
	],
	[
		"Bearer, a wrong one",
		bearer({}),
		{ outcome: "rejected", status: 401, words: "no such login" },
	],
	[
		"Bearer, denied as GHCR says it",
		bearer({
			mine: {
				status: 403,
				body: '{"errors":[{"code":"DENIED","message":"denied"}]}',
			},
		}),
		{ outcome: "rejected", status: 403, words: "denied" },
	],
	[
		"Bearer with anonymous tokens that tells logins apart, as Docker Hub",
		bearer(
			{ mine: token("mine"), nobody: token("nobody") },
			{ mine: { status: 200 } },
		),
		{ outcome: "good" },
	],
	[
		"Bearer whose anonymous token opens the door, and that tells logins apart",
		bearer({ mine: token("mine"), nobody: token("stranger") }),
		{ outcome: "good" },
	],
	[
		"Bearer whose anonymous token opens the door, and that has no time for another login",
		bearer({
			mine: token("mine"),
			nobody: token("stranger"),
			stranger: { status: 429 },
		}),
		{ outcome: "unverifiable", because: { is: "accepts-any" } },
	],
	[
		"Bearer that hands its token to anybody",
		(call, who) =>
			call === TOKEN
				? token("mine")
				: who === "mine"
					? { status: 200 }
					: { status: 401, headers: BEARER },
		{
			outcome: "unverifiable",
			because: { is: "accepts-any" },
		},
	],
	[
		"F13: Bearer whose token the registry refuses, though the token server tells right from wrong",
		bearer({ mine: token("mine") }, { mine: REFUSED }),
		unreachable(
			"token-refused",
			"the token server auth.example accepts it, but reg.example refuses the token: the registry is misconfigured (issuer, certificate or clock)",
		),
	],
	[
		"Bearer whose token the registry refuses, and whose token server gives one to anybody",
		bearer(
			{ mine: token("mine"), stranger: token("stranger") },
			{ mine: REFUSED, stranger: REFUSED },
		),
		{ outcome: "rejected", status: 401, words: "no such login" },
	],
	[
		"F11: a redirect to itself, which loses a slash",
		(call, who) => {
			if (call === V2) return { status: 308, headers: { location: "/v2" } };
			return who === "mine" ? { status: 200 } : { status: 401, headers: BASIC };
		},
		{ outcome: "good" },
		[
			`${V2} as nobody`,
			"GET https://reg.example/v2 as nobody",
			`${V2} as mine`,
			"GET https://reg.example/v2 as mine",
			`${V2} as stranger`,
			"GET https://reg.example/v2 as stranger",
		],
	],
	[
		"F11: a redirect to itself without end",
		() => ({ status: 302, headers: { location: "/v2/" } }),
		unreachable(
			"not-a-registry",
			"reg.example redirects /v2/ without end: it may still serve pulls, try --verify-image IMAGE",
		),
		[
			`${V2} as nobody`,
			`${V2} as nobody`,
			`${V2} as nobody`,
			`${V2} as nobody`,
		],
	],
	...["http://reg.example/v2/", "https://reg.example:444/v2/"].map(
		(location): [string, Script, object, string[]] => [
			`F11: a redirect to ${location}, which is another origin`,
			(_, who) =>
				who === "nobody"
					? { status: 401, headers: BASIC }
					: { status: 307, headers: { location } },
			unreachable(
				"not-a-registry",
				`reg.example redirects to ${location.startsWith("http:") ? "http://reg.example" : "reg.example:444"}, where no credential was sent: if that is the registry, name it with --registry-server`,
			),
			[`${V2} as nobody`, `${V2} as mine`],
		],
	),
	[
		"F17: words in a coding that was not asked for",
		basic({
			mine: {
				status: 401,
				headers: { "content-encoding": "gzip" },
				body: "\u001f\u008b\u0008 ]X k",
			},
		}),
		{ outcome: "rejected", status: 401, words: "" },
	],
	[
		"Bearer whose token server wants a scope",
		bearer({ mine: { status: 400, body: "scope is required" } }),
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
	],
	[
		"Bearer whose token server knows no GET",
		bearer({ mine: { status: 405 } }),
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: { host: "auth.example", is: "status", status: 405, words: "" },
				scoped: false,
			},
		},
	],
	[
		"Bearer without a token in the answer",
		bearer({ mine: { status: 200, body: "<html>", headers: PAGE } }),
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: { host: "auth.example", is: "no-token" },
				scoped: false,
			},
		},
	],
	[
		"Bearer whose token server redirects",
		bearer({
			mine: {
				status: 302,
				headers: { location: "https://evil.example/?marked-password" },
			},
		}),
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: { host: "auth.example", is: "redirect", to: "evil.example" },
				scoped: false,
			},
		},
		[`${V2} as nobody`, `${TOKEN} as mine`],
	],
	[
		"Bearer whose token server redirects to a host that is called like the password",
		bearer({
			mine: {
				status: 302,
				headers: { location: "https://marked-password.evil.example/" },
			},
		}),
		{
			outcome: "unverifiable",
			because: {
				is: "token-server",
				fault: { host: "auth.example", is: "redirect", to: "***.evil.example" },
				scoped: false,
			},
		},
		[`${V2} as nobody`, `${TOKEN} as mine`],
	],
	[
		"Bearer whose token server is down",
		bearer({ mine: { code: "ECONNREFUSED" } }),
		unreachable(
			"refused",
			"auth.example refused the connection: check the port, and that the registry is up",
		),
	],
	[
		"Bearer whose token server is in trouble",
		bearer({ mine: { status: 503 } }),
		unreachable("overloaded", "auth.example answers 503: try again later"),
	],
	[
		"an http realm",
		() => ({
			status: 401,
			headers: { "www-authenticate": 'Bearer realm="http://auth.example/t"' },
		}),
		{
			outcome: "unverifiable",
			because: {
				is: "login",
				fault: { is: "unencrypted", host: "auth.example", allowable: false },
			},
		},
		[`${V2} as nobody`],
	],
	[
		"a realm at a private address",
		() => ({
			status: 401,
			headers: {
				"www-authenticate": 'Bearer realm="https://169.254.169.254/"',
			},
		}),
		{
			outcome: "unverifiable",
			because: {
				is: "login",
				fault: { is: "private", host: "169.254.169.254" },
			},
		},
		[`${V2} as nobody`],
	],
	[
		"a refusal that names no login",
		() => ({ status: 403, headers: {} }),
		{
			outcome: "unverifiable",
			because: { is: "login", fault: { is: "no-challenge", status: 403 } },
		},
		[`${V2} as nobody`],
	],
	[
		"a login of another kind",
		() => ({ status: 401, headers: { "www-authenticate": "Negotiate" } }),
		{
			outcome: "unverifiable",
			because: { is: "login", fault: { is: "unknown-scheme", status: 401 } },
		},
		[`${V2} as nobody`],
	],
	[
		"an open registry",
		() => ({ status: 200, body: "{}" }),
		{ outcome: "unverifiable", because: { is: "open" } },
		[`${V2} as nobody`],
	],
	[
		"a web page",
		() => ({ status: 200, headers: PAGE, body: "<html>" }),
		unreachable(
			"not-a-registry",
			"reg.example answers with a web page: not a container registry, or behind a proxy",
		),
		[`${V2} as nobody`],
	],
	[
		"a web server",
		() => ({ status: 404, headers: PAGE }),
		unreachable(
			"not-a-registry",
			"reg.example answers 404 to /v2/: not a container registry",
		),
	],
	[
		"a redirect to another host",
		() => ({ status: 307, headers: { location: "https://other.example/v2/" } }),
		unreachable(
			"not-a-registry",
			"reg.example redirects to other.example, where no credential was sent: if that is the registry, name it with --registry-server",
		),
		[`${V2} as nobody`],
	],
	[
		"a redirect to nowhere",
		() => ({ status: 307, headers: { location: "https://" } }),
		unreachable(
			"not-a-registry",
			"reg.example redirects to an invalid URL, where no credential was sent: if that is the registry, name it with --registry-server",
		),
	],
	[
		"a redirect once the credential is there",
		basic({ mine: { status: 302, headers: { location: "//evil.example/" } } }),
		unreachable(
			"not-a-registry",
			"reg.example redirects to evil.example, where no credential was sent: if that is the registry, name it with --registry-server",
		),
		[`${V2} as nobody`, `${V2} as mine`],
	],
	[
		"a limit on requests",
		() => ({ status: 429 }),
		unreachable(
			"overloaded",
			"rate limit of reg.example reached (429): try again later",
		),
	],
	[
		"no host",
		() => ({ code: "ENOTFOUND" }),
		unreachable("dns", "cannot resolve reg.example (no such host)"),
		[`${V2} as nobody`],
	],
	[
		"plain http on the https port",
		() => ({ code: "ERR_SSL_WRONG_VERSION_NUMBER" }),
		unreachable(
			"plain-http",
			"reg.example answers in plain http instead of https: correct the port, or allow it with --registry-insecure",
		),
		[`${V2} as nobody`],
	],
];

for (const [what, script, expected, calls] of REGISTRIES)
	test(what, async () => {
		const seen = await ask(script);
		assert.deepEqual(faultInWords(seen.verification), expected);
		if (calls) assert.deepEqual(seen.calls, calls);
		assert.doesNotMatch(JSON.stringify(seen.verification), /marked-password/);
	});

const PLAIN: readonly [
	key: string,
	insecure: boolean,
	failure: string,
	tried: readonly string[],
][] = [
	["reg.example:5000", false, "ERR_SSL_WRONG_VERSION_NUMBER", ["https"]],
	["reg.example:5000", true, "ERR_SSL_WRONG_VERSION_NUMBER", ["https", "http"]],
	["reg.example:5000", true, "ECONNREFUSED", ["https"]],
	["reg.example", true, "ECONNREFUSED", ["https", "http"]],
	["reg.example", true, "DEPTH_ZERO_SELF_SIGNED_CERT", ["https"]],
	["localhost:5000", false, "ERR_SSL_WRONG_VERSION_NUMBER", ["https", "http"]],
	["127.0.0.1", false, "ECONNREFUSED", ["https", "http"]],
	["localhost", false, "DEPTH_ZERO_SELF_SIGNED_CERT", ["https"]],
];

for (const [key, insecure, code, tried] of PLAIN)
	test(`${key}${insecure ? " with --registry-insecure" : ""} after ${code} is tried by ${tried.join(", then ")}`, async () => {
		const { calls, verification } = await ask(
			(call) => (call.includes("https:") ? { code } : { status: 200 }),
			undefined,
			key,
			insecure,
		);
		assert.deepEqual(
			calls,
			tried.map((scheme) => `GET ${scheme}://${key}/v2/ as nobody`),
		);
		assert.equal(
			verification.outcome,
			tried.length === 2 ? "unverifiable" : "unreachable",
		);
	});

for (const [code, kind] of [
	["ERR_SSL_WRONG_VERSION_NUMBER", "network"],
	["ECONNREFUSED", "refused"],
] as const)
	test(`after ${code} and a reset over plain http it is told: ${kind}`, async () => {
		const { verification } = await ask(
			(call) => ({ code: call.includes("https:") ? code : "ECONNRESET" }),
			undefined,
			"reg.example",
			true,
		);
		assert.deepEqual(
			verification.outcome === "unreachable" && verification.fault.kind,
			kind,
		);
	});

test("a GET that the server does not know is sent once", async () => {
	const { calls, verification } = await ask(() => ({ status: 405 }));
	assert.deepEqual(calls, [`${V2} as nobody`]);
	assert.equal(verification.outcome, "unreachable");
});

test("what is no address is not asked", async () => {
	for (const key of ["", "1.2.3.999", "reg.example:65536"])
		assert.deepEqual(await ask(() => assert.fail(), undefined, key), {
			calls: [],
			verification: {
				outcome: "unreachable",
				fault: { host: key, kind: "no-host" },
			},
		});
});

test("Docker Hub is asked where its API is", async () => {
	const { calls } = await ask(
		() => ({ status: 200 }),
		undefined,
		"https://index.docker.io/v1/",
	);
	assert.deepEqual(calls, ["GET https://registry-1.docker.io/v2/ as nobody"]);
});

const HEAD = "HEAD https://reg.example/v2/team/app/manifests/1.0";

/** A Bearer registry whose `/v2/` is fine, and what it says about the image. */
const withImage =
	(image: Partial<Record<Who, Scripted>>): Script =>
	(call, who, query) => {
		if (call === TOKEN) return who === "mine" ? token(who) : REFUSED;
		if (call !== HEAD)
			return who === "mine"
				? { status: 200 }
				: { status: 401, headers: BEARER };
		assert.equal(query.size, 0);
		return image[who] ?? { status: 401, headers: BEARER };
	};

/** The same, where the image's manifest is at another host. */
const elsewhere =
	(location: string, there: ReturnType<Script>): Script =>
	(call, who, query) => {
		if (!/s3|10\.0/.test(call))
			return withImage({ mine: { status: 307, headers: { location } } })(
				call,
				who,
				query,
			);
		assert.equal(who, "nobody");
		assert.match(call, /^HEAD https:\/\/s3\.example/);
		return there;
	};

const IMAGES: readonly [what: string, script: Script, verification: object][] =
	[
		[
			"an image that the credential can pull",
			withImage({ mine: { status: 200 } }),
			{ outcome: "good", pullable: "IMAGE" },
		],
		[
			"an image that anybody can pull",
			withImage({ mine: { status: 200 }, nobody: { status: 200 } }),
			{ outcome: "good", pullable: "IMAGE" },
		],
		[
			"an image that is not there",
			withImage({ mine: { status: 404 } }),
			{
				outcome: "cannot-pull",
				image: "IMAGE",
				because: { is: "absent" },
			},
		],
		[
			"an image without the right to it",
			withImage({
				mine: {
					status: 401,
					headers: {
						"www-authenticate": `${BEARER["www-authenticate"]},error="insufficient_scope"`,
					},
				},
			}),
			{
				outcome: "cannot-pull",
				image: "IMAGE",
				because: {
					is: "no-permission",
					words: "insufficient_scope",
					status: 401,
				},
			},
		],
		[
			"an image that is forbidden",
			withImage({ mine: { status: 403 } }),
			{
				outcome: "cannot-pull",
				image: "IMAGE",
				because: { is: "no-permission", words: "", status: 403 },
			},
		],
		[
			"an image that is forbidden before anybody is asked to log in",
			(call, who) =>
				call === HEAD
					? { status: 403 }
					: who === "mine"
						? { status: 200 }
						: { status: 401, headers: BASIC },
			{
				outcome: "cannot-pull",
				image: "IMAGE",
				because: { is: "no-permission", words: "", status: 403 },
			},
		],
		[
			"an image whose registry then fails",
			withImage({ mine: { status: 500 } }),
			unreachable("overloaded", "reg.example answers 500: try again later"),
		],
		[
			"an image whose manifest is elsewhere, where nobody has to log in",
			elsewhere("https://s3.example/m?sig=1", { status: 200 }),
			{ outcome: "good", pullable: "IMAGE" },
		],
		[
			"an image that is not there elsewhere",
			elsewhere("https://s3.example/m", { status: 404 }),
			{ outcome: "cannot-pull", image: "IMAGE", because: { is: "absent" } },
		],
		...[
			"https://s3.example/m",
			"http://s3.example/m",
			"https://10.0.0.1/m",
		].map((location): [string, Script, object] => [
			`an image at ${location}, which wants a login or is not asked`,
			elsewhere(location, { status: 401, headers: BASIC }),
			unreachable(
				"not-a-registry",
				`reg.example redirects to ${location.startsWith("http:") ? "http://s3.example" : new URL(location).host}, where no credential was sent: if that is the registry, name it with --registry-server`,
			),
		]),
		[
			"an image elsewhere, which refuses and names a token server of its own",
			(call, who, query) => {
				assert.ok(who === "nobody" || !call.includes("s3.example"), call);
				if (call === HEAD && who === "nobody")
					return { status: 307, headers: { location: "https://s3.example/m" } };
				const realm = 'Bearer realm="https://s3.example/token"';
				return call === "HEAD https://s3.example/m"
					? { status: 403, headers: { "www-authenticate": realm } }
					: withImage({ mine: { status: 200 } })(call, who, query);
			},
			unreachable(
				"not-a-registry",
				"reg.example redirects to s3.example, where no credential was sent: if that is the registry, name it with --registry-server",
			),
		],
		[
			"an image elsewhere, where nobody answers",
			elsewhere("https://s3.example/m", { code: "ECONNRESET" }),
			unreachable("network", "s3.example closed the connection"),
		],
		[
			"an image elsewhere, which does not like the question",
			elsewhere("https://s3.example/m?sig=1", { status: 400 }),
			unreachable(
				"not-a-registry",
				"s3.example answers 400 to /m: not a container registry",
			),
		],
		[
			"an image elsewhere, which has no time",
			elsewhere("https://s3.example/m?sig=1", { status: 503 }),
			unreachable("overloaded", "s3.example answers 503: try again later"),
		],
		[
			"F11: an image in a registry that sends whoever asks for /v2/ round and round",
			(call, who) =>
				call === V2
					? { status: 302, headers: { location: "/v2/" } }
					: who === "mine"
						? { status: 200 }
						: { status: 401, headers: BASIC },
			{ outcome: "good", pullable: "IMAGE" },
		],
		[
			"F11: an image in a registry that sends everybody round and round",
			() => ({ status: 302, headers: { location: "/v2/" } }),
			unreachable(
				"not-a-registry",
				"reg.example redirects /v2/team/app/manifests/1.0 without end",
			),
		],
		[
			"an image that any credential gets, of a registry whose token server wants to know for what",
			(call, who, query) => {
				if (call === TOKEN)
					return query.has("scope") ? token(who) : { status: 400 };
				return who === "nobody"
					? { status: 401, headers: BEARER }
					: { status: 200 };
			},
			{
				outcome: "unverifiable",
				because: { is: "accepts-any" },
				pullable: "IMAGE",
			},
		],
		[
			"an image in an open registry",
			() => ({ status: 200 }),
			{
				outcome: "unverifiable",
				because: { is: "open" },
				pullable: "IMAGE",
			},
		],
		[
			"F9: an image in a registry that knows no HEAD",
			(call, who) =>
				call === HEAD
					? { status: 405 }
					: who === "mine"
						? { status: 200 }
						: { status: 401, headers: BASIC },
			{ outcome: "good", pullable: "IMAGE" },
		],
		[
			"F12: an image in a registry that takes any credential, though not none",
			(call, who) => {
				if (call === TOKEN) return who === "nobody" ? REFUSED : token(who);
				return who === "nobody"
					? { status: 401, headers: BEARER }
					: { status: 200 };
			},
			{
				outcome: "unverifiable",
				because: { is: "accepts-any" },
				pullable: "IMAGE",
			},
		],
		[
			"a closed image in a registry whose door is open",
			(call, who) =>
				call === HEAD && who !== "mine"
					? { status: 401, headers: BASIC }
					: { status: 200 },
			{ outcome: "good", pullable: "IMAGE" },
		],
		[
			"a wrong credential is rejected before the image is asked for",
			(call) => {
				assert.notEqual(call, HEAD);
				return call === TOKEN ? REFUSED : { status: 401, headers: BEARER };
			},
			{ outcome: "rejected", status: 401, words: "no such login" },
		],
	];

for (const [what, script, expected] of IMAGES)
	test(what, async () => {
		const { verification } = await ask(script, {
			repository: "team/app",
			reference: "1.0",
		});
		assert.deepEqual(faultInWords(verification), expected);
	});

for (const [what, said] of [
	["in a redirect", { status: 307, headers: { location: "//MINE.example/" } }],
	...[
		"https://MINE.example",
		"http://MINE.example",
		"https://MINE.localhost",
	].map((realm): [string, Scripted] => [
		`in the realm ${realm}`,
		{
			status: 401,
			headers: { "www-authenticate": `Bearer realm="${realm}/t"` },
		},
	]),
] satisfies [string, Scripted][])
	test(`a registry that knows the credential does not have it printed ${what}`, async () => {
		const mine = JSON.parse(
			JSON.stringify(said).replace("MINE", MINE.reveal()),
		);
		const { verification } = await ask(
			(call, who) =>
				call === HEAD
					? mine
					: who === "mine"
						? { status: 200 }
						: { status: 401, headers: BASIC },
			{ repository: "team/app", reference: "1.0" },
		);
		assert.doesNotMatch(JSON.stringify(verification), /marked-password/);
	});

test("nor in the names of a certificate, and the registry's own is told as it is", async () => {
	const { verification } = await ask((_, who) =>
		who === "mine"
			? {
					code: "ERR_TLS_CERT_ALTNAME_INVALID",
					names: `DNS:${MINE.reveal()}`,
				}
			: { status: 401, headers: BASIC },
	);
	assert.match(JSON.stringify(verification), /"host":"reg.example".*\*\*\*/);
	assert.doesNotMatch(JSON.stringify(verification), /marked-password/);
});

test("the token for an image is asked for with the scope to pull it, the first one without a scope", async () => {
	const scopes: (string | null)[] = [];
	await ask(
		(call, who, query) => {
			if (call === TOKEN) scopes.push(`${who} ${query.get("scope")}`);
			return withImage({ mine: { status: 200 } })(
				call,
				who,
				new URLSearchParams(),
			);
		},
		{ repository: "team/app", reference: "1.0" },
	);
	assert.deepEqual(scopes, [
		"mine null",
		"nobody null",
		"stranger null",
		"mine repository:team/app:pull",
	]);
});

test("F6: what is wrong with a rejected password is said with the rejection", async () => {
	const ROWS: readonly [password: string, hint: CredentialFault | undefined][] =
		[
			["secret", undefined],
			["secret\n", "password-line-end"],
			["\ufeffsecret", "password-begins-byte-order-mark"],
			["s\0e\0", "password-nul"],
			["one\ntwo", "password-lines"],
			["a\u0007b", "password-control-character"],
			[" secret", "password-white-space"],
			["secr\u200bet", "password-invisible-character"],
			["sec\u2060ret", "password-invisible-character"],
		];
	for (const [password, hint] of ROWS) {
		const verification = await verifyCredential(
			async ({ headers }) => ({
				status: 401,
				header: (name) =>
					name === "www-authenticate" && headers.authorization === undefined
						? 'Basic realm="r"'
						: "",
				body: "",
			}),
			{
				key: "reg.example",
				credential: new Credential("u", password),
				insecure: false,
			},
			STRANGER,
		);
		assert.deepEqual(faultInWords(verification), {
			outcome: "rejected",
			status: 401,
			words: "",
			...(hint !== undefined && { hint }),
		});
	}
});
