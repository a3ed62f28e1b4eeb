/** What a person at a real terminal sees when the registry does not take the credential. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { noTerminals, type TerminalSession } from "./support/pty.ts";
import { registry } from "./support/registry/registry.ts";
import { serve } from "./support/registry/server.ts";
import { assertHides } from "./support/secret-traces.ts";
import { meshregAtTerminal } from "./support/terminal-program.ts";
import { testBed } from "./support/test-bed.ts";

const WRONG = "marked-wrong-password";
const RIGHT = "marked-right-password";
const ACCOUNTS = { passwords: { mesh: RIGHT } };

async function meshreg(...args: Parameters<typeof meshregAtTerminal>) {
	const outcome = await meshregAtTerminal(...args);
	assert.match(outcome.settings, / echo /);
	for (const password of [WRONG, RIGHT]) assertHides(outcome.shown, password);
	return outcome;
}

const terminal = (name: string, run: (t: TestContext) => Promise<void>) =>
	test(name, { skip: noTerminals }, run);

/** As a person types it: each waits until it is asked for. */
async function answer(
	session: TerminalSession,
	...dialogue: (readonly [question: string, keys: string])[]
): Promise<void> {
	for (const [question, keys] of dialogue) {
		await session.shows(question);
		session.type(keys);
	}
}

terminal(
	"a rejected credential is asked for again, and the good one is written",
	async (t) => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		await using server = await serve(
			registry({ by: "basic", accounts: ACCOUNTS }),
		);
		const { status, text } = await meshreg(t, bed, ["create"], (session) =>
			answer(
				session,
				["Registry server", `${server.host}\r`],
				["JSON key file", "\r"],
				["Username:", "mesh\r"],
				["Password:", `${WRONG}\r`],
				['rejects the credential: "authentication required"', ""],
				["Enter another credential", "\r"],
				// The user is offered again, so that Enter keeps it.
				["mesh", "\r"],
				["Password:", `${RIGHT}\r`],
				[`${server.host} accepts the credential`, ""],
				["(Y/n)", "\r"],
			),
		);
		assert.equal(status, 0, text);
		assert.match(
			text,
			/secret\/nginx-mesh-registry-key created in nginx-mesh namespace\r\nNext: kubectl meshreg sync --attach\r\n$/,
		);
		assert.equal(bed.password("nginx-mesh"), RIGHT);
	},
);

terminal("cancelled after a rejection, nothing is written", async (t) => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	await using server = await serve(
		registry({ by: "basic", accounts: ACCOUNTS }),
	);
	const { status, text } = await meshreg(
		t,
		bed,
		["create", "--registry-server", server.host, "--registry-username", "mesh"],
		(session) =>
			answer(
				session,
				["Password:", `${WRONG}\r`],
				["Enter another credential", "\x1b[B\x1b[B"],
				["❯ Cancel", "\r"],
			),
	);
	assert.equal(status, 0, text);
	assert.match(text, /Cancelled; nothing was changed\r\n$/);
	assert.equal(bed.content("nginx-mesh"), undefined);
});

terminal(
	"Ctrl-C while a registry does not answer ends it at once, exit 130",
	async (t) => {
		await using bed = await testBed({ namespaces: ["nginx-mesh"] });
		let asked = (): void => {};
		const waiting = new Promise<void>((resolve) => {
			asked = resolve;
		});
		await using server = await serve(() => asked());
		const { status } = await meshreg(
			t,
			bed,
			[
				"create",
				"--registry-server",
				server.host,
				"--registry-username",
				"mesh",
			],
			async (session) => {
				await answer(session, ["Password:", `${RIGHT}\r`]);
				await waiting;
				session.ctrl("c");
			},
		);
		assert.equal(status, 130);
		assert.equal(bed.content("nginx-mesh"), undefined);
	},
);

terminal("rotate asks, tries, and asks before it writes", async (t) => {
	await using bed = await testBed({ namespaces: ["app", "nginx-mesh"] });
	await using server = await serve(
		registry({ by: "basic", accounts: ACCOUNTS }),
	);
	await bed.run(
		[
			"create",
			`--registry-server=${server.host}`,
			"--registry-username=mesh",
			"--registry-password-stdin",
		],
		{ stdin: "old" },
	);
	await bed.run(["sync", "-n", "app"]);
	const { status, text } = await meshreg(t, bed, ["rotate"], (session) =>
		answer(
			session,
			["Username:", "mesh\r"],
			["Password:", `${RIGHT}\r`],
			["its copy? (Y/n)", "y\r"],
		),
	);
	assert.equal(status, 0, text);
	assert.deepEqual(
		["nginx-mesh", "app"].map((name) => bed.password(name)),
		[RIGHT, RIGHT],
	);
});

terminal("images --check says how far it is", async (t) => {
	await using bed = await testBed({ namespaces: ["nginx-mesh"] });
	const images = Array.from({ length: 60 }, (_, at) => `team/app-${at}`);
	// Answered once the line has been seen.
	let seen = () => {};
	const shown = new Promise<void>((resolve) => {
		seen = resolve;
	});
	let isFirst = true;
	await using server = await serve(async (request, response) => {
		const isManifest = request.url?.includes("/manifests/") === true;
		// The program waits as long as it is told: the line is for what takes more than half a second.
		if (isManifest && isFirst) {
			isFirst = false;
			response.writeHead(429, { "retry-after": "1" }).end();
			return;
		}
		if (request.url?.includes("/app-59/")) await shown;
		response
			.writeHead(200, {
				"content-type": isManifest
					? "application/vnd.oci.image.manifest.v1+json"
					: "application/json",
			})
			.end();
	});
	await writeFile(
		join(bed.folder, "pods.yaml"),
		images
			.map(
				(name) =>
					`apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: "${server.host}/${name}:1"}]}\n`,
			)
			.join("---\n"),
	);
	const { text } = await meshreg(
		t,
		bed,
		["images", "-f", "pods.yaml", "--check", "--registry-insecure"],
		async (session) => {
			await session.shows(/\d+ of 60 images/);
			seen();
		},
	);
	assert.match(text, new RegExp(`${server.host}/team/app-59:1`));
});
