import fc from "fast-check";
import type { Intervention } from "../api-server/index.ts";
import type { TestBed } from "../test-bed.ts";
import { beside } from "./beside.ts";
import { NAMESPACES } from "./scene.ts";

/** Who types a command line: whoever may do everything, somebody with rights in some namespaces, and who may only read. */
export const USERS = ["admin", "team", "reader"] as const;

/** A command line, and whether a new password is typed into it. */
export interface CommandLine {
	readonly argv: readonly string[];
	readonly typed: boolean;
}

/** What goes wrong at one request: what the server does to it, or that somebody presses Ctrl-C. */
export type Mishap = Intervention | "interrupt";

/** One thing that happens in a cluster. */
export type Step =
	/** A command is tried with both dry runs, and run; `heeds`: then what it prints to be pasted. */
	| {
			readonly by: "admin";
			readonly user: (typeof USERS)[number];
			readonly line: CommandLine;
			readonly heeds: boolean;
	  }
	/** Something goes wrong at its request of that number, and it is run again. */
	| {
			readonly by: "admin in trouble";
			readonly line: CommandLine;
			readonly at: number;
			readonly mishap: Mishap;
	  }
	/** Two commands at once, whose requests come in an order that `seed` decides. */
	| {
			readonly by: "two admins";
			readonly lines: readonly [CommandLine, CommandLine];
			readonly seed: number;
	  }
	/** A tenant, a controller, or kubectl. */
	| {
			readonly by: "others";
			readonly cluster: "east" | "west";
			readonly what: string;
			readonly act: (bed: TestBed) => void;
	  };

type Words = readonly string[];

const said = (...words: string[]): fc.Arbitrary<Words> => fc.constant(words);
const line = (...parts: fc.Arbitrary<Words>[]): fc.Arbitrary<CommandLine> =>
	fc.tuple(...parts).map((each) => {
		const argv = each.flat();
		return { argv, typed: argv.includes("--registry-password-stdin") };
	});
/** Some of these flags, which may well be none. */
const maybe = (...flags: string[]): fc.Arbitrary<Words> =>
	fc.subarray(flags).map((taken) => taken.flatMap((flag) => flag.split(" ")));

const namespace = fc.constantFrom(...NAMESPACES);
const named = fc
	.subarray([...NAMESPACES], { minLength: 1, maxLength: 3 })
	.map((names) => ["-n", names.join(",")]);
const selection = fc.oneof(
	{ weight: 4, arbitrary: named },
	{ weight: 2, arbitrary: said("-l", "team=a") },
	{ weight: 1, arbitrary: said("-A") },
	{
		weight: 1,
		arbitrary: namespace.map((name) => ["-A", "--exclude", name]),
	},
	{ weight: 1, arbitrary: said("--injected") },
	{ weight: 1, arbitrary: said("--needed") },
);
const places = fc.oneof(named, said("-A"), said("-l", "team=a"));
const attaching = fc.constantFrom<Words>(
	[],
	[],
	["--attach"],
	["--attach=builder"],
	["--attach=*"],
);
/** Of the source that is usual, or of another. */
const operand = fc.constantFrom<Words>([], [], [], ["second"]);
const secretFlag = fc.constantFrom<Words>([], [], [], ["--secret=second"]);
const server = fc.constantFrom("r.io", "r.io", "r.io", "x.io:5000");

/** A credential for a registry, whose password is typed. */
export const credentialFor = (registry: string): string[] => [
	`--registry-server=${registry}`,
	"--registry-username=u",
	"--registry-password-stdin",
	"--no-verify",
];
const credential = server.map(credentialFor);

const expiry = fc.constantFrom<Words>(
	[],
	[],
	["--expires-in=2h"],
	["--if-expiring=1h"],
	["--if-expiring=3h"],
);

const changeHere: fc.Arbitrary<CommandLine> = fc.oneof(
	line(
		said("create"),
		operand,
		credential,
		maybe("--add", "--replace", "--force", "--expires-in=2h"),
	),
	line(
		said("create", "--remove"),
		server.map((host) => [host]),
	),
	{
		weight: 2,
		arbitrary: line(said("rotate"), operand, credential, expiry),
	},
	line(said("apply"), operand, credential, maybe("--expires-in=2h")),
	line(
		said("apply"),
		operand,
		credential,
		selection,
		attaching,
		maybe("--force --yes", "--adopt"),
	),
	line(said("sync"), operand),
	{ weight: 2, arbitrary: line(said("sync"), operand, named) },
	line(said("sync"), operand, selection, attaching),
	line(
		said("sync"),
		operand,
		selection,
		attaching,
		maybe(
			"--force --yes",
			"--adopt",
			"--once",
			"--prune --yes",
			"--copy-label=team=a",
		),
	),
	line(
		said("sync", "--forget"),
		namespace.map((name) => [name]),
		maybe("--prune --yes"),
	),
	line(fc.constantFrom(["attach"], ["attach", "builder"]), secretFlag, places),
	line(said("sync", "--all-sources"), fc.oneof(said(), named)),
	line(
		fc.oneof(
			line(fc.constantFrom(["detach"], ["detach", "builder"]), secretFlag).map(
				({ argv }) => argv,
			),
			said("detach", "--all"),
		),
		places,
	),
	line(
		said("prune", "--yes"),
		operand,
		fc.oneof(said(), said(), named),
		maybe("--keep-sources", "--orphaned", "--all"),
	),
	line(said("check", "--fix", "--yes")),
	line(said("attach", "--by-policy"), secretFlag),
	line(said("detach", "--by-policy"), secretFlag),
	line(
		said("install"),
		operand,
		fc.oneof(said(), named, said("-A")),
		maybe("--attach"),
	),
	{ weight: 2, arbitrary: line(said("uninstall", "--yes"), operand) },
);
const WIDE = [
	"create",
	"apply",
	"rotate",
	"sync",
	"list",
	"prune",
	"check",
	"attach",
];
const contexts = fc.constantFrom<Words>(
	...[[], [], [], [], [], []],
	["--contexts=east,west"],
	["--contexts=west"],
	["--contexts=east,twin"],
);
/** In other clusters too, where it can be said. */
const anywhere = (here: fc.Arbitrary<CommandLine>) =>
	fc.tuple(here, contexts).map(([{ argv, typed }, where]) => ({
		argv: [...argv, ...(WIDE.includes(argv[0] ?? "") ? where : [])],
		typed,
	}));

const change = anywhere(changeHere);
const look = anywhere(
	fc.oneof(
		line(said("check")),
		line(said("list", "--all")),
		line(said("list", "-o", "tree")),
	),
);

const mishap = fc.constantFrom<Mishap>(
	"interrupt",
	{ cut: "before" },
	{ cut: "after" },
	{ answer: { status: 409, reason: "Conflict", message: "it was modified" } },
	{ answer: { status: 500, reason: "InternalError", message: "no leader" } },
	{ answer: { status: 403, reason: "Forbidden", message: "not now" } },
);

const EAST = ["east", "east", "east", "east"] as const;

/** Anything that may happen. */
export const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			by: fc.constant("admin" as const),
			user: fc.constantFrom("admin", "admin", "admin", ...USERS),
			line: fc.oneof({ weight: 5, arbitrary: change }, look),
			heeds: fc.boolean(),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			by: fc.constant("admin in trouble" as const),
			line: change,
			at: fc.nat({ max: 12 }),
			mishap,
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			by: fc.constant("two admins" as const),
			lines: fc.tuple(change, change),
			seed: fc.nat(),
		}),
	},
	{
		weight: 5,
		arbitrary: fc
			.tuple(beside, fc.constantFrom(...EAST, "west" as const))
			.map(([one, cluster]) => ({ by: "others" as const, cluster, ...one })),
	},
);
