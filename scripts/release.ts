/**
 * The steps of a release around `npm run package`, as the release workflow runs them:
 * `npm run release -- check [TAG] | run PLATFORM | notes TAG FILE`; without a tag, that of package.json's
 * version is looked at. What publishes is in the workflow
 * itself, in lines of GitHub's own program: no script sees a token.
 */
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { binaryName, nameOf, TARGETS } from "./build/targets.ts";
import { notesOf, releaseProblems } from "./release/check.ts";

const [step = "", argument = "", file = ""] = process.argv.slice(2);
const text = (path: string) => readFile(path, "utf8");

switch (step) {
	case "check": {
		const packageJson = await text("package.json");
		const { version } = JSON.parse(packageJson) as { version: string };
		const problems = releaseProblems(argument || `v${version}`, {
			packageJson,
			krewManifest: await text("krew-manifest.yaml"),
			changelog: await text("CHANGELOG.md"),
		});
		for (const problem of problems) console.error(`error: ${problem}`);
		process.exitCode = problems.length > 0 ? 1 : 0;
		break;
	}
	case "run": {
		const target = TARGETS.find((candidate) => nameOf(candidate) === argument);
		if (!target) throw new Error(`no platform ${argument}`);
		const binary = resolve("dist/binaries", argument, binaryName(target));
		execFileSync("chmod", ["+x", binary]);
		execFileSync(binary, ["--version"], { stdio: "inherit" });
		break;
	}
	case "notes": {
		const notes = notesOf(argument, await text("CHANGELOG.md"));
		if (!notes) throw new Error(`CHANGELOG.md says nothing of ${argument}`);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, `${notes}\n`);
		break;
	}
	default:
		throw new Error(`no step "${step}": check, run or notes`);
}
