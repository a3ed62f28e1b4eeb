import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { COMMANDS, EVERYWHERE, parse } from "../src/cli.ts";
import { operandText } from "../src/core/command-line/flag.ts";
import { meshreg } from "./support/command-line.ts";

/** Command lines that are wrong whatever the cluster says: none is there. */
async function refused(argv: readonly string[], env = {}): Promise<string> {
	const { status, out, err } = await meshreg(argv, {
		kubeconfig: "/nonexistent",
		env,
	});
	assert.deepEqual([status, out], [2, ""], `${argv.join(" ")}: ${err}`);
	return err;
}

const verbs = COMMANDS.map(({ verb }) => verb);
const withFlag = (name: string) =>
	COMMANDS.filter(({ flags }) => flags.some((flag) => flag.name === name));

describe("words that people type are answered, not run", () => {
	for (const [verb, ...words] of [
		["list", "get", "ls", "status", "lst"],
		["prune", "delete", "rm", "remove"],
		["create", "add", "new", "login"],
		["sync", "copy", "cp", "adopt", "diff", "synk"],
		["attach", "link", "patch"],
		["detach", "unlink"],
		["rotate", "update", "renew", "replace"],
		["check", "doctor", "verify"],
		["explain", "why", "debug", "describe"],
	])
		for (const word of words)
			test(`C8: ${word}`, async () => {
				const message = `error: unknown command "${word}"; did you mean "${verb}"?\n`;
				assert.equal(await refused([word]), message);
				assert.equal(await refused([word, "-n", "app"]), message);
				assert.equal(await refused(["help", word]), message);
			});

	for (const word of ["constructor", "__proto__", "frobnicate", "\x1b[2J"])
		test(JSON.stringify(word), async () => {
			const err = await refused([word]);
			assert.match(
				err,
				/^error: unknown command\P{Cc}*\nSee 'kubectl meshreg --help' for usage\.\n$/u,
			);
		});
});

test("options takes no arguments, and is known, to help as well", async () => {
	assert.deepEqual(
		await meshreg(["help", "options"]),
		await meshreg(["options"]),
	);
	assert.equal(
		await refused(["options", "x"]),
		"error: options takes no arguments\nSee 'kubectl meshreg --help' for usage.\n",
	);
});

test("help of rotate speaks of one registry, as it rotates one at a time", () => {
	const rotate = COMMANDS.find(({ verb }) => verb === "rotate");
	for (const name of ["registry-server", "from-secret"]) {
		const flag = rotate?.flags.find((each) => each.name === name);
		assert.ok(flag, name);
		assert.doesNotMatch(flag.help, /\bSeveral\b|\ball\b/, name);
	}
});

test("help of rotate says what --yes does not answer", () => {
	const rotate = COMMANDS.find(({ verb }) => verb === "rotate");
	assert.equal(
		rotate?.flags.find(({ name }) => name === "yes")?.help,
		"Answer every question yes, but the one about copies that no record knows.",
	);
});

describe("what gives namespaces the credential", () => {
	for (const { verb, flags } of COMMANDS.filter(({ verb }) =>
		["sync", "apply", "install"].includes(verb),
	))
		test(`help of ${verb}: -A leaves out the system namespaces, --force says whether it asks`, () => {
			const helpOf = (flag: string) =>
				flags.find(({ name }) => name === flag)?.help;
			assert.equal(
				helpOf("all-namespaces"),
				"Select all namespaces but kube-system, kube-public and kube-node-lease.",
			);
			assert.match(
				helpOf("force") ?? "",
				verb === "install"
					? /, without a question\.$/
					: /: asks at a terminal, not elsewhere\./,
			);
		});
});

describe("every command", () => {
	for (const verb of verbs)
		test(`${verb} refuses a flag that it does not have`, async () => {
			assert.equal(
				await refused([verb, "--nope"]),
				`error: unknown flag: --nope\nSee 'kubectl meshreg ${verb} --help' for usage.\n`,
			);
			assert.match(
				await refused([verb, "--kubeconfg=x"]),
				/^error: unknown flag: --kubeconfg; did you mean --kubeconfig\?\n/,
			);
			assert.match(await refused([verb, "-X"]), /^error: unknown shorthand/);
			assert.match(
				await refused([verb, "--context"]),
				/^error: flag needs an argument: --context\n/,
			);
		});

	for (const { verb, operands } of COMMANDS)
		if (!operands.some(({ many }) => many))
			test(`${verb} refuses one operand too many`, async () => {
				const words = [...operands.map(() => "a"), "b"];
				assert.match(
					await refused([verb, ...words]),
					operands.length === 0
						? new RegExp(
								`^error: ${verb} takes no arguments(; give files with -f)?\n`,
							)
						: /^error: too many arguments: /,
				);
			});

	for (const [flag, meant] of [
		["create --from-file=.dockerconfigjson=c.json", "from-docker-config=PATH"],
		["create --from-file", "from-docker-config=PATH"],
		["rotate --from=nginx-mesh", "namespace"],
		["export --from=nginx-mesh", "namespace"],
		["create --authfile=a.json", "from-docker-config=PATH"],
		["create --docker-config=.docker", "from-docker-config=PATH"],
		["rotate --password-stdin", "registry-password-stdin"],
		["create --username=u", "registry-username"],
		["explain --from-docker-config=c.json", "docker-config"],
		["explain --authfile=a.json", "docker-config"],
	] as const)
		test(`F19: ${flag} is answered with the flag that is for it`, async () => {
			const [verb = "", word = ""] = flag.split(" ");
			const name = word.replace(/=.*/, "");
			assert.equal(
				await refused([verb, word]),
				`error: unknown flag: ${name}; did you mean --${meant}?\nSee 'kubectl meshreg ${verb} --help' for usage.\n`,
			);
		});

	for (const verb of ["list", "prune"])
		test(`${verb} --from is not answered with -n, which is not where its source is`, async () => {
			assert.equal(
				await refused([verb, "--from=nginx-mesh"]),
				`error: unknown flag: --from\nSee 'kubectl meshreg ${verb} --help' for usage.\n`,
			);
		});

	for (const { verb, operands, flags } of COMMANDS)
		for (const name of ["secret", "secret-name", "name"]) {
			const has = flags.some((flag) => flag.name === "secret");
			const takes = operands.some((operand) => operand.name === "NAME");
			if ((!has && !takes) || (has && name === "secret")) continue;
			test(`${verb} --${name} is answered with where the pull secret is named`, async () => {
				assert.equal(
					await refused([verb, `--${name}`, "team"]),
					`error: unknown flag: --${name}; did you mean ${has ? "--secret" : `"${verb} NAME"`}?\nSee 'kubectl meshreg ${verb} --help' for usage.\n`,
				);
			});
		}

	for (const [line, better] of [
		["list --o=json", "; did you mean -o?"],
		["list --n=app", "; did you mean -n?"],
		["sync --A", "; did you mean -A?"],
		["explain --A", ""],
		["list --x", ""],
	] as const)
		test(`${line}: a letter with two dashes`, async () => {
			const [verb = "", word = ""] = line.split(" ");
			assert.equal(
				await refused([verb, word]),
				`error: unknown flag: ${word.replace(/=.*/, "")}${better}\nSee 'kubectl meshreg ${verb} --help' for usage.\n`,
			);
		});

	test("another command's flag is unknown", async () => {
		assert.match(
			await refused(["sync", "--workers=2"]),
			/^error: unknown flag: --workers\n/,
		);
		// Also where its name begins with that of a flag of this one.
		assert.match(
			await refused(["explain", "nginx", "--contexts=prod-*"]),
			/^error: unknown flag: --contexts; did you mean --context\?\n/,
		);
		assert.match(
			await refused(["sync", "--from-secret=app/regcred"]),
			/^error: unknown flag: --from-secret; did you mean --from\?\n/,
		);
	});

	test("what is glued to a flag's name is not repeated: it may be a secret", async () => {
		for (const word of [
			"--registry-passwordhunter2",
			"--docker-passwordhunter2=x",
			"--registry-password:hunter2",
		])
			assert.doesNotMatch(await refused(["create", word]), /hunter2/);
	});

	// NAME; --secret where the operands are something else, or there are none.
	for (const [verbs, way] of [
		[
			"apply check create export install list prune rotate sync uninstall",
			"NAME",
		],
		["attach detach explain images inject", "--secret"],
	] as const)
		for (const verb of verbs.split(" "))
			test(`A3: ${verb} is given the pull secret's name as ${way}, and in no other way`, async () => {
				const beside =
					{ images: ["--check"], inject: ["-f", "x"], explain: ["nginx"] }[
						verb as string
					] ?? [];
				const named = (flag: string) =>
					refused([verb, ...beside, flag, "Bad_Name"]);
				const message =
					way === "NAME" ? await refused([verb, "Bad_Name"]) : await named(way);
				assert.ok(
					message.startsWith(
						`error: ${way}: "Bad_Name" is not a Secret name: `,
					),
					message,
				);
				for (const flag of ["--secret", "--key", "--name"])
					if (flag !== way)
						assert.match(await named(flag), /^error: unknown flag: /);
			});

	test("A3: no command that knows pull secrets by name is left out", () => {
		const named = COMMANDS.filter(
			({ operands, flags }) =>
				operands.some(({ name }) => name === "NAME") ||
				flags.some(({ name }) => name === "secret"),
		).map(({ verb }) => verb);
		assert.deepEqual(
			verbs.filter((verb) => !named.includes(verb)),
			["completion"],
		);
	});

	/** A command line of this verb with these flags and what else it cannot do without. */
	const lineOf = (
		{ verb, operands, flags }: (typeof COMMANDS)[number],
		...names: string[]
	) => [
		verb,
		...operands.flatMap(({ optional }) => (optional ? [] : ["a"])),
		...names.map((name) => {
			if (name.includes("=")) return `--${name}`;
			const { kind, choices } =
				flags.find((flag) => flag.name === name) ??
				EVERYWHERE.find((flag) => flag.name === name) ??
				assert.fail(name);
			return kind === "switch" ? `--${name}` : `--${name}=${choices?.[0] ?? 1}`;
		}),
	];

	/** The flag in what flags say of each other: `output` of `output=yaml`. */
	const flagIn = (meant: string) => meant.split("=")[0] ?? "";

	test("flags that contradict each other are refused wherever both are, in either order", async () => {
		for (const command of COMMANDS) {
			const all = new Map(
				[...command.flags, ...EVERYWHERE].map((flag) => [flag.name, flag]),
			);
			for (const { name, needs, conflicts = [] } of command.flags)
				for (const other of conflicts.filter((each) => all.has(flagIn(each)))) {
					const needed = [needs, all.get(flagIn(other))?.needs].flatMap(
						(each) => each?.slice(0, 1) ?? [],
					);
					for (const pair of [
						[name, other],
						[other, name],
					])
						assert.match(
							await refused(lineOf(command, ...pair, ...needed)),
							/^error: -\S+ and -\S+( \w+)? cannot be used together(; use .+)?\n$/,
							`${command.verb} ${pair}`,
						);
				}
		}
	});

	/** What a command line is refused with; "" where it is not. */
	const refusal = (argv: readonly string[]): Promise<string> =>
		parse(argv, {}).then(
			() => "",
			(error: Error) => error.message,
		);

	test("a value that only some flag makes wrong is among that flag's conflicts, of which completion knows", async () => {
		for (const command of COMMANDS)
			for (const { name, choices = [] } of command.flags)
				for (const flag of command.flags.filter(
					({ kind }) => kind === "switch",
				))
					for (const [value, other] of choices.map(
						(choice) =>
							[
								`${name}=${choice}`,
								choices.filter((each) => each !== choice),
							] as const,
					)) {
						const said = await refusal(lineOf(command, value, flag.name));
						const ofOthers = await Promise.all(
							other.map((each) =>
								refusal(lineOf(command, `${name}=${each}`, flag.name)),
							),
						);
						if (
							ofOthers.includes("") &&
							said !== (await refusal(lineOf(command, value)))
						)
							assert.match(
								said,
								/cannot be used together|^$/,
								`${command.verb} ${value} ${flag.name}`,
							);
					}
	});

	test("a flag without the one that it needs is refused", async () => {
		for (const command of COMMANDS)
			for (const { name, needs } of command.flags)
				if (needs !== undefined)
					assert.match(
						await refused([
							...lineOf(command, name),
							...command.flags.flatMap((flag) =>
								flag.required ? `--${flag.name}=x` : [],
							),
						]),
						/^error: -\S+ needs (-\S+(, | or )?)+\n$/,
					);
	});

	test("an empty -n, -l or --contexts is never everywhere", async () => {
		for (const [name, spellings] of [
			["namespace", [["-n", ""], ["-n="], ["--namespace="], ["-n", "app,"]]],
			["selector", [["-l", ""], ["--selector="], ["-l", "  "]]],
			["contexts", [["--contexts", ""], ["--contexts="], ["--contexts=a,"]]],
		] as const)
			for (const { verb, operands } of withFlag(name))
				for (const spelling of spellings) {
					const needed = operands.flatMap(({ optional, name: operand }) =>
						optional ? [] : operand.toLowerCase(),
					);
					const argv = [verb, ...needed, ...spelling];
					if (verb === "inject") argv.push("-f", "x", "--with-secret");
					assert.match(
						await refused(argv),
						/is empty|takes one namespace|is not a namespace name/,
						`${argv.join(" ")}`,
					);
				}
	});
});

describe("an optional value stands behind =", () => {
	test("a choice behind a space", async () => {
		assert.equal(
			await refused(["sync", "-A", "--dry-run", "client"]),
			'error: --dry-run takes its value after "=": --dry-run=client\n',
		);
	});

	test("a NAME with a slash, which only a path has", async () => {
		assert.equal(
			await refused(["create", "--from-docker-config", "/nowhere/config.json"]),
			'error: --from-docker-config takes its value after "=": --from-docker-config=/nowhere/config.json\n',
		);
	});

	test("a NAME that is a readable file", async () => {
		const folder = await mkdtemp(join(tmpdir(), "meshreg-"));
		try {
			const path = join(folder, "config.json");
			await writeFile(path, "{}");
			const cwd = process.cwd();
			process.chdir(folder);
			try {
				assert.equal(
					await refused(["create", "--from-docker-config", "config.json"]),
					'error: --from-docker-config takes its value after "=": --from-docker-config=config.json\n',
				);
			} finally {
				process.chdir(cwd);
			}
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});

test("flags that contradict or need each other name flags that the command has", () => {
	for (const { verb, flags } of COMMANDS)
		for (const { name, needs = [], conflicts = [] } of flags)
			for (const other of [
				...needs,
				...conflicts.filter((each) => each.includes("=")),
			]) {
				const [flagName, value] = other.split("=");
				const flag = [...flags, ...EVERYWHERE].find(
					(each) => each.name === flagName,
				);
				assert.ok(flag, `${verb} --${name}`);
				if (value !== undefined)
					assert.ok(flag.choices?.includes(value), `${verb} --${name}`);
			}
});

test("only the last operand can be many, and only the last optional", () => {
	for (const { operands } of COMMANDS) {
		const text = operands.map(operandText).join(" ");
		assert.doesNotMatch(text, /… |\] [^[]/, text);
	}
});

describe("help", () => {
	const help = async (argv: readonly string[], env = {}) => {
		const { status, out } = await meshreg(argv, {
			kubeconfig: "/nonexistent",
			env,
		});
		assert.equal(status, 0);
		return out;
	};

	test("A9: nothing is wider than 80 columns", async () => {
		for (const argv of [
			["--help"],
			["options"],
			...verbs.map((verb) => [verb, "-h"]),
		])
			for (const line of (await help(argv)).split("\n"))
				assert.ok(line.length <= 80, `${argv.join(" ")}: ${line}`);
	});

	test("a command is summed up in 60 characters, beginning with a verb", () => {
		for (const { verb, summary } of COMMANDS) {
			assert.ok(summary.length <= 60, `${verb}: ${summary.length}`);
			assert.match(summary, /^(?!(?:Not|Also|All|Only|The|A) )[A-Z][a-z]+ /);
		}
	});

	test("flags stand in groups, each once", async () => {
		const out = await help(["create", "--help"]);
		const at = ["Credential", "Verification", "Target", "Output", "Other"].map(
			(group) => out.indexOf(`\n${group} Options:\n`),
		);
		assert.deepEqual(
			at,
			at.toSorted((a, b) => a - b),
		);
		assert.ok(
			at.every((place) => place > 0),
			String(at),
		);
		assert.equal(out.split("--registry-username=").length, 2);
	});

	test("D10: defaults are those in force", async () => {
		const out = await help(["create", "--help"], { MESHREG_NAMESPACE: "keys" });
		assert.match(out, /--namespace='keys':/);
		assert.match(await help(["create", "--help"]), /--namespace='nginx-mesh':/);
		const attach = await help(["attach", "-h"], { MESHREG_NAME: "mine" });
		assert.match(attach, /--secret='mine':/);
		// Help is shown whatever the environment holds.
		await help(["attach", "-h"], {
			MESHREG_NAME: "Bad Name",
			MESHREG_MESH: "x",
		});
	});

	for (const env of [
		{ MESHREG_NAME: "Bad Name" },
		{ MESHREG_NAMESPACE: "Bad Name" },
		{ MESHREG_MESH: "consul" },
	])
		test(`D11: ${Object.keys(env)[0]} that is none is complained about everywhere`, async () => {
			for (const { verb, operands } of COMMANDS) {
				const needed = operands.flatMap(({ optional, name }) =>
					optional ? [] : (name.split("|")[0] ?? ""),
				);
				const message = await refused([verb, ...needed], env);
				assert.match(message, /^error: MESHREG_/, verb);
			}
		});
});

describe("a line without flags means the same with one that says nothing, which yargs reads", () => {
	const meaning = async (argv: readonly string[]): Promise<string> => {
		try {
			return inspect(await parse(argv, {}), { depth: null });
		} catch (error) {
			return String(error);
		}
	};
	for (const verb of verbs)
		for (const operands of [[], ["a"], ["bash"], ["a", "b"], ["1", "", "c"]])
			test(JSON.stringify([verb, ...operands]), async () => {
				const line = [verb, ...operands];
				assert.equal(
					await meaning(line),
					await meaning([...line, "--version=false"]),
				);
			});
});
