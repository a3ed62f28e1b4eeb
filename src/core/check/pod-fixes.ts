import {
	kubectl,
	objectName,
	type Script,
	script,
	sequence,
} from "../output/shell.ts";
import { desiredCopies } from "../pull-secrets/desired.ts";
import type { Fixes } from "../pull-secrets/fixes.ts";
import { planCopy } from "../pull-secrets/plan.ts";
import type { Facts, PodFacts } from "./facts.ts";
import type { Keyrings } from "./keyrings.ts";
import type { PullProblem } from "./pull-diagnosis.ts";

/** How a cause is mended. */
export type PodFix = {
	/** First what gives the pods the credential, then what makes them again where they would not see it; undefined where no command can. */
	readonly fix: Script | undefined;
	/** Pods that the command cannot make anew, since nothing would make them again. */
	readonly left: readonly PodFacts[];
};

/** For problems of one kind, host and Secret name. */
export function podFix(
	group: readonly PullProblem[],
	keyrings: Keyrings,
	mending: Fixes,
): PodFix {
	const [first] = group;
	if (first === undefined || keyrings.blind)
		return { fix: undefined, left: [] };
	const { kind, host } = first;
	const { source } = keyrings.facts;
	const pods = [...new Set(group.map(({ pod }) => pod))];
	const namespaces = unique(pods.map(({ namespace }) => namespace)).sort();
	const name = first.secret.slice(first.secret.indexOf("/") + 1);
	const ours = mending.name;
	const create = source === undefined ? [mending.create(host)] : [];
	const sync = (at: readonly string[], accounts: readonly string[] = []) =>
		mending.sync(
			at,
			accounts,
			at.some((place) => standsInTheWay(keyrings.facts, place)),
		);
	switch (kind) {
		case "malformed-secret":
			return only(
				name !== ours
					? // A kubelet skips a Secret that is not there, but not one that it cannot read.
						namespaces.map((at) => deletingSecret(name, at))
					: source === undefined || namespaces.includes(source.namespace)
						? [mending.replace(host), sync(namespaces)]
						: [sync(namespaces)],
			);
		case "secret-missing":
			return only(
				name === ours
					? [...create, sync(namespaces)]
					: namespaces.map((at) => mending.createAt(at, name, host)),
			);
		case "rejected":
		case "expired-token":
			return only(
				name === ours
					? [mending.rotate(host)]
					: namespaces.map((at) =>
							mending.createAt(at, name, host, ["--force", "--replace"]),
						),
			);
		case "no-secret":
		case "no-key":
		case "rate-limit": {
			const without = group.filter((problem) => !keyrings.has(problem));
			const needy = unique(without.map(({ pod }) => pod));
			if (needy.length === 0) return { fix: undefined, left: [] };
			const known = without.every(({ image }) => keyrings.sourceHas(image));
			const copies = byAccounts(needy, ours, keyrings).flatMap(
				([accounts, at]) => {
					// Where the source is, nothing has to be copied.
					const away = at.filter((place) => place !== mending.sourceNamespace);
					return [
						...(away.length > 0 ? [sync(away, accounts)] : []),
						...(away.length < at.length && accounts.length > 0
							? [mending.attach([mending.sourceNamespace], accounts, ours)]
							: []),
					];
				},
			);
			return withNewPods(
				[...(known ? [] : [mending.create(host)]), ...copies],
				needy,
				ours,
				keyrings,
				mending,
			);
		}
		case "not-attached":
		case "pod-older":
			return withNewPods(
				byAccounts(pods, name, keyrings)
					.filter(([accounts]) => accounts.length > 0)
					.map(([accounts, at]) => mending.attach(at, accounts, name)),
				pods,
				name,
				keyrings,
				mending,
			);
		default:
			return { fix: undefined, left: [] };
	}
}

/** Whether sync would not write there without force. */
export function standsInTheWay(
	{ keys, owner, source, otherSecrets }: Facts,
	namespace: string,
): boolean {
	if (source === undefined) return false;
	const [desired] = desiredCopies(source, [namespace], owner);
	if (desired === undefined) return false;
	const current = keys.find(
		(key) => key.namespace === namespace && key.name === source.name,
	);
	return current === undefined
		? otherSecrets.has(`${namespace}/${source.name}`)
		: planCopy(current, desired, { owner, force: false }).action === "conflict";
}

function only(scripts: readonly (Script | undefined)[]): PodFix {
	return { fix: sequence(scripts), left: [] };
}

/** Deletes a Secret that a kubelet cannot read. */
export function deletingSecret(
	name: string,
	namespace: string,
): Script | undefined {
	return script(
		kubectl("delete", "secret", objectName(name), "-n", objectName(namespace)),
	);
}

/**
 * The accounts to which a key is to be added, with the namespaces where it is these:
 * none where the pods name it already, or have a list of their own.
 */
function byAccounts(
	pods: readonly PodFacts[],
	key: string,
	keyrings: Keyrings,
): [accounts: string[], namespaces: string[]][] {
	const lacking = (pod: PodFacts): boolean =>
		!pod.secrets.includes(key) &&
		!keyrings.hasOwnList(pod) &&
		!keyrings.accountSecrets(pod).includes(key);
	const accountsAt = [...Map.groupBy(pods, ({ namespace }) => namespace)].map(
		([namespace, here]) => ({
			namespace,
			accounts: unique(
				here.filter(lacking).map(({ account }) => account),
			).sort(),
		}),
	);
	return [
		...Map.groupBy(accountsAt, ({ accounts }) => accounts.join()).values(),
	].map((alike) => [
		alike[0]?.accounts ?? [],
		alike.map(({ namespace }) => namespace).sort(),
	]);
}

/** A pod keeps the list that it was made with, so those without the key have to be made again. */
function withNewPods(
	scripts: readonly (Script | undefined)[],
	pods: readonly PodFacts[],
	key: string,
	keyrings: Keyrings,
	mending: Fixes,
): PodFix {
	const old = pods.filter(({ secrets }) => !secrets.includes(key));
	const left: PodFacts[] = [];
	const again = old.flatMap((pod) => {
		const { restart } = pod;
		const restarting =
			restart.how === "none"
				? undefined
				: !keyrings.hasOwnList(pod)
					? restart.script
					: // What is made from a template with a list of its own would get the same list again.
						restart.how === "rollout"
						? mending.inject(restart, pod.namespace, key)
						: undefined;
		if (restarting === undefined) left.push(pod);
		return restarting === undefined ? [] : [restarting];
	});
	return { fix: sequence([...scripts, ...again]), left };
}

function unique<T>(items: readonly T[]): T[] {
	return [...new Set(items)];
}
