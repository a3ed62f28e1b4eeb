import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import type { AuthFields } from "../../../src/core/credentials/docker-config.ts";
import { authFields } from "../../../src/core/credentials/docker-config.ts";
import { FailureError } from "../../../src/core/output/failure.ts";
import {
	editable,
	entryNamed,
	type NewEntry,
	type SourceEdit,
	sourceMaker,
} from "../../../src/core/pull-secrets/edit-source.ts";
import {
	MANAGED_BY_LABEL,
	MANAGER,
	SERVERS_ANNOTATION,
	SOURCE_ANNOTATION,
	type UsageLabel,
} from "../../../src/core/pull-secrets/ownership.ts";
import {
	ContentReader,
	contentOfAuths,
	type DesiredPullSecret,
	type PullSecret,
} from "../../../src/core/pull-secrets/pull-secret.ts";
import { parseRegistryServer } from "../../../src/core/registry/server.ts";
import { pullSecret } from "../../support/pull-secret.ts";

const PLACE = { namespace: "nginx-mesh", name: "registry-key" };
const OURS = { usage: PLACE.name, [MANAGED_BY_LABEL]: MANAGER };

const fields = (password: string): AuthFields =>
	authFields(new Credential("u", password));

/** A Secret that holds these passwords, by key. */
function secret(
	passwords: Record<string, string>,
	more: Partial<PullSecret> = {},
): PullSecret {
	return pullSecret({
		...PLACE,
		labels: OURS,
		content: contentOfAuths(
			Object.entries(passwords).map(([key, text]) => [key, fields(text)]),
		),
		created: "2026-11-21T08:00:00Z",
		...more,
	});
}

function entry(
	server: string,
	password: string,
	more: Partial<NewEntry> = {},
): NewEntry {
	return {
		server: parseRegistryServer(server),
		credential: new Credential("u", password),
		...more,
	};
}

/** The passwords of a source, by key, in order. */
function passwordsOf({ content }: DesiredPullSecret): [string, unknown][] {
	const { auths } = JSON.parse(Buffer.from(content.data, "base64").toString());
	return Object.entries<AuthFields>(auths).map(([key, { password }]) => [
		key,
		password,
	]);
}

/** What a source remembers, without the beginning of our annotations. */
const remembered = ({ annotations }: DesiredPullSecret) =>
	Object.fromEntries(
		Object.entries(annotations).map(([name, value]) => [
			name.replace("kubectl-meshreg/", ""),
			value,
		]),
	);

function edited(
	edit: SourceEdit,
	current: PullSecret,
	entries: readonly NewEntry[] = [],
	label?: UsageLabel,
): DesiredPullSecret {
	return sourceMaker(edit, PLACE, entries, label)(current);
}

/** The failure that something throws. */
function failure(run: () => unknown) {
	try {
		run();
	} catch (error) {
		if (error instanceof FailureError) return error.failure;
		throw error;
	}
	return assert.fail("nothing was thrown");
}

const at = (hour: number) => Date.UTC(2026, 10, 21, hour);
const SERVERS = { [SERVERS_ANNOTATION]: '{"a.example":"a.example/mesh"}' };
const SENT = '[{"namespaces":{"app":"1"}}]';
const PROVIDER = { "kubectl-meshreg/provider": '{"a.example":"ecr"}' };
/** What whoever made an unmanaged Secret may have written on it. */
const CLAIMS = {
	"kubectl-meshreg/targets": SENT,
	"kubectl-meshreg/label": "team=a",
};

describe("a source is written in the place of another", () => {
	test("the record stays, and the label; what was remembered of the registries goes", () => {
		const before = secret(
			{ "a.example": "one" },
			{
				annotations: {
					...SERVERS,
					...CLAIMS,
					...PROVIDER,
					"kubectl-meshreg/issued-at": '{"a.example":"2026-11-21T08:00:00Z"}',
				},
			},
		);
		const made = edited({ by: "replace" }, before, [
			entry("b.example/x/", "two", { issuedAt: at(9), lifetime: 5_400_000 }),
		]);
		assert.deepEqual(passwordsOf(made), [["b.example", "two"]]);
		assert.deepEqual(made.labels, { [MANAGED_BY_LABEL]: MANAGER, team: "a" });
		assert.deepEqual(remembered(made), {
			targets: SENT,
			label: "team=a",
			"registry-servers": '{"b.example":"b.example/x"}',
			"issued-at": '{"b.example":"2026-11-21T09:00:00Z"}',
			"expires-in": '{"b.example":"1h30m"}',
			provider: "{}",
		});
	});

	test("one without a record gets none; another label than it was created with is refused", () => {
		const replaced = (label: UsageLabel | undefined, labels = OURS) =>
			edited(
				{ by: "replace" },
				secret({ "a.example": "one" }, { labels }),
				[entry("a.example", "two")],
				label,
			);
		const team = { key: "team", value: "b" };
		assert.deepEqual(remembered(replaced(undefined)), {
			"registry-servers": '{"a.example":"a.example"}',
		});
		const own = { key: "usage", value: PLACE.name };
		assert.deepEqual(replaced(own).labels, OURS);
		assert.equal(failure(() => replaced(team)).cause, "label-stays");
		// A mesh made that one, or a person.
		const theirs = { ...OURS, [MANAGED_BY_LABEL]: "nginx" };
		const made = replaced(team, theirs);
		assert.deepEqual([made.labels.team, remembered(made).targets], ["b", "[]"]);
	});
});

describe("an unmanaged Secret is taken over", () => {
	const theirs = (passwords: Record<string, string>) =>
		secret(passwords, {
			labels: {},
			annotations: { ...CLAIMS, ...SERVERS, ...PROVIDER },
		});

	for (const keepsOthers of [true, false])
		test(`${keepsOthers ? "with" : "without"} its other registries; what it says of a record, of a label or of who renews them is not believed`, () => {
			const made = edited(
				{ by: "replace", keepsOthers },
				theirs({ "a.example": "one", "https://b.example/v1/": "old" }),
				[entry("b.example", "two")],
			);
			assert.deepEqual(
				passwordsOf(made),
				keepsOthers
					? [
							["a.example", "one"],
							["https://b.example/v1/", "two"],
						]
					: [["b.example", "two"]],
			);
			assert.deepEqual(made.labels, OURS);
			assert.deepEqual(remembered(made), {
				targets: "[]",
				"registry-servers": keepsOthers
					? '{"a.example":"a.example/mesh","https://b.example/v1/":"b.example"}'
					: '{"b.example":"b.example"}',
			});
		});

	for (const [what, data] of [
		["no registry", "{}"],
		["nothing that can be read", "{"],
	] as const)
		test(`with ${what} in it`, () => {
			const content = new ContentReader().fromData(btoa(data));
			const made = edited(
				{ by: "replace", keepsOthers: true },
				{ ...theirs({}), content },
				[entry("b.example", "two")],
			);
			assert.deepEqual(passwordsOf(made), [["b.example", "two"]]);
			assert.equal(made.annotations["kubectl-meshreg/targets"], "[]");
		});

	test("with a label that is asked for", () => {
		const made = edited(
			{ by: "replace", keepsOthers: true },
			theirs({ "a.example": "one" }),
			[entry("b.example", "two")],
			{ key: "team", value: "b" },
		);
		assert.deepEqual(made.labels, { [MANAGED_BY_LABEL]: MANAGER, team: "b" });
	});

	test("where there is none by now, a new one is made", () => {
		const make = sourceMaker({ by: "replace", keepsOthers: true }, PLACE, [
			entry("b.example", "two"),
		]);
		assert.deepEqual(passwordsOf(make(undefined)), [["b.example", "two"]]);
	});

	test("but not at the price of those that an older type has elsewhere", () => {
		const { cause } = failure(() =>
			edited(
				{ by: "replace", keepsOthers: true },
				{
					...theirs({}),
					type: "kubernetes.io/dockercfg",
					content: new ContentReader().fromData(""),
				},
				[entry("b.example", "two")],
			),
		);
		assert.equal(cause, "others-lost");
	});

	test("and a second time, as the source that it is then", () => {
		const made = edited(
			{ by: "replace", keepsOthers: true },
			secret(
				{ "a.example": "one", "b.example": "old" },
				{ annotations: { ...SERVERS, ...CLAIMS, ...PROVIDER } },
			),
			[entry("b.example", "two")],
		);
		assert.deepEqual(passwordsOf(made), [
			["a.example", "one"],
			["b.example", "two"],
		]);
		const { targets, provider } = remembered(made);
		assert.deepEqual([targets, provider], [SENT, '{"a.example":"ecr"}']);
	});

	test("a copy keeps none of its other registries: they are another source's", () => {
		const made = edited(
			{ by: "replace", keepsOthers: true },
			secret(
				{ "a.example": "one" },
				{ annotations: { [SOURCE_ANNOTATION]: "keys/other" } },
			),
			[entry("b.example", "two")],
		);
		assert.deepEqual(passwordsOf(made), [["b.example", "two"]]);
	});
});

/** Docker Hub to a person, and nothing to a kubelet. */
const UNMATCHED = [
	"https://hub.docker.com",
	"registry-1.docker.io",
	"HTTPS://index.docker.io/v1/",
];

describe("registries are added", () => {
	const before = secret({ "a.example": "one", "b.example/team": "two" });

	test("one that is there with that credential adds nothing, also for a part of a registry", () => {
		const made = edited({ by: "add" }, before, [
			entry("a.example", "one", { issuedAt: at(9) }),
			entry("b.example/team", "two", { lifetime: 3_600_000 }),
			entry("c.example", "three"),
		]);
		assert.deepEqual(passwordsOf(made), [
			["a.example", "one"],
			["b.example/team", "two"],
			["c.example", "three"],
		]);
		// But for how long it is good, where that is said.
		assert.deepEqual(remembered(made), {
			"registry-servers":
				'{"b.example/team":"b.example/team","c.example":"c.example"}',
			"expires-in": '{"b.example/team":"1h"}',
		});
	});

	test("one whose letters stand there in another case, which no kubelet takes for it", () => {
		const made = edited({ by: "add" }, secret({ "A.example": "one" }), [
			entry("a.example", "two"),
		]);
		assert.deepEqual(passwordsOf(made), [
			["A.example", "one"],
			["a.example", "two"],
		]);
	});

	for (const key of UNMATCHED)
		test(`docker.io beside ${key}, which no kubelet takes for it`, () => {
			const made = edited({ by: "add" }, secret({ [key]: "one" }), [
				entry("docker.io", "two"),
			]);
			assert.deepEqual(passwordsOf(made), [
				[key, "one"],
				["https://index.docker.io/v1/", "two"],
			]);
		});

	const PRESENT: [server: string, key: string, as?: string][] = [
		["a.example", "a.example"],
		["b.example/team", "b.example/team"],
		["c.example", "c.example", "https://c.example/v1/"],
		["docker.io", "https://index.docker.io/v1/", "docker.io"],
	];
	for (const [server, key, as] of PRESENT)
		test(`${server} is there with another credential`, () => {
			const current = secret({
				"a.example": "one",
				"b.example/team": "two",
				"https://c.example/v1/": "three",
				"docker.io": "four",
			});
			const { script, ...why } = failure(() =>
				edited({ by: "add" }, current, [entry(server, "other")]),
			) as { script: unknown };
			assert.deepEqual(why, {
				cause: "registry-present",
				source: PLACE,
				key,
				...(as && { as }),
			});
			assert.ok(JSON.stringify(script).includes(as ?? key));
		});
});

describe("registries are applied", () => {
	test("in the place of all that count as one, in that of the part that is named, or added", () => {
		const made = edited(
			{ by: "apply" },
			secret({
				"https://a.example/v1/": "one",
				"a.example": "two",
				"b.example": "three",
				"b.example/team": "four",
			}),
			[
				entry("a.example", "new a"),
				entry("b.example/team", "new b"),
				entry("c.example", "new c"),
			],
		);
		assert.deepEqual(passwordsOf(made), [
			["https://a.example/v1/", "new a"],
			["a.example", "new a"],
			["b.example", "three"],
			["b.example/team", "new b"],
			["c.example", "new c"],
		]);
	});

	test("beside the same in other letter case as well, which a kubelet does not match with its images", () => {
		const made = edited({ by: "apply" }, secret({ "A.example": "one" }), [
			entry("a.example", "two"),
		]);
		assert.deepEqual(passwordsOf(made).toSorted(), [
			["A.example", "two"],
			["a.example", "two"],
		]);
	});

	for (const key of UNMATCHED)
		test(`docker.io beside ${key} as well, with which alone nothing could be pulled`, () => {
			const made = edited({ by: "apply" }, secret({ [key]: "one" }), [
				entry("docker.io", "two"),
			]);
			assert.deepEqual(passwordsOf(made), [
				[key, "two"],
				["https://index.docker.io/v1/", "two"],
			]);
		});

	test("two credentials for one entry: neither is taken", () => {
		const source = secret({ "a.example": "one" });
		for (const by of ["apply", "change"] as const) {
			const changed = (...passwords: string[]) =>
				edited(
					{ by },
					source,
					passwords.map((password) => entry("a.example", password)),
				);
			assert.deepEqual(passwordsOf(changed("two", "two")), [
				["a.example", "two"],
			]);
			assert.equal(
				failure(() => changed("two", "three")).cause,
				"credentials-differ",
			);
		}
	});
});

describe("a credential is replaced", () => {
	test("in all entries that count as the registry; the words that it was made with stay", () => {
		const made = edited(
			{ by: "change" },
			secret(
				{
					"a.example": "one",
					"https://a.example/v1/": "one",
					"b.example": "x",
				},
				{
					annotations: {
						...SERVERS,
						"kubectl-meshreg/expires-in":
							'{"a.example":"12h","b.example":"1h"}',
					},
				},
			),
			[entry("a.example", "two", { issuedAt: at(9) })],
		);
		assert.deepEqual(passwordsOf(made), [
			["a.example", "two"],
			["https://a.example/v1/", "two"],
			["b.example", "x"],
		]);
		assert.deepEqual(remembered(made), {
			"registry-servers":
				'{"a.example":"a.example/mesh","https://a.example/v1/":"a.example"}',
			"issued-at":
				'{"a.example":"2026-11-21T09:00:00Z","https://a.example/v1/":"2026-11-21T09:00:00Z"}',
			// Nobody said how long the new one is good.
			"expires-in": '{"b.example":"1h"}',
		});
	});

	test("no annotation holds what stands before an @", () => {
		const made = edited(
			{ by: "change" },
			secret({ "a.example": "one", "https://u:marked@a.example": "one" }),
			[entry("a.example", "two", { issuedAt: at(9) })],
		);
		assert.deepEqual(
			passwordsOf(made).map(([, password]) => password),
			["two", "two"],
		);
		assert.ok(!JSON.stringify(made.annotations).includes("marked"));
	});

	test("of one that is not there: it says how to add it", () => {
		const why = failure(() =>
			edited({ by: "change" }, secret({ "a.example": "one" }), [
				entry("b.example", "two"),
			]),
		);
		assert.ok(why.cause === "registry-absent");
		assert.equal(why.registry, "b.example");
		assert.ok(JSON.stringify(why.script).includes("--add"));
	});
});

describe("registries are removed", () => {
	const before = secret(
		{ "a.example": "one", "b.example": "two" },
		{
			annotations: {
				[SERVERS_ANNOTATION]:
					'{"a.example":"a.example/mesh","b.example":"b.example"}',
			},
		},
	);

	for (const names of [
		["a.example"],
		["a.example", "https://A.example/"],
		["a.example/mesh"],
	])
		test(`named ${names}`, () => {
			const made = edited({ by: "remove", names }, before);
			assert.deepEqual(passwordsOf(made), [["b.example", "two"]]);
			assert.deepEqual(remembered(made), {
				"registry-servers": '{"b.example":"b.example"}',
			});
		});

	test("not all of them, each named once", () => {
		const names = ["b.example", "a.example", "b.example"];
		const why = failure(() => edited({ by: "remove", names }, before));
		assert.ok(why.cause === "registries-all");
		assert.deepEqual(why.keys, ["b.example", "a.example"]);
	});

	const ABSENT: [name: string, said: string | undefined][] = [
		["c.example", "c.example"],
		["[::1]:5000/team/*", "[::1]:5000/team/*"],
		["a pasted password", undefined],
		["u:p@c.example", undefined],
		["c".repeat(200), "c".repeat(200)],
		["c".repeat(201), undefined],
	];
	for (const [name, said] of ABSENT)
		test(`${name.slice(0, 20)}, ${name.length} characters, is not there: ${said === undefined ? "not repeated" : "named"}`, () => {
			const why = failure(() =>
				edited({ by: "remove", names: [name] }, before),
			);
			assert.ok(why.cause === "registry-absent");
			assert.equal(why.registry, said);
			assert.deepEqual(why.has, ["a.example", "b.example"]);
			assert.equal(why.script, undefined);
		});

	test("of several entries of one registry it is named once", () => {
		const hub = "https://index.docker.io/v1/";
		const twice = secret({ "docker.io": "one", [hub]: "two" });
		const why = failure(() =>
			edited({ by: "remove", names: ["c.example"] }, twice),
		);
		assert.ok(why.cause === "registry-absent");
		assert.deepEqual(why.has, ["docker.io"]);
	});

	test("an entry is named by the words that it was made with", () => {
		assert.equal(entryNamed(before, "a.example/mesh"), "a.example");
		const why = failure(() => entryNamed(before, "c.example"));
		assert.ok(why.cause === "registry-absent");
		assert.ok(JSON.stringify(why.script).includes("--add"));
	});
});

describe("what is no source is not edited", () => {
	const ROWS: [what: string, current: PullSecret | undefined, cause: string][] =
		[
			["nothing", undefined, "edit-absent"],
			[
				"unmanaged",
				secret({ "a.example": "one" }, { labels: {} }),
				"edit-unmanaged",
			],
			[
				"another's",
				secret(
					{ "a.example": "one" },
					{ labels: {}, manager: { by: "tool", name: "Helm" } },
				),
				"not-a-source",
			],
			[
				"a copy",
				secret(
					{ "a.example": "one" },
					{ annotations: { "kubectl-meshreg/source": "other/registry-key" } },
				),
				"edit-copy",
			],
			[
				"what cannot be read",
				secret({}, { content: new ContentReader().fromData(btoa("{")) }),
				"edit-unreadable",
			],
		];
	for (const [what, current, cause] of ROWS)
		test(what, () => {
			assert.equal(failure(() => editable(current, PLACE)).cause, cause);
			for (const edit of [
				{ by: "add" },
				{ by: "change" },
				{ by: "remove", names: ["a.example"] },
			] as const) {
				const make = sourceMaker(
					edit,
					PLACE,
					[entry("a.example", "two")],
					undefined,
				);
				assert.equal(failure(() => make(current)).cause, cause);
			}
		});

	test("one that a mesh or a person labelled is", () => {
		const made = edited(
			{ by: "change" },
			secret({ "a.example": "one" }, { labels: { usage: PLACE.name } }),
			[entry("a.example", "two")],
		);
		assert.deepEqual(passwordsOf(made), [["a.example", "two"]]);
		assert.deepEqual(made.labels, OURS);
	});
});
