import type {
	ImageCollision,
	RewrittenImage,
} from "../core/kubelet/image-reference.ts";
import { table } from "./table.ts";

/** Images and their names in a private registry; without one, the images alone. */
export function imageTable(
	images: readonly RewrittenImage[],
	rewritten: boolean,
	headers: boolean,
): string {
	return rewritten
		? table(
				headers ? ["FROM", "TO"] : undefined,
				images.map(({ from, to }) => [from, to]),
			)
		: table(
				headers ? ["IMAGE"] : undefined,
				images.map(({ from }) => [from]),
			);
}

/** Why two images cannot both be moved, as the message of an error. */
export function collisionMessage({ to, from }: ImageCollision): string {
	return `${from.join(" and ")} would all become ${to}; copy all but one of them under another name or tag, and leave those out here`;
}
