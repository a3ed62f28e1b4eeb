import { Running } from "./running.ts";
import type { Stage } from "./stage.ts";

/**
 * Milliseconds from Ctrl-C to the end of a first sync of so many namespaces, a sample a moment at
 * which it comes. Throws where what it says it has done is not what is on the server.
 */
export async function interrupted(
	stage: Stage,
	kubeconfig: string,
	count: number,
): Promise<number[]> {
	const times: number[] = [];
	for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
		await stage.client.each([...stage.copies.keys()], (name) =>
			stage.remove(name),
		);
		let created = 0;
		const program = await Running.start(
			["sync", "-A", "--exclude", "default,nginx-mesh"],
			kubeconfig,
			(line) => {
				if (line.includes(" created in ")) created++;
			},
		);
		await stage
			.until(() => stage.copies.size >= count * part)
			.catch((error: unknown) => {
				throw new Error(
					`${error}: ${stage.copies.size} copies, and: ${program.err}`,
				);
			});
		const { status, ms } = await program.end("SIGINT");
		times.push(ms);
		if (status !== 130) throw new Error(`status ${status}: ${program.err}`);
		const { equal, other } = await stage.look();
		const said = `interrupted: ${equal.length} of ${count} namespaces are done`;
		if (!program.err.includes(said) || created !== equal.length)
			throw new Error(
				`${equal.length} copies on the server, ${created} lines, and: ${program.err}`,
			);
		if (other.length > 0) throw new Error(`wrong copies: ${other}`);
	}
	return times;
}
