/** Why bytes are not the UTF-8 text that they should be. */
export type EncodingFault = "utf-16" | "not-utf-8" | "nul";

/** Why a file is not what it was given for, or the content of a Secret is no docker config. */
export type FileFault =
	| EncodingFault
	| "byte-order-mark"
	| "empty"
	| "not-json"
	| "not-object"
	// A docker config; `too-much`: the pull secrets of its namespace are too large together to be read.
	| "auths-not-object"
	| "too-much"
	| "creds-store-not-text"
	| "cred-helpers-not-object"
	| "cred-helper-not-text"
	// What it is instead; `dockercfg`: the entries of a docker config without `auths` around them,
	// `ecr-answer`: what `aws ecr get-authorization-token` prints.
	| "docker-config"
	| "dockercfg"
	| "json-key"
	| "encoded-json"
	| "secret"
	| "object"
	| "ecr-answer"
	| "pem"
	| "token"
	| "web-page"
	// A service account's key; `encoded-key`: in base64, the next two: of Google's, but taken by no registry.
	| "encoded-key"
	| "authorized-user"
	| "external-account"
	| "not-service-account"
	| "client-email-missing"
	| "private-key-missing"
	| "private-key-invalid"
	| "not-jwt";
