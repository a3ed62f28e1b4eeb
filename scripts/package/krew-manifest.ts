import { parseDocument, YAMLMap, YAMLSeq } from "yaml";

/**
 * The krew manifest with the checksum of each platform's archive, `sums` being by file name. Throws
 * where a platform's address ends in no archive of this release, or an archive has no platform.
 */
export function fillSums(
	manifest: string,
	sums: Readonly<Record<string, string>>,
): string {
	const document = parseDocument(manifest);
	const platforms = document.getIn(["spec", "platforms"]);
	const missing = new Set(Object.keys(sums));
	for (const platform of platforms instanceof YAMLSeq ? platforms.items : []) {
		if (!(platform instanceof YAMLMap)) continue;
		const uri = String(platform.get("uri"));
		const name = uri.slice(uri.lastIndexOf("/") + 1);
		const sum = sums[name];
		if (sum === undefined)
			throw new Error(
				`krew-manifest.yaml: ${uri} is no archive of this release`,
			);
		platform.set("sha256", sum);
		missing.delete(name);
	}
	if (missing.size > 0)
		throw new Error(
			`krew-manifest.yaml has no platform for ${[...missing].join(", ")}`,
		);
	return document.toString({ lineWidth: 0 });
}
