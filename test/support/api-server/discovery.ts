import { type Answer, answerJson } from "./answer.ts";
import type { JsonObject } from "./objects.ts";
import { openapi } from "./openapi.ts";
import { resources } from "./resources.ts";

/** The groups beside the core one, with their versions. */
const GROUPS = [
	...new Set([...resources.values()].map(({ apiVersion }) => apiVersion)),
].filter((apiVersion) => apiVersion !== "v1");

/** What kubectl asks before it asks for objects: paths and their answers. */
export const discovery: Readonly<Record<string, JsonObject | string>> = {
	...openapi,
	"/readyz": "ok",
	"/livez": "ok",
	"/healthz": "ok",
	"/version": {
		major: "1",
		minor: "37",
		gitVersion: "v1.37.2",
		gitCommit: "",
		gitTreeState: "clean",
		buildDate: "1970-01-01T00:00:00Z",
		goVersion: "",
		compiler: "",
		platform: "",
	},
	"/api": {
		kind: "APIVersions",
		versions: ["v1"],
		serverAddressByClientCIDRs: [],
	},
	"/apis": {
		kind: "APIGroupList",
		apiVersion: "v1",
		groups: [
			group("authorization.k8s.io"),
			group("authentication.k8s.io"),
			...GROUPS.map((apiVersion) => group(apiVersion.split("/")[0] ?? "")),
		],
	},
	"/api/v1": resourceList("v1"),
	...Object.fromEntries(
		GROUPS.map((apiVersion) => [
			`/apis/${apiVersion}`,
			resourceList(apiVersion),
		]),
	),
	"/apis/authorization.k8s.io/v1": reviewList(
		"authorization.k8s.io/v1",
		"selfsubjectaccessreviews",
		"SelfSubjectAccessReview",
	),
	"/apis/authentication.k8s.io/v1": reviewList(
		"authentication.k8s.io/v1",
		"selfsubjectreviews",
		"SelfSubjectReview",
	),
};

/** The answer at a path; undefined where there is none. */
export function discover(path: string): Answer | undefined {
	const found = discovery[path.replace(/(.)\/$/, "$1")];
	if (found === undefined) return undefined;
	return typeof found === "string"
		? { status: 200, body: found, contentType: "text/plain; charset=utf-8" }
		: answerJson(200, found);
}

function group(name: string): JsonObject {
	const version = { groupVersion: `${name}/v1`, version: "v1" };
	return { name, versions: [version], preferredVersion: version };
}

function reviewList(
	groupVersion: string,
	name: string,
	kind: string,
): JsonObject {
	return {
		kind: "APIResourceList",
		apiVersion: "v1",
		groupVersion,
		resources: [
			{ name, singularName: "", namespaced: false, kind, verbs: ["create"] },
		],
	};
}

function resourceList(groupVersion: string): JsonObject {
	return {
		kind: "APIResourceList",
		groupVersion,
		resources: [...resources.values()]
			.filter(({ apiVersion }) => apiVersion === groupVersion)
			.map((resource) => ({
				name: resource.plural,
				singularName: resource.singular,
				namespaced: resource.namespaced,
				kind: resource.kind,
				verbs: [
					"create",
					"delete",
					...(resource.namespaced ? ["deletecollection"] : []),
					"get",
					"list",
					"patch",
					"update",
					"watch",
				],
				...(resource.shortNames.length > 0
					? { shortNames: [...resource.shortNames] }
					: {}),
			})),
	};
}
