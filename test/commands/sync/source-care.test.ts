import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { disk } from "../../../src/adapters/files.ts";
import { SourceCare } from "../../../src/commands/sync/source-care.ts";
import { Credential } from "../../../src/core/credentials/credential.ts";
import type { Provided } from "../../../src/core/pull-secrets/provider.ts";
import { ContentReader } from "../../../src/core/pull-secrets/pull-secret.ts";
import type { RefreshRules } from "../../../src/core/pull-secrets/renewal.ts";
import type { Verification } from "../../../src/core/registry/verification.ts";
import {
	AbortedError,
	ConnectionError,
	OperationError,
} from "../../../src/errors.ts";
import { logWords } from "../../../src/report/log-words.ts";
import type { RegistryClient } from "../../../src/world.ts";
import { edit, source } from "../../support/build.ts";
import { connected } from "../../support/connecting.ts";
import { playedClock } from "../../support/played-clock.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";
const START = Date.parse("2026-11-28T08:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HOST = "r.example";

/** A JWT that is good until `exp`, in milliseconds since the start, and was issued an hour before that. */
function token(exp: number, word = ""): string {
	const claims = {
		iat: (START + exp - HOUR) / 1000,
		exp: (START + exp) / 1000,
		word,
	};
	return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}

interface Cared {
	bed: TestBed;
	/** Plays the clock to so many milliseconds after the start. */
	play(to: number, each?: (at: number) => void): Promise<void>;
	/** Sets the time of day, as somebody does who sets a clock. */
	setDay(by: number): void;
	/** What the watch hears of the source. */
	learn(what: "gone" | "there"): Promise<void>;
	/** When the provider was asked, in minutes after the start. */
	asked: number[];
	notes: string[];
	results: string[];
	password(): string | undefined;
	annotation(name: string): string | undefined;
}

interface Given {
	/** The password that is there. */
	there?: string;
	/** The registry that it is for, where it is another. */
	host?: string;
	/** What the provider gives; undefined: it fails. */
	gives: (asked: number, at: number) => Provided | string | undefined;
	verification?: (
		...asked: Parameters<RegistryClient["verify"]>
	) => Verification;
	refresh?: Partial<RefreshRules> | "none";
	annotations?: Record<string, string>;
	/** PEM of authorities to trust. */
	ca?: string;
	/** What happens on the server while the provider is asked. */
	meanwhile?: (bed: TestBed) => void;
	/** The API server cannot be reached when something is to be written. */
	away?: true;
	/** The server, before anything begins. */
	prepare?: (bed: TestBed, at: () => number) => void;
}

function seed(
	bed: TestBed,
	password: string,
	annotations = {},
	host = HOST,
): void {
	const auth = btoa(`u:${password}`);
	source(bed, { [host]: { username: "u", password, auth } }, [], {
		annotations: {
			"kubectl-meshreg/provider": JSON.stringify({ [host]: "helper:mine" }),
			"kubectl-meshreg/targets": "[]",
			...annotations,
		},
	});
}

/** The care of one source with one entry, which nothing but the clock moves. */
async function cared(
	given: Given,
	work: (cared: Cared) => Promise<void>,
): Promise<void> {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	seed(bed, given.there ?? token(HOUR), given.annotations, given.host);
	const kubeconfig = `${bed.folder}/care`;
	await bed.server.writeKubeconfig(kubeconfig);
	const { cluster } = await connected({ kubeconfig });
	let look = () => {};
	const clock = playedClock(() => look());
	let set = 0;
	const day = { ...clock, now: () => START + set + clock.now() };
	given.prepare?.(bed, () => clock.now());
	const reader = new ContentReader();
	const asked: number[] = [];
	const notes: string[] = [];
	const results: string[] = [];
	const care = new SourceCare({
		refresh:
			given.refresh === "none"
				? undefined
				: {
						allowed: [{ by: "helper", name: "mine" }],
						args: [],
						before: undefined,
						verifies: true,
						...given.refresh,
					},
		ca: given.ca,
		cluster: given.away
			? {
					...cluster,
					patch: async () => {
						throw new ConnectionError("Unable to connect to the server: EOF");
					},
				}
			: cluster,
		reader,
		world: {
			clock: day,
			env: {},
			files: disk,
			interrupt: new AbortController().signal,
			async provided(_provider, _args, _key, ca) {
				assert.equal(ca, given.ca);
				asked.push(clock.now() / MINUTE);
				given.meanwhile?.(bed);
				const answer = given.gives(asked.length, clock.now());
				if (answer === undefined)
					throw new OperationError("helper:mine has no credential: it is down");
				return typeof answer === "string"
					? { credential: new Credential("u", answer) }
					: answer;
			},
			registry: async () => ({
				verify: async (...verified) =>
					given.verification?.(...verified) ?? ({ outcome: "good" } as const),
				open: () => assert.fail("nothing is opened"),
			}),
		},
		onNote: (note) =>
			notes.push(`${note.level} ${note.event}: ${logWords(note).message}`),
		onResult: ({ action, namespace }) => results.push(`${action} ${namespace}`),
		onRefresh: (_, result) => results.push(result),
		// The whole of each pause.
		random: () => 1,
	});
	const read = async () =>
		reader.toPullSecret(
			await cluster.read("Secret", { namespace: "nginx-mesh", name: NAME }),
		);
	care.learn(await read());
	const interrupt = new AbortController();
	const running = care.run(interrupt.signal).catch((error) => error);
	const idle = () =>
		new Promise<void>((resolve, reject) => {
			look = () => {
				if (clock.waiting().length > 0) resolve();
			};
			look();
			running.then(reject);
		});
	const secret = () => bed.server.store.get("Secret", "nginx-mesh", NAME);
	try {
		await work({
			bed,
			async play(to, each) {
				for (;;) {
					await idle();
					const next = Math.min(...clock.waiting());
					// What waited has been woken by something else meanwhile.
					if (next === Number.POSITIVE_INFINITY) continue;
					if (next > to) return;
					clock.set(next);
					await idle();
					each?.(next);
				}
			},
			setDay(by) {
				set = by;
			},
			async learn(what) {
				care.learn(what === "there" ? await read() : undefined);
				// What is gone is noticed when its entry's turn comes, and then nothing waits.
				if (what === "gone") clock.set(Math.min(...clock.waiting()));
				await new Promise(setImmediate);
			},
			asked,
			notes,
			results,
			password: () => bed.password("nginx-mesh"),
			annotation: (name) =>
				secret()?.metadata.annotations?.[`kubectl-meshreg/${name}`],
		});
	} finally {
		interrupt.abort(new AbortedError("SIGTERM"));
		await running;
		await cluster.close();
	}
}

describe("what renews itself", () => {
	for (const [what, ahead, life] of [
		["a clock that is 50 minutes ahead of whoever issues them", 50, HOUR],
		["tokens that say they were issued in 1970", 0, START + HOUR],
	] as const)
		test(`${what}: one that came is not renewed at once`, async () => {
			await cared(
				{
					there: token(0),
					gives: (n, at) => {
						const exp = at + HOUR;
						const claims = { iat: (START + exp - life) / 1000, n };
						return `e30.${Buffer.from(JSON.stringify({ ...claims, exp: (START + exp) / 1000 })).toString("base64url")}.c2ln`;
					},
				},
				async ({ play, setDay, asked, results }) => {
					setDay(ahead * MINUTE);
					await play(HOUR);
					assert.ok(asked.length <= 15, `asked ${asked.length} times`);
					assert.equal(
						results.filter((result) => result === "refreshed").length,
						asked.length,
					);
				},
			);
		});

	test("one that was written is told as renewed, though nothing can be read just then", async () => {
		let isWritten = false;
		await cared(
			{
				gives: () => token(2 * HOUR),
				prepare: (bed) => {
					bed.server.onRequest(({ method }) => {
						if (method === "PATCH") isWritten = true;
						return isWritten && method === "GET"
							? { answer: { status: 400, message: "no" } }
							: undefined;
					});
				},
			},
			async ({ play, notes, results, password }) => {
				await play(49 * MINUTE);
				assert.equal(password(), token(2 * HOUR));
				assert.deepEqual(results, ["configured nginx-mesh", "refreshed"]);
				assert.equal(notes.length, 1);
			},
		);
	});

	test("a credential is renewed in the last fifth of its life, and the next one again", async () => {
		await cared(
			{ gives: (n) => token(n === 1 ? 2 * HOUR : 3 * HOUR) },
			async ({ play, asked, notes, results, password, annotation }) => {
				await play(47 * MINUTE);
				assert.deepEqual(asked, []);
				await play(49 * MINUTE);
				assert.deepEqual(asked, [48]);
				assert.equal(password(), token(2 * HOUR));
				assert.equal(annotation("provider"), `{"${HOST}":"helper:mine"}`);
				assert.equal(annotation("targets"), "[]");
				assert.equal(
					annotation("issued-at"),
					`{"${HOST}":"2026-11-28T08:48:00Z"}`,
				);
				assert.deepEqual(notes, [
					`info credential-refreshed: renewed the credential for ${HOST} by helper:mine; it is valid for 1h12m`,
				]);
				assert.deepEqual(results, ["configured nginx-mesh", "refreshed"]);
				await play(109 * MINUTE);
				assert.deepEqual(asked, [48, 108]);
				assert.equal(password(), token(3 * HOUR));
			},
		);
	});

	test("it is verified at its registry by the authorities that are trusted there, and never in the clear", async () => {
		const verified: unknown[] = [];
		await cared(
			{
				gives: () => token(2 * HOUR),
				ca: "PEM",
				verification: ({ credential, ...probe }, ca) => {
					verified.push(credential.reveal(), probe, ca);
					return { outcome: "good" };
				},
			},
			async ({ play, password }) => {
				await play(49 * MINUTE);
				assert.equal(password(), token(2 * HOUR));
			},
		);
		assert.deepEqual(verified, [
			token(2 * HOUR),
			{ key: HOST, insecure: false },
			"PEM",
		]);
	});

	for (const [what, given] of [
		["with --no-verify", { refresh: { verifies: false } }],
		["for more than one", { host: `*.${HOST}` }],
	] as const)
		test(`${what} no registry is asked`, async () => {
			await cared(
				{
					gives: () => token(2 * HOUR),
					verification: () => assert.fail("it was asked"),
					...given,
				},
				async ({ play, password }) => {
					await play(49 * MINUTE);
					assert.equal(password(), token(2 * HOUR));
				},
			);
		});

	test("what somebody changed of the source meanwhile, but not of the entry, stays", async () => {
		await cared(
			{
				gives: () => token(2 * HOUR),
				meanwhile: (bed) =>
					edit(bed, "Secret", "nginx-mesh", { annotations: { theirs: "x" } }),
				prepare: (bed) =>
					edit(bed, "Secret", "nginx-mesh", { annotations: { theirs: "" } }),
			},
			async ({ play, results, password, bed }) => {
				await play(49 * MINUTE);
				assert.deepEqual(results, ["configured nginx-mesh", "refreshed"]);
				assert.equal(password(), token(2 * HOUR));
				const { metadata } =
					bed.server.store.get("Secret", "nginx-mesh", NAME) ?? {};
				assert.equal(metadata?.annotations?.theirs, "x");
			},
		);
	});

	test("a source that is immutable is not deleted to be made again", async () => {
		await cared(
			{
				gives: () => token(2 * HOUR),
				prepare: (bed) =>
					edit(bed, "Secret", "nginx-mesh", { immutable: true }),
			},
			async ({ play, notes, results, password, bed }) => {
				await play(49 * MINUTE);
				assert.ok(bed.server.requests.every(({ method }) => method === "GET"));
				assert.deepEqual([...new Set(results)], ["unwritten"]);
				assert.equal(notes.length, 1);
				assert.equal(password(), token(HOUR));
			},
		);
	});

	test("--refresh-before says when", async () => {
		await cared(
			{ gives: () => token(2 * HOUR), refresh: { before: 30 * MINUTE } },
			async ({ play, asked }) => {
				await play(31 * MINUTE);
				assert.deepEqual(asked, [30]);
			},
		);
	});

	test("a clock that is set forward is noticed within a minute", async () => {
		await cared(
			{ gives: () => token(10 * HOUR) },
			async ({ play, setDay, asked }) => {
				await play(MINUTE);
				setDay(50 * MINUTE);
				await play(2 * MINUTE);
				assert.deepEqual(asked, [2]);
			},
		);
	});

	test("a clock that is set back, and right again, costs at most a minute", async () => {
		await cared(
			{ gives: () => token(10 * HOUR) },
			async ({ play, setDay, asked, notes, password }) => {
				await play(MINUTE);
				setDay(-24 * HOUR);
				await play(50 * MINUTE);
				// By that clock there is a day left.
				assert.deepEqual([asked, notes], [[], []]);
				setDay(0);
				await play(51 * MINUTE);
				assert.equal(asked.length, 1);
				assert.equal(password(), token(10 * HOUR));
			},
		);
	});

	test("a clock that is set forward too far takes nothing for good, writes nothing, and mends when it is set right", async () => {
		await cared(
			{ gives: (n) => token(9 * HOUR, `${n}`) },
			async ({ play, setDay, results, notes, password }) => {
				await play(MINUTE);
				setDay(24 * HOUR);
				await play(5 * MINUTE);
				assert.deepEqual([...new Set(results)], ["failed"]);
				assert.equal(notes.length, 1);
				assert.match(notes[0] ?? "", /has expired already/);
				assert.equal(password(), token(HOUR));
				setDay(0);
				// It is renewed when it is due, whatever was thought of it meanwhile.
				await play(52 * MINUTE);
				assert.deepEqual(results.slice(-2), [
					"configured nginx-mesh",
					"refreshed",
				]);
				assert.notEqual(password(), token(HOUR));
			},
		);
	});

	test("the same token again is no failure: it is asked for every minute until it changes", async () => {
		await cared(
			{ gives: (n) => (n < 4 ? token(HOUR) : token(2 * HOUR)) },
			async ({ play, asked, notes, results }) => {
				await play(55 * MINUTE);
				assert.deepEqual(asked, [48, 49, 50, 51]);
				assert.deepEqual(results, [
					"unchanged",
					"unchanged",
					"unchanged",
					"configured nginx-mesh",
					"refreshed",
				]);
				assert.equal(notes.length, 1);
			},
		);
	});

	test("for how long a person said that one is good, the next is good as well", async () => {
		const said = (what: string) => JSON.stringify({ [HOST]: what });
		await cared(
			{
				there: "one",
				gives: (n) => `opaque ${n}`,
				annotations: {
					"kubectl-meshreg/issued-at": said("2026-11-28T08:00:00Z"),
					"kubectl-meshreg/expires-in": said("1h"),
				},
			},
			async ({ play, asked, annotation }) => {
				await play(2 * HOUR);
				assert.deepEqual(asked, [48, 96]);
				assert.equal(annotation("expires-in"), said("1h"));
			},
		);
	});

	test("the same token again is a failure once it is over", async () => {
		await cared(
			{ gives: () => token(HOUR) },
			async ({ play, notes, results }) => {
				await play(HOUR + MINUTE);
				assert.deepEqual([...new Set(results)], ["unchanged", "failed"]);
				assert.equal(notes.length, 1);
				assert.match(notes[0] ?? "", /helper:mine .*; the current one expired/);
			},
		);
	});

	const KEEPS: readonly [
		what: string,
		given: Given,
		why: string,
		result: string,
	][] = [
		[
			"a provider that fails",
			{ gives: () => undefined },
			"helper:mine has no credential: it is down",
			"failed",
		],
		[
			"a token that has expired already",
			{ gives: () => token(10 * MINUTE) },
			"helper:mine gave one that has expired already",
			"failed",
		],
		[
			"a token that the registry refuses",
			{
				gives: () => token(2 * HOUR),
				verification: () => ({
					outcome: "rejected",
					words: "denied",
					status: 401,
				}),
			},
			`${HOST} rejects the credential: "denied"`,
			"rejected",
		],
		[
			"a source whose record cannot be read",
			{
				gives: () => token(2 * HOUR),
				annotations: { "kubectl-meshreg/targets": "{" },
			},
			"the record of the source cannot be read",
			"unwritten",
		],
		[
			"an API server that is away",
			{ gives: () => token(2 * HOUR), away: true },
			"Unable to connect to the server: EOF",
			"unwritten",
		],
		[
			"an API server that refuses",
			{
				gives: () => token(2 * HOUR),
				prepare: (bed) =>
					void bed.server.onRequest(({ method }) =>
						method === "PATCH"
							? { answer: { status: 403, message: "quota" } }
							: undefined,
					),
			},
			'Error from server (403): quota (namespace "nginx-mesh")',
			"unwritten",
		],
		[
			"a source that is immutable",
			{
				gives: () => token(2 * HOUR),
				prepare: (bed) =>
					edit(bed, "Secret", "nginx-mesh", { immutable: true }),
			},
			`error: secret "${NAME}" in namespace "nginx-mesh" cannot be updated (immutable, or of another type); delete and recreate it with rotate --yes`,
			"unwritten",
		],
		[
			"a source that a person gave another credential meanwhile",
			{
				gives: () => token(2 * HOUR),
				meanwhile: (bed) => seed(bed, token(HOUR, "mine")),
			},
			"the source was modified concurrently",
			"unwritten",
		],
	];
	for (const [what, given, why, result] of KEEPS)
		test(`${what} changes nothing, and is one line`, async () => {
			await cared(given, async ({ play, notes, results, password }) => {
				await play(50 * MINUTE);
				assert.deepEqual(notes, [
					`warning credential-${result === "rejected" ? "rejected" : "refresh-failed"}: cannot renew the credential for ${HOST}: ${why}; the current one expires in 12m (will retry)`,
				]);
				assert.deepEqual([...new Set(results)], [result]);
				assert.equal(
					password(),
					given.meanwhile ? token(HOUR, "mine") : token(HOUR),
				);
			});
		});

	test("it is tried again after pauses that grow, more loudly as the end comes near, and mends", async () => {
		await cared(
			{
				gives: (_, at) =>
					at < HOUR + 2 * MINUTE ? undefined : token(9 * HOUR),
			},
			async ({ play, asked, notes, password }) => {
				await play(49 * MINUTE);
				// 5 s, 10 s, 20 s, 40 s, …
				assert.deepEqual(
					asked.map((minute) => Math.round((minute - 48) * 60)),
					[0, 5, 15, 35],
				);
				await play(2 * HOUR + 30 * MINUTE);
				assert.deepEqual(
					notes.map((note) =>
						note.replace(/cannot renew.*; the current one /, ""),
					),
					[
						"warning credential-refresh-failed: expires in 12m (will retry)",
						"error credential-refresh-failed: expires in 3m (will retry)",
						"error credential-refresh-failed: expired at 2026-11-28T09:00:00Z (will retry)",
						`info credential-refreshed: renewed the credential for ${HOST} by helper:mine; it is valid for 7h58m`,
					].map((note, index) => (index === 3 ? notes[3] : note)),
				);
				assert.equal(password(), token(9 * HOUR));
			},
		);
	});

	test("a source that is gone is asked for no more; one that comes back is begun anew", async () => {
		await cared({ gives: () => undefined }, async ({ play, asked, learn }) => {
			const seconds = () => asked.map((at) => Math.round((at - 48) * 60));
			await play(49 * MINUTE + 20_000);
			assert.deepEqual(seconds(), [0, 5, 15, 35, 75]);
			await learn("gone");
			assert.equal(asked.length, 5);
			await learn("there");
			await play(51 * MINUTE);
			assert.deepEqual(seconds().slice(5), [135, 140, 150, 170]);
		});
	});

	test("whatever else changes of the source, what failed is not asked for the sooner", async () => {
		await cared(
			{ gives: () => undefined },
			async ({ bed, play, asked, learn }) => {
				await play(48 * MINUTE + 20_000);
				assert.equal(asked.length, 3);
				edit(bed, "Secret", "nginx-mesh", { annotations: { owner: "a" } });
				await learn("there");
				await play(48 * MINUTE + 30_000);
				assert.equal(asked.length, 3);
			},
		);
	});

	test("a registry that refuses a fresh one is another case than a provider that fails: the next one is asked for soon", async () => {
		const refused = {
			outcome: "rejected",
			words: "no",
			status: 401,
		} as const;
		let verified = 0;
		await cared(
			{
				gives: (n) => (n <= 3 ? undefined : token(9 * HOUR, `${n}`)),
				verification: () => (++verified < 3 ? refused : { outcome: "good" }),
			},
			async ({ play, asked, results }) => {
				await play(49 * MINUTE);
				assert.deepEqual(
					asked.map((minute) => Math.round((minute - 48) * 60)),
					// Three failures, of which each pause is longer; two refusals, likewise.
					[0, 5, 15, 35, 36, 38],
				);
				assert.equal(results.at(-1), "refreshed");
			},
		);
	});

	test("an expired one is asked for twice a second, and every ten minutes of an outage make a second more", async () => {
		await cared({ gives: () => undefined }, async ({ play, asked }) => {
			const pauseAt = (minute: number) => {
				const next = asked.findIndex((at) => at > minute);
				const pause = 60 * ((asked[next] ?? 0) - (asked[next - 1] ?? 0));
				return Math.round(2 * pause) / 2;
			};
			await play(2 * HOUR + MINUTE);
			assert.deepEqual(
				[59.9, 60.1, 64, 70, 80, 120].map(pauseAt),
				[0.5, 0.5, 0.5, 1, 2, 6],
			);
		});
	});

	test("a provider that hands out the old one until its end, and a little longer, is asked again at once", async () => {
		await cared(
			{
				gives: (_, at) =>
					at < HOUR + 1500 ? token(HOUR) : token(2 * HOUR, "new"),
			},
			async ({ play, asked, password }) => {
				await play(HOUR + 10_000);
				assert.equal(password(), token(2 * HOUR, "new"));
				const last = (asked.at(-1) ?? 0) * MINUTE - HOUR;
				assert.ok(last >= 1500 && last <= 2500, `${last} ms after the end`);
			},
		);
	});

	test("a failure whose words differ each time is one line a minute", async () => {
		const id = (n: number) => ({
			outcome: "rejected" as const,
			words: `request ${n}`,
			status: 401,
		});
		let verified = 0;
		await cared(
			{
				gives: (n) => token(9 * HOUR, `${n}`),
				verification: () => id(++verified),
			},
			async ({ play, asked, notes }) => {
				await play(HOUR + 5 * MINUTE);
				assert.ok(asked.length > 300, `${asked.length}`);
				assert.ok(notes.length > 10 && notes.length < 20, `${notes.length}`);
				assert.match(
					notes.at(-1) ?? "",
					/^error .* "request \d+"; .* expired at/,
				);
			},
		);
	});

	for (const [what, annotations] of [
		[
			"names another provider",
			{ "kubectl-meshreg/provider": `{"${HOST}":"helper:evil"}` },
		],
		[
			"names a command",
			{ "kubectl-meshreg/provider": `{"${HOST}":"helper:mine; rm -rf /"}` },
		],
		["names none", { "kubectl-meshreg/provider": "" }],
	] as const)
		test(`where the source ${what}, nothing is run`, async () => {
			await cared(
				{ gives: () => assert.fail("it was run"), annotations },
				async ({ play, asked, notes }) => {
					await play(2 * HOUR);
					assert.deepEqual(asked, []);
					// It is warned about instead, when the time comes and when it is over.
					assert.deepEqual(
						notes,
						["expires", "expired"].map(
							(verb) =>
								`warning credential-expiring: the credential for ${HOST} ${verb} at 2026-11-28T09:00:00Z`,
						),
					);
				},
			);
		});

	test("without --refresh it is warned when the end comes near, not only at the start", async () => {
		await cared(
			{ gives: () => assert.fail("it was run"), refresh: "none" },
			async ({ play, notes }) => {
				await play(40 * MINUTE);
				assert.deepEqual(notes, []);
				await play(50 * MINUTE);
				assert.equal(notes.length, 1);
			},
		);
	});

	test("one whose end nobody knows is asked for as often as its provider says", async () => {
		await cared(
			{
				there: "old",
				gives: (n) => ({
					credential: new Credential("u", n < 3 ? "new" : "newer"),
					cacheFor: 10 * MINUTE,
				}),
			},
			async ({ play, asked, results, password }) => {
				await play(25 * MINUTE);
				assert.deepEqual(asked, [0, 10, 20]);
				assert.deepEqual(results, [
					"configured nginx-mesh",
					"refreshed",
					"unchanged",
					"configured nginx-mesh",
					"refreshed",
				]);
				assert.equal(password(), "newer");
			},
		);
	});

	test("tokens of two minutes, for two hours: nothing expired stays while a newer one is to be had", async () => {
		const life = 2 * MINUTE;
		const short = (exp: number, word: number) =>
			`e30.${Buffer.from(
				JSON.stringify({
					iat: (START + exp - life) / 1000,
					exp: (START + exp) / 1000,
					word,
				}),
			).toString("base64url")}.c2ln`;
		const within = (from: number, to: number) => (at: number) =>
			at >= from * MINUTE && at < to * MINUTE;
		const isDown = within(10, 15);
		const isRefusing = within(30, 33);
		const isCut = within(50, 55);
		let tries = 0;
		const refused = new Set<string>();
		let given = "";
		await cared(
			{
				there: short(life, 0),
				gives(n, at) {
					given = short(at + life, n);
					return isDown(at) ? undefined : given;
				},
				// One in three, and for three minutes all of them.
				verification() {
					const at = JSON.parse(
						Buffer.from(given.split(".")[1] ?? "", "base64url").toString(),
					);
					const now = at.exp * 1000 - START - life;
					if (++tries % 3 > 0 && !isRefusing(now)) return { outcome: "good" };
					refused.add(given);
					return { outcome: "rejected", words: "no", status: 401 };
				},
				prepare: (bed, at) =>
					void bed.server.onRequest(({ method }) =>
						method === "PATCH" && isCut(at())
							? {
									answer: { status: 422, reason: "Invalid", message: "policy" },
								}
							: undefined,
					),
			},
			async ({ play, password, results }) => {
				let last = 0;
				let over = 0;
				let longest = 0;
				await play(2 * HOUR, (at) => {
					const there = password() ?? "";
					assert.ok(!refused.has(there), "a refused one was written");
					const { exp } = JSON.parse(
						Buffer.from(there.split(".")[1] ?? "", "base64url").toString(),
					);
					const mayBeHad = ![isDown, isRefusing, isCut].some((is) => is(last));
					over = exp * 1000 - START <= last && mayBeHad ? over + at - last : 0;
					longest = Math.max(longest, over);
					last = at;
				});
				// A pause.
				assert.ok(longest <= 1000, `${longest} ms`);
				const count = (what: string) =>
					results.filter((result) => result === what).length;
				assert.ok(count("refreshed") > 55, `${count("refreshed")}`);
				assert.ok(count("failed") > 20, `${count("failed")}`);
				assert.ok(count("unwritten") > 20, `${count("unwritten")}`);
			},
		);
	});
});
