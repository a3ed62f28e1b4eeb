import type { PullSecret } from "../../core/pull-secrets/pull-secret.ts";
import type { World } from "../../world.ts";
import { warn } from "../tell.ts";
import { recordOf } from "./change-record.ts";
import type { Targets } from "./targets.ts";

/**
 * Says that what is recorded on a source means no namespace at all, as a label that none bears yet, or
 * that was mistyped. A record that is empty means none on purpose.
 */
export function warnOfNoMatch(
	{
		source,
		serve,
		settled,
		atSource,
	}: Pick<Targets, "serve" | "settled" | "atSource"> & {
		readonly source: PullSecret;
	},
	world: Pick<World, "emit">,
): void {
	if (serve.length > 0 || settled.length > 0 || atSource !== undefined) return;
	if ((recordOf(source)?.entries ?? []).length === 0) return;
	const { namespace, name } = source;
	warn(world, { cause: "record-matches-none", namespace, name });
}
