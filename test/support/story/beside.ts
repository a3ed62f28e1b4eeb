import fc from "fast-check";
import {
	account,
	copyOf,
	edit,
	labelsOf,
	NAME,
	pod,
	secret,
} from "../build.ts";
import type { TestBed } from "../test-bed.ts";
import { NAMESPACES, SOURCE_NAMESPACE, SOURCES } from "./scene.ts";

/** What tenants, controllers and kubectl do beside the command line. */
export interface Beside {
	readonly what: string;
	readonly act: (bed: TestBed) => void;
}

/** A namespace with two accounts, one of which has a list of its own. */
export function makeNamespace(bed: TestBed, name: string): void {
	const { store } = bed.server;
	if (store.get("Namespace", "", name) === undefined)
		store.seed({ kind: "Namespace", metadata: { name } });
	account(bed, name);
	account(bed, `${name}/builder`, ["own"]);
}

function deleteNamespace({ server: { store } }: TestBed, name: string): void {
	for (const kind of ["Secret", "ServiceAccount", "Pod"])
		for (const { metadata } of store.all(kind, name))
			store.delete(kind, name, metadata.name);
	store.delete("Namespace", "", name);
}

/** Labels and annotations of a Namespace, instead of its own. */
function mark(
	{ server: { store } }: TestBed,
	name: string,
	marks: Partial<
		Record<"labels" | "annotations", Readonly<Record<string, string>>>
	>,
): void {
	const uid = store.get("Namespace", "", name)?.metadata.uid ?? "";
	store.seed({ kind: "Namespace", metadata: { name, uid, ...marks } });
}

const entry = (password: string) => ({
	"r.io": { username: "u", password, auth: btoa(`u:${password}`) },
});

/** A Secret of the source's name, in the place of what is there. */
const plant =
	(fields: Parameters<typeof secret>[3]) =>
	(bed: TestBed, name: string): void => {
		bed.server.store.delete("Secret", name, NAME);
		secret(bed, name, entry("of-a-tenant"), fields);
	};

/** In a namespace that is there. */
const INSIDE: Readonly<Record<string, (bed: TestBed, name: string) => void>> = {
	"the namespace is deleted:": deleteNamespace,
	"the namespace is labelled team=a:": (bed, name) =>
		mark(bed, name, { labels: { team: "a" } }),
	"the namespace is injected, and labelled team=a:": (bed, name) =>
		mark(bed, name, {
			labels: {
				"injector.nsm.nginx.com/auto-inject": "enabled",
				team: "a",
			},
		}),
	"the namespace has no labels any more:": (bed, name) => mark(bed, name, {}),
	"the namespace is to be skipped:": (bed, name) =>
		mark(bed, name, { annotations: { "kubectl-meshreg/skip": "true" } }),
	"a Secret calls itself a copy in": plant({ metadata: copyOf() }),
	"an immutable Secret calls itself a copy in": plant({
		metadata: copyOf(),
		immutable: true,
	}),
	"a Secret calls itself a copy of this very source in": (bed, name) => {
		const source = bed.server.store.get("Secret", SOURCE_NAMESPACE, NAME);
		plant({ metadata: copyOf(undefined, source?.metadata.uid) })(bed, name);
	},
	"a Secret calls itself a source for all in": plant({
		metadata: {
			labels: labelsOf(),
			annotations: { "kubectl-meshreg/targets": '[{"all":true}]' },
		},
	}),
	"an unmanaged pull secret is in": plant({}),
	"Helm's pull secret is in": plant({
		metadata: { labels: { "app.kubernetes.io/managed-by": "Helm" } },
	}),
	"a Secret of another type is in": plant({ type: "Opaque" }),
	"the copy is changed in": (bed, name) => {
		if (bed.server.store.get("Secret", name, NAME) === undefined) return;
		const config = JSON.stringify({ auths: entry("changed") });
		edit(bed, "Secret", name, { data: { ".dockerconfigjson": btoa(config) } });
	},
	"the copies are deleted in": ({ server: { store } }, name) => {
		for (const source of SOURCES) store.delete("Secret", name, source);
	},
	"an account loses its list in": (bed, name) =>
		edit(bed, "ServiceAccount", `${name}/default`, { imagePullSecrets: [] }),
	"an account references it and another in": (bed, name) =>
		edit(bed, "ServiceAccount", `${name}/default`, {
			imagePullSecrets: [...SOURCES, "mine"].map((each) => ({ name: each })),
		}),
	"an account says that attach added the name in": (bed, name) =>
		account(bed, name, [], {
			metadata: {
				namespace: name,
				name: "default",
				labels: { "kubectl-meshreg/attached": "true" },
				annotations: { "kubectl-meshreg/attached-keys": NAME },
			},
		}),
	"a pod waits in": (bed, name) =>
		pod(bed, `${name}/waits`, {
			pullSecrets: [],
			waits: "ErrImagePull",
			message: 'failed to pull image "r.io/app:1": unauthorized',
		}),
};

/** About the source, in nobody's namespace but the admin's. */
const AT_THE_SOURCE: Readonly<Record<string, (bed: TestBed) => void>> = {
	"the source is deleted": ({ server: { store } }) =>
		store.delete("Secret", SOURCE_NAMESPACE, NAME),
	"what install made is somebody's own": ({ server: { store } }) => {
		for (const kind of ["Deployment", "Role"])
			for (const there of store.all(kind, SOURCE_NAMESPACE)) {
				const { name } = there.metadata;
				store.delete(kind, SOURCE_NAMESPACE, name);
				store.seed({
					...there,
					kind,
					metadata: { namespace: SOURCE_NAMESPACE, name },
				});
			}
	},
	"the source loses its annotations": ({ server: { store } }) => {
		const there = store.get("Secret", SOURCE_NAMESPACE, NAME);
		if (there === undefined) return;
		const { uid, labels = {} } = there.metadata;
		const metadata = { namespace: SOURCE_NAMESPACE, name: NAME, uid, labels };
		store.seed({ ...there, kind: "Secret", metadata });
	},
};

const inNamespace = fc
	.tuple(
		fc.constantFrom(...NAMESPACES),
		fc.constantFrom(...Object.entries(INSIDE)),
	)
	.map(([name, [what, act]]) => ({
		what: `${what} ${name}`,
		act: (bed: TestBed) => {
			if (bed.server.store.get("Namespace", "", name) !== undefined)
				act(bed, name);
		},
	}));
const madeAgain = fc.constantFrom(...NAMESPACES).map((name) => ({
	what: `the namespace is made again: ${name}`,
	act: (bed: TestBed) => {
		deleteNamespace(bed, name);
		makeNamespace(bed, name);
	},
}));
const atTheSource = fc
	.constantFrom(...Object.entries(AT_THE_SOURCE))
	.map(([what, act]) => ({ what, act }));

export const beside: fc.Arbitrary<Beside> = fc.oneof(
	{ weight: 20, arbitrary: inNamespace },
	{ weight: 5, arbitrary: madeAgain },
	{ weight: 2, arbitrary: atTheSource },
);
