/** Why a registry does not let an image be pulled, as `images --check` words it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Denial } from "../../src/core/registry/check-image.ts";
import { imageItem } from "../../src/report/images.ts";

const DENIALS: readonly [Denial, string][] = [
	[
		{ is: "no-credential" },
		"the registry asks for a credential, and no entry gives one",
	],
	[
		{ is: "rejected", from: "a/b", status: 401, words: "no such login" },
		'credential of a/b rejected ("no such login")',
	],
	[
		{ is: "no-permission", from: undefined, status: 403, words: "" },
		"no access without a credential (403)",
	],
	[
		{ is: "no-permission", from: "a/b", status: 403, words: "" },
		"a/b has no permission, or there is no such image (403)",
	],
	[
		{
			is: "realm",
			host: "r.io",
			fault: { is: "private", host: "10.0.0.1" },
		},
		"r.io: its token realm is at the private address 10.0.0.1, which is not the registry's own",
	],
	[
		{ is: "unknown-login", host: "r.io" },
		"r.io asks for a login that container runtimes do not know",
	],
	[
		{
			is: "token-server",
			fault: { host: "auth.io", is: "status", status: 400, words: "no scope" },
		},
		'its token server auth.io answers 400 ("no scope")',
	],
	[
		{ is: "token-server", fault: { host: "auth.io", is: "no-token" } },
		"its token server auth.io answers without a token",
	],
];

for (const [because, words] of DENIALS)
	test(words, () => {
		const finding = { status: "denied", because } as const;
		const item = imageItem({
			image: "r.io/a:1",
			renamed: undefined,
			from: [],
			artifact: false,
			finding,
		});
		assert.equal(Reflect.get(item, "detail"), words);
	});
