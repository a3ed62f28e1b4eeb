/** What names, label keys and label values look like, and the API server's words for what does not. */

/** A form of names. */
export interface Shape {
	pattern: RegExp;
	longest: number;
	/** What the length is counted in, as messages say. */
	unit: "characters" | "bytes";
	words: string;
}

export const dnsLabel: Shape = {
	pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
	longest: 63,
	unit: "characters",
	words:
		"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
};
export const dnsSubdomain: Shape = {
	pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
	longest: 253,
	unit: "characters",
	words:
		"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
};
export const labelValue: Shape = {
	pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
	longest: 63,
	unit: "bytes",
	words:
		"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
};
const namePart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const namePartWords =
	"must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** What is wrong with a value of a shape. */
export function shapeErrors(value: string, shape: Shape): string[] {
	const errors: string[] = [];
	if (value.length > shape.longest)
		errors.push(`must be no more than ${shape.longest} ${shape.unit}`);
	if (!shape.pattern.test(value))
		errors.push(
			shape === dnsLabel && value.includes(".")
				? "must not contain dots"
				: shape.words,
		);
	return errors;
}

/** What is wrong with the key of a label or annotation: `[SUBDOMAIN/]NAME`. */
export function keyErrors(key: string): string[] {
	const parts = key.split("/");
	if (parts.length > 2)
		return [
			`a valid label key ${namePartWords} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
		];
	const [prefix, name = ""] = parts.length === 1 ? [undefined, key] : parts;
	const errors: string[] = [];
	if (prefix === "") errors.push("prefix part must be non-empty");
	else if (prefix !== undefined)
		for (const error of shapeErrors(prefix, dnsSubdomain))
			errors.push(`prefix part ${error}`);
	if (name === "") errors.push("name part must be non-empty");
	else if (name.length > 63)
		errors.push("name part must be no more than 63 bytes");
	if (!namePart.test(name)) errors.push(`name part ${namePartWords}`);
	return errors;
}
