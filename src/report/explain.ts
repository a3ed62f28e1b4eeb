import { displayUsername } from "../core/credentials/credential.ts";
import {
	type CredentialCheck,
	works,
} from "../core/explain/credential-check.ts";
import {
	type Explanation,
	registryServerOf,
} from "../core/explain/explanation.ts";
import type { KeyringMatch } from "../core/kubelet/keyring.ts";
import type { Puller } from "../core/kubelet/pod-secrets.ts";
import { isPullSecretType } from "../core/kubelet/secret-entries.ts";
import { oneLine } from "../core/output/printable.ts";
import { displayKey } from "../core/registry/url.ts";
import { describeVerification } from "../core/registry/verification.ts";
import { nearMissSentence } from "./near-miss.ts";
import { table } from "./table.ts";

/** `-o json` of `explain`: what a script asks, without advice; `tried` only with `--verify`. */
export function explanationItem(
	{ image, answer }: Explanation,
	trials: readonly CredentialCheck[] | undefined,
): object {
	const { repository, tag, digest, matches } =
		answer.outcome === "answered"
			? answer
			: { repository: "", tag: "", digest: "", matches: [] };
	return {
		image,
		repository,
		tag,
		digest,
		matches: matches.map(({ from, key, credential }) => ({
			from,
			key: displayKey(key),
			username: displayUsername(credential.username),
		})),
		error: answer.outcome === "answered" ? "" : answer.error,
		...(trials && {
			tried: trials.map((trial) => ({
				from: trial.match.from,
				key: displayKey(trial.match.key),
				works: works(trial),
				outcome: trial.verification?.outcome ?? "empty",
				message: verdict(trial, image),
			})),
		}),
	};
}

/** The story for a person, ending in the command that mends it where there is one. */
export function explanationStory(
	explanation: Explanation,
	told: {
		readonly mend: string | undefined;
		readonly trials: readonly CredentialCheck[] | undefined;
	},
): string {
	const { mend, trials } = told;
	const { image, answer, puller, near } = explanation;
	const paragraphs: string[] = [];
	if (answer.outcome === "answered") {
		const tag = answer.tag === "" ? "" : `:${answer.tag}`;
		const digest = answer.digest === "" ? "" : `@${answer.digest}`;
		paragraphs.push(`${image} is ${answer.repository}${tag}${digest}\n`);
	}
	paragraphs.push(secretsParagraph(explanation));
	if (answer.outcome === "malformed")
		paragraphs.push(
			`${oneLine(`${answer.from} cannot be read, which fails every pull of ${puller.kind === "files" ? "a pod that uses it" : "the pod"}: ${answer.keys.length === 0 ? "" : `${answer.keys.map(displayKey).join(", ")}: `}${answer.error}`)}\n`,
		);
	if (answer.outcome === "answered")
		paragraphs.push(
			answer.matches.length > 0
				? triedParagraph(answer.matches)
				: "No key matches: the kubelet pulls without a credential.\n",
		);
	if (trials && trials.length > 0)
		paragraphs.push(trialParagraph(trials, explanation));
	if (near.length > 0) paragraphs.push(nearParagraph(explanation));
	if (mend !== undefined) paragraphs.push(`Fix:\n  ${mend}\n`);
	return paragraphs.filter((text) => text !== "").join("\n");
}

function secretsParagraph({ puller, secrets }: Explanation): string {
	if (puller.kind === "files") return "";
	const who = whoNames(puller);
	const unused =
		puller.kind === "pod" && puller.unused.length > 0
			? `Its service account ${puller.serviceAccount} also names ${puller.unused.join(", ")}, which only pods that are made later without a list of their own get.\n`
			: "";
	if (secrets.length === 0) return `${who} names no pull Secrets.\n${unused}`;
	const rows = secrets.map(({ name, source }) => [
		`  ${name}`,
		source === undefined
			? "is not there: skipped"
			: isPullSecretType(source.type)
				? source.data
					? source.type
					: `${source.type}, without content: skipped`
				: `${source.type}: skipped`,
	]);
	return `${who} names ${secrets.length === 1 ? "one pull Secret" : `${secrets.length} pull Secrets`}:\n${table(undefined, rows)}${unused}`;
}

function whoNames(puller: Exclude<Puller, { kind: "files" }>): string {
	const what = puller.kind === "pod" ? "Pod" : "Service account";
	return `${what} ${puller.name} in ${puller.namespace} namespace`;
}

function triedParagraph(matches: readonly KeyringMatch[]): string {
	const rows = matches.map(({ from, key, credential }, index) => [
		`  ${index + 1}. ${from}`,
		displayKey(key),
		credential.username === "" && credential.reveal() === ""
			? "an empty credential: kubelets read neither identity tokens nor credential stores"
			: `user ${displayUsername(credential.username) || '""'}`,
	]);
	const many = matches.length > 1 ? ", in this order until one works" : "";
	return `The kubelet tries${many}:\n${table(undefined, rows)}`;
}

/** Beyond the third nothing is near any more. */
function nearParagraph({ near }: Explanation): string {
	const [nearest, ...rest] = near
		.slice(0, 3)
		.map((miss) => oneLine(nearMissSentence(miss)));
	return [
		`Nearest: ${nearest}`,
		...rest.map((line) => `Then: ${line}`),
		"",
	].join("\n");
}

function trialParagraph(
	trials: readonly CredentialCheck[],
	{ image }: Explanation,
): string {
	const lines = trials.map(
		(trial, index) => `  ${index + 1}. ${oneLine(verdict(trial, image))}\n`,
	);
	const first = trials.find(works);
	const end = first
		? `The first that works is the key ${displayKey(first.match.key)} in ${first.match.from}.\n`
		: "None of them works.\n";
	return `Tried at the registry from this machine, whose network and trust may not be the node's:\n${lines.join("")}${end}`;
}

function verdict({ verification }: CredentialCheck, image: string): string {
	return verification === undefined
		? "it is empty: nothing to try"
		: describeVerification(
				verification,
				registryServerOf(image) ?? "the registry",
			);
}
