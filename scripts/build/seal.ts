import { exec } from "@yao-pkg/pkg";
import { seedNode } from "./base-node.ts";
import { NODE_VERSION, type Target } from "./targets.ts";

/**
 * Makes `output` from the script `bundled` and the stock Node of `target`, as a single executable
 * application. `home` is a folder of ours that keeps the Node builds between runs.
 */
export async function seal(
	bundled: string,
	target: Target,
	output: string,
	home: string,
): Promise<void> {
	await seedNode(target, home);
	// pkg finds its cache through os.homedir() alone: nothing of the user's home is read or written.
	const variables = ["HOME", "USERPROFILE"] as const;
	const before = variables.map((name) => process.env[name]);
	for (const name of variables) process.env[name] = home;
	try {
		await exec([
			bundled,
			"--sea",
			"--targets",
			`node${NODE_VERSION}-${target.node}`,
			"--output",
			output,
		]);
	} finally {
		variables.forEach((name, i) => {
			const value = before[i];
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		});
	}
}
