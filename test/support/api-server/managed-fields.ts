import type { KubeObject } from "./objects.ts";
import type { Resource } from "./resources.ts";

export function trackUpdate(
	_resource: Resource,
	_before: KubeObject | undefined,
	next: KubeObject,
	_by: { manager: string; time: string },
): KubeObject {
	return next;
}
