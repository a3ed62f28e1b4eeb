import { homedir } from "node:os";
import { getuid } from "node:process";
import { FailureError } from "../../core/output/failure.ts";
import {
	type CredentialFile,
	credentialFilePaths,
	lookUp,
	namesIn,
	narrowerThan,
	readCredentialFile,
	readHelperAnswer,
	registriesIn,
	type StoredLookup,
} from "../../core/registry/credential-file.ts";
import {
	type RegistryServer,
	registryNamed,
} from "../../core/registry/server.ts";
import type { Files, Outside, StoredCredentials } from "../../world.ts";
import { askCredentialHelper } from "./helper-process.ts";

/** A docker config holds a handful of registries; an API server takes 1 MiB in all. */
const FILE_LIMIT = 1 << 20;
const HELPER_LIMIT = 30_000;
/** How credential helpers say that they know nothing of a server. */
const NOT_FOUND = /credentials not found/i;

/** What surrounds the files; `helperLimit` in milliseconds and `home` are for tests. */
interface StoreSurroundings
	extends Pick<Outside, "env" | "files" | "interrupt"> {
	readonly helperLimit?: number;
	readonly home?: string;
}

/** Opens the one file at `path`, or all those of docker and podman. Throws FailureError. */
export async function openStoredCredentials(
	path: string | undefined,
	around: StoreSurroundings,
): Promise<StoredCredentials> {
	const { env, files } = around;
	const places =
		path === undefined
			? credentialFilePaths(
					env,
					around.home ?? (env.HOME || homeFolder()),
					getuid?.(),
				)
			: [path];
	const opened: { path: string; file: CredentialFile }[] = [];
	for (const place of places)
		if (path !== undefined || (await files.exists(place)))
			opened.push({ path: place, file: await readFile(place, files) });
	if (opened.length === 0)
		throw new FailureError({ cause: "stores-missing", paths: places });
	return {
		registries: [...new Set(opened.flatMap(({ file }) => registriesIn(file)))],
		find: (server) => find(server, opened, around),
	};
}

async function readFile(path: string, files: Files): Promise<CredentialFile> {
	const file = readCredentialFile(await files.read(path, FILE_LIMIT));
	if (typeof file === "object") return file;
	throw new FailureError({ cause: "store-unreadable", path, problem: file });
}

/** The first file that has something for this registry decides. */
async function find(
	server: RegistryServer,
	opened: readonly { path: string; file: CredentialFile }[],
	around: StoreSurroundings,
): ReturnType<StoredCredentials["find"]> {
	const { key } = server;
	const empty: string[] = [];
	for (const { path, file } of opened) {
		const found = lookUp(file, server);
		const settled: Answer =
			found.found === "helper" ? await askHelper(found, key, around) : found;
		const { entry } = settled;
		if (settled.found === "credential")
			return {
				credential: settled.credential,
				from: path,
				...(entry !== undefined &&
					registryNamed(entry) === undefined && { narrower: entry }),
			};
		if (settled.found === "unusable")
			throw new FailureError({
				cause: "stored-unusable",
				key: entry === undefined ? key : (registryNamed(entry) ?? entry),
				path,
				by: settled.by,
				problem: settled.problem,
			});
		if (entry !== undefined) empty.push(path);
	}
	const paths = opened.map(({ path }) => path);
	const narrower = opened.flatMap(({ file }) => narrowerThan(file, key));
	const others = opened.flatMap(({ file }) => namesIn(file));
	throw new FailureError({
		cause: "stored-missing",
		key,
		...(narrower.length > 0
			? { paths, because: { is: "narrower", entries: [...new Set(narrower)] } }
			: empty.length > 0
				? { paths: empty, because: { is: "empty" } }
				: { paths, because: { is: "absent", entries: [...new Set(others)] } }),
	});
}

/** What a file or a helper has; `by`: the program that answered what cannot be used. */
type Answer = Exclude<StoredLookup, { found: "helper" }> & {
	readonly by?: string;
};

/** Asks a helper for one registry, under the names it may go by. Throws FailureError with the helper's own words. */
async function askHelper(
	{ helper, servers, otherwise }: StoredLookup & { found: "helper" },
	key: string,
	around: StoreSurroundings,
): Promise<Answer> {
	const program = `docker-credential-${helper}`;
	const { env, interrupt, helperLimit: limit = HELPER_LIMIT } = around;
	for (const server of servers) {
		const { ended, words, out } = await askCredentialHelper(program, server, {
			env,
			interrupt,
			limit,
		});
		if (ended !== 0) {
			if (NOT_FOUND.test(words)) continue;
			throw new FailureError({
				cause: "helper-failed",
				program,
				because: { is: "failed", words, ended },
			});
		}
		const answer = readHelperAnswer(out, key);
		if (answer.found === "credential") return answer;
		if (answer.found === "unusable") return { ...answer, by: program };
	}
	return otherwise;
}

/** Undefined for a user whom the machine does not know, as the ones of many containers. */
function homeFolder(): string | undefined {
	try {
		return homedir();
	} catch {
		return undefined;
	}
}
