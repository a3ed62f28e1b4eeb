import { createPrivateKey } from "node:crypto";
import { readJsonObject, textIn } from "../json-object.ts";
import type { FileFault } from "../output/file-fault.ts";
import { type FileNote, withoutMark } from "./encoding.ts";

/** The most that a JSON key file may weigh, in bytes. */
export const JSON_KEY_LIMIT = 64 * 1024;

/**
 * The text of a service account's key file without surrounding white space, or why it is none:
 * https://cloud.google.com/iam/docs/keys-create-delete
 */
export function readJsonKey(
	content: string,
):
	| { readonly text: string; readonly warnings: readonly FileNote[] }
	| FileFault {
	const { text: unmarked, marked } = withoutMark(content);
	const text = unmarked.trim();
	if (text === "") return "empty";
	const key = readJsonObject(text);
	if (key === "not-json") {
		// `_json_key_base64` is the other way to give a key: https://cloud.google.com/artifact-registry/docs/docker/authentication#json-key
		const decoded = Buffer.from(text, "base64").toString("utf8");
		const isEncoded = decoded.trimStart().startsWith("{");
		return isEncoded ? "encoded-key" : "not-json";
	}
	if (key === "not-object") return key;
	const { type } = key;
	const privateKey = textIn(key, "private_key");
	if (type === "authorized_user") return "authorized-user";
	if (type === "external_account") return "external-account";
	if (type !== "service_account") return "not-service-account";
	if (textIn(key, "client_email") === "") return "client-email-missing";
	if (privateKey === "") return "private-key-missing";
	if (!isPrivateKey(privateKey)) return "private-key-invalid";
	const missing = ["project_id", "private_key_id", "token_uri"]
		.filter((name) => textIn(key, name) === "")
		.map((field): FileNote => ({ cause: "key-file-incomplete", field }));
	const warnings: FileNote[] = marked
		? [{ cause: "byte-order-mark", of: "key-file" }, ...missing]
		: missing;
	return { text, warnings };
}

function isPrivateKey(pem: string): boolean {
	try {
		createPrivateKey(pem);
		return true;
	} catch {
		return false;
	}
}
