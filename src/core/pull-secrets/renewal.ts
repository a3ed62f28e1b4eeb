import type { Credential } from "../credentials/credential.ts";
import { credentialOf } from "../credentials/entry.ts";
import { growingPause } from "../pauses.ts";
import { type Expiry, textsIn } from "./expiry.ts";
import { type Annotated, PROVIDER_ANNOTATION } from "./ownership.ts";
import { type Provider, providerName } from "./provider.ts";
import { authsIn, type PullSecret } from "./pull-secret.ts";

/** What `--refresh` allows, and how it is done. */
export interface RefreshRules {
	/** From the command line of whoever runs it; nothing else is ever run. */
	readonly allowed: readonly Provider[];
	/** Of the plugin among them. */
	readonly args: readonly string[];
	/** How long before its end a credential is renewed, in milliseconds; undefined: a fifth of its life. */
	readonly before: number | undefined;
	/** Each is tried at its registry before it is written. */
	readonly verifies: boolean;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** So long is waited at least, in milliseconds, before a provider is asked again. */
const SHORTEST = SECOND / 2;

/** Where neither a life nor `before` is known. */
const USUAL_MARGIN = HOUR;

/** What renews an entry: what the source names, where that is allowed; undefined: nothing does. */
export function renewerOf(
	source: Annotated,
	key: string,
	allowed: readonly Provider[],
): Provider | undefined {
	const noted = providersNoted(source).get(key);
	return allowed.find((provider) => providerName(provider) === noted);
}

/**
 * By key, the name of what made an entry's credential, as the source has it: text, never a command. Anybody who may
 * write the source may write anything there: what is no provider's name is none. A file's is at most 255 long.
 */
export function providersNoted({
	annotations,
}: Annotated): ReadonlyMap<string, string> {
	return new Map(
		textsIn(annotations[PROVIDER_ANNOTATION]).filter(([, name]) =>
			/^(?:ecr|(?:helper|plugin):[^\p{C}/\\]{1,255})$/u.test(name),
		),
	);
}

/** The credential of an entry; undefined where there is none. */
export function credentialIn(
	{ content }: Pick<PullSecret, "content">,
	key: string,
): Credential | undefined {
	const entry = authsIn(content).get(key);
	return entry && credentialOf(entry);
}

/** How long before its end an entry is renewed, in milliseconds: never more than half of its life. */
export function marginOf(
	expiry: Expiry | undefined,
	before: number | undefined,
): number {
	const life = expiry?.life;
	if (life === undefined) return before ?? USUAL_MARGIN;
	return Math.min(before ?? life / 5, life / 2);
}

/**
 * When the same credential, or one whose end nobody knows, is asked for again, in milliseconds: a provider
 * may hand out what it has until shortly before its end, or until then.
 */
export function askAgainIn(
	expiry: Expiry | undefined,
	cacheFor: number | undefined,
	now: number,
): number {
	return expiry === undefined
		? Math.max(MINUTE, cacheFor ?? HOUR)
		: Math.max(SHORTEST, Math.min(MINUTE, (expiry.at - now) / 2));
}

/** Why there is no new credential: `rejected` by its registry, where the provider's next one may be good; or anything else. */
export type Refusal = "rejected" | "failed";

/**
 * The longest pause after so many failures of a kind since the last renewal, in milliseconds. It doubles,
 * but is never more than a twentieth of the life or a tenth of what is left of it, so that the end is not
 * slept over. Once that has passed, every half second counts: only an outage of more than five minutes
 * makes it longer, in proportion, so that what stays broken is not asked for as often for ever.
 */
export function pauseAfter(
	failures: number,
	kind: Refusal,
	expiry: Expiry | undefined,
	now: number,
): number {
	const first = kind === "rejected" ? SECOND : 5 * SECOND;
	if (expiry === undefined)
		return growingPause(failures, { first, longest: MINUTE });
	const left = expiry.at - now;
	if (left <= 0) return Math.max(SHORTEST, Math.min(30 * SECOND, -left / 600));
	const twentieth = expiry.life === undefined ? MINUTE : expiry.life / 20;
	return Math.max(
		SHORTEST,
		growingPause(failures, {
			first,
			longest: Math.min(5 * MINUTE, twentieth, left / 10),
		}),
	);
}

/** How near the end is. */
export type Nearness = "far" | "near" | "last" | "over";

/** `near`: within the margin before its end; `last`: within a quarter of that. */
export function nearnessOf(
	expiry: Expiry | undefined,
	margin: number,
	now: number,
): Nearness {
	if (expiry === undefined) return "far";
	const left = expiry.at - now;
	if (left <= 0) return "over";
	if (left <= margin / 4) return "last";
	return left <= margin ? "near" : "far";
}
