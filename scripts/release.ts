/**
 * The steps of a release around `npm run package`, as the release workflow runs them:
 * `npm run release -- check TAG | run PLATFORM | publish TAG | krew-index TAG`.
 */
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { binaryName, nameOf, TARGETS } from "./build/targets.ts";
import { notesOf, releaseProblems } from "./release/check.ts";
import { proposeToKrewIndex } from "./release/krew-index.ts";

const [step = "", argument = ""] = process.argv.slice(2);
const text = (path: string) => readFile(path, "utf8");

switch (step) {
	case "check": {
		const problems = releaseProblems(argument, {
			packageJson: await text("package.json"),
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
	case "publish":
		execFileSync(
			"gh",
			[
				"release",
				"create",
				argument,
				"--verify-tag",
				"--title",
				argument,
				"--notes",
				notesOf(argument, await text("CHANGELOG.md")) ?? "",
				...(argument.includes("-") ? ["--prerelease"] : []),
				...(await releaseFiles()),
			],
			{ stdio: "inherit" },
		);
		break;
	case "krew-index":
		await proposeToKrewIndex(
			argument,
			resolve("dist/release/krew-manifest.yaml"),
		);
		break;
	default:
		throw new Error(`no step "${step}": check, run, publish or krew-index`);
}

async function releaseFiles(): Promise<string[]> {
	const sums = await text("dist/release/checksums.txt");
	const names = [...sums.matchAll(/ {2}(.*)$/gm)].map(([, name]) => name ?? "");
	return [...names, "checksums.txt"].map((name) => `dist/release/${name}`);
}
