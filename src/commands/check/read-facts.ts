import { inParallel } from "../../actions/in-parallel.ts";
import { placeMeant } from "../../actions/read/find-source.ts";
import {
	readSourceFacts,
	secretReading,
	stayingSources,
} from "../../actions/read/pull-facts.ts";
import {
	type AccountFacts,
	accountFacts,
	type Facts,
	isAlive,
	keptAccount,
	keptPod,
	type PodFacts,
	podFacts,
	type SecretFacts,
	type SourceFacts,
	verifiesImages,
} from "../../core/check/facts.ts";
import { groupsBy } from "../../core/groups.ts";
import { ITEM, LITTLE } from "../../core/kept.ts";
import type { PullSource } from "../../core/kubelet/keyring.ts";
import { pullSourceOf } from "../../core/kubelet/pod-secrets.ts";
import {
	type PullEvent,
	pullEvent,
	readPull,
} from "../../core/kubelet/pull-report.ts";
import { PULL_SECRET_DATA } from "../../core/kubelet/secret-entries.ts";
import { byFirst, byPlace } from "../../core/order.ts";
import { namespaceFacts } from "../../core/pull-secrets/namespace-facts.ts";
import {
	type ContentReader,
	sourceRef,
} from "../../core/pull-secrets/pull-secret.ts";
import type { NamespaceKnowledge } from "../../core/pull-secrets/record.ts";
import { ApiError, unlessFailed } from "../../errors.ts";
import type { Cluster } from "../../world.ts";
import type { CheckOptions } from "./command.ts";
import { Snapshot } from "./snapshot.ts";

/** Up to so many namespaces are asked for events one by one; beyond, one list of all is cheaper. */
const ASKED_SINGLY = 3;

/** So many Secrets of other types are read in a namespace: whoever writes pods there decides how many they name. */
const READ_SINGLY = 20;

/** Of one pod; a kubelet joins its own into a handful, and whoever else writes events may write any number. */
const MOST_EVENTS = 200;

/**
 * Reads what `check` judges, each kind once and in pages. What may not be read
 * is noted; throws only what no further request could survive.
 */
export async function readFacts(
	cluster: Cluster,
	{ namespaces, choice, beforeUpgrade }: CheckOptions,
	/** Milliseconds since 1970. */
	now: number,
	/** Says afterwards what was too much. */
	reader: ContentReader,
): Promise<Facts> {
	const snapshot = new Snapshot(cluster, namespaces, reader);
	const { namespace } = placeMeant(choice, cluster);
	const [candidates, { secrets, accounts, pods }] = await Promise.all([
		snapshot.attempt("source", namespace, () =>
			stayingSources(snapshot, choice),
		),
		readUsers(snapshot),
	]);
	await snapshot.missPlaces([...secrets.values(), ...accounts, ...pods]);
	const known = await readSourceFacts(
		snapshot,
		candidates ?? (snapshot.missed("source") ? undefined : []),
		choice,
		(reading) => snapshot.attempt("policies", "", () => reading),
	);
	const { sources } = known;
	return {
		...known,
		scope: namespaces,
		now,
		secrets,
		otherSecrets: await otherSecrets(
			snapshot,
			secrets,
			[...accounts, ...pods],
			new Set(sources.map(({ secret }) => secret.name)),
		),
		accounts,
		pods: await withEvents(snapshot, pods, secrets),
		namespaces: await readNamespaces(snapshot, sources, secrets),
		verifying: beforeUpgrade ? "all" : await readNodes(snapshot, sources, pods),
		unread: snapshot.unread,
	};
}

/** Pull Secrets, by place, and all that may pull with them, sorted: several lists are read at once, and which answer comes first says nothing. */
async function readUsers(snapshot: Snapshot) {
	const { cluster, reader } = snapshot;
	const secrets = new Map<string, SecretFacts>();
	const factsOf = secretReading(reader);
	const accounts: AccountFacts[] = [];
	const pods: PodFacts[] = [];
	await Promise.all([
		...Object.keys(PULL_SECRET_DATA).map((type) =>
			snapshot.list(
				"secrets",
				(scope) =>
					cluster.pages("Secret", { ...scope, fieldSelector: `type=${type}` }),
				(secret) => {
					const facts = factsOf(secret);
					secrets.set(sourceRef(facts.key), facts);
				},
			),
		),
		snapshot.list(
			"serviceaccounts",
			(scope) => cluster.pages("ServiceAccount", scope),
			(account) => accounts.push(keptAccount(accountFacts(account), reader)),
		),
		snapshot.list(
			"pods",
			(scope) =>
				cluster.picked("Pod", scope, (pod) =>
					isAlive(pod) ? podFacts(pod) : undefined,
				),
			(facts) => facts && pods.push(keptPod(facts, reader)),
		),
	]);
	return {
		secrets: new Map([...secrets].sort(byFirst)),
		accounts: accounts.sort(byPlace),
		pods: pods.sort(byPlace),
	};
}

/**
 * Names in use, and those of copies, that are Secrets of types which kubelets pass over; asked for only
 * where some name is no pull Secret. What pods that wait use is read, to see what it would be good for.
 */
async function otherSecrets(
	snapshot: Snapshot,
	secrets: ReadonlyMap<string, SecretFacts>,
	users: readonly (AccountFacts | PodFacts)[],
	names: ReadonlySet<string>,
): Promise<Map<string, PullSource>> {
	const { cluster, reader } = snapshot;
	const refs = (user: AccountFacts | PodFacts) =>
		[...new Set([...user.secrets, ...names])]
			.map((name) => `${user.namespace}/${name}`)
			.filter((ref) => !secrets.has(ref));
	const unknown = new Set(users.flatMap(refs));
	const others = new Map<string, PullSource>();
	if (unknown.size === 0) return others;
	await snapshot.list(
		"secret-names",
		(scope) => cluster.pages("Secret", { ...scope, metadataOnly: true }),
		({ metadata }) => {
			const ref = `${metadata.namespace}/${metadata.name}`;
			if (unknown.has(ref))
				others.set(ref, { from: ref, type: "", data: undefined });
		},
	);
	const waiting = new Set(
		users.flatMap((user) =>
			"waiting" in user && user.waiting.length > 0 ? refs(user) : [],
		),
	);
	const unread = groupsBy(
		[...others.keys()].filter((ref) => waiting.has(ref)),
		(ref) => ref.split("/")[0],
	);
	await inParallel(
		unread.flatMap((inOne) => inOne.slice(0, READ_SINGLY)),
		async (ref) => {
			const [namespace = "", name = ""] = ref.split("/");
			// That it is there is known without it.
			const secret = await unlessFailed(
				cluster.read("Secret", { namespace, name }),
			);
			const source = secret && pullSourceOf(secret);
			if (source && reader.keeps(namespace, source.data?.length ?? 0))
				others.set(ref, source);
		},
	);
	return others;
}

/** Adds events to the pods whose status does not tell enough: why they wait, or whether that was before their credential changed. */
async function withEvents(
	snapshot: Snapshot,
	pods: readonly PodFacts[],
	secrets: ReadonlyMap<string, SecretFacts>,
): Promise<PodFacts[]> {
	const asking = pods.filter(
		(pod) =>
			pod.isStarting ||
			pod.waiting.some(
				(one) => readPull(one, [], pod.images, pod.secrets).cause === "unknown",
			) ||
			(pod.waiting.length > 0 &&
				pod.secrets.some(
					(name) =>
						(secrets.get(`${pod.namespace}/${name}`)?.changed ?? 0) >
						(pod.created ?? 0),
				)),
	);
	if (asking.length === 0) return [...pods];
	const places = [...new Set(asking.map(({ namespace }) => namespace))];
	// Events may name any pod.
	const events = new Map(
		pods.map(({ namespace, name }): [string, PullEvent[]] => [
			`${namespace}/${name}`,
			[],
		]),
	);
	const fieldSelector = "involvedObject.kind=Pod,type=Warning";
	await snapshot.list(
		"events",
		(scope) => snapshot.cluster.pages("Event", { ...scope, fieldSelector }),
		(event) => {
			const said = pullEvent(event);
			if (said === undefined) return;
			const others = events.get(said.pod);
			if (others === undefined || others.length >= MOST_EVENTS) return;
			const { namespace = "" } = event.metadata;
			const size = sizeOf([said]);
			if (
				size + sizeOf(others) <= LITTLE ||
				snapshot.reader.keeps(namespace, size)
			)
				others.push(said);
		},
		places.length > ASKED_SINGLY ? [] : places,
	);
	return pods.map((pod) => ({
		...pod,
		events: events.get(`${pod.namespace}/${pod.name}`) ?? [],
	}));
}

function sizeOf(events: readonly PullEvent[]): number {
	return events.reduce((size, { message }) => size + ITEM + message.length, 0);
}

/**
 * What the records speak of: with rules all Namespaces, else those that they name with a uid, and those
 * without an equal copy: what is not there, or says skip, is not served by a sync.
 */
async function readNamespaces(
	snapshot: Snapshot,
	sources: readonly SourceFacts[],
	secrets: ReadonlyMap<string, SecretFacts>,
): Promise<ReadonlyMap<string, NamespaceKnowledge>> {
	const { cluster, namespaces: scope } = snapshot;
	const records = sources.flatMap(({ record }) => record ?? []);
	const rules = records.some((record) => record.rules.length > 0);
	const named = records.flatMap((record) => [...record.names]);
	const known = new Map<string, NamespaceKnowledge>();
	if (scope === undefined && rules) {
		const pages = () => cluster.picked("Namespace", {}, namespaceFacts);
		await snapshot.list("namespaces", pages, (facts) =>
			known.set(facts.name, facts),
		);
		if (!snapshot.missed("namespaces")) {
			for (const [name] of named) if (!known.has(name)) known.set(name, "gone");
			return known;
		}
	}
	const needed = new Set([
		...named.flatMap(([name, { uid }]) => (uid !== "" || rules ? name : [])),
		...(rules ? (scope ?? []) : []),
	]);
	const lacking = sources.flatMap(({ secret, record }) =>
		[...(record?.names.keys() ?? [])].filter(
			(name) =>
				secrets.get(`${name}/${secret.name}`)?.key.content.canonical !==
				secret.content.canonical,
		),
	);
	const names = needed.union(new Set(lacking));
	await inParallel(
		[...names].filter((name) => scope === undefined || scope.includes(name)),
		async (name) => {
			try {
				const namespace = await cluster.read("Namespace", { name });
				known.set(name, namespaceFacts(namespace));
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				if (error.status === 404) known.set(name, "gone");
				// A name without a uid is trusted by whoever may not look.
				else if (needed.has(name)) snapshot.note("namespaces", "", error);
			}
		},
	);
	return known;
}

/** The nodes that verify images; only what depends on that asks for them. */
async function readNodes(
	snapshot: Snapshot,
	sources: readonly SourceFacts[],
	pods: readonly PodFacts[],
): Promise<ReadonlySet<string>> {
	const nodes = new Set<string>();
	if (sources.length === 0) return nodes;
	if (pods.every(({ waiting }) => waiting.length > 0)) return nodes;
	await snapshot.list(
		"nodes",
		() =>
			snapshot.cluster.picked("Node", {}, (node) =>
				verifiesImages(node) ? node.metadata.name : undefined,
			),
		(name) => name && nodes.add(name),
		[],
	);
	return nodes;
}
