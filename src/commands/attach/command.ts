import { define, type OptionsOf } from "../../command.ts";
import { ACCOUNT_CHANGE_FLAGS, accountChangeOf } from "../../flags/account.ts";

export const attach = define({
	verb: "attach",
	summary: "Add the pull secret to service accounts",
	operands: [
		{ name: "SA", optional: true, many: true, values: "serviceaccount" },
	],
	about: `Add the pull secret to the imagePullSecrets of service accounts, so that every new pod of theirs pulls with it. Without a name, to default.

Every other entry stays, even if something else edits the account at the same time. What was added is recorded on the account, so that detach and prune remove only that. Running pods keep their old list: they are named, with the command that restarts them.

Where the source's record holds the namespace by name, or the very rule of -A or -l, the accounts are recorded there too, and sync and the watch keep them attached. No namespace is ever added to it: where only another rule covers one, a warning says what records it.

-A and -l leave out kube-system, kube-public and kube-node-lease; -n names them.

With --by-policy no account is changed: an admission policy adds it to every new pod in the source's recorded namespaces that pulls from one of its registries, whichever account it uses. This needs Kubernetes 1.36.`,
	examples: {
		"default, in the context's namespace": "kubectl meshreg attach",
		"Two accounts in a namespace":
			"kubectl meshreg attach builder runner -n app",
		"Every account of a team's namespaces":
			"kubectl meshreg attach --all-serviceaccounts -l team=payments",
		"Pods of any account in the recorded namespaces":
			"kubectl meshreg attach --by-policy",
	},
	flags: ACCOUNT_CHANGE_FLAGS,
	leaves: "objects",
	inContexts: true,
	options: accountChangeOf,
});

export type AttachOptions = OptionsOf<typeof attach>;
