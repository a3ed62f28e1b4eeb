/**
 * The main job from create to prune, shown on an embedded API server: the real
 * command line, nothing else needed. `npm run demo`.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApiServer } from "../test/support/api-server/index.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const NAME = "nginx-mesh-registry-key";

const server = await startApiServer({
	namespaces: ["nginx-mesh", "shop", "payments", "sandbox"],
});
const folder = await mkdtemp(join(tmpdir(), "meshreg-demo-"));
const kubeconfig = join(folder, "kubeconfig");
await server.writeKubeconfig(kubeconfig);

say(
	"A Kubernetes API server runs in this process, with the namespaces nginx-mesh, shop, payments and sandbox.",
);
say(
	"1. Create the source. Piped here; at a terminal you are asked, and nothing is echoed.",
);
await meshreg(
	[
		"create",
		"--registry-server",
		"registry.example.com",
		"--registry-username",
		"mesh-puller",
		"--registry-password-stdin",
	],
	"not-a-real-password\n",
);
say("2. Copy it to the namespaces that need it.");
await meshreg(["sync", "-n", "shop,payments"]);
await meshreg(["list"]);

say("3. Somebody edits the copy in shop by hand …");
edit("shop");
await meshreg(["list"]);
say("… and sync puts it right, writing nothing where nothing differs.");
await meshreg(["sync", "-n", "shop,payments"]);

say("4. Everywhere but in sandbox: a dry run says what it would do.");
await meshreg(["sync", "-A", "--exclude", "sandbox", "--dry-run=client"]);

say("5. Remove every pull secret, as removing the mesh does.");
await meshreg(["prune", "--yes"]);
await meshreg(["list"]);

await server.stop();
await rm(folder, { recursive: true });

function say(text: string): void {
	console.log(`\n# ${text}`);
}

/** Runs one command line as a user would, and shows both. */
async function meshreg(argv: readonly string[], stdin?: string): Promise<void> {
	const pipe = stdin === undefined ? "" : "printenv REGISTRY_PASSWORD | ";
	console.log(`\n$ ${pipe}kubectl meshreg ${argv.join(" ")}`);
	// But for a mesh that this user has set: the demo's cluster has none.
	const env = Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !/^MESHREG_/.test(name)),
	);
	const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...argv], {
		env: { ...env, KUBECONFIG: kubeconfig },
		stdio: ["pipe", "inherit", "inherit"],
	});
	child.stdin.end(stdin ?? "");
	const status = await new Promise<number | null>((resolve) =>
		child.on("close", resolve),
	);
	if (status !== 0)
		throw new Error(`kubectl meshreg ${argv[0]} ended with status ${status}`);
}

/** Gives a copy another password, behind everybody's back. */
function edit(namespace: string): void {
	const copy = server.store.get("Secret", namespace, NAME);
	if (copy === undefined) throw new Error(`there is no copy in ${namespace}`);
	server.store.delete("Secret", namespace, NAME);
	const auths = {
		"registry.example.com": { username: "mesh-puller", password: "edited" },
	};
	server.store.seed({
		...copy,
		kind: "Secret",
		data: {
			".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString(
				"base64",
			),
		},
	});
}
