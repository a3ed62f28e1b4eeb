/** Command lines that are wrong, a verb a table: no cluster is there, and none is asked for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { COMMANDS } from "../src/cli.ts";
import { meshreg } from "./support/command-line.ts";

/**
 * What is typed behind the verb (words, or one text with a space between them), what is said (all of it,
 * or what it matches), and MESHREG_NAME.
 */
type Row = readonly [
	argv: string | readonly string[],
	message: string | RegExp,
	name?: string,
];

const ATTACHES_NOWHERE =
	"--attach needs namespaces, such as -n or -A: what is recorded is attached as it is recorded";

const tried = new Set<string>();

/** Every row is refused with status 2 and nothing on stdout, before anything else happens. */
function refuses(verb: string, rows: readonly Row[]): void {
	tried.add(verb);
	describe(`${verb} refuses`, () => {
		for (const [typed, message, name] of rows) {
			const argv =
				typeof typed === "string" ? typed.split(" ").filter(Boolean) : typed;
			test(argv.join(" ") || "nothing", async () => {
				const { status, out, err } = await meshreg([verb, ...argv], {
					kubeconfig: "/nonexistent",
					stdin: "",
					...(name !== undefined && { env: { MESHREG_NAME: name } }),
				});
				assert.deepEqual([status, out], [2, ""], err);
				if (typeof message === "string")
					assert.equal(err, `error: ${message}\n`);
				else assert.match(err, message);
			});
		}
	});
}

/** Command lines whose first two flags contradict each other, with their values behind `=`. */
const together = (...lines: string[]): Row[] =>
	lines.map((line) => {
		const flags = line.match(/(?<= |^)--?[A-Za-z][-a-z]*/g)?.slice(0, 2);
		return [line, `${flags?.join(" and ")} cannot be used together`];
	});

const PIPED =
	"--registry-server=r.example.com --registry-username=bob --registry-password-stdin";
const HINT = "; give HOST or HOST:PORT, for example registry.example.com:5000";
const server = (value: string, because: string): Row => [
	[
		"--registry-server",
		value,
		"--registry-username=bob",
		"--registry-password-stdin",
	],
	`--registry-server: ${because}${HINT}`,
];
/** No label's value. */
const LONG = "a".repeat(64);
const AGE = "must be a duration such as 12h, 7d or 1d12h, of a century at most";
const PLUGIN = "--credential-arg is for --credential-from=plugin:PATH only";
const SEE = (verb: string) =>
	`\nSee 'kubectl meshreg ${verb} --help' for usage.`;

refuses("create", [
	server("", "the server is empty"),
	server(
		"bob:hunter2@registry.example.com",
		"leave the user out of the address",
	),
	...["65536", "0", "http"].map((port) =>
		server(
			`registry.example.com:${port}`,
			"the port must be a number from 1 to 65535",
		),
	),
	server(
		"oci://registry.example.com",
		"only https:// and http:// may stand before the host",
	),
	server("registry example.com", "no spaces, please"),
	server("-registry", "that is not a host name"),
	server("registry.example.com?x=1", "a query or fragment has no meaning here"),
	[PIPED, "--registry-password-stdin: the password is empty"],
	[
		`${PIPED.replace("-stdin", "")}=`,
		"--registry-password: the password is empty",
	],
	...["--registry-password", "--docker-password"].map(
		(flag): Row => [
			["--registry-server=r.io", "--registry-username=u", `${flag}=pw\n`],
			`${flag}: the password ends in a line end`,
		],
	),
	[
		PIPED.replace("bob", "a:b"),
		"--registry-username: a username cannot contain a colon (Basic authentication ends it there)",
	],
	[PIPED.replace("bob", ""), "--registry-username: the username is empty"],
	[
		"--registry-server r.example.com --registry-password-stdin",
		"a password needs --registry-username with it",
	],
	[
		"--registry-username bob --registry-password-stdin",
		`--registry-server is required: there is no terminal to ask at${SEE("create")}`,
	],
	[
		"--registry-server r.example.com",
		`--registry-username or --registry-key is required: there is no terminal to ask at${SEE("create")}`,
	],
	[
		"--registry-server r.example.com --registry-username bob",
		`--registry-password-stdin is required: there is no terminal to ask at${SEE("create")}`,
	],
	[
		"--registry-server a --registry-server b",
		"--registry-server can be repeated only with --from-docker-config, --from-secret or --credential-from: one credential is for one registry",
	],
	["--credential-from=ecr", "--credential-from needs --registry-server"],
	["--registry-key=", "--registry-key: the path is empty"],
	["--registry-jwt=", "--registry-jwt: the path is empty"],
	[
		"--registry-username=u --registry-password-file=",
		"--registry-password-file: the path is empty",
	],
	[
		"--from-docker-config=",
		"--from-docker-config: the path is empty; is a variable unset?",
	],
	["--from-secret=regcred", "--from-secret: give NAMESPACE/NAME"],
	["--registry-ca=", "--registry-ca: the path is empty"],
	[
		"--verify-image UPPER",
		"--verify-image: invalid reference format: repository name must be lowercase",
	],
	...["soon", "0h", "99999d", "3", "1d12"].map(
		(time): Row => [
			`--expires-in ${time}`,
			`invalid value for --expires-in: ${AGE}`,
		],
	),
	[["--remove", " "], "--remove: the name is empty; is a variable unset?"],
	...(
		[
			[
				"--credential-from=helper:../x",
				"--credential-from: helper:NAME means the program docker-credential-NAME, so give NAME without a path",
			],
			[
				"--credential-from=vault",
				"--credential-from: must be helper:NAME, plugin:PATH or ecr",
			],
			["--credential-from=ecr --credential-arg=x", PLUGIN],
			["--credential-arg=x", "--credential-arg needs --credential-from"],
		] as const
	).map(([argv, message]): Row => [`--registry-server=r.io ${argv}`, message]),
	[`${PIPED} -n app,shop`, '-n takes one namespace here, not "app,shop"'],
	[`${PIPED} -n app -n shop`, '-n takes one namespace here, not "app,shop"'],
	[
		`${PIPED} -n No_Good`,
		'-n: "No_Good" is not a namespace name: at most 63 lower-case letters, digits and dashes, no dash at either end',
	],
	[
		`Bad_Name ${PIPED}`,
		'NAME: "Bad_Name" is not a Secret name: at most 253 lower-case letters, digits, dashes and dots, a letter or digit at either end',
	],
	...["", " -n keys", " --dry-run=client -o yaml"].map(
		(more): Row => [
			`${LONG} ${PIPED}${more}`,
			"NAME: 64 characters are too many for the label usage=NAME (at most 63); choose a shorter name, or another label with --label KEY=VALUE",
		],
	),
	[PIPED, /^error: MESHREG_NAME: 64 characters are too many .* --label/, LONG],
	[
		`${PIPED} --dry-run=foo`,
		'Invalid dry-run value (foo). Must be "none", "server", or "client".',
	],
	[
		`${PIPED} -o wide`,
		'unable to match a printer suitable for the output format "wide", allowed formats are: json,name,yaml',
	],
	[
		`${PIPED} --label x`,
		"--label: must be KEY=VALUE with a valid label key and value, for example team=payments",
	],
	[
		`${PIPED} --label app.kubernetes.io/managed-by=x`,
		"--label: app.kubernetes.io/managed-by is meshreg's own; choose another key",
	],
	...together(
		"--registry-server=r.io --docker-server=r.io",
		"--registry-username=bob --docker-username=bob",
		"--add --replace",
		"--add --remove=b",
		"--add --create-namespace",
		"--add --label=a=b",
		"--add --force",
		"--remove=b --force",
		"--remove=b --label=a=b",
		"--remove=b --replace",
		"--remove=b --registry-server=b",
		"--remove=b --verify",
		"--remove=b --expires-in=1h",
		"--no-verify --verify",
		"--no-verify --verify-image=a.example/x",
		"--no-verify --registry-insecure",
		"--no-verify --registry-ca=x",
		"--from-docker-config --registry-username=u",
		"--from-docker-config --registry-key=k",
		"--from-docker-config --docker-password=p",
	),
]);

{
	const PASSWORDS = [
		"--registry-password=marked-s3cret",
		"--docker-password=marked-s3cret",
		"--registry-password-stdin",
		"--registry-password-file=password.txt",
	];
	refuses(
		"create",
		together(
			...PASSWORDS.flatMap((a, i) =>
				PASSWORDS.slice(i + 1).map((b) => `${a} ${b}`),
			),
			...["--registry-username=bob", "--docker-username=bob", ...PASSWORDS].map(
				(other) => `--registry-key=key.json ${other}`,
			),
		),
	);
}

const NEEDS_SELECTION = "needs -n, -A, -l, --injected or --needed";
const leftOut = (needs: string): Row[] =>
	["", "name ", "-A=false "].map((more) => [
		`${more}--exclude=app`,
		`--exclude ${needs}`,
	]);
const LEFT_OUT = leftOut(NEEDS_SELECTION);
const ANY_EMPTY: Row[] = [
	[["-n", ""], "-n: the namespace is empty; is a variable unset?"],
	["-n a,,b", "-n: the namespace is empty; is a variable unset?"],
	[["-l", ""], "-l: the selector is empty; to mean every namespace, use -A"],
];

refuses("attach", [
	["Foo", /^error: SA: "Foo" is not a service account name: /],
]);

refuses("sync", [
	["--attach=Foo", /^error: --attach: "Foo" is not a service account name: /],
	...ANY_EMPTY,
	...LEFT_OUT,
	["--watch --exclude=app", `--exclude ${NEEDS_SELECTION}`],
	["--watch=false --refresh", "--refresh needs --watch"],
	...together(
		"-n=app -A",
		"-n=app -l=a=b",
		"-n=app --injected",
		"-A -l=a=b",
		"-A --injected",
		"-A --needed",
		"-l=a=b --injected",
		"--prune --needed",
		"--diff --dry-run=client",
		"--diff -o=json".replace("-o", "--output"),
		"--all-sources --from=a",
		"--watch --dry-run=client",
		"--watch --needed",
		"--watch --once",
		"--watch --diff",
		"--forget=a --adopt",
		"--forget=a --force",
		"--forget=a --copy-label=a=b",
	),
	// What is recorded names the accounts: those of the command line would be attached nowhere.
	["--watch --attach=builder", ATTACHES_NOWHERE],
	["name --all-sources", "--all-sources means every source: leave NAME out"],
	["-A --exclude=", "--exclude: the glob is empty; is a variable unset?"],
	...["Prod-*", "[ab]*", "a.b", "a".repeat(254)].map(
		(glob): Row => [
			["-A", "--exclude", `dev-*, ${glob}`],
			`--exclude: "${glob}" matches no namespace: lower-case letters, digits and dashes, * for any, ? for one`,
		],
	),
	["-A --from a/b/c", "--from: give NAMESPACE or NAMESPACE/NAME"],
	[
		"-l a==b==c",
		`-l: "a==b==c" is not a label selector, such as team=x, env!=dev or 'tier in (a,b)'`,
	],
	[
		"-A --copy-label x",
		"--copy-label: must be KEY=VALUE with a valid label key and value, for example team=payments",
	],
	[
		"-A --copy-label usage=x",
		"--copy-label: usage is meshreg's own; choose another key",
	],
	[
		"-A --copy-label kubectl-meshreg/attached=true",
		"--copy-label: kubectl-meshreg/attached is meshreg's own; choose another key",
	],
	[
		"-A --concurrency 0",
		"invalid value for --concurrency: must be a whole number of at least 1",
	],
	[
		"-A --request-timeout soon",
		"invalid value for --request-timeout: must be a duration such as 30s, 2m or 1h30m",
	],
	[
		"-A --force=maybe",
		`invalid value for --force: must be true or false${SEE("sync")}`,
	],
	["-A --forse", `unknown flag: --forse; did you mean --force?${SEE("sync")}`],
	["-A -z", `unknown shorthand flag: 'z' in -z${SEE("sync")}`],
	["-A -n", `flag needs an argument: -n${SEE("sync")}`],
	["one two -A", `too many arguments: sync takes [NAME]${SEE("sync")}`],
	["-A --attach=", /^error: --attach: the name is empty/],
	["-A --attach=a,*", "--attach=* means every account: leave the names out"],
	["-n app --prune", "--prune needs --yes: there is no terminal to ask at"],
	[
		"-A --watch --prune",
		"--watch --prune needs --yes: nobody is asked before each deletion",
	],
	[
		"-A --watch -o yaml",
		"--watch and -o yaml cannot be used together; use -o json or -o name",
	],
	["-A --health-address=:1", "--health-address needs --watch"],
	["-A --refresh", "--refresh needs --watch"],
	["-A --watch --refresh-before=1h", "--refresh-before needs --refresh"],
	[
		"-A --watch --refresh=vault",
		"--refresh: must be helper:NAME, plugin:PATH or ecr",
	],
	[
		"-A --watch --refresh=plugin:/a/x,helper:x --refresh=plugin:/b/x",
		"--refresh: more than one plugin:x: a source knows a plugin by that name alone",
	],
	[
		"-A --watch --refresh --credential-arg=x",
		"--credential-arg is for the one plugin that --refresh names",
	],
	...["soon", "3"].map(
		(time): Row => [
			`-A --watch --refresh --refresh-before=${time}`,
			`invalid value for --refresh-before: ${AGE}`,
		],
	),
	[
		"--injected --mesh none",
		"--injected and --mesh=none cannot be used together; use --mesh=nginx, --mesh=istio, --mesh=linkerd or --mesh=kuma",
	],
]);

refuses("apply", [
	...ANY_EMPTY,
	...LEFT_OUT,
	["--attach", `--attach ${NEEDS_SELECTION}`],
	["-f x", `unknown shorthand flag: 'f' in -f${SEE("apply")}`],
	...together("-n=app -A", "-A -l=a=b", "--diff --dry-run=client"),
	[
		"--registry-username bob --registry-password-stdin",
		`--registry-server is required: there is no terminal to ask at${SEE("apply")}`,
	],
	["--registry-server r.io --remove r.io", /^error: unknown flag: --remove/],
]);

refuses("rotate", [
	["-n a,b", '-n takes one namespace here, not "a,b"'],
	["-n a --namespace=b", '-n takes one namespace here, not "a,b"'],
	[
		"--registry-server a --registry-server b",
		"--registry-server: one credential is rotated at a time",
	],
	[
		"--registry-server=",
		"--registry-server: the name is empty; is a variable unset?",
	],
	...["soon", "3"].map(
		(time): Row => [
			`--if-expiring ${time}`,
			`invalid value for --if-expiring: ${AGE}`,
		],
	),
	...together("--no-verify --verify", "--registry-key=k --registry-password=p"),
]);

for (const verb of ["attach", "detach"])
	refuses(verb, [
		...ANY_EMPTY,
		...together("-n=a -A", "-A -l=x"),
		["Not_A_Name", /^error: SA: "Not_A_Name" is not a/],
		[
			"builder --all-serviceaccounts",
			"--all-serviceaccounts means every one: leave the names out",
		],
		[["--secret", ""], /^error: --secret: the name is empty/],
		[
			"builder --by-policy",
			"--by-policy is for pods of any account: leave the names out",
		],
	]);

refuses(
	"detach",
	together("--all --secret=team", "--all --from=team", "--all --by-policy"),
);

refuses("check", [
	["--yes", "--yes needs --fix"],
	["--fix=false --yes", "--yes needs --fix"],
	["--registry-insecure", "--registry-insecure needs --verify"],
	["--registry-ca=x", "--registry-ca needs --verify"],
	["a b", /too many arguments/],
	["Bad_Name", /NAME: /],
	...ANY_EMPTY.slice(0, 2),
	...together("-n=a -A"),
	["-o name", /allowed formats are: json,yaml/],
	["--secret x", /unknown flag: --secret/],
	...["soon", "3"].map(
		(time): Row => [
			`--wait ${time}`,
			"invalid value for --wait: must be a duration such as 30s, 2m or 1h30m",
		],
	),
]);

const watched = (format: string) =>
	`--watch and -o ${format} cannot be used together; use -o json, -o name or -o wide`;
refuses("list", [
	...ANY_EMPTY,
	...together("-n=a -A", "--watch -l=a=b", "--watch --fail --expiring=1d"),
	["--fail", "--fail needs --expiring"],
	["--status Broken", /^error: --status: must be one of Invalid, Source,/],
	["-w -o yaml", watched("yaml")],
	["-w -o tree", watched("tree")],
	["--mesh consul", /^error: --mesh: unknown mesh; must be one of nginx,/],
	...["", "soon", "0", "3", "0d", "-1h", "2w"].map(
		(time): Row => [
			[`--expiring=${time}`],
			/^error: invalid value for --expiring: must be a duration such as .*\n$/,
		],
	),
]);

refuses("images", [
	["-R", "--recursive needs -f"],
	["--platform linux/amd64", /--platform.*--check/],
	["--secret x", /--secret.*--check/],
	["--check --platform amd64", /^error: --platform: give OS\/ARCH/],
	[
		"--check -o skopeo --registry-server r.io",
		/--check and -o skopeo cannot be used together/,
	],
	["--check -o name", /--check and -o name cannot be used together/],
	["-o skopeo", /^error: -o skopeo needs --registry-server/],
	[
		"-o wide",
		/^error: unable to match a printer .* allowed formats are: crane,json,name,skopeo,table,yaml$/m,
	],
	...together(
		"-f=x -n=y",
		"-f=x -A",
		"-n=x -A",
		"-f=x --from-cluster",
		"--mesh-version=1 --from-cluster",
		"-A --mesh-version=1",
	),
	[["--registry-server", ""], /^error: --registry-server: the server is empty/],
	["--mesh none", "--mesh none has no images: use -f, -n or -A"],
	...["-f x", "-n app", "-A"].map(
		(from): Row => [
			`--mesh istio ${from}`,
			"--mesh together with -f, -n or -A needs --check, for which it says where the pull secret is",
		],
	),
	[["--mesh-version", "a b"], /^error: --mesh-version: give a release/],
]);

const BOTH =
	"--registry-server and --disable-public-images must be used together";
refuses("inject", [
	["", /^error: inject needs -f FILE, -f DIRECTORY or -f -$/m],
	[["-f", ""], /^error: -f: the path is empty/],
	["-f https://example.com/a.yaml", /^error: -f: URLs are not fetched/],
	["-f x --registry-server r.io", BOTH],
	["-f x --disable-public-images", BOTH],
	[
		"-f x --disable-public-images --registry-server r.io/UP",
		/^error: --registry-server: the path cannot begin an image's name/,
	],
	["-f x --secret No", /^error: --secret: "No" is not a Secret name: /],
	[
		"-f x --with-secret --secret a --from n/b",
		/^error: --from names the source b, and --secret is a/,
	],
	[
		["-f", "x", "--with-secret", "-n", ""],
		/^error: -n: the namespace is empty/,
	],
	["-f x -n app", /^error: -n needs --with-secret/],
	["-f x --from nginx-mesh/b", /^error: --from needs --with-secret/],
]);

refuses("explain", [
	["", /^error: explain needs /],
	["deploy/Foo", /^error: deploy\/Foo: "Foo" is not a workload name: /],
	["pod/Foo", /^error: pod\/Foo: "Foo" is not a pod name: /],
	...["rollout/web", "svc/web", "Ingresses/web"].map(
		(operand): Row => [
			operand,
			`explain cannot find the pods of ${operand}; give one of them as pod/NAME, or its image (an image of that name is docker.io/${operand})`,
		],
	),
	...["rollouts.argoproj.io/web", "rollouts.v1alpha1.argoproj.io/web"].map(
		(operand): Row => [
			operand,
			`explain cannot find the pods of ${operand}; give one of them as pod/NAME, or its image`,
		],
	),
	["nginx --pod Foo", /^error: --pod: "Foo" is not a pod name: /],
	[
		"nginx --serviceaccount Foo",
		/^error: --serviceaccount: "Foo" is not a service account name: /,
	],
	...together(
		"nginx --serviceaccount=a --pod=p",
		"nginx --docker-config=/x -n=a",
		"nginx --docker-config=/x --secret=a",
		"nginx --docker-config=/x --from=a",
	),
	["nginx --registry-insecure", "--registry-insecure needs --verify"],
	["nginx --registry-ca=x", "--registry-ca needs --verify"],
	[
		["nginx", "--docker-config="],
		"--docker-config: the path is empty; is a variable unset?",
	],
]);

const PATH = `--format=kind needs --docker-config with the full path of a file, for example "$PWD/config.json"; write one with 'kubectl meshreg export --to config.json'`;
const NO_CLUSTER = "--format=kind asks no cluster: leave NAME and -n out";
const AT_LEAST = "must be a whole number of at least";
refuses("export", [
	["-n a,b", '-n takes one namespace here, not "a,b"'],
	["-n a -nb", '-n takes one namespace here, not "a,b"'],
	["-q", "--quiet needs --to"],
	["-o json", `unknown shorthand flag: 'o' in -o${SEE("export")}`],
	["--output=json", `unknown flag: --output${SEE("export")}`],
	["--to=", "--to: the path is empty; is a variable unset?"],
	["--format=kind", PATH],
	["--format=kind --docker-config config.json", PATH],
	["--format=kind --docker-config /x name", NO_CLUSTER],
	["--format=kind --docker-config /x -n a", NO_CLUSTER],
	[
		"--format=kind --docker-config /x --control-planes 0",
		`invalid value for --control-planes: ${AT_LEAST} 1`,
	],
	[
		"--format=kind --docker-config /x --workers=-1",
		`invalid value for --workers: ${AT_LEAST} 0`,
	],
	["--workers=1", "--workers needs --format=kind"],
	["--docker-config=/x", "--docker-config needs --format=kind"],
]);

refuses("prune", [
	["", "prune needs --yes: there is no terminal to ask at"],
	[
		"--yes",
		"MESHREG_NAME: 64 characters are too many for the label by which prune finds it; give it as NAME",
		LONG,
	],
	[
		"--all --mesh istio --yes",
		"--all means those of every mesh: leave --mesh out",
	],
	["name --all --yes", "--all means every pull secret: leave NAME out"],
	["--contexts=", "--contexts: a context is empty; is a variable unset?"],
	...ANY_EMPTY.slice(0, 2),
	...together("-n=a -A", "--contexts=a --context=b"),
]);

refuses("install", [
	// What a command refuses is not advised.
	...leftOut("needs -n, -A, -l or --injected"),
	...[
		"once",
		"once --prune",
		"all-sources",
		"all-sources name",
		"all-sources --from=a",
		"forget=a",
		"forget=a --force",
	].map(
		(flags): Row => [
			`--${flags}`,
			`--${flags.replace(/[= ].*/, "")} is for a sync that ends, and install runs sync --watch`,
		],
	),
	["--attach=builder", ATTACHES_NOWHERE],
	...["helper:gcloud", "plugin:/usr/bin/gcp"].map(
		(by): Row => [
			`-A --refresh=ecr,${by}`,
			`--refresh: the program of ${by.replace("/usr/bin/", "")} is not in the usual image: build one from it, and name it with --image`,
		],
	),
	[
		"--needed",
		"--needed asks a person to confirm what it finds, and there is none in the cluster: install with -n, -A, -l or --injected",
	],
	[
		"-A --prune",
		"install --prune needs --yes: nobody is asked before each deletion",
	],
	[
		"-A --health-address 127.0.0.1:8081",
		"--health-address: a pod's address is not known in advance: give the port alone, for example :8081",
	],
	[
		"-A --metrics-address [::1]:9090",
		"--metrics-address: a pod's address is not known in advance: give the port alone, for example :8081",
	],
	[
		"-A --health-address :0",
		"--health-address: a pod's address is not known in advance: give the port alone, for example :8081",
	],
	[
		"-A --health-address 8081",
		"--health-address: must be [HOST]:PORT, for example :8081 or 127.0.0.1:8081",
	],
	...["", " ", "registry.example.com/Meshreg:1"].map(
		(image): Row => [
			["-A", "--image", image],
			/^error: --image: .*(is empty; is a variable unset\?|; write it as \[HOST.*)$/m,
		],
	),
]);

refuses("uninstall", [
	["", "uninstall needs --yes: there is no terminal to ask at"],
]);

refuses("completion", [
	["", /^error: the shell is missing; give bash,/],
	["csh", /^error: there is no completion for "csh"; give /],
]);

test("each verb has a table", () => {
	for (const { verb } of COMMANDS) assert.ok(tried.has(verb), verb);
});
