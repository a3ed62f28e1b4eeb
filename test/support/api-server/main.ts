/**
 * The API server as a process of its own, for trying things by hand:
 * `npx tsx test/support/api-server/main.ts [NAMESPACE…]` prints the path of an
 * administrator's kubeconfig, and serves until it is interrupted.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApiServer } from "./index.ts";

const server = await startApiServer({
	namespaces: process.argv.slice(2),
	defaultServiceAccounts: true,
	finalizeNamespaces: true,
});
const folder = await mkdtemp(join(tmpdir(), "api-server-"));
const kubeconfig = join(folder, "kubeconfig");
await server.writeKubeconfig(kubeconfig);
process.stdout.write(`${kubeconfig}\n`);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
	process.once(signal, async () => {
		await server.stop();
		await rm(folder, { recursive: true, force: true });
	});
