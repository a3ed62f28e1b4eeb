import type { Pod } from "../objects.ts";

/** The images that a pod names, each once: those of init and ephemeral containers among them. */
export function podImages({ spec }: Pod): string[] {
	const containers = [
		...(spec?.initContainers ?? []),
		...(spec?.containers ?? []),
		...(spec?.ephemeralContainers ?? []),
	];
	const images = containers.map(({ image }) => image ?? "");
	return [...new Set(images)].filter((image) => image !== "");
}
