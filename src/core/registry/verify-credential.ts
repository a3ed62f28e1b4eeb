import type { Credential } from "../credentials/credential.ts";
import { rejectionHint } from "../credentials/credential-rules.ts";
import {
	type RegistryAnswer,
	type RegistryRequest,
	readAnswer,
	type Send,
} from "./answer.ts";
import { chooseLogin, type Login, parseChallenges } from "./challenge.ts";
import type { Fault } from "./fault.ts";
import {
	type Answered,
	attempt,
	exchange,
	exchangeFor,
	findRegistry,
	type Session,
	type Target,
} from "./login.ts";
import type { LoginFault } from "./login-fault.ts";
import { manifestRequest } from "./manifest.ts";
import { apiHostOf, namesOf } from "./server.ts";
import {
	type CannotPull,
	mayBeWritten,
	type Probe,
	type ProbedImage,
	type Verification,
} from "./verification.ts";
import { withoutCredentialsIn } from "./words.ts";

/** What a target tells of the credential; `open`: no login is needed, `accepts-any`: every login will do. */
type Verdict = "good" | "open" | "accepts-any";

/**
 * Finds out what a registry thinks of a credential, by the protocol of
 * https://distribution.github.io/distribution/spec/auth/token/ : first without a
 * scope, because with one some registries hand an anonymous token to a wrong
 * password. Where the credential passes, the same is tried without it and with
 * one made up: a registry that lets those in cannot tell. The credential goes to
 * the registry's own host and to a token realm that may have it, nowhere else.
 */
export async function verifyCredential(
	send: Send,
	probe: Probe,
	madeUp: Credential,
): Promise<Verification> {
	const host = apiHostOf(probe.key);
	const found = await inquire({ send, probe, madeUp }, host);
	return withoutCredentialsIn(found, new Set(namesOf(host)), [
		probe.credential,
	]);
}

async function inquire(inquiry: Session, host: string): Promise<Verification> {
	const { probe } = inquiry;
	const ask = (request: RegistryRequest) => exchange(inquiry.send, request);
	const found = await findRegistry(ask, host, probe.insecure);
	if ("fault" in found) return unreachable(found.fault);
	const { request } = found;
	const judgement = await judge(inquiry, { request }, found, true);
	const verdict =
		typeof judgement === "string" ? describeVerdict(judgement) : judgement;
	return probe.image && mayServe(verdict)
		? judgeImage(inquiry, probe.image, request.url, judgement)
		: verdict;
}

/** Whether images may be had where `/v2/` says no more than this: container runtimes need not ask for it. */
function mayServe(verification: Verification): boolean {
	if (verification.outcome !== "unreachable") return mayBeWritten(verification);
	const { fault } = verification;
	return fault.kind === "not-a-registry" && /^redirect/.test(fault.because.is);
}

/**
 * `found` is what the target answers to a request without a credential. `compares`: one that passes is compared
 * with none, and with one that nobody has; a registry that has refused those once is not asked again.
 */
async function judge(
	inquiry: Session,
	target: Target,
	{ answer, request }: Answered,
	compares: boolean,
): Promise<Verdict | Verification> {
	const { url } = target.request;
	const { credential, insecure } = inquiry.probe;
	const hidden = [credential];
	const reading = readAnswer(answer, request, hidden);
	if (reading.means === "passed") return "open";
	if (reading.means === "fault") return unreachable(reading.fault);
	if (reading.means === "absent")
		return cannotPull(inquiry.probe, { is: "absent" });
	const login = loginOf(answer, url, insecure);
	if (login.scheme === "refused")
		// Who refuses an image, and asks for no login, refuses it to container runtimes, whatever they have.
		return target.scope !== undefined && reading.status === 403
			? refused(inquiry, target, reading)
			: {
					outcome: "unverifiable",
					because: { is: "login", fault: login.because },
				};

	const mine = await attempt(inquiry, login, target, credential);
	switch (mine.means) {
		case "fault":
			return unreachable(mine.fault);
		case "no-token": {
			const { fault } = mine;
			const scoped = target.scope !== undefined;
			return {
				outcome: "unverifiable",
				because: { is: "token-server", fault, scoped },
			};
		}
		case "absent":
			return cannotPull(inquiry.probe, { is: "absent" });
		case "login":
		case "token-refused":
			return login.scheme === "bearer" &&
				mine.means === "token-refused" &&
				(await tokenServerChecks(inquiry, login, target))
				? unreachable({
						host: url.host,
						kind: "token-refused",
						server: login.realm.host,
					})
				: refused(inquiry, target, mine);
		case "passed":
			return compares && (await wouldPassAnyway(inquiry, login, target))
				? "accepts-any"
				: "good";
	}
}

/** Adds to what `/v2/` tells, `before`, what the image's manifest says. */
async function judgeImage(
	inquiry: Session,
	image: ProbedImage,
	root: URL,
	before: Verdict | Verification,
): Promise<Verification> {
	const target = {
		request: manifestRequest(image, root),
		scope: `repository:${image.repository}:pull`,
	};
	const found = await exchangeFor(inquiry.send, target);
	if ("fault" in found) return unreachable(found.fault);
	const judgement = await judge(inquiry, target, found, before !== "good");
	if (typeof judgement !== "string") return judgement;
	const verdict =
		judgement !== "good" && typeof before === "string" ? before : judgement;
	return { ...describeVerdict(verdict), pullable: image.name };
}

/** Would the same be had without the credential, or with one that nobody has? */
async function wouldPassAnyway(
	inquiry: Session,
	login: Login,
	target: Target,
): Promise<boolean> {
	// Basic was refused without a credential already, by the 401 that began it.
	const open =
		login.scheme === "bearer" &&
		(await attempt(inquiry, login, target, undefined)).means === "passed";
	const bogus = await attempt(inquiry, login, target, inquiry.madeUp);
	// Unclear (a limit on requests, say) proves nothing: doubt only where no login was needed.
	const isUnclear = bogus.means === "fault" || bogus.means === "no-token";
	return bogus.means === "passed" || (isUnclear && open);
}

/** Does the token server refuse a credential that nobody has? Then one that it gives a token for is right. */
async function tokenServerChecks(
	inquiry: Session,
	login: Login,
	target: Target,
): Promise<boolean> {
	// With a scope, a token without rights is the usual way to say no.
	if (target.scope !== undefined) return false;
	const bogus = await attempt(inquiry, login, target, inquiry.madeUp);
	return bogus.means === "login";
}

function loginOf(
	answer: RegistryAnswer,
	url: URL,
	insecure: boolean,
): Login | { readonly scheme: "refused"; readonly because: LoginFault } {
	const challenges = parseChallenges(answer.header("www-authenticate"));
	return (
		chooseLogin(challenges, url, insecure) ?? {
			scheme: "refused",
			because: {
				is: challenges.length === 0 ? "no-challenge" : "unknown-scheme",
				status: answer.status,
			},
		}
	);
}

function describeVerdict(
	verdict: Verdict,
): Verification & { outcome: "good" | "unverifiable" } {
	return verdict === "good"
		? { outcome: "good" }
		: { outcome: "unverifiable", because: { is: verdict } };
}

function refused(
	{ probe }: Session,
	target: Target,
	{ status, words }: { status: number; words: string },
): Verification {
	if (target.scope !== undefined)
		return cannotPull(probe, { is: "no-permission", words, status });
	const hint = rejectionHint(probe.credential);
	return {
		outcome: "rejected",
		status,
		words,
		...(hint !== undefined && { hint }),
	};
}

function unreachable(fault: Fault): Verification {
	return { outcome: "unreachable", fault };
}

function cannotPull({ image }: Probe, because: CannotPull): Verification {
	return { outcome: "cannot-pull", image: image?.name ?? "", because };
}
