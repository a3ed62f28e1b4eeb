import { base64Error, parseGoJson } from "./go-text.ts";
import { isObject, type KubeObject } from "./objects.ts";
import { type Resource, secrets } from "./resources.ts";
import { type Cause, refuse } from "./statuses.ts";

const label63 = {
	pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
	longest: 63,
	words:
		"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
};
const subdomain = {
	pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
	longest: 253,
	words:
		"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
};
const labelValue = {
	pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
	longest: 63,
	words:
		"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
};
const qualifiedName = {
	pattern: /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/,
	longest: 63,
	words:
		"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
};

const invalid = (field: string, value: string, why: string): Cause => ({
	reason: "FieldValueInvalid",
	message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
	field,
});
const required = (field: string, why?: string): Cause => ({
	reason: "FieldValueRequired",
	message: why === undefined ? "Required value" : `Required value: ${why}`,
	field,
});
const forbidden = (field: string, why: string): Cause => ({
	reason: "FieldValueForbidden",
	message: `Forbidden: ${why}`,
	field,
});

function shaped(
	field: string,
	value: string,
	shape: typeof labelValue,
	checked = value,
): Cause[] {
	const causes: Cause[] = [];
	if (checked.length > shape.longest)
		causes.push(
			invalid(field, value, `must be no more than ${shape.longest} characters`),
		);
	if (!shape.pattern.test(checked))
		causes.push(invalid(field, value, shape.words));
	return causes;
}

/** Throws a 422 that names everything wrong with an object that is to be stored over `before`. */
export function validate(
	resource: Resource,
	object: KubeObject,
	before?: KubeObject,
): void {
	const { name, labels = {}, annotations = {} } = object.metadata;
	const causes: Cause[] = [];
	if (name === "" || name === undefined)
		causes.push(required("metadata.name", "name or generateName is required"));
	else
		causes.push(
			...shaped(
				"metadata.name",
				name,
				resource.nameIsLabel ? label63 : subdomain,
			),
		);
	for (const [key, value] of Object.entries(labels)) {
		causes.push(...keyCauses("metadata.labels", key));
		causes.push(...shaped("metadata.labels", value, labelValue));
	}
	let size = 0;
	for (const [key, value] of Object.entries(annotations)) {
		causes.push(...keyCauses("metadata.annotations", key.toLowerCase()));
		size += Buffer.byteLength(key) + Buffer.byteLength(value);
	}
	if (size > 256 * 1024) causes.push(tooLong("metadata.annotations", 262144));
	if (before !== undefined && object.metadata.uid !== before.metadata.uid)
		causes.push(
			invalid("metadata.uid", object.metadata.uid, "field is immutable"),
		);
	if (resource === secrets) causes.push(...secretCauses(object, before));
	if (causes.length > 0)
		throw refuse.invalid(resource.kind, name ?? "", causes);
}

function keyCauses(field: string, key: string): Cause[] {
	const slash = key.lastIndexOf("/");
	return [
		...(slash === -1
			? []
			: shaped(field, key, subdomain, key.slice(0, slash)).map((cause) => ({
					...cause,
					message: cause.message.replace(": a ", ": prefix part a "),
				}))),
		...shaped(field, key, qualifiedName, key.slice(slash + 1)),
	];
}

const tooLong = (field: string, limit: number): Cause => ({
	reason: "FieldValueTooLong",
	message: `Too long: must have at most ${limit} bytes`,
	field,
});

/** The keys that a Secret of a type must have. https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
	"kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
	"kubernetes.io/dockercfg": [".dockercfg"],
	"kubernetes.io/tls": ["tls.crt", "tls.key"],
	"kubernetes.io/ssh-auth": ["ssh-privatekey"],
};

function secretCauses(object: KubeObject, before?: KubeObject): Cause[] {
	const data = (object.data ?? {}) as Record<string, string>;
	const causes: Cause[] = [];
	let size = 0;
	for (const [key, value] of Object.entries(data)) {
		if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === "." || key === "..")
			causes.push(
				invalid(
					`data[${key}]`,
					key,
					"a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
				),
			);
		size += Buffer.from(value, "base64").length;
	}
	if (size > 1048576) causes.push(tooLong("data", 1048576));
	for (const key of requiredKeys[String(object.type)] ?? []) {
		const value = data[key];
		if (value === undefined) causes.push(required(`data[${key}]`));
		else if (key.startsWith(".docker")) {
			const wrong = mapError(Buffer.from(value, "base64").toString());
			if (wrong !== undefined)
				causes.push(
					invalid(`data[${key}]`, "<secret contents redacted>", wrong),
				);
		}
	}
	if (before === undefined) return causes;
	if (object.type !== before.type)
		causes.push(invalid("type", String(object.type), "field is immutable"));
	if (before.immutable === true) {
		const why = "field is immutable when `immutable` is set";
		if (object.immutable !== true) causes.push(forbidden("immutable", why));
		if (JSON.stringify(object.data) !== JSON.stringify(before.data))
			causes.push(forbidden("data", why));
	}
	return causes;
}

/** Go's error for text that is not a JSON object (null passes for one). */
function mapError(text: string): string | undefined {
	const parsed = parseGoJson(text);
	if ("error" in parsed) return parsed.error;
	const { value } = parsed;
	if (value === null || isObject(value)) return undefined;
	const kind = Array.isArray(value)
		? "array"
		: { string: "string", number: "number", boolean: "bool" }[
				typeof value as "string" | "number" | "boolean"
			];
	return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

/** Throws a 400 for fields of the wrong JSON type, and for data that is not base64. */
export function checkTypes(kind: string, value: unknown): void {
	const unusable = (why: string) =>
		refuse.badRequest(
			`${kind} in version "v1" cannot be handled as a ${kind}: ${why}`,
		);
	if (!isObject(value))
		throw unusable(
			`json: cannot unmarshal value into Go value of type v1.${kind}`,
		);
	const metadata = value.metadata;
	for (const field of ["labels", "annotations"])
		for (const entry of Object.values(
			(isObject(metadata) && isObject(metadata[field]) && metadata[field]) ||
				{},
		))
			if (typeof entry !== "string")
				throw unusable(
					`json: cannot unmarshal ${typeof entry === "boolean" ? "bool" : typeof entry} into Go struct field ObjectMeta.metadata.${field} of type string`,
				);
	if (kind !== secrets.kind || !isObject(value.data)) return;
	for (const text of Object.values(value.data)) {
		const wrong = typeof text === "string" ? base64Error(text) : undefined;
		if (wrong !== undefined) throw unusable(wrong);
	}
}
