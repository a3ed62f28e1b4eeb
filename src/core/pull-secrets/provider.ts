import { UsageError } from "../../errors.ts";
import { Credential } from "../credentials/credential.ts";
import { credentialFault } from "../credentials/credential-rules.ts";
import { isJsonObject, readJsonObject } from "../json-object.ts";
import { findCredentials, matchesOf } from "../kubelet/keyring.ts";
import type { StoredFault } from "../output/credential-fault.ts";
import { isHelperName } from "../registry/credential-file.ts";
import { DOCKER_HUB_KEY } from "../registry/server.ts";
import { splitPath } from "../registry/url.ts";
import { termOf } from "./expiry.ts";
import { goDuration } from "./go-duration.ts";

/** What makes credentials anew, as `--credential-from` names it. It is only ever taken from a command line. */
export type Provider =
	/** `docker-credential-NAME get`. */
	| { readonly by: "helper"; readonly name: string }
	/** A kubelet's image credential provider: a full path, or a name on PATH. */
	| { readonly by: "plugin"; readonly path: string }
	/** Amazon's registries, asked by their SDK. */
	| { readonly by: "ecr" };

/** A provider's credential. */
export interface Provided {
	readonly credential: Credential;
	/** How long it may be kept before it is asked for again, in milliseconds: not how long it is good. */
	readonly cacheFor?: number;
}

/** What a provider gives, or why that is of no use. */
export type ProviderAnswer = Provided | StoredFault;

/** The versions of the kubelet's API that are spoken, the usual one first. */
export const PLUGIN_API_VERSIONS = [
	"credentialprovider.kubelet.k8s.io/v1",
	"credentialprovider.kubelet.k8s.io/v1beta1",
] as const;

/** Reads `helper:NAME`, `plugin:PATH` or `ecr`. Throws UsageError that names the flag. */
export function parseProvider(given: string, flag: string): Provider {
	if (given === "ecr") return { by: "ecr" };
	const colon = given.indexOf(":");
	const [by, rest] = [given.slice(0, colon), given.slice(colon + 1)];
	if (by === "helper" && isHelperName(rest)) return { by, name: rest };
	if (by === "plugin" && isPluginPath(rest)) return { by, path: rest };
	throw new UsageError(
		by === "helper"
			? `${flag}: helper:NAME means the program docker-credential-NAME, so give NAME without a path`
			: by === "plugin"
				? `${flag}: plugin:PATH needs a full path, or the name of a program on PATH`
				: `${flag}: must be helper:NAME, plugin:PATH or ecr`,
	);
}

/** What is kept on the source of what renews an entry: a name, never a path, an argument or a command. */
export function providerName(provider: Provider): string {
	switch (provider.by) {
		case "helper":
			return `helper:${provider.name}`;
		case "plugin":
			return `plugin:${provider.path.split(/[\\/]/).at(-1)}`;
		case "ecr":
			return "ecr";
	}
}

/** The image that a plugin is asked about: any of the registry's will do. */
function imageFor(key: string): string {
	return `${key === DOCKER_HUB_KEY ? "docker.io" : key}/x`;
}

/** The kubelet's question: https://kubernetes.io/docs/reference/config-api/kubelet-credentialprovider.v1/ */
export function pluginRequest(apiVersion: string, key: string): string {
	return JSON.stringify({
		kind: "CredentialProviderRequest",
		apiVersion,
		image: imageFor(key),
	});
}

/** A plugin's answer for the registry with this key; an entry counts as it would for a kubelet. */
export function readPluginAnswer(text: string, key: string): ProviderAnswer {
	const answer = readJsonObject(text);
	if (typeof answer === "string") return { is: answer };
	if (
		answer.kind !== "CredentialProviderResponse" ||
		!PLUGIN_API_VERSIONS.some((version) => version === answer.apiVersion)
	)
		return { is: "not-a-response" };
	const { auth } = answer;
	if (auth === undefined || auth === null) return { is: "no-credential" };
	if (!isJsonObject(auth)) return { is: "auth-not-object" };
	const entries = Object.entries(auth).flatMap(([match, entry]) =>
		isJsonObject(entry) &&
		typeof entry.username === "string" &&
		typeof entry.password === "string"
			? [[match, { username: entry.username, password: entry.password }]]
			: [],
	);
	if (entries.length === 0) return { is: "no-credential" };
	const found = findCredentials(imageFor(key), [
		{
			from: "",
			type: "kubernetes.io/dockerconfigjson",
			data: JSON.stringify({ auths: Object.fromEntries(entries) }),
		},
	]);
	const [first] = matchesOf(found);
	const cacheFor = goDuration(answer.cacheDuration);
	return first === undefined
		? { is: "other-registries" }
		: {
				...checked(first.credential),
				...(cacheFor !== undefined && { cacheFor }),
			};
}

/** The token of an answer of ECR's GetAuthorizationToken as it came: base64 of `AWS:PASSWORD`. */
export function readEcrToken(token: unknown): ProviderAnswer {
	if (typeof token !== "string" || token === "") return { is: "no-token" };
	return checked(Credential.fromBytes(Buffer.from(token, "base64")));
}

function checked(credential: Credential): ProviderAnswer {
	const fault = credentialFault(credential);
	return fault === undefined ? { credential } : { is: "credential", fault };
}

/** Whether an answer renews what is there; `now` in milliseconds. A provider may hand out what it has until shortly before its end. */
export function renewalOf(
	key: string,
	current: Credential | undefined,
	answer: Credential,
	now: number,
): "new" | "same" | "expired" {
	if (current?.equals(answer)) return "same";
	const term = termOf(key, answer, { issuedAt: now });
	return term !== undefined && term.at <= now ? "expired" : "new";
}

/**
 * Where an ECR registry is, by its key in `auths`; undefined for other registries:
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html, and its FIPS and dual-stack hosts, in
 * each of Amazon's partitions: China's, the European sovereign one, and those of governments.
 */
export function ecrPlaceOf(key: string) {
	const match =
		/^\d{12}\.dkr[.-]ecr(-fips)?\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.(amazonaws\.(?:com|com\.cn|eu)|(?:c2s|csp\.hci)\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|on\.(?:aws|amazonwebservices\.(?:com\.cn|eu)))$/.exec(
			splitPath(key).host,
		);
	if (!match) return undefined;
	const [, fips, region = "", domain = ""] = match;
	return {
		region,
		fips: fips !== undefined,
		dualStack: domain.startsWith("on."),
	};
}

function isPluginPath(path: string): boolean {
	return (
		/^(?:\/|[A-Za-z]:[\\/])/.test(path) ||
		/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(path)
	);
}
