import type { EncodingFault, FileFault } from "../core/output/file-fault.ts";
import { ownValue } from "../core/own-value.ts";

/** Why bytes are no text in UTF-8: the rest of a sentence about them. */
export const ENCODING_WORDS: Readonly<Record<EncodingFault, string>> = {
	"utf-16": "is text in UTF-16; save it as UTF-8",
	"not-utf-8": "is not UTF-8 text",
	nul: "contains NUL characters, as text in UTF-16 does; save it as UTF-8",
};

const FILE_WORDS: Readonly<Record<FileFault, string>> = {
	"utf-16": `it ${ENCODING_WORDS["utf-16"]}`,
	"not-utf-8": `it ${ENCODING_WORDS["not-utf-8"]}`,
	nul: `it ${ENCODING_WORDS.nul}`,
	"byte-order-mark":
		"it begins with a byte order mark; save it as UTF-8 without one",
	"not-json": "it is not JSON",
	"not-object": "it is not a JSON object",
	"auths-not-object": "auths is not a JSON object",
	"too-much":
		"the pull secrets of its namespace are too large together to be read",
	"creds-store-not-text": "credsStore is not a string",
	"cred-helpers-not-object": "credHelpers is not a JSON object",
	"cred-helper-not-text": "an entry of credHelpers is not a string",
	"docker-config":
		"it is a docker config; give it with --from-docker-config=PATH",
	dockercfg:
		'its entries stand outside "auths", as in the old .dockercfg; put them inside {"auths": …}',
	"json-key": "it is a service account's JSON key; give it with --registry-key",
	"encoded-json": "it is JSON in base64; decode it first",
	secret:
		"it is a Kubernetes Secret; kubectl apply -f it, and take it with --from-secret NAMESPACE/NAME",
	object: "it is a Kubernetes object",
	"ecr-answer":
		"it is an answer of ECR's; give the password with --registry-password-stdin, from aws ecr get-login-password",
	pem: "it is a certificate or a key in PEM",
	token:
		"it is a token; give it with --registry-jwt or --registry-password-file",
	"web-page": "it is a web page",
	empty: "the file is empty",
	"not-jwt": "three parts in base64url with dots between them",
	"encoded-key":
		"it is a JSON key in base64; give it with --registry-username _json_key_base64 and --registry-password-file",
	"authorized-user":
		"it is an authorized_user credential; a registry takes only a service account's key",
	"external-account":
		"it is an external_account credential; a registry takes only a service account's key",
	"not-service-account": 'its type is not "service_account"',
	"client-email-missing": "its client_email is missing",
	"private-key-missing": "its private_key is missing",
	"private-key-invalid": "its private_key is not a key in PEM form",
};

/** Why a file cannot be read as what it was given for: one clause that quotes nothing. */
export function fileFaultWords(fault: FileFault): string {
	return FILE_WORDS[fault];
}

/** Why a file is not `what` it was given for: the rest of a sentence about it that quotes nothing. */
export function isNotWords(what: string, fault: FileFault): string {
	return (
		ownValue(ENCODING_WORDS, fault) ?? `is not ${what}: ${FILE_WORDS[fault]}`
	);
}
