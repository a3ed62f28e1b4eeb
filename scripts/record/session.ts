import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApiServer } from "../../test/support/api-server/index.ts";
import { onTerminal, type TerminalSession } from "../../test/support/pty.ts";
import { HeadlessScreen, type Screen } from "./screen.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
export const COLUMNS = 88;
export const ROWS = 28;

/** What the terminal shows, for `ms` milliseconds of the recording: a pace for reading, not the program's. */
export interface Frame {
	readonly screen: Screen;
	readonly ms: number;
}

/** What is typed at which prompt; `read`: how long a reader then needs. */
type Deed = readonly [prompt: string, keys: string, read?: number];

const SESSION: readonly Deed[] = [
	["$ ", "kubectl meshreg create --no-verify\r"],
	["Registry server", "registry.example.com\r"],
	["How do you authenticate", "\r"],
	["User name", "mesh-puller\r"],
	["Password", "not-a-real-password\r", 1200],
	["(Y/n)", "\r"],
	["$ ", "kubectl meshreg sync -l team=shop\r"],
	["$ ", "kubectl meshreg list\r", 2500],
	[
		"$ ",
		"kubectl meshreg explain registry.example.com/shop/web:2.1 -n web\r",
		2500,
	],
	["$ ", "clear\r"],
	["$ ", "kubectl meshreg attach -n web\r"],
	[
		"$ ",
		"kubectl meshreg explain registry.example.com/shop/web:2.1 -n web\r",
		3000,
	],
	["$ ", "kubectl meshreg prune\r", 1500],
	["(y/N)", "y\r", 2500],
	["$ ", "", 3000],
];

/** Runs the session on a real terminal and an API server of its own; the frames of what was seen. */
export async function recordSession(stop: AbortSignal): Promise<Frame[]> {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-record-"));
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
		await server.writeKubeconfig(join(folder, "kubeconfig"));
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
					TERM: "xterm-256color",
					PS1: "$ ",
				},
			},
			film,
		);
	} finally {
		await server.stop();
		await rm(folder, { recursive: true });
	}
}

async function film(session: TerminalSession): Promise<Frame[]> {
	const screen = new HeadlessScreen(COLUMNS, ROWS);
	const frames: Frame[] = [];
	let taken = 0;
	const take = async (ms: number) => {
		await screen.write(session.shown.slice(taken));
		taken = session.shown.length;
		frames.push({ screen: screen.look(), ms });
	};
	for (const [prompt, keys, read = 900] of SESSION) {
		await session.shows(prompt);
		await take(700);
		const echoed = prompt !== "Password";
		for (const [at, key] of [...keys].entries()) {
			session.type(key);
			if (key === "\r" || !echoed) continue;
			await session.shows(key);
			if (at % 3 === 2) await take(130);
		}
		frames.push({ screen: screen.look(), ms: read });
	}
	return frames;
}

/** What the session looked like at its end, and before each time that the screen was cleared. */
export function pages(frames: readonly Frame[]): Screen[] {
	return frames
		.map(({ screen }) => screen)
		.filter((screen, i, all) => {
			const next = all[i + 1];
			return next === undefined || (next.length < 3 && screen.length > 3);
		});
}

/** The text of a screen, a line a row. */
export function textOf(screen: Screen): string {
	return screen
		.map((spans) => spans.map(({ text }) => text).join(""))
		.join("\n");
}
