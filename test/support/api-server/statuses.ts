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

/** A request that ends in a `Status` of failure. */
export class Refusal extends Error {
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
	badRequest: (message: string) => new Refusal(400, "BadRequest", message),
	unauthorized: () => new Refusal(401, "Unauthorized", "Unauthorized"),
	notFound: (kind: string, name: string) =>
		new Refusal(404, "NotFound", `${kind} "${name}" not found`, { name, kind }),
	noSuchPath: () =>
		new Refusal(
			404,
			"NotFound",
			"the server could not find the requested resource",
			{},
		),
	methodNotAllowed: () =>
		new Refusal(
			405,
			"MethodNotAllowed",
			"the server does not allow this method on the requested resource",
			{},
		),
	alreadyExists: (kind: string, name: string) =>
		new Refusal(409, "AlreadyExists", `${kind} "${name}" already exists`, {
			name,
			kind,
		}),
	conflict: (kind: string, name: string, why = modified) =>
		new Refusal(
			409,
			"Conflict",
			`Operation cannot be fulfilled on ${kind} "${name}": ${why}`,
			{ name, kind },
		),
	expired: (message: string, metadata: JsonObject = {}) =>
		new Refusal(410, "Expired", message, undefined, metadata),
	tooLarge: (limit: number) =>
		new Refusal(
			413,
			"RequestEntityTooLarge",
			`Request entity too large: limit is ${limit}`,
		),
	unsupportedMediaType: (message: string) =>
		new Refusal(415, "UnsupportedMediaType", message, {}),
	/** A JSON Patch whose test fails, or whose path leads nowhere. */
	patchFailed: () =>
		new Refusal(
			422,
			"Invalid",
			"the server rejected our request due to an error in our request",
			{},
		),
	invalid: (kind: string, name: string, causes: Cause[], group?: string) => {
		const wrong = causes.map((cause) => `${cause.field}: ${cause.message}`);
		const subject = group === undefined ? kind : `${kind}.${group}`;
		return new Refusal(
			422,
			"Invalid",
			`${subject} "${name}" is invalid: ${wrong.length === 1 ? wrong[0] : `[${wrong.join(", ")}]`}`,
			{
				...(name === "" ? {} : { name }),
				...(group === undefined ? {} : { group }),
				kind,
				causes: causes.map(({ reason, message, field }) => ({
					reason,
					message,
					field,
				})),
			},
		);
	},
	/** `why` as the real one's admission and authorization word it. */
	forbidden: (kind: string, name: string, why: string, causes?: Cause[]) =>
		new Refusal(
			403,
			"Forbidden",
			`${kind === "" ? "" : `${kind}${name === "" ? "" : ` "${name}"`} is `}forbidden: ${why}`,
			{
				...(name === "" ? {} : { name }),
				...(kind === "" ? {} : { kind }),
				...(causes === undefined
					? {}
					: { causes: causes.map((cause) => ({ ...cause })) }),
			},
		),
	internal: (message: string) => new Refusal(500, "", message),
} as const;
