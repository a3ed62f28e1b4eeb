import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { injectManifest } from "../../../src/core/manifest/inject.ts";
import { splitManifest } from "../../../src/core/manifest/split.ts";
import { failureLine } from "../../../src/report/failure.ts";
import { injectedInWords } from "../../support/injected.ts";
import { type Manifest, manifestText } from "../../support/manifests.ts";
import { refusedInWords } from "../../support/refused.ts";

const KEY = { secret: "k", fix: false, serviceAccounts: false };

/** Lines of a manifest with what is indented by tabs here indented by pairs of spaces. */
function yaml(text: string): string {
	if (!text.startsWith("\n")) return text;
	return text
		.replace(/^\n/, "")
		.replace(/^\t+/gm, (tabs) => "  ".repeat(Math.max(0, tabs.length - 3)));
}

describe("pull Secrets added", () => {
	const table: [what: string, before: string, after: string][] = [
		[
			"to a Pod",
			`
			# a pod
			kind: Pod
			apiVersion: v1
			spec:
				containers: # which
				- name: a # one
			`,
			`
			# a pod
			kind: Pod
			apiVersion: v1
			spec:
				imagePullSecrets:
				- name: k
				containers: # which
				- name: a # one
			`,
		],
		[
			"with dashes indented as elsewhere, below the comment that is there",
			`
			kind: Deployment
			spec:
				template:
					spec:
						# the app
						containers:
							- name: a
			`,
			`
			kind: Deployment
			spec:
				template:
					spec:
						# the app
						imagePullSecrets:
							- name: k
						containers:
							- name: a
			`,
		],
		[
			"to a CronJob",
			`
			kind: CronJob
			spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {containers: [{name: a}]}}}}}
			`,
			`
			kind: CronJob
			spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {imagePullSecrets: [{name: k}], containers: [{name: a}]}}}}}
			`,
		],
		[
			"behind the entries of a list",
			`
			kind: Pod
			spec:
				imagePullSecrets:
					- name: one   # first
					-   name: two # second
					# last words
				containers: [{name: a}]
			`,
			`
			kind: Pod
			spec:
				imagePullSecrets:
					- name: one   # first
					-   name: two # second
					- name: k
					# last words
				containers: [{name: a}]
			`,
		],
		[
			"behind the comment of the last entry",
			"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: one # first\n  - name: 'two' # second\n  # last words\n  containers:\n  - name: a\n",
			"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: one # first\n  - name: 'two' # second\n  - name: k\n  # last words\n  containers:\n  - name: a\n",
		],
		[
			"at the end of a file without a last line end",
			"kind: Pod\nspec:\n  containers: [{name: a}]\n  imagePullSecrets:\n  - name: one",
			"kind: Pod\nspec:\n  containers: [{name: a}]\n  imagePullSecrets:\n  - name: one\n  - name: k",
		],
		[
			"to a flow list, a trailing comma kept",
			"kind: Pod\nspec: {imagePullSecrets: [{name: one},], containers: [{name: a}]}\n",
			"kind: Pod\nspec: {imagePullSecrets: [{name: one}, {name: k},], containers: [{name: a}]}\n",
		],
		[
			"to an empty list",
			"kind: Pod\nspec:\n  imagePullSecrets: [] # none\n  containers: [{name: a}]\n",
			"kind: Pod\nspec:\n  imagePullSecrets: [{name: k}] # none\n  containers: [{name: a}]\n",
		],
		[
			"to an entry without a value",
			"kind: Pod\nspec:\n  imagePullSecrets: # none\n  containers:\n    - name: a\n",
			"kind: Pod\nspec:\n  imagePullSecrets: # none\n    - name: k\n  containers:\n    - name: a\n",
		],
		[
			"to a null",
			"kind: Pod\nspec:\n  imagePullSecrets: ~ # none\n  containers: [{name: a}]\n",
			"kind: Pod\nspec:\n  imagePullSecrets: [{name: k}] # none\n  containers: [{name: a}]\n",
		],
		[
			"to an entry of a flow mapping without a value",
			"kind: Pod\nspec: {containers: [{name: a}], imagePullSecrets: }\n",
			"kind: Pod\nspec: {containers: [{name: a}], imagePullSecrets: [{name: k}] }\n",
		],
		[
			"with CRLF line ends",
			"kind: Pod\r\nspec:\r\n  containers: [{name: a}]\r\n",
			"kind: Pod\r\nspec:\r\n  imagePullSecrets:\r\n  - name: k\r\n  containers: [{name: a}]\r\n",
		],
		[
			"behind a byte order mark",
			"\uFEFFkind: Pod\nspec:\n  containers: [{name: a}]\n",
			"\uFEFFkind: Pod\nspec:\n  imagePullSecrets:\n  - name: k\n  containers: [{name: a}]\n",
		],
		[
			"where keys are explicit, anchored and tagged",
			"kind: Pod\n? spec\n: &s !!map\n  &c containers: [{name: a}]\nx: *c\n",
			"kind: Pod\n? spec\n: &s !!map\n  imagePullSecrets:\n  - name: k\n  &c containers: [{name: a}]\nx: *c\n",
		],
		[
			"in a List, and to items of a typed list without a kind",
			`
			kind: List
			apiVersion: v1
			items:
			- kind: PodList
				items:
				- spec:
						containers: [{name: a}]
			- kind: Service
				spec: {}
			`,
			`
			kind: List
			apiVersion: v1
			items:
			- kind: PodList
				items:
				- spec:
						imagePullSecrets:
						- name: k
						containers: [{name: a}]
			- kind: Service
				spec: {}
			`,
		],
		[
			"once to a spec that an alias shares",
			`
			kind: List
			items:
			- kind: Pod
				spec: &spec
					containers: [{name: a}]
			- kind: Pod
				spec: *spec
			- kind: Pod
				spec:
					<<: *spec
					hostNetwork: true
			`,
			`
			kind: List
			items:
			- kind: Pod
				spec: &spec
					imagePullSecrets:
					- name: k
					containers: [{name: a}]
			- kind: Pod
				spec: *spec
			- kind: Pod
				spec:
					<<: *spec
					hostNetwork: true
			`,
		],
		[
			"to a list that is merged in, which an own list would hide",
			`
			kind: Pod
			x: &base
				imagePullSecrets: [{name: one}]
			spec:
				<<: [*base]
				containers: [{name: a}]
			`,
			`
			kind: Pod
			x: &base
				imagePullSecrets: [{name: one}, {name: k}]
			spec:
				<<: [*base]
				containers: [{name: a}]
			`,
		],
		[
			"in several documents, with markers, directives and comments between them",
			"%YAML 1.2\n--- # one\nkind: Pod\nspec: {}\n...\n# gap\n%YAML 1.2\n---\nkind: Pod\nspec: {a: 1}\n---\n# nothing\n---\nkind: Pod # two\nspec: { a: 1 }\n",
			"%YAML 1.2\n--- # one\nkind: Pod\nspec: {imagePullSecrets: [{name: k}]}\n...\n# gap\n%YAML 1.2\n---\nkind: Pod\nspec: {imagePullSecrets: [{name: k}], a: 1}\n---\n# nothing\n---\nkind: Pod # two\nspec: { imagePullSecrets: [{name: k}], a: 1 }\n",
		],
		[
			"to JSON, indented as it is",
			'{\n\t"kind": "Pod",\n\t"spec": {\n\t\t"containers": []\n\t}\n}\n',
			'{\n\t"kind": "Pod",\n\t"spec": {\n\t\t"imagePullSecrets": [\n\t\t\t{\n\t\t\t\t"name": "k"\n\t\t\t}\n\t\t],\n\t\t"containers": []\n\t}\n}\n',
		],
		[
			"to JSON without spaces",
			'{"kind":"Pod","spec":{"containers":[]}}',
			'{"kind":"Pod","spec":{"imagePullSecrets":[{"name":"k"}],"containers":[]}}',
		],
		[
			"to a JSON list, on lines as its items",
			'{"kind": "Pod", "spec": {"imagePullSecrets": [\n  {\n    "name": "one"\n  }\n]}}',
			'{"kind": "Pod", "spec": {"imagePullSecrets": [\n  {\n    "name": "one"\n  },\n  {\n    "name": "k"\n  }\n]}}',
		],
		[
			"to a stream of JSON objects",
			'{"kind":"Pod","spec":{"a":"}\\"{"}} {"kind":"Service"}\n{"kind":"Pod","spec":{}}\n',
			'{"kind":"Pod","spec":{"imagePullSecrets":[{"name":"k"}],"a":"}\\"{"}} {"kind":"Service"}\n{"kind":"Pod","spec":{"imagePullSecrets":[{"name":"k"}]}}\n',
		],
	];
	for (const [what, before, after] of table)
		it(what, () => {
			const { text } = injectManifest(yaml(before), "f", KEY);
			assert.equal(text, yaml(after));
			assert.equal(injectManifest(text, "f", KEY).text, text, "twice");
		});

	it("quotes a name that YAML would not take for a string", () => {
		const pod = "kind: Pod\nspec:\n  containers: [{name: a}]\n";
		const { text } = injectManifest(pod, "f", {
			secret: "123",
			fix: false,
			serviceAccounts: false,
		});
		assert.match(text, /- name: "123"\n/);
	});
});

describe("passed through as it is", () => {
	const unchanged: [what: string, text: string][] = [
		[
			"an unknown kind",
			"kind: Widget\nspec:\n  template: {spec: {containers: []}}\n",
		],
		[
			"a Job of another API group",
			"apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {template: {spec: {a: 1}}}\n",
		],
		[
			"a kind of the core group that has no pods",
			"apiVersion: v1\nkind: ConfigMap\ntemplate: {spec: {containers: [{name: a}]}}\n",
		],
		[
			"a service account, unless it is asked for",
			"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n",
		],
		["an empty file", ""],
		["a file of comments", "# nothing\n---\n# here\n"],
		["a scalar", "just words\n"],
		["a list at the top", "- kind: Pod\n  spec: {}\n"],
		[
			"a pod that names the Secret",
			"kind: Pod\nspec:\n  imagePullSecrets: [{name: k}]\n  containers: [{name: a}]\n",
		],
	];
	for (const [what, text] of unchanged)
		it(what, () => {
			const injected = injectManifest(text, "f", KEY);
			assert.equal(injected.text, text);
			assert.deepEqual(injected.warnings, []);
		});

	const warned: [what: string, text: string, warning: string][] = [
		[
			"no spec",
			"kind: Pod\nmetadata: {name: a}\n",
			"f:1: Pod/a has no pod spec; left unchanged",
		],
		[
			"no template",
			"# x\nkind: Job\nspec: {}\n",
			"f:2: Job has no pod spec; left unchanged",
		],
	];
	for (const [what, text, warning] of warned)
		it(`with a warning: ${what}`, () => {
			const injected = injectedInWords(text, "f", KEY);
			assert.equal(injected.text, text);
			assert.deepEqual(injected.warnings, [warning]);
		});
});

it("a template without containers is injected, with a warning", () => {
	const injected = injectedInWords("kind: Pod\nspec:\n  a: 1\n", "f", KEY);
	assert.equal(
		injected.text,
		"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: k\n  a: 1\n",
	);
	assert.deepEqual(injected.warnings, ["f:3: Pod has no containers"]);
});

describe("refused, with file and line", () => {
	const table: [what: string, text: string, message: RegExp][] = [
		[
			"not YAML",
			"kind: Service\n---\nkind: Pod\nspec: [\n",
			/^f:5: not valid YAML: /,
		],
		[
			"a template of Helm's",
			"kind: Pod\nspec:\n  a: {{ .Values.secret }}\n",
			/^f:3: not valid YAML: A key that is a mapping or a list \(a template that is not rendered yet\?\)/,
		],
		[
			"a tab for indentation",
			"kind: Pod\nspec:\n\ta: 1\n",
			/^f:3: not valid YAML: /,
		],
		[
			"a template of Helm's in another kind",
			"kind: ConfigMap\ndata: {{ .Values.x }}\n",
			/^f:2: not valid YAML: A key that is a mapping/,
		],
		[
			"an alias without an anchor",
			"kind: Pod\nspec: *none\n",
			/^f:2: not valid YAML: Unresolved alias/,
		],
		[
			"a list that is none",
			"kind: Pod\nspec:\n  imagePullSecrets: k\n",
			/^f:3: imagePullSecrets is not a list/,
		],
		[
			"an anchor without a value, in a flow mapping",
			'kind: Pod\nspec: {"imagePullSecrets":&null, containers: [{name: a}]}\n',
			/^f:2: cannot be edited in place because of an anchor or a tag without a value; /,
		],
		[
			"a colon that kubectl takes for a part of the key",
			"kind: Pod\nspec: {containers: [{name: a}], imagePullSecrets:,x}\n",
			/^f:2: cannot be edited in place because of a colon without a space behind it; /,
		],
		["JSON cut short", '{"kind": "Pod", "spec": {\n', /^f:2: not valid YAML: /],
		[
			"a line in a string that looks like another kind",
			'x: "\nkind: Service\n"\nkind: Pod\nspec: {}\n',
			/^f:1: not valid YAML: /,
		],
		[
			"L13: a list indented less than its key's value, in a kind without pods",
			"kind: AnalysisTemplate\nspec:\n    metrics:\n      - name: a\n    - name: b\n",
			/^f:\d: not valid YAML: /,
		],
		["no kind and not YAML", "a: b: c\n", /^f:1: not valid YAML: /],
	];
	for (const [what, text, message] of table)
		it(what, () => {
			refusedInWords(() => injectManifest(text, "f", KEY), message);
		});

	it("does not quote the file, which may hold a Secret", () => {
		const text = "kind: Pod\npassword: 'p4ssw0rd\nx: {p4ssw0rd\n";
		assert.throws(
			() => injectManifest(text, "f", KEY),
			(error) => !failureLine(error).includes("p4ssw0rd"),
		);
	});
});

describe("any manifest", () => {
	it("gets the key once in each pod, and keeps every other byte", () => {
		fc.assert(
			fc.property(manifestText(), (manifest) => {
				const { text } = injectManifest(manifest.text, "f", KEY);
				assert.deepEqual(valuesOf(text), expected(manifest));
				// Only a null that is spelt out makes way for what takes its place.
				const kept = manifest.text.replace(
					/(imagePullSecrets"?:\s*)null/g,
					"$1",
				);
				assert.ok(isSubsequence(kept, text));
				assert.equal(injectManifest(text, "f", KEY).text, text);
			}),
			{ numRuns: 200 },
		);
	});
});

function valuesOf(text: string): unknown[] {
	if (text.startsWith("{"))
		return [...splitManifest(text)].map((each) => JSON.parse(each.text));
	return parseAllDocuments(text, { merge: true }).map((document) => {
		assert.deepEqual(document.errors, []);
		return document.toJS() as unknown;
	});
}

function expected({ values: before, podSpecs }: Manifest): unknown[] {
	const values: unknown[] = JSON.parse(JSON.stringify(before));
	for (const spec of podSpecs(values)) {
		const there = spec.imagePullSecrets;
		const list = Array.isArray(there) ? there : [];
		if (!list.some(({ name }) => name === "k"))
			spec.imagePullSecrets = [...list, { name: "k" }];
	}
	return values;
}

function isSubsequence(part: string, whole: string): boolean {
	let at = 0;
	for (const char of whole) if (char === part[at]) at++;
	return at === part.length;
}
