import { timeOf } from "../object-times.ts";
import type { CoreEvent } from "../objects.ts";
import { onOneLine, startOf } from "../output/printable.ts";
import { isHost } from "../registry/server.ts";
import { remembered } from "../remembered.ts";
import {
	type ImageReference,
	printImageReference,
	readImageReference,
	repositoryOf,
	withDefaultTag,
} from "./image-reference.ts";
import { causeOf, type PullCause } from "./pull-failures.ts";

/** A container that waits for an image, as its status says. */
export interface Waiting {
	readonly container: string;
	/** Of the container, as written. */
	readonly image: string;
	readonly reason: string;
	/** "" where there is none. */
	readonly message: string;
}

/** A warning about a pod, as far as it may be about a pull. */
export interface PullEvent {
	/** `NAMESPACE/NAME` */
	readonly pod: string;
	readonly reason: string;
	readonly message: string;
	/** The container that it is about; "" where it does not say. */
	readonly container: string;
	/** When it was last seen, in milliseconds since 1970; undefined where that is not known. */
	readonly at: number | undefined;
}

/** What a kubelet says about one image of a pod. */
export interface PullReport {
	/** The image that fails: where that is a volume's, the container that mounts it waits. */
	readonly image: string;
	readonly cause: PullCause;
	/** Its own words about it, on one line, shortened and without credentials; "" where there are none. */
	readonly words: string;
	/** The host that was asked last, where it is not the image's registry. */
	readonly asked: AskedHost | undefined;
	/** Of the last attempt that is known, in milliseconds since 1970. */
	readonly at: number | undefined;
}

/** A host that a node asks on behalf of an image's registry. */
export interface AskedHost {
	/** With its port. */
	readonly host: string;
	readonly role: "mirror" | "token-server" | "blob-host";
}

/** The most of a kubelet's words that is shown, in characters. */
const LONGEST_WORDS = 300;
/** More events about one container are not looked at: of thousands of containers each has its own. */
const MOST_SAID = 20;
/** More of a message is not looked at, nor kept: any number of pods and events may have a megabyte each. */
export const LONGEST_MESSAGE = 8000;

/** The reasons under which kubelets have reported failed pulls, and sandboxes that failed for their image. */
const PULL_EVENTS = new Set([
	"Failed",
	"FailedSync",
	"BackOff",
	"InspectFailed",
	"ErrImageNeverPull",
	"FailedToRetrieveImagePullSecret",
	"FailedCreatePodSandBox",
]);

/** The container that an event is about: `spec.initContainers{NAME}`. Nobody checks what is written there. */
const CONTAINER = /^spec\.[A-Za-z]{1,40}\{([^{}]{1,63})\}$/;

/** What an event says about a pod's pulls; undefined for other events. */
export function pullEvent(event: CoreEvent): PullEvent | undefined {
	const { reason = "", message = "", involvedObject, series } = event;
	if (!PULL_EVENTS.has(reason) || involvedObject?.kind !== "Pod")
		return undefined;
	return {
		pod: `${involvedObject.namespace}/${involvedObject.name}`,
		reason,
		message: startOf(message, LONGEST_MESSAGE),
		container: CONTAINER.exec(involvedObject.fieldPath ?? "")?.[1] ?? "",
		at: timeOf(
			series?.lastObservedTime ??
				event.lastTimestamp ??
				event.eventTime ??
				event.metadata.creationTimestamp,
		),
	};
}

/**
 * Reads what is said about the image that a container waits for: first its status, which is about
 * the last attempt, then the events that name the image, the newest first, then those about the
 * whole pod. `images` and `secrets` are those that the pod names.
 */
export function readPull(
	waiting: Waiting,
	events: readonly PullEvent[],
	images: readonly string[],
	secrets: readonly string[],
): PullReport {
	const message = waiting.message.slice(0, LONGEST_MESSAGE);
	const image = imageNamed(nameIn(message), images) ?? waiting.image;
	const newest = newestOf(events);
	const own = setOf(secrets);
	const about = newest.filter(
		({ names }) => imageNamed(names, images) === image,
	);
	const rest = newest.filter(
		(event) =>
			imageNamed(event.names, images) === undefined &&
			(event.container === "" || event.container === waiting.container) &&
			event.reason !== "FailedCreatePodSandBox" &&
			// A container's environment may miss a Secret as well, which is reported in the same words.
			(event.missing === undefined || own.has(event.missing)),
	);
	const said = [
		{ reason: waiting.reason, message, at: undefined },
		...[...about, ...rest].slice(0, MOST_SAID),
	].map(({ reason, message: text }) => ({
		cause: causeOf(`${reason}\n${withoutNames(text, image)}`),
		text,
	}));
	const telling =
		said.find(({ cause }) => cause !== "unknown") ??
		said.find(({ text }) => detailOf(text) !== "");
	const text = telling?.text ?? "";
	return {
		image,
		cause: telling?.cause ?? "unknown",
		words: quoted(text),
		asked: askedHost(text, image),
		at: about.find(({ reason }) => reason === "Failed")?.at,
	};
}

/**
 * The image of the sandbox that a pod's node cannot pull, before any of the pod's own; undefined
 * where that is not what it waits for. No pull Secret is used for it: the node has the credential.
 */
export function sandboxReport(
	events: readonly PullEvent[],
): PullReport | undefined {
	for (const { reason, message, at } of newestOf(events)) {
		if (reason !== "FailedCreatePodSandBox") continue;
		const [, named, source] = SANDBOX_IMAGE.exec(message) ?? [];
		const image = named ?? source;
		if (image !== undefined)
			return {
				image,
				cause: causeOf(withoutNames(message, image)),
				words: quoted(message),
				asked: askedHost(message, image),
				at,
			};
	}
	return undefined;
}

/** The names of a pod's Secrets, for all its containers. */
const setOf = remembered((names: readonly string[]) => new Set(names));

/** The image that a message is about, in full. */
function nameIn(message: string): string | undefined {
	const [, pulled, present] =
		/\b(?:pulling|pull|pull and unpack|resolve|inspect) (?:image|reference) "([^"]+)"|\bContainer image "([^"]+)"/.exec(
			message,
		) ?? [];
	const named = pulled ?? present;
	return named && fullName(named);
}

function imageNamed(
	name: string | undefined,
	images: readonly string[],
): string | undefined {
	return name === undefined ? undefined : byFullName(images).get(name);
}

/** A pod's images, for all its containers; of several spellings of one, the first. */
const byFullName = remembered(
	(images: readonly string[]) =>
		new Map(images.toReversed().map((image) => [fullName(image), image])),
);

/** A pod's events, the newest first, each with the image that it names and the Secret that is missing, for all its containers. */
const newestOf = remembered((events: readonly PullEvent[]) =>
	events
		.toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0))
		.map((event) => ({
			...event,
			names: nameIn(event.message),
			missing: /\bsecrets? "([^"]+)" not found/.exec(event.message)?.[1],
		})),
);

function fullName(image: string): string {
	const reading = readImageReference(image);
	return typeof reading === "string"
		? image
		: printImageReference(withDefaultTag(reading));
}

/** The words without addresses and names: a tag may be `401`, a repository `unauthorized`. */
function withoutNames(message: string, image: string): string {
	const reading = readImageReference(image);
	const names =
		typeof reading === "string"
			? []
			: [image, ...spellings(reading)].filter((name) => /[:/@]/.test(name));
	let text = message
		.replace(URL_IN_TEXT, "URL")
		.replace(/\[manifests [^\]]{0,300}\]/g, "[manifests]")
		.replace(/\bmanifest \S{1,300} in \S{1,300}?(?=:?(?:\s|$))/g, "manifest")
		.replace(/\b(image|reference) "[^"]*"/g, '$1 ""');
	for (const name of names.sort((a, b) => b.length - a.length))
		text = text.replaceAll(name, "IMAGE");
	return text;
}

function spellings(reference: ImageReference): string[] {
	const full = withDefaultTag(reference);
	return [
		printImageReference(full),
		repositoryOf(reference),
		...(full.tag === undefined ? [] : [`${reference.path}:${full.tag}`]),
	];
}

/** As containerd and docker name the sandbox's image, and CRI-O. */
const SANDBOX_IMAGE =
	/failed (?:to (?:get|pull) (?:sandbox )?|pulling )image "([^"]+)"|error creating pod sandbox with name "[^"]{1,300}": (?:Error )?initializing source docker:\/\/(\S{1,500}):\s/;

/** Without what ends a sentence after it. */
const URL_IN_TEXT = /https?:\/\/[^\s"'\]]*[^\s"'\]:,.;)]/g;

/** Of the addresses in a message, those that were asked. */
const ASKED =
	/(?:\b(?:Get|Head|Post|Put)|request to|status code) "?(https?:\/\/[^\s"'\]]*[^\s"'\]:,.;)])/g;

/** The Docker Hub host that speaks for `docker.io`. */
const DOCKER_HUB_API = new Set([
	"registry-1.docker.io",
	"index.docker.io",
	"docker.io",
]);

function askedHost(message: string, image: string): AskedHost | undefined {
	const [, address = ""] = [...message.matchAll(ASKED)].at(-1) ?? [];
	const url = URL.parse(address);
	const reading = readImageReference(image);
	// A tenant may write what a kubelet is taken to say.
	if (url === null || !isHost(url.hostname) || typeof reading === "string")
		return undefined;
	const { domain } = reading;
	const isRegistry =
		domain === "docker.io"
			? DOCKER_HUB_API.has(url.host)
			: url.host === domain.toLowerCase().replace(/:(?:443|80)$/, "") ||
				url.host === domain.toLowerCase();
	if (isRegistry) return undefined;
	const { host, pathname, searchParams } = url;
	if (pathname.startsWith("/v2/") || searchParams.has("ns"))
		return { host, role: "mirror" };
	return searchParams.has("service") ||
		searchParams.has("scope") ||
		/\/(?:token|auth)\/?$/.test(pathname)
		? { host, role: "token-server" }
		: { host, role: "blob-host" };
}

/** What stands behind the frames that every message has; "" where nothing does. */
function detailOf(message: string): string {
	return message
		.replace(/^Back-off pulling image "[^"]*"(?::\s*)?/, "")
		.replace(/^Failed to pull image "[^"]*"(?::\s*)?/, "")
		.replace(/^Error: (?=(?:ErrImagePull|ImagePullBackOff)$)/, "")
		.replace(/^(?:ErrImagePull|ImagePullBackOff|Back-off)(?:: |$)/, "")
		.replace(/^Failed to create pod sandbox: /, "")
		.replaceAll(/rpc error: code = \w+ desc = /g, "")
		.replace(/^error creating pod sandbox with name "[^"]{1,300}": /, "")
		.replaceAll(
			/failed to (?:get sandbox image|pull(?: and unpack)? image|resolve (?:reference|image)) "[^"]*": /g,
			"",
		)
		.trim();
}

/** To be shown: what may be a credential is taken out, whoever put it there. */
function quoted(message: string): string {
	return onOneLine(
		detailOf(message)
			.replace(/(https?:\/\/)[^\s/@"']*@/gi, "$1***@")
			// With those that have no query, or each that begins in another would be tried.
			.replace(
				/(https?:\/\/[^\s"'?]*)(\?[^\s"'\]]*)?/gi,
				(_, address: string, query?: string) =>
					query === undefined ? address : `${address}?…`,
			)
			.replace(
				/\b((?:basic|bearer|token|password|passwd|secret|authorization)\b["']?[:=]?\s*["']?)([\w+/=.~-]{8,})(?![\w+/=.~-]|" not found)/gi,
				// What is in lower case and stands free is a word: `token: unexpected status`.
				(whole, before: string, value: string) =>
					/["'=]/.test(before) || /[A-Z0-9]/.test(value)
						? `${before}***`
						: whole,
			)
			.replace(/(?<![\w-])ey[\w-]{10,}\.[\w-]+(?:\.[\w-]*)?/g, "***")
			.replace(
				/(?<![\w:/@.-])(?!sha\d)[A-Za-z0-9+/_-]{40,}={0,2}(?![\w:])/g,
				"***",
			),
		LONGEST_WORDS,
	);
}
