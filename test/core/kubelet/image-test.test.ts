import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readDockerConfig } from "../../../src/core/credentials/docker-config.ts";
import {
	areTooMany,
	celText,
	type ImageTest,
	imageExpression,
	imageTests,
} from "../../../src/core/kubelet/image-test.ts";
import { findCredentials } from "../../../src/core/kubelet/keyring.ts";
import { imageReference } from "../../support/arbitraries.ts";

const JSON_TYPE = "kubernetes.io/dockerconfigjson";

/** What CEL makes of the tests. */
const holds = (tests: readonly ImageTest[], image: string) =>
	tests.some((test) =>
		test.by === "prefix"
			? image.startsWith(test.prefix)
			: new RegExp(test.pattern).test(image) &&
				(test.and === undefined || new RegExp(test.and).test(image)) &&
				(test.not === undefined || !new RegExp(test.not).test(image)),
	);

/** Whether the kubelet's rules find anything under these keys; undefined for what is no image. */
function found(keys: readonly string[], image: string): boolean | undefined {
	const data = JSON.stringify({
		auths: Object.fromEntries(keys.map((key) => [key, { auth: "YTpw" }])),
	});
	const answer = findCredentials(image, [
		{ from: "a/b", type: JSON_TYPE, data },
	]);
	return answer.outcome === "answered" ? answer.matches.length > 0 : undefined;
}

describe("tests of an image's text", () => {
	for (const [key, expected] of [
		["ghcr.io", `['ghcr.io/'].exists(p, i.startsWith(p))`],
		["https://ghcr.io/v2/team", `['ghcr.io/team'].exists(p, i.startsWith(p))`],
		["a.io:5000", `['a.io:5000/'].exists(p, i.startsWith(p))`],
		["[::1]:5000", `['[::1]:5000/'].exists(p, i.startsWith(p))`],
		["localhost", `['localhost/'].exists(p, i.startsWith(p))`],
		["*.a.io", String.raw`i.matches(r'^[^./:]*\.a\.io/')`],
		[
			"https://index.docker.io/v1/",
			String.raw`i.matches(r'^(?:[^/]+$|(?:index\.)?docker\.io/|[^/.:]+/)')`,
		],
		[
			"docker.io/team",
			String.raw`i.matches(r'^(?:(?:index\.)?docker\.io/team[^/]*/|team[a-z0-9_-]*/)')`,
		],
		[
			"docker.io/lo",
			String.raw`(i.matches(r'^(?:(?:index\.)?docker\.io/lo[^/]*/|lo[a-z0-9_-]*/)') && !i.matches('^localhost/'))`,
		],
		[
			"docker.io/library/ap",
			String.raw`i.matches(r'^(?:(?:(?:index\.)?docker\.io/)?ap[^/]*$|(?:index\.)?docker\.io/library/ap|library/ap)')`,
		],
		[
			"*:5000",
			String.raw`i.matches('^[^./:]*:5000/') || i.matches(r'^\[[A-Fa-f0-9:]*\]:5000/')`,
		],
		["docker.io:443", `['docker.io:443/'].exists(p, i.startsWith(p))`],
		["*.a.io:5000", String.raw`i.matches(r'^[^./:]*\.a\.io:5000/')`],
		[
			"*",
			String.raw`(i.matches(r'^[A-Fa-f0-9:[\]]*/') && i.matches(r'^\[[^\]]*\]/')) || (i.matches('^[^./:]*/') && i.matches('^(?:localhost/|[^/]*[A-Z][^/]*/)'))`,
		],
		[
			"in*.docker.io",
			String.raw`(i.matches(r'^in[^./:]*\.docker\.io/') && !i.matches(r'^(?:index\.)?docker\.io/'))`,
		],
		// No image can be there: a word alone is a path of Docker Hub's, and hosts are not written so.
		["team", "false"],
		["[::1]", "false"],
		["a.io/Team", "false"],
		["index.docker.io/team", "false"],
		["a b", "false"],
	] as const)
		it(`${key}: ${expected}`, () => {
			assert.equal(imageExpression(imageTests([key]), "i"), expected);
		});

	for (const [text, written] of [
		["a/b", "'a/b'"],
		["a\\b", String.raw`r'a\b'`],
		["it's", `"it's"`],
		[String.raw`\'`, String.raw`"\\'"`],
		["é", '"é"'],
		["a\nb", String.raw`"a\nb"`],
	] as const)
		it(`a text of CEL: ${written}`, () => assert.equal(celText(text), written));

	it("none holds of what has no name", () => {
		for (const key of [
			"docker.io",
			"*.io",
			"*",
			"index.docker.io",
			"docker.io/lib",
		])
			assert.equal(holds(imageTests([key]), ""), false, key);
	});

	it("each once, in one order", () => {
		assert.deepEqual(
			imageTests(["b.io", "https://a.io", "a.io", "http://b.io/"]),
			[
				{ by: "prefix", prefix: "a.io/" },
				{ by: "prefix", prefix: "b.io/" },
			],
		);
	});

	it("say what the kubelet's keyring finds, in its recorded answers", () => {
		const { vectors, cases } = {
			vectors: read("keyring-vectors.json"),
			...read("keyring-quirks.json"),
		};
		let compared = 0;
		for (const { image, configs, sources } of [...vectors, ...cases]) {
			const texts: string[] =
				configs ?? sources.map(({ data }: { data: string }) => data);
			for (const text of texts) {
				const config = readDockerConfig(text);
				if (!config.ok) continue;
				const keys = [...config.auths.keys()];
				const expected = found(keys, image);
				if (expected === undefined) continue;
				compared++;
				assert.equal(
					holds(imageTests(keys), image),
					expected,
					`${image} ${keys}`,
				);
			}
		}
		assert.ok(compared > 150, `${compared}`);
	});

	for (const [key, image, expected] of [
		["do*.io/te", "docker.io/team", false],
		["do*.io/te", "docker.io/team/app", true],
		["docker.io/library/ap/x", "ap", false],
		["docker.io/library/ap/x", "ap/x", false],
		["docker.io/library/ap/x", "library/ap/x", true],
		["docker.io/a.b", "a.b/app", false],
		["docker.io/a.b/c", "a.b/c", false],
		["docker.io/a.b/c", "docker.io/a.b/c", true],
		["docker.io/localhost", "localhost/app", false],
		["docker.io/localhost", "localhostx/app", true],
		["docker.io/localhost/", "localhost/app", false],
		["docker.io/localhost/", "docker.io/localhost/app", true],
	] as const)
		it(`${key} ${expected ? "has" : "has nothing"} for ${image}, as for the kubelet's keyring`, () =>
			assert.deepEqual(
				[holds(imageTests([key]), image), found([key], image)],
				[expected, expected],
			));

	it("say what the kubelet's keyring finds, for any key and image", () => {
		const host = fc.constantFrom(
			"docker.io",
			"index.docker.io",
			"registry-1.docker.io",
			"a.io",
			"b.a.io",
			"A.io",
			"localhost",
			"Foo",
			"[::1]",
			"team",
			"10.0.0.1",
			"*",
			"*.io",
			"*.docker.io",
			"*.*.io",
			"l*",
			"lib*",
			"in*.docker.io",
			"do*.io",
			"*:1",
			"*1",
			"a*.io",
			"[::*]",
			"",
		);
		const key = fc
			.tuple(
				fc.constantFrom("", "https://", "http://"),
				host,
				fc.constantFrom("", "", ":443", ":5000", ":"),
				fc.constantFrom(
					"",
					"",
					"/",
					"/v1/",
					"/v2/",
					"/v1",
					"/team",
					"/te",
					"/team/",
					"/team/app",
					"/team/app/",
					"/lib",
					"/library",
					"/library/",
					"/library/a",
					"/library/ap/x",
					"/localhost",
					"/localhost/",
					"/lo",
					"/a.b",
					"/a.b/",
					"//team",
					"/T",
					"/v2/team",
					"/v1/v2/",
				),
			)
			.map((parts) => parts.join(""));
		const image = fc.oneof(
			imageReference,
			fc
				.tuple(
					fc.constantFrom(
						"",
						"",
						"docker.io/",
						"index.docker.io/",
						"registry-1.docker.io/",
						"a.io/",
						"b.a.io/",
						"A.io/",
						"a.io:443/",
						"localhost/",
						"localhost:5000/",
						"Foo/",
						"Foo:443/",
						"[::1]/",
						"[::1]:5000/",
						"10.0.0.1/",
						"a_b.c/",
					),
					fc.constantFrom(
						"app",
						"team",
						"te",
						"a.b",
						"team/app",
						"te/app",
						"team/app/x",
						"team.x/app",
						"library/app",
						"library/ap/x",
						"lib/a",
						"libx",
						"localhost/app",
						"lo/app",
						"a.b/app",
						"v1/team",
						"a_b/c",
					),
					fc.constantFrom(
						"",
						":1",
						":team",
						`@sha256:${"a".repeat(64)}`,
						`:1@sha256:${"a".repeat(64)}`,
					),
				)
				.map((parts) => parts.join("")),
		);
		fc.assert(
			fc.property(
				fc.array(key, { minLength: 1, maxLength: 3 }),
				image,
				(keys, image) => {
					const expected = found(keys, image);
					fc.pre(expected !== undefined);
					assert.equal(holds(imageTests(keys), image), expected);
				},
			),
			{ numRuns: 5_000 },
		);
	});
});

// biome-ignore lint/suspicious/noExplicitAny: two files of recorded answers, in a form of their own each.
function read(name: string): any {
	return JSON.parse(
		readFileSync(new URL(`../../data/${name}`, import.meta.url), "utf8"),
	);
}

it("as many tests as the API server comes to the end of", () => {
	const many = (length: number, name: (at: number) => string) =>
		areTooMany(imageTests(Array.from({ length }, (_, at) => name(at))));
	// `^[^./:]*\.r100\.example\.com/` is 29 characters.
	const starred = (at: number) => `*.r${100 + at}.example.com`;
	assert.equal(many(225, starred), false);
	assert.equal(many(226, starred), true);
	assert.equal(
		many(5000, (at) => `r${at}.example.com`),
		false,
	);
});
