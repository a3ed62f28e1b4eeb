import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Identity } from "./certificates.ts";
import type { Lock } from "./registry.ts";

/** Why a program of Debian cannot take part, for a test's `skip`; false where it can. */
export function missing(program: string, from: string): string | false {
	return spawnSync(program, ["--version"]).error === undefined
		? false
		: `${program} is not installed (apt-get install ${from})`;
}

/** Why Debian's registry cannot be run, for a test's `skip`; false where it can. */
export const noDebianRegistry: string | false =
	missing("docker-registry", "docker-registry") ||
	missing("htpasswd", "apache2-utils");

/** Starts Debian's docker-registry on loopback, with what it keeps in memory alone. */
export async function debianRegistry(
	lock: Lock,
	tls?: Identity,
): Promise<{ host: string; close(): Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-registry-"));
	const config = {
		version: 0.1,
		log: { level: "info", formatter: "json", accesslog: { disabled: true } },
		storage: { inmemory: {} },
		http: {
			addr: "127.0.0.1:0",
			secret: "t",
			...(tls && {
				tls: {
					certificate: await kept(folder, "tls.crt", tls.certificate),
					key: await kept(folder, "tls.key", tls.key),
				},
			}),
		},
		auth: await authOf(lock, folder),
	};
	// JSON is YAML.
	const path = await kept(folder, "config.yml", JSON.stringify(config));
	const child = spawn("docker-registry", ["serve", path], {
		// It takes each REGISTRY_… for a setting, and podman's users have REGISTRY_AUTH_FILE.
		env: { PATH: process.env.PATH },
		stdio: ["ignore", "pipe", "pipe"],
	});
	const ended = once(child, "exit");
	return {
		host: `127.0.0.1:${await portIn(child.stderr, child.stdout)}`,
		async close() {
			child.kill("SIGKILL");
			await ended;
			await rm(folder, { recursive: true });
		},
	};
}

async function authOf(lock: Lock, folder: string): Promise<object | undefined> {
	switch (lock.by) {
		case "none":
			return undefined;
		case "basic":
			return {
				htpasswd: {
					realm: "basic-realm",
					path: await kept(folder, "htpasswd", htpasswd(lock.accounts)),
				},
			};
		case "bearer":
			return {
				token: {
					realm: lock.realm,
					service: lock.service,
					issuer: lock.tokens.issuer,
					rootcertbundle: await kept(
						folder,
						"tokens.crt",
						lock.tokens.signer.certificate,
					),
				},
			};
	}
}

/** The users' bcrypt hashes, made by Apache's own program with the passwords on its standard input. */
function htpasswd({
	passwords,
}: {
	passwords: Readonly<Record<string, string>>;
}): string {
	return Object.entries(passwords)
		.map(([user, password]) => {
			const { stdout, status, stderr } = spawnSync(
				"htpasswd",
				["-niB", "-C", "4", user],
				{ input: password, encoding: "utf8" },
			);
			if (status !== 0) throw new Error(`htpasswd: ${stderr}`);
			return stdout.trim();
		})
		.join("\n");
}

/** The port that the registry's log says it listens on. */
function portIn(...logs: NodeJS.ReadableStream[]): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = "";
		for (const log of logs) {
			log.setEncoding("utf8");
			log.on("data", (chunk: string) => {
				text += chunk;
				const port = /listening on [^"]*:(\d+)/.exec(text)?.[1];
				if (port !== undefined) resolve(port);
			});
			log.on("end", () =>
				reject(new Error(`docker-registry did not start: ${text}`)),
			);
		}
	});
}

async function kept(
	folder: string,
	name: string,
	text: string,
): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, text);
	return path;
}
