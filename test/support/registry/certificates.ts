import { randomBytes, webcrypto } from "node:crypto";
import type * as X509 from "@peculiar/x509";
import { x509 } from "../x509.ts";

/** A certificate and its private key, both PEM. */
export interface Identity {
	readonly certificate: string;
	readonly key: string;
}

const DAY = 24 * 3600 * 1000;
const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RSA = {
	name: "RSASSA-PKCS1-v1_5",
	hash: "SHA-256",
	modulusLength: 2048,
	publicExponent: new Uint8Array([1, 0, 1]),
};

/** An authority that issues certificates for servers. */
export interface Authority {
	/** PEM. */
	readonly certificate: string;
	/** `names`: addresses and host names; `days`: until it expires, negative for one that has. */
	issue(names: readonly string[], days?: number): Promise<Identity>;
}

export async function newAuthority(name: string): Promise<Authority> {
	const keys = await newKeys(EC);
	const issuer = `CN=${name}`;
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		...validity(30),
		name: issuer,
		keys,
		signingAlgorithm: EC,
		extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
	});
	return {
		certificate: certificate.toString("pem"),
		async issue(names, days = 30) {
			const own = await newKeys(EC);
			const issued = await x509.X509CertificateGenerator.create({
				...validity(days),
				subject: `CN=${names[0]}`,
				issuer,
				publicKey: own.publicKey,
				signingKey: keys.privateKey,
				signingAlgorithm: EC,
				extensions: serverExtensions(names),
			});
			return identity(issued, own);
		},
	};
}

/** A server's certificate that only itself vouches for. */
export async function selfSigned(names: readonly string[]): Promise<Identity> {
	const keys = await newKeys(EC);
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		...validity(30),
		name: `CN=${names[0]}`,
		keys,
		signingAlgorithm: EC,
		extensions: serverExtensions(names),
	});
	return identity(certificate, keys);
}

/** An RSA key and a certificate for it, to sign tokens with. */
export async function tokenSigner(): Promise<Identity> {
	const keys = await newKeys(RSA);
	const certificate = await x509.X509CertificateGenerator.createSelfSigned({
		...validity(30),
		name: "CN=token-server",
		keys,
		signingAlgorithm: RSA,
	});
	return identity(certificate, keys);
}

async function identity(
	certificate: X509.X509Certificate,
	keys: webcrypto.CryptoKeyPair,
): Promise<Identity> {
	const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
	return {
		certificate: certificate.toString("pem"),
		key: x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag),
	};
}

function serverExtensions(names: readonly string[]): X509.Extension[] {
	return [
		new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
		new x509.SubjectAlternativeNameExtension(
			names.map((value) => ({
				type: /^[\d.]+$|:/.test(value) ? "ip" : "dns",
				value,
			})),
		),
	];
}

function newKeys(
	algorithm: typeof EC | typeof RSA,
): Promise<webcrypto.CryptoKeyPair> {
	return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function validity(days: number) {
	return {
		serialNumber: randomBytes(8).toString("hex"),
		notBefore: new Date(Date.now() - 10 * DAY),
		notAfter: new Date(Date.now() + days * DAY),
	};
}
