/** What the suites of create share. */
import { generateKeyPairSync } from "node:crypto";
import { sharedBed } from "../../support/test-bed.ts";

export const NOW = Date.parse("2026-11-21T08:00:00Z");
export const USER = [
	"--registry-server",
	"registry.example.com",
	"--registry-username",
	"bob",
];
export const PIPED = [...USER, "--registry-password-stdin"];

/** A service account's key file, made for this run. */
const { privateKey } = generateKeyPairSync("rsa", {
	modulusLength: 2048,
	privateKeyEncoding: { type: "pkcs8", format: "pem" },
	publicKeyEncoding: { type: "spki", format: "pem" },
});
export const SERVICE_ACCOUNT_KEY = {
	type: "service_account",
	project_id: "p",
	private_key_id: "1",
	private_key: privateKey,
	client_email: "puller@p.iam.gserviceaccount.com",
	token_uri: "https://oauth2.example.com/token",
};

/** A bed for the whole of a describe: `fresh` takes the source away, `secret` is what is there of it. */
export function createBed() {
	const bed = sharedBed({ namespaces: ["nginx-mesh", "other"] });
	return {
		bed,
		fresh() {
			for (const namespace of ["nginx-mesh", "other"])
				bed.server.store.delete("Secret", namespace, "nginx-mesh-registry-key");
		},
		secret: () =>
			bed.server.store.get("Secret", "nginx-mesh", "nginx-mesh-registry-key"),
	};
}
