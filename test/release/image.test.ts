/** The image that `npm run image` left, unpacked and run as a kubelet runs it: as nobody, on files that cannot be written. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
	chmod,
	copyFile,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { extract } from "tar";
import packageJson from "../../package.json" with { type: "json" };
import { ARM64_RUNNER } from "../../scripts/package/binary.ts";
import { testCluster } from "../support/cluster.ts";
import { meshreg } from "../support/command-line.ts";
import { becomePod, canMount, FOLDER_IN_POD } from "../support/pod.ts";

const run = promisify(execFile);
const LAYOUT = fileURLToPath(new URL("../../dist/image/", import.meta.url));
const VERSION = `v${packageJson.version}\n`;

let folder: string;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "image-"));
});
after(() => rm(folder, { recursive: true }));

const blobPath = (digest: string) =>
	join(LAYOUT, "blobs", digest.replace(":", "/"));
const blob = async (digest: string) =>
	JSON.parse(await readFile(blobPath(digest), "utf8"));

/** The files of the image for a platform, unpacked, and its configuration. */
async function unpacked(architecture: string) {
	const { manifests } = JSON.parse(
		await readFile(join(LAYOUT, "index.json"), "utf8"),
	);
	const index = await blob(manifests[0].digest);
	const { digest } = index.manifests.find(
		(one: { platform: { architecture: string } }) =>
			one.platform.architecture === architecture,
	);
	const manifest = await blob(digest);
	const root = join(folder, architecture);
	await mkdir(root);
	await extract({ cwd: root, file: blobPath(manifest.layers[0].digest) });
	return { root, config: (await blob(manifest.config.digest)).config };
}

/** A source, a namespace without a copy, and the account of a pod that may make one. */
async function stage(name: string) {
	const cluster = await testCluster();
	const mesh = await cluster.namespace("mesh");
	const app = await cluster.namespace("app");
	const made = await meshreg(
		[
			...["create", "--registry-server=registry.example"],
			...["--registry-username=mesh", "--registry-password-stdin"],
		],
		{
			kubeconfig: cluster.kubeconfig,
			env: { MESHREG_NAMESPACE: mesh },
			stdin: "p",
		},
	);
	assert.equal(made.status, 0, made.err);
	const secrets = {
		apiGroups: [""],
		resources: ["secrets"],
		verbs: ["get", "list", "watch", "create", "patch"],
	};
	const account = await cluster.account(mesh, [
		{ namespace: mesh, rules: [secrets] },
		{ namespace: app, rules: [secrets] },
	]);
	const pod = join(folder, name);
	const env = {
		...(await becomePod(account, mesh, pod)),
		MESHREG_NAMESPACE: mesh,
		POD: pod,
	};
	const created = `secret/nginx-mesh-registry-key created in ${app} namespace\n`;
	return { cluster, env, app, account, created };
}

/**
 * For sh: takes the files of the image ($1) for what cannot be written, with the account's where a kubelet
 * would put them, and becomes what follows.
 */
const READ_ONLY = `mount --bind "$1" "$1" && mount --bind "$POD" "$1${FOLDER_IN_POD}" && mount -o remount,ro,bind "$1" && root=$1 && shift`;
const mayMount = (await canMount()) && process.getuid?.() === 0;

test("amd64: as 65532, on files that cannot be written: --version, a sync, a watch that SIGTERM ends", {
	skip: mayMount ? false : "only root may become another user and mount here",
}, async () => {
	const { root, config } = await unpacked("amd64");
	assert.deepEqual(
		[config.User, config.Entrypoint],
		["65532:65532", ["/usr/bin/kubectl-meshreg"]],
	);
	assert.deepEqual(await readdir(join(root, "var/lib/dpkg/status.d")), [
		"gcc-12-base",
		"libatomic1",
		"libc6",
		"libgcc-s1",
		"libstdc++6",
	]);
	// A kubelet makes the place to mount at as well.
	await mkdir(join(root, FOLDER_IN_POD), { recursive: true });
	const { cluster, env, app, created } = await stage("amd64-pod");
	await using _ = cluster;
	const inside = (...args: string[]): [string, string[]] => [
		"unshare",
		[
			...["-m", "sh", "-c"],
			`${READ_ONLY} && exec chroot --userspec=65532:65532 "$root" /usr/bin/kubectl-meshreg "$@"`,
			...["sh", root, ...args],
		],
	];
	const version = await run(...inside("--version"), { env });
	assert.deepEqual([version.stdout, version.stderr], [VERSION, ""]);
	const sync = await run(...inside("sync", `-n=${app}`), { env });
	assert.equal(sync.stdout, created);
	const watch = spawn(...inside("sync", "--watch", `-n=${app}`), {
		env,
		stdio: ["ignore", "ignore", "pipe"],
	});
	const ended = once(watch, "exit");
	let said = "";
	for await (const text of watch.stderr.setEncoding("utf8")) {
		said += text;
		if (text.includes("Watching for changes.\n")) watch.kill("SIGTERM");
	}
	assert.deepEqual(await ended, [143, null], said);
});

test("arm64: with its own libraries: --version, and a sync", async (t) => {
	const [command = "", flag = ""] = ARM64_RUNNER;
	try {
		await run(command, ["--version"]);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		return t.skip(`${command} is not here`);
	}
	const { root } = await unpacked("arm64");
	const program = join(root, "usr/bin/kubectl-meshreg");
	const emulated = [command, flag, root, program];
	const { cluster, env, app, account, created } = await stage("arm64-pod");
	await using _ = cluster;
	await mkdir(join(root, FOLDER_IN_POD), { recursive: true });
	// Whoever is nobody reads the image's files, and what a kubeconfig says in a pod's stead.
	await chmod(folder, 0o711);
	const kubeconfig = join(folder, "arm64.kubeconfig");
	await copyFile(account, kubeconfig);
	await chmod(kubeconfig, 0o644);
	const inside = (...args: string[]): [string, string[]] =>
		mayMount
			? [
					"unshare",
					[
						...["-m", "sh", "-c"],
						`${READ_ONLY} && exec chroot --userspec=65532:65532 / "$@"`,
						...["sh", root, ...emulated, ...args],
					],
				]
			: [command, [...emulated.slice(1), ...args]];
	const given = {
		env: {
			PATH: process.env.PATH,
			POD: env.POD,
			MESHREG_NAMESPACE: env.MESHREG_NAMESPACE,
			KUBECONFIG: kubeconfig,
		},
	};
	const version = await run(...inside("--version"), given);
	assert.equal(version.stdout, VERSION);
	const sync = await run(...inside("sync", `-n=${app}`), given);
	assert.equal(sync.stdout, created);
});

test("skopeo reads it, every platform", async (t) => {
	try {
		const { stdout } = await run("skopeo", [
			"inspect",
			"--raw",
			`oci:${LAYOUT}`,
		]);
		assert.equal(JSON.parse(stdout).manifests.length, 2);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		t.skip("skopeo is not here");
	}
});
