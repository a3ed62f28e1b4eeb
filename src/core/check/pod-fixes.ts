import { groupsBy, type NonEmpty, partition } from "../groups.ts";
import { isPattern } from "../kubelet/keyring.ts";
import { listedInTemplate } from "../kubelet/restart.ts";
import { type Script, sequence } from "../output/shell.ts";
import { copyFault } from "../pull-secrets/content-fault.ts";
import { PULL_SECRET_TYPE, roleOf } from "../pull-secrets/ownership.ts";
import {
	contentOfAuths,
	registriesOf,
	yetUnwritten,
} from "../pull-secrets/pull-secret.ts";
import { EMPTY_RECORD, isEmptyRecord } from "../pull-secrets/record.ts";
import { WITHOUT_ACCOUNTS } from "../registry/public.ts";
import { registryOf } from "../registry/server.ts";
import { byAccounts } from "./accounts.ts";
import { blockedIn } from "./blocked.ts";
import { contentFix, isSourceToBeMade } from "./credentials.ts";
import {
	type Facts,
	fixesFor,
	type PodFacts,
	type SecretFacts,
	type SourceFacts,
	sendingTo,
} from "./facts.ts";
import { type Finding, giving, type Unfixed, unique } from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";
import { lackOf, type PullProblem } from "./pull-diagnosis.ts";

/** Problems of one kind, host and Secret name. */
type Group = readonly PullProblem[];

/** What lets pods have their images, and what of it no command can do. */
type PodFix = Pick<Finding, "fix" | "gives"> & Unfixed;

const NOTHING: PodFix = {
	fix: undefined,
	gives: [],
	left: [],
	listed: { pods: [], secret: "" },
	stranded: [],
	controller: undefined,
	blocked: [],
};

/** Fixed by other lists of pull secrets, with which pods have to be made again. */
const OF_LISTS: ReadonlySet<PullProblem["kind"]> = new Set([
	"no-secret",
	"no-key",
	"not-attached",
	"pod-older",
	"pod-lacks",
	"rate-limit",
]);

/** A pod's own pull Secrets are what is wrong. */
const LACKS = OF_LISTS.union(new Set(["secret-missing", "malformed-secret"]));

/** The same for one image of one pod, or of one that is yet to be made, whether or not anybody tried to pull it. */
export interface LackFix extends PodFix, Pick<PullProblem, "host" | "kind"> {
	/** Of the pull secret that it would be pulled with. */
	readonly name: string;
	/** Its namespace is being deleted: nothing can be created there. */
	readonly isEnding: boolean;
}

/** What a pod's own pull Secrets lack for an image, and what lets it have that. */
export function fixOfLack(
	pod: PodFacts,
	image: string,
	keyrings: Keyrings,
): LackFix {
	const { facts } = keyrings;
	const problem = lackOf(pod, image, keyrings);
	const { kind, host } = problem;
	const known = facts.namespaces.get(pod.namespace);
	const isEnding = typeof known === "object" && known.terminating;
	const found = isEnding ? NOTHING : podFix([problem], keyrings);
	const isOpen =
		LACKS.has(kind) &&
		!isEnding &&
		[found.gives, found.left, found.listed.pods, found.stranded].every(
			(some) => some.length === 0,
		) &&
		found.blocked.length === 0;
	// What keeps a source from being used is put right first, which check tells how.
	const broken = facts.sources.find(
		({ fault, secret }) =>
			fault !== undefined || copyFault(secret.content)?.kind === "malformed",
	);
	return {
		...found,
		fix: found.fix ?? (isOpen ? broken?.fixes.check() : undefined),
		kind,
		host,
		name: (problem.source?.fixes ?? facts.withoutSource).name,
		isEnding,
	};
}

/** For those of a group. */
export function podFix(
	group: NonEmpty<PullProblem>,
	keyrings: Keyrings,
): PodFix {
	if (keyrings.blind) return NOTHING;
	const [stranded, able] = partition(
		group,
		({ kind, pod, image, source }) =>
			OF_LISTS.has(kind) &&
			!(kind === "rate-limit" && keyrings.has(pod, image)) &&
			!pod.secrets.includes(source?.secret.name ?? "") &&
			keyrings.isAccountGone(pod),
	);
	const [first, ...others] = able;
	const known = first && ([first, ...others] as const);
	return {
		...(known ? setApart(fixFor(known, keyrings), known, keyrings) : NOTHING),
		stranded: podsOf(stranded),
	};
}

/**
 * What asks for a credential that a source has, and writes it where none is sent, is no fix: whoever may make pods
 * and Secrets there would be given it for a Secret that does not work.
 */
function setApart(
	made: PodFix,
	group: NonEmpty<PullProblem>,
	keyrings: Keyrings,
): PodFix {
	const { sources } = keyrings.facts;
	const registry = registryOf(group[0].host);
	const isOurs =
		group.some(({ pod, image }) => keyrings.sourceFor(pod.namespace, image)) ||
		sources.some(({ secret }) =>
			registriesOf(secret.content).some((key) => registryOf(key) === registry),
		);
	if (!isOurs) return made;
	const [apart, fix] = partition(
		made.fix ?? [],
		({ byHand: namespace }) =>
			namespace !== undefined &&
			!sources.some((source) => keyrings.isServed(source, namespace)),
	);
	const given = [...Map.groupBy(apart, ({ byHand }) => byHand ?? "")];
	return {
		...made,
		fix: sequence([fix]),
		gives: [
			...made.gives,
			...given.flatMap(([namespace, script]) => giving([namespace], script)),
		],
	};
}

function fixFor(group: NonEmpty<PullProblem>, keyrings: Keyrings): PodFix {
	const [first] = group;
	const name = first.secret.slice(first.secret.indexOf("/") + 1);
	switch (first.kind) {
		case "secret-missing":
		case "no-secret": {
			if (first.source !== undefined)
				return copies(group, first.source, keyrings);
			const { withoutSource } = keyrings.facts;
			// Of that name a sync would write one, which what is made here would keep it from.
			if (name === withoutSource.name && isSourceToBeMade(keyrings.facts))
				return addRegistry(group, keyrings);
			const made = namespacesOf(group).map((at) =>
				withoutSource.createAt(at, name, first.host),
			);
			return { ...NOTHING, fix: sequence(made) };
		}
		case "malformed-secret":
		case "rejected":
		case "expired-token":
		case "empty-entry":
			return fixSecrets(group, keyrings);
		case "no-key":
		case "rate-limit":
			return addRegistry(
				group.filter(({ pod, image }) => !keyrings.has(pod, image)),
				keyrings,
			);
		case "not-attached":
		case "pod-older":
		case "pod-lacks":
			return attach(group, name, keyrings);
		default:
			return NOTHING;
	}
}

/**
 * Copies a source to where the pods are and lets them use it; `before` is to be run first. What
 * sends the credential to a namespace that its record does not know is kept apart.
 */
function copies(
	group: Group,
	source: SourceFacts,
	keyrings: Keyrings,
	before?: Script,
): PodFix {
	const { secret, fixes } = source;
	const pods = podsOf(group);
	const blocked = blockedIn(namespacesOf(group), secret, keyrings.facts);
	const closed = new Set(blocked.flatMap(({ namespaces }) => namespaces));
	const open = pods.filter(({ namespace }) => !closed.has(namespace));
	const [served, others] = partition(open, ({ namespace }) =>
		keyrings.isServed(source, namespace),
	);
	const isCopied = (namespace: string): boolean =>
		keyrings.secret(`${namespace}/${secret.name}`)?.key.content.canonical ===
		secret.content.canonical;
	const given = (some: readonly PodFacts[], isServed: boolean) => {
		const steps = lackingAccounts(some, secret.name, keyrings).flatMap(
			([accounts, at]) => {
				// Where the source is, or what it says already, nothing has to be copied: what fails elsewhere would end it.
				const [there, away] = partition(
					at,
					(place) =>
						place === secret.namespace ||
						(isServed && before === undefined && isCopied(place)),
				);
				return [
					...(away.length === 0
						? []
						: isServed
							? sendingTo(source, away, accounts, before !== undefined)
							: [fixes.sync(away, accounts)]),
					...(there.length > 0 && accounts.length > 0
						? [fixes.attach(there, accounts, secret.name)]
						: []),
				];
			},
		);
		if (before === undefined)
			return withNewPods(steps, some, secret.name, keyrings);
		const made = withNewPods([before, ...steps], some, secret.name, keyrings);
		const isDone =
			isServed && some.some(({ namespace }) => namespace !== secret.namespace);
		if (isDone || isEmptyRecord(source.record ?? EMPTY_RECORD)) return made;
		// The other copies, last: what fails there would end the rest.
		const fix = made.fix && sequence([made.fix, fixes.syncRecorded()]);
		return { ...made, fix };
	};
	const [own, foreign] = [given(served, true), given(others, false)];
	return {
		...NOTHING,
		fix: served.length > 0 ? own.fix : undefined,
		gives: giving(
			unique(others.map(({ namespace }) => namespace)),
			others.length > 0 ? foreign.fix : undefined,
		),
		left: [...own.left, ...foreign.left],
		listed: {
			pods: [...own.listed.pods, ...foreign.listed.pods],
			secret: secret.name,
		},
		blocked,
	};
}

/** A registry that no pull Secret knows: into the source, and from there to the pods. */
function addRegistry(group: Group, keyrings: Keyrings): PodFix {
	const { facts } = keyrings;
	const [first] = group;
	if (first === undefined || first.host === "") return NOTHING;
	if (WITHOUT_ACCOUNTS.has(first.host)) return NOTHING;
	// Its credential provider answers for it, or should.
	if (keyrings.providerFor(first.pod, first.image) !== undefined)
		return NOTHING;
	if (first.source !== undefined) return copies(group, first.source, keyrings);
	const [only, ...others] = facts.sources;
	if (others.length > 0) return NOTHING;
	// Where there may be a source already, or what bears its name is none, none is to be made in its place.
	if (only === undefined && !isSourceToBeMade(facts))
		return ofItsOwn(group, first.host, keyrings);
	const source = only ?? notYetMade(facts);
	const made = source.fixes.create(first.host);
	return made === undefined ? NOTHING : copies(group, source, keyrings, made);
}

/** The source that a command makes. */
function notYetMade({ withoutSource: fixes }: Facts): SourceFacts {
	return {
		secret: yetUnwritten({
			namespace: fixes.sourceNamespace,
			name: fixes.name,
			labels: {},
			annotations: {},
			content: contentOfAuths([]),
		}),
		record: EMPTY_RECORD,
		fixes,
		policies: undefined,
	};
}

/** Whoever works in one namespace, where the source is not to be had, makes a pull secret of its own there. */
function ofItsOwn(group: Group, host: string, keyrings: Keyrings): PodFix {
	const { withoutSource: fixes, sourceProblem: problem } = keyrings.facts;
	const [namespace, second] = namespacesOf(group);
	if (
		namespace === undefined ||
		second !== undefined ||
		keyrings.isThere(`${namespace}/${fixes.name}`)
	)
		return NOTHING;
	const { fix, ...rest } = attach(group, fixes.name, keyrings);
	const made = sequence([fixes.createAt(namespace, fixes.name, host), fix]);
	// Whoever may look for the source, everywhere, may be who gives it to others.
	return problem === undefined ||
		(problem.cause === "source-missing" && problem.elsewhere === "hidden")
		? { ...rest, fix: made }
		: { ...rest, fix: undefined, gives: giving([namespace], made) };
}

/**
 * What fixes each of these Secrets: what it says where it is written, which is the source of a copy; a copy
 * that says something else is brought up to date. Where something writes one again, or it is in the place of
 * a copy, no command of ours lasts. Nothing is done at the price of another entry.
 */
function fixSecrets(group: Group, keyrings: Keyrings): PodFix {
	const { sources } = keyrings.facts;
	const found = groupsBy(group, ({ secret }) => secret).flatMap((problems) => {
		const facts = keyrings.secret(problems[0].secret);
		if (facts === undefined) return [];
		const { namespace, name } = facts;
		// That it is, or in the place of whose recorded copy it is.
		const source = sources.find(
			(one) => one.secret.name === name && keyrings.isServed(one, namespace),
		);
		return [{ problems, facts, source }];
	});
	const controller = found.find(({ facts }) => facts.key.manager)?.facts.key
		.manager;
	if (controller !== undefined) return { ...NOTHING, controller };
	const blocked = groupsBy(found, ({ source }) => source).flatMap((alike) => {
		const [{ source }] = alike;
		if (source === undefined) return [];
		const namespaces = alike.map(({ facts }) => facts.namespace);
		return blockedIn(namespaces, source.secret, keyrings.facts).filter(
			({ by }) => !(by.cause === "unmanaged" && by.equal),
		);
	});
	const closed = new Set(blocked.flatMap(({ namespaces }) => namespaces));
	const scripts = found
		.filter(({ facts }) => !closed.has(facts.namespace))
		.map(({ problems, facts, source }) => {
			if (source === undefined)
				return sequence(
					problems.map((problem) => newCredential(facts, problem, keyrings)),
				);
			if (!isSame(facts, problems, source, keyrings))
				return sequence(sendingTo(source, [facts.namespace]));
			return problems[0].kind === "malformed-secret"
				? contentFix(source)
				: // Of parts of a registry each has an entry of its own.
					sequence(problems.map(({ entry }) => source.fixes.rotate(entry)));
		});
	return { ...NOTHING, fix: sequence(scripts), blocked };
}

/** Whether what is wrong with a Secret is wrong with the source that it is, or is a copy of. */
function isSame(
	facts: SecretFacts,
	problems: NonEmpty<PullProblem>,
	source: SourceFacts,
	keyrings: Keyrings,
): boolean {
	return problems[0].kind === "malformed-secret"
		? facts.key.content.canonical === source.secret.content.canonical
		: // What else differs in a copy does not make its registry accept this.
			problems.every(({ image }) => keyrings.givesSame(source, facts, image));
}

function newCredential(
	{ namespace, name, key }: SecretFacts,
	{ kind, entry, host }: PullProblem,
	{ facts: { withoutSource } }: Keyrings,
): Script | undefined {
	// It may hold other registries' credentials, so it is never deleted or written anew.
	if (kind === "malformed-secret") return undefined;
	switch (roleOf(key)) {
		case "source":
			return withoutSource.rotateAt(namespace, name, entry);
		case "labelled":
		case "unmanaged":
			// What is created is for a host: it is tried before an entry with stars.
			return key.type === PULL_SECRET_TYPE
				? withoutSource.takeOver(
						namespace,
						name,
						isPattern(entry) ? host : entry,
					)
				: undefined;
		case "copy":
			// It says that it is a copy, and no record knows it: whose it is, is to be found out first.
			return undefined;
	}
}

function attach(group: Group, name: string, keyrings: Keyrings): PodFix {
	const fixes = fixesFor(keyrings.facts, name);
	const pods = podsOf(group);
	const steps = lackingAccounts(pods, name, keyrings)
		.filter(([accounts]) => accounts.length > 0)
		.map(([accounts, at]) => fixes.attach(at, accounts, name));
	return { ...NOTHING, ...withNewPods(steps, pods, name, keyrings) };
}

/**
 * The accounts to which a pull secret is to be added, with the namespaces where it is these:
 * none where the pods name it already, or have a list of their own.
 */
function lackingAccounts(
	pods: readonly PodFacts[],
	secret: string,
	keyrings: Keyrings,
): [accounts: string[], namespaces: string[]][] {
	const lacking = (pod: PodFacts): boolean =>
		!pod.secrets.includes(secret) &&
		!keyrings.hasOwnList(pod) &&
		!keyrings.accountSecrets(pod).has(secret) &&
		!keyrings.getsByPolicy(pod, secret);
	return byAccounts(
		pods.map((pod) => ({
			namespace: pod.namespace,
			name: lacking(pod) ? pod.account : undefined,
		})),
	);
}

/** A pod keeps the list that it was made with, so those without the pull secret have to be made again. */
function withNewPods(
	scripts: readonly (Script | undefined)[],
	pods: readonly PodFacts[],
	secret: string,
	keyrings: Keyrings,
): Pick<PodFix, "fix" | "left" | "listed"> {
	const old = pods.filter(
		({ secrets, stays }) => !secrets.includes(secret) && !stays,
	);
	const left: PodFacts[] = [];
	const listed: PodFacts[] = [];
	const again = old.flatMap((pod) => {
		const { restart, namespace, nameless } = pod;
		// What is made from a template with a list of its own would get the same list again.
		const sameList =
			keyrings.hasOwnList(pod) && !keyrings.getsByPolicy(pod, secret);
		// A patch knows the entries of that list by their names.
		const added = nameless
			? undefined
			: listedInTemplate(restart, namespace, secret);
		const script = sameList ? added : restart.script;
		if (script !== undefined) return [script];
		(sameList ? listed : left).push(pod);
		return [];
	});
	return {
		fix: sequence([...scripts, ...again]),
		left,
		listed: { pods: listed, secret },
	};
}

function podsOf(group: Group): PodFacts[] {
	return [...new Set(group.map(({ pod }) => pod))];
}

function namespacesOf(group: Group): string[] {
	return unique(group.map(({ pod }) => pod.namespace));
}
