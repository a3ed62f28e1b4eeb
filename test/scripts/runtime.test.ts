/** One Node for everything: the tests, the tools, and every binary. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { matchesGlob } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import {
	NODE_VERSION,
	pinnedNode,
	TARGETS,
} from "../../scripts/build/targets.ts";
import { sbom } from "../../scripts/package/sbom.ts";

test("these tests run on the Node that is packaged, whatever Node the machine has", () => {
	assert.equal(process.version, `v${NODE_VERSION}`);
});

test("package.json names the Node of each platform, and none besides", () => {
	assert.deepEqual(
		packageJson.optionalDependencies,
		Object.fromEntries(
			TARGETS.map((target) => [target.npm, NODE_VERSION]).sort(),
		),
	);
	for (const target of TARGETS)
		assert.match(pinnedNode(target).integrity, /^sha512-[\w+/]{86}==$/);
});

test(".nvmrc brings it without npm", async () => {
	assert.equal(await readFile(".nvmrc", "utf8"), `${NODE_VERSION}\n`);
});

/** An update of .github/dependabot.yml, as far as it is looked at. */
interface Update {
	readonly "package-ecosystem": string;
	readonly directory: string;
	readonly ignore?: unknown;
	readonly allow?: unknown;
	readonly "open-pull-requests-limit"?: unknown;
	readonly groups: Readonly<
		Record<string, { readonly patterns?: readonly string[] }>
	>;
}

test("dependabot moves the Node of all platforms, at once and with nothing ignored", async () => {
	const { updates } = parse(
		await readFile(".github/dependabot.yml", "utf8"),
	) as {
		readonly updates: readonly Update[];
	};
	const npm = updates.filter(
		(update) =>
			update["package-ecosystem"] === "npm" && update.directory === "/",
	);
	assert.equal(npm.length, 1);
	const [update] = npm;
	assert.ok(update);
	for (const what of ["ignore", "allow", "open-pull-requests-limit"] as const)
		assert.equal(update[what], undefined, what);
	const groupsOf = (name: string) =>
		Object.entries(update.groups)
			.filter(([, { patterns = [] }]) =>
				patterns.some((pattern) => matchesGlob(name, pattern)),
			)
			.map(([group]) => group);
	for (const { npm: name } of TARGETS)
		assert.deepEqual(groupsOf(name), ["runtime"], name);
});

/** The grammar of a formatted string: NIST IR 7695, as the schema of SPDX 2.3 has it (cpe23Type). */
const CPE =
	/^cpe:2\.3:[aho*-](:(((\?*|\*?)([\w.-]|(\\[\\*?!"#$%&'()+,/:;<=>@[\]^`{|}~]))+(\?*|\*?))|[*-])){5}(:(([a-zA-Z]{2,3}(-([a-zA-Z]{2}|[0-9]{3}))?)|[*-]))(:(((\?*|\*?)([\w.-]|(\\[\\*?!"#$%&'()+,/:;<=>@[\]^`{|}~]))+(\?*|\*?))|[*-])){4}$/;

test("a scanner can tell of the runtime's CVEs: the SBOM has the CPE under which NVD knows Node", async () => {
	const bundled = {
		inputs: {},
		outputs: {
			"a.js": { inputs: { "node_modules/yaml/a.js": { bytesInOutput: 1 } } },
		},
	} as unknown as Parameters<typeof sbom>[1];
	const { packages } = JSON.parse(await sbom("0.0.0", bundled)) as {
		readonly packages: readonly {
			readonly name: string;
			readonly externalRefs: readonly {
				readonly referenceCategory: string;
				readonly referenceType: string;
				readonly referenceLocator: string;
			}[];
		}[];
	};
	const runtimes = packages.filter(({ name }) => name === "node");
	assert.equal(runtimes.length, TARGETS.length);
	for (const { externalRefs } of runtimes) {
		const found = externalRefs.filter(
			(ref) =>
				ref.referenceCategory === "SECURITY" &&
				ref.referenceType === "cpe23Type",
		);
		assert.equal(found.length, 1);
		const cpe = found[0]?.referenceLocator ?? "";
		assert.match(cpe, CPE);
		const [, , part, vendor, product, version, ...rest] = cpe.split(":");
		assert.deepEqual(
			[part, vendor, product, version],
			["a", "nodejs", "node.js", process.versions.node],
		);
		assert.deepEqual(new Set(rest), new Set(["*"]));
	}
});
