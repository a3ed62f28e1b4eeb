/** Command lines that are wrong, a verb a table: no cluster is there, and none is asked for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { meshreg } from "./support/command-line.ts";

/** What is typed behind the verb, and what is said: all of it, or what it matches. */
type Row = readonly [argv: readonly string[], message: string | RegExp];

/** Every row is refused with status 2 and nothing on stdout, before anything else happens. */
function refuses(verb: string, rows: readonly Row[]): void {
	describe(`${verb} refuses`, () => {
		for (const [argv, message] of rows)
			test(argv.join(" ") || "nothing", async () => {
				const { status, out, err } = await meshreg([verb, ...argv], {
					kubeconfig: "/nonexistent",
					stdin: "",
				});
				assert.deepEqual([status, out], [2, ""], err);
				if (typeof message === "string")
					assert.equal(err, `error: ${message}\n`);
				else assert.match(err, message);
			});
	});
}

const USER = [
	"--registry-server",
	"registry.example.com",
	"--registry-username",
	"bob",
];
const PIPED = [...USER, "--registry-password-stdin"];
const HINT = "; give HOST or HOST:PORT, for example registry.example.com:5000";
const server = (value: string) => [
	"--registry-server",
	value,
	"--registry-username",
	"bob",
	"--registry-password-stdin",
];

refuses("create", [
	[server(""), `--registry-server: the server is empty${HINT}`],
	[
		server("bob:hunter2@registry.example.com"),
		`--registry-server: leave the user out of the address${HINT}`,
	],
	[
		server("registry.example.com:65536"),
		`--registry-server: the port must be a number from 1 to 65535${HINT}`,
	],
	[
		server("registry.example.com:0"),
		`--registry-server: the port must be a number from 1 to 65535${HINT}`,
	],
	[
		server("registry.example.com:http"),
		`--registry-server: the port must be a number from 1 to 65535${HINT}`,
	],
	[
		server("oci://registry.example.com"),
		`--registry-server: only https:// and http:// may stand before the host${HINT}`,
	],
	[
		server("registry example.com"),
		`--registry-server: no spaces, please${HINT}`,
	],
	[server("-registry"), `--registry-server: that is not a host name${HINT}`],
	[
		server("registry.example.com?x=1"),
		`--registry-server: a query or fragment has no meaning here${HINT}`,
	],
	[PIPED, "--registry-password-stdin: the password is empty"],
	[
		[...USER, "--registry-password="],
		"--registry-password: the password is empty",
	],
	[
		[
			"--registry-server",
			"r.example.com",
			"--registry-username",
			"a:b",
			"--registry-password-stdin",
		],
		"--registry-username: a user name cannot contain a colon (Basic authentication ends it there)",
	],
	[
		[
			"--registry-server",
			"r.example.com",
			"--registry-username",
			"",
			"--registry-password-stdin",
		],
		"--registry-username: the user name is empty",
	],
	[
		["--registry-server", "r.example.com", "--registry-password-stdin"],
		"a password needs --registry-username with it",
	],
	[
		["--registry-username", "bob", "--registry-password-stdin"],
		"--registry-server is required: there is no terminal to ask at\nSee 'kubectl meshreg create --help' for usage.",
	],
	[
		["--registry-server", "r.example.com"],
		"--registry-username or --registry-key is required: there is no terminal to ask at\nSee 'kubectl meshreg create --help' for usage.",
	],
	[
		["--registry-server", "r.example.com", "--registry-username", "bob"],
		"--registry-password-stdin is required: there is no terminal to ask at\nSee 'kubectl meshreg create --help' for usage.",
	],
	[[...PIPED, "-n", ""], "-n: the namespace is empty; is a variable unset?"],
	[[...PIPED, "-n", "app,shop"], '-n takes one namespace here, not "app,shop"'],
	[
		[...PIPED, "-n", "No_Good"],
		'-n: "No_Good" is not a namespace name: at most 63 lower-case letters, digits and dashes, no dash at either end',
	],
	[
		["Bad_Name", ...PIPED],
		'NAME: "Bad_Name" is not a Secret name: at most 253 lower-case letters, digits, dashes and dots, a letter or digit at either end',
	],
	[
		[...PIPED, "--dry-run=foo"],
		'Invalid dry-run value (foo). Must be "none", "server", or "client".',
	],
	[
		[...PIPED, "-o", "wide"],
		'unable to match a printer suitable for the output format "wide", allowed formats are: json,name,yaml',
	],
	[
		[...PIPED, "--label", "x"],
		"--label: must be KEY=VALUE with a valid label key and value, for example usage=my-mesh",
	],
]);

{
	const VALUES: Record<string, string> = {
		"--registry-server": "r.example.com",
		"--docker-server": "r.example.com",
		"--registry-username": "bob",
		"--docker-username": "bob",
		"--registry-password": "marked-s3cret",
		"--docker-password": "marked-s3cret",
		"--registry-password-file": "password.txt",
		"--registry-key": "key.json",
	};
	const passwords = [
		"--registry-password",
		"--docker-password",
		"--registry-password-stdin",
		"--registry-password-file",
	];
	const names = ["--registry-username", "--docker-username"];
	const PAIRS: [string, string][] = [
		["--registry-server", "--docker-server"],
		["--registry-username", "--docker-username"],
		...passwords.flatMap((a, i) =>
			passwords.slice(i + 1).map((b): [string, string] => [a, b]),
		),
		...[...names, ...passwords].map((b): [string, string] => [
			"--registry-key",
			b,
		]),
	];

	const flag = (name: string) =>
		VALUES[name] === undefined ? [name] : [name, VALUES[name]];
	refuses(
		"create",
		PAIRS.map(
			([a, b]): Row => [
				[...flag(a), ...flag(b)],
				`${a} and ${b} cannot be used together`,
			],
		),
	);
}

const ways: [flag: string, ...value: string[]][] = [
	["-n", "app"],
	["-A"],
	["-l", "a=b"],
	["--injected"],
];

refuses("sync", [
	...ways.flatMap((a, i) =>
		ways
			.slice(i + 1)
			.map(
				(b): Row => [
					[...a, ...b],
					`${a[0]} and ${b[0]} cannot be used together`,
				],
			),
	),
	[["-n", ""], "-n: the namespace is empty; is a variable unset?"],
	[["-n", "a,,b"], "-n: the namespace is empty; is a variable unset?"],
	[["-l", ""], "-l: the selector is empty; to mean every namespace, use -A"],
	[["-A", "--exclude="], "--exclude: the glob is empty; is a variable unset?"],
	[["-A", "--from", "a/b/c"], "--from: give NAMESPACE or NAMESPACE/NAME"],
	[
		["-A", "--copy-label", "x"],
		"--copy-label: must be KEY=VALUE with a valid label key and value, for example usage=my-mesh",
	],
	[
		["-A", "--concurrency", "0"],
		"invalid value for --concurrency: must be a whole number of at least 1",
	],
	[
		["-A", "--request-timeout", "soon"],
		"invalid value for --request-timeout: must be a duration such as 30s, 2m or 1h30m",
	],
	[
		["-A", "--force=maybe"],
		"invalid value for --force: must be true or false\nSee 'kubectl meshreg sync --help' for usage.",
	],
	[
		["-A", "--forse"],
		"unknown flag: --forse; did you mean --force?\nSee 'kubectl meshreg sync --help' for usage.",
	],
	[
		["-A", "-z"],
		"unknown shorthand flag: 'z' in -z\nSee 'kubectl meshreg sync --help' for usage.",
	],
	[
		["-A", "-n"],
		"flag needs an argument: -n\nSee 'kubectl meshreg sync --help' for usage.",
	],
	[
		["one", "two", "-A"],
		"too many arguments: sync takes [NAME]\nSee 'kubectl meshreg sync --help' for usage.",
	],
	[["-A", "--watch", "--dry-run=client"], /--watch and --dry-run cannot be/],
	[["--needed", "--watch"], /--watch and --needed cannot be used together/],
	[["-A", "--watch", "--prune"], /--watch --prune needs --yes/],
	[["-A", "--watch", "-o", "yaml"], /use -o json or -o name/],
	[
		["--needed", "--prune"],
		/^error: --prune and --needed cannot be used together/,
	],
	[["--needed", "-A"], /^error: -A and --needed cannot be used together/],
	[["-A", "--attach="], /^error: --attach: the name is empty/],
]);

for (const verb of ["attach", "detach"])
	refuses(verb, [
		[["-n", ""], /^error: -n: the namespace is empty/],
		[["-l", ""], /^error: -l: the selector is empty/],
		[["-n", "a", "-A"], /^error: -n and -A cannot be used together/],
		[["-A", "-l", "x"], /^error: -A and -l cannot be used together/],
		[["Not_A_Name"], /^error: SA: "Not_A_Name" is not a/],
		[
			["builder", "--all-serviceaccounts"],
			/^error: --all-serviceaccounts means every one/,
		],
		[["--secret", ""], /^error: --secret: the name is empty/],
	]);

refuses("attach", [
	[
		["builder", "--by-policy"],
		"--by-policy is for pods of any account: name none beside it",
	],
]);

refuses("detach", [[["--all", "--secret=team"], /cannot be used together/]]);

refuses("check", [
	[["a", "b"], /too many arguments/],
	[["Bad_Name"], /NAME: /],
	[["-n", ""], /-n: the namespace is empty/],
	[["-n", "a", "-A"], /-n and -A cannot be used together/],
	[["-o", "name"], /allowed formats are: json,yaml/],
	[["--secret", "x"], /unknown flag: --secret/],
	[["--wait", "soon"], /invalid value for --wait: must be a duration/],
]);

const WATCHED =
	"--watch prints a line a change: use -o json, -o name or -o wide";
refuses("list", [
	[["--fail"], "--fail needs --expiring"],
	[["--status", "Broken"], /^error: --status: must be one of Invalid, Source,/],
	[["-w", "-o", "yaml"], WATCHED],
	[["-w", "-o", "tree"], WATCHED],
	[["--mesh", "consul"], /^error: --mesh: unknown mesh; must be one of nginx,/],
	...["", "soon", "0", "0d", "-1h", "2w"].map(
		(time): Row => [
			[`--expiring=${time}`],
			/^error: invalid value for --expiring: must be a duration such as .*\n$/,
		],
	),
]);

refuses("images", [
	[["--platform", "linux/amd64"], /--platform.*--check/],
	[["--secret", "x"], /--secret.*--check/],
	[["--check", "--platform", "amd64"], /^error: --platform: give OS\/ARCH/],
	[
		["--check", "-o", "skopeo", "--registry-server", "r.io"],
		/--check and -o skopeo cannot be used together/,
	],
	[["--check", "-o", "name"], /--check and -o name cannot be used together/],
	[["-o", "skopeo"], /^error: -o skopeo needs --registry-server/],
	[
		["-o", "wide"],
		/^error: unable to match a printer .* allowed formats are: crane,json,name,skopeo,table,yaml$/m,
	],
	[["-f", "x", "-n", "y"], /^error: -f and -n cannot be used together/],
	[["-n", "x", "-A"], /^error: -n and -A cannot be used together/],
	[["--registry-server", ""], /^error: --registry-server: the server is empty/],
	[["--mesh", "none"], /^error: --mesh none has no images: use -f, -n or -A/],
	[["--mesh-version", "a b"], /^error: --mesh-version: give a release/],
	[["--from-cluster", "-f", "x"], /cannot be used together/],
	[["--from-cluster", "--mesh-version", "1"], /cannot be used together/],
	[["--mesh-version", "1", "-A"], /cannot be used together/],
]);

refuses("inject", [
	[[], /^error: inject needs -f FILE, -f DIRECTORY or -f -$/m],
	[["-f", ""], /^error: -f: the path is empty/],
	[["-f", "https://example.com/a.yaml"], /^error: -f: URLs are not fetched/],
	[
		["-f", "x", "--registry-server", "r.io"],
		/^error: --registry-server and --disable-public-images must be used together/,
	],
	[
		["-f", "x", "--disable-public-images"],
		/^error: --registry-server and --disable-public-images must be used together/,
	],
	[
		["-f", "x", "--disable-public-images", "--registry-server", "r.io/UP"],
		/^error: --registry-server: the path cannot begin an image's name/,
	],
	[
		["-f", "x", "--secret", "No"],
		/^error: --secret: "No" is not a Secret name/,
	],
	[
		["-f", "x", "--secret", "a", "--from", "n/b"],
		/^error: --from names the source b, and --secret is a/,
	],
	[["-f", "x", "-n", ""], /^error: -n: the namespace is empty/],
]);

refuses("prune", [[["--contexts", ""], /^error: --contexts: /]]);

for (const [[verb = "", ...argv], message] of [
	[
		["install", "--needed"],
		"--needed is for a person to look at: install with -n, -A, -l or --injected",
	],
	[
		["install", "-A", "--prune"],
		"install --prune needs --yes: nobody is asked before each deletion",
	],
	[
		["install", "-A", "--health-address", "8081"],
		"--health-address: must be [HOST]:PORT, for example :8081 or 127.0.0.1:8081",
	],
	[["install", "-A", "--image", " "], "--image: must be the name of an image"],
	[["sync", "-A", "--health-address=:1"], "--health-address needs --watch"],
	[["uninstall"], "uninstall needs --yes: there is no terminal to ask at"],
] as const)
	refuses(verb, [[argv, message]]);
