import { type Flag, type Given, textFlag } from "../core/command-line/flag.ts";
import type { Env } from "../core/env.ts";
import {
	DEFAULT_MESH,
	MESH_NAMES,
	type Mesh,
	meshNamed,
} from "../core/meshes/meshes.ts";
import { UsageError } from "../errors.ts";

/** Which mesh: it sets the pull secret's name, the source's namespace, and what `--injected` and `images` mean. */
export const MESH_FLAG: Flag = textFlag(
	"mesh",
	`Use the name and source namespace of a mesh: ${MESH_NAMES.join(", ")} (also MESHREG_MESH).`,
	{
		group: "Target",
		default: (env) => env.MESHREG_MESH || DEFAULT_MESH,
		choices: MESH_NAMES,
		refusal: () => unknownMesh("--mesh"),
	},
);

/** The mesh: `--mesh`, then MESHREG_MESH, then NGINX's. Throws UsageError for one that is unknown. */
export function meshOf(given: Given, env: Env): Mesh {
	const flag = given.text("mesh");
	return flag === undefined ? meshIn(env) : known(flag, "--mesh");
}

/** MESHREG_MESH, then NGINX's. Throws UsageError for one that is unknown. */
export function meshIn(env: Env): Mesh {
	return known(env.MESHREG_MESH || DEFAULT_MESH, "MESHREG_MESH");
}

function known(name: string, by: string): Mesh {
	const mesh = meshNamed(name);
	if (mesh === undefined) throw new UsageError(unknownMesh(by));
	return mesh;
}

function unknownMesh(by: string): string {
	return `${by}: unknown mesh; must be one of ${MESH_NAMES.join(", ")}`;
}
