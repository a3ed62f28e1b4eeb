#!/usr/bin/env node
import { basename } from "node:path";
import process from "node:process";
import { systemClock } from "./adapters/clock.ts";
import { diskUntil } from "./adapters/files.ts";
import { interruptOn } from "./adapters/terminal/signals.ts";
import { processStreams } from "./adapters/terminal/streams.ts";
import { AbortedError, EXIT } from "./errors.ts";
import { failureLine } from "./report/failure.ts";
import { run } from "./run.ts";
import type { Outside, Prompter } from "./world.ts";

// Set for the sake of another program, it would have any server taken for the cluster's.
delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;

// Node would print what it reads, a password as well. It has looked at the variable by now, and prints as we do.
if (process.env.NODE_DEBUG) {
	const { stderr, pid } = process;
	const write = stderr.write.bind(stderr);
	const byNode = new RegExp(`^\\w+ \\S*${pid}\\S*: `);
	stderr.write = (text: string | Uint8Array, ...rest: readonly unknown[]) =>
		byNode.test(String(text)) || Reflect.apply(write, stderr, [text, ...rest]);
}

// It may have been removed. Libraries ask for it as they load; nothing but names of files is looked up in it.
try {
	process.cwd();
} catch {
	process.cwd = () => "/";
}

/** The only place that names `process`: builds the world, runs, and sets the exit status. */
const interrupt = interruptOn(process);
const files = diskUntil(interrupt.signal);
const streams = processStreams(process, interrupt.signal);
let prompter: Promise<Prompter> | undefined;

/** What adapters are given of the outside. */
const around = { env: process.env, files, interrupt: interrupt.signal };

const silent = { write() {}, isTerminal: false, columns: 80 };

const outside: Outside = {
	calledAs: basename(process.argv0).replace(/\.exe$/i, ""),
	...around,
	unheard: interrupt.unheard,
	streams,
	clock: systemClock,
	async connect(flags, { err = streams.err, serverSaid, quietlyUntil } = {}) {
		const { connect } = await import("./adapters/cluster/index.ts");
		return connect(flags, {
			...around,
			clock: systemClock,
			err: quietlyUntil ? silent : err,
			serverSaid,
			interrupt: quietlyUntil
				? AbortSignal.any([interrupt.signal, quietlyUntil])
				: interrupt.signal,
			interactive: streams.inputIsTerminal && !quietlyUntil,
		});
	},
	async kubeconfigNames(path) {
		const { kubeconfigNames } = await import(
			"./adapters/cluster/kubeconfig/files.ts"
		);
		return kubeconfigNames(path, process.env, files);
	},
	async registry() {
		const { registryClient } = await import("./adapters/registry/client.ts");
		return registryClient(around);
	},
	async storedCredentials(path) {
		const { openStoredCredentials } = await import(
			"./adapters/registry/stored-credentials.ts"
		);
		return openStoredCredentials(path, around);
	},
	async serve(at, pages) {
		const { servePages } = await import("./adapters/page-server.ts");
		return servePages(at, pages);
	},
	async provided(provider, args, key, ca) {
		const { credentialFrom } = await import("./adapters/registry/providers.ts");
		return credentialFrom(provider, args, key, { ...around, ca });
	},
	prompter() {
		prompter ??= import("./adapters/terminal/prompter.ts").then(
			({ terminalPrompter }) =>
				terminalPrompter(process, streams.animated, interrupt),
		);
		return prompter;
	},
};

// Node and libraries tell the people who build this what is deprecated or experimental in them, on stderr.
process.removeAllListeners("warning");

// What is thrown where nobody waits would otherwise print the source around it.
process.once("uncaughtException", (error) => {
	streams.err.write(`${failureLine(error)}\n`);
	process.exit(EXIT.failed);
});

run(process.argv.slice(2), outside).then((status) => {
	process.exitCode = status;
	interrupt.release();
	// A connection that is still being made would keep the program for minutes. A slow reader is waited for.
	const { stdout, stderr } = process;
	const end = (): void => {
		if (isThreadHeld()) process.once("exit", leave);
		process.exit();
	};
	setImmediate(() => stdout.write("", () => stderr.write("", end)));
});

/**
 * At its end Node would wait for its threads: a signal, which is the system's again, does not, nor does a successor.
 * What is left to be written is by now, and the status is that of a run whose output may have been lost.
 */
function leave(): void {
	const { reason } = interrupt.signal;
	if (reason instanceof AbortedError) process.kill(process.pid, reason.signal);
	else giveWay(Number(process.exitCode));
}

/** Has a shell take the process's place, and end with the status; returns where there is none. */
function giveWay(status: number): void {
	// As Node would at its end: who shares a pipe with the program would be told to come again.
	for (const stream of [process.stdout, process.stderr])
		(stream as HasHandle)._handle?.setBlocking?.(true);
	try {
		process.execve?.("/bin/sh", ["sh", "-c", `exit ${status}`], {});
	} catch {
		// No shell, as in the image: the threads are waited for.
	}
}

/** What Node documents nowhere of its pipes and terminals. */
interface HasHandle {
	readonly _handle?: { setBlocking?(blocking: boolean): void };
}

/** Whether a thread is held by a pipe that nobody opens, fills or empties, or by a name that no server looks up. */
function isThreadHeld(): boolean {
	return process
		.getActiveResourcesInfo()
		.some((kind) => /^(FSReq|GetAddrInfo)/.test(kind));
}
