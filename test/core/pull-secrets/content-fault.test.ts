import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { findCredentials } from "../../../src/core/kubelet/keyring.ts";
import {
	canMatch,
	contentFault,
	entriesOf,
	entryProblems,
	keyProblem,
} from "../../../src/core/pull-secrets/content-fault.ts";
import { ContentReader } from "../../../src/core/pull-secrets/pull-secret.ts";
import { contentFaultWords } from "../../../src/report/entry-words.ts";
import { imageReference } from "../../support/arbitraries.ts";

const content = (text: string) =>
	new ContentReader().fromData(Buffer.from(text).toString("base64"));

it("of contents of a thousand keys that no image matches the faults are not all kept", () => {
	const contents = Array.from({ length: 30 }, (_, at) => {
		const keys = Array.from({ length: 1000 }, (_, key) => [
			`r${at}-${key}`,
			{},
		]);
		return content(JSON.stringify({ auths: Object.fromEntries(keys) }));
	});
	const faults = contents.map(contentFault);
	const [first, last] = [contents[0], contents[29]];
	assert.ok(first && last);
	assert.equal(contentFault(last), faults[29]);
	assert.notEqual(contentFault(first), faults[0]);
	assert.deepEqual(contentFault(first), faults[0]);
});

it("what is found of a content without a fault is remembered, too", (t) => {
	const good = content(`{"auths":{"r.io":{"auth":"dTpw"}}}`);
	assert.equal(contentFault(good), undefined);
	const read = t.mock.method(Buffer, "from");
	assert.equal(contentFault(good), undefined);
	assert.equal(read.mock.callCount(), 0);
});

describe("a content that is worth nothing to a kubelet", () => {
	const rows: [text: string, words: string | undefined][] = [
		[`{"auths":{"r.io":{"auth":"dTpw"}}}`, undefined],
		[`{"auths":{"r.io":{}}}`, undefined],
		[`{"auths":{"reg":{},"r.io":{}}}`, undefined],
		["", "it holds no credentials"],
		["{}", "it holds no credentials"],
		["null", "it holds no credentials"],
		[
			`{"auths":{"your-registry":{},"reg io":{}}}`,
			'your-registry: no image matches it (a host has a dot or a port); "reg io": no image matches a key with white space',
		],
		[
			`{"auths":{"https://index.docker.io/v1/team":{}}}`,
			"https://index.docker.io/v1/team: Docker Hub's images match docker.io alone, not this name",
		],
		[
			`{"auths":[]}`,
			"it cannot be read, which fails every pull of a pod that references it: json: cannot unmarshal array into Go struct field DockerConfigJSON.auths of type credentialprovider.DockerConfig",
		],
		[
			`{"auths":{"r.io":{"auth":"%%%"}}}`,
			"it cannot be read, which fails every pull of a pod that references it: r.io: illegal base64 data at input byte 0",
		],
	];
	for (const [text, words] of rows)
		it(text || "nothing", () => {
			const fault = contentFault(content(text));
			assert.equal(fault && contentFaultWords(fault), words);
		});
});

describe("a content that cannot be read", () => {
	const rows: [
		text: string,
		keys: string[],
		others: boolean,
		twice: boolean,
	][] = [
		["{", [], false, false],
		[Buffer.from(`{"auths":{}}`).toString("base64"), [], false, true],
		[`{"auths":{"a.io":{"auth":1}}}`, ["a.io"], false, false],
		[`{"auths":{"a.io":{"auth":1},"b.io":{}}}`, ["a.io"], true, false],
	];
	for (const [text, keys, others, twice] of rows)
		it(text, () => {
			const fault = contentFault(content(text));
			assert.ok(fault?.kind === "malformed");
			const { error: _, ...rest } = fault;
			assert.deepEqual(rest, { kind: "malformed", keys, others, twice });
			assert.equal(entriesOf(content(text)).size, 0);
		});
});

describe("what is wrong with a key", () => {
	for (const [key, problem] of [
		["r.io", undefined],
		["http://r.io", undefined],
		["https://r.io/team", undefined],
		["r.io ", "white-space"],
		["ftp://r.io", "scheme"],
		["HTTPS://r.io", "scheme"],
		["r.io/ftp://x", "unusable"],
		["r.io/%zz", "unusable"],
		["", "unusable"],
		["reg.io.", "unusable"],
		["[::1]:5000", undefined],
		["[::ffff:1.2.3.4]", "unusable"],
		["hub.docker.com", "docker-hub-name"],
		["Hub.Docker.com", "docker-hub-name"],
		["index.docker.io/team", "docker-hub-name"],
		["your-registry", "single-word"],
		["your-registry/team", "single-word"],
	] as const)
		it(`${JSON.stringify(key)}: ${problem}`, () =>
			assert.equal(keyProblem(key), problem));
});

describe("what is wrong with each entry", () => {
	const auth = (text: string) => Buffer.from(text).toString("base64");
	const rows: [what: string, entry: object | number, ...problems: object[]][] =
		[
			["nothing", { auth: auth("u:p") }],
			["it is no object", 1, { kind: "malformed" }],
			["auth is no base64", { auth: "%%%" }, { kind: "malformed" }],
			["nothing is in it", {}, { kind: "empty", because: "empty" }],
			[
				"it has no password",
				{ auth: auth("u:") },
				{ kind: "empty", because: "password-empty" },
			],
			[
				"it has a token alone",
				{ identitytoken: "t" },
				{ kind: "empty", because: "token-alone" },
			],
			[
				"it says two things, and one of them is no text",
				{ auth: auth("u:p\u0001"), username: "v" },
				{ kind: "auth-differs" },
				{ kind: "bad-characters", because: "password-control-character" },
			],
		];
	for (const [what, entry, ...problems] of rows)
		it(what, () => {
			const text = JSON.stringify({ auths: { "r.io": entry } });
			const found = entryProblems(content(text));
			assert.deepEqual(
				found.map((each) => {
					if (each.kind !== "malformed") return each;
					assert.match(each.error, /./);
					return { key: each.key, kind: each.kind };
				}),
				problems.map((each) => ({ key: "r.io", ...each })),
			);
		});

	it("its key, beside the others", () =>
		assert.deepEqual(
			entryProblems(content(`{"auths":{"reg":{},"r.io":{"auth":"dTpw"}}}`)),
			[
				{ key: "reg", kind: "empty", because: "empty" },
				{ key: "reg", kind: "key", because: "single-word" },
			],
		));

	it("they are what kubelets see", () =>
		assert.equal(entriesOf(content(`{"auths":{"r.io":{}}}`)).size, 1));

	it("none where they cannot be told apart", () =>
		assert.deepEqual(entryProblems(content("{")), []));
});

describe("a key that an image's name can match", () => {
	const can = [
		"r.io",
		"https://index.docker.io/v1/",
		"index.docker.io",
		"index.docker.io:443/team",
		"docker.io/team",
		"localhost",
		"reg:5000",
		"*",
		"r.io/team",
		"Reg",
	];
	const cannot = [
		"index.docker.io/team",
		"https://index.docker.io/v1/team",
		"reg",
		"reg/team",
		"",
		"reg io",
		"[::1]",
		"[::ffff:1.2.3.4]",
		"r.io.",
		".r.io",
		"r..io",
		"r.io/Team",
		"r.io/%zz",
	];
	for (const key of can) it(key, () => assert.ok(canMatch(key)));
	for (const key of cannot)
		it(`F18: not ${JSON.stringify(key)}`, () => assert.ok(!canMatch(key)));

	it("whatever matches can match", () => {
		const withKey = imageReference.chain((image) =>
			fc.tuple(
				fc.constant(image),
				fc.oneof(
					fc.constantFrom(...can, ...cannot),
					fc.constant(image.split(/[@]|:(?=[^/]*$)/)[0] ?? ""),
				),
			),
		);
		fc.assert(
			fc.property(withKey, ([image, candidate]) => {
				const answer = findCredentials(image, [
					{
						from: "a",
						type: "kubernetes.io/dockerconfigjson",
						data: JSON.stringify({ auths: { [candidate]: {} } }),
					},
				]);
				if (answer.outcome === "answered" && answer.matches.length > 0)
					assert.ok(canMatch(candidate));
			}),
			{ numRuns: 1000 },
		);
	});
});
