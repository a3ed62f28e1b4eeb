import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	configPlatform,
	isSchema1,
	manifestRequest,
	readManifest,
} from "../../../src/core/registry/manifest.ts";
import {
	parsePlatform,
	runs,
	showPlatform,
} from "../../../src/core/registry/platform.ts";

const OCI = "application/vnd.oci.image";
const DOCKER = "application/vnd.docker";
const DIGEST = `sha256:${"a".repeat(64)}`;
const CONFIG = { mediaType: `${OCI}.config.v1+json`, digest: DIGEST };
const amd64 = { os: "linux", architecture: "amd64", variant: "" };
const armv7 = { os: "linux", architecture: "arm", variant: "v7" };

describe("a manifest", () => {
	const table: [what: string, text: unknown, type: string, read: unknown][] = [
		[
			"an index",
			{
				mediaType: `${OCI}.index.v1+json`,
				manifests: [
					{ platform: { os: "linux", architecture: "amd64" } },
					{ platform: { os: "linux", architecture: "arm", variant: "v7" } },
					{ platform: { os: "unknown", architecture: "unknown" } },
				],
			},
			"",
			{ is: "index", platforms: [amd64, armv7], unsaid: false },
		],
		[
			"Docker's list, known by the header alone",
			{ manifests: [{ platform: { os: "linux", architecture: "amd64" } }] },
			`${DOCKER}.distribution.manifest.list.v2+json; charset=utf-8`,
			{ is: "index", platforms: [amd64], unsaid: false },
		],
		[
			"an index that does not say platforms",
			{ manifests: [{ digest: DIGEST }] },
			`${OCI}.index.v1+json`,
			{ is: "index", platforms: [], unsaid: true },
		],
		[
			"an index of more platforms than there are",
			{
				manifests: Array.from({ length: 100 }, (_, at) => ({
					platform: { os: "x".repeat(1000), architecture: `a${at}` },
				})),
			},
			`${OCI}.index.v1+json`,
			{
				is: "index",
				platforms: Array.from({ length: 64 }, (_, at) => ({
					os: "x".repeat(40),
					architecture: `a${at}`,
					variant: "",
				})),
				unsaid: true,
			},
		],
		[
			"an index of nothing",
			{ manifests: [] },
			`${OCI}.index.v1+json`,
			{ is: "no-image", attests: false },
		],
		[
			"an index that lists none",
			{ schemaVersion: 2 },
			`${OCI}.index.v1+json`,
			{ is: "unreadable" },
		],
		[
			"an index that does not know all of a platform",
			{
				manifests: [
					{ platform: { os: "unknown", architecture: "amd64" } },
					{ platform: { os: "linux", architecture: "unknown" } },
				],
			},
			"",
			{
				is: "index",
				platforms: [
					{ os: "unknown", architecture: "amd64", variant: "" },
					{ os: "linux", architecture: "unknown", variant: "" },
				],
				unsaid: false,
			},
		],
		[
			"attestations only",
			{
				manifests: [
					{
						annotations: {
							"vnd.docker.reference.type": "attestation-manifest",
						},
						platform: { os: "unknown", architecture: "unknown" },
					},
				],
			},
			`${OCI}.index.v1+json`,
			{ is: "no-image", attests: true },
		],
		[
			"an image",
			{ schemaVersion: 2, config: CONFIG, layers: [] },
			`${OCI}.manifest.v1+json`,
			{ is: "image", config: DIGEST },
		],
		[
			"Docker's image",
			{
				config: {
					mediaType: `${DOCKER}.container.image.v1+json`,
					digest: DIGEST,
				},
			},
			`${DOCKER}.distribution.manifest.v2+json`,
			{ is: "image", config: DIGEST },
		],
		[
			"a chart",
			{
				config: {
					mediaType: "application/vnd.cncf.helm.config.v1+json",
					digest: DIGEST,
				},
			},
			`${OCI}.manifest.v1+json`,
			{ is: "artifact", type: "application/vnd.cncf.helm.config.v1+json" },
		],
		[
			"an artifact that says so",
			{
				artifactType: "application/vnd.example",
				config: {
					mediaType: "application/vnd.oci.empty.v1+json",
					digest: DIGEST,
				},
			},
			`${OCI}.manifest.v1+json`,
			{ is: "artifact", type: "application/vnd.example" },
		],
		[
			"schema 1",
			{ schemaVersion: 1, fsLayers: [] },
			`${DOCKER}.distribution.manifest.v1+prettyjws`,
			{ is: "schema-1" },
		],
		["a web page", "<html>", "text/html", { is: "unreadable" }],
		["nothing", "", "", { is: "unreadable" }],
		["null", null, `${OCI}.manifest.v1+json`, { is: "unreadable" }],
		[
			"a config whose digest would change the path",
			{ config: { ...CONFIG, digest: "sha256:../../x" } },
			`${OCI}.manifest.v1+json`,
			{ is: "unreadable" },
		],
	];
	for (const [what, value, type, read] of table)
		it(what, () => {
			const text = typeof value === "string" ? value : JSON.stringify(value);
			assert.deepEqual(readManifest(text, type), read);
		});

	it("is asked for in every form that container runtimes take", () => {
		const image = { repository: "team/app", reference: "1.0" };
		assert.deepEqual(manifestRequest(image, new URL("https://r.io/v2/")), {
			method: "HEAD",
			url: new URL("https://r.io/v2/team/app/manifests/1.0"),
			headers: {
				accept: `${OCI}.index.v1+json, ${DOCKER}.distribution.manifest.list.v2+json, ${OCI}.manifest.v1+json, ${DOCKER}.distribution.manifest.v2+json`,
			},
		});
	});

	it("of schema 1 is known by its media type", () => {
		assert.ok(
			isSchema1(`${DOCKER}.distribution.manifest.v1+prettyjws; charset=utf-8`),
		);
		assert.ok(!isSchema1(`${OCI}.manifest.v1+json`));
	});

	it("has a config that says its platform, or does not", () => {
		assert.deepEqual(
			configPlatform('{"os":"linux","architecture":"arm","variant":"v7"}'),
			armv7,
		);
		for (const text of ["", "{", "[]", "{}", '{"os":"linux"}', '{"os":1}'])
			assert.equal(configPlatform(text), undefined, text);
	});
});

describe("a platform", () => {
	const read: [text: string, shown: string | undefined][] = [
		["linux/amd64", "linux/amd64"],
		["Linux/X86_64", "linux/amd64"],
		["linux/aarch64", "linux/arm64"],
		["linux/arm/v7", "linux/arm/v7"],
		["linux/constructor", "linux/constructor"],
		["windows/amd64", "windows/amd64"],
		["linux", undefined],
		["", undefined],
		["/", undefined],
		["linux/amd64/", undefined],
		["linux/a/b/c", undefined],
	];
	for (const [text, shown] of read)
		it(JSON.stringify(text), () => {
			const platform = parsePlatform(text);
			assert.equal(platform && showPlatform(platform), shown);
		});

	const fits: [node: string, image: string, runs: boolean][] = [
		["linux/amd64", "linux/amd64", true],
		["linux/amd64", "linux/arm64", false],
		["linux/amd64", "windows/amd64", false],
		["linux/arm64", "linux/arm64/v8", true],
		["linux/arm64/v8", "linux/arm64", true],
		["linux/arm64/v9", "linux/arm64/v8", true],
		["linux/arm/v8", "linux/arm/v7", false],
		["linux/arm", "linux/arm/v6", true],
		["linux/arm/v7", "linux/arm/v6", false],
		["linux/arm/v7", "linux/arm", true],
	];
	for (const [node, image, expected] of fits)
		it(`${node} ${expected ? "runs" : "does not run"} ${image}`, () => {
			const [a, b] = [parsePlatform(node), parsePlatform(image)];
			assert.ok(a && b);
			assert.equal(runs(a, b), expected);
		});
});
