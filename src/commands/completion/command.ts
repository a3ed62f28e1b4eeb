import { define, type OptionsOf } from "../../command.ts";
import { switchFlag } from "../../core/command-line/flag.ts";
import { SHELLS } from "../../core/command-line/shells.ts";
import { UsageError } from "../../errors.ts";

const SHELL_WORDS = `${SHELLS.slice(0, -1).join(", ")} or ${SHELLS.at(-1)}`;

export const completion = define({
	verb: "completion",
	summary: "Print shell completion code",
	operands: [
		{
			name: SHELLS.join("|"),
			values: SHELLS,
			missing: `the shell is missing; give ${SHELL_WORDS}`,
		},
	],
	about: `Print a shell completion script for commands, flags and their values. Contexts, namespaces, service accounts and names are read from the cluster; a cluster that takes longer than a second is left out.

In bash, zsh and fish it also completes "kubectl meshreg"; load it after kubectl's own completion. Without it, kubectl's own completion runs a program called kubectl_complete-meshreg from the PATH: --shim prints that program, which is two lines long.`,
	examples: {
		"In ~/.bashrc": "source <(kubectl meshreg completion bash)",
		"In ~/.zshrc, after compinit": "source <(kubectl meshreg completion zsh)",

		// A file of that folder is read for the command of its name alone, which is not kubectl.
		"In ~/.config/fish/config.fish": "kubectl meshreg completion fish | source",
		"Once, for kubectl's own completion; then make the file executable":
			"kubectl meshreg completion bash --shim > ~/.local/bin/kubectl_complete-meshreg",
	},
	flags: [
		switchFlag(
			"shim",
			"Print the program that kubectl's own completion runs, instead of a script.",
		),
	],
	options(given) {
		const [name] = given.positionals;
		const shell = SHELLS.find((candidate) => candidate === name);
		if (shell === undefined)
			throw new UsageError(
				`there is no completion for "${name}"; give ${SHELL_WORDS}`,
				true,
			);
		return { shell, shim: given.on("shim") };
	},
});

export type CompletionOptions = OptionsOf<typeof completion>;
