import { AT_ONCE, inParallel } from "../../actions/in-parallel.ts";
import {
	findSource,
	type SourceChoice,
} from "../../actions/read/find-source.ts";
import { readSources } from "../../actions/read/read-sources.ts";
import {
	type AccountFacts,
	type Facts,
	type PodFacts,
	type PullSecretFacts,
	podFacts,
	SECRETS,
	type Unread,
} from "../../core/check/facts.ts";
import { namesOf, pullSourceOf } from "../../core/kubelet/pod-secrets.ts";
import {
	type PullEvent,
	pullEvent,
	readPull,
} from "../../core/kubelet/pull-report.ts";
import { PULL_SECRET_DATA } from "../../core/kubelet/secret-entries.ts";
import type { Kind, ObjectOf, Secret } from "../../core/objects.ts";
import { FailureError, type SourceFailure } from "../../core/output/failure.ts";
import {
	ContentReader,
	type PullSecret,
} from "../../core/pull-secrets/pull-secret.ts";
import { ApiError, isFatal } from "../../errors.ts";
import { failureLine } from "../../report/failure.ts";
import type { Cluster, ListQuery } from "../../world.ts";

/** Up to so many namespaces are asked for events one by one; beyond, one list of all is cheaper. */
const ASKED_SINGLY = 3;

/**
 * Reads what `check` judges, each kind once and in pages. What may not be read
 * is noted; throws only what no further request could survive.
 */
export async function readFacts(
	cluster: Cluster,
	namespaces: readonly string[] | undefined,
	choice: SourceChoice,
	{ name, owner }: Pick<Facts, "name" | "owner">,
): Promise<Facts> {
	const snapshot = new Snapshot(cluster, namespaces);
	const reader = new ContentReader();
	const keys: PullSecret[] = [];
	const pullSecrets = new Map<string, PullSecretFacts>();
	const texts = new Map<string, string>();
	const keep = (secret: Secret): void => {
		const key = reader.toPullSecret(secret);
		if (
			key.labels[owner.key] === owner.value ||
			(key.name === name && key.type in PULL_SECRET_DATA)
		)
			keys.push(key);
		const source = pullSourceOf(secret);
		const { data = "" } = source;
		texts.set(data, texts.get(data) ?? data);
		pullSecrets.set(`${key.namespace}/${key.name}`, {
			// One string for all Secrets that say the same.
			source: { ...source, data: texts.get(data) },
			created: key.created,
		});
	};
	const accounts: AccountFacts[] = [];
	const pods: PodFacts[] = [];
	await Promise.all([
		...Object.keys(PULL_SECRET_DATA).map((type) =>
			snapshot.list("Secret", SECRETS, { fieldSelector: `type=${type}` }, keep),
		),
		snapshot.list("ServiceAccount", "service accounts", {}, (account) => {
			accounts.push({
				namespace: account.metadata.namespace ?? "",
				name: account.metadata.name ?? "",
				secrets: namesOf(account),
			});
		}),
		snapshot.list("Pod", "pods", {}, (pod) => {
			const facts = podFacts(pod);
			if (facts) pods.push(facts);
		}),
	]);
	await snapshot.missPlaces([...keys, ...accounts, ...pods]);
	const { source, sourceProblem } = await findTheSource(
		snapshot,
		cluster,
		reader,
		choice,
	);
	return {
		namespaces,
		owner,
		name,
		keys,
		sources:
			(await snapshot.attempt("sources of copies", () =>
				readSources(cluster, reader, keys),
			)) ?? new Map(),
		source,
		sourceProblem,
		pullSecrets,
		otherSecrets: await otherSecrets(snapshot, pullSecrets, [
			...accounts,
			...pods,
		]),
		accounts,
		pods: await withEvents(snapshot, pods),
		unread: snapshot.unread,
	};
}

async function findTheSource(
	snapshot: Snapshot,
	cluster: Cluster,
	reader: ContentReader,
	choice: SourceChoice,
): Promise<Pick<Facts, "source" | "sourceProblem">> {
	let sourceProblem: SourceFailure | undefined;
	const source = await snapshot.attempt("the source", async () => {
		try {
			return await findSource(cluster, reader, choice);
		} catch (error) {
			if (!(error instanceof FailureError)) throw error;
			// None, or several: that is a finding, not a failure to look.
			sourceProblem = error.failure;
			return undefined;
		}
	});
	return { source, sourceProblem };
}

/** Names in use that are Secrets of types which kubelets pass over; asked for only where some name is no pull Secret. */
async function otherSecrets(
	snapshot: Snapshot,
	pullSecrets: Facts["pullSecrets"],
	users: readonly { namespace: string; secrets: readonly string[] }[],
): Promise<Set<string>> {
	const unknown = new Set(
		users
			.flatMap(({ namespace, secrets }) =>
				secrets.map((name) => `${namespace}/${name}`),
			)
			.filter((ref) => !pullSecrets.has(ref)),
	);
	const others = new Set<string>();
	if (unknown.size > 0)
		await snapshot.list(
			"Secret",
			"the names of Secrets",
			{ metadataOnly: true },
			({ metadata }) => {
				const ref = `${metadata.namespace}/${metadata.name}`;
				if (unknown.has(ref)) others.add(ref);
			},
		);
	return others;
}

/** Adds events to the pods whose waiting containers do not say why they wait. */
async function withEvents(
	snapshot: Snapshot,
	pods: readonly PodFacts[],
): Promise<PodFacts[]> {
	const silent = pods.filter(({ waiting, images, secrets }) =>
		waiting.some(
			(one) => readPull(one, [], images, secrets).cause === "unknown",
		),
	);
	if (silent.length === 0) return [...pods];
	const places = [...new Set(silent.map(({ namespace }) => namespace))];
	const events = new Map<string, PullEvent[]>();
	await snapshot.list(
		"Event",
		"events, where kubelets say why",
		{ fieldSelector: "involvedObject.kind=Pod,type=Warning" },
		(event) => {
			const said = pullEvent(event);
			if (said) events.set(said.pod, [...(events.get(said.pod) ?? []), said]);
		},
		places.length > ASKED_SINGLY ? undefined : places,
	);
	return pods.map((pod) => ({
		...pod,
		events: events.get(`${pod.namespace}/${pod.name}`) ?? [],
	}));
}

/** Lists by kind in all namespaces or in those named, remembering what failed. */
class Snapshot {
	readonly unread: Unread[] = [];
	readonly #cluster: Cluster;
	readonly #namespaces: readonly string[] | undefined;

	constructor(cluster: Cluster, namespaces: readonly string[] | undefined) {
		this.#cluster = cluster;
		this.#namespaces = namespaces;
	}

	/** `places`: instead of the namespaces that are checked. */
	async list<K extends Kind>(
		kind: K,
		what: string,
		query: ListQuery,
		keep: (object: ObjectOf[K]) => void,
		places = this.#namespaces,
	): Promise<void> {
		const scopes = places?.map((namespace) => ({ namespace })) ?? [{}];
		await Promise.all(
			scopes.map((scope) =>
				this.attempt(what, async () => {
					const pages = this.#cluster.pages(kind, { ...query, ...scope });
					for await (const { items } of pages) items.forEach(keep);
				}),
			),
		);
	}

	/** A mistyped namespace is as empty as a new one: those where nothing was found must at least be there. */
	async missPlaces(found: readonly { namespace: string }[]): Promise<void> {
		const known = new Set(found.map(({ namespace }) => namespace));
		const silent = this.#namespaces?.filter((name) => !known.has(name)) ?? [];
		await inParallel(silent, AT_ONCE, async (name) => {
			try {
				await this.#cluster.read("Namespace", { name });
			} catch (error) {
				if (isFatal(error)) throw error;
				// Whoever may not look at namespaces may have nothing in this one.
				if (error instanceof ApiError && error.status === 404)
					this.unread.push({
						what: `namespace ${name}`,
						because: failureLine(error),
					});
			}
		});
	}

	async attempt<T>(
		what: string,
		work: () => Promise<T>,
	): Promise<T | undefined> {
		try {
			return await work();
		} catch (error) {
			if (isFatal(error)) throw error;
			this.unread.push({ what, because: failureLine(error) });
			return undefined;
		}
	}
}
