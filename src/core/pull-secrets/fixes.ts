import {
	DEFAULT_LABEL,
	DEFAULT_NAME,
	DEFAULT_NAMESPACE,
	selectorOf,
	type UsageLabel,
} from "./ownership.ts";

/** The pull secret that is to be used, wherever it is by now. */
export type FixTarget = {
	readonly name: string;
	readonly owner: UsageLabel;
	/** Where its source is; undefined where there is none yet. */
	readonly source:
		| { readonly namespace: string; readonly name: string }
		| undefined;
};

/**
 * The commands of this program that mend something, each one line to be pasted
 * into a shell. What is the default is left out.
 */
export class Fixes {
	readonly #key: FixTarget;

	constructor(key: FixTarget) {
		this.#key = key;
	}

	/** Of the source, and so of its copies. */
	get name(): string {
		return this.#key.source?.name ?? this.#key.name;
	}

	/** Where the source is, or would be made. */
	get sourceNamespace(): string {
		return this.#key.source?.namespace ?? DEFAULT_NAMESPACE;
	}

	/** Writes a pull secret of any name at any place. */
	createAt(
		namespace: string,
		name: string,
		host: string,
		flags: readonly string[] = [],
	): string {
		return this.#line("create", [
			name,
			"-n",
			namespace,
			...flags,
			"--registry-server",
			host,
		]);
	}

	/** Makes the source, of whatever is then asked for. */
	createSource(): string {
		return this.#line("create", this.#name());
	}

	/** Writes a source for this registry, beside the registries that it has already. */
	create(host: string): string {
		return this.#ofSource("create", host, this.#key.source ? ["--add"] : []);
	}

	/** Writes the source again, whatever is wrong with it. */
	replace(host: string): string {
		return this.#ofSource("create", host, ["--replace"]);
	}

	/** A new credential for this registry, in the source and in every copy. */
	rotate(host: string): string {
		return this.#ofSource("rotate", host, []);
	}

	/**
	 * Copies the source; with `accounts`, also lets these service accounts pull with it;
	 * with `force`, over what somebody else made.
	 */
	sync(
		namespaces: readonly string[],
		accounts: readonly string[] = [],
		force = false,
	): string {
		const { source } = this.#key;
		return this.#line("sync", [
			...this.#name(),
			"-n",
			namespaces.join(","),
			...(source && source.namespace !== DEFAULT_NAMESPACE
				? ["--from", `${source.namespace}/${source.name}`]
				: []),
			...(accounts.length === 0
				? []
				: accounts.every((account) => account === "default")
					? ["--attach"]
					: [`--attach=${accounts.join(",")}`]),
			...(force ? ["--force"] : []),
		]);
	}

	/** Deletes copies whose source is gone; asks first. */
	pruneOrphaned(namespaces: readonly string[]): string {
		return this.#line("prune", ["--orphaned", "-n", namespaces.join(",")]);
	}

	/** Lets service accounts pull with the copies that are there. */
	attach(
		namespaces: readonly string[],
		accounts: readonly string[],
		name = this.name,
	): string {
		return this.#line("attach", [
			...(accounts.every((account) => account === "default") ? [] : accounts),
			"-n",
			namespaces.join(","),
			...(name === DEFAULT_NAME ? [] : ["--secret", name]),
		]);
	}

	/** Adds a key to the list in the template of a Deployment or the like, which makes its pods anew. */
	inject(target: string, namespace: string, name: string): string {
		const key = name === DEFAULT_NAME ? [] : ["--secret", name];
		return `kubectl get ${target} -n ${namespace} -o yaml | ${this.#line("inject", ["-f", "-", ...key])} | kubectl apply -f -`;
	}

	#ofSource(verb: string, host: string, flags: readonly string[]): string {
		const namespace = this.sourceNamespace;
		return this.#line(verb, [
			...this.#name(),
			...(namespace === DEFAULT_NAMESPACE ? [] : ["-n", namespace]),
			...flags,
			"--registry-server",
			host,
		]);
	}

	#name(): string[] {
		return this.name === DEFAULT_NAME ? [] : [this.name];
	}

	#line(verb: string, words: readonly string[]): string {
		const { owner } = this.#key;
		const label =
			verb === "attach" ||
			verb === "inject" ||
			selectorOf(owner) === selectorOf(DEFAULT_LABEL)
				? []
				: ["--label", selectorOf(owner)];
		return ["kubectl", "meshreg", verb, ...words, ...label]
			.map(shellWord)
			.join(" ");
	}
}

/** What makes a source of this name, of whatever is then asked for; what is the default is left out. */
export function creating(name: string, namespace = DEFAULT_NAMESPACE): string {
	return [
		"kubectl meshreg create",
		...(name === DEFAULT_NAME ? [] : [shellWord(name)]),
		...(namespace === DEFAULT_NAMESPACE ? [] : ["-n", shellWord(namespace)]),
	].join(" ");
}

/** What copies a source of this name to namespaces. */
export function syncing(name: string, namespaces: readonly string[]): string {
	return [
		"kubectl meshreg sync",
		...(name === DEFAULT_NAME ? [] : [shellWord(name)]),
		"-n",
		namespaces.join(","),
	].join(" ");
}

/** One word of a POSIX shell. */
export function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word)
		? word
		: `'${word.replaceAll("'", "'\\''")}'`;
}
