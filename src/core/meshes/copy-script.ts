import {
	parseImageReference,
	printImageReference,
	type RewrittenImage,
	repositoryOf,
	withDefaultTag,
} from "../kubelet/image-reference.ts";

/** The programs that a script can copy images with. */
const COPIERS = {
	skopeo: { login: "skopeo login", option: "--dest-tls-verify=false" },
	crane: { login: "crane auth login", option: "--insecure" },
};

/**
 * A script for `sh -eu` that copies images, every platform of each, under their
 * new names. What is in place already is left out, and what several spellings
 * name is copied once. `registry` is host and port. Throws FailureError.
 */
export function copyScript(
	images: readonly RewrittenImage[],
	copier: keyof typeof COPIERS,
	registry: string,
): string {
	const lines = new Set(
		images
			.filter(({ from, to }) => from !== to)
			.map((image) => copyLine(image, copier)),
	);
	const { login, option } = COPIERS[copier];
	return `#!/bin/sh
# Needs ${copier}, and its login where a registry asks for one:
#   ${login} ${registry}
# ${copier.toUpperCase()}_COPY_OPTIONS adds options, for example ${option}.
set -eu
${[...lines].join("")}`;
}

function copyLine(
	{ from, to }: RewrittenImage,
	copier: keyof typeof COPIERS,
): string {
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
