import {
	displayUsername,
	JSON_KEY_USERNAME,
} from "../../core/credentials/credential.ts";
import {
	passwordFault,
	usernameFault,
} from "../../core/credentials/credential-rules.ts";
import { isJwt, JWT_PASSWORD } from "../../core/credentials/jwt.ts";
import type { CredentialFault } from "../../core/output/credential-fault.ts";
import {
	parseRegistryServer,
	type RegistryServer,
} from "../../core/registry/server.ts";
import { UsageError } from "../../errors.ts";
import { credentialFaultWords } from "../../report/credential-fault-words.ts";
import type { Prompter } from "../../world.ts";

/** `before` is offered, but not what looks like a token, which would be shown, nor a JSON key's. */
export function askUsername(prompter: Prompter, before = ""): Promise<string> {
	const offered =
		before !== "" &&
		before !== JSON_KEY_USERNAME &&
		displayUsername(before) === before;
	return prompter.text({
		message: "Username:",
		check: (username) => describe(usernameFault(username)),
		...(offered && { default: before }),
	});
}

/** A password, which is not echoed, and is one; a JWT as the user needs none, and nobody is asked for it. */
export async function askPassword(
	prompter: Prompter,
	username: string,
): Promise<string> {
	if (isJwt(username)) return JWT_PASSWORD;
	return prompter.password({
		message: "Password:",
		check: (password) => describe(passwordFault(password, username)),
	});
}

/** What stands below a question whose answer is at fault. */
function describe(fault: CredentialFault | undefined): string | undefined {
	return fault && credentialFaultWords(fault);
}

/** A JWT, which is not echoed. */
export function askJwt(prompter: Prompter): Promise<string> {
	return prompter.password({
		message: "JWT:",
		check: (text) =>
			isJwt(text)
				? undefined
				: "that is not a JWT: three parts in base64url with dots between them",
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
