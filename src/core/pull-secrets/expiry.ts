import type { Credential } from "../credentials/credential.ts";
import { credentialOf } from "../credentials/entry.ts";
import { displayHost } from "../registry/server.ts";
import {
	EXPIRES_AT_ANNOTATION,
	ISSUED_AT_ANNOTATION,
	SOURCE_ANNOTATION,
} from "./ownership.ts";
import type { Content, PullSecret } from "./pull-secret.ts";
import type { SourceKnowledge } from "./source.ts";

/** When a registry's credential stops being good; milliseconds since 1970. */
export interface Expiry {
	/** The key in `auths`. */
	readonly key: string;
	readonly at: number;
	/** When its life began; undefined where that is not known. */
	readonly since: number | undefined;
}

const HOUR = 3_600_000;

/** Of a life time that is known, the last part that is worth a word: a token for twelve hours is no news in its first. */
const LAST_PART = 1 / 5;
/** And where it is not known. */
const NEARLY = 24 * HOUR;

/** How long credentials of one kind live, where they do not say it themselves. */
const KNOWN_LIVES: readonly {
	readonly host: RegExp;
	readonly user: RegExp;
	readonly life: number;
}[] = [
	// https://cloud.google.com/artifact-registry/docs/docker/authentication#token
	{
		host: /^(?:[\w-]+\.)*(?:gcr\.io|pkg\.dev)$/,
		user: /^oauth2accesstoken$/,
		life: HOUR,
	},
	// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
	{
		host: /^(?:\d+\.dkr[.-]ecr(?:-fips)?\..*|public\.ecr\.aws)$/,
		user: /^AWS$/,
		life: 12 * HOUR,
	},
	// https://learn.microsoft.com/azure/container-registry/container-registry-authentication
	{
		host: /^[\w.-]+\.azurecr\.(?:io|cn|us)$/,
		user: /^0{8}-(?:0{4}-){3}0{12}$/,
		life: 3 * HOUR,
	},
];

/**
 * When the credentials of a content expire, soonest first; those of which nothing
 * is known are left out. What a token says itself counts, then what the person
 * said, then how long such credentials live. `annotations` are the source's.
 */
export function expiriesOf(
	content: Content,
	annotations: Readonly<Record<string, string>>,
): readonly Expiry[] {
	const answers = ANSWERS.get(annotations) ?? new WeakMap();
	ANSWERS.set(annotations, answers);
	const answer = answers.get(content) ?? worked(content, annotations);
	answers.set(content, answer);
	return answer;
}

/** A thousand copies share their source's content and annotations: one answer does for all. */
const ANSWERS = new WeakMap<
	Readonly<Record<string, string>>,
	WeakMap<Content, readonly Expiry[]>
>();

function worked(
	content: Content,
	annotations: Readonly<Record<string, string>>,
): readonly Expiry[] {
	if (!content.config.ok) return [];
	const said = timesIn(annotations[EXPIRES_AT_ANNOTATION]);
	const issued = timesIn(annotations[ISSUED_AT_ANNOTATION]);
	const expiries: Expiry[] = [];
	for (const [key, fields] of content.config.auths) {
		const credential = credentialOf(fields);
		if (credential === undefined) continue;
		const at =
			expiryInside(credential) ??
			said.get(key) ??
			expiryByKind(key, credential, issued.get(key));
		if (at !== undefined)
			expiries.push({
				key,
				at,
				since: issued.get(key) ?? beginningInside(credential),
			});
	}
	return expiries.sort((a, b) => a.at - b.at);
}

/** Of a pull secret: a copy that equals its source expires as that says. */
export function expiriesOfKey(
	key: PullSecret,
	sources: ReadonlyMap<string, SourceKnowledge>,
): readonly Expiry[] {
	const ref = key.annotations[SOURCE_ANNOTATION];
	const source = ref === undefined ? undefined : sources.get(ref);
	const itsOwn =
		typeof source === "object" &&
		source.content.canonical === key.content.canonical
			? source
			: key;
	return expiriesOf(key.content, itsOwn.annotations);
}

/** The life of a credential that was entered at `now`, as far as it tells itself; undefined where it does not. */
export function lifeOf(
	key: string,
	credential: Credential,
	now: number,
): Expiry | undefined {
	const at = expiryInside(credential);
	return at === undefined
		? undefined
		: { key, at, since: beginningInside(credential) ?? now };
}

/** What a credential says of its own end: a JWT's `exp`, or the `expiration` in an ECR password. */
function expiryInside(credential: Credential): number | undefined {
	const at = jwtTime(credential, "exp");
	if (at !== undefined) return at;
	return credential.username === "AWS"
		? seconds(credential.reveal(), "base64", "expiration")
		: undefined;
}

function jwtTime(
	credential: Credential,
	member: "exp" | "iat",
): number | undefined {
	for (const text of [credential.reveal(), credential.username]) {
		const jwt = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(text)?.[1];
		const at =
			jwt === undefined ? undefined : seconds(jwt, "base64url", member);
		if (at !== undefined) return at;
	}
	return undefined;
}

/** When a credential says that its life began: a JWT's `iat`. */
function beginningInside(credential: Credential): number | undefined {
	return jwtTime(credential, "iat");
}

/** Whether it is time for another: it has expired, or a fifth of its life is left. `now` in milliseconds. */
export function isNearlyOver({ at, since }: Expiry, now: number): boolean {
	const left = at - now;
	return since === undefined || since >= at
		? left <= NEARLY
		: left <= (at - since) * LAST_PART;
}

/** One clause about an expiry, for a warning; `now` in milliseconds. undefined where there is time. */
export function expiryWarning(expiry: Expiry, now: number): string | undefined {
	if (!isNearlyOver(expiry, now)) return undefined;
	const { key, at } = expiry;
	const when =
		at <= now ? `expired at ${isoSeconds(at)}` : `expires at ${isoSeconds(at)}`;
	return `the credential for ${displayHost(key)} ${when}`;
}

/** RFC 3339, without the fraction of a second. */
export function isoSeconds(at: number): string {
	return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

function expiryByKind(
	key: string,
	{ username }: Credential,
	issuedAt: number | undefined,
): number | undefined {
	if (issuedAt === undefined) return undefined;
	const kind = KNOWN_LIVES.find(
		({ host, user }) => host.test(key) && user.test(username),
	);
	return kind && issuedAt + kind.life;
}

/** The times by host that an annotation holds; what a hand has broken counts as nothing. */
export function timesIn(annotation: string | undefined): Map<string, number> {
	const times = new Map<string, number>();
	for (const [key, value] of Object.entries(objectIn(annotation ?? "{}"))) {
		const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
		if (!Number.isNaN(at)) times.set(key, at);
	}
	return times;
}

/** A member of encoded JSON that counts seconds since 1970, in milliseconds. */
function seconds(
	text: string,
	encoding: "base64" | "base64url",
	member: string,
): number | undefined {
	const value = objectIn(Buffer.from(text, encoding).toString("utf8"))[member];
	// Beyond that a Date has no name for it: the number is something else.
	return typeof value === "number" && value > 0 && value < 8.64e12
		? value * 1000
		: undefined;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? { ...value } : {};
	} catch {
		return {};
	}
}
