import { ownValue } from "../own-value.ts";

/** For what a container image is made, in the words of https://github.com/opencontainers/image-spec/blob/main/image-index.md */
export interface Platform {
	readonly os: string;
	readonly architecture: string;
	/** Of arm: `v7`; "" where none is said. */
	readonly variant: string;
}

/** What nearly every platform is made of. */
export const USUAL_PARTS: readonly string[] =
	"linux windows amd64 arm64 arm 386 ppc64le s390x riscv64 mips64le loong64 v5 v6 v7 v8".split(
		" ",
	);

/** `OS/ARCHITECTURE[/VARIANT]`, as docker's `--platform` has it; undefined for anything else. */
export function parsePlatform(text: string): Platform | undefined {
	const match = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/.exec(
		text.toLowerCase(),
	);
	if (match === null) return undefined;
	const [, os = "", named = "", variant = ""] = match;
	return { os, architecture: ownValue(ARCHITECTURES, named) ?? named, variant };
}

/** What `uname` says, beside what Go does. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
	x86_64: "amd64",
	"x86-64": "amd64",
	aarch64: "arm64",
};

/** `OS/ARCH` or `OS/ARCH/VARIANT`. */
export function showPlatform({ os, architecture, variant }: Platform): string {
	return [os, architecture, variant].filter((part) => part !== "").join("/");
}

/**
 * Whether a node of one platform runs what is made for another: the variant counts
 * only where both say one, and arm64 is v8.
 */
export function runs(node: Platform, image: Platform): boolean {
	const variantOf = ({ architecture, variant }: Platform) =>
		architecture === "arm64" && variant === "v8" ? "" : variant;
	const [wanted, offered] = [variantOf(node), variantOf(image)];
	return (
		node.os === image.os &&
		node.architecture === image.architecture &&
		(wanted === "" || offered === "" || wanted === offered)
	);
}
