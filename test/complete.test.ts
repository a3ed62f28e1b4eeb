import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { systemClock } from "../src/adapters/clock.ts";
import { ofDeployment, secret } from "./support/build.ts";
import { meshreg } from "./support/command-line.ts";
import { kubeconfigText } from "./support/kubeconfig-text.ts";
import { type TestBed, testBed } from "./support/test-bed.ts";

/** Answers on a bed with two namespaces, a source, copies in both, and a service account. */
async function prepared(): Promise<TestBed> {
	const bed = await testBed({
		namespaces: ["nginx-mesh", "app", "shop"],
		defaultServiceAccounts: true,
	});
	const { status, err } = await bed.run(
		[
			"create",
			"--registry-server=r.example.com",
			"--registry-username=u",
			"--registry-password-stdin",
		],
		{ stdin: "p" },
	);
	assert.equal(status, 0, err);
	const more = [
		"create",
		"--add",
		"--registry-server=docker.io",
		"--registry-username=u",
		"--registry-password-stdin",
	];
	assert.equal((await bed.run(more, { stdin: "p" })).status, 0);
	assert.equal((await bed.run(["sync", "-n", "app,shop"])).status, 0);
	secret(bed, "app/by-hand", {});
	secret(bed, "app/opaque", {}, { type: "Opaque" });
	bed.server.store.seed({
		kind: "Pod",
		metadata: {
			namespace: "default",
			name: "web-5d9-x",
			...ofDeployment("web"),
		},
		spec: {
			containers: [
				{ name: "web", image: "r.example.com/web:1" },
				{ name: "evil", image: "$(reboot)" },
			],
			volumes: [{ name: "m", image: { reference: "quay.io/model:1" } }],
		},
	});
	return bed;
}

/** Patience without end: what is offered does not depend on how fast the machine is. */
const patient = { ...systemClock, delay: () => new Promise<void>(() => {}) };

const KEY = "nginx-mesh-registry-key";

/** The words typed, and all that is printed. */
const ANSWERS: [words: string[], printed: string][] = [
	[
		["sync", "-n", ""],
		"app\ndefault\nkube-node-lease\nkube-public\nkube-system\nnginx-mesh\nshop\n:4\n",
	],
	[["sync", "-n", "app,s"], "app,shop\n:4\n"],
	[["sync", "-n", "app", "-n", "a"], ":4\n"],
	[["sync", "--namespace=n"], "nginx-mesh\n:4\n"],
	[["sync", ""], `${KEY}\n:4\n`],
	[["prune", "nginx"], `${KEY}\n:4\n`],
	[["attach", "-n", "app", ""], "default\n:4\n"],
	[["attach", "-n", "app", "default", ""], ":4\n"],
	[["explain", "x", "--pod", ""], "web-5d9-x\n:4\n"],
	[
		["explain", ""],
		"deployment/web\npod/web-5d9-x\nquay.io/model:1\nr.example.com/web:1\nreplicaset/web-5d9\n:4\n",
	],
	[["explain", "deployment/"], "deployment/web\n:4\n"],
	[["explain", "deployments.apps/"], "deployments.apps/web\n:4\n"],
	[["explain", "rs/w"], "rs/web-5d9\n:4\n"],
	[["explain", "sts/"], ":4\n"],
	[["explain", "-n", "app", ""], ":4\n"],
	[["list", "--status", "In"], "Invalid\nInSync\n:4\n"],
	[["list", "--status=Invalid,Inv"], ":4\n"],
	[["list", "--status", "Invalid,InS"], "Invalid,InSync\n:4\n"],
	[
		["images", "--check", "--platform", "linux/"],
		"linux/amd64\nlinux/arm64\nlinux/arm/v7\n:4\n",
	],
	[["create", "--credential-from", ""], "ecr\n:4\n"],
	[["sync", "--watch", "--refresh="], "ecr\n:4\n"],
	[["sync", "-A", "--exclude", "app,s"], "app,shop\n:4\n"],
	[["create", "--from-secret", "ap"], "app\n:4\n"],
	[["create", "--from-secret", "app/"], `app/by-hand\napp/${KEY}\n:4\n`],
	[["create", "--from-docker-config="], ":0\n"],
	[["rotate", "--registry-server", ""], "docker.io\nr.example.com\n:4\n"],
	[["rotate", "nothing", "--registry-server", ""], ":4\n"],
	[["rotate", "-n", "app", "--registry-server", ""], ":4\n"],
	[["create", "--remove", "r"], "r.example.com\n:4\n"],
	[
		["apply", "-n", "app", "--registry-server", "docker.io,"],
		"docker.io,r.example.com\n:4\n",
	],
	[["apply", "--from", "app", "--registry-server", ""], ":4\n"],
	[["attach", "--from", "ng"], "nginx-mesh\n:4\n"],
	[["attach", "--from", "nginx-mesh/"], `nginx-mesh/${KEY}\n:4\n`],
	[["sync", "--from=shop/n"], ":4\n"],
	[["sync", "--from", "app", ""], ":4\n"],
	[["check", ""], `${KEY}\n:4\n`],
	[["rotate", "-n", "app", ""], ":4\n"],
	[["export", "-n", "app", ""], `${KEY}\n:4\n`],
	[["sync", "--from", "a/b/"], ":4\n"],
	[["list", "--context", ""], "embedded\n:4\n"],
	[["list", "--context", "nothing", "-n", ""], ":4\n"],
	[["list", "--request-timeout", "nonsense", "-n", ""], ":4\n"],
	[["list", "--kubeconfig", ""], ":0\n"],
	[["list", "-o", "y"], "yaml\n:4\n"],
	[["list", "-w", "-o", ""], "json\nname\nwide\n:4\n"],
	[["sync", "--watch", "-o", ""], "json\nname\n:4\n"],
	[["sync", "-o", "yaml", "--wat"], ":4\n"],
	[["sync", "--injected", "--mesh=n"], "nginx\n:4\n"],
	[["sync", "--mesh=none", "--inj"], ":4\n"],
	[["images", "--check", "-o", ""], "json\ntable\nyaml\n:4\n"],
	[["export", "--format=docker-config", "--work"], ":4\n"],
	[
		["export", "--format=kind", "--work"],
		"--workers\tGive the cluster this many workers (--format=kind).\n:4\n",
	],
	[["completion", ""], "bash\nzsh\nfish\npowershell\n:4\n"],
];

describe("kubectl's completion protocol", () => {
	for (const [words, printed] of ANSWERS)
		test(`D13: ${words.join(" ")}`, async () => {
			await using bed = await prepared();
			const outcome = await bed.run(["__complete", ...words], {
				clock: patient,
			});
			assert.deepEqual(outcome, {
				status: 0,
				out: printed,
				err: "",
				asked: [],
			});
		});

	test("by the name that kubectl calls", async () => {
		await using bed = await prepared();
		const { out } = await bed.run(["sync", "-n", "sh"], {
			calledAs: "kubectl_complete-meshreg",
			clock: patient,
		});
		assert.equal(out, "shop\n:4\n");
	});

	test("commands and their summaries", async () => {
		const { out, err } = await meshreg(["__complete", ""]);
		assert.match(out, /^create\tCreate a source.*\n(.+\n)*sync\t.*\n/);
		assert.match(out, /\n:4\n$/);
		assert.equal(err, "");
	});

	test("flags and their help, without what is given already", async () => {
		const { out } = await meshreg([
			"__complete",
			"list",
			"-o",
			"json",
			"--no-headers",
			"--no",
			"-",
		]);
		assert.match(out, /^--namespace\tWork in these namespaces/m);
		assert.doesNotMatch(out, /^--no-headers/m);
		assert.doesNotMatch(out, /^--output/m);
	});
});

describe("nothing, and not a word on stderr", () => {
	/** What is offered for `list -n` with this kubeconfig. */
	async function offered(kubeconfig: string) {
		const folder = await mkdtemp(join(tmpdir(), "complete-"));
		try {
			const path = join(folder, "kubeconfig");
			await writeFile(path, kubeconfig);
			return await meshreg(["__complete", "list", "-n", ""], {
				kubeconfig: path,
			});
		} finally {
			await rm(folder, { recursive: true });
		}
	}
	const nothing = { status: 0, out: ":4\n", err: "", asked: [] };
	const kubeconfig = (server: string, user: object = {}) =>
		kubeconfigText({ server }, user);

	test("names that a shell would take for more than a word", async () => {
		const names = [
			"$(touch x)",
			"a b",
			"`id`",
			"a;b",
			"-x",
			"a\tb",
			"good:1/x",
		];
		const folder = await mkdtemp(join(tmpdir(), "complete-"));
		try {
			const path = join(folder, "kubeconfig");
			await writeFile(
				path,
				JSON.stringify({
					contexts: names.map((name) => ({ name, context: {} })),
				}),
			);
			const { out } = await meshreg(["__complete", "list", "--context", ""], {
				kubeconfig: path,
			});
			assert.equal(out, "good:1/x\n:4\n");
		} finally {
			await rm(folder, { recursive: true });
		}
	});

	test("a kubeconfig that is none", async () => {
		assert.deepEqual(await offered("{"), nothing);
	});

	test("a server that is down", async () => {
		assert.deepEqual(await offered(kubeconfig("http://127.0.0.1:1")), nothing);
	});

	test("a server that accepts and never answers", async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		const address = server.address();
		assert(address !== null && typeof address === "object");
		try {
			const url = `http://127.0.0.1:${address.port}`;
			assert.deepEqual(await offered(kubeconfig(url)), nothing);
		} finally {
			server.close();
		}
	});

	test("a credential plugin that asks and complains", async () => {
		const exec = {
			apiVersion: "client.authentication.k8s.io/v1",
			command: process.execPath,
			args: ["-e", "console.error('Please log in'); process.exit(1)"],
			interactiveMode: "IfAvailable",
		};
		assert.deepEqual(
			await offered(kubeconfig("https://127.0.0.1:1", { exec })),
			nothing,
		);
	});
});

describe("completion SHELL", () => {
	test("the program that kubectl's own completion asks", async () => {
		const { out } = await meshreg(["completion", "zsh", "--shim"]);
		assert.equal(out, '#!/bin/sh\nexec kubectl meshreg __complete "$@"\n');
		const { out: windows } = await meshreg([
			"completion",
			"powershell",
			"--shim",
		]);
		assert.equal(windows, "@echo off\r\nkubectl meshreg __complete %*\r\n");
	});

	for (const [words, message] of [
		[[], "error: the shell is missing; give bash, zsh, fish or powershell"],
		[
			["tcsh"],
			'error: there is no completion for "tcsh"; give bash, zsh, fish or powershell',
		],
	] as const)
		test(`completion ${words.join(" ")}: ${message}`, async () => {
			const { status, out, err } = await meshreg(["completion", ...words]);
			assert.deepEqual(
				{ status, out, err },
				{
					status: 2,
					out: "",
					err: `${message}\nSee 'kubectl meshreg completion --help' for usage.\n`,
				},
			);
		});
});
