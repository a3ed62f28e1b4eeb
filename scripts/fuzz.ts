import { isDeepStrictEqual, parseArgs } from "node:util";
import fc from "fast-check";
import { buildProgram } from "../test/support/real-cluster/go-module.ts";
import { argv } from "./fuzz/argv.ts";
import { docker } from "./fuzz/docker-config.ts";
import { image, keyring } from "./fuzz/images.ts";
import { kubeconfig } from "./fuzz/kubeconfig.ts";
import { manifest } from "./fuzz/manifest.ts";
import { type Ask, startOracle } from "./fuzz/oracle.ts";
import type { Answers, Subject } from "./fuzz/subject.ts";

/**
 * Random inputs, read by this program and by Go's own parsers (test/cluster/oracle): what they
 * read differently is printed, made small, with both answers. Fails where there is any.
 *
 *   npm run fuzz [-- --seconds 60] [--seed N] [--only image,manifest]
 *
 * The same seed tries the same inputs in the same order; how many is a matter of time.
 */

const SUBJECTS = [image, keyring, docker, kubeconfig, argv, manifest] as const;
const USAGE = `usage: npm run fuzz -- [--seconds N] [--seed N] [--only ${SUBJECTS.map(({ name }) => name).join(",")}]`;

/** What one subject shows at most: the tenth divergence is seldom another fault. */
const SHOWN_AT_MOST = 5;

/** Two answers to one question. */
class Divergence extends Error {
	constructor(readonly answers: Answers) {
		super("the answers differ");
	}
}

const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "60" },
		seed: { type: "string", default: `${Date.now() % 0x7fffffff}` },
		only: { type: "string" },
	},
});
const only = values.only?.split(",");
const chosen = SUBJECTS.filter(({ name }) => only?.includes(name) ?? true);
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (
	!(seconds > 0) ||
	!Number.isSafeInteger(seed) ||
	chosen.length < (only?.length ?? 1)
) {
	console.error(USAGE);
	process.exit(2);
}

const oracle = startOracle(
	await buildProgram(
		"oracle",
		(line) => console.error(line),
		new AbortController().signal,
	),
);
console.log(`seed ${seed}, ${seconds} s`);
let wrong = 0;
for (const subject of chosen)
	wrong += await fuzz(
		subject as Subject<unknown>,
		oracle.ask,
		(seconds * 1000) / chosen.length,
	);
await oracle.stop();
process.exitCode = wrong > 0 ? 1 : 0;

/** How many divergences were found in so many milliseconds; each is printed. */
async function fuzz<Input>(
	{ name, input, compare }: Subject<Input>,
	ask: Ask,
	ms: number,
): Promise<number> {
	const end = performance.now() + ms;
	let inputs = 0;
	const seen = new Set<string>();
	const agrees = async (value: Input) => {
		inputs++;
		const { ours, theirs } = await compare(value, ask);
		if (!isDeepStrictEqual(ours, theirs))
			throw new Divergence({ ours, theirs });
	};
	for (
		let round = 0;
		performance.now() < end && seen.size < SHOWN_AT_MOST;
		round++
	) {
		const result = await fc.check(fc.asyncProperty(input, agrees), {
			seed: seed + round,
			numRuns: 1e9,
			interruptAfterTimeLimit: end - performance.now(),
		});
		if (!result.failed || result.counterexample === null) continue;
		const shown = inAscii(result.counterexample[0]);
		if (seen.has(shown)) continue;
		seen.add(shown);
		console.log(`${name}: ${shown}`);
		const { errorInstance: why } = result;
		if (why instanceof Divergence) {
			console.log(`  ours:   ${inAscii(why.answers.ours)}`);
			console.log(`  theirs: ${inAscii(why.answers.theirs)}`);
		} else
			console.log(
				`  ${why instanceof Error ? (why.stack ?? why.message) : why}`,
			);
	}
	console.log(
		`${name}: ${inputs} inputs, ${seen.size === 0 ? "no divergence" : `${seen.size} divergences`}`,
	);
	return seen.size;
}

/** Nothing that a terminal would not show. */
function inAscii(value: unknown): string {
	return `${JSON.stringify(value)}`.replace(
		/[\u007f-\uffff]/g,
		(character) =>
			`\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}
