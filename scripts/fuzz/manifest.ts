import fc from "fast-check";
import { injectManifest } from "../../src/core/manifest/inject.ts";
import { isFailure } from "../../src/core/output/failure.ts";
import { OperationError } from "../../src/errors.ts";
import { isRecord, refusalIn } from "./oracle.ts";
import { nearly, type Subject, sometimes } from "./subject.ts";

const PULL_SECRET = "pull-key";

const TEMPLATE = ["spec", "template", "spec"];
const POD_SPECS: Readonly<
	Record<string, { apiVersion: string; path: readonly string[] }>
> = {
	Pod: { apiVersion: "v1", path: ["spec"] },
	Deployment: { apiVersion: "apps/v1", path: TEMPLATE },
	Job: { apiVersion: "batch/v1", path: TEMPLATE },
	CronJob: {
		apiVersion: "batch/v1",
		path: ["spec", "jobTemplate", ...TEMPLATE],
	},
};

const word = fc.constantFrom(
	"a",
	"app",
	"a b",
	"true",
	"~",
	"1.0",
	"a: b",
	"a #b",
	"#a",
	"---",
	"...",
	"{a}",
	"- a",
	"a\nb",
	"",
	"é",
	"\u2028",
	"'",
	'"',
	"&a",
	"*a",
	"!a",
	"?",
	"? a",
	"<<",
	"|",
	">-",
);
const podSpec = fc
	.record({
		containers: fc.array(
			fc.record({
				name: word,
				image: word,
				args: sometimes(fc.array(word, { maxLength: 2 })),
			}),
			{ maxLength: 2 },
		),
		imagePullSecrets: sometimes(
			fc.oneof(
				fc.array(
					fc.record({ name: fc.constantFrom("other", PULL_SECRET, "x") }),
					{ maxLength: 2 },
				),
				fc.constant(null),
			),
		),
		hostNetwork: sometimes(fc.boolean()),
		nodeSelector: sometimes(fc.dictionary(word, word, { maxKeys: 2 })),
	})
	.chain((spec) =>
		fc
			.shuffledSubarray(Object.keys(spec), { minLength: 1 })
			.map((keys) =>
				Object.fromEntries(
					keys.map((key) => [key, spec[key as keyof typeof spec]]),
				),
			),
	);

const workload = fc
	.tuple(
		fc.constantFrom(...Object.keys(POD_SPECS)),
		word,
		podSpec,
		sometimes(fc.dictionary(word, word, { maxKeys: 2 })),
	)
	.map(([kind, name, spec, annotations]) => ({
		apiVersion: POD_SPECS[kind]?.apiVersion,
		kind,
		metadata: { name, annotations },
		...(POD_SPECS[kind]?.path ?? []).reduceRight<object>(
			(inner, key) => ({ [key]: inner }),
			spec,
		),
	}));
const other = fc.record({
	apiVersion: fc.constant("v1"),
	kind: fc.constantFrom("ConfigMap", "Secret"),
	metadata: fc.record({ name: word }),
	data: fc.dictionary(word, word, { maxKeys: 2 }),
});
const list = fc
	.array(fc.oneof(workload, other), { maxLength: 2 })
	.map((items) => ({ apiVersion: "v1", kind: "List", items }));
const object = fc.oneof(
	{ weight: 6, arbitrary: workload },
	{ weight: 1, arbitrary: other },
	{ weight: 1, arbitrary: list },
);

/** How a text is written: one choice after the other, each of a few. */
class Style {
	#at = 0;
	readonly #choices: readonly number[];

	constructor(choices: readonly number[]) {
		this.#choices = choices;
	}
	/** A number below `of`; 0, the usual, where nothing is left. */
	pick(of: number): number {
		return (this.#choices[this.#at++] ?? 0) % of;
	}
	oneOf<T>(usual: T, ...others: T[]): T {
		return (
			[usual, usual, usual, ...others][this.pick(3 + others.length)] ?? usual
		);
	}
}

/** A value behind `key:` or `-`: the text with the space or line end before it. */
function written(value: unknown, indent: string, style: Style): string {
	const anchor = style.oneOf("", "", "", "", " &x", " !!map", " # c");
	if (Array.isArray(value) && value.length > 0 && style.pick(5) !== 4) {
		const inner = indent + style.oneOf("", "  ");
		return `${anchor === " !!map" ? " !!seq" : anchor}\n${value.map((item) => `${inner}-${itemText(item, `${inner}  `, style)}`).join("\n")}`;
	}
	if (isRecord(value) && Object.keys(value).length > 0 && style.pick(5) !== 4)
		return `${anchor}\n${entries(value, `${indent}  `, style)}`;
	return ` ${scalarOrFlow(value, indent, style)}${style.oneOf("", " # c", " ")}`;
}

function itemText(item: unknown, indent: string, style: Style): string {
	if (!isRecord(item) || Object.keys(item).length === 0 || style.pick(5) === 4)
		return written(item, indent, style);
	return ` ${entries(item, indent, style).slice(indent.length)}`;
}

function entries(
	value: Readonly<Record<string, unknown>>,
	indent: string,
	style: Style,
): string {
	return Object.entries(value)
		.filter(([, inner]) => inner !== undefined)
		.map(([key, inner]) => {
			const name = scalar(key, style, true);
			const before = style.oneOf("", `${indent}# c\n`, "\n", "# c\n");
			if (style.pick(12) === 11)
				return `${before}${indent}? ${name}\n${indent}:${written(inner, indent, style)}`;
			return `${before}${indent}${name}${style.oneOf("", " ")}:${written(inner, indent, style)}`;
		})
		.join("\n");
}

function scalarOrFlow(value: unknown, indent: string, style: Style): string {
	const space = style.oneOf("", " ", `\n${indent}    `);
	if (Array.isArray(value))
		return `[${space}${value.map((item) => scalarOrFlow(item, indent, style)).join(`,${style.oneOf(" ", "", space)}`)}${style.oneOf("", space, value.length > 0 ? "," : "")}]`;
	if (isRecord(value))
		return `{${space}${Object.entries(value)
			.filter(([, inner]) => inner !== undefined)
			.map(
				([key, inner]) =>
					`${scalar(key, style, true)}: ${scalarOrFlow(inner, indent, style)}`,
			)
			.join(`,${style.oneOf(" ", space)}`)}${space}}`;
	if (
		typeof value === "string" &&
		/^[a-z\n]+$/.test(value) &&
		style.pick(8) === 7
	)
		return scalar(value, style, true);
	return typeof value === "string"
		? scalar(value, style, false)
		: value === null
			? style.oneOf("null", "~", "")
			: String(value);
}

function scalar(text: string, style: Style, isKey: boolean): string {
	const plain =
		/^[A-Za-z][\w. /-]*[\w]$|^[a-z]$/.test(text) &&
		!/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
	switch (style.pick(isKey ? 9 : 6)) {
		case 4:
			return JSON.stringify(text);
		case 5:
			return /\n/.test(text)
				? JSON.stringify(text)
				: `'${text.replaceAll("'", "''")}'`;
		default:
			return plain ? text : JSON.stringify(text);
	}
}

const document = fc
	.tuple(object, fc.array(fc.nat(59), { maxLength: 60 }))
	.map(([value, choices]) => {
		const style = new Style(choices);
		if (style.pick(8) === 7)
			return JSON.stringify(value, null, style.pick(2) * 2);
		if (style.pick(12) === 11) return scalarOrFlow(value, "", style);
		return entries(
			JSON.parse(JSON.stringify(value)) as Record<string, unknown>,
			"",
			style,
		);
	});

const file = fc
	.tuple(
		fc.constantFrom(
			"",
			"",
			"",
			"\ufeff",
			"---\n",
			"# c\n",
			"%YAML 1.1\n---\n",
			"\n",
		),
		fc.array(
			fc.tuple(
				document,
				fc.constantFrom(
					"\n---\n",
					"\n---\n",
					"\n--- # c\n",
					"\n...\n",
					"\n...\n---\n",
					"---\n",
					"\n--- \n",
				),
			),
			{ minLength: 1, maxLength: 3 },
		),
		fc.constantFrom("\n", "", "\n...", "---", "\n---\n"),
		fc.constantFrom("\n", "\n", "\n", "\r\n", "\r"),
	)
	.map(([start, documents, end, line]) =>
		(
			start +
			documents
				.map(
					([text, by], index) =>
						text + (index === documents.length - 1 ? "" : by),
				)
				.join("") +
			end
		).replaceAll("\n", line),
	);

/**
 * What Kubernetes' decoder passes over without a word (what follows `...`, or a brace and a
 * marker on one line) or reads as line ends of YAML 1.1: inject may refuse it, with the line.
 */
const UNLIKE = /[\r\n]\.\.\.|\}---|[\u0085\u2028\u2029]/;

/**
 * `inject`, against what kubectl reads before and after: every pod's spec has the pull secret once,
 * and nothing else is another. What kubectl does not read is left aside.
 */
export const manifest: Subject<{ text: string; changed: boolean }> = {
	name: "manifest",
	input: fc.oneof(
		file.map((text) => ({ text, changed: false })),
		nearly(file, "\n\r\t :-{}[],\"'#&*!|>%?~a\u0085").map((text) => ({
			text,
			changed: true,
		})),
	),
	async compare({ text, changed }, ask) {
		const before = await ask("manifest", text);
		if (refusalIn(before) !== undefined)
			return { ours: before, theirs: before };
		let injected: string;
		try {
			injected = injectManifest(text, "FILE", {
				secret: PULL_SECRET,
				fix: false,
				serviceAccounts: false,
			}).text;
		} catch (error) {
			if (!(error instanceof OperationError)) throw error;
			// It says which line to write in another way: nothing is lost.
			// Go reads no further than the first value: behind it may be anything, which ours refuses.
			if (
				changed ||
				isFailure(error, "manifest-uneditable") ||
				isFailure(error, "pull-secrets-not-a-list") ||
				UNLIKE.test(text)
			)
				return { ours: before, theirs: before };
			return { ours: { error: error.message }, theirs: before };
		}
		const after = await ask("manifest", injected);
		// A change may make a kind of it that nobody knows: what is left is that nothing else is another.
		return changed
			? {
					ours: { injected, read: withoutPullSecret(after) },
					theirs: { injected, read: withoutPullSecret(before) },
				}
			: {
					ours: { injected, read: after },
					theirs: { injected, read: expected(before) },
				};
	},
};

/** The value without the pull secret in any list of that name, and without such lists that are then empty. */
function withoutPullSecret(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutPullSecret);
	if (!isRecord(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, inner]) => {
			if (key !== "imagePullSecrets") return [[key, withoutPullSecret(inner)]];
			const others = Array.isArray(inner)
				? inner.filter((each) => !isRecord(each) || each.name !== PULL_SECRET)
				: [];
			return others.length === 0 ? [] : [[key, others]];
		}),
	);
}

/** The documents with the pull secret in every pod's spec. */
function expected(documents: unknown): unknown {
	return Array.isArray(documents)
		? documents.map((each) => withPullSecret(each))
		: documents;
}

function withPullSecret(
	object: unknown,
	apiVersion?: unknown,
	kind?: unknown,
): unknown {
	if (!isRecord(object)) return object;
	const { kind: ownKind = kind, apiVersion: own = apiVersion, items } = object;
	if (typeof ownKind === "string" && ownKind.endsWith("List")) {
		const of =
			ownKind === "List" ? undefined : ownKind.slice(0, -"List".length);
		return Array.isArray(items)
			? {
					...object,
					items: items.map((item) =>
						withPullSecret(item, of === undefined ? undefined : own, of),
					),
				}
			: object;
	}
	const known =
		typeof ownKind === "string" && Object.hasOwn(POD_SPECS, ownKind)
			? POD_SPECS[ownKind]
			: undefined;
	if (
		known === undefined ||
		(own !== undefined && groupOf(own) !== groupOf(known.apiVersion))
	)
		return object;
	return at(object, known.path);
}

function groupOf(apiVersion: unknown): string {
	const [group = "", ...version] = `${apiVersion}`.split("/");
	return version.length === 0 ? "" : group;
}

function at(object: unknown, path: readonly string[]): unknown {
	if (!isRecord(object)) return object;
	const [key, ...rest] = path;
	if (key !== undefined)
		return Object.hasOwn(object, key)
			? { ...object, [key]: at(object[key], rest) }
			: object;
	const { imagePullSecrets } = object;
	const listed = Array.isArray(imagePullSecrets) ? imagePullSecrets : [];
	return listed.some((each) => isRecord(each) && each.name === PULL_SECRET)
		? object
		: { ...object, imagePullSecrets: [...listed, { name: PULL_SECRET }] };
}
