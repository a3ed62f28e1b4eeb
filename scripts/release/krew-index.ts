import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const INDEX = "kubernetes-sigs/krew-index";

/**
 * Opens a pull request at krew's index with this manifest, from the fork of gh's account (GH_TOKEN).
 * A branch of the same release is replaced. Throws where gh or git fails; both say why themselves.
 */
export async function proposeToKrewIndex(
	tag: string,
	manifest: string,
): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "krew-index-"));
	const run = (command: string, ...args: string[]) =>
		execFileSync(command, args, {
			cwd: folder,
			stdio: ["ignore", "pipe", "inherit"],
		})
			.toString()
			.trim();
	try {
		const branch = `meshreg-${tag}`;
		const user = run("gh", "api", "user", "--jq", ".login");
		run("gh", "auth", "setup-git");
		run("gh", "repo", "fork", INDEX, "--clone=false");
		run("gh", "repo", "clone", INDEX, "index", "--", "--depth=1");
		const git = (...args: string[]) => run("git", "-C", "index", ...args);
		git("switch", "--create", branch);
		await copyFile(manifest, join(folder, "index", "plugins", "meshreg.yaml"));
		git("add", "plugins/meshreg.yaml");
		git(
			"-c",
			`user.name=${user}`,
			"-c",
			`user.email=${user}@users.noreply.github.com`,
			"commit",
			"--message",
			`meshreg ${tag}`,
		);
		git("push", "--force", `https://github.com/${user}/krew-index.git`, branch);
		run(
			"gh",
			"pr",
			"create",
			"--repo",
			INDEX,
			"--head",
			`${user}:${branch}`,
			"--title",
			`meshreg ${tag}`,
			"--body",
			`https://github.com/kubectl-meshreg/kubectl-meshreg/releases/tag/${tag}`,
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
