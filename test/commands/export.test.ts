import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type TestBed, testBed } from "../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const CONFIG = `{
    "auths": {
        "a.example": {
            "username": "u",
            "password": "p:q",
            "auth": "dTpwOnE="
        }
    }
}
`;

async function withCopy(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["app", "nginx-mesh", "other"] });
	await bed.run(
		[
			"create",
			"--registry-server=a.example",
			"--registry-username=u",
			"--registry-password-stdin",
		],
		{ stdin: "p:q" },
	);
	await bed.run(["sync", "-n", "app"]);
	return bed;
}

describe("export", () => {
	for (const args of [
		[],
		["--format=docker-config"],
		[NAME, "-n", "nginx-mesh"],
		["-n", "app"],
	])
		test(["export", ...args].join(" "), async () => {
			await using bed = await withCopy();
			assert.deepEqual(await bed.run(["export", ...args]), {
				status: 0,
				out: CONFIG,
				err: "",
				asked: [],
			});
		});

	test("--to writes a file that only its owner may read, also over one that others could", async () => {
		await using bed = await withCopy();
		const path = join(bed.folder, "config.json");
		await writeFile(path, "old", { mode: 0o644 });
		const outcome = await bed.run(["export", "--to", path]);
		assert.deepEqual(
			[outcome.status, outcome.out, outcome.err],
			[
				0,
				"",
				`the credentials in secret/${NAME} of nginx-mesh namespace are in ${path}\n`,
			],
		);
		assert.equal(await readFile(path, "utf8"), CONFIG);
		assert.equal((await stat(path)).mode & 0o777, 0o600);
		assert.equal((await bed.run(["export", "--to", path, "-q"])).err, "");
	});

	test("what was exported can be taken again", async () => {
		await using bed = await withCopy();
		const path = join(bed.folder, "config.json");
		await bed.run(["export", "--to", path]);
		const outcome = await bed.run([
			"create",
			"-n",
			"nginx-mesh",
			`--from-docker-config=${path}`,
			"--registry-server=a.example",
			"-q",
		]);
		assert.deepEqual([outcome.status, outcome.out, outcome.err], [0, "", ""]);
	});

	const WRONG: readonly [args: string[], status: number, err: string][] = [
		[
			["-n", "other"],
			1,
			`error: there is no registry key "${NAME}" in namespace "other"; run 'kubectl meshreg list' to see where there are some\n`,
		],
		[
			["missing"],
			1,
			`error: no source named "missing" in namespace "nginx-mesh" or any other: run 'kubectl meshreg create', or name it with -n NAMESPACE\n`,
		],
		[["--format=toml"], 2, "error: --format must be one of docker-config\n"],
		[["--to", ""], 2, "error: --to: the path is empty; is a variable unset?\n"],
		[
			["--to", "/nonexistent/x"],
			1,
			"error: cannot write /nonexistent/x: no such file or directory\n",
		],
		[
			["opaque", "-n", "other"],
			1,
			`error: there is no registry key "opaque" in namespace "other"; run 'kubectl meshreg list' to see where there are some\n`,
		],
		[
			["broken", "-n", "other"],
			1,
			'error: secret "broken" in namespace "other" holds no docker config: auths is not a JSON object\n',
		],
	];
	for (const [args, status, err] of WRONG)
		test(["export", ...args].join(" "), async () => {
			await using bed = await withCopy();
			bed.server.store.seed({
				kind: "Secret",
				metadata: { namespace: "other", name: "opaque" },
				type: "Opaque",
			});
			bed.server.store.seed({
				kind: "Secret",
				metadata: {
					namespace: "other",
					name: "broken",
					labels: { usage: NAME },
				},
				type: "kubernetes.io/dockerconfigjson",
				data: { ".dockerconfigjson": btoa('{"auths":[]}') },
			});
			const outcome = await bed.run(["export", ...args]);
			assert.deepEqual(
				[outcome.status, outcome.out, outcome.err],
				[status, "", err],
			);
		});
});
