import { base64Error, goKind } from "./go-text.ts";
import { type Draft, isObject, type Json, type JsonObject } from "./objects.ts";
import { resourceOfKind, resources } from "./resources.ts";

/** An object that could be read, or why not: its kind and version as given, and Go's words. */
export type Decoded =
	| { draft: Draft }
	| { error: string; given: string; version: string };

/** The Go types of fields that clients get wrong. Others are taken as they come. */
const metadataTypes: Readonly<Record<string, string>> = {
	name: "string",
	generateName: "string",
	namespace: "string",
	uid: "types.UID",
	resourceVersion: "string",
	labels: "map[string]string",
	annotations: "map[string]string",
	finalizers: "[]string",
};
const fieldTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	Secret: {
		type: "v1.SecretType",
		immutable: "bool",
		data: "map[string][]uint8",
		stringData: "map[string]string",
	},
	ServiceAccount: {
		secrets: "[]v1.ObjectReference",
		imagePullSecrets: "[]v1.LocalObjectReference",
		automountServiceAccountToken: "bool",
	},
};

/** Reads a value as an object of a kind; `kind` and `apiVersion` may be absent. */
export function decode(value: Json, kind: string): Decoded {
	const object: JsonObject = isObject(value) ? value : {};
	const given = String(object.kind ?? kind);
	const { apiVersion } = resourceOfKind(kind);
	const version = String(object.apiVersion ?? apiVersion);
	const failed = (error: string) => ({ error, given, version });
	if (given !== kind || version !== apiVersion) {
		const known = [...resources.values()].some(
			(one) => one.kind === given && one.apiVersion === version,
		);
		return failed(
			known
				? `converting (${version}.${given}) to (core.${kind}): unknown conversion`
				: `no kind "${given}" is registered for version "${version}" in scheme "pkg/runtime/scheme.go:111"`,
		);
	}
	const metadata = isObject(object.metadata) ? object.metadata : {};
	const error =
		typeError(metadata, metadataTypes, "ObjectMeta.metadata") ??
		typeError(object, fieldTypes[kind] ?? {}, kind);
	if (error !== undefined) return failed(error);
	return { draft: cleaned(object, metadata) };
}

function typeError(
	object: JsonObject,
	types: Readonly<Record<string, string>>,
	owner: string,
): string | undefined {
	for (const [field, type] of Object.entries(types)) {
		const value = object[field];
		if (value === undefined || value === null) continue;
		const wrong = wrongPart(value, type);
		if (wrong !== undefined)
			return wrong.type === "base64"
				? base64Error(String(wrong.value))
				: `json: cannot unmarshal ${goKind(wrong.value)} into Go struct field ${owner}.${field} of type ${wrong.type}`;
	}
	return undefined;
}

/** The value, or the first element of it, that is not of a Go type. */
function wrongPart(
	value: Json,
	type: string,
): { value: Json; type: string } | undefined {
	const element = /^(?:\[\]|map\[string\])(.*)$/.exec(type)?.[1];
	if (type === "[]uint8") {
		if (value !== null && typeof value !== "string") return { value, type };
		return base64Error(value ?? "") === undefined
			? undefined
			: { value, type: "base64" };
	}
	if (element !== undefined) {
		if (type.startsWith("map") ? !isObject(value) : !Array.isArray(value))
			return { value, type };
		for (const part of Object.values(value as JsonObject)) {
			const wrong = part === null ? undefined : wrongPart(part, element);
			if (wrong !== undefined) return wrong;
		}
		return undefined;
	}
	const fits = type.endsWith("Reference")
		? isObject(value)
		: typeof value === (type === "bool" ? "boolean" : "string");
	return fits ? undefined : { value, type };
}

/** Null in a map of strings is "", and base64 loses its line ends. */
function cleaned(object: JsonObject, metadata: JsonObject): Draft {
	const texts = (map: Json | undefined, clean = (text: string) => text) =>
		isObject(map)
			? Object.fromEntries(
					Object.entries(map).map(([key, text]) => [
						key,
						clean(String(text ?? "")),
					]),
				)
			: undefined;
	const labels = texts(metadata.labels);
	const annotations = texts(metadata.annotations);
	const data = texts(object.data, (text) => text.replaceAll(/[\r\n]/g, ""));
	return {
		...object,
		...(data && { data }),
		metadata: {
			...metadata,
			...(labels && { labels }),
			...(annotations && { annotations }),
		},
	};
}
