/** The command line as a person meets it: the real program on a real terminal, against the embedded API server. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { slowly } from "./support/heeded.ts";
import { kubeconfigText } from "./support/kubeconfig-text.ts";
import { noTerminals, type TerminalSession } from "./support/pty.ts";
import { meshregAtTerminal as meshreg } from "./support/terminal-program.ts";
import { testBed } from "./support/test-bed.ts";

const PASSWORD = `S3cr3t "quoted" $HOME:x`;

const terminal = (name: string, run: (t: TestContext) => Promise<void>) =>
	test(name, { skip: noTerminals }, run);

/** Keys are echoed again, and lines can be edited. */
function assertRestored(settings: string): void {
	assert.match(settings, / icanon /);
	assert.match(settings, / echo /);
}

/** No trace of the password: as typed, or in base64, alone or with the user name. */
function assertSecret(shown: string): void {
	for (const leak of [
		PASSWORD,
		"S3cr3t",
		Buffer.from(PASSWORD).toString("base64").slice(0, 20),
		Buffer.from(`mesh:${PASSWORD}`).toString("base64").slice(0, 20),
	])
		assert(!shown.includes(leak), `${leak} was shown`);
}

/** Answers the questions of `create` up to, and not including, the password. */
async function upToPassword(session: TerminalSession): Promise<void> {
	await session.shows("Registry server");
	session.type("registry.example.com\r");
	await session.shows("How do you authenticate?");
	await session.shows("JSON key file");
	session.type("\r");
	await session.shows("Username:");
	session.type("mesh\r");
	await session.shows("Password:");
}

terminal("create asks, and shows nothing of the password", async (t) => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const { status, settings, shown, text } = await meshreg(
		t,
		bed,
		["create", "--no-verify"],
		async (session) => {
			await upToPassword(session);
			session.type(`${PASSWORD}\r`);
			await session.shows("(Y/n)");
			session.type("\r");
		},
	);
	assert.equal(status, 0, text);
	assert.match(
		text,
		/secret\/nginx-mesh-registry-key created in nginx-mesh namespace\r\nNext: kubectl meshreg sync --attach\r\n$/,
	);
	assert.deepEqual(bed.content("nginx-mesh"), {
		auths: {
			"registry.example.com": {
				username: "mesh",
				password: PASSWORD,
				auth: Buffer.from(`mesh:${PASSWORD}`).toString("base64"),
			},
		},
	});
	assertSecret(shown);
	assertRestored(settings);
});

terminal("F20: a JWT pasted at Username is the credential", async (t) => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const jwt = `eyJhbGciOiJIUzI1NiJ9.${"c2VjcmV0".repeat(300)}.c2lnbmF0dXJl`;
	const { status, shown, text } = await meshreg(
		t,
		bed,
		["create", "--no-verify"],
		async (session) => {
			await session.shows("Registry server");
			session.type("private-registry.nginx.com\r");
			await session.shows("JSON key file");
			session.type("\r");
			await session.shows("Username:");
			session.type(`\x1b[200~${jwt}\x1b[201~`);
			await session.shows("not shown");
			session.type("\r");
			await session.shows("as eyJh… (token)");
			session.type("\r");
		},
	);
	assert.equal(status, 0, text);
	assert.doesNotMatch(text, /Password:/);
	assert.doesNotMatch(shown, /c2VjcmV0/);
	assert.deepEqual(bed.content("nginx-mesh"), {
		auths: {
			"private-registry.nginx.com": {
				username: jwt,
				password: "none",
				auth: btoa(`${jwt}:none`),
			},
		},
	});
});

terminal("create takes a JSON key file at the terminal", async (t) => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const { privateKey } = generateKeyPairSync("rsa", {
		modulusLength: 2048,
		publicKeyEncoding: { type: "spki", format: "pem" },
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
	});
	const key = JSON.stringify({
		type: "service_account",
		project_id: "mesh",
		private_key_id: "1",
		private_key: privateKey,
		client_email: "mesh@mesh.iam.gserviceaccount.com",
	});
	await writeFile(join(bed.folder, "key.json"), key);
	const { status, text } = await meshreg(
		t,
		bed,
		["create", "--no-verify"],
		async (session) => {
			await session.shows("Registry server");
			session.type("gcr.io\r");
			await session.shows("JSON key file");
			session.type("\x1b[B");
			await session.shows("❯ Service account JSON key file");
			session.type("\r");
			await session.shows("Path of the JSON key file:");
			session.type("kee.json\r");
			await session.shows("cannot read kee.json: no such file or directory");
			await session.shows("Path of the JSON key file:");
			session.type("key.json\r");
			await session.shows("(Y/n)");
			session.type("y\r");
		},
	);
	assert.equal(status, 0, text);
	assert.equal(bed.password("nginx-mesh"), key);
	assert(!text.includes("PRIVATE"));
});

for (const [how, act, expected] of [
	["Ctrl-C", (session) => session.ctrl("c"), 130],
	["SIGTERM", (session) => session.signal("SIGTERM"), 143],
	["SIGHUP", (session) => session.signal("SIGHUP"), 129],
	["a window that closes", (session) => session.close(), 129],
] as const satisfies readonly (readonly [
	string,
	(session: TerminalSession) => void,
	number,
])[])
	terminal(
		`${how} at the password writes nothing, exit ${expected}`,
		async (t) => {
			await using bed = await testBed({ namespaces: ["nginx-mesh"] });
			const { status, settings, shown } = await meshreg(
				t,
				bed,
				["create", "--no-verify"],
				async (session) => {
					await upToPassword(session);
					session.type(`${PASSWORD}\n${PASSWORD}`);
					await session.shows("nothing was read"); // It has been read.
					act(session);
				},
			);
			assert.equal(status, expected);
			assertSecret(shown);
			if (how !== "a window that closes") assertRestored(settings);
			assert.equal(bed.content("nginx-mesh"), undefined);
		},
	);

terminal("Ctrl-C while a manifest is typed ends it, exit 130", async (t) => {
	await using bed = await testBed();
	const { status, settings } = await meshreg(
		t,
		bed,
		["inject", "-f", "none.yaml", "-f", "/dev/tty"],
		async (session) => {
			// The files are read in order.
			await session.shows("cannot read none.yaml");
			session.type("kind: Pod\r");
			await session.shows("kind: Pod");
			session.ctrl("c");
		},
	);
	assert.equal(status, 130);
	assertRestored(settings);
});

terminal("declining the summary writes nothing", async (t) => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const { status, text } = await meshreg(
		t,
		bed,
		["create", "--no-verify"],
		async (session) => {
			await upToPassword(session);
			session.type(`${PASSWORD}\r`);
			await session.shows("(Y/n)");
			session.type("n\r");
		},
	);
	assert.equal(status, 0);
	assert.match(text, /Cancelled; nothing was changed\r\n$/);
	assert.equal(bed.content("nginx-mesh"), undefined);
});

const CREATE = [
	"create",
	"--registry-server=registry.example.com",
	"--registry-username=mesh",
	"--registry-password-stdin",
];

for (const [how, act, expected] of [
	["Ctrl-C", (session) => session.ctrl("c"), 130],
	["SIGTERM", (session) => session.signal("SIGTERM"), 143],
	["a window that closes", (session) => session.close(), 129],
] as const satisfies readonly (readonly [
	string,
	(session: TerminalSession) => void,
	number,
])[])
	terminal(
		`${how} during a sync ends it with ${expected}; the next finishes it`,
		async (t) => {
			const namespaces = Array.from({ length: 40 }, (_, n) => `app-${n + 10}`);
			await using bed = await testBed({
				namespaces: ["nginx-mesh", ...namespaces],
			});
			assert.equal((await bed.run(CREATE, { stdin: PASSWORD })).status, 0);
			// Twenty are let through; the rest wait, until the interrupt has come and gone.
			let created = 0;
			let reached = () => {};
			const halfWay = new Promise<void>((resolve) => {
				reached = resolve;
			});
			let release = () => {};
			const over = new Promise<void>((resolve) => {
				release = resolve;
			});
			const off = bed.server.onRequest(async ({ method }) => {
				if (method !== "POST") return undefined;
				if (++created === 21) reached();
				if (created > 20) await over;
				return undefined;
			});
			const { status, settings, text } = await meshreg(
				t,
				bed,
				["sync", "-A"],
				async (session) => {
					await halfWay;
					act(session);
				},
			);
			release();
			off();
			assert.equal(status, expected);
			if (how !== "a window that closes") {
				assertRestored(settings);
				assert.match(text, /interrupted: \d+ of \d+ namespaces are done/);
			}
			for (const namespace of namespaces)
				assert(
					[undefined, PASSWORD].includes(bed.password(namespace)),
					"whole or not there",
				);
			const again = await bed.run(["sync", "-A"]);
			assert.equal(again.status, 0, again.err);
			for (const namespace of namespaces)
				assert.equal(bed.password(namespace), PASSWORD);
		},
	);

terminal(
	"a long sync shows how far it is, under the lines of what is done",
	async (t) => {
		const namespaces = Array.from({ length: 120 }, (_, n) => `app-${n + 100}`);
		await using bed = await testBed({
			namespaces: ["nginx-mesh", ...namespaces],
		});
		assert.equal((await bed.run(CREATE, { stdin: PASSWORD })).status, 0);
		// Slow enough for progress to be worth showing; and the last ones wait until it is.
		const seen = Promise.withResolvers<void>();
		let made = 0;
		bed.server.onRequest(async ({ method }) => {
			if (method === "POST") await (++made > 100 ? seen.promise : slowly(600));
			return undefined;
		});
		const { status, settings, shown, text } = await meshreg(
			t,
			bed,
			["sync", "-A"],
			async (session) => {
				await session.shows(/\d+ of 121 namespaces, [\d.]+\/s, \w+ left/);
				seen.resolve();
			},
		);
		assert.equal(status, 0, text);
		assertRestored(settings);
		assert(shown.includes("\x1b[?25h"), "the cursor is back");
		assert.match(
			text,
			/secret\/nginx-mesh-registry-key created in default namespace\r\n121 namespaces: 121 created, 0 configured, 0 unchanged, 0 failed\r\nNext: kubectl meshreg sync -A --attach\r\n$/,
		);
	},
);

terminal("sync offers namespaces to pick from", async (t) => {
	await using bed = await testBed({
		namespaces: ["nginx-mesh", "app", "shop", "shop-test"],
	});
	assert.equal((await bed.run(CREATE, { stdin: PASSWORD })).status, 0);
	await bed.run(["sync", "-n", "default", "--once"]);
	const [host] = Object.keys(
		(bed.content("nginx-mesh") as { auths: object }).auths,
	);
	for (const name of ["web-0", "web-1"])
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "app", name },
			spec: { containers: [{ name: "c", image: `${host}/app:1` }] },
		});
	bed.server.store.seed({
		kind: "Secret",
		metadata: { namespace: "shop-test", name: "nginx-mesh-registry-key" },
	});
	const { status, text } = await meshreg(
		t,
		bed,
		["sync", "--force", "--yes"],
		async (session) => {
			await session.shows("Which namespaces get a copy (context embedded)?");
			await session.shows("app        no copy, 2 pods need it");
			await session.shows("default    in sync");
			await session.shows("shop       no copy");
			await session.shows("shop-test  has another secret of that name");
			await session.shows("0 of 4 selected");
			session.type("shop");
			await session.shows("2 shown");
			session.ctrl("a");
			await session.shows("2 of 4 selected");
			session.type("\r");
		},
	);
	assert.equal(status, 0, text);
	assert.match(text, /created in shop namespace\r\n.*configured in shop-test /);
	assert.deepEqual(
		["app", "shop", "shop-test"].map((name) => bed.password(name)),
		[undefined, PASSWORD, PASSWORD],
	);
});

for (const [typed, gone] of [
	["y\r", true],
	["\r", false],
	["\x03", false],
] as const)
	terminal(
		`prune asks; ${JSON.stringify(typed)} ${gone ? "deletes" : "does not"}`,
		async (t) => {
			await using bed = await testBed({ namespaces: ["nginx-mesh"] });
			assert.equal((await bed.run(CREATE, { stdin: PASSWORD })).status, 0);
			const { status, settings, text } = await meshreg(
				t,
				bed,
				["prune"],
				async (session) => {
					await session.shows("You are about to delete the following 1");
					await session.shows("(y/N)");
					session.type(typed);
				},
			);
			assert.equal(status, typed === "\x03" ? 130 : 0, text);
			assert.equal(bed.content("nginx-mesh") === undefined, gone);
			assertRestored(settings);
		},
	);

terminal("check: its summary stands apart from the last group", async (t) => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const { status, text } = await meshreg(t, bed, ["check"], async () => {});
	assert.equal(status, 1);
	assert.match(
		text,
		/pods\r\n----\r\n√ no pod is waiting for an image\r\n\r\n1 problem\r\nAbout source-missing:\r\n\S+#source-missing\r\n$/,
	);
});

terminal(
	"a credential plugin may ask while stderr goes to a file",
	async (t) => {
		await using bed = await testBed();
		const [plugin, kubeconfig, typed] = ["plugin", "config", "typed"].map(
			(name) => join(bed.folder, name),
		) as [string, string, string];
		await writeFile(
			plugin,
			`#!/bin/sh\nprintf 'Code: ' >/dev/tty\nread -r code\necho "$code" >'${typed}'\n`,
			{ mode: 0o755 },
		);
		await writeFile(
			kubeconfig,
			kubeconfigText(
				{ server: "https://127.0.0.1:1" },
				{
					exec: {
						apiVersion: "client.authentication.k8s.io/v1",
						command: plugin,
						interactiveMode: "Always",
					},
				},
			),
		);
		await meshreg(
			t,
			bed,
			["list", `--kubeconfig=${kubeconfig}`],
			async (session) => {
				await session.shows("Code: ");
				session.type("1234\r");
			},
			join(bed.folder, "stderr"),
		);
		assert.equal(await readFile(typed, "utf8"), "1234\n");
	},
);
