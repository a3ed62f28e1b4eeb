import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { findCredentials } from "../../../src/core/kubelet/keyring.ts";
import {
	canMatch,
	contentFault,
} from "../../../src/core/pull-secrets/content-fault.ts";
import { ContentReader } from "../../../src/core/pull-secrets/pull-secret.ts";
import { contentFaultWords } from "../../../src/report/entry-words.ts";
import { imageReference } from "../../support/arbitraries.ts";

const content = (text: string) =>
	new ContentReader().fromData(Buffer.from(text).toString("base64"));

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
		const key = fc.oneof(
			fc.constantFrom(...can, ...cannot),
			imageReference.map((image) => image.split(/[@]|:(?=[^/]*$)/)[0] ?? ""),
		);
		fc.assert(
			fc.property(imageReference, key, (image, candidate) => {
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
