import type { World } from "../../world.ts";

/** Whom to believe when registries are asked. */
export interface Trust {
	readonly insecure: boolean;
	/** A PEM file of authorities to trust besides the machine's. */
	readonly caPath?: string;
}

/** More is no list of authorities: Mozilla's is a quarter of it. */
const CA_LIMIT = 1 << 20;

/** The authorities' PEM; undefined where none are named. Throws OperationError for a file that cannot be read. */
export async function readAuthorities(
	{ caPath }: Pick<Trust, "caPath">,
	{ files }: World,
): Promise<string | undefined> {
	return caPath === undefined
		? undefined
		: (await files.read(caPath, CA_LIMIT)).toString("utf8");
}
