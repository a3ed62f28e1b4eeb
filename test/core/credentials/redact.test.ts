import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	sensitiveData,
	withoutSecrets,
} from "../../../src/core/credentials/redact.ts";

const PASSWORD = "marked-password/with+more=than&twelve";
const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
const AUTH = base64(`robot:${PASSWORD}`);
const TEXT = JSON.stringify({
	auths: {
		"registry.example.com": {
			username: "robot",
			password: PASSWORD,
			auth: AUTH,
		},
	},
});
const DATA = base64(TEXT);

function shown(words: string, ...values: string[]): string {
	return withoutSecrets(words, sensitiveData(values), "***");
}

describe("what is quoted of a pull secret", () => {
	const QUOTED: [what: string, words: string, shown: string][] = [
		["its data", `no: ${DATA}!`, "no: ***!"],
		["the beginning of its data", `no: ${DATA.slice(0, 90)}…`, "no: ***…"],
		["the end of its data", `…${DATA.slice(-100)} no`, "…*** no"],
		["its middle", `…${DATA.slice(50, 70)}…`, "…***…"],
		["its text", `no: ${TEXT}`, "no: ***"],
		["the beginning of its text", `no: ${TEXT.slice(0, 75)}`, "no: ***"],
		["the end of its text", TEXT.slice(-60), "***"],
		[
			"its text as a string of JSON",
			JSON.stringify({ TEXT }),
			'{"TEXT":"***"}',
		],
		["the password", `bad password ${PASSWORD}`, "bad password ***"],
		["a part of the password", `bad ${PASSWORD.slice(3, 15)}`, "bad ***"],
		["the password for a URL", encodeURIComponent(PASSWORD), "***"],
		["the auth", `auth=${AUTH}`, "auth=***"],
		["a part of the auth", `auth=${AUTH.slice(4, 20)}`, "auth=***"],
		["user and password", `robot:${PASSWORD}`, "***"],
		["the password in base64", base64(PASSWORD), "***"],
		[
			"the password in base64url",
			Buffer.from(PASSWORD).toString("base64url"),
			"***",
		],
		...["a", "ab", "abc"].map((before): [string, string, string] => [
			`the password in base64, behind ${before.length}`,
			base64(`${before}${PASSWORD.slice(0, -1)}`).replace(/=+$/, ""),
			{ a: "YW***g", ab: "YW***Y", abc: "YWJj***" }[before] ?? "",
		]),
		["its data in base64", base64(DATA).slice(0, 40), "***"],
		[
			"the registry",
			"registry.example.com is not allowed",
			"registry.example.com is not allowed",
		],
		[
			"a part of the registry",
			"example.com is not allowed",
			"example.com is not allowed",
		],
		["the user", "user robot is not allowed", "user robot is not allowed"],
		[
			"eleven characters",
			`${PASSWORD.slice(0, 11)} x`,
			`${PASSWORD.slice(0, 11)} x`,
		],
		["nothing", 'secrets "key" is forbidden', 'secrets "key" is forbidden'],
	];
	for (const [what, words, expected] of QUOTED)
		test(what, () => assert.equal(shown(words, DATA), expected));
});

describe("other contents", () => {
	test("a short password is found whole, and in base64", () => {
		const data = base64(
			'{"auths":{"r.io":{"username":"u","password":"hunter2"}}}',
		);
		assert.equal(
			shown(`hunter2 in ${base64("hunter2")}, hunter`, data),
			"*** in ***, hunter",
		);
	});

	test("a password of an auth alone", () => {
		const data = base64(`{"auths":{"r.io":{"auth":"${base64("u:hunter2")}"}}}`);
		assert.equal(shown("u:hunter2 hunter2", data), "*** ***");
	});

	test("an auth without a colon, and what is in it", () => {
		const data = base64(`{"auths":{"r.io":{"auth":"${base64("hunter")}"}}}`);
		assert.equal(shown(`${base64("hunter")} hunter`, data), "*** ***");
		// Of what is no base64, the text that stands there.
		const odd = base64('{"auths":{"r.io":{"auth":"!!-hush-!!"}}}');
		assert.equal(shown("it is !!-hush-!!", odd), "it is ***");
	});

	test("a user that is a token is one in capitals, too, a user and an address of mail are none", () => {
		const token = `${"a1".repeat(20)}`;
		const data = base64(
			JSON.stringify({
				auths: {
					"r.io": { username: token },
					"s.io": { username: "robot", email: "a@b.co" },
				},
			}),
		);
		assert.equal(
			shown(`${token.toUpperCase()} robot a@b.co`, data),
			"*** robot a@b.co",
		);
	});

	test("five characters are a secret, four are a word", () => {
		assert.equal(shown("it is short", base64("short")), "it is ***");
		assert.equal(shown("it is word", base64("word")), "it is word");
	});

	test("what overlaps itself", () =>
		assert.equal(shown("it is abababa!", base64("ababa")), "it is ***!"));

	test("what is hardly letters hides no letters", () =>
		assert.equal(shown("about a b", base64("!a!b!")), "about a b"));

	test("what is no text", () => {
		const sensitive = { secrets: ["", "p\ud800 w"], texts: [], known: [] };
		assert.equal(withoutSecrets("a p w", sensitive, "***"), "a p w");
	});

	for (const escaped of ["pa%20ss%2Fw", "pa+ss%2Fw"])
		test(`a short one for a URL: ${escaped}`, () =>
			assert.equal(shown(`no: ${escaped}!`, base64("pa ss/w")), "no: ***!"));

	test("a long user is a name that everybody says, in an auth as well", () => {
		const auth = base64("serviceaccount:sha256~hidden-password");
		const data = base64(`{"auths":{"r.io":{"auth":"${auth}"}}}`);
		assert.equal(
			shown(
				`serviceaccounts "x", serviceaccount:sha256~hidden-password, ${auth}`,
				data,
			),
			'serviceaccounts "x", serviceaccount:***, ***',
		);
	});

	test("a user that is a token, or all there is, is hidden also where an auth alone has it", () => {
		const token = `eyJhbGciOiJSUzI1NiJ9.${"a".repeat(40)}.sig`;
		const auths = {
			"r.io": { auth: base64(`${token}:none!`) },
			"s.io": { auth: base64("some-key-of-an-api:") },
		};
		assert.equal(
			shown(`${token}, some-key-of-an-api`, base64(JSON.stringify({ auths }))),
			"***, ***",
		);
	});

	test("a token as the user, a password as the key", () => {
		const token = `eyJhbGciOiJSUzI1NiJ9.${"a".repeat(40)}.sig`;
		const data = base64(
			JSON.stringify({
				auths: {
					"https://u:URLPASSWORD@r.io": { username: token, password: "none!" },
				},
			}),
		);
		assert.equal(
			shown(`${token} at https://u:URLPASSWORD@r.io`, data),
			"*** at ***",
		);
	});

	test("what is no JSON is a secret as a whole", () => {
		assert.equal(shown("it is hush-hush", base64("hush-hush")), "it is ***");
		assert.equal(shown("it is hush", base64("hush")), "it is hush");
	});

	test("a null, a number and a list beside the secret", () => {
		assert.equal(
			shown(
				"it is hunter2, 12345678",
				base64(
					'{"a":null,"b":12345678,"c":["x"],"auths":{"r.io":{"password":"hunter2"}}}',
				),
			),
			"it is ***, 12345678",
		);
	});

	test("several Secrets, the old one and the new one", () => {
		assert.equal(
			shown(
				"from old-password to new-password",
				base64("old-password"),
				base64("new-password"),
			),
			"from *** to ***",
		);
	});
});

describe("a short password, disguised", () => {
	const SHORT = "hunter2";
	const data = base64(
		`{"auths":{"r.io":{"username":"u","password":"${SHORT}"}}}`,
	);
	const spelt = (between: string) => [...SHORT].join(between);
	const DISGUISES: [what: string, words: string, shown: string][] = [
		["one character between two", `no: ${spelt(" ")}!`, "no: ***!"],
		["two characters between two", `no: ${spelt(", ")}!`, "no: ***!"],
		[
			"three between two: each is hidden by itself",
			spelt(" - "),
			spelt(" - ").replace(/\w/g, "***"),
		],
		["other letter case", "no: HuNtEr2!", "no: ***!"],
		["in a longer word", "no: xyzHuNtEr2xyz!", "no: xyz***xyz!"],
		["backwards", "no: 2retnuh!", "no: ***!"],
		["in hexadecimal", "no: 68:75:6e:74:65:72:32!", "no: ***!"],
		[
			"escaped by character",
			"no: \\x68\\x75\\x6e\\x74\\x65\\x72\\x32",
			"no: ***",
		],
		[
			"in base64 behind one byte",
			base64(`a${SHORT}`).replace(/=+$/, ""),
			"YW***I",
		],
		["in base64 behind two", base64(`ab${SHORT}`).replace(/=+$/, ""), "YWJ***"],
		[
			"in base64 behind three",
			base64(`abc${SHORT}`).replace(/=+$/, ""),
			"YWJj***",
		],
		[
			"in JSON's escapes",
			"\\u0068\\u0075\\u006e\\u0074\\u0065\\u0072\\u0032",
			"***",
		],
		["by the numbers of its bytes", "104, 117, 110, 116, 101, 114, 50", "***"],
		["in base64, in lines", "aHVud\nGVyMg==", "***=="],
		["behind what is longer in lower case", "İİİİ HUNTER2 no", "İİİİ *** no"],
		["a part of it", "no: hunter!", "no: hunter!"],
	];
	for (const [what, words, expected] of DISGUISES)
		test(what, () => assert.equal(shown(words, data), expected));

	const ESCAPED: [
		by: string,
		password: string,
		words: string,
		shown: string,
	][] = [
		["Go's JSON", "pa&ss<1", "pa\\u0026ss\\u003c1", "***"],
		["the same in JSON", "pa&ss<1", "pa\\\\u0026ss\\\\u003c1", "***"],
		["Python's JSON", "n\u00fcsse1", "n\\u00fcsse1", "***"],
		["JSON in capitals", "pa<ss1", "pa\\u003Css1", "***"],
		["C", "pa'ss1", "pa\\x27ss1", "***"],
		["nobody, in hexadecimal", "pa\tss1", "70:61:09:73:73:31", "***"],
		["Go's URLs", "pa$s/w0rd", "https://u:pa$s%2Fw0rd@r", "https://u:***@r"],
		["Go's URLs, twice", "pa s/w0rd", "pa%2520s%252fw0rd", "***"],
		["a web page, a letter", "pass12", "p&#97;ss12", "***"],
		["nobody, before one that is", "pass12", "PASS12 - %21", "*** - %21"],
		["nobody, before a letter that is", "pass12", "PASS12%41b", "***%41b"],
		["a web page", "pa&ss<'1", "pa&amp;ss&lt;&#39;1", "***"],
		[
			"two web pages",
			'pa"ss1',
			"pa&amp;quot;ss1 and pa&amp;#x22;ss1",
			"*** and ***",
		],
		[
			"Go's JSON, a long one, at every fourth character",
			"aaaa&bbbb&cccc&dddd",
			"aaaa\\u0026bbbb\\u0026cccc\\u0026dddd",
			"***",
		],
		[
			"nothing",
			"pa&ss1",
			"pa\\u0026s pa%26s &amp;ss1",
			"pa\\u0026s pa%26s &amp;ss1",
		],
	];
	for (const [by, password, words, expected] of ESCAPED)
		test(`one that is escaped by ${by}`, () =>
			assert.equal(
				shown(`no: ${words}!`, base64(password)),
				`no: ${expected}!`,
			));
});

describe("bounds", () => {
	test("a megabyte of words, all of them secret", () => {
		const secret = base64("a".repeat(1 << 20));
		assert.equal(shown("a".repeat(1 << 20), secret), "***…");
		assert.equal(shown("YWFh".repeat(1 << 18), secret), "***…");
	});

	test("of ten thousand entries no words are repeated", () => {
		const auths = Object.fromEntries(
			Array.from({ length: 10_000 }, (_, at) => [
				`r${at}.io`,
				{ auth: base64(`u:p-${at}`) },
			]),
		);
		assert.equal(shown("quota", base64(JSON.stringify({ auths }))), "***");
	});

	test("nesting as deep as an API server takes", () => {
		const data = base64(
			`{"auths":{"r":{"x":${"[".repeat(100_000)}"deep-secret"${"]".repeat(100_000)}}}}`,
		);
		assert.equal(shown("a deep-secret", data), "a ***");
	});

	test("a secret that is cut off where the words are cut leaves nothing of itself", () => {
		const words = `${"x".repeat(3995)}${PASSWORD}`;
		assert.equal(shown(words, DATA), `${"x".repeat(3989)}…`);
	});
});

describe("a key in JSON as the password", () => {
	const LINES = [0, 1, 2].map((line) =>
		Buffer.from(`line ${line} of what is secret in a key, made up`).toString(
			"base64",
		),
	);
	const KEY = JSON.stringify(
		{
			type: "service_account",
			project_id: "some-project-of-ours",
			private_key_id: "0123456789abcdef0123456789abcdef01234567",
			private_key: `-----BEGIN PRIVATE KEY-----\n${LINES.join("\n")}\n-----END PRIVATE KEY-----\n`,
			client_email: "puller@some-project-of-ours.iam.gserviceaccount.com",
			auth_uri: "https://accounts.google.com/o/oauth2/auth",
			more: "something-unheard-of",
		},
		null,
		2,
	);
	const PAIR = `_json_key:${KEY}`;
	const entry = { username: "_json_key", password: KEY, auth: base64(PAIR) };
	const data = base64(JSON.stringify({ auths: { "gcr.io": entry } }));

	for (const words of [
		'serviceaccounts "builder" not found, serviceaccount/default too',
		'User "system:serviceaccount:nginx-mesh:default" cannot patch it',
		'User "other@another.iam.gserviceaccount.com" cannot patch it',
		"puller@some-project-of-ours.iam.gserviceaccount.com is denied on projects/some-project-of-ours/x",
		"see https://accounts.google.com/o/oauth2/auth",
		"type service_account, field private_key_id, BEGIN PRIVATE KEY",
	])
		test(`what is no secret stays: ${words}`, () => {
			assert.equal(shown(words, data), words);
			assert.equal(shown(words, base64(KEY)), words);
		});

	const QUOTED: [what: string, quoted: string][] = [
		["itself", KEY],
		["in JSON", JSON.stringify(KEY)],
		["as auth", entry.auth],
		["as a pair", PAIR],
		["in base64", base64(KEY)],
		["in base64 behind one byte", base64(`a${KEY}`)],
		["in base64 twice", base64(entry.auth)],
		["for a URL", encodeURIComponent(KEY)],
		["in capitals", KEY.toUpperCase()],
		["its data", data],
		["the text of its data", Buffer.from(data, "base64").toString()],
	];
	for (const [what, quoted] of QUOTED)
		test(`nothing of what is secret is shown of it ${what}`, () => {
			for (const from of [0, 150, 300, 450]) {
				const words = `no: ${quoted.slice(from)}`;
				const left = shown(words, data).toLowerCase();
				for (const secret of [
					...LINES,
					"something-unheard-of",
					"0123456789abcdef",
				])
					for (const form of [secret, base64(secret), base64(`a${secret}`)])
						for (let at = 0; at + 12 <= form.length; at++)
							assert.ok(
								!left.includes(form.slice(at, at + 12).toLowerCase()),
								left,
							);
			}
		});
});
