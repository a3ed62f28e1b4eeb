import {
	displayUsername,
	JSON_KEY_USERNAME,
} from "../../core/credentials/credential.ts";
import {
	parseRegistryServer,
	type RegistryServer,
} from "../../core/registry/server.ts";
import { UsageError } from "../../errors.ts";
import type { Prompter } from "../../world.ts";

/** `before` is offered, but not what looks like a token, which would be shown, nor a JSON key's. */
export function askUsername(prompter: Prompter, before = ""): Promise<string> {
	const offered =
		before !== "" &&
		before !== JSON_KEY_USERNAME &&
		displayUsername(before) === before;
	return prompter.text({
		message: "User name:",
		check: usernameProblem,
		...(offered && { default: before }),
	});
}

/** What is wrong with a user name; undefined when nothing is. */
export function usernameProblem(username: string): string | undefined {
	if (username === "") return "the user name is empty";
	if (username.includes(":"))
		return "a user name cannot hold a colon: Basic authentication ends it there";
	return /\p{Cc}/u.test(username)
		? "the user name holds a control character"
		: undefined;
}

/** A password, which is not echoed, and not empty. */
export function askPassword(prompter: Prompter): Promise<string> {
	return prompter.password({
		message: "Password:",
		check: notEmpty("the password"),
	});
}

/** A registry, asked for until it is one. */
export async function askServer(prompter: Prompter): Promise<RegistryServer> {
	const value = await prompter.text({
		message: "Registry server (host, or host:port):",
		check: (text) => {
			try {
				parseRegistryServer(text, "");
				return undefined;
			} catch (error) {
				return error instanceof UsageError
					? error.message
					: "that is not a registry server";
			}
		},
	});
	return parseRegistryServer(value, "");
}

/** A check that something was answered at all. */
export function notEmpty(what: string): (value: string) => string | undefined {
	return (value) => (value === "" ? `${what} is empty` : undefined);
}
