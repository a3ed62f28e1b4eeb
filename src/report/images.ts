import type { ImageCollision } from "../core/kubelet/image-reference.ts";
import { type ListedImage, nameOf } from "../core/meshes/listed-image.ts";
import { counted } from "../core/output/counted.ts";
import { claimedName, lengthOf } from "../core/output/printable.ts";
import { someOf } from "../core/output/some-of.ts";
import type { Text } from "../core/output/styled.ts";
import type {
	Denial,
	ImageFinding,
	Mismatch,
} from "../core/registry/check-image.ts";
import { type Platform, showPlatform } from "../core/registry/platform.ts";
import {
	loginFaultWords,
	saidOr,
	tokenServerWords,
} from "./login-fault-words.ts";
import { registryFaultWords } from "./registry-fault-words.ts";
import { table, WIDEST } from "./table.ts";
import { type Clauses, clause } from "./wording.ts";

/** Images and their names in a private registry; without one, the images alone. */
export function imageTable(
	images: readonly ListedImage[],
	rewritten: boolean,
	headers: boolean,
): Text {
	const names = rewritten ? ["FROM", "TO"] : ["IMAGE"];
	const rows = images.map((image) =>
		rewritten ? [image.image, nameOf(image)] : [image.image],
	);
	return table(headers ? names : undefined, rows);
}

/** Why two images cannot both be moved, as the message of an error. */
export function collisionMessage({ to, from }: ImageCollision): string {
	return `${from.join(" and ")} would all become ${to}; copy all but one of them under another name or tag, and leave those out here`;
}

/** An image in JSON and YAML. */
export function imageItem(image: ListedImage): object {
	const { finding } = image;
	return {
		image: image.image,
		renamed: image.renamed ?? "",
		from: image.from,
		status: finding?.status ?? "",
		detail: finding === undefined ? "" : findingDetail(finding),
	};
}

const STATUSES: readonly ImageFinding["status"][] = [
	"ok",
	"missing",
	"denied",
	"wrong-platform",
	"unreachable",
];

/** The beginning of the table of findings; `widths` remembers its columns. */
export function checkHead(
	names: readonly string[],
	headers: boolean,
	widths: number[],
): Text {
	const longest = names.reduce(
		(most, name) => Math.max(most, Math.min(WIDEST, lengthOf(name))),
		"IMAGE".length,
	);
	widths.splice(
		0,
		widths.length,
		longest + 3,
		Math.max(...STATUSES.map(({ length }) => length)) + 3,
	);
	return headers && names.length > 0
		? table(["IMAGE", "STATUS", "DETAIL"], [], widths)
		: "";
}

/** One line of it. */
export function checkLine(image: ListedImage, widths: number[]): Text {
	const { finding } = image;
	return finding === undefined
		? ""
		: table(
				undefined,
				[[nameOf(image), finding.status, findingDetail(finding)]],
				widths,
			);
}

/** `14 images: 12 ok, 1 missing, 1 denied`, a line for stderr. */
export function checkedSummary(images: readonly ListedImage[]): string {
	const counts = STATUSES.map((status) => ({
		status,
		count: images.filter(({ finding }) => finding?.status === status).length,
	})).filter(({ count, status }) => count > 0 || status === "ok");
	return `${counted(images.length, "image")}: ${counts.map(({ status, count }) => `${count} ${status}`).join(", ")}\n`;
}

/** Why an image has its status: one clause. */
function findingDetail(finding: ImageFinding): string {
	switch (finding.status) {
		case "ok":
			return [
				finding.from === undefined
					? "without a credential"
					: `with ${finding.from}`,
				finding.platforms && platformList(finding.platforms),
				finding.spared && "platform not checked, few pulls are left",
			]
				.filter((part) => typeof part === "string")
				.join("; ");
		case "missing":
			return `${finding.digest ? "digest" : "image or tag"} not found, or no access`;
		case "denied":
			return clause(DENIAL_WORDS, finding.because);
		case "wrong-platform":
			return clause(MISMATCH_WORDS, finding.because);
		case "unreachable":
			return registryFaultWords(finding.fault);
	}
}

const DENIAL_WORDS: Clauses<Denial> = {
	"no-credential": "the registry asks for a credential, and no entry gives one",
	withheld:
		"the registry asks for a credential, and none that matches is sent to a host that no entry names",
	rejected: (refusal) =>
		`credential of ${refusal.from} rejected (${saidOr(refusal)})`,
	"no-permission": ({ from, ...refusal }) =>
		from === undefined
			? `no access without a credential (${saidOr(refusal)})`
			: `${from} has no permission, or there is no such image (${saidOr(refusal)})`,
	realm: ({ host, fault }) => `${host}: ${loginFaultWords(fault)}`,
	"unknown-login": ({ host }) =>
		`${host} asks for a login that container runtimes do not know`,
	"token-server": ({ fault }) => tokenServerWords(fault),
};

const MISMATCH_WORDS: Clauses<Mismatch> = {
	platforms: ({ absent, offered }) =>
		`no ${platformList(absent)}; it has ${platformList(offered)}`,
	"no-image": ({ attests }) =>
		attests ? "only attestations, no image" : "an index without an image",
	"schema-1":
		"image manifest of schema 1, which container runtimes no longer pull",
	artifact: ({ type }) => `not a container image (${claimedName(type, 80)})`,
};

const MOST_PLATFORMS = 6;

function platformList(platforms: readonly Platform[]): string {
	return someOf(
		platforms.map((platform) => claimedName(showPlatform(platform), 40)),
		MOST_PLATFORMS,
	);
}
