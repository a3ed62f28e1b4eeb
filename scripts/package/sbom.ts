import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import type { Metafile } from "esbuild";
import { nameOf, pinnedNode, TARGETS, type Target } from "../build/targets.ts";

const run = promisify(execFile);

interface SpdxPackage {
	readonly name: string;
	readonly SPDXID: string;
	readonly packageFileName?: string;
	readonly [key: string]: unknown;
}

interface SpdxDocument {
	readonly packages: readonly SpdxPackage[];
	readonly relationships: readonly {
		readonly spdxElementId: string;
		readonly relatedSpdxElement: string;
		readonly relationshipType: string;
	}[];
	readonly creationInfo: Record<string, unknown>;
	readonly [key: string]: unknown;
}

/**
 * The SPDX document of a release: npm's account of the installed packages, cut down to those of which
 * something is in the bundle, and the Node of each platform. Nothing in it depends on time or chance.
 */
export async function sbom(
	version: string,
	bundled: Metafile,
): Promise<string> {
	const { stdout } = await run("npm", ["sbom", "--sbom-format", "spdx"], {
		maxBuffer: 2 ** 26,
	});
	const whole = JSON.parse(stdout) as SpdxDocument;
	const folders = packageFolders(bundled);
	const root = whole.packages.find((p) => p.packageFileName === "");
	if (!root) throw new Error("npm sbom names no package of ours");
	const parts = whole.packages.filter((p) =>
		folders.has(p.packageFileName ?? ""),
	);
	if (parts.length !== folders.size)
		throw new Error("npm sbom lacks a package that is in the bundle");
	const runtimes = TARGETS.map(nodePackage);
	const packages = [
		{ ...root, primaryPackagePurpose: "APPLICATION" },
		...parts,
		...runtimes,
	];
	const relationships = [
		{
			spdxElementId: "SPDXRef-DOCUMENT",
			relatedSpdxElement: root.SPDXID,
			relationshipType: "DESCRIBES",
		},
		...packages.slice(1).map((part) => ({
			spdxElementId: root.SPDXID,
			relatedSpdxElement: part.SPDXID,
			relationshipType: "CONTAINS",
		})),
	];
	const digest = createHash("sha256")
		.update(JSON.stringify(packages))
		.digest("hex");
	return `${JSON.stringify(
		{
			...whole,
			name: `kubectl-meshreg_v${version}`,
			documentNamespace: `https://github.com/kubectl-meshreg/kubectl-meshreg/releases/download/v${version}/sbom-${digest}`,
			// The date that archives carry too: a build's own time would make each one different.
			creationInfo: { ...whole.creationInfo, created: "2026-01-01T00:00:00Z" },
			packages,
			relationships,
		},
		null,
		"\t",
	)}\n`;
}

/** The folders under node_modules of which at least a byte is in the bundle. */
function packageFolders(bundled: Metafile): Set<string> {
	const folders = new Set<string>();
	for (const output of Object.values(bundled.outputs))
		for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
			const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
			if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
		}
	return folders;
}

/**
 * A target's Node. Scanners know the runtime's vulnerabilities by its CPE; npm's package is only where
 * the build comes from.
 */
function nodePackage(target: Target): SpdxPackage {
	const { version, integrity } = pinnedNode(target);
	const sum = Buffer.from(integrity.replace(/^sha512-/, ""), "base64");
	return {
		name: "node",
		SPDXID: `SPDXRef-Runtime-${nameOf(target).replace("_", "-")}`,
		versionInfo: version,
		supplier: "Organization: OpenJS Foundation",
		description: `The Node.js runtime in the binary for ${target.os} on ${target.arch}`,
		sourceInfo: `the stock build in the npm package ${target.npm}@${version}, to whose archive the checksum belongs`,
		primaryPackagePurpose: "APPLICATION",
		downloadLocation: "NOASSERTION",
		filesAnalyzed: false,
		homepage: "https://nodejs.org",
		licenseDeclared: "MIT",
		checksums: [{ algorithm: "SHA512", checksumValue: sum.toString("hex") }],
		externalRefs: [
			{
				referenceCategory: "SECURITY",
				referenceType: "cpe23Type",
				referenceLocator: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
			},
			{
				referenceCategory: "PACKAGE-MANAGER",
				referenceType: "purl",
				referenceLocator: `pkg:generic/node@${version}`,
			},
		],
	};
}
