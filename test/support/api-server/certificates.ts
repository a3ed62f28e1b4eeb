import { randomBytes, webcrypto } from "node:crypto";
import type * as X509 from "@peculiar/x509";
import { x509 } from "../x509.ts";

/** A certificate and its key, both PEM. */
export interface KeyPair {
	certificate: string;
	key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 3600 * 1000;

/** A certificate authority that lives as long as the server: a CA of its own for each. */
export class CertificateAuthority {
	private constructor(
		/** PEM. */
		readonly certificate: string,
		readonly keys: webcrypto.CryptoKeyPair,
		readonly name: string,
	) {}

	static async create(): Promise<CertificateAuthority> {
		const name = "CN=embedded-api-server-ca";
		const keys = await newKeys();
		const certificate = await x509.X509CertificateGenerator.createSelfSigned({
			...validity(),
			name,
			keys,
			signingAlgorithm: algorithm,
			extensions: [
				new x509.BasicConstraintsExtension(true, undefined, true),
				new x509.KeyUsagesExtension(
					x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
					true,
				),
			],
		});
		return new CertificateAuthority(certificate.toString("pem"), keys, name);
	}

	/** For the server, good for loopback and the names of a cluster's own API service. */
	server(): Promise<KeyPair> {
		return this.#issue(
			[{ CN: ["embedded-api-server"] }],
			x509.ExtendedKeyUsage.serverAuth,
			[
				{ type: "ip", value: "127.0.0.1" },
				{ type: "ip", value: "::1" },
				{ type: "dns", value: "localhost" },
				{ type: "dns", value: "kubernetes.default.svc" },
			],
		);
	}

	/** For a user: CN is the name, an O for each group. */
	client(user: string, groups: readonly string[]): Promise<KeyPair> {
		const subject = [
			{ CN: [user] },
			...groups.map((group) => ({ O: [group] })),
		];
		return this.#issue(subject, x509.ExtendedKeyUsage.clientAuth, []);
	}

	async #issue(
		subject: X509.JsonName,
		usage: string,
		names: X509.JsonGeneralNames,
	): Promise<KeyPair> {
		const keys = await newKeys();
		const certificate = await x509.X509CertificateGenerator.create({
			...validity(),
			subject,
			issuer: this.name,
			publicKey: keys.publicKey,
			signingKey: this.keys.privateKey,
			signingAlgorithm: algorithm,
			extensions: [
				new x509.ExtendedKeyUsageExtension([usage]),
				...(names.length > 0
					? [new x509.SubjectAlternativeNameExtension(names)]
					: []),
			],
		});
		const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
		return {
			certificate: certificate.toString("pem"),
			key: x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag),
		};
	}
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
	return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** From yesterday, for clocks that are late, to a month from now. */
function validity() {
	return {
		serialNumber: randomBytes(8).toString("hex"),
		notBefore: new Date(Date.now() - day),
		notAfter: new Date(Date.now() + 30 * day),
	};
}
