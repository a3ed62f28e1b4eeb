import type { JsonObject } from "./objects.ts";

/** One reason of a 422: the field, and what is wrong with it. */
export interface Cause {
	reason:
		| "FieldValueInvalid"
		| "FieldValueRequired"
		| "FieldValueTooLong"
		| "FieldValueForbidden"
		| "FieldValueNotSupported"
		| "FieldManagerConflict"
		| "NamespaceTerminating";
	message: string;
	field: string;
}

/** Causes by what is wrong. */
export const cause = {
	invalid: (field: string, value: string, why: string): Cause => ({
		reason: "FieldValueInvalid",
		message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
		field,
	}),
	required: (field: string, why?: string): Cause => ({
		reason: "FieldValueRequired",
		message: why === undefined ? "Required value" : `Required value: ${why}`,
		field,
	}),
	forbidden: (field: string, why: string): Cause => ({
		reason: "FieldValueForbidden",
		message: `Forbidden: ${why}`,
		field,
	}),
	tooLong: (field: string, limit: string): Cause => ({
		reason: "FieldValueTooLong",
		message: `Too long: ${limit}`,
		field,
	}),
} as const;

/** A request that ends in a `Status` of failure. */
export class StatusError extends Error {
	constructor(
		readonly code: number,
		readonly reason: string,
		message: string,
		readonly details?: JsonObject,
		/** `metadata` of the Status: a 410 of a list carries a token there. */
		readonly metadata: JsonObject = {},
	) {
		super(message);
	}

	/** The body of the answer, with the fields in the API server's order. */
	toStatus(): JsonObject {
		return {
			kind: "Status",
			apiVersion: "v1",
			metadata: this.metadata,
			status: "Failure",
			message: this.message,
			...(this.reason === "" ? {} : { reason: this.reason }),
			...(this.details === undefined ? {} : { details: this.details }),
			code: this.code,
		};
	}
}

const modified =
	"the object has been modified; please apply your changes to the latest version and try again";

/** Every refusal that the server knows, by name. `kind` is the plural in most, as the real one has it. */
export const refuse = {
	badRequest: (message: string) => new StatusError(400, "BadRequest", message),
	unauthorized: () => new StatusError(401, "Unauthorized", "Unauthorized"),
	notFound: (kind: string, name: string) =>
		new StatusError(
			404,
			"NotFound",
			`${kind} "${name}" not found`,
			about(kind, name),
		),
	noSuchPath: () =>
		new StatusError(
			404,
			"NotFound",
			"the server could not find the requested resource",
			{},
		),
	methodNotAllowed: () =>
		new StatusError(
			405,
			"MethodNotAllowed",
			"the server does not allow this method on the requested resource",
			{},
		),
	alreadyExists: (kind: string, name: string, isBeingDeleted = false) =>
		new StatusError(
			409,
			"AlreadyExists",
			`${isBeingDeleted ? "object is being deleted: " : ""}${kind} "${name}" already exists`,
			about(kind, name),
		),
	conflict: (kind: string, name: string, why = modified) =>
		new StatusError(
			409,
			"Conflict",
			`Operation cannot be fulfilled on ${kind} "${name}": ${why}`,
			about(kind, name),
		),
	expired: (message: string, metadata: JsonObject = {}) =>
		new StatusError(410, "Expired", message, undefined, metadata),
	tooLarge: (limit: number) =>
		new StatusError(
			413,
			"RequestEntityTooLarge",
			`Request entity too large: limit is ${limit}`,
		),
	tooManyOperations: (most: number, are: number) =>
		new StatusError(
			413,
			"RequestEntityTooLarge",
			`Request entity too large: The allowed maximum operations in a JSON patch is ${most}, got ${are}`,
		),
	unsupportedMediaType: (message: string, details?: JsonObject) =>
		new StatusError(415, "UnsupportedMediaType", message, details),
	/** A JSON Patch whose test fails, or whose path leads nowhere. */
	patchFailed: () =>
		new StatusError(
			422,
			"Invalid",
			"the server rejected our request due to an error in our request",
			{},
		),
	invalid: (kind: string, name: string, causes: Cause[], group?: string) => {
		const wrong = causes.map((cause) => `${cause.field}: ${cause.message}`);
		const subject = group === undefined ? kind : `${kind}.${group}`;
		return new StatusError(
			422,
			"Invalid",
			`${subject} "${name}" is invalid: ${wrong.length === 1 ? wrong[0] : `[${wrong.join(", ")}]`}`,
			filled({ name, group: group ?? "", kind }, causes),
		);
	},
	/** `why` as the real one's admission and authorization word it. `kind` may be `PLURAL.GROUP`, or "" for a path. */
	forbidden: (kind: string, name: string, why: string, causes?: Cause[]) => {
		const [plural = "", ...group] = kind.split(".");
		const subject = name === "" ? kind : `${kind} "${name}"`;
		return new StatusError(
			403,
			"Forbidden",
			`${kind === "" ? "" : `${subject} is `}forbidden: ${why}`,
			filled({ name, group: group.join("."), kind: plural }, causes),
		);
	},
	internal: (message: string) => new StatusError(500, "", message),
} as const;

/** The details of a Status about an object; `kind` is `PLURAL.GROUP`, or PLURAL alone. */
function about(kind: string, name: string): JsonObject {
	const [plural = "", ...group] = kind.split(".");
	return filled({ name, group: group.join("."), kind: plural });
}

/** The details of a Status: what is empty is left out. */
function filled(
	details: Readonly<Record<string, string>>,
	causes: readonly Cause[] = [],
): JsonObject {
	return {
		...Object.fromEntries(
			Object.entries(details).filter(([, value]) => value !== ""),
		),
		...(causes.length === 0
			? {}
			: { causes: causes.map((one) => ({ ...one })) }),
	};
}
