import type { Credential } from "../credentials/credential.ts";
import { credentialOf } from "../credentials/entry.ts";
import { parseGoJson } from "../credentials/go-json.ts";
import { fieldOf, readJsonObject } from "../json-object.ts";
import { changedOf, timeOf } from "../object-times.ts";
import type { ObjectOf } from "../objects.ts";
import { splitPath } from "../registry/url.ts";
import { remembered } from "../remembered.ts";
import { lifetimeIn } from "./go-duration.ts";
import {
	type Annotated,
	EXPIRES_IN_ANNOTATION,
	ISSUED_AT_ANNOTATION,
	MANAGED_BY_LABEL,
	MANAGER,
	roleOf,
	SOURCE_ANNOTATION,
} from "./ownership.ts";
import { authsIn, type PullSecret } from "./pull-secret.ts";
import type { SourceKnowledge } from "./source.ts";

/** Until when a credential is good, in milliseconds since 1970. */
interface Term {
	readonly at: number;
	/** How long it is good in all; undefined where its beginning is not known. */
	readonly life: number | undefined;
}

/** The same of one entry of a pull secret. */
export interface Expiry extends Term {
	/** The key in `auths`. */
	readonly key: string;
}

const HOUR = 3_600_000;

/** Of a credential whose life is not known, this is the end of it. */
const NEARLY = 24 * HOUR;

/** How long credentials of one kind live, where they do not say it themselves. */
const KNOWN_LIVES: readonly {
	readonly host: RegExp;
	readonly user: RegExp;
	readonly life: number;
}[] = [
	// https://cloud.google.com/artifact-registry/docs/docker/authentication#token, and the users under
	// which gcloud's and Google's own credential helpers hand out the same token.
	{
		host: /^(?:[\w*-]+\.)*(?:gcr\.io|pkg\.dev)$/,
		user: /^(?:oauth2accesstoken|_dcgcloud_token|_dcgcr_[\w.]+_token|_token)$/,
		life: HOUR,
	},
	// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
	{
		host: /^(?:[\d*]+\.dkr[.-]ecr(?:-fips)?\..*|public\.ecr\.aws)$/,
		user: /^AWS$/,
		life: 12 * HOUR,
	},
	// https://learn.microsoft.com/azure/container-registry/container-registry-authentication
	{
		host: /^[\w.*-]+\.azurecr\.(?:io|cn|us)$/,
		user: /^0{8}-(?:0{4}-){3}0{12}$/,
		life: 3 * HOUR,
	},
	// https://yandex.cloud/en/docs/container-registry/operations/authentication
	{
		host: /^cr\.(?:yandex|cloud\.yandex\.net)$/,
		user: /^iam$/,
		life: 12 * HOUR,
	},
];

/** How long an ECR password is good; it says its end alone. */
const ECR_LIFE = 12 * HOUR;

/**
 * When the credentials of a source expire, soonest first; those of which nothing
 * is known are left out. What a token says itself counts, then what the person
 * said, then how long such credentials live. One without a time of its own was issued when the
 * source was created. A thousand copies share their source: one answer does for all.
 */
export const expiriesOf = remembered(
	(
		secret: Pick<PullSecret, "content" | "annotations" | "labels" | "created">,
	): readonly Expiry[] => {
		const { content, annotations, labels, created } = secret;
		// Of a Secret that others keep, nobody knows when they last wrote it.
		const since =
			labels[MANAGED_BY_LABEL] === MANAGER ? timeOf(created) : undefined;
		const ageOf = agesIn(annotations, since);
		return [...authsIn(content)]
			.flatMap(([key, entry]): Expiry[] => {
				const credential = credentialOf(entry);
				const term = credential && termOf(key, credential, ageOf(key));
				return term ? [{ key, ...term }] : [];
			})
			.sort((a, b) => a.at - b.at);
	},
);

/** Since when a credential is good, in milliseconds since 1970, and for how long, as far as that is known. */
export interface Age {
	readonly issuedAt?: number | undefined;
	readonly lifetime?: number | undefined;
}

/**
 * What a Secret that was read tells of an entry's credential: what a source says; of another, that it was issued
 * before the data was written.
 */
export function ageIn(
	{ metadata, type = "" }: ObjectOf["Secret"],
	key: string,
): Age {
	const { name = "", labels = {}, annotations = {} } = metadata;
	if (roleOf({ name, type, labels, annotations }) !== "source")
		return { issuedAt: changedOf(metadata, "f:data") };
	return agesIn(annotations, timeOf(metadata.creationTimestamp))(key);
}

/** What annotations say of an entry's credential; one of which they do not say it was issued at `since`. */
export function agesIn(
	annotations: Annotated["annotations"],
	since?: number,
): (key: string) => Age {
	const lifetimes = numbersIn(annotations[EXPIRES_IN_ANNOTATION], lifetimeIn);
	const issued = numbersIn(annotations[ISSUED_AT_ANNOTATION], timeOf);
	return (key) => ({
		issuedAt: issued.get(key) ?? since,
		lifetime: lifetimes.get(key),
	});
}

/** Of a pull secret: a copy that equals its source expires as that says. */
export function expiriesOfKey(
	key: PullSecret,
	sources: ReadonlyMap<string, SourceKnowledge>,
): readonly Expiry[] {
	const ref = key.annotations[SOURCE_ANNOTATION];
	const source = ref === undefined ? undefined : sources.get(ref);
	if (
		typeof source === "object" &&
		source.content.canonical === key.content.canonical
	)
		return expiriesOf(source);
	// A copy does not know when its credential was issued, only what that says itself.
	return ref === undefined
		? expiriesOf(key)
		: expiriesOf({ ...key, annotations: {}, labels: {} });
}

/**
 * What is known of a credential's time: what it says itself, else `lifetime` from `issuedAt` on, else
 * the life of its kind. `key` is that in `auths`.
 */
export function termOf(
	key: string,
	credential: Credential,
	{ issuedAt, lifetime }: Age,
): Term | undefined {
	const own = termInside(credential, issuedAt);
	if (own !== undefined) return own;
	const { host: name } = splitPath(key);
	const ofKind = KNOWN_LIVES.find(
		({ host, user }) => host.test(name) && user.test(credential.username),
	);
	const life = lifetime ?? ofKind?.life;
	if (issuedAt === undefined || life === undefined) return undefined;
	const at = issuedAt + life;
	return at <= LAST_TIME ? { at, life } : undefined;
}

/** Beyond it a Date has no name for a time: whoever wrote it means none. */
const LAST_TIME = 8.64e15;

/** What a credential says of its own time: a JWT's `exp` and `iat`, or the `expiration` in an ECR password. */
function termInside(
	credential: Credential,
	issuedAt: number | undefined,
): Term | undefined {
	for (const text of [credential.reveal(), credential.username]) {
		const jwt = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(text)?.[1];
		if (jwt === undefined) continue;
		const at = seconds(jwt, "exp");
		if (at === undefined) continue;
		const since = seconds(jwt, "iat") ?? issuedAt;
		const life = since === undefined || since >= at ? undefined : at - since;
		return { at, life };
	}
	if (credential.username !== "AWS") return undefined;
	const at = seconds(credential.reveal(), "expiration");
	return at === undefined ? undefined : { at, life: ECR_LIFE };
}

/** Whether a credential ends with the CI job that it was made for, whenever that is. */
export function endsWithItsJob(credential: Credential): boolean {
	return (
		// https://docs.gitlab.com/ci/jobs/ci_job_token/
		credential.username === "gitlab-ci-token" ||
		// https://docs.github.com/actions/concepts/security/github_token
		credential.reveal().startsWith("ghs_")
	);
}

/** What a warning says of an expiry. */
export interface NearEnd {
	readonly key: string;
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly isOver: boolean;
}

/**
 * The same where it is time for another, for it has expired, or is in the last fifth of its life; else undefined.
 * `now` in milliseconds.
 */
export function nearEnd(
	{ key, at, life }: Expiry,
	now: number,
): NearEnd | undefined {
	return at - now < (life === undefined ? NEARLY : life / 5)
		? { key, at, isOver: at <= now }
		: undefined;
}

/** How long is left, of milliseconds, in a word: `12h`, `1h30m`, `3d`. Rounded, for what has just been issued. */
export function timeLeft(left: number): string {
	const [step] = STEPS.find(([, from]) => left >= from) ?? [1000];
	return lifetimeText(Math.round(left / step) * step);
}

/** How exactly a time is told, from which length on. */
const STEPS = [
	[24 * HOUR, 8 * 24 * HOUR],
	[HOUR, 2 * 24 * HOUR],
	[60_000, 60_000],
] as const;

/** RFC 3339, without the fraction of a second. */
export function isoSeconds(at: number): string {
	return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A length of time as `--expires-in` takes it: `12h`, `1d12h`, `90s`; in milliseconds, whole seconds at least one. */
export function lifetimeText(length: number): string {
	let rest = Math.max(1, Math.round(length / 1000));
	let text = "";
	for (const [unit, size] of UNITS) {
		const count = Math.floor(rest / size);
		if (count > 0) text += `${count}${unit}`;
		rest -= count * size;
	}
	return text;
}

const UNITS = [
	["d", 86_400],
	["h", 3600],
	["m", 60],
	["s", 1],
] as const;

/** By host, what an annotation says of times; what a hand has broken counts as nothing. */
function numbersIn(
	annotation: string | undefined,
	read: (text: string) => number | undefined,
): Map<string, number> {
	return new Map(
		textsIn(annotation).flatMap(([key, text]): [string, number][] => {
			const number = read(text);
			return number === undefined ? [] : [[key, number]];
		}),
	);
}

/** The texts by host that an annotation holds; none of one that a hand has broken. */
export function textsIn(annotation: string | undefined): [string, string][] {
	if (annotation === undefined) return [];
	const reading = parseGoJson(annotation);
	return reading.ok && reading.value.kind === "object"
		? reading.value.members.flatMap(([key, value]): [string, string][] =>
				value.kind === "string" ? [[key, value.text]] : [],
			)
		: [];
}

/** A member of JSON in base64, of either alphabet, that counts seconds since 1970, in milliseconds. */
function seconds(text: string, member: string): number | undefined {
	const json = Buffer.from(text, "base64").toString("utf8");
	const value = fieldOf(readJsonObject(json), member);
	return typeof value === "number" && value > 0 && value * 1000 <= LAST_TIME
		? value * 1000
		: undefined;
}
