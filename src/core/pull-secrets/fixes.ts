import type { Place } from "../output/input-failure.ts";
import {
	byHand,
	meshreg,
	objectAt,
	objectName,
	objectNames,
	registryName,
	type Script,
	unlessUsual,
	type Word,
} from "../output/shell.ts";
import { copyFault } from "./content-fault.ts";
import { argumentFor } from "./entry-naming.ts";
import { DEFAULT_NAMESPACE, LONGEST_LABEL_VALUE } from "./ownership.ts";
import type { PullSecret } from "./pull-secret.ts";
import { recordReadingIn } from "./record.ts";

/** The pull secret that is to be used, and where its source is, or would be made. */
export interface FixTarget extends Place {
	/** Whether the source is there. */
	readonly exists: boolean;
	/** As it is: what no kubelet can use is sent nowhere, and beside a record that cannot be read nothing is written. */
	readonly source?: PullSecret;
}

/**
 * The commands of this program that fix something. A method answers undefined where a name in the command
 * is none, or a registry, or the source has to be put right first: no command is printed about it.
 */
export class Fixes {
	readonly #target: FixTarget;

	constructor(target: FixTarget) {
		this.#target = target;
	}

	/** About a source that is there, whatever is in it. */
	static of({ namespace, name }: Place): Fixes {
		return new Fixes({ namespace, name, exists: true });
	}

	/** Of the source, and so of its copies. */
	get name(): string {
		return this.#target.name;
	}

	/** Where the source is, or would be made. */
	get sourceNamespace(): string {
		return this.#target.namespace;
	}

	/** Makes a pull secret of any name at any place. */
	createAt(namespace: string, name: string, host: string): Script | undefined {
		return this.#make(namespace, name, onNewServer(host));
	}

	/** Gives one registry of an unmanaged Secret another credential; its other registries stay. */
	takeOver(namespace: string, name: string, host: string): Script | undefined {
		return this.#make(namespace, name, ["--force", ...onServer(host)]);
	}

	/** Gives one registry of any source another credential. */
	rotateAt(namespace: string, name: string, host: string): Script | undefined {
		return this.#at("rotate", namespace, name, onServer(host));
	}

	/** Makes the source, of whatever is then asked for. */
	createSource(): Script | undefined {
		return this.#make(this.sourceNamespace, this.name, []);
	}

	/** Says what is wrong with the source. */
	check(): Script | undefined {
		return this.#fromSource("check", []);
	}

	/**
	 * Writes a source for this registry, beside those that it has already; undefined where it fails every pull until
	 * it is put right.
	 */
	create(host: string): Script | undefined {
		const { exists, source } = this.#target;
		if (source && copyFault(source.content)?.kind === "malformed")
			return undefined;
		return exists
			? this.#ofSource("create", ["--add", ...onNewServer(host)])
			: this.createAt(this.sourceNamespace, this.name, host);
	}

	/** Writes the source again, whatever is wrong with it. */
	replace(host: string): Script | undefined {
		return this.#ofSource("create", ["--replace", ...onServer(host)]);
	}

	/** A new credential for this registry, in the source and in every recorded copy. */
	rotate(host: string | undefined): Script | undefined {
		return this.#ofSource("rotate", onServer(host ?? ""));
	}

	/**
	 * Copies the source to namespaces, which are recorded by it; with `accounts`, also lets these
	 * service accounts pull with it. `flags`: how, or only to show it.
	 */
	sync(
		namespaces: readonly string[],
		accounts: readonly string[] = [],
		...flags: readonly string[]
	): Script | undefined {
		const at = objectNames(namespaces);
		return this.#send(["-n", at, ...attaching(accounts), ...flags]);
	}

	/** Brings every recorded copy up to date; the record stays as it is. */
	syncRecorded(...flags: readonly string[]): Script | undefined {
		return this.#send(flags);
	}

	/** Takes namespaces out of the record, and out of what its rules mean. */
	forget(...namespaces: readonly string[]): Script | undefined {
		return this.#isStuck
			? undefined
			: this.#fromSource("sync", ["--forget", objectNames(namespaces)]);
	}

	/** Deletes what bears the source's name in namespaces; asks first. */
	prune(namespaces: readonly string[]): Script | undefined {
		return meshreg(
			"prune",
			unlessUsual("name", this.name),
			"-n",
			objectNames(namespaces),
		);
	}

	/** Lets service accounts pull with what is in their namespaces. */
	attach(
		namespaces: readonly string[],
		accounts: readonly string[],
		name = this.name,
	): Script | undefined {
		if (this.#isStuck && name === this.name) return undefined;
		return meshreg(
			"attach",
			...(accounts.every((account) => account === "default")
				? []
				: accounts.map(objectName)),
			"-n",
			objectNames(namespaces),
			// Where the usual one is no source, another that is one would be meant by itself.
			...(this.#target.exists && name === this.name
				? [unlessUsual("name", name, "--secret")]
				: ["--secret", objectName(name)]),
		);
	}

	/** Attaches or detaches service accounts, `*` for all, in the namespaces that `where` selects, and records it. */
	accounts(
		verb: "attach" | "detach",
		accounts: readonly string[],
		where: readonly Word[],
	): Script | undefined {
		const all = accounts.includes("*");
		return meshreg(
			verb,
			...(all ? ["--all-serviceaccounts"] : accounts.map(objectName)),
			...where,
			...this.#secret,
		);
	}

	/** Writes the admission policies with which pods of the recorded namespaces pull, or takes them away. */
	byPolicy(verb: "attach" | "detach"): Script | undefined {
		return meshreg(verb, "--by-policy", ...this.#secret);
	}

	/** Names the source to a verb whose operands are something else. */
	get #secret(): Word[] {
		return [
			unlessUsual("name", this.name, "--secret"),
			unlessUsual("namespace", this.sourceNamespace, "--from"),
		];
	}

	/** Only a person can choose the label of what has a name that is too long for one. */
	#make(
		namespace: string,
		name: string,
		words: readonly Word[],
	): Script | undefined {
		return name.length > LONGEST_LABEL_VALUE
			? undefined
			: this.#at("create", namespace, name, words);
	}

	/** Its record cannot be read: whatever writes it, or what it means, is refused. */
	get #isStuck(): boolean {
		const { source } = this.#target;
		return source !== undefined && recordReadingIn(source).fault !== undefined;
	}

	#ofSource(verb: string, words: readonly Word[]): Script | undefined {
		return this.#isStuck
			? undefined
			: this.#at(verb, this.#target.namespace, this.name, words);
	}

	#at(
		verb: string,
		namespace: string,
		name: string,
		words: readonly Word[],
	): Script | undefined {
		const made = meshreg(
			verb,
			unlessUsual("name", name),
			unlessUsual("namespace", namespace, "-n"),
			...words,
		);
		// Whoever may make a pod there can make it look as if it needed a credential.
		return namespace === this.#target.namespace
			? made
			: byHand(made, namespace);
	}

	#send(words: readonly Word[]): Script | undefined {
		const { source } = this.#target;
		const isRefused =
			this.#isStuck || (source && copyFault(source.content) !== undefined);
		return isRefused ? undefined : this.#fromSource("sync", words);
	}

	#fromSource(verb: string, words: readonly Word[]): Script | undefined {
		const { namespace, name } = this.#target;
		return meshreg(
			verb,
			unlessUsual("name", name),
			...words,
			unlessUsual("namespace", namespace, "--from", `${namespace}/${name}`),
		);
	}
}

/** Makes a source of this name, of whatever is then asked for. */
export function creating(
	name: string,
	namespace = DEFAULT_NAMESPACE,
): Script | undefined {
	return new Fixes({ namespace, name, exists: false }).createSource();
}

/** Copies a source that is there; `words`: where, and what else. */
export function syncing(
	{ namespace, name }: Place,
	...words: readonly string[]
): Script | undefined {
	return meshreg(
		"sync",
		unlessUsual("name", name),
		unlessUsual("namespace", namespace, "--from"),
		...words,
	);
}

/** Does something to one registry of a source that is there; `registry` as a command line names it, undefined where it cannot. */
export function onRegistry(
	verb: "create" | "rotate",
	source: Place,
	flags: readonly string[],
	registry: string | undefined,
): Script | undefined {
	return meshreg(
		verb,
		...objectAt(source),
		...flags,
		registry === undefined ? undefined : registryName(registry),
	);
}

/** Gives one entry of a source that is there, its key among those that are `written` there, a new credential. */
export function rotating(
	source: Place,
	key: string,
	written: readonly string[],
): Script | undefined {
	return onRegistry(
		"rotate",
		source,
		["--registry-server"],
		argumentFor(key, written),
	);
}

/** Lets service accounts pull with what is synced; `*` is all. */
export function attaching(accounts: readonly string[]): Word[] {
	if (accounts.length === 0) return [];
	if (accounts.every((account) => account === "default")) return ["--attach"];
	if (accounts.includes("*")) return ["--attach=*"];
	const names = objectNames(accounts);
	return [names && `--attach=${names}`];
}

function onServer(host: string): Word[] {
	return ["--registry-server", registryName(host)];
}

/** Whether an entry of a registry that is named so would be that of its images: it is written in lower case, and kubelets compare. */
export function canBeWritten(host: string): boolean {
	return host === host.toLowerCase();
}

/** For a new entry. */
function onNewServer(host: string): Word[] {
	return canBeWritten(host) ? onServer(host) : [undefined];
}
