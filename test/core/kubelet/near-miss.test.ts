import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { findCredentials } from "../../../src/core/kubelet/keyring.ts";
import { nearMisses } from "../../../src/core/kubelet/near-miss.ts";
import { imageReference } from "../../support/arbitraries.ts";

const entry = { username: "u", password: "p" };
const secret = (key: string, from = "app/key") => ({
	from,
	type: "kubernetes.io/dockerconfigjson",
	data: JSON.stringify({ auths: { [key]: entry } }),
});

describe("a key that nearly matches", () => {
	const rows: [image: string, key: string, because: object][] = [
		[
			"reg.io:5000/app",
			"reg.io",
			{ because: "port", keyPort: "", imagePort: "5000" },
		],
		[
			"reg.io/app",
			"https://reg.io:443",
			{ because: "port", keyPort: "443", imagePort: "" },
		],
		["reg.io/app", " reg.io", { because: "white-space" }],
		["reg.io/app", "HTTPS://reg.io", { because: "scheme" }],
		["reg.io/app", "oci://reg.io", { because: "scheme" }],
		["nginx", "docker.com", { because: "docker-hub-name" }],
		["nginx", "https://cloud.docker.com", { because: "docker-hub-name" }],
		[
			"1.dkr.ecr.eu-west-1.amazonaws.com/app",
			"1.dkr.ecr.us-east-1.amazonaws.com",
			{
				because: "region",
				host: "1.dkr.ecr.eu-west-1.amazonaws.com",
			},
		],
		[
			"1.dkr-ecr.eu-west-1.on.aws/app",
			"https://1.dkr.ecr-fips.us-east-1.amazonaws.com",
			{ because: "region", host: "1.dkr-ecr.eu-west-1.on.aws" },
		],
		["reg.io/app", "re g.io", { because: "white-space" }],
		["reg.io/app", "s3://reg.io", { because: "scheme" }],
		[
			"reg.io:5000/app",
			"reg.io/team",
			{ because: "port", keyPort: "", imagePort: "5000" },
		],
		[
			"1.dkr.ecr.eu-west-1.amazonaws.com/app",
			"amazonaws.com",
			{ because: "label-count", keyLabels: 2, imageLabels: 6 },
		],
		["reg.io/app", " oci://reg.io", { because: "white-space" }],
		[
			"gcr.io/app",
			"eu.gcr.io",
			{ because: "label-count", keyLabels: 3, imageLabels: 2 },
		],
		[
			"gcr.io/app",
			"EU.GCR.io",
			{ because: "label-count", keyLabels: 3, imageLabels: 2 },
		],
		["reg.io/app", "reg.io/team", { because: "path", keyPath: "/team" }],
		["reg.io/v1", "reg.io/v1/app", { because: "path", keyPath: "/app" }],
		["reg.io/app", "Reg.io", { because: "letter-case", host: "reg.io" }],
		["REG.io/app", "reg.io", { because: "letter-case", host: "REG.io" }],
		[
			"gcr.io/app",
			"*.gcr.io",
			{ because: "label-count", keyLabels: 3, imageLabels: 2 },
		],
		[
			"eu.gcr.io/app",
			"gcr.io",
			{ because: "label-count", keyLabels: 2, imageLabels: 3 },
		],
		[
			"a.b.gcr.io/app",
			"*.gcr.io",
			{ because: "label-count", keyLabels: 3, imageLabels: 4 },
		],
		["nats", "registry-1.docker.io", { because: "docker-hub-name" }],
		["nats", "https://hub.docker.com/", { because: "docker-hub-name" }],
		["nats", "Docker.io", { because: "letter-case", host: "docker.io" }],
		[
			"registry-1.docker.io/nats",
			"https://index.docker.io/v1/",
			{ because: "docker-hub-name" },
		],
		["your-registry/nats", "your-registry", { because: "single-word" }],
		[
			"1.dkr.ecr.eu.amazonaws.com/app",
			"*.dkr.ecr.*.amazonaws.com/team",
			{ because: "path", keyPath: "/team" },
		],
	];
	for (const [image, key, because] of rows)
		it(`${key} for ${image}`, () =>
			assert.deepEqual(nearMisses(image, [secret(key)]), [
				{ from: "app/key", key, ...because },
			]));

	const unrelated: [image: string, key: string][] = [
		["reg.io/app", "other.io"],
		["reg.io/app", "*.io:5000x"],
		["reg.io/app", "io"],
		["nats", "nats"],
		["nats", "reg.io"],
		["reg.io/app", "oci://other.io"],
		["reg.io/app", " reg.io:5000"],
		["reg.io/app", "reg io/%zz"],
		["a.b.io/app", "*.io"],
		["gcr.io/app", "xgcr.io"],
		["xgcr.io/app", "gcr.io"],
		["reg.io/app", "docker.com"],
		["nats", "docker.io.example.com"],
		[
			"1.dkr.ecr.eu-west-1.amazonaws.com/app",
			"2.dkr.ecr.us-east-1.amazonaws.com",
		],
		[
			"1.dkr.ecr.eu-west-1.amazonaws.com/app",
			"x.1.dkr.ecr.us-east-1.amazonaws.com",
		],
		["docker.io/a.b/nats", "a.b"],
		["your-registry/nats", "your"],
		["your-registry/nats", "your-registry:5000"],
		["reg.io/your-registry/nats", "your-registry"],
	];
	for (const [image, key] of unrelated)
		it(`not ${key} for ${image}`, () =>
			assert.deepEqual(nearMisses(image, [secret(key)]), []));

	it("not one of a Secret of another type, one of another host, or one that is none", () => {
		assert.deepEqual(
			nearMisses("reg.io:5000/app", [{ ...secret("reg.io"), type: "Opaque" }]),
			[],
		);
		for (const key of ["other.io", "reg.io/%zz", "oci://reg.io/%zz"])
			assert.deepEqual(nearMisses("reg.io/app", [secret(key)]), [], key);
	});
});

describe("a Secret that is misread, or differs", () => {
	it("may have the wrong type, or content of the other type", () => {
		const good = secret("reg.io").data;
		const bare = JSON.stringify({ "reg.io": entry });
		const miss = (type: string, data: string) =>
			nearMisses("reg.io/app", [{ from: "app/key", type, data }]);
		assert.deepEqual(miss("Opaque", good), [
			{ from: "app/key", key: "reg.io", because: "type", type: "Opaque" },
		]);
		assert.deepEqual(miss("kubernetes.io/dockercfg", good), [
			{
				from: "app/key",
				key: "reg.io",
				because: "wrapper",
				type: "kubernetes.io/dockercfg",
			},
		]);
		assert.deepEqual(miss("kubernetes.io/dockerconfigjson", bare), [
			{
				from: "app/key",
				key: "reg.io",
				because: "wrapper",
				type: "kubernetes.io/dockerconfigjson",
			},
		]);
		assert.deepEqual(miss("Opaque", "not json"), []);
	});

	it("is nearer with the wrong type than with a key that differs", () => {
		const misses = nearMisses("reg.io/app", [
			secret("reg.io:5000"),
			{ ...secret("reg.io", "app/type"), type: "Opaque" },
		]);
		assert.deepEqual(
			misses.map(({ because }) => because),
			["type", "port"],
		);
	});

	it("is nearer the less of it differs", () => {
		const keys = ["REG.io:5000", "reg.io:5000"].map((key) => secret(key));
		for (const own of [keys, keys.toReversed()])
			assert.deepEqual(
				nearMisses("reg.io/app", own).map(({ key }) => key),
				["reg.io:5000", "REG.io:5000"],
			);
	});

	it("is passed over when malformed", () => {
		assert.deepEqual(
			nearMisses("reg.io/app", [{ ...secret("x"), data: "not json" }]),
			[],
		);
	});
});

it("a key that matches differs in nothing", () => {
	fc.assert(
		fc.property(
			imageReference,
			fc.constantFrom(
				"*",
				"*.*",
				"*.*.*",
				"docker.io",
				"localhost:5000",
				"*:443/a",
			),
			(image, key) => {
				const answer = findCredentials(image, [secret(key)]);
				assert.ok(answer.outcome === "answered");
				if (answer.matches.length > 0)
					assert.deepEqual(nearMisses(image, [secret(key)]), []);
			},
		),
	);
});

describe("many keys and many images", () => {
	/** A Secret that counts how often it is read. */
	function counted(keys: readonly string[]) {
		const data = JSON.stringify({
			auths: Object.fromEntries(keys.map((key) => [key, entry])),
		});
		const source = {
			from: "app/key",
			type: "kubernetes.io/dockerconfigjson",
			reads: 0,
			get data() {
				source.reads++;
				return data;
			},
		};
		return source;
	}
	const many = (key: (at: number) => string) =>
		counted(Array.from({ length: 10_000 }, (_, at) => key(at)));

	it("compares the first two hundred of a pod's Secrets, and none that is endless", () => {
		const near = (...secrets: readonly (readonly string[])[]) =>
			nearMisses("reg.io/app", secrets.map(counted)).map(({ key }) => key);
		const others = Array.from({ length: 10_000 }, (_, at) => `r${at}.io`);
		const [some, more] = [others.slice(0, 150), others.slice(150)];
		assert.deepEqual(near(some, [...more.slice(0, 49), "reg.io:5000"]), [
			"reg.io:5000",
		]);
		assert.deepEqual(near(some, [...more.slice(0, 50), "reg.io:5000"]), []);
		assert.deepEqual(near(others, ["reg.io:5000"]), []);
		assert.deepEqual(near([`reg.io/${"a".repeat(600)}`]), []);
	});

	it("reads each Secret once for all images", () => {
		const own = many((at) => `r${at}.example.com`);
		const asked = (count: number) => {
			for (let at = 0; at < count; at++)
				nearMisses(`t${at}.example.com/app`, [own]);
			return own.reads;
		};
		assert.deepEqual(asked(200), asked(1));
	});
});
