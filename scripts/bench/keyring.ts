import { randomBytes } from "node:crypto";
import { findCredentials } from "../../src/core/kubelet/keyring.ts";
import { type Bench, type Row, timeInTurn } from "../measuring.ts";

const REPEATS = 15;

/** How long the kubelet's rules take on a random docker config of 1 MB, beside only parsing it. */
export const bench: Bench = {
	name: "keyring",
	async run(): Promise<Row[]> {
		const texts = Array.from({ length: REPEATS }, () => config(1_000_000));
		let [matched, parsed] = [0, 0];
		const work = "which credentials match, of a config of 1 MB";
		const against = "JSON.parse of it";
		const times = await timeInTurn(REPEATS, {
			[work]: () => {
				const data = texts[matched++];
				const type = "kubernetes.io/dockerconfigjson";
				const answer = findCredentials("registry.example.com/team/app:1", [
					{ from: "bench", type, data },
				]);
				if (answer.outcome !== "answered" || answer.matches.length !== 1)
					throw new Error("the one key that matches was not found");
			},
			[against]: () => JSON.parse(texts[parsed++] ?? ""),
		});
		return [
			{ work, unit: "ms", samples: times[work] ?? [], against },
			{ work: against, unit: "ms", samples: times[against] ?? [] },
		];
	},
};

/** A docker config of so many bytes with random keys and credentials; one of them matches. */
function config(size: number): string {
	const word = (bytes: number) => randomBytes(bytes).toString("hex");
	const entries = ['"registry.example.com":{"auth":"dTpw"}'];
	for (let length = 0; length < size; length += entries.at(-1)?.length ?? 0)
		entries.push(
			`"${word(4)}.${word(3)}.example/${word(3)}":{"auth":"${btoa(`${word(3)}:${word(8)}`)}"}`,
		);
	return `{"auths":{${entries.join(",")}}}`;
}
