import { once } from "node:events";
import { StringDecoder } from "node:string_decoder";
import { setImmediate } from "node:timers/promises";
import { fieldOf, isJsonObject, textIn } from "../../../core/json-object.ts";
import type { ExecPluginFault } from "../../../core/output/connection-failure.ts";
import { FailureError } from "../../../core/output/failure.ts";
import { onOneLine } from "../../../core/output/printable.ts";
import { AbortedError, unlessAborted } from "../../../errors.ts";
import { codeOf } from "../../error-code.ts";
import { wholeOf } from "../../pieces.ts";
import { ProgramMissing, startProgram } from "../../programs.ts";
import type { ConnectContext } from "../kubeconfig/context.ts";
import type { ExecEntry } from "../kubeconfig/document.ts";
import { decoded, parseKubeconfig } from "../kubeconfig/yaml.ts";
import { bearer } from "./credentials.ts";
import type { Issued } from "./renewed.ts";

type ExecContext = Pick<
	ConnectContext,
	"env" | "err" | "interactive" | "interrupt"
>;

/**
 * Runs a credential plugin once. `cluster`: what it is told of it, where the kubeconfig says so.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 * Throws FailureError that never quotes the plugin's output: it is the credential.
 */
export async function runExecPlugin(
	entry: ExecEntry,
	cluster: object,
	context: ExecContext,
): Promise<Issued> {
	const { command = "", apiVersion } = entry;
	const interactive = isInteractive(entry, context.interactive);
	const info = {
		kind: "ExecCredential",
		apiVersion,
		spec: { interactive, ...(entry.provideClusterInfo && { cluster }) },
	};
	const env = {
		...context.env,
		...Object.fromEntries(entry.env.map(({ name, value }) => [name, value])),
		KUBERNETES_EXEC_INFO: JSON.stringify(info),
	};
	const output = await run(command, entry, env, interactive, context);
	const answer = await parseKubeconfig(decoded(output)).catch(() => {
		throw failure({ is: "not-json", command });
	});
	return issued(answer, command, apiVersion ?? "");
}

function isInteractive(
	{ interactiveMode }: ExecEntry,
	terminal: boolean,
): boolean {
	if (interactiveMode === "Always" && !terminal)
		throw failure({ is: "no-terminal" });
	return terminal && interactiveMode !== "Never";
}

/** More is no credential. */
const OUTPUT_LIMIT = 1 << 20;

async function run(
	command: string,
	{ args, installHint }: ExecEntry,
	env: Record<string, string | undefined>,
	interactive: boolean,
	{ env: searched, err, interrupt }: ExecContext,
): Promise<Buffer> {
	interrupt.throwIfAborted();
	const child = await startProgram(command, args, searched, {
		env,
		// A plugin that asks needs the terminal itself; one that must not ask gets no input.
		stdin: interactive ? "inherit" : "ignore",
	}).catch((error: unknown) => {
		// By its code alone: Node's words quote an argument or a variable that no program can be given.
		if (!(error instanceof ProgramMissing))
			throw failure({ is: "not-run", text: `spawn ${codeOf(error)}` });
		const hint = onOneLine(installHint ?? "", 500);
		throw failure({ is: "not-found", command, hint });
	});
	const decoder = new StringDecoder("utf8");
	child.stderr.on("data", (chunk: Buffer) => err.write(decoder.write(chunk)));
	const ending = once(child, "exit").catch(({ message }: Error) => {
		throw failure({ is: "not-run", text: message });
	});
	const printing = wholeOf(child.stdout, OUTPUT_LIMIT, () =>
		failure({ is: "output-too-large", command }),
	);
	const done = Promise.all([ending, printing]);
	done.catch(() => {}); // Nobody may wait for it: the interrupt may have come while the program was looked for.
	try {
		const [[code, signal], output] = await unlessAborted(done, interrupt);
		// What it wrote until then is read by the end of the next turn; who it left behind may hold on to its stderr for long.
		await setImmediate();
		await setImmediate();
		if (code === 0) return output;
		// Ctrl-C is for both, and ours may be heard of later.
		if (signal === "SIGINT") throw new AbortedError(signal);
		throw failure(
			signal
				? { is: "killed", command, signal }
				: { is: "exited", command, code },
		);
	} finally {
		child.kill();
		// One that has ended is past ending, and what it started may hold its pipes, and write on.
		child.stdout.destroy();
		child.stderr.destroy();
	}
}

function issued(answer: unknown, command: string, apiVersion: string): Issued {
	if (!isJsonObject(answer) || answer.kind !== "ExecCredential")
		throw failure({ is: "another-kind", command });
	if (answer.apiVersion !== apiVersion)
		throw failure({
			is: "another-version",
			wanted: apiVersion,
			got: onOneLine(String(answer.apiVersion), 60),
		});
	const { status } = answer;
	if (!status) throw failure({ is: "no-status" });
	const token = textIn(status, "token");
	const cert = textIn(status, "clientCertificateData");
	const key = textIn(status, "clientKeyData");
	if ((cert === "") !== (key === ""))
		throw failure({ is: "certificate-or-key-alone" });
	if (!token && !cert) throw failure({ is: "no-credential" });
	const until = String(fieldOf(status, "expirationTimestamp") ?? NEVER);
	const expires = Date.parse(until);
	if (!RFC_3339.test(until) || !isOnCalendar(until))
		throw failure({ is: "no-time", command });
	return {
		credential: {
			headers: token ? bearer(token) : {},
			tls: cert && key ? { cert, key } : {},
		},
		expires: expires === Date.parse(NEVER) ? undefined : expires,
	};
}

/** Go's zero time, which is none to client-go. */
const NEVER = "0001-01-01T00:00:00Z";
/** With a zone, as client-go takes it. */
const RFC_3339 =
	/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/;

/** Whether there is such a time: Date.parse goes on from 30 February to 2 March, and client-go does not. */
function isOnCalendar(time: string): boolean {
	const local = time.slice(0, 19);
	const date = new Date(`${local}Z`);
	return !Number.isNaN(Date.parse(time)) && date.toJSON().startsWith(local);
}

function failure(fault: ExecPluginFault): FailureError {
	return new FailureError({ cause: "exec-plugin-failed", fault });
}
