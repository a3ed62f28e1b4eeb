import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { copyScript } from "../../../src/core/meshes/copy-script.ts";

const DIGEST = `@sha256:${"a".repeat(64)}`;

describe("a script that copies images", () => {
	it("is a whole one", () => {
		assert.equal(
			copyScript(
				[{ from: "nats:2.9-alpine", to: "r.io:5000/p/nats:2.9-alpine" }],
				"crane",
				"r.io:5000",
			),
			`#!/bin/sh
# Needs crane, and its login where a registry asks for one:
#   crane auth login r.io:5000
# CRANE_COPY_OPTIONS adds options, for example --insecure.
set -eu
crane copy \${CRANE_COPY_OPTIONS:-} 'docker.io/library/nats:2.9-alpine' 'r.io:5000/p/nats:2.9-alpine'
`,
		);
	});

	const lines: [from: string, to: string, ...lines: string[]][] = [
		[
			"nats",
			"r.io/nats",
			`skopeo copy --all \${SKOPEO_COPY_OPTIONS:-} 'docker://docker.io/library/nats:latest' 'docker://r.io/nats:latest'`,
		],
		[
			`g.io/a:1${DIGEST}`,
			`r.io/a:1${DIGEST}`,
			`skopeo copy --all --preserve-digests \${SKOPEO_COPY_OPTIONS:-} 'docker://g.io/a${DIGEST}' 'docker://r.io/a:1'`,
		],
		[
			`g.io/a${DIGEST}`,
			`r.io/a${DIGEST}`,
			`skopeo copy --all --preserve-digests \${SKOPEO_COPY_OPTIONS:-} 'docker://g.io/a${DIGEST}' 'docker://r.io/a${DIGEST}'`,
		],
		["r.io/a:1", "r.io/a:1"],
	];
	for (const [from, to, ...expected] of lines)
		it(`copies ${from.slice(0, 12)}`, () => {
			const script = copyScript([{ from, to }], "skopeo", "r.io");
			assert.deepEqual(script.split("\n").slice(5, -1), expected);
		});

	it("copies once what is spelt in several ways", () => {
		const script = copyScript(
			["nats", "nats:latest", "docker.io/library/nats"].map((from) => ({
				from,
				to: "r.io/nats",
			})),
			"crane",
			"r.io",
		);
		assert.equal(script.match(/^crane copy/gm)?.length, 1);
	});
});
