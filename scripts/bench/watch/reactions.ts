import { setTimeout as sleep } from "node:timers/promises";
import { Running } from "./running.ts";
import { names, type Stage } from "./stage.ts";

/** As many writes as there are namespaces: a matter of the server, beside the same writes by the bare client. */
export const ALL_COPIES = "a changed source, all copies";
export const BARE_PATCHES = "bare patches of all copies";

/** How often each kind of event. */
const SAMPLES = 25;
/** More writes to a namespace within so many milliseconds are answered more slowly, as in a quarrel. */
const TRUCE = { writes: 4, within: 11_000 };

/**
 * Milliseconds by kind of event, from the API server's answer to the write that makes a copy wrong
 * (or missing) until the bench's own watch tells of the right one; one event at a time.
 */
export async function reactions(
	stage: Stage,
	kubeconfig: string,
	count: number,
): Promise<Map<string, number[]>> {
	const samples = new Map<string, number[]>();
	const everywhere = names(0, count);
	await stage.namespaces(everywhere);
	const away = everywhere.slice(0, SAMPLES);
	for (const namespace of away)
		await stage.label(namespace, "meshreg-bench", "off");
	const program = await Running.start(
		[
			...["sync", "--watch", "-l", "meshreg-bench!=off"],
			...["--exclude", "default,nginx-mesh"],
		],
		kubeconfig,
		() => {},
	);
	try {
		await program.says("Watching for changes.\n");
		const take = async (
			kind: string,
			namespace: string,
			act: () => Promise<unknown>,
		): Promise<void> => {
			const right = stage.right(namespace);
			await act();
			const answered = performance.now();
			const ms = (await right) - answered;
			// The watch may be quicker than the answer.
			samples.set(kind, [...(samples.get(kind) ?? []), Math.max(0, ms)]);
		};
		for (const [index, namespace] of away.entries()) {
			const [fresh = "", edited = "", deleted = ""] = [
				names(count + index, count + index + 1),
				everywhere.slice(SAMPLES + index),
				everywhere.slice(2 * SAMPLES + index),
			].map(([name]) => name);
			await take("a new namespace", fresh, () => stage.namespaces([fresh]));
			await take("a changed label", namespace, () =>
				stage.label(namespace, "meshreg-bench", null),
			);
			await take("an edited copy", edited, () => stage.edit(edited));
			await take("a deleted copy", deleted, () => stage.remove(deleted));
		}
		const first: number[] = [];
		const last: number[] = [];
		for (let round = 1; round <= SAMPLES; round++) {
			if (round % TRUCE.writes === 1) await sleep(TRUCE.within);
			const all = [...stage.copies.keys()];
			const right = Promise.all(all.map((name) => stage.right(name)));
			await stage.rotate(`${round}`);
			const answered = performance.now();
			const times = (await right).map((at) => at - answered);
			first.push(Math.max(0, Math.min(...times)));
			last.push(Math.max(...times));
		}
		samples.set("a changed source, the first copy", first);
		samples.set(ALL_COPIES, last);
	} catch (error) {
		throw new Error(`${error}; the program said: ${program.err.slice(-500)}`);
	} finally {
		await program.end("SIGTERM");
	}
	const bare: number[] = [];
	for (let round = 0; round < 3; round++) {
		const began = performance.now();
		await stage.client.each([...stage.copies.keys()], (name) =>
			stage.edit(name, `${round}`),
		);
		bare.push(performance.now() - began);
	}
	samples.set(BARE_PATCHES, bare);
	return samples;
}
