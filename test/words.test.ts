/**
 * The vocabulary of everything that a person reads: help, messages, prompts and pages. Each row is a
 * word or phrase that is not used, and what is said instead.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { COMMANDS } from "../src/cli.ts";
import { commandHelp } from "../src/report/help.ts";

const NOT_USED: readonly (readonly [not: RegExp, but: string])[] = [
	// One name for one thing.
	[/\bregistry keys?\b/i, "pull secret"],
	[/(?<![\w-])--(key|try)\b/, "--secret, --verify"],
	[/\bowner label/i, "the label"],
	[/\b(unlabelled|foreign)\b/i, "unmanaged: not managed by meshreg"],
	[/\bsomebody else/i, "not managed by meshreg; another team, someone else"],
	[/\bmend(s|ed|ing)?\b/i, "fix"],
	[/\btrials?\b|\btried (at|first|before)\b/i, "verified, verification"],
	[/\bfolders?\b/i, "directory"],
	[
		/names? (no|a|another) pull secrets?\b|\bpods? that names? \$/i,
		"references a pull secret",
	],
	// Nobody stops at a word in an incident.
	[/\banew\b|\bmade again\b/i, "again, recreated"],
	[/\ball the same\b/i, "anyway"],
	[/\bvouch/i, "unverified certificate"],
	[/\bshall\b/i, "should, is to"],
	[/\b(is|are) well\b(?!-)|\bworth knowing\b/i, "ok, warning"],
	[/\bthat (is|are) there\b/i, "existing"],
	[/\bbe asked\b|\basked about\b/i, "what is done instead of who is asked"],
	[/\bmay not be (read|listed|written|looked)/i, "not allowed to …"],
	[/\bof which\b/i, "whose, two sentences"],
	[/ again[.;:](?!\w)/i, "“again” at a sentence's end: a second time of what?"],
	[/\bstays? as (they|it) (are|is)\b/i, "unchanged"],
	[/\btakes? (it|them|that|the \w+) (all )?away\b/i, "removes, deletes"],
	[/\bat most so (many|long)\b|\bfor so long\b/i, "at most, maximum"],
	[/\bfor your eyes only\b/i, "with mode 0600"],
	// Messages and questions of an earlier wording.
	[/\b(creation|rotation) is cancelled\b/i, "Cancelled; nothing was changed"],
	[/\btakes no operands\b/i, "takes no arguments"],
	[/\bor hides it\b|\bor hidden from\b/i, "not found, or no access"],
	[/\b(is|it) tried again\)/i, "(will retry)"],
	[/\bknows no host\b/i, "cannot resolve (no such host)"],
	[
		/\b(does|do) not let (it|them) pull\b/i,
		"cannot pull: not found, or no access",
	],
	[/\bnamespaces? (was|is|were) marked\b/i, "selected"],
	[/\banother credential (in|for)\b/i, "Replace the credential"],
	[/\bholds white space\b/i, "no spaces, please"],
	[/\buser information before\b/i, "leave the user out of the address"],
	[/\bcertificate that nobody\b|\bauthority that signed\b/i, "unknown CA"],
	[/\bwithout a word\b/i, "no output"],
	[
		/\bmatches it:|: pulls fail\b/i,
		"after a name and a colon: brackets, or a semicolon",
	],
	[/\bREADME shows the roles\b/i, "the page's address"],
	// What is not what it should be, and what was left alone.
	[/(?<!\bthere )\bis no (?!longer\b)/i, "is not a"],
	[
		/\b(left|leaves?|leaving) (\w+ )*as (it|they) (is|are)\b/i,
		"left unchanged",
	],
	[/\buser names?\b/i, "username"],
	[/\b(a|be) texts?\b/i, "a string, strings"],
];

/** Names in the code that have a usual one, of Go's client or of what they are. */
const NAMES: readonly (readonly [not: RegExp, but: string])[] = [
	[/^\w*Mending$|^mending/, "Fix"],
	[/^Agenda$|^Upkeep$|^Keeper$/, "WorkQueue, SyncState, Controller"],
	[/^Pace$|^truce$/, "Backoff"],
	[/^Following$|^Follower$/, "Reflector"],
	[
		/^(Syncing|Rotating|Applying|Asking|Showing|Learning|TakingBack)$/,
		"…Options",
	],
	[/^(Trial|Inquiry|Judgement)$/, "…Attempts, Session, Verdict"],
	[/^(wordsOf|inWords|placesWords)$/, "errorMessage, describe, format…"],
	[/^(mayI|ToldOnce|Hush|likeness)$/, "canI, DedupedLog, …"],
];

/** Where a word is meant: a part of the text around it, and why. */
const MEANT: readonly (readonly [text: string, why: string])[] = [
	["test/foreign-text", "a file's name"],
];

/** What is wrong with a text, a line each. */
function faults(where: string, text: string): string[] {
	return text.split("\n").flatMap((line, index) =>
		NOT_USED.flatMap(([not, but]) => {
			const found = not.exec(line);
			return found === null || MEANT.some(([meant]) => line.includes(meant))
				? []
				: [`${where}:${index + 1}: “${found[0]}” (${but}): ${line.trim()}`];
		}),
	);
}

/** What a help text may begin with. */
const VERBS: ReadonlySet<string> = new Set(
	"Add Allow Answer Append Ask Attach Change Check Copy Create Delete Do Exit Explain Find Give Ignore Impersonate Judge Keep Label Leave Limit List Log Look Make Mount Move Name Overwrite Pass Print Put Read Remove Renew Repeat Replace Run Say Select Serve Show Skip Take Trust Use Verify Wait Watch Work Write".split(
		" ",
	),
);

describe("words that are not used", () => {
	for (const command of COMMANDS)
		test(`help of ${command.verb}`, () => {
			assert.deepEqual(faults(command.verb, commandHelp(command, {})), []);
		});

	for (const page of pages())
		test(page, () => {
			assert.deepEqual(faults(page, readFileSync(page, "utf8")), []);
		});

	test("messages and prompts: the strings of src", () => {
		const found = readdirSync("src", { recursive: true, encoding: "utf8" })
			.filter((path) => path.endsWith(".ts"))
			.sort()
			.flatMap((path) =>
				faults(path, stringsOf(readFileSync(join("src", path), "utf8"))),
			);
		assert.deepEqual(found, []);
	});

	test("names in the code", () => {
		const declared =
			/\b(?:interface|type|class|function|const|let)\s+(\w+)|^\t(?:readonly )?(\w+)(?=[:(])/gm;
		const found = sources().flatMap((path) =>
			[...readFileSync(path, "utf8").matchAll(declared)].flatMap(
				([, name, member = ""]) =>
					NAMES.filter(([not]) => not.test(name ?? member)).map(
						([, but]) => `${path}: ${name ?? member}: ${but}`,
					),
			),
		);
		assert.deepEqual(found, []);
	});

	test("a word that is meant is still there", () => {
		const all = [...pages(), ...sources()].map((path) =>
			readFileSync(path, "utf8"),
		);
		for (const [text] of MEANT)
			assert.ok(
				all.some((page) => page.includes(text)),
				text,
			);
	});
});

describe("help", () => {
	test("a command is one line of at most 60 characters, without a full stop", () => {
		for (const { verb, summary } of COMMANDS) {
			assert.ok(summary.length <= 60, `${verb}: ${summary.length}`);
			assert.match(summary, /^[A-Z].*[^.]$/, verb);
		}
	});

	test("begins with a verb: commands, what they are about, flags", () => {
		const begins = COMMANDS.flatMap(({ verb, summary, about, flags }) => [
			[verb, summary] as const,
			[verb, about] as const,
			...flags
				.filter(({ hidden }) => !hidden)
				.map(({ name, help }) => [`${verb} --${name}`, help] as const),
		]);
		for (const [where, text] of begins) {
			const [word = ""] = text.split(/[\s:,]/);
			assert.ok(VERBS.has(word), `${where} begins with “${word}”: ${text}`);
		}
	});

	test("nothing is wider than 80 columns, but a line to be pasted", () => {
		for (const command of COMMANDS)
			for (const line of commandHelp(command, {}).split("\n"))
				assert.ok(
					line.length <= 80 || / \\$|kubectl meshreg /.test(line),
					`${command.verb}: ${line}`,
				);
	});
});

/** Pages that people read, generated ones included. */
function pages(): string[] {
	return [
		"README.md",
		"SECURITY.md",
		"CHANGELOG.md",
		"CONTRIBUTING.md",
		"krew-manifest.yaml",
		...readdirSync("docs", { recursive: true, encoding: "utf8" })
			.filter((path) => path.endsWith(".md"))
			.sort()
			.map((path) => join("docs", path)),
		...readdirSync(".github/ISSUE_TEMPLATE").map((path) =>
			join(".github/ISSUE_TEMPLATE", path),
		),
	];
}

function sources(): string[] {
	return readdirSync("src", { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts"))
		.map((path) => join("src", path));
}

/** A source file with its strings alone, at their lines: comments, code and paths of imports are left out. */
function stringsOf(text: string): string {
	const literal =
		/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
	let out = "";
	let end = 0;
	for (const { 0: found, index } of text.matchAll(literal)) {
		const between = text.slice(end, index);
		const isComment = found.startsWith("/");
		const isPath = /\bfrom $|\bimport\($/.test(between);
		out += between.replace(/[^\n]/g, "");
		out += isComment || isPath ? found.replace(/[^\n]/g, "") : `${found} `;
		end = index + found.length;
	}
	return out;
}
