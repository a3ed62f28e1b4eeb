/** Why bytes are not the UTF-8 text that they should be. */
export type EncodingFault = "utf-16" | "not-utf-8" | "nul";

/** Why a docker config cannot be read at all; `too-much`: the pull secrets of its namespace are too large together to be read. */
export type DockerConfigFault =
	| "not-json"
	| "not-object"
	| "auths-not-object"
	| "too-much";

/** What a file is that was given for another. */
export type FileKind =
	| "docker-config"
	/** The entries of a docker config without `auths` around them. */
	| "dockercfg"
	| "json-key"
	| "encoded-json"
	| "secret"
	| "object"
	/** What `aws ecr get-authorization-token` prints. */
	| "ecr-answer"
	| "pem"
	| "token"
	| "web-page";

/** Why what docker and podman keep cannot be read. */
export type CredentialFileFault =
	| EncodingFault
	| FileKind
	| Exclude<DockerConfigFault, "too-much">
	| "byte-order-mark"
	| "creds-store-not-text"
	| "cred-helpers-not-object"
	| "cred-helper-not-text";

/** Why a file is no service account's key. */
export type JsonKeyFault =
	| EncodingFault
	| "empty"
	| "not-json"
	| "not-object"
	/** One in base64. */
	| "encoded-key"
	/** Credentials of Google's that no registry takes. */
	| "authorized-user"
	| "external-account"
	| "not-service-account"
	| "client-email-missing"
	| "private-key-missing"
	| "private-key-invalid";

/** Why a file holds no JWT. */
export type JwtFault = EncodingFault | "empty" | "not-jwt";
