import type { ProgramFault } from "../../core/output/credential-fault.ts";
import { FailureError } from "../../core/output/failure.ts";
import {
	PLUGIN_API_VERSIONS,
	type Provided,
	type Provider,
	type ProviderAnswer,
	pluginRequest,
	providerName,
	readPluginAnswer,
} from "../../core/pull-secrets/provider.ts";
import {
	isForAnother,
	readHelperAnswer,
	serversOf,
} from "../../core/registry/credential-file.ts";
import { registryNamed } from "../../core/registry/server.ts";
import { failureWords } from "../../core/registry/words.ts";
import { ecrCredential } from "./ecr.ts";
import {
	askCredentialHelper,
	runHelper,
	type Surroundings,
} from "./helper-process.ts";

/** A provider that hangs is ended. */
const LIMIT = 30_000;

/**
 * Asks a provider for a credential of the registry with this key. Throws FailureError for one that
 * fails, hangs, or answers with what is none; it quotes no answer.
 */
export async function credentialFrom(
	provider: Provider,
	args: readonly string[],
	key: string,
	/** `limit` is for tests. */
	around: Omit<Surroundings, "limit"> & Partial<Surroundings>,
): Promise<Provided> {
	// An entry may be spelled as docker has them, `https://HOST/v2/`: what is asked for is the registry.
	const registry = registryNamed(key) ?? key;
	const limited = { limit: LIMIT, ...around };
	const answer = await (provider.by === "helper"
		? askHelper(provider.name, registry, limited)
		: provider.by === "plugin"
			? askPlugin(provider.path, args, registry, limited)
			: ecrCredential(registry, limited));
	if ("credential" in answer) return answer;
	throw new FailureError({
		cause: "provider-failed",
		provider: providerName(provider),
		key,
		fault: answer,
	});
}

async function askHelper(
	name: string,
	key: string,
	around: Surroundings,
): Promise<ProviderAnswer> {
	const program = `docker-credential-${name}`;
	let failed: ProgramFault | undefined;
	for (const server of serversOf(key)) {
		const run = await askCredentialHelper(program, server, around);
		if (run.ended !== 0) {
			if (!failed?.words)
				failed = { is: "failed", words: run.words, ended: run.ended };
			continue;
		}
		const answer = readHelperAnswer(run.out, key);
		if (answer.found === "credential")
			return isForAnother(run.out, key)
				? { is: "other-registries" }
				: { credential: answer.credential };
		return answer.found === "unusable" ? answer.problem : { is: "empty" };
	}
	return failed ?? { is: "empty" };
}

/** Asks in the one version of the API, and where the plugin fails at that in the older one. */
async function askPlugin(
	program: string,
	args: readonly string[],
	key: string,
	around: Surroundings,
): Promise<ProviderAnswer> {
	let failed: ProgramFault | undefined;
	for (const version of PLUGIN_API_VERSIONS) {
		const input = pluginRequest(version, key);
		const { ended, out, err } = await runHelper(program, args, input, around);
		if (ended === 0) return readPluginAnswer(out, key);
		failed ??= { is: "failed", words: failureWords(err, out), ended };
	}
	return failed ?? { is: "no-credential" };
}
