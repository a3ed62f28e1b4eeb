import type { Cases, Faults, None } from "../cases.ts";
import type { Credential } from "../credentials/credential.ts";
import { Places } from "../places.ts";
import {
	messageOf,
	type RegistryAnswer,
	type RegistryRequest,
	readAnswer,
	redirectTarget,
	refusesLogin,
} from "./answer.ts";
import { chooseLogin, parseChallenges } from "./challenge.ts";
import type { Fault, NoRegistry } from "./fault.ts";
import type { HostLimits } from "./host-limits.ts";
import {
	type Answered,
	type Asked,
	findRegistry,
	get,
	MOST_REDIRECTS,
	mayFollow,
	redirectOf,
	requestToken,
	withAuthorization,
} from "./login.ts";
import type { RealmFault, TokenServerFault } from "./login-fault.ts";
import {
	configPlatform,
	type ImageInRegistry,
	isSchema1,
	type Manifest,
	manifestRequest,
	readManifest,
} from "./manifest.ts";
import { type Platform, runs, USUAL_PARTS } from "./platform.ts";
import { namesOf } from "./server.ts";
import { withoutCredentialsIn } from "./words.ts";

/** An image that is asked for, and what it has to be. */
export interface WantedImage extends ImageInRegistry {
	/** For these it has to be made; none: for whichever. */
	readonly platforms: readonly Platform[];
	/** Only image volumes use it: any artifact will do. */
	readonly artifact: boolean;
}

/** A credential that a kubelet would try, and where it is from. */
export interface OfferedCredential {
	/** `NAMESPACE/NAME`, for messages. */
	readonly from: string;
	readonly credential: Credential;
}

/** What was found out about an image. */
export type ImageFinding = Cases<
	"status",
	{
		ok: {
			/** undefined: without a credential. */
			from: string | undefined;
			/** What it is made for; undefined where that was not looked at. */
			platforms: readonly Platform[] | undefined;
			/** The registry counts such requests, and has few left: so the platform was not looked at. */
			spared: boolean;
		};
		missing: { digest: boolean };
		denied: { because: Denial };
		"wrong-platform": { because: Mismatch };
		unreachable: { fault: Fault };
	}
>;

/** Why a registry does not let it be pulled. */
export type Denial = Faults<{
	/** It asks for a credential, and no entry that matches gives one. */
	"no-credential": None;
	/** It asks for one, and those that match are not known to be for this host. */
	withheld: None;
	/** It does not know the credential; `status` 403: or gives it no right to this. `words`: its own, or "". */
	rejected: { from: string; status: number; words: string };
	/** It knows it, and gives it no right to this, or has no such repository. */
	"no-permission": {
		/** undefined: nobody has one without a credential. */
		from: string | undefined;
		status: number;
		words: string;
	};
	/** `host` wants the credential where it may not go. */
	realm: { host: string; fault: RealmFault };
	/** `host` asks for no login that container runtimes know. */
	"unknown-login": { host: string };
	"token-server": { fault: TokenServerFault };
}>;

/** Why it would not run. */
export type Mismatch = Faults<{
	platforms: { offered: readonly Platform[]; absent: readonly Platform[] };
	"no-image": { attests: boolean };
	"schema-1": None;
	artifact: { type: string };
}>;

/** As whom a registry is asked. */
interface Caller {
	/** undefined: as nobody. */
	readonly offered: OfferedCredential | undefined;
	/** What a token is to be for. */
	readonly repository: string;
}

interface RegistryReach {
	/** `host[:port]` of its API. */
	readonly host: string;
	/** The user allowed plain http and unverified certificates. */
	readonly insecure: boolean;
	/** The limits of the server of a URL; the same for the same origin. */
	limits(url: URL): HostLimits;
}

/** So many requests that a registry counts are left for what really pulls. */
const SPARE_REQUESTS = 20;
/** So often a credential is sent to a registry that calls it wrong: of one image another check may have told. */
const SURE_REFUSALS = 2;

/**
 * One registry that is asked about its images, as container runtimes ask: first without a
 * credential, then with each that a kubelet would try. A token serves all images of a repository.
 * Credentials go to the registry and to its token server, nowhere else.
 */
export class ImageChecker {
	readonly #reach: RegistryReach;
	/** Names in findings that nobody need look at for a credential. */
	readonly #known: ReadonlySet<string>;
	/** What the registry may know by now: it may repeat what others sent while it is asked. */
	readonly #hidden: Credential[] = [];
	#root: Promise<Root | { readonly fault: Fault }> | undefined;
	/** By credential and repository. */
	readonly #logins = new Map<string, Promise<Authorization>>();
	/** The first request of each: others wait to see whether a login is needed. */
	readonly #firsts = new Map<string, Promise<unknown>>();
	/** By credential, which goes to the registry itself alone. */
	readonly #attempts = new Map<string, LoginAttempts>();
	constructor(reach: RegistryReach) {
		this.#reach = reach;
		this.#known = new Set([...namesOf(reach.host), ...USUAL_PARTS]);
	}

	/** Throws nothing but the interrupt's AbortedError. */
	async check(
		image: WantedImage,
		offered: readonly OfferedCredential[],
	): Promise<ImageFinding> {
		for (const { credential } of offered) {
			const sent = credential.basic();
			if (!this.#hidden.some((known) => known.basic() === sent))
				this.#hidden.push(credential);
		}
		const finding = await this.#checkAsEach(image, offered);
		return withoutCredentialsIn(finding, this.#known, this.#hidden);
	}

	async #checkAsEach(
		image: WantedImage,
		offered: readonly OfferedCredential[],
	): Promise<ImageFinding> {
		this.#root ??= this.#findRoot();
		const root = await this.#root;
		if ("fault" in root) return unreachable(root.fault);
		const head = manifestRequest(image, root.url);
		let worst: ImageFinding | undefined;
		// A kubelet tries nobody only where no entry matches.
		for (const each of offered.length > 0 ? offered : [undefined]) {
			// One without a user is none to containerd, CRI-O and docker.
			const as = {
				offered: each?.credential.username ? each : undefined,
				repository: image.repository,
			};
			const finding = await this.#checkAs(image, head, as);
			if (finding.status === "ok" || finding.status === "wrong-platform")
				return finding;
			if (worst === undefined || rank(finding) > rank(worst)) worst = finding;
		}
		// Whoever has no /v2/ either has no images: it is something else.
		return worst?.status === "missing" && root.doubt
			? unreachable(root.doubt)
			: (worst ?? { status: "denied", because: { is: "no-credential" } });
	}

	async #findRoot(): Promise<Root | { readonly fault: Fault }> {
		const { host, insecure } = this.#reach;
		const ask = (request: RegistryRequest) => this.#ask(request);
		const found = await findRegistry(ask, host, insecure);
		if (!("answer" in found)) return found;
		const { request, answer } = found;
		const reading = readAnswer(answer, request, []);
		const isRedirect = answer.status >= 300 && answer.status < 400;
		return {
			url: request.url,
			doubt:
				reading.means === "fault" && !isRedirect ? reading.fault : undefined,
		};
	}

	#ask(request: RegistryRequest): Promise<Asked> {
		return this.#reach.limits(request.url).ask(request);
	}

	async #checkAs(
		image: WantedImage,
		head: RegistryRequest,
		as: Caller,
	): Promise<ImageFinding> {
		const seen = await this.#follow(head, as);
		if (!("answer" in seen)) return seen;
		const { answer, authorization, request } = seen;
		const reading = readAnswer(answer, request, this.#hidden);
		switch (reading.means) {
			case "login":
				return denied(
					authorization === undefined ? undefined : as.offered,
					reading.status,
					reading.words,
				);
			case "absent":
				return { status: "missing", digest: image.reference.includes(":") };
			case "fault":
				return unreachable(reading.fault);
			case "passed":
				return this.#judge(image, head, seen, as);
		}
	}

	/** What is there, and for what it is made. */
	async #judge(
		image: WantedImage,
		head: RegistryRequest,
		{ answer, authorization, request }: Admitted,
		as: Caller,
	): Promise<ImageFinding> {
		if (isSchema1(answer.header("content-type")))
			return { status: "wrong-platform", because: { is: "schema-1" } };
		const ok = {
			status: "ok",
			from: authorization === undefined ? undefined : as.offered?.from,
			platforms: undefined,
			spared: false,
		} as const;
		const spares = isCounted(answer, request.url);
		if (spares && image.platforms.length === 0) return ok;
		// Not a number where it does not say how many are left.
		const left = Number.parseInt(answer.header("ratelimit-remaining"), 10);
		if (left < SPARE_REQUESTS) return { ...ok, spared: true };
		const content =
			answer.body === ""
				? await this.#follow({ ...head, method: "GET" }, as)
				: { answer, request };
		if (!("answer" in content)) return content;
		const reading = readAnswer(content.answer, content.request, this.#hidden);
		if (reading.means === "fault") return unreachable(reading.fault);
		if (reading.means !== "passed")
			return noRegistry(content.request.url, { is: "head-unlike-get" });
		const manifest = readManifest(
			content.answer.body,
			content.answer.header("content-type"),
		);
		if (manifest.is === "unreadable")
			return noRegistry(content.request.url, { is: "manifest" });
		const made = await this.#platformsOf(manifest, image, head.url, as);
		if ("status" in made) return made;
		const absent = image.platforms.filter(
			(wanted) => !made.platforms.some((offered) => runs(wanted, offered)),
		);
		return absent.length > 0 && !made.unsaid
			? {
					status: "wrong-platform",
					because: { is: "platforms", offered: made.platforms, absent },
				}
			: { ...ok, platforms: made.unsaid ? undefined : made.platforms };
	}

	async #platformsOf(
		manifest: Exclude<Manifest, { is: "unreadable" }>,
		image: WantedImage,
		url: URL,
		as: Caller,
	): Promise<Made | ImageFinding> {
		switch (manifest.is) {
			case "index":
				return manifest;
			case "image": {
				const blob = `/v2/${image.repository}/blobs/${manifest.config}`;
				const request = get(new URL(blob, url));
				const found = await this.#follow(request, as);
				if (!("answer" in found)) return found;
				const platform = configPlatform(found.answer.body);
				return { platforms: platform ? [platform] : [], unsaid: !platform };
			}
			default:
				return manifest.is === "artifact" && image.artifact
					? { platforms: [], unsaid: true }
					: { status: "wrong-platform", because: manifest };
		}
	}

	/**
	 * As #request. Blobs are often elsewhere, and of registries that are only a name for another
	 * (registry.k8s.io) manifests as well: where a redirect leads is asked as nobody.
	 */
	async #follow(request: RegistryRequest, as: Caller): Promise<Found> {
		const first = await this.#request(request, as);
		let found = first;
		let asked = request;
		for (let redirects = 0; redirects < MOST_REDIRECTS; redirects++) {
			if (!("answer" in found) || !("answer" in first)) return found;
			const next = redirectOf(found.answer, asked.url);
			if (next === undefined) break;
			if (!mayFollow(next, request.url))
				return noRegistry(request.url, {
					is: "elsewhere",
					at: redirectTarget(found.answer, asked.url, this.#hidden),
				});
			asked = { ...request, url: next };
			const [, repository = next.pathname] =
				/^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(next.pathname) ?? [];
			const nobody = { ...as, offered: undefined, repository };
			const there = await this.#request(asked, nobody);
			found =
				"answer" in there
					? { ...there, authorization: first.authorization }
					: withheldFrom(as.offered, there);
		}
		return found;
	}

	/**
	 * The answer to a request, with the credential where the registry asks for one. Where it
	 * refuses a token that served before, that may have ended: it is asked for once more.
	 */
	async #request(request: RegistryRequest, as: Caller): Promise<Found> {
		const id = JSON.stringify([
			request.url.origin,
			as.offered?.from,
			as.offered?.credential.basic(),
			as.repository,
		]);
		const first = this.#firsts.get(id);
		if (first !== undefined) {
			await first;
			return this.#requestAs(id, request, as);
		}
		const answered = this.#requestAs(id, request, as);
		this.#firsts.set(id, answered);
		return answered;
	}

	async #requestAs(
		id: string,
		request: RegistryRequest,
		as: Caller,
	): Promise<Found> {
		const used = this.#logins.get(id);
		const known = await used;
		if (known !== undefined && !("authorization" in known)) return known;
		const first = await this.#ask(
			withAuthorization(request, known?.authorization),
		);
		if ("fault" in first) return unreachable(first.fault);
		if (first.answer.status !== 401)
			return { ...first, request, authorization: known?.authorization };
		const { offered } = as;
		const trying = () => this.#loggedIn(id, first.answer, request, as, used);
		if (offered === undefined) return trying();
		const { from, credential } = offered;
		return this.#attempts
			.getOrInsertComputed(
				JSON.stringify([from, credential.basic()]),
				() => new LoginAttempts(),
			)
			.do(trying);
	}

	/** The answer with a login, which the registry asks for in `unasked`; `used`: what has not served. */
	async #loggedIn(
		id: string,
		unasked: RegistryAnswer,
		request: RegistryRequest,
		as: Caller,
		used: Promise<Authorization> | undefined,
	): Promise<Found> {
		// Another image's login may have come meanwhile.
		let login = this.#logins.get(id);
		if (login === undefined || login === used) {
			login = this.#logIn(unasked, request.url, as);
			this.#logins.set(id, login);
		}
		const authorization = await login;
		if (!("authorization" in authorization)) return authorization;
		const second = await this.#ask(
			withAuthorization(request, authorization.authorization),
		);
		if ("fault" in second) return unreachable(second.fault);
		if (refusesLogin(second.answer, authorization.authorization)) {
			// What the credential may do here is known now: no other image of it needs a token.
			const words = messageOf(second.answer, this.#hidden);
			const refusal = authorization.authorization.startsWith("Basic ")
				? rejected(as.offered, second.answer.status, words)
				: denied(as.offered, second.answer.status, words);
			this.#logins.set(id, Promise.resolve(refusal));
			return refusal;
		}
		return { ...second, request, ...authorization };
	}

	async #logIn(
		answer: RegistryAnswer,
		url: URL,
		as: Caller,
	): Promise<Authorization> {
		const challenges = parseChallenges(answer.header("www-authenticate"));
		const login = chooseLogin(challenges, url, this.#reach.insecure);
		if (login === undefined)
			return deniedBecause({ is: "unknown-login", host: url.host });
		if (login.scheme === "refused")
			return deniedBecause({
				is: "realm",
				host: url.host,
				fault: login.because,
			});
		if (login.scheme === "basic")
			return as.offered === undefined
				? deniedBecause({ is: "no-credential" })
				: { authorization: `Basic ${as.offered.credential.basic()}` };
		const given = await requestToken(
			(request) => this.#ask(request),
			login,
			as.offered?.credential,
			`repository:${as.repository}:pull`,
			this.#hidden,
		);
		switch (given.means) {
			case "token":
				return { authorization: `Bearer ${given.token}` };
			case "login":
				return rejected(as.offered, given.status, given.words);
			case "fault":
				return unreachable(given.fault);
			case "no-token":
				return deniedBecause({ is: "token-server", fault: given.fault });
		}
	}
}

/**
 * A credential at a registry. Until it is known to be one there, it is sent by one at a time; where it has been
 * rejected so often as it takes to be sure, by nobody any more: directories lock an account for a few more.
 */
class LoginAttempts {
	#isAccepted = false;
	readonly #refusals: ImageFinding[] = [];
	readonly #places = new Places(() => (this.#isAccepted ? Infinity : 1));

	do(send: () => Promise<Found>): Promise<Found> {
		return this.#places.take(async () => {
			const refusal = this.#refusals[SURE_REFUSALS - 1];
			if (refusal !== undefined && !this.#isAccepted) return refusal;
			const found = await send();
			if ("answer" in found) this.#isAccepted = true;
			else if (isWrong(found)) this.#refusals.push(found);
			return found;
		});
	}
}

/** Where a registry's API is. */
interface Root {
	readonly url: URL;
	/** What answers there may be no registry. */
	readonly doubt: Fault | undefined;
}

/** What a registry lets in, or why it lets in nobody. */
type Authorization = { readonly authorization: string } | ImageFinding;

/** An answer, and what the registry itself wanted for it. */
type Admitted = Answered & { readonly authorization: string | undefined };

type Found = Admitted | ImageFinding;

/** What an image is made for; `unsaid`: nothing says it. */
interface Made {
	readonly platforms: readonly Platform[];
	readonly unsaid: boolean;
}

function denied(
	as: OfferedCredential | undefined,
	status: number,
	words: string,
): ImageFinding {
	return deniedBecause({ is: "no-permission", from: as?.from, status, words });
}

/** Whether it is said that the credential itself is wrong. */
function isWrong(finding: ImageFinding): boolean {
	return (
		finding.status === "denied" &&
		finding.because.is === "rejected" &&
		finding.because.status !== 403
	);
}

function rejected(
	as: OfferedCredential | undefined,
	status: number,
	words: string,
): ImageFinding {
	return deniedBecause(
		as === undefined
			? { is: "no-credential" }
			: {
					is: "rejected",
					from: as.from,
					status,
					words,
				},
	);
}

/** Where one is asked for by a host that it is not for. */
function withheldFrom(
	as: OfferedCredential | undefined,
	finding: ImageFinding,
): ImageFinding {
	return as !== undefined &&
		finding.status === "denied" &&
		finding.because.is === "no-credential"
		? deniedBecause({ is: "withheld" })
		: finding;
}

function deniedBecause(because: Denial): ImageFinding {
	return { status: "denied", because };
}

function noRegistry({ host }: URL, because: NoRegistry): ImageFinding {
	return unreachable({ host, kind: "not-a-registry", because });
}

function unreachable(fault: Fault): ImageFinding {
	return { status: "unreachable", fault };
}

/** Of what several credentials met, what says most is told: not there, then no right, then a wrong password. */
function rank(finding: ImageFinding): number {
	if (finding.status === "missing") return 3;
	if (finding.status === "denied")
		return finding.because.is === "no-permission" ? 2 : 1;
	return 0;
}

/** Whether a registry counts requests for manifests by GET, but not by HEAD. https://docs.docker.com/docker-hub/usage/pulls/ */
function isCounted(answer: RegistryAnswer, { hostname }: URL): boolean {
	return (
		hostname === "registry-1.docker.io" ||
		answer.header("ratelimit-remaining") !== ""
	);
}
