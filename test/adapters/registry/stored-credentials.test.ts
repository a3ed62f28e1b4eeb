import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import {
	chmod,
	mkdir,
	mkdtemp,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { disk } from "../../../src/adapters/files.ts";
import { openStoredCredentials } from "../../../src/adapters/registry/stored-credentials.ts";
import { AbortedError } from "../../../src/errors.ts";
import { PATIENT } from "../../support/command-line.ts";
import { isRoot, nodeProgram, withoutRights } from "../../support/posix.ts";
import { wordsOf } from "../../support/refused.ts";

const skip =
	process.platform === "win32"
		? "the helpers are scripts with a #! line"
		: false;

describe("stored credentials", { skip }, () => {
	let home: string;
	let bin: string;
	before(async () => {
		home = await mkdtemp(join(tmpdir(), "meshreg-store-"));
		bin = join(home, "bin");
	});
	after(() => rm(home, { recursive: true }));
	beforeEach(async () => {
		await rm(home, { recursive: true });
		await mkdir(bin, { recursive: true });
	});

	const keep = async (path: string, content: unknown): Promise<string> => {
		const full = join(home, path);
		await mkdir(dirname(full), { recursive: true });
		await writeFile(
			full,
			typeof content === "string" ? content : JSON.stringify(content),
		);
		return full;
	};
	/** A helper that runs this JavaScript; `server` is what it was asked for. */
	const helper = async (name: string, script: string): Promise<void> => {
		const path = join(bin, `docker-credential-${name}`);
		await writeFile(
			path,
			nodeProgram(`const log = (line) => require("node:fs").appendFileSync(${JSON.stringify(join(home, "asked"))}, line + "\\n");
let server = "";
process.stdin.setEncoding("utf8").on("data", (text) => { server += text; }).on("end", () => {
log(process.argv.slice(2).join(" ") + " " + server);
${script}
});
`),
		);
		await chmod(path, 0o755);
	};
	const open = (
		path?: string,
		env: Record<string, string> = {},
		options: { limit?: number; interrupt?: AbortSignal } = {},
	) =>
		openStoredCredentials(path, {
			env: { PATH: `${bin}:${process.env.PATH}`, ...env },
			files: disk,
			interrupt: options.interrupt ?? new AbortController().signal,
			home,
			helperLimit: options.limit ?? PATIENT,
		});
	const find = async (key: string, ...how: Parameters<typeof open>) => {
		const { credential, from } = await (await open(...how)).find({
			key,
			given: key,
			spelled: key,
			warnings: [],
		});
		return `${credential.username} ${credential.reveal()} ${from.replace(home, "~")}`;
	};
	const entry = (user: string) => ({ auth: btoa(`${user}:secret`) });
	const refuses = async (
		promise: Promise<unknown>,
		message: string | RegExp,
	): Promise<void> => {
		await assert.rejects(promise, (error: unknown) => {
			const text = wordsOf(error).replaceAll(home, "~");
			if (typeof message === "string") assert.equal(text, message);
			else assert.match(text, message);
			assert.doesNotMatch(text, /marked-password|\n/);
			return true;
		});
	};

	test("podman's files come before docker's, and the first that knows the registry wins", async () => {
		await keep(".docker/config.json", {
			auths: { a: entry("docker"), b: entry("docker") },
		});
		await keep(".config/containers/auth.json", {
			auths: { b: entry("podman"), c: entry("podman") },
		});
		assert.equal(await find("a"), "docker secret ~/.docker/config.json");
		assert.equal(
			await find("b"),
			"podman secret ~/.config/containers/auth.json",
		);
		assert.deepEqual((await open()).registries, ["b", "c", "a"]);
		const docker = await keep("d/config.json", { auths: { a: entry("d") } });
		assert.equal(
			await find("a", undefined, { DOCKER_CONFIG: dirname(docker) }),
			"d secret ~/d/config.json",
		);
		const auth = await keep("auth.json", { auths: { b: entry("env") } });
		assert.equal(
			await find("b", undefined, { REGISTRY_AUTH_FILE: auth }),
			"env secret ~/auth.json",
		);
	});

	test("a file that is named is the only one", async () => {
		await keep(".docker/config.json", { auths: { a: entry("docker") } });
		const path = await keep("other.json", { auths: { b: entry("other") } });
		assert.equal(await find("b", path), "other secret ~/other.json");
		await refuses(
			find("a", path),
			"no credential for a in ~/other.json, which has b: log in to it first, with docker login a",
		);
	});

	test("F10: what the file has instead is said, for it may be what was meant", async () => {
		const path = await keep("other.json", {
			auths: { "a.io:443": entry("x"), "u:pw@a.io.": entry("x") },
		});
		await refuses(
			find("a.io", path),
			"no credential for a.io in ~/other.json, which has a.io:443, ***@a.io.: log in to it first, with docker login a.io",
		);
	});

	test("no file, one that is none, a folder, and one of 5 MiB", async () => {
		await refuses(
			open(undefined, { XDG_RUNTIME_DIR: join(home, "run") }),
			"no credentials are stored: there is none of ~/run/containers/auth.json, ~/.config/containers/auth.json, ~/.docker/config.json; log in with docker or podman, or name a file with --from-docker-config=PATH",
		);
		await refuses(
			open(join(home, "none.json")),
			"cannot read ~/none.json: no such file or directory",
		);
		await refuses(open(bin), "~/bin is a directory");
		await refuses(
			open(await keep("x.json", "marked-password")),
			"~/x.json is not a docker config: it is not JSON",
		);
		await refuses(
			open(await keep("x.json", [])),
			"~/x.json is not a docker config: it is not a JSON object",
		);
		await refuses(
			open(await keep("x.json", { auths: {}, pad: "x".repeat(5 << 20) })),
			"cannot read ~/x.json: larger than 1024 KiB",
		);
	});

	test("what cannot be used is refused, unless another registry is asked for", async () => {
		const path = await keep("x.json", {
			auths: {
				a: entry("a"),
				b: { auth: btoa("b-without-colon") },
				c: { auth: btoa("c:secret"), identitytoken: "marked-password" },
			},
		});
		assert.equal(await find("a", path), "a secret ~/x.json");
		await refuses(
			find("b", path),
			"the credential for b in ~/x.json cannot be used: its auth cannot be used: unable to parse auth field, must be formatted as base64(username:password)",
		);
		await refuses(find("c", path), /it is an identity token, which a pull/);
	});

	test("a helper is asked for that registry alone, by its protocol", async () => {
		const path = await keep("x.json", {
			auths: { a: {}, b: {} },
			credHelpers: { a: "mine" },
			credsStore: "other",
		});
		await helper(
			"mine",
			`console.log(JSON.stringify({ ServerURL: server, Username: "u", Secret: "marked-password" }));`,
		);
		assert.equal(await find("a", path), "u marked-password ~/x.json");
		assert.equal(await readFile(join(home, "asked"), "utf8"), "get a\n");
	});

	test("a helper that knows nothing is asked by the other name, then the file counts", async () => {
		const path = await keep("x.json", {
			auths: { a: entry("file") },
			credsStore: "empty",
		});
		await helper(
			"empty",
			`console.log("credentials not found in native keychain"); process.exitCode = 1;`,
		);
		assert.equal(await find("a", path), "file secret ~/x.json");
		assert.equal(
			await readFile(join(home, "asked"), "utf8"),
			"get a\nget https://a\n",
		);
		await refuses(
			find("b", path),
			"no credential for b in ~/x.json, which has a: log in to it first, with docker login b",
		);
	});

	const FAILING: readonly [what: string, script: string, message: string][] = [
		[
			"fails with a message on stdout",
			`console.log("keychain is \\u001b[31mlocked\\nunlock it"); process.exitCode = 1;`,
			'docker-credential-bad failed: "keychain is [31mlocked unlock it"',
		],
		[
			"fails with a message on stderr",
			`console.error("no session"); process.exitCode = 3;`,
			'docker-credential-bad failed: "no session"',
		],
		[
			"fails without a word",
			"process.exitCode = 4;",
			"docker-credential-bad failed: exit status 4, no output",
		],
		[
			"is killed",
			`process.kill(process.pid, "SIGKILL");`,
			"docker-credential-bad failed: ended by SIGKILL, no output",
		],
		[
			"prints rubbish",
			`console.log("marked-password");`,
			"the credential for a in ~/x.json cannot be used: docker-credential-bad: it did not answer in JSON",
		],
		[
			"answers in another encoding, which would be another password",
			`process.stdout.write('{"Username":"u","Secret":"marked-\\u00e9"}', "latin1");`,
			"docker-credential-bad printed what is not UTF-8 text",
		],
		[
			"has an identity token",
			`console.log('{"Username":"<token>","Secret":"marked-password"}');`,
			"the credential for a in ~/x.json cannot be used: docker-credential-bad: it is an identity token, which a pull secret cannot carry; make an access token, robot account or service principal for pulling, and give that with --registry-username and --registry-password-stdin",
		],
		[
			"never stops printing",
			`const more = () => process.stdout.write("x".repeat(1 << 16), more); more();`,
			"docker-credential-bad produced more than 1 MiB of output",
		],
	];
	for (const [what, script, message] of FAILING)
		test(`a helper that ${what}`, async () => {
			const path = await keep("x.json", { credsStore: "bad" });
			await helper("bad", script);
			await refuses(find("a", path), message);
		});

	test("a helper that is missing, or cannot be run", async () => {
		const path = await keep("x.json", { credsStore: "none" });
		await refuses(
			find("a", path),
			"docker-credential-none is not installed, or not on the PATH",
		);
		await writeFile(join(bin, "docker-credential-none"), "");
		await refuses(
			find("a", path),
			"docker-credential-none cannot be run: EACCES",
		);
	});

	/** A helper that hangs, with a child that hangs; `ended` when all of them are gone. */
	async function hanging(): Promise<{
		started: Promise<unknown>;
		ended: Promise<unknown>;
	}> {
		// Both hold a pipe: that it breaks is how their end is seen, without looking again and again.
		const pipe = join(home, "alive");
		execFileSync("mkfifo", [pipe]);
		const path = join(bin, "docker-credential-hangs");
		await writeFile(
			path,
			`#!/bin/sh\nexec >"${pipe}"\necho here\nsleep 1000 & sleep 1000\n`,
		);
		await chmod(path, 0o755);
		const reader = createReadStream(pipe);
		const started = once(reader, "data");
		return { started, ended: started.then(() => once(reader, "end")) };
	}

	test("a helper that hangs is ended in time, and its children with it", async (t) => {
		t.mock.timers.enable({ apis: ["setTimeout"] });
		const child = await hanging();
		const path = await keep("x.json", { credsStore: "hangs" });
		const message =
			"docker-credential-hangs did not answer within 2 s and was ended";
		const refused = refuses(find("a", path, {}, { limit: 2000 }), message);
		await child.started;
		t.mock.timers.tick(2000);
		await refused;
		await child.ended;
	});

	test("an interrupt ends a helper and its children at once", async () => {
		const child = await hanging();
		const interrupt = new AbortController();
		const path = await keep("x.json", { credsStore: "hangs" });
		const finding = find("a", path, {}, { interrupt: interrupt.signal });
		await child.started;
		interrupt.abort(new AbortedError("SIGINT"));
		await assert.rejects(finding, AbortedError);
		await child.ended;
	});

	test("a helper that leaves a child behind is not waited for", async () => {
		const path = await keep("x.json", { credsStore: "agent" });
		const alive = join(home, "alive.sock");
		const server = createServer().listen(alive);
		await once(server, "listening");
		const connected = once(server, "connection");
		await helper(
			"agent",
			`const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(`require("node:net").connect(${JSON.stringify(alive)}).on("close", () => process.exit()).resume()`)}], { stdio: "inherit" });
child.unref();
console.log('{"Username":"u","Secret":"s"}');
process.exitCode = 0;`,
		);
		assert.equal(await find("a", path), "u s ~/x.json");
		// The agent was left alone: it is there, and goes when its connection does.
		const [socket] = await connected;
		socket.destroy();
		server.close();
	});
});

test("a user whom the machine does not know has no home, and may still name where credentials are", {
	skip: !isRoot && "only root can become another user",
}, async (t) => {
	const { HOME } = process.env;
	delete process.env.HOME;
	t.after(() => {
		if (HOME !== undefined) process.env.HOME = HOME;
	});
	const interrupt = new AbortController().signal;
	const env = { XDG_RUNTIME_DIR: "/none", DOCKER_CONFIG: "/none" };
	const failure = await withoutRights(() =>
		openStoredCredentials(undefined, { env, files: disk, interrupt }),
	).catch(wordsOf);
	assert.equal(
		failure,
		"no credentials are stored: there is none of /none/containers/auth.json, /none/config.json; log in with docker or podman, or name a file with --from-docker-config=PATH",
	);
});
