/** `sync --watch` as a pod would run it, as a service account with the documented ClusterRole and nothing else. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { meshreg, type Surroundings } from "../support/command-line.ts";
import { documentedRoles } from "../support/documented-roles.ts";
import { becomePod, filesInPod } from "../support/pod.ts";
import { Watched } from "../support/watched-cluster.ts";
import { watching } from "../support/watching.ts";

let cluster: TestCluster;
before(async () => {
	cluster = await testCluster();
});
after(() => cluster?.[Symbol.asyncDispose]());

test("in a pod, with the documented ClusterRole", async (t) => {
	const stage = await Watched.set(cluster);
	const role = documentedRoles().get("meshreg-watch");
	assert.equal(role?.kind, "ClusterRole");
	const account = await cluster.account(stage.mesh, [{ rules: role.rules }]);
	const folder = join(cluster.folder, "pod");
	const env = {
		...(await becomePod(account, stage.mesh, folder)),
		...stage.env,
		HOME: cluster.folder,
	};
	const run = (argv: readonly string[], given: Surroundings = {}) =>
		meshreg(argv, { ...given, env, files: filesInPod(folder) });

	await using watch = await watching({ run }, stage.argv);
	// What it should have said will not come any more; what it did say is in the failure.
	t.signal.addEventListener("abort", () => watch.stop());
	await stage.play((...texts) => watch.says(...texts));
	const { status, out, err } = await watch.stop("SIGTERM");
	assert.equal(status, 143);
	assert.doesNotMatch(out + err, /cannot|[Ee]rror|Warning/);
	assert.match(
		err,
		/\nstopped: 4 created, 5 configured, 1 deleted, 0 failed\n$/,
	);
});
