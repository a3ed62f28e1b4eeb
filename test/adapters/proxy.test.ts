import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyFor } from "../../src/adapters/proxy.ts";
import { refusedInWords } from "../support/refused.ts";

const PROXY = "http://proxy.example:3128";

const ROWS: readonly [
	url: string,
	env: Record<string, string>,
	proxy: string | undefined,
][] = [
	["https://reg.example/", { HTTPS_PROXY: PROXY }, `${PROXY}/`],
	["https://reg.example/", { https_proxy: PROXY }, `${PROXY}/`],
	["https://reg.example/", { HTTPS_PROXY: "proxy.example:3128" }, `${PROXY}/`],
	["https://reg.example/", { HTTP_PROXY: PROXY }, undefined],
	["http://reg.example/", { HTTP_PROXY: PROXY }, `${PROXY}/`],
	["http://reg.example/", { HTTPS_PROXY: PROXY }, undefined],
	["https://reg.example/", { HTTPS_PROXY: "" }, undefined],
	["https://localhost:5000/", { HTTPS_PROXY: PROXY }, undefined],
	["https://127.0.0.9/", { HTTPS_PROXY: PROXY }, undefined],
	["https://[::1]:5000/", { HTTPS_PROXY: PROXY }, undefined],
];

for (const [url, env, proxy] of ROWS)
	test(`${url} with ${JSON.stringify(env)}`, () =>
		assert.equal(proxyFor(new URL(url), undefined, env)?.href, proxy));

/** Checked against golang.org/x/net/http/httpproxy's documentation and tests. */
const EXEMPT: readonly [noProxy: string, host: string, exempt: boolean][] = [
	["*", "reg.example", true],
	["reg.example", "reg.example", true],
	["REG.example", "reg.example", true],
	["example", "reg.example", true],
	["g.example", "reg.example", false],
	[".example", "reg.example", true],
	[".reg.example", "reg.example", false],
	["*.example", "reg.example", true],
	["a, , reg.example ", "reg.example", true],
	["reg.example:443", "reg.example", true],
	["reg.example:5000", "reg.example", false],
	["reg.example:5000", "reg.example:5000", true],
	["10.0.0.1", "10.0.0.1", true],
	["10.0.0.0/8", "10.9.9.9", true],
	["10.0.0.0/8", "11.0.0.1", false],
	["10.0.0.0/33", "10.0.0.1", false],
	["10.0.0.0/8", "reg.example", false],
	["fd00::/8", "[fd12::1]", true],
	["fd00::1", "[fd00::1]", true],
	["[fd00::1]:443", "[fd00::1]", true],
	["", "reg.example", false],
];

for (const [noProxy, host, exempt] of EXEMPT)
	test(`NO_PROXY=${noProxy} ${exempt ? "exempts" : "does not exempt"} ${host}`, () =>
		assert.equal(
			proxyFor(new URL(`https://${host}/`), undefined, {
				HTTPS_PROXY: PROXY,
				NO_PROXY: noProxy,
			}) === undefined,
			exempt,
		));

for (const bad of [
	"ftp://user:marked-password@proxy",
	"http://a:b:marked-password",
])
	test("a proxy that is no address is refused without repeating it", () =>
		refusedInWords(
			() =>
				proxyFor(new URL("https://reg.example/"), undefined, {
					HTTPS_PROXY: bad,
				}),
			"HTTPS_PROXY is not a proxy's address: it must begin with http://, https:// or socks5://",
		));
