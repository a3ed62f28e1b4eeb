import {
	contentFault,
	entryProblems,
} from "../../core/pull-secrets/content-fault.ts";
import {
	argumentFor,
	withSameRegistries,
} from "../../core/pull-secrets/entry-naming.ts";
import { expiriesOf, nearEnd } from "../../core/pull-secrets/expiry.ts";
import { onRegistry, rotating } from "../../core/pull-secrets/fixes.ts";
import {
	type Content,
	type PullSecret,
	registriesOf,
} from "../../core/pull-secrets/pull-secret.ts";
import type { SourceRef } from "../../core/pull-secrets/source.ts";
import type { World } from "../../world.ts";
import { warn } from "../tell.ts";

/** Says of a source which credentials have expired or soon will, before they are everywhere. */
export function warnOfExpiry(source: PullSecret, world: World): void {
	for (const expiry of expiriesOf(source)) {
		const end = nearEnd(expiry, world.clock.now());
		if (end !== undefined)
			warn(world, {
				cause: "credential-expiring",
				...end,
				script: rotating(source, expiry.key, registriesOf(source.content)),
			});
	}
}

/** Says so where images match none of the entries that count as this one, which have a new credential. */
export function warnOfUnmatched(
	content: Content,
	key: string,
	world: Pick<World, "emit">,
): void {
	const written = withSameRegistries(registriesOf(content), [key]);
	const unmatched = entryProblems(content).filter(
		(problem) => problem.kind === "key" && written.includes(problem.key),
	);
	if (unmatched.length === written.length)
		for (const problem of unmatched)
			warn(world, { cause: "entry-unusable", problem });
}

/** Says which entries of a source are left that count as the registry of one that is gone. */
export function warnOfSame(
	place: SourceRef,
	before: Content | undefined,
	now: Content,
	world: Pick<World, "emit">,
): void {
	const left = registriesOf(now);
	const gone = before ? registriesOf(before) : [];
	const same = withSameRegistries(
		left,
		gone.filter((key) => !left.includes(key)),
	);
	for (const key of same) {
		const argument = argumentFor(key, left);
		const script = onRegistry("create", place, ["--remove"], argument);
		warn(world, { cause: "entry-stays", key, script });
	}
}

/** Says which entries of a source fail every pull with it, though the one that was changed is good. */
export function warnOfMalformed(
	place: SourceRef,
	content: Content,
	world: Pick<World, "emit">,
): void {
	const fault = contentFault(content);
	if (fault?.kind !== "malformed") return;
	for (const key of fault.keys)
		warn(world, {
			cause: "entry-malformed",
			key,
			source: { namespace: place.namespace, name: place.name },
			script: rotating(place, key, registriesOf(content)),
		});
}
