/**
 * Text that somebody else writes, of a size that an API server takes, goes through every function that
 * reads or shows it in time proportional to its length: while one runs, Ctrl-C is not heard.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Script } from "node:vm";
import { refusal } from "../src/adapters/cluster/api/errors.ts";
import { KnownData, shortened } from "../src/adapters/cluster/api/redact.ts";
import { serverUrl } from "../src/adapters/cluster/kubeconfig/server.ts";
import { placesOf } from "../src/adapters/programs.ts";
import { proxyFor } from "../src/adapters/proxy.ts";
import { trustIn } from "../src/adapters/registry/transport.ts";
import { withoutLastWord } from "../src/adapters/terminal/keyboard.ts";
import {
	accountDifferences,
	planDetachAll,
} from "../src/core/accounts/attachment.ts";
import { podsOf } from "../src/core/accounts/old-pods.ts";
import { accountFacts, hasOwnList, podFacts } from "../src/core/check/facts.ts";
import { Credential } from "../src/core/credentials/credential.ts";
import {
	sensitiveData,
	withoutSecrets,
} from "../src/core/credentials/redact.ts";
import { readImageReference } from "../src/core/kubelet/image-reference.ts";
import {
	findCredentials,
	hostMatches,
	lookUp,
	readKeyring,
} from "../src/core/kubelet/keyring.ts";
import { nearMisses } from "../src/core/kubelet/near-miss.ts";
import { pullEvent, readPull } from "../src/core/kubelet/pull-report.ts";
import { withoutPasswords } from "../src/core/output/address.ts";
import {
	oneLine,
	onOneLine,
	printable,
	withoutLast,
} from "../src/core/output/printable.ts";
import { wrap } from "../src/core/output/wrap.ts";
import {
	chooseLogin,
	parseChallenges,
	tokenIn,
} from "../src/core/registry/challenge.ts";
import { faultOf } from "../src/core/registry/fault.ts";
import { isPrivateHost } from "../src/core/registry/network-address.ts";
import { displayHost, registryOf } from "../src/core/registry/server.ts";
import { failureWords, registryWords } from "../src/core/registry/words.ts";
import { OperationError } from "../src/errors.ts";
import { failureLine } from "../src/report/failure.ts";
import { registryFaultWords } from "../src/report/registry-fault-words.ts";

const SIZE = 300_000;
const times = (part: string) => part.repeat(Math.ceil(SIZE / part.length));

const TEXTS: Record<string, string> = {
	spaces: times(" "),
	"spaces between words": `a${times(" ")}b`,
	tabs: times("\t"),
	"line ends": times("\n"),
	"line ends and spaces": times("\r\n "),
	"spaces before a line end": `${times(" ")}\nx`,
	"line ends before a letter": `${times("\r")}x`,
	letters: times("a"),
	"letters before a word": `${times("a")} b`,
	digits: times("1"),
	"upper case": times("A"),
	words: times("ab "),
	dots: times("."),
	colons: times(":"),
	commas: times(", "),
	slashes: times("/"),
	schemes: times("https://"),
	"at signs": times("@"),
	"percent signs": times("%25"),
	quotes: times('"'),
	"escaped quotes": times('\\"'),
	backslashes: times("\\"),
	brackets: times("["),
	braces: times('{"a":'),
	"open braces": times("{"),
	"nested lists": `${times("[").slice(0, SIZE / 2)}${times("]").slice(0, SIZE / 2)}`,
	challenges: times('Bearer realm="x", '),
	"open quotes": times('a="b '),
	"equals signs": times("a="),
	certificates: times("-----BEGIN CERTIFICATE-----\n"),
	warnings: times('299 - "x" '),
	"stack frames": times("\n    at a "),
	emoji: times("\u{1f469}\u200d\u{1f4bb}"),
	marks: times("e\u0301"),
	"beginnings of tokens": times("eyJ-"),
};

const secret = (text: string) => Buffer.from(text, "utf8").toString("base64");
const hidden = (words: string, data: string) =>
	withoutSecrets(words, sensitiveData([secret(data)]), "***");
const pullSecret = (from: string, keys: readonly string[]) => ({
	from,
	type: "kubernetes.io/dockerconfigjson",
	data: JSON.stringify({
		auths: Object.fromEntries(keys.map((key) => [key, { auth: "dTpw" }])),
	}),
});
const someone = new Credential("user", "a-password-of-some-length");

/** May throw for such text, as it would for its users; it only has to come to an end. */
const FUNCTIONS: Record<string, (text: string) => unknown> = {
	oneLine,
	printable,
	wrap: (text) => wrap(text, 80, "    "),
	failureLine: (text) => failureLine(new OperationError(text)),
	"failureLine of a bug": (text) => failureLine(new TypeError(text)),
	onOneLine: (text) => onOneLine(text, 100),
	registryWords: (text) => registryWords(text, "", [someone]),
	"registryWords of JSON": (text) =>
		registryWords(JSON.stringify({ errors: [{ message: text }] }), "", [
			someone,
		]),
	failureWords: (text) => failureWords(text, text),
	parseChallenges: (text) =>
		chooseLogin(parseChallenges(text), new URL("https://r"), false),
	tokenIn,
	faultOf: (text) =>
		registryFaultWords(faultOf({ code: text, names: text }, text)),
	displayHost,
	registryOf,
	isPrivateHost,
	withoutPasswords,
	serverUrl,
	"withoutSecrets, quoted": (text) => hidden(text, "a-secret-of-some-length"),
	"withoutSecrets, secret": (text) => hidden("no to aaaaaaaaaaaaaaaaaa", text),
	"withoutSecrets, both": (text) => hidden(text, text),
	refusal: (text) =>
		refusal(403, JSON.stringify({ message: text }), "", shortened),
	"refusal of a 422": (text) =>
		refusal(422, JSON.stringify({ message: text }), "", shortened),
	KnownData: (text) => {
		const known = new KnownData();
		known.note("Secret", {
			metadata: {
				name: "a",
				annotations: {
					"kubectl.kubernetes.io/last-applied-configuration": text,
				},
			},
			data: { a: text },
		});
		return known.redact("Secret", { name: "a" })(text);
	},
	proxyFor: (text) =>
		proxyFor(new URL("https://k:1"), undefined, {
			HTTPS_PROXY: text,
			NO_PROXY: text,
		}),
	readImageReference: (text) =>
		["", "r.io/", "r.io/a:", "r.io/a@"].map((before) => [
			readImageReference(before + text),
			readImageReference(`${before}${text}.io/b`),
		]),
	"keys and images": (text) =>
		[text, `*${text}b.io`, `*.${text}`].map((key) =>
			[`${text}a.io/b`, "r.io/b"].map((image) =>
				findCredentials(image, [pullSecret("a/b", [key])]),
			),
		),
	"a key that is a pattern": (text) => hostMatches(`*${text}*b`, text + text),
	nearMisses: (text) =>
		nearMisses("r.io/a", [pullSecret("a/b", [text, `r.io${text}`])]),
	pullEvent: (text) =>
		pullEvent({
			metadata: { name: text },
			reason: "Failed",
			message: text,
			involvedObject: {
				kind: "Pod",
				namespace: "a",
				name: text,
				fieldPath: text,
			},
		}),
	readPull: (text) =>
		readPull(
			{ container: "a", image: text, reason: "ErrImagePull", message: text },
			[
				{
					pod: "a/b",
					reason: "Failed",
					message: text,
					container: "",
					at: undefined,
				},
			],
			[text],
			[text],
		),
	withoutLast: (text) =>
		["\r\n", "/", "\0", " \t\r\n"].map((ends) => withoutLast(text, ends)),
	withoutLastWord,
	placesOf: (text) => placesOf("aws", { PATH: text }, "win32"),
	trustIn,
};

/**
 * Milliseconds that this machine, as busy as it is, takes for 2e10 steps: a text of SIZE takes millions
 * where time grows with it, and 4.5e10 where it grows with its square.
 */
const LIMIT_MS = Math.ceil(200 * timeOf(1e8));

function timeOf(steps: number): number {
	const began = process.hrtime.bigint();
	let sum = 0;
	for (let at = 0; at < steps; at++) sum = (sum + at) | 0;
	assert.notEqual(sum, 1);
	return Number(process.hrtime.bigint() - began) / 1e6;
}

for (const [name, act] of Object.entries(FUNCTIONS))
	test(name, () => {
		for (const [what, text] of Object.entries(TEXTS)) {
			Reflect.set(globalThis, "underTest", () => {
				try {
					act(text);
				} catch (error) {
					// A stack that is exhausted is a bug of its own.
					return error instanceof RangeError ? error : undefined;
				}
				return undefined;
			});
			const failure: unknown = new Script("underTest()").runInThisContext({
				timeout: LIMIT_MS,
			});
			assert.equal(failure, undefined, what);
		}
	});

/** What a kubelet says of an image's name quotes it, and whoever makes pods chooses a name for each. */
for (const beginning of ["ey-", "https://"])
	test(`five thousand messages full of ${beginning}`, () => {
		const message = `couldn't parse image name "${beginning.repeat(3000)}`;
		Reflect.set(globalThis, "underTest", () => {
			for (let at = 0; at < 5_000; at++)
				readPull(
					{ container: "a", image: "a", reason: "InvalidImageName", message },
					[],
					["a"],
					[],
				);
		});
		new Script("underTest()").runInThisContext({ timeout: LIMIT_MS });
	});

/** What stands on a tenant's account, and on his pods. */
test("accounts and pods that name a hundred thousand pull Secrets", () => {
	const names = Array.from({ length: 100_000 }, (_, at) => `s${at}`);
	const imagePullSecrets = names.map((name) => ({ name }));
	const account = {
		metadata: {
			namespace: "evil",
			name: "default",
			annotations: { "kubectl-meshreg/attached-keys": names.join() },
		},
		imagePullSecrets,
	};
	const pod = {
		metadata: { namespace: "evil", name: "web" },
		spec: { containers: [], imagePullSecrets: imagePullSecrets.toReversed() },
	};
	const other = { ...account, imagePullSecrets: [{ name: "x" }] };
	Reflect.set(globalThis, "underTest", () => {
		planDetachAll(account);
		accountDifferences(account, other);
		accountDifferences(other, account);
		hasOwnList(podFacts(pod), accountFacts(account));
		podsOf(account, [pod]);
	});
	new Script("underTest()").runInThisContext({ timeout: LIMIT_MS });
});

/** A tenant's Secret holds ten thousand keys, and his pods name as many images. */
for (const [what, key] of [
	["keys", (at: number) => `r${at}.example.com`],
	["keys with stars", (at: number) => `*${"*a".repeat(20)}${at}.example.com`],
] as const)
	test(`many ${what} and many images`, () => {
		const keys = Array.from({ length: 10_000 }, (_, at) => key(at));
		const source = pullSecret("a/b", keys);
		const found = { answered: 0, malformed: 0, "invalid-image": 0 };
		Reflect.set(globalThis, "underTest", () => {
			const keyring = readKeyring([source]);
			for (let at = 0; at < 10_000; at++) {
				const image = `r${at}.${"a".repeat(60)}.example.com/app`;
				found[lookUp(image, keyring).outcome]++;
				nearMisses(image, at % 20 === 0 ? [source] : []);
			}
		});
		new Script("underTest()").runInThisContext({ timeout: LIMIT_MS });
		assert.equal(found.answered + found.malformed, 10_000);
	});
