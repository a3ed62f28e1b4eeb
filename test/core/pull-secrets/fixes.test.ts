import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	Fixes,
	type FixTarget,
	shellWord,
} from "../../../src/core/pull-secrets/fixes.ts";
import { DEFAULT_LABEL } from "../../../src/core/pull-secrets/ownership.ts";

const usual: FixTarget = {
	name: "nginx-mesh-registry-key",
	owner: DEFAULT_LABEL,
	source: undefined,
};
const elsewhere: FixTarget = {
	name: "other",
	owner: { key: "usage", value: "mine" },
	source: { namespace: "keys", name: "other" },
};

describe("a command that mends", () => {
	const rows: [
		line: (mending: Fixes) => string,
		usual: string,
		elsewhere: string,
	][] = [
		[
			(mending) => mending.create("r.io:5000"),
			"kubectl meshreg create --registry-server r.io:5000",
			"kubectl meshreg create other -n keys --add --registry-server r.io:5000 --label usage=mine",
		],
		[
			(mending) => mending.replace("[::1]:5000"),
			"kubectl meshreg create --replace --registry-server '[::1]:5000'",
			"kubectl meshreg create other -n keys --replace --registry-server '[::1]:5000' --label usage=mine",
		],
		[
			(mending) => mending.rotate("docker.io"),
			"kubectl meshreg rotate --registry-server docker.io",
			"kubectl meshreg rotate other -n keys --registry-server docker.io --label usage=mine",
		],
		[
			(mending) => mending.sync(["a", "b"], ["default"]),
			"kubectl meshreg sync -n a,b --attach",
			"kubectl meshreg sync other -n a,b --from keys/other --attach --label usage=mine",
		],
		[
			(mending) => mending.sync(["a"], ["default", "runner"], true),
			"kubectl meshreg sync -n a --attach=default,runner --force",
			"kubectl meshreg sync other -n a --from keys/other --attach=default,runner --force --label usage=mine",
		],
		[
			(mending) => mending.attach(["a"], ["default"]),
			"kubectl meshreg attach -n a",
			"kubectl meshreg attach -n a --secret other",
		],
		[
			(mending) => mending.attach(["a", "b"], ["x", "y"], "third"),
			"kubectl meshreg attach x y -n a,b --secret third",
			"kubectl meshreg attach x y -n a,b --secret third",
		],
		[
			(mending) => mending.pruneOrphaned(["a"]),
			"kubectl meshreg prune --orphaned -n a",
			"kubectl meshreg prune --orphaned -n a --label usage=mine",
		],
	];
	for (const [line, first, second] of rows)
		it(first, () => {
			assert.equal(line(new Fixes(usual)), first);
			assert.equal(line(new Fixes(elsewhere)), second);
		});
});

it("a word for a shell", () => {
	assert.deepEqual(["a,b", "a=b", "a b", "it's", "*", ""].map(shellWord), [
		"a,b",
		"a=b",
		"'a b'",
		"'it'\\''s'",
		"'*'",
		"''",
	]);
});
