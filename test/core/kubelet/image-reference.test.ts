import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
	findCollisions,
	manifestPlace,
	parseImageReference,
	printImageReference,
	readImageReference,
	repositoryOf,
	rewriteImage,
	withDefaultTag,
} from "../../../src/core/kubelet/image-reference.ts";
import { FailureError } from "../../../src/core/output/failure.ts";
import { imageReference, registry } from "../../support/arbitraries.ts";
import { refusedInWords } from "../../support/refused.ts";

const SHA = `sha256:${"a".repeat(64)}`;

it("a manifest is looked for where a node asks for it", () => {
	const key = (image: string) => manifestPlace(parseImageReference(image)).key;
	const hub = "https://index.docker.io/v1/";
	for (const image of ["nats", "a/b", "docker.io/a", "index.docker.io/a"])
		assert.equal(key(image), hub);
	for (const host of ["hub.docker.com", "docker.io:443", "r.io:443", "[::1]:5"])
		assert.equal(key(`${host}/library/nats`), host);
	assert.equal(key("R.io/a"), "r.io");
	for (const [image, repository, reference] of [
		["nats", "library/nats", "latest"],
		["r.io/a/b:1", "a/b", "1"],
		[`r.io/a:1@${SHA}`, "a", SHA],
	] as const) {
		const place = manifestPlace(parseImageReference(image));
		assert.equal(place.repository, repository);
		assert.equal(place.reference, reference);
	}
});

it("a runtime pulls latest where neither tag nor digest is given", () => {
	const full = (image: string) =>
		printImageReference(withDefaultTag(parseImageReference(image)));
	assert.equal(full("a"), "docker.io/library/a:latest");
	assert.equal(full("a:1"), "docker.io/library/a:1");
	assert.equal(full(`a@${SHA}`), `docker.io/library/a@${SHA}`);
});

describe("parsing", () => {
	const readable: [
		image: string,
		domain: string,
		path: string,
		rest?: object,
	][] = [
		["nats:2.9-alpine", "docker.io", "library/nats", { tag: "2.9-alpine" }],
		["index.docker.io/nats", "docker.io", "library/nats"],
		["reg/a", "docker.io", "reg/a"],
		["reg:5000/a", "reg:5000", "a"],
		["localhost/a", "localhost", "a"],
		["gcr.io:443", "docker.io", "library/gcr.io", { tag: "443" }],
		["[::1]:5000/a", "[::1]:5000", "a"],
		["registry-1.docker.io/nats", "registry-1.docker.io", "nats"],
		["docker.io/nats", "docker.io", "library/nats"],
		["Reg/a", "Reg", "a"],
		["ghcr.io/o/i:v1", "ghcr.io", "o/i", { tag: "v1" }],
		[`a@${SHA}`, "docker.io", "library/a", { digest: SHA }],
		[`r.io/a:1@${SHA}`, "r.io", "a", { tag: "1", digest: SHA }],
		[
			`r.io/a@sha512:${"0".repeat(128)}`,
			"r.io",
			"a",
			{ digest: `sha512:${"0".repeat(128)}` },
		],
		[
			`a@sha384:${"0".repeat(96)}`,
			"docker.io",
			"library/a",
			{ digest: `sha384:${"0".repeat(96)}` },
		],
		["1.io/a", "1.io", "a"],
		["10.20.30.40:5/a", "10.20.30.40:5", "a"],
		["a-1b.io/2/3a-b4", "a-1b.io", "2/3a-b4"],
		["f".repeat(65), "docker.io", `library/${"f".repeat(65)}`],
		[
			`${"f".repeat(64)}:1`,
			"docker.io",
			`library/${"f".repeat(64)}`,
			{ tag: "1" },
		],
		["a__b/c-d--e.f", "docker.io", "a__b/c-d--e.f"],
		["a_b.c/x", "", "a_b.c/x"],
		["r.io/".padEnd(260, "p"), "r.io", "p".repeat(255)],
		[
			`a:${"t".repeat(128)}`,
			"docker.io",
			"library/a",
			{ tag: "t".repeat(128) },
		],
	];
	for (const [image, domain, path, rest] of readable)
		it(`reads ${image.slice(0, 60)}`, () => {
			assert.deepEqual(parseImageReference(image), { domain, path, ...rest });
		});

	const format = "invalid reference format";
	const unreadable: [image: string, because: string][] = [
		["UPPER", `${format}: repository name must be lowercase`],
		["a//b", format],
		["/a", format],
		["a:", format],
		["https://gcr.io/a", format],
		["a@sha256:abc", format],
		["a___b", format],
		["", format],
		[
			"0123456789abcdef".repeat(4),
			`invalid repository name (${"0123456789abcdef".repeat(4)}), cannot specify 64-byte hexadecimal strings`,
		],
		["a/", format],
		["a b", format],
		["a\nb", format],
		["r.io/a:b:c", format],
		["-x", format],
		["é/a", format],
		[`a:${"t".repeat(129)}`, format],
		[`a@sha256:${"a".repeat(63)}`, "invalid checksum digest length"],
		[`a@sha256:${"A".repeat(64)}`, "invalid checksum digest format"],
		[`a@sha256:${"A".repeat(63)}`, "invalid checksum digest length"],
		["A_b.c/x", "repository name must be lowercase"],
		[
			`a@SHA256:${"a".repeat(64)}`,
			`${format}: repository name must be lowercase`,
		],
		[`a:1@Sha256:${"a".repeat(64)}`, "invalid checksum digest format"],
		...["md5", "m", "a1-b2", "a_b", "a+b64", "a.b"].map(
			(algorithm): [string, string] => [
				`a@${algorithm}:${"a".repeat(32)}`,
				"unsupported digest algorithm",
			],
		),
		[`a:1@a+b64X:${"a".repeat(32)}`, "invalid checksum digest format"],
		[`a:1@a+B64:${"a".repeat(32)}`, "invalid checksum digest format"],
		[`a@a+1:${"a".repeat(32)}`, format],
		[`a@md5:${"a".repeat(31)}`, format],
		[
			"r.io/".padEnd(261, "p"),
			"repository name must not be more than 255 characters",
		],
	];
	for (const [image, because] of unreadable)
		it(`refuses ${JSON.stringify(image.slice(0, 60))}`, () => {
			assert.equal(readImageReference(image), because);
			assert.throws(() => parseImageReference(image), {
				failure: { cause: "image-invalid", image, because },
			});
		});

	it("names the text, the reason and the form in one line", () => {
		refusedInWords(
			() => parseImageReference("Bad\nname"),
			'"Bad\\nname" is not an image reference: repository name must be lowercase; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]',
		);
	});

	it("prints back what it parsed", () => {
		fc.assert(
			fc.property(imageReference, (image) => {
				const reference = parseImageReference(image);
				const printed = printImageReference(reference);
				assert.deepEqual(parseImageReference(printed), reference);
				assert.equal(
					printImageReference(parseImageReference(printed)),
					printed,
				);
				if (!["docker.io", ""].includes(reference.domain))
					assert.equal(printed, image);
				else
					assert.ok(
						printed.endsWith(image.replace(/^(index\.)?docker\.io\//, "")),
					);
			}),
		);
	});

	it("of any text: what it reads is read the same when it is printed", () => {
		const text = fc
			.tuple(imageReference, fc.nat(40), fc.string({ unit: "binary" }))
			.map(([image, at, more]) => image.slice(0, at) + more + image.slice(at));
		fc.assert(
			fc.property(text, (text) => {
				const read = readImageReference(text);
				if (typeof read !== "string")
					assert.deepEqual(readImageReference(printImageReference(read)), read);
			}),
			{ numRuns: 1_000 },
		);
	});
});

describe("rewriting to a private registry", () => {
	const rows: [image: string, registry: string, to: string][] = [
		["gcr.io/spiffe-io/spire-agent:1.5.4", "r.io", "r.io/spire-agent:1.5.4"],
		["nats:2.9-alpine", "r.io", "r.io/nats:2.9-alpine"],
		["nats", "r.io:5000/team/mesh/", "r.io:5000/team/mesh/nats"],
		["quay.io/a/b/nats", "r.io//", "r.io/nats"],
		["a_b.c/x", "r.io", "r.io/x"],
		[`ghcr.io/o/i:1@${SHA}`, "r.io", `r.io/i:1@${SHA}`],
		["r.io/deep/er/i:1", "r.io", "r.io/deep/er/i:1"],
		["r.io/mesh/i", "r.io/mesh", "r.io/mesh/i"],
		["r.io/meshes/i", "r.io/mesh", "r.io/mesh/i"],
		["r.io/mesh", "r.io/mesh", "r.io/mesh/mesh"],
		["r.io/i", "r.io:443", "r.io:443/i"],
		["nats", "your-registry", "your-registry/nats"],
		["your-registry/nats", "your-registry", "your-registry/nats"],
		["docker.io/your-registry/x", "your-registry", "docker.io/your-registry/x"],
		["bitnami/kubectl", "docker.io", "bitnami/kubectl"],
		["quay.io/a/b", "index.docker.io", "index.docker.io/b"],
	];
	for (const [image, to, expected] of rows)
		it(`${image.slice(0, 40)} in ${to}`, () => {
			assert.equal(rewriteImage(image, to), expected);
		});

	it("refuses a registry that no image name can begin with", () => {
		for (const wrong of ["", "https://r.io", "r.io/Team", "r.io/a:1"])
			assert.throws(() => rewriteImage("nats", wrong), FailureError);
		const long = `r.io/${"a".repeat(250)}`;
		assert.equal(rewriteImage("nats", long), `${long}/nats`);
		assert.throws(() => rewriteImage("linkerd", long), FailureError);
	});

	it("twice changes nothing, and keeps name, tag and digest", () => {
		fc.assert(
			fc.property(imageReference, registry, (image, to) => {
				const once = rewriteImage(image, to);
				assert.equal(rewriteImage(once, to), once);
				const [before, after] = [image, once].map(parseImageReference);
				assert.ok(before && after);
				assert.equal(
					after.path.split("/").at(-1),
					before.path.split("/").at(-1),
				);
				assert.equal(after.tag, before.tag);
				assert.equal(after.digest, before.digest);
				const root = parseImageReference(`${to}/x/x`);
				assert.ok(
					repositoryOf(after).startsWith(repositoryOf(root).slice(0, -3)),
				);
			}),
		);
	});
});

describe("collisions", () => {
	const collide = (...from: string[]) =>
		findCollisions(
			from.map((image) => ({ from: image, to: rewriteImage(image, "r.io") })),
		);

	it("reports every image that ends up with a name", () => {
		assert.deepEqual(
			collide("ghcr.io/a/x:1", "nats", "quay.io/b/x:1", "r.io/x:1", "y:1"),
			[
				{
					to: "r.io/x:1",
					from: ["ghcr.io/a/x:1", "quay.io/b/x:1", "r.io/x:1"],
				},
			],
		);
	});
	it("takes no tag for latest", () => {
		assert.deepEqual(collide("a/x", "b/x:latest"), [
			{ to: "r.io/x:latest", from: ["a/x", "b/x:latest"] },
		]);
	});
	it("sees two digests under one tag", () => {
		const other = `sha256:${"b".repeat(64)}`;
		assert.deepEqual(collide(`a/x:1@${SHA}`, `a/x:1@${other}`), [
			{ to: "r.io/x:1", from: [`a/x:1@${SHA}`, `a/x:1@${other}`] },
		]);
		assert.deepEqual(collide(`a/x@${SHA}`, `a/x@${other}`), []);
	});
	it("lets other tags and other spellings of one image be", () => {
		assert.deepEqual(collide("a/x:1", "b/x:2"), []);
		assert.deepEqual(
			collide("nats", "docker.io/library/nats:latest", "index.docker.io/nats"),
			[],
		);
	});
});
