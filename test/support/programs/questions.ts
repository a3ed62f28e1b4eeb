/**
 * A program for the tests of questions at a terminal: asks what its argument names, and writes
 * the answer as JSON to the file in ANSWER (not to the terminal, where the tests look for leaks).
 */
import { writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { terminalPrompter } from "../../../src/adapters/terminal/prompter.ts";
import { interruptOn } from "../../../src/adapters/terminal/signals.ts";
import { processStreams } from "../../../src/adapters/terminal/streams.ts";
import { AbortedError } from "../../../src/errors.ts";
import { failureLine } from "../../../src/report/failure.ts";
import type { Prompter, Streams } from "../../../src/world.ts";

const namespaces = Array.from({ length: 1000 }, (_, index) => {
	const value = `team-${String(index).padStart(4, "0")}`;
	return { value, label: value };
});

const PROGRAMS: Record<
	string,
	(prompter: Prompter, streams: Streams) => Promise<unknown>
> = {
	text: (prompter) =>
		prompter.text({
			message: "Registry server:",
			default: "docker.io",
			check: (value) => (value.includes("/") ? "no path, please" : undefined),
		}),
	username: (prompter) =>
		prompter.text({
			message: "Username:",
			check: (value) => (value.includes(":") ? "no colon, please" : undefined),
		}),
	password: (prompter) =>
		prompter.password({
			message: "Password:",
			check: (value) => (value === "" ? "it is empty" : undefined),
		}),
	login: async (prompter) => [
		await prompter.text({ message: "Username:" }),
		await prompter.password({ message: "Password:" }),
		await prompter.confirm({ message: "Write it?" }),
	],
	choose: (prompter) =>
		prompter.choose({
			message: "Authenticate with:",
			choices: [
				{ value: "password", label: "username and password" },
				{ value: "key", label: "JSON key file" },
			],
		}),
	chooseWide: (prompter) =>
		prompter.choose({
			message: "Which mesh is the pull secret for?",
			choices: [
				{
					value: "nginx",
					label:
						"NGINX Service Mesh (nginx-mesh-registry-key in nginx-mesh), no longer maintained",
				},
			],
		}),
	pick: (prompter) =>
		prompter.pick({ message: "Namespaces:", choices: namespaces }),
	pickMarked: (prompter) =>
		prompter.pick({
			message: "Namespaces:",
			choices: ["app", "pay", "shop"].map((value) => ({
				value,
				label: value,
				note: "no copy",
				marked: value !== "pay",
			})),
		}),
	confirm: (prompter) => prompter.confirm({ message: "Delete?" }),
	confirmYes: (prompter) =>
		prompter.confirm({ message: "Delete?", default: true }),
	progress: async (prompter, streams) => {
		const progress = prompter.progress("working");
		await prompter.text({ message: "Go on?" });
		streams.err.write("warning: something\n");
		progress.update("still working");
		await prompter.text({ message: "Enough?" });
		progress.stop();
		return "done";
	},
	spin: async (prompter, { err }) => {
		prompter.progress("first");
		prompter.progress("second").update("s".repeat(100));
		await import("ora"); // Once it is loaded, what moves has been shown.
		await setImmediate();
		err.write("ready\n");
		await new Promise((_, reject) => {
			const busy = setInterval(() => {}, 1000);
			interrupt.signal.addEventListener("abort", () => {
				clearInterval(busy);
				reject(interrupt.signal.reason);
			});
		});
	},
};

const interrupt = interruptOn(process);
const streams = processStreams(process, interrupt.signal);
const prompter = terminalPrompter(process, streams.animated, interrupt);

async function ask(): Promise<void> {
	try {
		const answer = await PROGRAMS[process.argv[2] ?? ""]?.(prompter, streams);
		writeFileSync(process.env.ANSWER ?? "", JSON.stringify(answer));
	} catch (error) {
		process.stderr.write(`${failureLine(error)}\n`);
		// Ctrl-C in a question ends everything else as well.
		const isLeftAlone =
			error instanceof AbortedError && interrupt.signal.reason !== error;
		process.exitCode =
			error instanceof AbortedError && !isLeftAlone ? error.exitStatus : 1;
	}
}

// A bundle of CommonJS cannot wait at its top.
void ask();
