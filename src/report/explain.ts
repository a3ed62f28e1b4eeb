import {
	type CredentialCheck,
	type Explanation,
	isFineAnonymously,
	isOpen,
	type NamedSecret,
	works,
} from "../core/check/explanation.ts";
import { hasOwnList } from "../core/check/facts.ts";
import {
	type Credential,
	displayUsername,
} from "../core/credentials/credential.ts";
import { credentialFault } from "../core/credentials/credential-rules.ts";
import type { Document, ExplainedImage } from "../core/document.ts";
import {
	FILLED_IN,
	registryServerOf,
} from "../core/kubelet/image-reference.ts";
import type { KeyringMatch } from "../core/kubelet/keyring.ts";
import { providerFor } from "../core/kubelet/pod-secrets.ts";
import { isPullSecretType } from "../core/kubelet/secret-entries.ts";
import { counted } from "../core/output/counted.ts";
import { claimedName } from "../core/output/printable.ts";
import { displayKey } from "../core/registry/url.ts";
import { type Layout, layoutOf } from "./command-line.ts";
import { credentialFaultWords } from "./credential-fault-words.ts";
import { quoted } from "./input-failure-words.ts";
import { nearMissSentence } from "./near-miss.ts";
import {
	bareHint,
	lackHint,
	listingHint,
	obstacleSentence,
} from "./pull-words.ts";
import { verificationWords } from "./verification-words.ts";

/** One of `-o json` of `explain`: what a script asks, without advice; `verified` only with `--verify`. */
export function explanationItem({
	explanation: { image, answer },
	checks,
}: ExplainedImage): object {
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
		...(checks && {
			verified: checks.map((check) => ({
				from: check.match.from,
				key: displayKey(check.match.key),
				works: works(check),
				outcome: check.verification?.outcome ?? "empty",
				message: verdict(check, image),
			})),
		}),
	};
}

/** The story for a person, image by image, each ending in the command that fixes it where there is one. */
export function explanationStory(
	{ images, commandContext }: Document & { kind: "explain" },
	columns: number | undefined,
): string {
	const [first] = images;
	if (first === undefined) return "The pod has no images.\n";
	const layout = layoutOf(columns, commandContext);
	const isOneOfMany = images.length > 1;
	return [
		...secretsParagraph(first.explanation, layout),
		...images.flatMap((one) => imageParagraphs(one, layout, isOneOfMany)),
	].join("\n");
}

function imageParagraphs(
	{ explanation, checks, lack }: ExplainedImage,
	layout: Layout,
	isOneOfMany: boolean,
): string[] {
	const { text, command } = layout;
	const { image, answer, puller, near } = explanation;
	if (answer.outcome === "invalid-image")
		return [
			text(
				`${quoted(image)} is not an image reference, so no kubelet pulls it; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]`,
			),
		];
	const paragraphs: string[] = [];
	const say = (words: string) => {
		if (words !== "") paragraphs.push(text(words));
	};
	const provider = providerFor(puller?.account?.provider, image);
	const full =
		answer.outcome === "answered"
			? `${answer.repository}${answer.tag === "" ? "" : `:${answer.tag}`}${answer.digest === "" ? "" : `@${answer.digest}`}`
			: image;
	// Only what the kubelet completes is worth a line.
	if (full !== image) say(`${image} is ${full}`);
	else if (isOneOfMany) say(`${image}:`);
	if (answer.outcome === "malformed" && answer.overfull)
		say(
			`${answer.from} has ${answer.error}: what a kubelet would use is not known.`,
		);
	else if (answer.outcome === "malformed") {
		const isMendable = puller === undefined || lack?.fix !== undefined;
		const keys =
			answer.keys.length === 0
				? ""
				: `${answer.keys.map(displayKey).join(", ")}: `;
		paragraphs.push(
			text(
				`${answer.from} cannot be read, which fails every pull of ${puller === undefined ? "a pod that uses it" : "the pod"}: ${keys}${answer.error}`,
			) +
				text(
					isMendable
						? ""
						: "Correct it, or take it out of the imagePullSecrets: it may hold the credentials of other registries.",
				),
		);
	} else if (answer.matches.length > 0)
		paragraphs.push(matchesParagraph(answer.matches, layout));
	else if (provider !== undefined) say("No entry matches.");
	else
		say(
			isFineAnonymously(explanation)
				? "No entry matches: anonymous pull; fine if the image is public."
				: image === FILLED_IN
					? "Istio's injector was to fill in this image, and did not: no pull secret helps. check says what to look at."
					: "No entry matches: the kubelet pulls without a credential.",
		);
	if (provider !== undefined)
		say(
			`The service account is annotated for a credential provider (${provider}), which the node may ask as well: that is not visible from here.`,
		);
	if (checks && checks.length > 0)
		paragraphs.push(checksParagraph(checks, explanation, layout));
	if (near.length > 0)
		paragraphs.push(
			`Closest matches:\n${near.map((miss) => text(nearMissSentence(miss), "  - ")).join("")}`,
		);
	if (lack === undefined) return paragraphs;
	for (const blocked of lack.blocked) say(obstacleSentence(blocked, lack.name));
	if (lack.isEnding && puller !== undefined)
		say(
			`${puller.pod.namespace} is being deleted: nothing can be created there.`,
		);
	say(lackHint(lack));
	if (lack.fix !== undefined)
		paragraphs.push(`Fix:\n${command(lack.fix, "  ")}`);
	for (const { namespaces, script } of lack.gives) {
		const place = namespaces.join(", ");
		const lead = `Gives ${place} the credential; run it only if ${place} may have it:`;
		paragraphs.push(text(lead) + command(script, "  "));
	}
	say(bareHint(lack, false));
	say(listingHint(lack, false));
	return paragraphs;
}

function secretsParagraph(
	{ puller, secrets }: Explanation,
	{ text }: Layout,
): string[] {
	if (puller === undefined) return [];
	const { pod, account } = puller;
	const what =
		pod.name === "" ? `serviceaccount/${pod.account}` : `pod/${pod.name}`;
	const who = `${what} in ${pod.namespace}`;
	const others = account?.secrets.difference(new Set(pod.secrets));
	const unused = text(
		others === undefined
			? `Its service account ${pod.account} does not exist, and pods are not made without: create it first.`
			: others.size > 0
				? `Its service account ${pod.account} also references ${[...others].map((name) => claimedName(name)).join(", ")}: only pods created from now on, without a list of their own, get it.`
				: "",
	);
	const has =
		secrets.length > 0
			? `${counted(secrets.length, "pull secret")}:`
			: hasOwnList(pod, account)
				? "imagePullSecrets without a name, which kubelets pass over."
				: "no imagePullSecrets.";
	const items = secrets.map((secret) => {
		const how = secret.byPolicy
			? " (added to pods by the admission policy of attach --by-policy)"
			: "";
		return text(`${claimedName(secret.name)}${how}${fateOf(secret)}`, "  ");
	});
	return [text(`${who} has ${has}`) + items.join("") + unused];
}

function fateOf({ source }: NamedSecret): string {
	if (source === undefined) return ": does not exist, skipped";
	if (!isPullSecretType(source.type))
		return `: type ${claimedName(source.type)}, skipped`;
	return source.data ? "" : ": no content, skipped";
}

function matchesParagraph(
	matches: readonly KeyringMatch[],
	layout: Layout,
): string {
	const many = matches.length > 1 ? ", in this order until one works" : "";
	const items = matches.map(
		({ from, key, credential }) =>
			`${from}, entry ${displayKey(key)}: ${userOf(credential)}`,
	);
	return layout.text(`The kubelet tries${many}:`) + numbered(items, layout);
}

function numbered(items: readonly string[], { text }: Layout): string {
	return items.map((item, at) => text(item, `  ${at + 1}. `)).join("");
}

/** Whom an entry logs in, and why that will most likely fail. */
function userOf(credential: Credential): string {
	if (credential.isEmpty)
		return "an empty credential: kubelets read neither identity tokens nor credential stores";
	const shown = displayUsername(credential.username);
	const isShortened = shown !== credential.username;
	const user = `user ${(isShortened ? shown : claimedName(shown)) || '""'}`;
	if (credential.reveal() === "")
		return `${user}, without a password: kubelets read neither identity tokens nor credential stores`;
	// Bytes that are no text are sent as they are, and may well be right.
	const fault = credential.isText ? credentialFault(credential) : undefined;
	return fault === undefined
		? user
		: `${user} (${credentialFaultWords(fault)})`;
}

function checksParagraph(
	checks: readonly CredentialCheck[],
	{ image }: Explanation,
	layout: Layout,
): string {
	const first = checks.find(works);
	const end = first
		? `The first that works is entry ${displayKey(first.match.key)} in ${first.match.from}.`
		: noneWorks(checks);
	const verdicts = checks.map((check) => verdict(check, image));
	const lead =
		"Verified from this machine, whose network and trust may not be the node's:";
	return layout.text(lead) + numbered(verdicts, layout) + layout.text(end);
}

/** What is known where none has served: a registry that could not be asked has refused nothing. */
function noneWorks(checks: readonly CredentialCheck[]): string {
	const open = checks.filter(isOpen).length;
	if (open === 0)
		return checks.length === 1 ? "It does not work." : "None of them works.";
	if (open < checks.length)
		return "None of them is known to work: not all could be verified.";
	return open === 1
		? "Whether it works is not known."
		: "Whether any of them works is not known.";
}

function verdict({ verification }: CredentialCheck, image: string): string {
	return verification === undefined
		? "it is empty: container runtimes pull without a credential"
		: verificationWords(
				verification,
				registryServerOf(image) ?? "the registry",
			);
}
