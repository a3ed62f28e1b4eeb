import { manifestProblems } from "../package/krew-rules.ts";

/** The texts that name the version. */
export interface ReleaseTexts {
	readonly packageJson: string;
	readonly krewManifest: string;
	readonly changelog: string;
}

/** Where a tag, package.json, the krew manifest and the changelog disagree: a sentence each. */
export function releaseProblems(tag: string, texts: ReleaseTexts): string[] {
	const { version } = JSON.parse(texts.packageJson) as { version: string };
	const problems = manifestProblems(texts.krewManifest, {
		fileName: "meshreg.yaml",
		version,
	}).map((problem) => `krew-manifest.yaml: ${problem}`);
	if (tag !== `v${version}`)
		problems.unshift(`the tag is ${tag}, but package.json says ${version}`);
	if (!notesOf(tag, texts.changelog))
		problems.push(`CHANGELOG.md has no section "## ${tag.replace(/^v/, "")}"`);
	return problems;
}

/** What the changelog says of a version: the text below its heading; undefined where there is none. */
export function notesOf(tag: string, changelog: string): string | undefined {
	const sections = changelog.split(/^## /m).slice(1);
	const version = tag.replace(/^v/, "");
	const section = sections.find((text) => /^\S+/.exec(text)?.[0] === version);
	const notes = section?.slice(section.indexOf("\n")).trim();
	return notes === "" ? undefined : notes;
}
