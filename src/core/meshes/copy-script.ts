import {
	parseImageReference,
	printImageReference,
	type RewrittenImage,
	repositoryOf,
	withDefaultTag,
} from "../kubelet/image-reference.ts";

/** The programs that a script can copy images with. */
type Copier = "skopeo" | "crane";

const HEAD: Record<Copier, (registry: string) => string> = {
	skopeo: (
		registry,
	) => `# Needs skopeo, and its login where a registry asks for one:
#   skopeo login ${registry}
# SKOPEO_COPY_OPTIONS adds options, for example --dest-tls-verify=false.
`,
	crane: (
		registry,
	) => `# Needs crane, and its login where a registry asks for one:
#   crane auth login ${registry}
# CRANE_COPY_OPTIONS adds options, for example --insecure.
`,
};

/**
 * A script for `sh -eu` that copies images, every platform of each, under their
 * new names. What is in place already is left out, and what several spellings
 * name is copied once. `registry` is host and port. Throws FailureError.
 */
export function copyScript(
	images: readonly RewrittenImage[],
	copier: Copier,
	registry: string,
): string {
	const lines = new Set(
		images
			.filter(({ from, to }) => from !== to)
			.map((image) => copyLine(image, copier)),
	);
	return `#!/bin/sh
${HEAD[copier](registry)}set -eu
${[...lines].join("")}`;
}

function copyLine({ from, to }: RewrittenImage, copier: Copier): string {
	const source = withDefaultTag(parseImageReference(from));
	const target = withDefaultTag(parseImageReference(to));
	// With a digest the tag says nothing more, and skopeo refuses both together.
	const exact =
		source.digest === undefined
			? printImageReference(source)
			: `${repositoryOf(source)}@${source.digest}`;
	const place =
		target.tag === undefined
			? printImageReference(target)
			: `${repositoryOf(target)}:${target.tag}`;
	if (copier === "crane")
		return `crane copy \${CRANE_COPY_OPTIONS:-} ${quoted(exact)} ${quoted(place)}\n`;
	const keep = source.digest === undefined ? "" : " --preserve-digests";
	return `skopeo copy --all${keep} \${SKOPEO_COPY_OPTIONS:-} ${quoted(`docker://${exact}`)} ${quoted(`docker://${place}`)}\n`;
}

/** For the shell; references hold no quotes, but a colon or a bracket may mean something. */
function quoted(word: string): string {
	return `'${word.replaceAll("'", "'\\''")}'`;
}
