/** What the suites of sync share. */
import assert from "node:assert/strict";
import { edit, NAME, secret } from "../../support/build.ts";
import type { Outcome } from "../../support/command-line.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

export { NAME };
export const NAMESPACES = ["app", "nginx-mesh", "shop"];

/** A bed with a source whose password is `p`. */
export async function withSource(
	options: Parameters<typeof testBed>[0] = {},
): Promise<TestBed> {
	const bed = await testBed({ namespaces: NAMESPACES, ...options });
	await create(bed, "p");
	return bed;
}

export async function create(
	bed: TestBed,
	password: string,
	...more: string[]
): Promise<void> {
	const outcome = await bed.run(
		[
			"create",
			"--registry-server",
			"r.example.com",
			"--registry-username",
			"u",
			"--registry-password-stdin",
			...more,
		],
		{ stdin: password },
	);
	assert.equal(outcome.status, 0, outcome.err);
}

/** Somebody gives the source another password, `newer`. */
export function renew(bed: TestBed): void {
	edit(bed, "Secret", "nginx-mesh", {
		data: {
			".dockerconfigjson": btoa(
				'{"auths":{"r.example.com":{"username":"u","password":"newer"}}}',
			),
		},
	});
}

export const shown = ({ status, out, err }: Outcome) => ({ status, out, err });

/** A Secret of our name that this program did not make. */
export function seed(
	bed: TestBed,
	namespace: string,
	fields: object = {},
	metadata: object = {},
): void {
	secret(
		bed,
		namespace,
		{ "other.example.com": { auth: "YTpi" } },
		{ metadata, ...fields },
	);
}

export const OWNED = { labels: { usage: NAME } };
