import { systemClock } from "../../src/adapters/clock.ts";
import { connect } from "../../src/adapters/cluster/index.ts";
import { kubeconfigNames } from "../../src/adapters/cluster/kubeconfig/files.ts";
import { disk } from "../../src/adapters/files.ts";
import { servePages } from "../../src/adapters/page-server.ts";
import { registryClient } from "../../src/adapters/registry/client.ts";
import { credentialFrom } from "../../src/adapters/registry/providers.ts";
import type { Resolve } from "../../src/adapters/registry/realm-guard.ts";
import { openStoredCredentials } from "../../src/adapters/registry/stored-credentials.ts";
import { FailureError } from "../../src/core/output/failure.ts";
import type { Verification } from "../../src/core/registry/verification.ts";
import { run } from "../../src/run.ts";
import type {
	Clock,
	Cluster,
	Files,
	Output,
	Outside,
	Prompter,
	RegistryConnection,
} from "../../src/world.ts";

/** Milliseconds for a registry or a provider that will answer, however busy the machine is. */
export const PATIENT = 3_600_000;

/** What one run of the command line is given besides its arguments. */
export interface Surroundings {
	/** The program's name; kubectl-meshreg if left out. */
	calledAs?: string;
	/** A kubeconfig's path. */
	kubeconfig?: string;
	env?: Record<string, string>;
	/** Standard input, for a run without a terminal. */
	stdin?: string | Buffer;
	/** A terminal: answers to the questions, in order. Nothing else may be asked, and all must be. */
	answers?: readonly Answer[];
	/** Milliseconds since 1970; the machine's clock if left out. */
	now?: number;
	/** The clock that requests, their pauses and their limits go by, and everything else where `now` is left out. */
	clock?: Clock;
	/** The disk; this machine's if left out. */
	files?: Files;
	/** Both streams show colours. */
	colours?: boolean;
	/** Standard output is a terminal. */
	toTerminal?: boolean;
	/** Width of the terminal. */
	columns?: number;
	interrupt?: AbortSignal;
	/** Aborts when whoever reads standard output has gone. */
	gone?: AbortSignal;
	/** Called with everything that is printed, as it is printed. */
	onWrite?: (name: "out" | "err", text: string) => void;
	/** What is found out about every credential, instead of asking registries. */
	verification?: Verification;
	/** Instead of the registry client's own time limit and name resolution. */
	registry?: { limit?: number; resolve?: Resolve };
	/** Called with the port at which health or metrics are served: of `:0`, one that is free. */
	onListen?: (port: number) => void;
	/** How long a credential provider may take, in milliseconds. */
	providerLimit?: number;
	/** Changes the cluster that commands see. */
	wrap?: (cluster: Cluster) => Cluster;
}

/** The beginning of a question's message, and what is answered. */
export type Answer = readonly [
	message: string,
	answer: GivenAnswer | ((choices: readonly PickChoice[]) => GivenAnswer),
];
type PickChoice = Parameters<Prompter["pick"]>[0]["choices"][number];
type GivenAnswer = string | boolean | readonly string[];

/** What one run printed, and its exit status. */
export interface Outcome {
	status: number;
	out: string;
	err: string;
	/** Messages of the questions that were asked. */
	asked: string[];
}

/**
 * Runs a command line in this process, on the real cluster adapter, disk and
 * clock; only the terminal is written down instead of shown.
 */
export async function meshreg(
	argv: readonly string[],
	given: Surroundings = {},
): Promise<Outcome> {
	const written = { out: "", err: "" };
	const output = (name: "out" | "err"): Output => ({
		write: (text) => {
			written[name] += text;
			given.onWrite?.(name, text);
		},
		colours: given.colours ?? false,
		isTerminal: name === "out" && given.toTerminal === true,
		columns: given.columns ?? 80,
		...(name === "out" && given.gone && { gone: given.gone }),
	});
	const answers = [...(given.answers ?? [])];
	const asked: string[] = [];
	const interactive = given.answers !== undefined;
	const env = {
		...(given.kubeconfig !== undefined && { KUBECONFIG: given.kubeconfig }),
		...given.env,
	};
	const files = given.files ?? disk;
	const interrupt = given.interrupt ?? new AbortController().signal;
	const streams = {
		out: output("out"),
		err: output("err"),
		async readInput(limit: number): Promise<Buffer> {
			const input = Buffer.from(given.stdin ?? "");
			if (input.length > limit)
				throw new FailureError({ cause: "input-too-large", limit });
			return input;
		},
		together: given.toTerminal === true && interactive,
		inputIsTerminal: interactive,
		interactive,
		animated: false,
	};
	const outside: Outside = {
		calledAs: given.calledAs ?? "kubectl-meshreg",
		env,
		streams,
		clock:
			given.now === undefined
				? (given.clock ?? systemClock)
				: { ...systemClock, now: () => given.now ?? 0 },
		files,
		interrupt,
		unheard: (work) => work(),
		async connect(flags, { err = streams.err, serverSaid, quietlyUntil } = {}) {
			const cluster = await connect(flags, {
				env,
				files,
				clock: given.clock ?? systemClock,
				err: quietlyUntil
					? { write() {}, isTerminal: false, columns: 80 }
					: err,
				serverSaid,
				interrupt: quietlyUntil
					? AbortSignal.any([interrupt, quietlyUntil])
					: interrupt,
				interactive: interactive && !quietlyUntil,
			});
			return given.wrap?.(cluster) ?? cluster;
		},
		kubeconfigNames: (path) => kubeconfigNames(path, env, files),
		// No name is looked up outside this process unless a test says how.
		registry: async () => {
			const { verification } = given;
			return verification
				? {
						verify: async () => verification,
						open: async () => registryOfEverything(),
					}
				: registryClient({
						env,
						interrupt,
						limit: PATIENT,
						resolve: () => Promise.reject(noSuchHost()),
						...given.registry,
					});
		},
		storedCredentials: (path) =>
			openStoredCredentials(path, {
				env,
				files,
				interrupt,
				helperLimit: PATIENT,
				home: given.env?.HOME ?? "/home/nobody",
			}),
		async serve(at, pages) {
			const server = await servePages(at, pages);
			given.onListen?.(server.port);
			return server;
		},
		provided: (provider, args, key, ca) =>
			credentialFrom(provider, args, key, {
				env,
				interrupt,
				ca,
				limit: given.providerLimit ?? PATIENT,
			}),
		prompter: async () => scripted(answers, asked),
	};
	const status = await run(argv, outside);
	if (answers.length > 0)
		throw new Error(
			`never asked: ${answers.map(([message]) => message).join("; ")}`,
		);
	return { status, ...written, asked };
}

function noSuchHost(): Error {
	return Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
}

/** A prompter that knows the answers, runs the checks, and fails on a question that was not expected. */
function scripted(answers: Answer[], asked: string[]): Prompter {
	const answer = (
		message: string,
		choices: readonly PickChoice[] = [],
	): GivenAnswer => {
		asked.push(message);
		const next = answers.shift();
		if (next === undefined || !message.startsWith(next[0]))
			throw new Error(`unexpected question: ${message}`);
		// What happens in the cluster while the person thinks.
		return typeof next[1] === "function" ? next[1](choices) : next[1];
	};
	const text = (
		message: string,
		check?: (value: string) => string | undefined,
		preset = "",
	): string => {
		for (;;) {
			const value = String(answer(message)) || preset;
			const problem = check?.(value);
			if (problem === undefined) return value;
			asked.push(`! ${problem}`);
		}
	};
	const chosen = <T extends string>(
		choices: readonly { value: T }[],
		value: unknown,
	): T => {
		const choice = choices.find((candidate) => candidate.value === value);
		if (choice === undefined)
			throw new Error(`not among the choices: ${value}`);
		return choice.value;
	};
	return {
		text: async ({ message, check, default: preset }) =>
			text(message, check, preset),
		password: async ({ message, check }) => text(message, check),
		choose: async ({ message, choices }) => {
			const label = answer(message, choices);
			// By what a person reads.
			const choice = choices.find((each) => each.label === label);
			if (choice === undefined)
				throw new Error(`not among the choices: ${label}`);
			return choice.value;
		},
		pick: async ({ message, choices }) => {
			const values = answer(message, choices);
			if (values === true)
				return choices.flatMap(({ value, marked }) => (marked ? [value] : []));
			return Array.isArray(values)
				? values.map((value) => chosen(choices, value))
				: [];
		},
		// "" is Enter alone.
		confirm: async ({ message, default: preset = false }) => {
			const given = answer(message);
			return given === "" ? preset : given === true;
		},
		progress: () => ({ update() {}, stop() {} }),
	};
}

/** A registry without a login that has every image for every usual platform. */
function registryOfEverything(): RegistryConnection {
	const type = "application/vnd.oci.image.index.v1+json";
	const body = JSON.stringify({
		manifests: ["amd64", "arm64"].map((architecture) => ({
			platform: { os: "linux", architecture },
		})),
	});
	return {
		send: async ({ method }) => ({
			status: 200,
			header: (name) => (name === "content-type" ? type : ""),
			body: method === "HEAD" ? "" : body,
		}),
		close: async () => {},
	};
}
