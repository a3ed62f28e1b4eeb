import {
	kubectl,
	meshreg,
	objectName,
	objectNames,
	piped,
	registryName,
	type Script,
	type ShellCommand,
	script,
	type Word,
} from "../output/shell.ts";
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
 * The commands of this program that fix something. What is the default is left out. A method answers
 * undefined where a name in the command is none, or a registry: no command is printed about it.
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
	): Script | undefined {
		return this.#script("create", [
			objectName(name),
			"-n",
			objectName(namespace),
			...flags,
			"--registry-server",
			registryName(host),
		]);
	}

	/** Makes the source, of whatever is then asked for. */
	createSource(): Script | undefined {
		return this.#script("create", this.#name());
	}

	/** Writes a source for this registry, beside the registries that it has already. */
	create(host: string): Script | undefined {
		return this.#ofSource("create", host, this.#key.source ? ["--add"] : []);
	}

	/** Writes the source again, whatever is wrong with it. */
	replace(host: string): Script | undefined {
		return this.#ofSource("create", host, ["--replace"]);
	}

	/** A new credential for this registry, in the source and in every copy. */
	rotate(host: string): Script | undefined {
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
	): Script | undefined {
		const { source } = this.#key;
		const attached = objectNames(accounts);
		return this.#script("sync", [
			...this.#name(),
			"-n",
			objectNames(namespaces),
			...(source && source.namespace !== DEFAULT_NAMESPACE
				? ["--from", sourceWord(source)]
				: []),
			...(accounts.length === 0
				? []
				: accounts.every((account) => account === "default")
					? ["--attach"]
					: [attached && `--attach=${attached}`]),
			...(force ? ["--force"] : []),
		]);
	}

	/** Deletes copies whose source is gone; asks first. */
	pruneOrphaned(namespaces: readonly string[]): Script | undefined {
		return this.#script("prune", ["--orphaned", "-n", objectNames(namespaces)]);
	}

	/** Lets service accounts pull with the copies that are there. */
	attach(
		namespaces: readonly string[],
		accounts: readonly string[],
		name = this.name,
	): Script | undefined {
		return this.#script("attach", [
			...(accounts.every((account) => account === "default")
				? []
				: accounts.map(objectName)),
			"-n",
			objectNames(namespaces),
			...secretFlag(name),
		]);
	}

	/** Adds a pull secret to the list in the template of a Deployment or the like, which makes its pods again. */
	inject(
		target: { readonly kind: string; readonly name: string },
		namespace: string,
		name: string,
	): Script | undefined {
		return piped(
			kubectl(
				"get",
				targetWord(target),
				"-n",
				objectName(namespace),
				"-o",
				"yaml",
			),
			this.#call("inject", ["-f", "-", ...secretFlag(name)]),
			kubectl("apply", "-f", "-"),
		);
	}

	#ofSource(
		verb: string,
		host: string,
		flags: readonly string[],
	): Script | undefined {
		const namespace = this.sourceNamespace;
		return this.#script(verb, [
			...this.#name(),
			...(namespace === DEFAULT_NAMESPACE ? [] : ["-n", objectName(namespace)]),
			...flags,
			"--registry-server",
			registryName(host),
		]);
	}

	#name(): Word[] {
		return this.name === DEFAULT_NAME ? [] : [objectName(this.name)];
	}

	#script(verb: string, words: readonly Word[]): Script | undefined {
		return script(this.#call(verb, words));
	}

	#call(verb: string, words: readonly Word[]): ShellCommand | undefined {
		const { owner } = this.#key;
		const label =
			verb === "attach" ||
			verb === "inject" ||
			selectorOf(owner) === selectorOf(DEFAULT_LABEL)
				? []
				: ["--label", selectorOf(owner)];
		return meshreg(verb, ...words, ...label);
	}
}

/** Makes a source of this name, of whatever is then asked for; what is the default is left out. */
export function creating(
	name: string,
	namespace = DEFAULT_NAMESPACE,
): Script | undefined {
	return script(
		meshreg(
			"create",
			...(name === DEFAULT_NAME ? [] : [objectName(name)]),
			...(namespace === DEFAULT_NAMESPACE ? [] : ["-n", objectName(namespace)]),
		),
	);
}

/** Copies a source of this name to namespaces. */
export function syncing(
	name: string,
	namespaces: readonly string[],
): Script | undefined {
	return script(
		meshreg(
			"sync",
			...(name === DEFAULT_NAME ? [] : [objectName(name)]),
			"-n",
			objectNames(namespaces),
		),
	);
}

/** Does something to one registry of a source that is there; `registry` as a command line names it, undefined where it cannot. */
export function onRegistry(
	verb: "create" | "rotate",
	source: { readonly namespace: string; readonly name: string },
	flags: readonly string[],
	registry: string | undefined,
): Script | undefined {
	return script(
		meshreg(
			verb,
			objectName(source.name),
			"-n",
			objectName(source.namespace),
			...flags,
			registry === undefined ? undefined : registryName(registry),
		),
	);
}

/** `deployment/web`, as kubectl takes it; undefined where kind or name is none. */
export function targetWord({
	kind,
	name,
}: {
	readonly kind: string;
	readonly name: string;
}): Word {
	const word = objectName(name);
	return /^[A-Za-z][A-Za-z0-9]*$/.test(kind) && word !== undefined
		? `${kind.toLowerCase()}/${word}`
		: undefined;
}

function sourceWord(source: { namespace: string; name: string }): Word {
	const [namespace, name] = [source.namespace, source.name].map(objectName);
	return namespace && name && `${namespace}/${name}`;
}

function secretFlag(name: string): Word[] {
	return name === DEFAULT_NAME ? [] : ["--secret", objectName(name)];
}
