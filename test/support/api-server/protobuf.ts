import type { Json, JsonObject } from "./objects.ts";
import { refuse } from "./statuses.ts";

/**
 * Kubernetes' protobuf, of which kubectl's `create` and `auth can-i` make
 * requests: read only, for the messages that this server is sent. Field numbers
 * from the generated.proto files of k8s.io/api and k8s.io/apimachinery.
 */
export const protobufType = "application/vnd.kubernetes.protobuf";

type FieldType =
	| "string"
	| "bool"
	| "number"
	/** Base64 in JSON. */
	| "bytes"
	| Message
	/** `repeated`. */
	| readonly ["list", FieldType]
	/** `map<string, …>`. */
	| readonly ["map", FieldType];
type Message = { readonly [field: number]: readonly [string, FieldType] };

const objectMeta: Message = {
	1: ["name", "string"],
	2: ["generateName", "string"],
	3: ["namespace", "string"],
	5: ["uid", "string"],
	6: ["resourceVersion", "string"],
	11: ["labels", ["map", "string"]],
	12: ["annotations", ["map", "string"]],
	14: ["finalizers", ["list", "string"]],
};
const reference: Message = { 1: ["name", "string"] };
const objectReference: Message = {
	1: ["kind", "string"],
	2: ["namespace", "string"],
	3: ["name", "string"],
};

const messages: Readonly<Record<string, Message>> = {
	Namespace: { 1: ["metadata", objectMeta] },
	Secret: {
		1: ["metadata", objectMeta],
		2: ["data", ["map", "bytes"]],
		3: ["type", "string"],
		4: ["stringData", ["map", "string"]],
		5: ["immutable", "bool"],
	},
	ServiceAccount: {
		1: ["metadata", objectMeta],
		2: ["secrets", ["list", objectReference]],
		3: ["imagePullSecrets", ["list", reference]],
		4: ["automountServiceAccountToken", "bool"],
	},
	SelfSubjectAccessReview: {
		1: ["metadata", objectMeta],
		2: [
			"spec",
			{
				1: [
					"resourceAttributes",
					{
						1: ["namespace", "string"],
						2: ["verb", "string"],
						3: ["group", "string"],
						4: ["version", "string"],
						5: ["resource", "string"],
						6: ["subresource", "string"],
						7: ["name", "string"],
					},
				],
				2: [
					"nonResourceAttributes",
					{ 1: ["path", "string"], 2: ["verb", "string"] },
				],
			},
		],
	},
	SelfSubjectReview: { 1: ["metadata", objectMeta] },
	DeleteOptions: {
		1: ["gracePeriodSeconds", "number"],
		2: [
			"preconditions",
			{ 1: ["uid", "string"], 2: ["resourceVersion", "string"] },
		],
		4: ["propagationPolicy", "string"],
		5: ["dryRun", ["list", "string"]],
	},
};

/** The envelope: four bytes, then a TypeMeta and the message itself. */
const unknown: Message = {
	1: ["typeMeta", { 1: ["apiVersion", "string"], 2: ["kind", "string"] }],
	2: ["raw", "bytes"],
};
const magic = "k8s\0";

/** The JSON of a request's body in protobuf. Throws a 415 for kinds that no client here sends so. */
export function protobufToJson(body: Buffer): string {
	const unreadable = (what: string) =>
		refuse.unsupportedMediaType(`this server reads no protobuf of ${what}`);
	if (body.toString("latin1", 0, 4) !== magic) throw unreadable("this form");
	const { typeMeta, raw } = decode(body.subarray(4), unknown);
	const { kind = "" } = { ...(typeMeta as JsonObject | undefined) };
	const message = messages[String(kind)];
	if (message === undefined) throw unreadable(String(kind));
	return JSON.stringify({
		...(typeMeta as JsonObject),
		...decode(Buffer.from(String(raw ?? ""), "base64"), message),
	});
}

function decode(bytes: Buffer, message: Message): JsonObject {
	const object: JsonObject = {};
	let at = 0;
	const varint = (): number => {
		let value = 0;
		for (let shift = 1; ; shift *= 128) {
			const byte = bytes[at++];
			if (byte === undefined)
				throw refuse.badRequest("proto: unexpected end of input");
			value += (byte & 127) * shift;
			if (byte < 128) return value;
		}
	};
	while (at < bytes.length) {
		const tag = varint();
		const field = message[Math.floor(tag / 8)];
		const wire = tag % 8;
		if (wire === 0) {
			const value = varint();
			if (field !== undefined)
				object[field[0]] = field[1] === "bool" ? value === 1 : value;
		} else if (wire === 2) {
			const length = varint();
			const value = bytes.subarray(at, at + length);
			at += length;
			if (field !== undefined) put(object, field, value);
		} else at += wire === 1 ? 8 : 4;
	}
	return object;
}

function put(
	object: JsonObject,
	[name, type]: readonly [string, FieldType],
	value: Buffer,
): void {
	if (!Array.isArray(type)) object[name] = single(value, type as FieldType);
	else if (type[0] === "list") {
		const list = (object[name] ?? []) as Json[];
		object[name] = [...list, single(value, type[1])];
	} else {
		const entry = decode(value, {
			1: ["key", "string"],
			2: ["value", type[1]],
		});
		object[name] = {
			...(object[name] as JsonObject | undefined),
			[String(entry.key ?? "")]: entry.value ?? "",
		};
	}
}

function single(value: Buffer, type: FieldType): Json {
	if (type === "string") return value.toString();
	if (type === "bytes") return value.toString("base64");
	return typeof type === "object" && !Array.isArray(type)
		? decode(value, type as Message)
		: null;
}
