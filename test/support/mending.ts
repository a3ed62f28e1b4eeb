import type { PlayedNode } from "./played-node.ts";
import { spoken } from "./shell-words.ts";
import type { TestBed } from "./test-bed.ts";

/**
 * Runs a line that `check` or `explain` printed: our commands for real, kubectl's on
 * the objects that they would change. What a command asks is given: user and password.
 */
export async function runMending(
	line: string,
	bed: TestBed,
	node: PlayedNode,
): Promise<void> {
	for (const part of line.split(" && ")) await runPart(part, bed, node);
}

async function runPart(
	part: string,
	bed: TestBed,
	node: PlayedNode,
): Promise<void> {
	const restart = /^kubectl rollout restart deployment\/(\S+) -n (\S+)$/.exec(
		part,
	);
	if (restart) return node.restart(restart[2] ?? "", restart[1] ?? "");
	const deletion = /^kubectl delete secret (\S+) -n (\S+)$/.exec(part);
	if (deletion) {
		const [, name = "", namespace = ""] = deletion;
		if (!bed.server.store.delete("Secret", namespace, name))
			throw new Error(`there is no Secret to delete: ${part}`);
		return;
	}
	const patch = /^kubectl patch deployment\/(\S+) -n (\S+) -p '(.*)'$/.exec(
		part,
	);
	if (patch) {
		const [, name = "", namespace = "", text = ""] = patch;
		const { imagePullSecrets } = JSON.parse(text).spec.template.spec;
		return node.add(
			namespace,
			name,
			imagePullSecrets.map((entry: { name: string }) => entry.name),
		);
	}
	const { argv } = spoken(part, {});
	const asks = argv[0] === "create" || argv[0] === "rotate";
	const credential = asks
		? ["--registry-username", "robot", "--registry-password-stdin"]
		: [];
	// The registries of these tests are played by the node, and cannot be asked.
	if (argv[0] === "rotate") credential.push("--no-verify");
	const yes = argv.includes("--force") || argv[0] === "prune" ? ["--yes"] : [];
	await must(bed, [...argv, ...credential, ...yes], "right");
}

async function must(bed: TestBed, argv: string[], stdin: string) {
	const outcome = await bed.run(argv, { stdin });
	if (outcome.status !== 0)
		throw new Error(`${argv.join(" ")}: ${outcome.err}`);
	return outcome;
}
