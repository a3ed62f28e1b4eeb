import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	messageOf,
	type RegistryAnswer,
	readAnswer,
} from "../../../src/core/registry/answer.ts";

const answer = (
	status: number,
	headers: Readonly<Record<string, string>> = {},
	body = "",
): RegistryAnswer => ({ status, header: (name) => headers[name] ?? "", body });

describe("what a registry's answer means", () => {
	const PAGE = { "content-type": "Text/HTML; charset=utf-8" };
	const VERSION = { "docker-distribution-api-version": "registry/2.0" };
	const rows: [
		what: string,
		given: RegistryAnswer,
		means: string,
		because?: object,
	][] = [
		["200", answer(200), "passed"],
		["299", answer(299, {}, "{}"), "passed"],
		["a page by its type", answer(200, PAGE), "fault", { is: "web-page" }],
		[
			"a page by its text",
			answer(200, {}, "\n<a>"),
			"fault",
			{ is: "web-page" },
		],
		[
			"a page of a registry",
			answer(200, { ...PAGE, ...VERSION }, "<a>"),
			"passed",
		],
		["300", answer(300), "fault", { is: "redirect-loop", path: "/v2/" }],
		[
			"399 elsewhere",
			answer(399, { location: "https://b.example/x" }),
			"fault",
			{ is: "redirect", to: "b.example" },
		],
		["400", answer(400), "fault", { is: "status", status: 400, path: "/v2/" }],
	];
	for (const [what, given, means, because] of rows)
		it(what, () => {
			const url = new URL("https://r.example/v2/");
			const request = { method: "GET", url, headers: {} } as const;
			const reading = readAnswer(given, request, []);
			assert.equal(reading.means, means);
			if (reading.means === "fault")
				assert.deepEqual(reading.fault, {
					host: "r.example",
					kind: "not-a-registry",
					because,
				});
		});
});

it("the first of several challenges that says what is wrong", () => {
	const challenges =
		'Basic realm="a", Bearer realm="b",error="first_one", Bearer realm="c",error="second_one"';
	const said = messageOf(answer(401, { "www-authenticate": challenges }), []);
	assert.match(said, /first_one/);
	assert.doesNotMatch(said, /second_one/);
});
