import type { KubeObject } from "../api-server/index.ts";
import { NAME } from "../build.ts";
import type { TestBed } from "../test-bed.ts";

/** Where the sources are. */
export const SOURCE_NAMESPACE = "nginx-mesh";
/** What they are called. */
export const SOURCES = [NAME, "second"] as const;
/** Where it may be sent. */
export const NAMESPACES = ["app", "dev", "evil", "shop", "team"] as const;

/** What else is made: a policy that attaches, and what `install` makes. */
const KINDS = [
	"Deployment",
	"Role",
	"RoleBinding",
	"ClusterRole",
	"ClusterRoleBinding",
	"ValidatingAdmissionPolicy",
	"ValidatingAdmissionPolicyBinding",
	"MutatingAdmissionPolicy",
	"MutatingAdmissionPolicyBinding",
];

/** An entry of the record, as it stands in the annotation. */
interface Entry {
	readonly namespaces?: Readonly<Record<string, string>>;
	readonly selector?: string;
	readonly all?: boolean;
	readonly injected?: string;
	readonly exclude?: readonly string[];
	readonly attach?: readonly string[];
}

/** A cluster at one moment, and what the contract says of it; it shares no code with the program. */
export class Scene {
	/** By `NAMESPACE/NAME`. */
	readonly secrets: ReadonlyMap<string, KubeObject>;
	readonly accounts: ReadonlyMap<string, KubeObject>;
	/** By `KIND NAMESPACE/NAME`. */
	readonly others: ReadonlyMap<string, KubeObject>;
	readonly #namespaces: ReadonlyMap<string, KubeObject>;
	readonly #pods: readonly KubeObject[];

	constructor({ server: { store } }: Pick<TestBed, "server">) {
		const all = (kind: string) =>
			new Map(
				store
					.all(kind)
					.map((object) => [
						`${object.metadata.namespace}/${object.metadata.name}`,
						object,
					]),
			);
		this.secrets = all("Secret");
		this.accounts = all("ServiceAccount");
		this.others = new Map(
			KINDS.flatMap((kind) =>
				[...all(kind)].map(([place, object]) => [`${kind} ${place}`, object]),
			),
		);
		this.#pods = store.all("Pod");
		this.#namespaces = new Map(
			store.all("Namespace").map((object) => [object.metadata.name, object]),
		);
	}

	/** The same text where nothing has been written. */
	get text(): string {
		return JSON.stringify([...this.secrets, ...this.accounts, ...this.others]);
	}

	source(name: string): KubeObject | undefined {
		return this.secrets.get(`${SOURCE_NAMESPACE}/${name}`);
	}

	#record(name: string): readonly Entry[] {
		const text =
			this.source(name)?.metadata.annotations?.["kubectl-meshreg/targets"];
		return text === undefined ? [] : JSON.parse(text);
	}

	/** The names in the record of a source, and its rules by their text. */
	recorded(name: string): ReadonlySet<string> {
		return new Set(
			this.#record(name).flatMap(({ namespaces, selector, all, injected }) =>
				namespaces === undefined
					? JSON.stringify({ selector, all, injected })
					: Object.keys(namespaces),
			),
		);
	}

	/** Whether this is a policy of a source that attaches by policies. */
	isByPolicy(place: string): boolean {
		return SOURCES.some(
			(source) =>
				place.startsWith("MutatingAdmissionPolicy") &&
				place.endsWith(`.${source}`) &&
				"kubectl-meshreg/attached-by-policy" in
					(this.source(source)?.metadata.annotations ?? {}),
		);
	}

	/** Whether a pod cannot pull in a namespace. */
	waits(namespace: string): boolean {
		return this.#pods.some(({ metadata }) => metadata.namespace === namespace);
	}

	/** Whether its record sends a source to a namespace as that is now. */
	isServed(source: string, namespace: string): boolean {
		return this.#entriesOf(source, namespace).length > 0;
	}

	/** Whether it attaches an account there. */
	isAttached(source: string, namespace: string, account: string): boolean {
		return this.#entriesOf(source, namespace).some(({ attach = [] }) =>
			attach.some((name) => name === "*" || name === account),
		);
	}

	#entriesOf(source: string, name: string): readonly Entry[] {
		const there = this.#namespaces.get(name);
		if (there === undefined) return [];
		const { uid, labels = {}, annotations = {} } = there.metadata;
		if (annotations["kubectl-meshreg/skip"] === "true") return [];
		return this.#record(source).filter((entry) => {
			if (entry.namespaces !== undefined) {
				const known = entry.namespaces[name];
				return known === "" || known === uid;
			}
			if (entry.exclude?.includes(name)) return false;
			if (entry.selector !== undefined) return labels.team === "a";
			if (entry.injected !== undefined)
				return labels["injector.nsm.nginx.com/auto-inject"] === "enabled";
			return entry.all === true;
		});
	}
}

/** What a Secret holds, as text; of none, another text. */
export function dataOf(secret: KubeObject | undefined): string {
	return JSON.stringify(secret?.data ?? null);
}

/** The pull secrets that an account references. */
export function listOf(account: KubeObject | undefined): string[] {
	const list = account?.imagePullSecrets;
	return Array.isArray(list)
		? list.map((entry) => String(Object(entry).name))
		: [];
}
