import {
	manifestPlace,
	parseImageReference,
} from "../kubelet/image-reference.ts";
import type { KeyringMatch } from "../kubelet/keyring.ts";
import type { Probe, Verification } from "../registry/verification.ts";

/** A credential that a kubelet would try, and what its registry said. */
export interface CredentialCheck {
	readonly match: KeyringMatch;
	/** undefined: there was nothing to try, for it is empty. */
	readonly verification: Verification | undefined;
}

/** How to try a credential on an image; undefined for an empty one. Throws FailureError. */
export function probeOf(
	image: string,
	{ credential }: KeyringMatch,
	insecure: boolean,
): Probe | undefined {
	if (credential.isEmpty) return undefined;
	const { key, ...place } = manifestPlace(parseImageReference(image));
	return { key, credential, image: { name: image, ...place }, insecure };
}

/** Whether a kubelet could pull the image with it. */
export function works({ verification }: CredentialCheck): boolean {
	return (
		verification !== undefined &&
		"pullable" in verification &&
		verification.pullable !== undefined
	);
}

/** Whether it could not be found out: nobody has refused it. With an empty one runtimes pull as nobody. */
export function isOpen({ verification }: CredentialCheck): boolean {
	return (
		verification === undefined ||
		verification.outcome === "unverifiable" ||
		verification.outcome === "unreachable"
	);
}
