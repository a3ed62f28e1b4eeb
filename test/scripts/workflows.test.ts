import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { parse } from "yaml";

const FOLDER = ".github/workflows";
/** A line that runs GitHub's own program and nothing else: `gh …`, `name=$(gh …)`. */
const GH = /^\s*(\w+=\$\()?gh /;
/** The log-in at GitHub's own registry, which reads the token from a pipe. */
const LOGIN =
	/^printenv GH_TOKEN \| skopeo login --username "\$GITHUB_ACTOR" --password-stdin ghcr\.io$/;

const ciRun = await readFile(".ci/run", "utf8");
const { scripts } = JSON.parse(await readFile("package.json", "utf8")) as {
	scripts: Record<string, string>;
};

interface Step {
	readonly run?: string;
	readonly uses?: string;
	readonly with?: Readonly<Record<string, unknown>>;
	readonly env?: Readonly<Record<string, unknown>>;
}
interface Workflow {
	readonly permissions?: unknown;
	readonly jobs: Record<
		string,
		{
			readonly steps: readonly Step[];
			readonly env?: unknown;
			readonly "timeout-minutes"?: number;
			readonly permissions?: Readonly<Record<string, string>>;
			readonly environment?: string;
		}
	>;
}

/** Commands that no script of ours stands behind, and why. */
const OTHERS = [
	/^npm ci( --ignore-scripts)?$/,
	/^(sudo )?bash \.ci\/(install|run)$/,
	/^sha256sum --check --strict checksums\.txt$/,
	LOGIN,
	// The image as .ci/run made and looked at it, byte by byte.
	/^skopeo copy --all --preserve-digests --digestfile digest oci:dist\/image "docker:\/\/\$IMAGE:\$GITHUB_REF_NAME"$/,
	/^echo "digest=\$\(cat digest\)" >> "\$GITHUB_OUTPUT"$/,
	/^base64 --wrap=0 [\w./-]+ > [\w./-]+$/,
	// A cluster from elsewhere; `npm run test:cluster` builds its own where these are not set.
	/^go install sigs\.k8s\.io\/controller-runtime\/tools\/setup-envtest@/,
	/^(export )?KUBEBUILDER_ASSETS/,
];
/** Scripts that .ci/run does not run, and the test that does. */
const TESTED_ELSEWHERE: Record<string, string> = {
	release: "test/scripts/release.test.ts",
	"test:archives": "test/release/archives.test.ts",
};

for (const file of await readdir(FOLDER))
	describe(file, async () => {
		const text = await readFile(`${FOLDER}/${file}`, "utf8");
		const workflow = parse(text) as Workflow;
		const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
		const linesOf = ({ run }: Step) =>
			(run ?? "").split("\n").filter((line) => line.trim() !== "");
		const commands = steps.flatMap(linesOf);

		test("every command is a script that .ci/run or a test runs too", () => {
			for (const command of commands) {
				if ([GH, ...OTHERS].some((other) => other.test(command))) continue;
				const name = /^npm (?:run )?([\w:]+)/.exec(command)?.[1] ?? "";
				assert.ok(name in scripts, `no script of package.json: ${command}`);
				assert.ok(
					name in TESTED_ELSEWHERE ||
						new RegExp(`^\\s*npm (run )?${name}$`, "m").test(ciRun),
					`.ci/run does not run ${name}`,
				);
			}
		});

		test("no expression inside a command: its value would be run as one", () => {
			for (const command of commands) assert.doesNotMatch(command, /\$\{\{/);
		});

		test("permissions are named, jobs end", () => {
			assert.deepEqual(workflow.permissions, { contents: "read" });
			for (const [name, job] of Object.entries(workflow.jobs)) {
				assert.ok(job["timeout-minutes"], `${name} has no timeout-minutes`);
				if (!job.permissions) continue;
				assert.equal(job.environment, "release", `${name} asks nobody`);
				for (const { run = "" } of job.steps)
					assert.doesNotMatch(run, /\bnpm\b/, `${name} runs code of others`);
			}
		});

		test("a token is in the environment of gh and of the log-in alone", () => {
			assert.ok(!("env" in workflow), "every step would have it");
			for (const job of Object.values(workflow.jobs)) {
				assert.equal(job.env, undefined);
				const withToken = job.steps.filter(({ env = {} }) =>
					Object.values(env).some((value) =>
						/github\.token|secrets\./.test(String(value)),
					),
				);
				for (const line of withToken.flatMap(linesOf))
					assert.ok(GH.test(line) || LOGIN.test(line), line);
				for (const step of job.steps)
					assert.doesNotMatch(
						JSON.stringify(step.with ?? {}),
						/github\.token|secrets\./,
					);
			}
		});

		test("actions are pinned to commits, and named by their versions", () => {
			for (const [line] of text.matchAll(/^.*\buses:.*$/gm))
				assert.match(
					line,
					/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/,
				);
		});

		test("nothing that runs later finds the token of the checkout", () => {
			for (const step of steps)
				if (step.uses?.startsWith("actions/checkout@"))
					assert.equal(step.with?.["persist-credentials"], false);
		});
	});

describe("issue forms", async () => {
	const folder = ".github/ISSUE_TEMPLATE";
	for (const file of await readdir(folder))
		test(file, async () => {
			const form = parse(await readFile(`${folder}/${file}`, "utf8"));
			if (file === "config.yml")
				return assert.ok(form.contact_links.length > 0);
			assert.ok(form.name && form.description && form.labels.length > 0);
			const ids = form.body.flatMap((field: { id?: string }) => field.id ?? []);
			assert.equal(new Set(ids).size, ids.length);
			for (const { type, attributes } of form.body)
				assert.ok(
					type === "markdown" ? attributes.value : attributes.label,
					type,
				);
		});
});
