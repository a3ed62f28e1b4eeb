import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { manifestImages } from "../../../src/core/manifest/images.ts";
import { injectManifest } from "../../../src/core/manifest/inject.ts";
import { failureOf } from "../../../src/core/output/failure.ts";
import { imageReference } from "../../support/arbitraries.ts";
import { manifestText } from "../../support/manifests.ts";
import { refusedInWords } from "../../support/refused.ts";

const REG = {
	secret: "k",
	fix: false,
	serviceAccounts: false,
	registry: "r.io/p",
};
// An IPv6 host would need quotes in some of the manifests.
const plainImage = imageReference.filter((image) => !image.startsWith("["));
const DIGEST = `@sha256:${"a".repeat(64)}`;

describe("images rewritten", () => {
	const table: [what: string, before: string, after: string][] = [
		[
			"plain",
			"image: nats:2.9-alpine # c",
			"image: r.io/p/nats:2.9-alpine # c",
		],
		["in single quotes", "image: 'gcr.io/a/b:1'", "image: 'r.io/p/b:1'"],
		["in double quotes", 'image: "gcr.io/a/b"', 'image: "r.io/p/b"'],
		["with an escape", 'image: "\\x6eats"', 'image: "r.io/p/nats"'],
		["folded", "image: >-\n      nats:2", "image: >-\n      r.io/p/nats:2"],
		["anchored", "image: &i nats", "image: &i r.io/p/nats"],
		[
			"tag and digest kept",
			`image: a/b:1${DIGEST}`,
			`image: r.io/p/b:1${DIGEST}`,
		],
		["already there", "image: r.io/p/deep/nats:2", "image: r.io/p/deep/nats:2"],
		["empty", "image: ''", "image: ''"],
		["absent", "command: [nats]", "command: [nats]"],
	];
	for (const [what, before, after] of table)
		it(what, () => {
			const pod = (image: string) =>
				`kind: Pod\nspec:\n  imagePullSecrets: [{name: k}]\n  containers:\n  - name: nats\n    ${image}\n`;
			assert.equal(injectManifest(pod(before), "f", REG).text, pod(after));
		});

	it("in init and ephemeral containers, in Lists, JSON and flow style", () => {
		const { text, images } = injectManifest(
			'{"kind":"List","items":[{"kind":"Pod","spec":{"initContainers":[{"image":"a"}],"containers":[{"image":"b"}],"ephemeralContainers":[{"image":"c"}]}}]}',
			"f",
			REG,
		);
		assert.match(
			text,
			/"image":"r.io\/p\/a".*"image":"r.io\/p\/b".*"image":"r.io\/p\/c"/,
		);
		assert.deepEqual(
			images.map(({ from }) => from),
			["a", "b", "c"],
		);
	});

	it("follows an alias to another image, and leaves what else it names alone", () => {
		const before =
			"kind: Pod\nmetadata: {name: &n nats}\nspec:\n  imagePullSecrets: [{name: k}]\n  containers:\n  - image: *n\n  - &c\n    image: &i b:1\n  - image: *i\n  - *c\n";
		assert.equal(
			injectManifest(before, "f", REG).text,
			before
				.replace("image: *n", "image: r.io/p/nats")
				.replace("b:1", "r.io/p/b:1"),
		);
	});

	it("quotes a registry that YAML would take for a list", () => {
		const pod =
			"kind: Pod\nspec: {imagePullSecrets: [{name: k}], containers: [{image: b}]}\n";
		assert.match(
			injectManifest(pod, "f", { ...REG, registry: "[::1]:5000" }).text,
			/image: "\[::1\]:5000\/b"/,
		);
	});

	it("refuses what is no image, with file and line", () => {
		const pod = "kind: Pod\nspec:\n  containers:\n  - image: https://x/y\n";
		const message =
			'f:4: "https://x/y" is not an image reference: invalid reference format; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]';
		refusedInWords(() => injectManifest(pod, "f", REG), message);
		assert.deepEqual(manifestImages(pod, "f").faults.map(failureOf), [
			{
				cause: "image-invalid",
				image: "https://x/y",
				because: "invalid reference format",
				in: { file: "f", line: 4 },
			},
		]);
		assert.doesNotThrow(() =>
			injectManifest(pod, "f", {
				secret: "k",
				fix: false,
				serviceAccounts: false,
			}),
		);
	});

	it("a second time changes nothing, in any manifest with any image", () => {
		fc.assert(
			fc.property(manifestText(), plainImage, (manifest, image) => {
				const { text } = injectManifest(
					manifest.text.replaceAll("nats:2.9", image),
					"f",
					REG,
				);
				assert.equal(injectManifest(text, "f", REG).text, text);
				for (const { image: each } of manifestImages(text, "f").images)
					assert.ok(each.startsWith("r.io/p/"), each);
			}),
		);
	});
});

it("lists a manifest's images, each once", () => {
	const pod =
		"kind: Pod\nspec:\n  containers:\n  - image: b:1\n  initContainers:\n  - image: a\n---\nkind: Service\n---\nkind: Pod\nspec: {containers: [{image: b:1}]}\n";
	assert.deepEqual(manifestImages(pod, "f"), {
		images: [
			{ image: "a", artifact: false },
			{ image: "b:1", artifact: false },
		],
		warnings: [],
		faults: [],
	});
});
