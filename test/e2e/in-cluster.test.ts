/** The built file as a pod would run it, in a mount namespace with a service account's folder: it stays, and keeps in sync. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { documentedRoles } from "../support/documented-roles.ts";
import { BUILT } from "../support/plugin.ts";
import { becomePod, canMount, IN_POD } from "../support/pod.ts";
import { Watched } from "../support/watched-cluster.ts";

let cluster: TestCluster;
before(async () => {
	cluster = await testCluster();
});
after(() => cluster?.[Symbol.asyncDispose]());

test("sync --watch in a pod, with the documented ClusterRole", {
	skip: (await canMount()) ? false : "unshare(1) may not mount here",
}, async (t) => {
	const stage = await Watched.set(cluster);
	const role = documentedRoles().get("meshreg-watch");
	assert.ok(role);
	const account = await cluster.account(stage.mesh, [{ rules: role.rules }]);
	const pod = join(cluster.folder, "pod");
	const child = spawn(
		"unshare",
		[...IN_POD, BUILT, "sync", "--watch", ...stage.argv],
		{
			env: {
				...(await becomePod(account, stage.mesh, pod)),
				...stage.env,
				PATH: process.env.PATH,
				POD: pod,
				HOME: cluster.folder,
			},
			stdio: ["ignore", "pipe", "pipe"],
		},
	);
	t.signal.addEventListener("abort", () => child.kill("SIGKILL"));
	let printed = "";
	let unheard = 0;
	let look = () => {};
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding("utf8").on("data", (text: string) => {
			printed += text;
			look();
		});
	const ended = once(child, "close");
	const says = (...texts: string[]) =>
		Promise.race([
			new Promise<void>((resolve) => {
				look = () => {
					const ends = texts.map((text) => {
						const at = printed.indexOf(text, unheard);
						return at < 0 ? Number.POSITIVE_INFINITY : at + text.length;
					});
					const end = Math.max(...ends);
					if (!Number.isFinite(end)) return;
					unheard = end;
					resolve();
				};
				look();
			}),
			ended.then(() => assert.fail(`it ended: ${printed}`)),
		]);

	await says("Watching for changes.\n");
	await stage.play(says);
	child.kill("SIGTERM");
	const [status] = await ended;
	assert.equal(status, 143, printed);
	assert.match(
		printed,
		/\nstopped: 4 created, 5 configured, 1 deleted, 0 failed\n$/,
	);
	assert.doesNotMatch(printed, /cannot|[Ee]rror|Warning/);
});
