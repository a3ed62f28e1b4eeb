import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Asks one of Go's parsers (test/cluster/oracle); what it refuses is `{error}`. */
export type Ask = (of: string, input: unknown) => Promise<unknown>;

export interface Oracle {
	readonly ask: Ask;
	stop(): Promise<void>;
}

/** The program at `path`, answering until it is stopped. A bug of its own rejects. */
export function startOracle(path: string): Oracle {
	const child = spawn(path, [], { stdio: ["pipe", "pipe", "inherit"] });
	const waiting: {
		resolve(answer: unknown): void;
		reject(error: Error): void;
	}[] = [];
	const ended = once(child, "close").then(() => {
		for (const { reject } of waiting) reject(new Error("the oracle ended"));
	});
	createInterface({ input: child.stdout }).on("line", (line) => {
		const next = waiting.shift();
		const answer: unknown = JSON.parse(line);
		if (isRecord(answer) && typeof answer.bug === "string")
			next?.reject(new Error(`the oracle has a bug: ${answer.bug}`));
		else next?.resolve(answer);
	});
	return {
		ask: (of, input) =>
			new Promise((resolve, reject) => {
				waiting.push({ resolve, reject });
				child.stdin.write(`${JSON.stringify({ of, input })}\n`);
			}),
		async stop() {
			child.stdin.end();
			await ended;
		},
	};
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Why the oracle refused, or undefined where it did not. */
export function refusalIn(answer: unknown): string | undefined {
	return isRecord(answer) && typeof answer.error === "string"
		? answer.error
		: undefined;
}
