import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApiServer } from "../../test/support/api-server/index.ts";
import { PlayedNode } from "../../test/support/played-node.ts";
import { onTerminal, type TerminalSession } from "../../test/support/pty.ts";
import { newAuthority } from "../../test/support/registry/certificates.ts";
import { connectProxy } from "../../test/support/registry/connect-proxy.ts";
import { registry } from "../../test/support/registry/registry.ts";
import { serve } from "../../test/support/registry/server.ts";
import { HeadlessScreen, type Screen } from "./screen.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
export const COLUMNS = 80;
export const ROWS = 24;
const REGISTRY = "registry.example.com";
const IMAGE = `${REGISTRY}/shop/web:2.1`;
const PASSWORD = "not-a-real-password";

/** What the terminal shows, for `ms` milliseconds of the recording: a pace for reading, not the program's. */
export interface Frame {
	readonly screen: Screen;
	readonly ms: number;
	/** The screen is full: it is cleared after this frame. */
	readonly full?: true;
}

/** What is typed at which prompt, once what stands above it has been read for so many ms. */
type Deed = readonly [prompt: string, read: number, keys: string];

const CLEAR = "clear\r";
const SESSION: readonly Deed[] = [
	["$ ", 600, "kubectl meshreg create\r"],
	["Registry server", 400, `${REGISTRY}\r`],
	["How do you authenticate", 1000, "\r"],
	["Username:", 400, "mesh-puller\r"],
	["Password:", 1200, `${PASSWORD}\r`],
	["(Y/n)", 2500, "\r"],
	["$ ", 1800, "kubectl meshreg sync -l team=shop\r"],
	["$ ", 2500, "kubectl meshreg list\r"],
	["$ ", 4000, CLEAR],
	["$ ", 600, "kubectl meshreg attach -l team=shop\r"],
	["$ ", 3000, "kubectl meshreg check -q\r"],
	["$ ", 6000, CLEAR],
	["$ ", 600, `kubectl meshreg explain ${IMAGE} -n web\r`],
	// No page is so full that a line of progress, on a slow machine, would scroll it.
	["$ ", 4500, CLEAR],
	["$ ", 600, "kubectl meshreg prune\r"],
	["(y/N)", 2500, "y\r"],
	["$ ", 5000, ""],
];

/**
 * Runs the session on a real terminal, with an API server and a registry of its own that lets the
 * credential in; the frames of what was seen.
 */
export async function recordSession(stop: AbortSignal): Promise<Frame[]> {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-record-"));
	const authority = await newAuthority("a company's own authority");
	await using stand = await serve(
		registry({
			by: "basic",
			accounts: { passwords: { "mesh-puller": PASSWORD } },
		}),
		await authority.issue([REGISTRY]),
	);
	const proxy = await connectProxy(stand.host);
	const server = await startApiServer({
		namespaces: ["nginx-mesh"],
		defaultServiceAccounts: true,
	});
	try {
		for (const name of ["web", "cart"])
			server.store.seed({
				kind: "Namespace",
				metadata: { name, labels: { team: "shop" } },
			});
		// It waits for its image before anything is done about it.
		const node = new PlayedNode(server.store);
		server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace: "web", name: "web" },
		});
		node.deploy({
			namespace: "web",
			name: "web",
			account: "web",
			image: IMAGE,
		});
		node.pull();
		await server.writeKubeconfig(join(folder, "kubeconfig"));
		await writeFile(join(folder, "ca.pem"), authority.certificate);
		const bin = join(folder, "bin");
		await mkdir(bin);
		// As kubectl does with the words after the plugin's name.
		await writeFile(
			join(bin, "kubectl"),
			`#!/bin/sh\nshift\nexec "${process.execPath}" --import "${import.meta.resolve("tsx")}" "${MAIN}" "$@"\n`,
			{ mode: 0o755 },
		);
		return await onTerminal(
			["/bin/sh", "-i"],
			{
				stop,
				settingsFile: join(folder, "settings"),
				columns: COLUMNS,
				rows: ROWS,
				cwd: folder,
				env: {
					PATH: `${bin}:/usr/bin:/bin`,
					HOME: folder,
					KUBECONFIG: join(folder, "kubeconfig"),
					HTTPS_PROXY: proxy.origin,
					NO_PROXY: "127.0.0.1",
					SSL_CERT_FILE: join(folder, "ca.pem"),
					TERM: "xterm-256color",
					PS1: "$ ",
				},
			},
			film,
		);
	} finally {
		await server.stop();
		await proxy.close();
		await rm(folder, { recursive: true });
	}
}

async function film(session: TerminalSession): Promise<Frame[]> {
	const screen = new HeadlessScreen(COLUMNS, ROWS);
	const frames: Frame[] = [];
	const take = async (ms: number, full = false) => {
		const seen = await screen.after(session.shown);
		frames.push({ screen: seen, ms, ...(full && { full }) });
	};
	for (const [nth, [prompt, read, keys]] of SESSION.entries()) {
		await session.shows(prompt);
		// The first thing to be seen, also where nothing moves yet, is a whole command.
		const isFirst = nth === 0;
		if (!isFirst) await take(read, keys === CLEAR);
		for (const [at, key] of [...keys].entries()) {
			session.type(key);
			// The end of a line echoes nothing of its own; nor does a password.
			if (key === "\r" || prompt === "Password:") continue;
			await session.shows(key);
			const isTyped = keys[at + 1] === "\r";
			if (keys !== CLEAR && (isTyped || (at % 3 === 2 && !isFirst)))
				await take(isFirst ? 1500 : isTyped ? 500 : 120);
		}
	}
	return frames;
}

/** What the terminal showed each time before it was cleared, and at the end. */
export function pages(frames: readonly Frame[]): Screen[] {
	return frames
		.filter(({ full }, i) => full === true || i === frames.length - 1)
		.map(({ screen }) => screen);
}

/** The text of a screen, a line a row. */
export function textOf(screen: Screen): string {
	return screen
		.map((spans) => spans.map(({ text }) => text).join(""))
		.join("\n");
}
