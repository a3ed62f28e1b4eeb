import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { COMMANDS } from "../src/cli.ts";
import { labelsOf, NAME } from "./support/build.ts";
import type { Outcome, Surroundings } from "./support/command-line.ts";
import { type TestBed, testBed } from "./support/test-bed.ts";

/**
 * Escapes that write the clipboard, clear the screen and set the title, a carriage return, text that
 * turns its direction, C1 controls, line ends of Unicode, a byte order mark, and a line that looks
 * like ours.
 */
const HOSTILE =
	"x\u001b]52;c;Y3VybCBldmls\u0007\u001b[2J\u001b]0;owned\u0007\r\u202ecod\u2066\u009b31m\u0085\u2028\u2029\ufeff\u200b\u007f\nFORGED secret/fake created\n";

/** What drives a terminal, or cannot be seen there. */
const UNSEEN = /[^\n\t\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u;

/** A cluster in which every field that somebody may write holds hostile text; also names, as a hostile API server's. */
async function hostile(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["nginx-mesh", "evil"] });
	const { store } = bed.server;
	const config = (auths: Record<string, unknown>) => ({
		".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString(
			"base64",
		),
	});
	const ours = labelsOf();
	const secret = (
		namespace: string,
		name: string,
		annotations: Record<string, string>,
	) =>
		store.seed({
			kind: "Secret",
			metadata: { namespace, name, labels: ours, annotations },
			type: "kubernetes.io/dockerconfigjson",
			data: config({
				[`r.io/${HOSTILE}`]: { username: HOSTILE, password: "p" },
				"r.io": { username: HOSTILE, password: "p" },
			}),
		});
	secret("nginx-mesh", NAME, {
		"kubectl-meshreg/registry-servers": HOSTILE,
		"kubectl-meshreg/provider": HOSTILE,
	});
	secret("evil", NAME, { "kubectl-meshreg/source": `nginx-mesh/${HOSTILE}` });
	secret("evil", `y${HOSTILE}`, { "kubectl-meshreg/source": HOSTILE });
	store.seed({
		kind: "Secret",
		metadata: { namespace: "evil", name: "odd", labels: ours },
		type: HOSTILE,
		data: {},
	});
	store.seed({
		kind: "ServiceAccount",
		metadata: { namespace: "evil", name: "default" },
		imagePullSecrets: [{ name: NAME }, { name: HOSTILE }, { name: "odd" }],
	});
	store.seed({
		kind: "ServiceAccount",
		metadata: { namespace: "evil", name: `z${HOSTILE}` },
		imagePullSecrets: [{ name: NAME }],
	});
	for (const [name, owner] of [
		["web-1", HOSTILE],
		[`p${HOSTILE}`, "web"],
	] as const)
		store.seed({
			kind: "Pod",
			metadata: {
				namespace: "evil",
				name,
				ownerReferences: [
					{
						apiVersion: "apps/v1",
						kind: HOSTILE,
						name: owner,
						uid: "u",
						controller: true,
					},
				],
			},
			spec: {
				serviceAccountName: "default",
				nodeName: HOSTILE,
				imagePullSecrets: [{ name: HOSTILE }],
				containers: [
					{ name: HOSTILE, image: "r.io/app:1" },
					{ name: "b", image: `r.io/${HOSTILE}` },
				],
			},
			status: {
				phase: "Pending",
				containerStatuses: [
					{
						name: HOSTILE,
						image: "r.io/app:1",
						state: {
							waiting: { reason: "ErrImagePull", message: HOSTILE },
						},
					},
					{
						name: "b",
						image: `r.io/${HOSTILE}`,
						state: { waiting: { reason: "ImagePullBackOff", message: "" } },
					},
				],
			},
		});
	store.seed({
		kind: "Event",
		metadata: { namespace: "evil", name: "e1" },
		type: "Warning",
		reason: "Failed",
		message: `Failed to pull image "r.io/app:1": ${HOSTILE}`,
		involvedObject: { kind: "Pod", namespace: "evil", name: "web-1" },
	});
	store.seed({ kind: "Namespace", metadata: { name: `n${HOSTILE}` } });
	return bed;
}

/** Nothing of it is seen, and no line was forged. */
function clean({ out, err, asked }: Outcome, what: string): void {
	for (const [where, text] of [
		["out", out],
		["err", err],
		...asked.map((question) => ["asked", question] as const),
	] as const) {
		const at = text.search(UNSEEN);
		assert.equal(
			at,
			-1,
			`${what}, ${where}: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))}`,
		);
		assert.doesNotMatch(text, /^FORGED/m, `${what}, ${where}: ${text}`);
	}
	assert.doesNotMatch(err, /this is a bug/, what);
}

/** Command lines that show what is there, by verb; each runs in all formats of its command. */
const SHOWN: readonly [argv: readonly string[], given?: Surroundings][] = [
	[["list"]],
	[["list", "-n", "evil"]],
	[["list", "--expiring", "10d"]],
	[["check"]],
	[["check", "-n", "evil"]],
	[["check", "--verify"]],
	[["explain", "r.io/app:1", "-n", "evil"]],
	[["explain", "r.io/app:1", "-n", "evil", "--pod", "web-1"]],
	[["explain", "r.io/app:1", "-n", "evil", "--verify"]],
	[["images", "-n", "evil"]],
	[["images", "-A", "--registry-server", "reg.example.com"]],
	[["export"]],
	[["sync", "-A", "--dry-run=client"]],
	[["sync", "-n", "evil", "--force", "--dry-run=client"]],
	[["attach", "-n", "evil", "--all-serviceaccounts", "--dry-run=client"]],
	[["detach", "-n", "evil", "--all-serviceaccounts", "--dry-run=client"]],
	[["prune", "--dry-run=client"]],
	[["prune"], { answers: [["Do you want to continue?", false]] }],
];

describe("text of others drives no terminal", () => {
	for (const [argv, given] of SHOWN) {
		const verb = COMMANDS.find((command) => command.verb === argv[0]);
		const formats =
			verb?.flags.find(({ name }) => name === "output")?.choices ?? [];
		for (const output of [undefined, ...formats]) {
			const line = [...argv, ...(output === undefined ? [] : ["-o", output])];
			if (output === "skopeo" || output === "crane")
				line.push("--registry-server", "reg.example.com");
			test(line.join(" "), async () => {
				await using bed = await hostile();
				const outcome = await bed.run(line, given);
				assert.notEqual(outcome.status, 2, outcome.err);
				clean(outcome, line.join(" "));
				if (output === "json" && outcome.out !== "") JSON.parse(outcome.out);
				if (output === "yaml" && outcome.out !== "") parse(outcome.out);
			});
		}
	}

	test("what is escaped in JSON and YAML is what was there", async () => {
		await using bed = await hostile();
		for (const format of ["json", "yaml"]) {
			const { out } = await bed.run(["list", "-n", "evil", "-o", format]);
			const { items } = parse(out);
			assert.ok(
				items.some(({ source }: { source: string }) => source === HOSTILE),
				format,
			);
		}
	});

	test("questions", async () => {
		await using bed = await hostile();
		const outcome = await bed.run(["rotate", "--no-verify"], {
			answers: [
				["Which registry", "r.io"],
				["Username", "u"],
				["Password", "p"],
				["", false],
			],
		});
		clean(outcome, "rotate");
		clean(
			await bed.run(["sync", "--dry-run=client"], {
				answers: [["Which namespaces", ["evil"]]],
			}),
			"sync",
		);
	});

	test("contexts, and servers that cannot be reached", async () => {
		await using bed = await hostile();
		const path = join(bed.folder, "hostile.kubeconfig");
		const config = parse(bed.server.kubeconfig({ context: "good" }));
		const [{ context }] = config.contexts;
		config.contexts.push(
			{ name: `a${HOSTILE}`, context: { ...context, user: "other" } },
			{ name: `b${HOSTILE}`, context: { cluster: HOSTILE, user: HOSTILE } },
		);
		config.clusters.push({
			name: HOSTILE,
			cluster: { server: "https://127.0.0.1:1" },
		});
		config.users.push(
			{ name: HOSTILE, user: { token: "t" } },
			{ name: "other", user: { token: "admin-token" } },
		);
		await writeFile(path, JSON.stringify(config));
		for (const argv of [
			["list", "--contexts", "*"],
			["check", "--contexts", "*"],
			["sync", "-A", "--dry-run=client", "--contexts", "*", "-o", "json"],
			["list", "--context", HOSTILE],
			["list", "--context", `b${HOSTILE}`],
			["list", "-n", HOSTILE],
			["sync", HOSTILE],
			[HOSTILE],
			["list", `--${HOSTILE}`],
			["explain", HOSTILE],
			["list", "-o", HOSTILE],
		])
			clean(await bed.run(argv, { kubeconfig: path }), JSON.stringify(argv));
	});

	test("refusals and Warning headers", async () => {
		await using bed = await hostile();
		bed.server.onRequest(({ method }) =>
			method === "GET"
				? undefined
				: {
						answer: {
							status: 403,
							reason: HOSTILE,
							message: `forbidden: ${HOSTILE}`,
						},
					},
		);
		for (const argv of [
			["sync", "-n", "evil,default", "--force", "--yes"],
			["attach", "-n", "evil"],
			["prune", "--yes"],
		])
			clean(await bed.run(argv), argv.join(" "));
	});
});
