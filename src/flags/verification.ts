import type { Trust } from "../actions/credentials/registry-trust.ts";
import type { VerifyOptions } from "../actions/credentials/verify-credentials.ts";
import {
	type Flag,
	type Given,
	grouped,
	switchFlag,
	textFlag,
	withHelp,
} from "../core/command-line/flag.ts";
import {
	manifestPlace,
	readImageReference,
} from "../core/kubelet/image-reference.ts";
import { UsageError } from "../errors.ts";
import { pathOf } from "./values.ts";

/** Whom to believe when registries are asked. */
export const TRUST_FLAGS: readonly Flag[] = grouped("Verification", [
	switchFlag(
		"registry-insecure",
		"Allow plain HTTP and unverified certificates for this check. The cluster's nodes have their own settings for that.",
	),
	textFlag(
		"registry-ca",
		"Trust the CAs in this PEM file for this check. The cluster's nodes must trust them too.",
		{ values: "file" },
	),
]);

/** The flags that say whether and how a credential is verified before it is written. */
export const VERIFICATION_FLAGS: readonly Flag[] = grouped("Verification", [
	switchFlag(
		"verify",
		"Verify the credential at its registry first; write nothing if it is rejected.",
	),
	switchFlag("no-verify", "Write the credential without verifying it.", {
		conflicts: ["verify", "verify-image", "registry-insecure", "registry-ca"],
	}),
	textFlag(
		"verify-image",
		"Verify that the credential can also pull this image.",
	),
	...withHelp(TRUST_FLAGS, {
		"registry-ca":
			"Trust the CAs in this PEM file for this check, and where --credential-from=ecr asks Amazon. The cluster's nodes must trust the registry's CA too.",
	}),
]);

/** How long a credential is good, where it does not say so itself. */
export const EXPIRES_IN_FLAG: Flag = textFlag(
	"expires-in",
	"Say how long the credential is valid, such as 12h or 90d, to be warned in time. JWTs and ECR passwords say it themselves.",
	{ group: "Credential" },
);

/** How to verify credentials, and whether: undefined where the command line does not say. Throws UsageError. */
export function verifyingOf(given: Given): VerifyOptions {
	const trust = trustOf(given);
	const image = imageOf(given.text("verify-image"));
	const asked =
		given.on("verify") ||
		image !== undefined ||
		trust.insecure ||
		trust.caPath !== undefined;
	return {
		wanted: given.on("no-verify") ? false : asked ? true : undefined,
		...trust,
		...(image && { image }),
	};
}

/** `--registry-insecure` and `--registry-ca`. Throws UsageError. */
export function trustOf(given: Given): Trust {
	return { insecure: given.on("registry-insecure"), ...authoritiesOf(given) };
}

/** `--registry-ca` alone. Throws UsageError. */
export function authoritiesOf(given: Given): Pick<Trust, "caPath"> {
	const caPath = pathOf(given, "registry-ca");
	return { ...(caPath !== undefined && { caPath }) };
}

function imageOf(name: string | undefined): VerifyOptions["image"] {
	if (name === undefined) return undefined;
	const reading = readImageReference(name);
	if (typeof reading === "string")
		throw new UsageError(`--verify-image: ${reading}`);
	const { key, ...place } = manifestPlace(reading);
	return { key, image: { name, ...place } };
}
