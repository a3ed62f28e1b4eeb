import type { JsonObject } from "./objects.ts";
import { resources } from "./resources.ts";

/**
 * As much of an OpenAPI document as kubectl reads before it applies: that PATCH
 * of each kind takes these parameters. No schemas: kubectl then uses its own.
 */
const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map(
	(name) => ({ name, in: "query", schema: { type: "string" } }),
);

const coreV1: JsonObject = {
	openapi: "3.0.0",
	info: { title: "Kubernetes", version: "v1" },
	paths: Object.fromEntries(
		[...resources.values()]
			.filter(({ apiVersion }) => apiVersion === "v1")
			.map(({ plural, kind, namespaced }) => [
				`/api/v1/${namespaced ? "namespaces/{namespace}/" : ""}${plural}/{name}`,
				{
					patch: {
						parameters,
						responses: { 200: { description: "OK" } },
						"x-kubernetes-group-version-kind": {
							group: "",
							version: "v1",
							kind,
						},
					},
				},
			]),
	),
	components: { schemas: {} },
};

/** Documents by path. */
export const openapi: Readonly<Record<string, JsonObject>> = {
	"/openapi/v3": {
		paths: { "api/v1": { serverRelativeURL: "/openapi/v3/api/v1" } },
	},
	"/openapi/v3/api/v1": coreV1,
};
