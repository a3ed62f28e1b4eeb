import fc from "fast-check";
import {
	readImageReference,
	repositoryOf,
	withDefaultTag,
} from "../../src/core/kubelet/image-reference.ts";
import {
	findCredentials,
	normaliseKey,
} from "../../src/core/kubelet/keyring.ts";
import { imageReference } from "../../test/support/arbitraries.ts";
import { isRecord, refusalIn } from "./oracle.ts";
import { nearly, type Subject } from "./subject.ts";

const ODD = ":/@.-_*%[]A aé\0\t\n?#+=~0";

/** Names of images, against kubelets' (distribution/reference). */
export const image: Subject<string> = {
	name: "image",
	input: nearly(imageReference, ODD),
	async compare(text, ask) {
		const theirs = await ask("image", text);
		const reading = readImageReference(text);
		if (typeof reading === "string")
			return {
				ours: { error: reading },
				theirs: sameReason(theirs, reading),
			};
		const reference = withDefaultTag(reading);
		return {
			ours: {
				repository: repositoryOf(reference),
				tag: reference.tag ?? "",
				digest: reference.digest ?? "",
			},
			theirs,
		};
	},
};

/** Go repeats the input in its words: of a refusal only the reason is compared. */
function sameReason(answer: unknown, because: string): unknown {
	const reason = refusalIn(answer)?.replace(
		/repository name \(.*\) must be lowercase$/s,
		"repository name must be lowercase",
	);
	return reason?.endsWith(because) ? { error: because } : answer;
}

export interface KeyringInput {
	readonly image: string;
	readonly sources: readonly { readonly type: string; readonly data: string }[];
}

const host = fc.constantFrom(
	"docker.io",
	"index.docker.io",
	"registry-1.docker.io",
	"ghcr.io",
	"a.io",
	"x.a.io",
	"y.x.a.io",
	"a.io:443",
	"x.a.io:5000",
	"localhost",
	"localhost:5000",
	"[::1]",
	"[::1]:5000",
	"10.0.0.1",
	"*.io",
	"*.a.io",
	"*.*.io",
	"x*.a.io",
	"?.a.io",
	"[xy].a.io",
	"[^x].a.io",
	"[x-z].a.io",
	"\\x.a.io",
	"*",
	"*:5000",
	"A.io",
	"",
);
const path = fc.constantFrom(
	"",
	"/",
	"/team",
	"/team/",
	"/team/app",
	"/te",
	"/v1/",
	"/v2/",
	"/v2/team",
	"/v1",
	"/library",
	"/a%2fb",
	"?q=1",
	"#f",
	"/%zz",
	"//team",
);
const key = nearly(
	fc
		.tuple(
			fc.constantFrom("", "", "https://", "http://", "HTTPS://", "user@"),
			host,
			path,
		)
		.map((parts) => parts.join("")),
	ODD,
);
const imageOfKeys = fc.oneof(
	{
		weight: 3,
		arbitrary: fc
			.tuple(
				fc.constantFrom(
					"",
					"docker.io/",
					"a.io/",
					"x.a.io/",
					"y.x.a.io/",
					"a.io:443/",
					"x.a.io:5000/",
					"localhost/",
					"localhost:5000/",
					"[::1]:5000/",
					"10.0.0.1/",
					"ghcr.io/",
				),
				fc.constantFrom(
					"app",
					"team/app",
					"team/app/x",
					"library/app",
					"te",
					"v1/team",
				),
			)
			.map((parts) => parts.join("")),
	},
	{ weight: 1, arbitrary: imageReference },
);

const auth = fc.oneof(
	fc
		.tuple(
			fc.constantFrom("a", "", "é", "\0"),
			fc.constantFrom(":", "", "::"),
			fc.constantFrom("p", "", "p\0\0", "p\n", ":p"),
		)
		.map((parts) => Buffer.from(parts.join("")).toString("base64")),
	nearly(fc.constant("YTpw"), "=-_ \nA"),
);
const text = fc.constantFrom("a", "", "p", "\u{1F600}", "\ud800", "\0", "<&>");
const scalar = fc.oneof(
	text,
	fc.constantFrom(null, 5, true),
	fc.constant([]),
	fc.constant({}),
);
const fieldName = fc.constantFrom(
	"username",
	"password",
	"auth",
	"email",
	"USERNAME",
	"Auth",
	"paſſword",
	"other",
);
const fields = fc
	.array(
		fc.tuple(
			fieldName,
			fc.oneof(
				{ weight: 5, arbitrary: text },
				{ weight: 5, arbitrary: auth },
				{ weight: 1, arbitrary: scalar },
			),
		),
		{ maxLength: 4 },
	)
	.map(objectText);
const entry = fc.oneof(
	{
		weight: 6,
		arbitrary: fc
			.tuple(text, text)
			.map(([username, password]) => JSON.stringify({ username, password })),
	},
	{
		weight: 6,
		arbitrary: auth.map((value) => JSON.stringify({ auth: value })),
	},
	{ weight: 3, arbitrary: fields },
	{ weight: 1, arbitrary: fc.constantFrom("null", "5", "[]", '"a"') },
);
const entries = fc
	.array(fc.tuple(key, entry), { maxLength: 5 })
	.map(
		(members) =>
			`{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`,
	);
/** The text of a docker config, mostly a good one. */
export const dockerConfig = nearly(
	fc
		.array(
			fc.tuple(
				fc.constantFrom(
					"auths",
					"auths",
					"auths",
					"Auths",
					"HttpHeaders",
					"credsStore",
					"x",
				),
				fc.oneof(
					{ weight: 8, arbitrary: entries },
					{
						weight: 1,
						arbitrary: fc.constantFrom("null", "5", '{"a":"b"}', '""'),
					},
				),
			),
			{ minLength: 1, maxLength: 2 },
		)
		.map(
			(members) =>
				`{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`,
		),
	'{}[]",:\\ \n0aAu',
);

function objectText(members: readonly (readonly [string, unknown])[]): string {
	return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
}

/** The credentials of an image, against the kubelet's keyring. */
export const keyring: Subject<KeyringInput> = {
	name: "keyring",
	input: fc.record({
		image: imageOfKeys,
		sources: fc.array(
			fc.oneof(
				{
					weight: 5,
					arbitrary: fc.record({
						type: fc.constant("kubernetes.io/dockerconfigjson"),
						data: dockerConfig,
					}),
				},
				{
					weight: 2,
					arbitrary: fc.record({
						type: fc.constant("kubernetes.io/dockercfg"),
						data: nearly(entries, '{}[]",: a'),
					}),
				},
				{
					weight: 1,
					arbitrary: fc.record({
						type: fc.constantFrom("Opaque", ""),
						data: dockerConfig,
					}),
				},
			),
			{ minLength: 1, maxLength: 3 },
		),
	}),
	async compare(input, ask) {
		const theirs = await ask("keyring", input);
		const answer = findCredentials(
			input.image,
			input.sources.map(({ type, data }, index) => ({
				from: `${index}`,
				type,
				data,
			})),
		);
		if (answer.outcome !== "answered")
			return {
				ours: { error: answer.error },
				theirs: sameReason(
					theirs,
					answer.error.replace("couldn't parse image name: ", ""),
				),
			};
		const ours = answer.matches.map(({ key, credential }) => ({
			group: normaliseKey(key),
			is: JSON.stringify([credential.username, credential.reveal()]),
		}));
		return { ours: inGroups(ours), theirs: inGroupsOf(ours, theirs) };
	},
};

interface Grouped {
	readonly group: string | undefined;
	readonly is: string;
}

/** Go keeps no order among keys that come to the same one: neither is theirs compared. */
function inGroups(matches: readonly Grouped[]): string[][] {
	const groups: { of: string | undefined; members: string[] }[] = [];
	for (const { group, is } of matches) {
		const last = groups.at(-1);
		if (last && last.of === group) last.members.push(is);
		else groups.push({ of: group, members: [is] });
	}
	return groups.map(({ members }) => members.sort());
}

function inGroupsOf(ours: readonly Grouped[], theirs: unknown): unknown {
	if (!Array.isArray(theirs)) return theirs;
	const credentials = theirs.map((each) =>
		isRecord(each) ? JSON.stringify([each.username, each.password]) : "",
	);
	if (credentials.length !== ours.length) return credentials;
	return inGroups(
		ours.map(({ group }, index) => ({ group, is: credentials[index] ?? "" })),
	);
}
