import { goKind, parseGoJson } from "./go-text.ts";
import { isObject, type KubeObject } from "./objects.ts";
import { type Cause, cause } from "./statuses.ts";

/** The keys that a Secret of a type must have. https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
	"kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
	"kubernetes.io/dockercfg": [".dockercfg"],
	"kubernetes.io/tls": ["tls.crt", "tls.key"],
	"kubernetes.io/ssh-auth": ["ssh-privatekey"],
};

/** What is wrong with a Secret, and with its change from `before`. */
export function secretCauses(object: KubeObject, before?: KubeObject): Cause[] {
	const data = (object.data ?? {}) as Record<string, string>;
	const causes: Cause[] = [];
	let size = 0;
	for (const [key, value] of Object.entries(data)) {
		if (key === "." || key === "..")
			causes.push(cause.invalid(`data[${key}]`, key, `must not be '${key}'`));
		else if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
			causes.push(
				cause.invalid(
					`data[${key}]`,
					key,
					"a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
				),
			);
		size += Buffer.from(value, "base64").length;
	}
	if (size > 1048576)
		causes.push(cause.tooLong("data", "must have at most 1048576 bytes"));
	for (const key of requiredKeys[String(object.type)] ?? []) {
		const value = data[key];
		if (value === undefined) causes.push(cause.required(`data[${key}]`));
		else if (key.startsWith(".docker")) {
			const wrong = mapError(Buffer.from(value, "base64").toString());
			if (wrong !== undefined)
				causes.push(
					cause.invalid(`data[${key}]`, "<secret contents redacted>", wrong),
				);
		}
	}
	if (before === undefined) return causes;
	if (object.type !== before.type)
		causes.push(
			cause.invalid("type", String(object.type), "field is immutable"),
		);
	if (before.immutable === true) {
		const why = "field is immutable when `immutable` is set";
		if (object.immutable !== true)
			causes.push(cause.forbidden("immutable", why));
		if (JSON.stringify(object.data) !== JSON.stringify(before.data))
			causes.push(cause.forbidden("data", why));
	}
	return causes;
}

/** Go's error for text that is not a JSON object (null passes for one). */
function mapError(text: string): string | undefined {
	const parsed = parseGoJson(text);
	if ("error" in parsed) return parsed.error;
	const { value } = parsed;
	if (value === null || isObject(value)) return undefined;
	return `json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`;
}
