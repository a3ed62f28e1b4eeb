import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { playedServer } from "../../scripts/build/played-server.ts";
import { meshreg } from "../support/command-line.ts";
import { kubeconfigText } from "../support/kubeconfig-text.ts";

test("no command line by which the build is warmed up is broken off by an answer that is none", async () => {
	const folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	try {
		const kubeconfig = join(folder, "kubeconfig");
		await writeFile(
			kubeconfig,
			kubeconfigText({ server: await playedServer() }),
		);
		for (const line of ["list", "sync", "sync -A --dry-run=client", "check"])
			assert.doesNotMatch(
				(await meshreg(line.split(" "), { kubeconfig })).err,
				/^error: /m,
				line,
			);
	} finally {
		await rm(folder, { recursive: true });
	}
});
