import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import type {
	RegistryRequest,
	Send,
} from "../../../src/core/registry/answer.ts";
import {
	exchange,
	exchangeFor,
	get,
	mayFollow,
	redirectOf,
	requestToken,
	withAuthorization,
} from "../../../src/core/registry/login.ts";

interface Said {
	status: number;
	headers?: Record<string, string>;
	body?: string;
}

/** Servers by a function, and what was sent to them. */
function servers(answer: (request: RegistryRequest) => Said) {
	const seen: RegistryRequest[] = [];
	const send: Send = async (request) => {
		seen.push(request);
		const { status, headers = {}, body = "" } = answer(request);
		return { status, header: (name) => headers[name] ?? "", body };
	};
	const calls = () => seen.map(({ method, url }) => `${method} ${url}`);
	return { send, seen, calls };
}

const to = (location: string, status = 307): Said => ({
	status,
	headers: { location },
});

describe("a redirect", () => {
	for (const [status, location, url] of [
		[299, "/x", undefined],
		[300, "/x", "https://r.io/x"],
		[399, "/x", "https://r.io/x"],
		[400, "/x", undefined],
		[401, "https://login.example/", undefined],
		[307, "", undefined],
		[307, "https://", undefined],
		[307, "//cdn.example/x", "https://cdn.example/x"],
	] as const)
		test(`${status} to ${location}`, () => {
			const answer = { status, header: () => location, body: "" };
			const found = redirectOf(answer, new URL("https://r.io/v2/"));
			assert.equal(found && String(found), url);
		});

	for (const [from, where, may] of [
		["https://r.io", "https://cdn.example/x", true],
		["https://r.io", "http://cdn.example/x", false],
		["http://r.io", "http://cdn.example/x", true],
		["http://r.io", "https://cdn.example/x", true],
		["https://r.io", "ftp://cdn.example/x", false],
		["https://r.io", "https://10.0.0.1/x", false],
		["https://10.0.0.2", "https://10.0.0.1/x", true],
		["https://r.io", `https://${"a.".repeat(127)}/x`, true],
		["https://r.io", `https://${"a.".repeat(127)}b/x`, false],
		["https://r.io", "https://me@cdn.example/x", false],
		["https://r.io", "https://:secret@cdn.example/x", false],
	] as const)
		test(`from ${from} to ${where} is ${may ? "" : "not "}followed`, () =>
			assert.equal(mayFollow(new URL(where), new URL(from)), may));
});

const MANIFEST = {
	request: withAuthorization(
		{ ...get(new URL("https://r.io/m")), headers: { accept: "x" } },
		"Basic bWU6c2VjcmV0",
	),
	scope: "repository:a:pull",
};

describe("what is asked for elsewhere", () => {
	test("goes on with all of its headers but the credential, for three redirects and no more", async () => {
		const { send, seen, calls } = servers(({ url }) =>
			to(url.host === "a.io" ? "//b.io/m" : "//a.io/m"),
		);
		const found = await exchangeFor(send, MANIFEST);
		assert.deepEqual(calls(), [
			"GET https://r.io/m",
			"GET https://a.io/m",
			"GET https://b.io/m",
			"GET https://a.io/m",
		]);
		const same = { accept: "x", "accept-encoding": "identity" };
		assert.deepEqual(
			seen.map(({ headers }) => headers),
			[{ ...same, authorization: "Basic bWU6c2VjcmV0" }, same, same, same],
		);
		assert.ok("request" in found && found.request.url.host === "a.io");
	});

	for (const status of [401, 403])
		test(`is not there where that is refused with ${status}`, async () => {
			const { send } = servers(({ url }) =>
				url.host === "r.io" ? to("https://cdn.example/m") : { status },
			);
			const found = await exchangeFor(send, MANIFEST);
			assert.ok("answer" in found && found.answer.status === 307);
		});

	test("an address that is none is where it ends", async () => {
		const { send, calls } = servers(() => to("https://"));
		const found = await exchangeFor(send, MANIFEST);
		assert.ok("answer" in found && found.answer.status === 307);
		assert.deepEqual(calls(), ["GET https://r.io/m"]);
	});
});

for (const [coding, body] of [
	["", "words"],
	["identity", "words"],
	["Identity", "words"],
	["gzip", ""],
] as const)
	test(`an answer in the coding "${coding}" has ${body === "" ? "no " : ""}words`, async () => {
		const headers = { "content-encoding": coding };
		const { send } = servers(() => ({ status: 200, headers, body: "words" }));
		const found = await exchange(send, get(new URL("https://r.io/v2/")));
		assert.equal("answer" in found && found.answer.body, body);
	});

describe("a token", () => {
	const login = {
		scheme: "bearer",
		realm: new URL("https://auth.io/token?x=1"),
		service: "r.io",
		scope: undefined,
	} as const;
	const me = new Credential("me", "pass&word");

	for (const [status, is] of [
		[200, "no-token"],
		[299, "no-token"],
		[300, "redirect"],
		[399, "redirect"],
		[400, "status"],
		[401, "login"],
		[403, "login"],
		[418, "status"],
		[503, "fault"],
	] as const)
		test(`with ${status} : ${is}`, async () => {
			const { send } = servers(() => ({ status }));
			const ask = (request: RegistryRequest) => exchange(send, request);
			const given = await requestToken(ask, login, me, undefined, []);
			assert.equal(
				given.means === "no-token" ? given.fault.is : given.means,
				is,
			);
		});
});
