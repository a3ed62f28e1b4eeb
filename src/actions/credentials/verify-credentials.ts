import {
	displayHost,
	type RegistryServer,
	registryOf,
} from "../../core/registry/server.ts";
import {
	mayBeWritten,
	NO_SINGLE_HOST,
	type ProbedImage,
	type RefusedCredential,
	UnverifiedError,
	type Verification,
} from "../../core/registry/verification.ts";
import { UsageError } from "../../errors.ts";
import type { World } from "../../world.ts";
import { tell, tellError, tellUnlessQuiet, warn } from "../tell.ts";
import { enterAgain } from "./credential-input.ts";
import { askServer } from "./credential-questions.ts";
import type { EnteredCredential } from "./entered-credential.ts";
import { readAuthorities, type Trust } from "./registry-trust.ts";

/** How credentials are tried before they are written. */
export interface VerifyOptions extends Trust {
	/** undefined: the command line does not say. */
	readonly wanted: boolean | undefined;
	/** An image to pull with the credential of the registry that has this key. */
	readonly image?: { readonly key: string; readonly image: ProbedImage };
}

/**
 * Tries each credential at its registry. At a terminal one that is rejected is asked for again; without one it throws
 * UnverifiedError after a line for each. Returns what to write, or `cancelled`.
 */
export async function verifyCredentials(
	entered: readonly EnteredCredential[],
	verifying: VerifyOptions,
	how: {
		readonly yes: boolean;
		/** Tells what is to be known of one that is entered in another's place. */
		readonly say: (entered: EnteredCredential) => void;
	},
	world: World,
): Promise<EnteredCredential[] | "cancelled"> {
	checkImage(entered, verifying);
	const ca = await readAuthorities(verifying, world);
	const settled: EnteredCredential[] = [];
	const refused: RefusedCredential[] = [];
	for (let [at, one] of entered.entries()) {
		let verification = await tried(one, verifying, ca, world);
		while (!mayBeWritten(verification)) {
			const { key } = one.server;
			if (!world.streams.interactive || how.yes) {
				refused.push({ key, verification });
				break;
			}
			tell(world, { cause: "credential-verified", key, verification });
			const next = await askWhatNext(verification, one, world);
			if (next === "cancel") return "cancelled";
			if (next === "write") break;
			if (next !== "again") {
				one =
					next === "enter"
						? await enterAgain(one, world)
						: {
								...one,
								server: await askServer(await world.prompter()),
								warnings: [],
							};
				how.say(one);
				checkImage([...settled, one, ...entered.slice(at + 1)], verifying);
			}
			verification = await tried(one, verifying, ca, world);
		}
		if (mayBeWritten(verification))
			report(verification, one.server, verifying, world);
		settled.push(one);
	}
	const last = refused.pop();
	if (last === undefined) return settled;
	for (const one of refused)
		tellError(world, { cause: "credential-verified", ...one });
	throw new UnverifiedError(last, verifying.wanted === true);
}

/** An image of another registry would say nothing about these credentials. */
function checkImage(
	entered: readonly EnteredCredential[],
	{ image }: VerifyOptions,
): void {
	const keys = entered.map(({ server }) => server.key);
	if (!image || keys.some((key) => registryOf(key) === image.key)) return;
	throw new UsageError(
		`--verify-image: the image is from ${displayHost(image.key)}, but the credential is for ${keys.map(displayHost).join(", ")}`,
	);
}

async function tried(
	{ server, credential }: EnteredCredential,
	{ image, insecure }: VerifyOptions,
	ca: string | undefined,
	world: World,
): Promise<Verification> {
	const key = registryOf(server.key);
	if (key === undefined) return NO_SINGLE_HOST;
	const probe = {
		key,
		credential,
		insecure,
		...(image?.key === key && { image: image.image }),
	};
	const registry = await world.registry();
	const progress = world.streams.interactive
		? (await world.prompter()).progress(
				`verifying the credential at ${displayHost(server.key)}`,
			)
		: undefined;
	try {
		return await registry.verify(probe, ca);
	} finally {
		progress?.stop();
	}
}

async function askWhatNext(
	{ outcome }: Verification,
	{ serverAsked }: EnteredCredential,
	world: World,
): Promise<"enter" | "again" | "server" | "write" | "cancel"> {
	const prompter = await world.prompter();
	return prompter.choose({
		message: "What now?",
		choices: [
			outcome === "unreachable"
				? { value: "again", label: "Try again" }
				: { value: "enter", label: "Enter another credential" },
			...(outcome === "unreachable" && serverAsked === true
				? [{ value: "server" as const, label: "Enter another registry" }]
				: []),
			{ value: "write", label: "Save it anyway" },
			{ value: "cancel", label: "Cancel" },
		],
	});
}

/** What was found out about one that is written. */
function report(
	verification: Verification,
	{ key }: RegistryServer,
	{ insecure, caPath }: VerifyOptions,
	world: World,
): void {
	const note = { cause: "credential-verified", key, verification } as const;
	const isGood = verification.outcome === "good";
	(isGood ? tellUnlessQuiet : warn)(world, note);
	if (insecure || caPath !== undefined)
		warn(world, {
			cause: "trust-is-local",
			flag: insecure ? "--registry-insecure" : "--registry-ca",
			key,
		});
}
