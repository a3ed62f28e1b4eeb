import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { bundledProgram } from "../../support/bundled-program.ts";
import {
	noTerminals,
	onTerminal,
	type TerminalSession,
} from "../../support/pty.ts";

const PROGRAM = await bundledProgram(
	fileURLToPath(
		new URL("../../support/programs/questions.ts", import.meta.url),
	),
);
const PASTE = (text: string) => `\x1b[200~${text}\x1b[201~`;
const SHOW_CURSOR = "\x1b[?25h";
const HIDE_CURSOR = "\x1b[?25l";
const folder = mkdtempSync(join(tmpdir(), "meshreg-prompts-"));
after(() => rmSync(folder, { recursive: true }));

/** Asks what `what` names and drives it; returns how it ended, its answer, and what was shown. */
async function asked(
	t: TestContext,
	what: string,
	drive: (session: TerminalSession) => Promise<void>,
	env: Record<string, string> = {},
) {
	const answerFile = join(folder, "answer");
	rmSync(answerFile, { force: true });
	return onTerminal(
		[...PROGRAM, what],
		{
			env: {
				PATH: process.env.PATH ?? "",
				TERM: "xterm",
				...env,
				ANSWER: answerFile,
			},
			stop: t.signal,
			settingsFile: join(folder, "settings"),
		},
		async (session) => {
			await drive(session);
			const { status, settings } = await session.ended();
			const answer = existsSync(answerFile)
				? JSON.parse(readFileSync(answerFile, "utf8"))
				: undefined;
			return { status, settings, answer, shown: session.shown };
		},
	);
}

const terminal = (name: string, run: (t: TestContext) => Promise<void>) =>
	test(name, { skip: noTerminals }, run);

/** The echo of keys, and lines, are on. */
function assertRestored(settings: string): void {
	assert.match(settings, / icanon /);
	assert.match(settings, / echo /);
}

/** What was shown, as lines of text; what a line was before it was shown again is not among them. */
function lines(shown: string): string[] {
	const text = stripVTControlCharacters(shown.replaceAll("\x1b[2K", "\n"));
	return text.split(/[\r\n]+/).filter((line) => line.trim() !== "");
}

for (const [name, password] of [
	["plain", "s3cr3t-w0rd"],
	["one character", "x"],
	["spaces, quotes, dollars, colons", ` a"b'c$d:e\\ `],
	["letters of the world", "пароль-密碼-🔑é"],
	["10,000 characters", "0123456789".repeat(1000)],
] as const)
	terminal(`a password is not shown: ${name}`, async (t) => {
		const { status, settings, answer, shown } = await asked(
			t,
			"password",
			async (session) => {
				await session.shows("Password:");
				session.type(password);
				session.ctrl("t");
				session.type("\r");
			},
		);
		assert.equal(status, 0);
		assert.equal(answer, password);
		// Whatever was typed, what was shown is the same: no star, no moved cursor, no character.
		assert.equal(
			shown,
			"\x1b[?2004h\x1b[34m?\x1b[39m \x1b[1mPassword:\x1b[22m\x1b[13G" +
				"\x1b[2K\x1b[G\x1b[32m✔\x1b[39m \x1b[1mPassword:\x1b[22m\x1b[13G" +
				"\r\n\x1b[G\x1b[?25h\x1b[?2004l",
		);
		assertRestored(settings);
	});

terminal("a password can be corrected, and pasted", async (t) => {
	const { answer, shown } = await asked(t, "password", async (session) => {
		await session.shows("Password:");
		session.type("wrong");
		session.ctrl("u");
		session.type("s3\x1b[D\x1b[Acr🔑\x7fx\x7f");
		session.type(PASTE("et\r"));
		session.type("\r");
	});
	assert.equal(answer, "s3cret");
	assert.doesNotMatch(shown, /s3|et\b/);
});

terminal(
	"a password is not shown after a stop, during which a shell had the terminal",
	async (t) => {
		const { answer, shown } = await asked(t, "password", async (session) => {
			await session.shows("Password:");
			session.echo();
			await session.showsAfter(() => session.signal("SIGCONT"), "\x1b[?2004h");
			session.type("s3cret\r");
		});
		assert.equal(answer, "s3cret");
		assert.doesNotMatch(shown, /s3/);
	},
);

terminal("an empty password is asked for again", async (t) => {
	const { answer } = await asked(t, "password", async (session) => {
		await session.shows("Password:");
		session.type("\r");
		await session.shows("it is empty");
		session.type("s3cret\r");
	});
	assert.equal(answer, "s3cret");
});

for (const [name, pasted] of [
	["marked by the terminal", PASTE('{\r"type": "leaked"\r}\r')],
	["unmarked", '{\n"type": "leaked"\n}\n'],
] as const)
	terminal(
		`several lines pasted for a password are refused: ${name}`,
		async (t) => {
			const { answer, shown } = await asked(t, "password", async (session) => {
				await session.shows("Password:");
				session.type(pasted);
				await session.shows("nothing was read");
				session.type("s3cret\r");
			});
			assert.equal(answer, "s3cret");
			assert.doesNotMatch(shown, /leaked|type/);
		},
	);

terminal("three questions after each other", async (t) => {
	const { answer, shown } = await asked(t, "login", async (session) => {
		await session.shows("Username:");
		session.type("me\r");
		await session.shows("Password:");
		session.type("s3cret\r");
		await session.shows("(y/N)");
		session.type("y\r");
	});
	assert.deepEqual(answer, ["me", "s3cret", true]);
	assert.doesNotMatch(shown, /s3cret/);
	assert.equal(lines(shown).at(-1), "✔ Write it? (y/N) y");
});

terminal("a line has a default, and is checked", async (t) => {
	const { answer, shown } = await asked(t, "text", async (session) => {
		await session.shows("(docker.io)");
		session.type("a/b\r");
		await session.shows("> no path, please");
		session.ctrl("u");
		await session.shows("(docker.io)");
		session.type(PASTE("one\rtwo"));
		await session.shows("nothing was read");
		session.type("\r");
	});
	assert.equal(answer, "docker.io");
	assert.match(
		stripVTControlCharacters(shown),
		/✔ Registry server: docker\.io\r\n$/,
	);
});

/** The beginning is no secret; what follows the first characters is. */
const JWT = `eyJhbGciOiJSUzI1NiJ9.${"Zm9vYmFy".repeat(700)}.c2lnbmF0dXJl`;

type Entering = readonly [
	name: string,
	type: (session: TerminalSession) => void | Promise<void>,
];

/** Ways of entering the JWT that are no paste. */
const BY_HAND: readonly Entering[] = [
	["corrected", (session) => session.type(`x\x7f${JWT}zz\x7f\x7f`)],
	[
		"typed",
		async (session) => {
			for (const key of JWT.slice(0, 20)) session.type(key);
			await session.shows("not shown");
			session.type(JWT.slice(20));
		},
	],
];

for (const [name, type] of [
	["marked by the terminal", (session) => session.type(PASTE(`${JWT}\n`))],
	["unmarked", (session) => session.type(JWT)],
	...BY_HAND,
] satisfies readonly Entering[])
	terminal(
		`F20: a JWT in the place of a user name is not echoed: ${name}`,
		async (t) => {
			const { answer, shown } = await asked(t, "username", async (session) => {
				await session.shows("Username:");
				await type(session);
				session.type("\r");
			});
			assert.equal(answer, JWT);
			assert.doesNotMatch(stripVTControlCharacters(shown), /GciOiJS|Zm9v|c2ln/);
			assert.equal(lines(shown).at(-1), "✔ Username: (token, not shown)");
			assert(shown.length < 4000, `${shown.length} characters were written`);
		},
	);

terminal("F20: a JWT is taken back, and another line is echoed", async (t) => {
	const { answer, shown } = await asked(t, "username", async (session) => {
		await session.shows("Username:");
		session.type(PASTE(JWT));
		await session.shows("not shown");
		session.ctrl("u");
		await session.shows("Username:");
		session.type("me\r");
	});
	assert.equal(answer, "me");
	assert.equal(lines(shown).at(-1), "✔ Username: me");
});

terminal("F20: a JWT that is refused is forgotten", async (t) => {
	const { answer, shown } = await asked(t, "username", async (session) => {
		await session.shows("Username:");
		session.type(PASTE(`${JWT}:`));
		await session.shows("not shown");
		session.type("\r");
		await session.shows("> no colon, please");
		session.type("me\r");
	});
	assert.equal(answer, "me");
	assert.doesNotMatch(shown, /Zm9v/);
});

terminal("F20: a long line is drawn once", async (t) => {
	const long = "word ".repeat(1000);
	const { answer, shown } = await asked(t, "username", async (session) => {
		await session.shows("Username:");
		session.type(PASTE(long));
		session.type("\r");
	});
	assert.equal(answer, long);
	assert(shown.length < 40_000, `${shown.length} characters were written`);
});

for (const [typed, plain, yes] of [
	["y", true, true],
	["YES", true, true],
	["", false, true],
	["n", false, false],
	["ja", false, false],
] as const)
	terminal(`"${typed}" to a y/N and to a Y/n question`, async (t) => {
		for (const [what, hint, expected] of [
			["confirm", "(y/N)", plain],
			["confirmYes", "(Y/n)", yes],
		] as const) {
			const { answer } = await asked(t, what, async (session) => {
				await session.shows(hint);
				session.type(`${typed}\r`);
			});
			assert.equal(answer, expected, hint);
		}
	});

terminal("one of several is chosen with the arrows", async (t) => {
	const { answer, shown } = await asked(t, "choose", async (session) => {
		await session.shows("JSON key file");
		session.type("\x1b[B");
		await session.shows("❯ JSON key file");
		session.type("\r");
	});
	assert.equal(answer, "key");
	assert.equal(lines(shown).at(-1), "✔ Authenticate with: JSON key file");
});

terminal(
	"a choice that is wider than the terminal is broken between words, also once it is made",
	async (t) => {
		const { shown } = await asked(t, "chooseWide", async (session) => {
			await session.shows("select");
			session.type("\r");
		});
		const text = lines(shown);
		assert.deepEqual(text.slice(1, 3), [
			"❯ NGINX Service Mesh (nginx-mesh-registry-key in nginx-mesh), no longer",
			"  maintained",
		]);
		assert.deepEqual(text.slice(-2), [
			"✔ Which mesh is the pull secret for? NGINX Service Mesh",
			"  (nginx-mesh-registry-key in nginx-mesh), no longer maintained",
		]);
	},
);

terminal("B7: some of a thousand are found by typing", async (t) => {
	const { answer, shown } = await asked(t, "pick", async (session) => {
		await session.shows("0 of 1000 selected");
		session.type("\r");
		await session.shows("nothing is selected: space selects");
		session.type("\x1b[B ");
		await session.shows("1 of 1000 selected");
		session.type("zzz");
		await session.shows("nothing matches");
		session.ctrl("u");
		await session.shows("space select");
		session.type("075");
		await session.shows("11 shown");
		session.ctrl("a");
		await session.shows("12 of 1000 selected");
		session.type("\x1b[B ");
		await session.shows("11 of 1000 selected");
		session.type("\x7f\x7f\x7fnothing");
		await session.shows("nothing matches");
		session.type("\r");
	});
	const marked = Array.from(
		{ length: 9 },
		(_, index) => `team-075${index + 1}`,
	);
	assert.deepEqual(answer, ["team-0001", "team-0075", ...marked]);
	assert.equal(lines(shown).at(-1), "✔ Namespaces: 11 of 1000");
});

terminal("a paste narrows a list at once, however long it is", async (t) => {
	const { answer, shown } = await asked(t, "pick", async (session) => {
		await session.shows("0 of 1000 selected");
		// More than a terminal hands over at once.
		session.type(PASTE("z".repeat(5_000)));
		await session.shows("nothing matches");
		session.ctrl("u");
		await session.shows("space select");
		session.type(PASTE("team-0753"));
		await session.shows("1 shown");
		session.type(" ");
		await session.shows("1 of 1000 selected");
		session.type("\r");
	});
	const draws = shown.split("Namespaces:").length - 1;
	assert.ok(draws < 20, `drawn ${draws} times`);
	assert.deepEqual(answer, ["team-0753"]);
});

terminal(
	"a window that is made smaller still shows the line that is on",
	async (t) => {
		const { answer } = await asked(t, "pick", async (session) => {
			await session.shows("0 of 1000 selected");
			session.resize(80, 12);
			// The program hears of the size when it comes to it.
			await session.showsAfter(
				() => session.type("\x1b[B\x1b[A"),
				/Namespaces:[^\n]*\n(?:[^\n]*team-[^\n]*\n){7}[^\n]*0 of 1000/,
			);
			session.type(" ");
			await session.shows("1 of 1000 selected");
			session.type("\r");
		});
		assert.deepEqual(answer, ["team-0000"]);
	},
);

terminal("B7: what is marked is taken unless it is taken back", async (t) => {
	const { answer } = await asked(t, "pickMarked", async (session) => {
		await session.shows("> [x] app");
		await session.shows("  [ ] pay");
		await session.shows("  [x] shop");
		await session.shows("2 of 3 selected");
		session.type(" ");
		await session.shows("1 of 3 selected");
		session.type("\r");
	});
	assert.deepEqual(answer, ["shop"]);
});

for (const [name, act, expected] of [
	["Ctrl-C", (session) => session.ctrl("c"), 130],
	["SIGINT", (session) => session.signal("SIGINT"), 130],
	["SIGTERM", (session) => session.signal("SIGTERM"), 143],
	["SIGHUP", (session) => session.signal("SIGHUP"), 129],
	["Ctrl-D", (session) => session.ctrl("d"), 1],
] as const satisfies readonly (readonly [
	string,
	(session: TerminalSession) => void,
	number,
])[])
	for (const [what, question, typed, reaction] of [
		["password", "Password:", "leak\nleak", "nothing was read"],
		["text", "(docker.io)", "leak", "leak"],
		["pick", "enter confirm", "leak", "nothing matches"],
	] as const)
		terminal(
			`${name} at a ${what} question ends it with ${expected}`,
			async (t) => {
				const { status, settings, answer, shown } = await asked(
					t,
					what,
					async (session) => {
						await session.shows(question);
						session.type(typed);
						await session.shows(reaction); // It has been read: what is typed later is the shell's.
						act(session);
					},
				);
				assert.equal(status, expected);
				assert.equal(answer, undefined);
				assertRestored(settings);
				assert(shown.includes(SHOW_CURSOR));
				assert(shown.includes("\x1b[?2004l"), "pastes are not marked any more");
				if (what === "password") assert.doesNotMatch(shown, /leak/);
			},
		);

terminal("a window that closes ends the question with 129", async (t) => {
	const { status, answer } = await asked(t, "password", async (session) => {
		await session.shows("Password:");
		session.close();
	});
	assert.equal(status, 129);
	assert.equal(answer, undefined);
});

terminal("a spinner gives way to questions and to other lines", async (t) => {
	const { answer, shown } = await asked(t, "progress", async (session) => {
		await session.shows("Go on?");
		session.type("yes\r");
		await session.shows("working");
		await session.shows("warning: something\r\n");
		await session.shows("Enough?");
		session.type("x\r");
	});
	assert.equal(answer, "done");
	// Each time the line was there, it is erased before anything else is written.
	const afterwards = shown.split("working\x1b[?2026l").slice(1);
	assert.notEqual(afterwards.length, 0);
	for (const after of afterwards)
		assert(
			after.startsWith("\x1b[1G\x1b[0K") || after.startsWith("\x1b[?2026h"),
			JSON.stringify(after),
		);
});

terminal(
	"an interrupt takes the spinner away; there is only one, on one line",
	async (t) => {
		const { status, settings, shown } = await asked(
			t,
			"spin",
			async (session) => {
				await session.shows(/s{75}…/);
				await session.shows("ready");
				session.ctrl("c");
			},
		);
		assert.equal(status, 130);
		assertRestored(settings);
		assert(shown.includes(SHOW_CURSOR));
		assert.doesNotMatch(shown, /first/);
	},
);

terminal(
	"D4: Ctrl-Z while something moves leaves the shell a cursor; fg brings the line back",
	async (t) => {
		const { status, shown } = await asked(t, "spin", async (session) => {
			await session.shows(/s{75}…/);
			await session.shows("ready");
			session.ctrl("z");
			await session.shows(SHOW_CURSOR);
			// Again and again: one that comes before the program has stopped does nothing.
			await session.showsAfter(() => session.signal("SIGCONT"), /s{75}…/);
			session.ctrl("c");
		});
		assert.equal(status, 130);
		assert.ok(shown.lastIndexOf(SHOW_CURSOR) > shown.lastIndexOf(HIDE_CURSOR));
	},
);

for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }, { CI: "true" }])
	terminal(`nothing moves with ${JSON.stringify(env)}`, async (t) => {
		const { shown } = await asked(
			t,
			"spin",
			async (session) => {
				await session.shows("ready");
				session.signal("SIGTERM");
			},
			env,
		);
		assert.doesNotMatch(shown, /sss/);
	});

/** On a terminal that can move no cursor, nothing but text is written. */
const dumb = (
	name: string,
	what: string,
	drive: (session: TerminalSession) => Promise<void>,
	expected: { answer?: unknown; status?: number; shown: string },
) =>
	terminal(`TERM=dumb: ${name}`, async (t) => {
		const { status, settings, answer, shown } = await asked(t, what, drive, {
			TERM: "dumb",
		});
		assert.equal(shown.replaceAll("\r\n", "\n"), expected.shown);
		assert.deepEqual(answer, expected.answer);
		assert.equal(status, expected.status ?? 0);
		assertRestored(settings);
	});

dumb(
	"a line, with what is wrong and a default",
	"text",
	async (session) => {
		await session.shows("docker.io) ");
		session.type("ghcr.io/x\r");
		await session.shows("please");
		await session.shows("docker.io) ");
		session.type("\r");
	},
	{
		answer: "docker.io",
		shown:
			"Registry server: (docker.io) ghcr.io/x\n> no path, please\nRegistry server: (docker.io) \n",
	},
);
dumb(
	"a password is not echoed, and a yes is",
	"login",
	async (session) => {
		await session.shows("Username: ");
		session.type("robot\r");
		await session.shows("Password: ");
		session.type("s3cr3t\r");
		await session.shows("(y/N) ");
		session.type("y\r");
	},
	{
		answer: ["robot", "s3cr3t", true],
		shown: "Username: robot\nPassword: \nWrite it? (y/N) y\n",
	},
);
dumb(
	"choices are numbered",
	"choose",
	async (session) => {
		await session.shows("(1): ");
		session.type("3\r");
		await session.shows("from 1 to 2");
		await session.shows("(1): ");
		session.type("2\r");
	},
	{
		answer: "key",
		shown:
			"Authenticate with:\n1) username and password\n2) JSON key file\nNumber (1): 3\n> give a number from 1 to 2\nNumber (1): 2\n",
	},
);
const numbered = (n: number) =>
	`${String(n + 1).padStart(4)}) team-${String(n).padStart(4, "0")}`;
/** D14: in columns that fit 80. */
const THOUSAND = Array.from(
	{ length: 250 },
	(_, n) => `${[n, n + 250, n + 500, n + 750].map(numbered).join("  ")}\n`,
).join("");
const MANY = "Numbers or names, with commas between them, * for all:";
dumb(
	"D14: several of many, by number and name",
	"pick",
	async (session) => {
		await session.shows("for all: ");
		session.type("team-0007,x\r");
		await session.shows('no "x"');
		await session.shows("for all: ");
		session.type("team-0007, 2\r");
	},
	{
		answer: ["team-0001", "team-0007"],
		shown: `Namespaces:\n${THOUSAND}${MANY} team-0007,x\n> there is no "x"\n${MANY} team-0007, 2\n`,
	},
);
dumb(
	"nothing selected is asked again",
	"pick",
	async (session) => {
		await session.shows("for all: ");
		session.type("\r");
		await session.shows("nothing is selected");
		await session.shows("for all: ");
		session.type("1\r");
	},
	{
		answer: ["team-0000"],
		shown: `Namespaces:\n${THOUSAND}${MANY} \n> nothing is selected\n${MANY} 1\n`,
	},
);
dumb(
	"Enter takes what is marked",
	"pickMarked",
	async (session) => {
		await session.shows("with an x: ");
		session.type("\r");
	},
	{
		answer: ["app", "shop"],
		shown:
			"Namespaces:\n1) [x] app  no copy\n2) [ ] pay  no copy\n3) [x] shop  no copy\nNumbers or names, with commas between them, * for all, Enter for those with an x: \n",
	},
);
dumb(
	"Ctrl-C",
	"text",
	async (session) => {
		await session.shows("docker.io) ");
		session.ctrl("c");
	},
	{
		status: 130,
		shown: "Registry server: (docker.io) ^C\nerror: interrupted by SIGINT\n",
	},
);
dumb(
	"Ctrl-D",
	"text",
	async (session) => {
		await session.shows("docker.io) ");
		session.ctrl("d");
	},
	{
		status: 1,
		shown:
			"Registry server: (docker.io) \nerror: the question was not answered\n",
	},
);
dumb(
	"Ctrl-C at a password",
	"password",
	async (session) => {
		await session.shows("Password: ");
		session.type("half");
		session.ctrl("c");
	},
	{ status: 130, shown: "Password: ^C\nerror: interrupted by SIGINT\n" },
);

/** What a line looks like when `\b \b` has rubbed out what stood before. */
const seen = (shown: string) => {
	let line = shown.replaceAll("\r\n", "\n");
	while (line.includes("\b \b")) line = line.replace(/[^\b][\b] [\b]/u, "");
	return line;
};

for (const [name, type] of [
	["pasted", (session) => session.type(JWT)],
	["pasted with its line end", (session) => session.type(`${JWT}\n`)],
	["marked as a paste", (session) => session.type(PASTE(`${JWT}\n`))],
	...BY_HAND,
] satisfies readonly Entering[])
	terminal(
		`F20: TERM=dumb: a JWT in the place of a user name is not echoed: ${name}`,
		async (t) => {
			const { answer, shown, settings } = await asked(
				t,
				"username",
				async (session) => {
					await session.shows("Username: ");
					await type(session);
					if (name !== "pasted with its line end") session.type("\r");
				},
				{ TERM: "dumb" },
			);
			assert.equal(answer, JWT);
			assert.doesNotMatch(shown, /GciOiJS|Zm9v|c2ln/);
			assert(shown.length < 200, `${shown.length} characters were written`);
			assert.equal(seen(shown), "Username: (token, not shown)\n");
			assertRestored(settings);
		},
	);

for (const [name, typed, answer, shown] of [
	["backspace", "robox\x7ft\r", "robot", "Username: robot\n"],
	["backspace at the beginning", "\x7f\bme\r", "me", "Username: me\n"],
	["a letter of two code units", "🔑🔑\x7f\r", "🔑", "Username: 🔑\n"],
	["Ctrl-U", "wrong\x15me\r", "me", "Username: me\n"],
	["Ctrl-W", "me two\x17too\r", "me too", "Username: me too\n"],
	["arrows are no text", "m\x1b[D\x1bOAe\r", "me", "Username: me\n"],
	["a paste of one line", `${PASTE("me\r")}\r`, "me", "Username: me\n"],
	["a JWT taken back", `${JWT}\x15me\r`, "me", "Username: me\n"],
] as const)
	terminal(`TERM=dumb: a line is edited: ${name}`, async (t) => {
		const result = await asked(
			t,
			"username",
			async (session) => {
				await session.shows("Username: ");
				session.type(typed);
			},
			{ TERM: "dumb" },
		);
		assert.equal(result.answer, answer);
		assert.equal(seen(result.shown), shown);
	});

dumb(
	"several lines pasted are refused",
	"username",
	async (session) => {
		await session.shows("Username: ");
		session.type('{\n"type": "leaked"\n}\n');
		await session.shows("nothing was read");
		await session.shows("Username: ");
		session.type("me\r");
	},
	{
		answer: "me",
		shown:
			"Username: \n> Pasted text has several lines; nothing was read. Paste it as one line.\nUsername: me\n",
	},
);
dumb(
	"a line that Emacs' shell has shown is not shown again; what it hid ends a line",
	"login",
	async (session) => {
		await session.shows("Username: ");
		session.type("robot\n");
		await session.shows("Password: ");
		session.type("s3cr3t\n");
		await session.shows("(y/N) ");
		session.type("y\n");
	},
	{
		answer: ["robot", "s3cr3t", true],
		shown: "Username: Password: \nWrite it? (y/N) ",
	},
);

for (const [what, term, typed, after, answer] of [
	["username", "dumb", "ro", "Username: ro", "bot"],
	["username", "xterm", "ro", "? Username:", "robot"],
	["password", "xterm", "ro", "? Password:", "robot"],
	["choose", "xterm", "", "❯ username and password", ""],
	["pick", "xterm", "", "> [ ] team-0000", " "],
] as const)
	terminal(
		`TERM=${term}, ${what}: Ctrl-Z gives the shell its terminal; fg asks again`,
		async (t) => {
			const answerFile = join(folder, "answer");
			rmSync(answerFile, { force: true });
			const job = `set -m; "$@"; stty -a; echo stopped; fg`;
			await onTerminal(
				["sh", "-c", job, "sh", ...PROGRAM, what],
				{
					env: {
						PATH: process.env.PATH ?? "",
						TERM: term,
						ANSWER: answerFile,
					},
					stop: t.signal,
					settingsFile: join(folder, "settings"),
				},
				async (session) => {
					const shows = (text: string) => shownAs(session, text);
					await shows(after.replace(/ro$/, ""));
					session.type(typed);
					if (what === "username") await session.shows(typed);
					session.ctrl("z");
					assertRestored(await session.shows("stopped"));
					await shows(after);
					session.type(`${answer}\r`);
					const { status, settings } = await session.ended();
					assert.equal(status, 0);
					assertRestored(settings);
				},
			);
			assert.deepEqual(
				JSON.parse(readFileSync(answerFile, "utf8")),
				{ choose: "password", pick: ["team-0000"] }[what as string] ?? "robot",
			);
		},
	);

/** Waits for words, whatever colours are between them. */
function shownAs(session: TerminalSession, text: string): Promise<string> {
	const colour = "(?:\\x1b\\[[0-9;]*m)*";
	const words = text.split(" ").map((word) => word.replace(/[[\]?]/g, "\\$&"));
	return session.shows(new RegExp(words.join(`${colour} ${colour}`)));
}
