import { define, type OptionsOf } from "../../command.ts";
import { switchFlag, withHelp } from "../../core/command-line/flag.ts";
import { ACCOUNT_CHANGE_FLAGS, accountChangeOf } from "../../flags/account.ts";

export const detach = define({
	verb: "detach",
	summary: "Remove the pull secret from service accounts",
	operands: [
		{ name: "SA", optional: true, many: true, values: "serviceaccount" },
	],
	about: `Remove the pull secret from the imagePullSecrets of service accounts. Without a name, of default; with --all-serviceaccounts, of every account that attach changed. With --all, every pull secret that attach added, whatever its name.

Only entries that attach (or sync --attach) added are removed; others stay. -A and -l mean kube-system, kube-public and kube-node-lease too. Running pods keep their list.

The source's record loses the same accounts first: otherwise sync and the watch would keep attaching them.

With --by-policy it deletes the policies of attach --by-policy.`,
	examples: {
		"default, in the context's namespace": "kubectl meshreg detach",
		"Everything that attach did, everywhere":
			"kubectl meshreg detach --all --all-serviceaccounts -A",
		"The policies of attach --by-policy": "kubectl meshreg detach --by-policy",
	},
	flags: [
		...withHelp(ACCOUNT_CHANGE_FLAGS, {
			"all-serviceaccounts":
				"Select all service accounts that attach changed instead of default alone.",
			"by-policy": "Delete the policies of attach --by-policy instead.",
		}),
		switchFlag(
			"all",
			"Remove all pull secrets that attach added, instead of one.",
			{ group: "Target", conflicts: ["secret", "from", "by-policy"] },
		),
	],
	leaves: "objects",
	options: (given, env) => ({
		...accountChangeOf(given, env),
		everyKey: given.on("all"),
	}),
});

export type DetachOptions = OptionsOf<typeof detach>;
