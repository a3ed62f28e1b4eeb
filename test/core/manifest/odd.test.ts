/** Manifests as people, tools and hostile neighbours write them, each found in the wild or by fuzzing. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDocument } from "yaml";
import { manifestImages } from "../../../src/core/manifest/images.ts";
import type { Injection } from "../../../src/core/manifest/inject.ts";
import { splitManifest } from "../../../src/core/manifest/split.ts";
import { imagesInWords, injectedInWords } from "../../support/injected.ts";
import { refusedInWords } from "../../support/refused.ts";

const INJECTION: Injection = {
	secret: "k",
	fix: false,
	serviceAccounts: false,
};
const FIX: Injection = { ...INJECTION, fix: true };

function injected(text: string, injection = INJECTION) {
	return injectedInWords(text, "f", injection);
}

describe("an explicit key (`? c`) keeps what is its own", () => {
	const table: [what: string, before: string, after: string][] = [
		[
			"first in a pod's spec",
			"kind: Pod\nspec:\n  ? containers\n  : - name: a\n",
			"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: k\n  ? containers\n  : - name: a\n",
		],
		[
			"first, with an anchor",
			"kind: Pod\nspec:\n  ? &c containers\n  : - name: a\nx: *c\n",
			"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: k\n  ? &c containers\n  : - name: a\nx: *c\n",
		],
		[
			"first in a spec that is an explicit key's value",
			"kind: Pod\n? spec\n: ? containers\n  : - name: a\n",
			"kind: Pod\n? spec\n: imagePullSecrets:\n  - name: k\n  ? containers\n  : - name: a\n",
		],
		[
			"first in braces",
			"kind: Pod\nspec: {? containers : [{name: a}]}\n",
			"kind: Pod\nspec: {imagePullSecrets: [{name: k}], ? containers : [{name: a}]}\n",
		],
		[
			"in braces with an anchor",
			"kind: Pod\nspec: {&c containers: [{name: a}]}\nx: *c\n",
			"kind: Pod\nspec: {imagePullSecrets: [{name: k}], &c containers: [{name: a}]}\nx: *c\n",
		],
		[
			"that is imagePullSecrets itself, without a value",
			"kind: Pod\nspec:\n  ? imagePullSecrets\n  :\n  containers: [{name: a}]\n",
			"kind: Pod\nspec:\n  ? imagePullSecrets\n  :\n    - name: k\n  containers: [{name: a}]\n",
		],
		[
			"that is imagePullSecrets itself, with a list",
			"kind: Pod\nspec:\n  ? imagePullSecrets\n  : - name: one\n  containers: [{name: a}]\n",
			"kind: Pod\nspec:\n  ? imagePullSecrets\n  : - name: one\n    - name: k\n  containers: [{name: a}]\n",
		],
	];
	for (const [what, before, after] of table)
		it(what, () => {
			const { text } = injected(before);
			assert.equal(text, after);
			assert.deepEqual(parseDocument(text).errors, []);
			assert.equal(injected(text).text, text, "twice");
		});

	it("is not moved by --fix", () => {
		refusedInWords(
			() =>
				injected(
					"kind: Pod\nspec:\n  containers:\n  - ? imagePullSecrets\n    : [{name: one}]\n    name: a\n",
					FIX,
				),
			"f:4: cannot be edited in place because of an explicit key; write it in the usual way first",
		);
	});
});

describe("a marker right behind a closing brace (`{…}---`) ends the document", () => {
	const table: [before: string, after: string][] = [
		[
			'{"kind":"Pod","spec":{"containers":[{"name":"a"}]}}---',
			'{"kind":"Pod","spec":{"imagePullSecrets":[{"name":"k"}],"containers":[{"name":"a"}]}}---',
		],
		[
			'{"kind":"Pod","spec":{"a":1,"containers":[]}}---\nkind: Pod\nspec: {a: 1}\n',
			'{"kind":"Pod","spec":{"imagePullSecrets":[{"name":"k"}],"a":1,"containers":[]}}---\nkind: Pod\nspec: {imagePullSecrets: [{name: k}], a: 1}\n',
		],
		[
			"{kind: Pod, spec: {containers: [{name: a}]}}---",
			"{kind: Pod, spec: {imagePullSecrets: [{name: k}], containers: [{name: a}]}}---",
		],
		[
			"kind: Service\n--- {kind: Pod, spec: {containers: [{name: a}]}}---\n",
			"kind: Service\n--- {kind: Pod, spec: {imagePullSecrets: [{name: k}], containers: [{name: a}]}}---\n",
		],
	];
	for (const [before, after] of table)
		it(JSON.stringify(before), () => {
			assert.equal(injected(before).text, after);
			assert.equal(injected(after).text, after, "twice");
		});

	it("in the middle of a file it is an error, and told", () => {
		refusedInWords(
			() => injected("{kind: Pod}---\nkind: Pod\n"),
			/^f:1: not valid YAML: .*; nothing of this file is written$/,
		);
	});
});

describe("what follows the end of a document stays, and is not looked at", () => {
	for (const rest of ["...\na: [\n", "... words\n", "...\nkind: Pod\n"])
		it(JSON.stringify(rest), () => {
			const { text } = injected(`kind: Pod\nspec:\n  containers: []\n${rest}`);
			assert.equal(
				text,
				`kind: Pod\nspec:\n  imagePullSecrets:\n  - name: k\n  containers: []\n${rest}`,
			);
			assert.equal(injected(text).text, text, "twice");
		});
});

describe("a ? without a space inside brackets is a key to kubectl", () => {
	for (const text of [
		'kind: Pod\nspec: {?"containers": [{name: a}]}\n',
		"kind: Pod\nspec: {containers: [?name]}\n",
	])
		it(`and not to YAML 1.2, so it is refused: ${JSON.stringify(text)}`, () => {
			refusedInWords(
				() => injected(text),
				"f:2: not valid YAML: A ? has to be followed by a space; nothing of this file is written",
			);
		});

	it("but not where it is quoted, spaced, or outside brackets", () => {
		const { text } = injected(
			'kind: Pod\nmetadata: {annotations: {"?a": "?"}}\n?x: 1\nspec: {? containers : [{name: a}]}\n',
		);
		assert.ok(text.includes("imagePullSecrets"), text);
	});
});

describe("an image in base64, which kubectl reads as its text", () => {
	const file =
		"kind: Pod\nspec:\n  containers:\n  - image: !!binary bmdpbng=\n";

	it("is listed", () => {
		assert.deepEqual(imagesInWords(file, "f").images, [
			{ image: "nginx", artifact: false },
		]);
	});

	it("is not left where it is when images are moved", () => {
		refusedInWords(
			() => injected(file, { ...INJECTION, registry: "r.io" }),
			"f:4: cannot be edited in place because of a !!binary value; write it in the usual way first",
		);
	});
});

describe("a lone carriage return ends a line, as for kubectl", () => {
	it("at the end of a list", () => {
		const { text } = injected(
			"kind: Pod\nspec:\n  containers:\n  - name: a\n  imagePullSecrets:\n  - name: one\r",
		);
		assert.equal(
			text,
			"kind: Pod\nspec:\n  containers:\n  - name: a\n  imagePullSecrets:\n  - name: one\n  - name: k\r",
		);
		assert.equal(injected(text).text, text, "twice");
	});

	for (const end of ["\u0085", "\u2028", "\u2029"]) {
		const code = `U+${end.charCodeAt(0).toString(16).padStart(4, "0")}`;

		it(`and so does ${code}, in YAML 1.1`, () => {
			const { text } = injected(`kind: Pod\nspec:${end}  containers: []\n`);
			assert.equal(
				text,
				`kind: Pod\nspec:${end}  imagePullSecrets:\n  - name: k\n  containers: []\n`,
			);
		});

		it(`and ends a comment: ${code}`, () => {
			const file = `kind: Pod\n# hidden${end}spec: {containers: [{image: evil}]}\n`;
			assert.deepEqual(imagesInWords(file, "f").images, [
				{ image: "evil", artifact: false },
			]);
			assert.equal(
				injected(file).text,
				file.replace(
					"{containers",
					"{imagePullSecrets: [{name: k}], containers",
				),
			);
		});

		it(`but none in a string of JSON: ${code}`, () => {
			const { text } = injected(`{"kind":"Pod","spec":{"${end}a":"b${end}c"}}`);
			assert.equal(
				text,
				`{"kind":"Pod","spec":{"imagePullSecrets":[{"name":"k"}],"${end}a":"b${end}c"}}`,
			);
		});
	}

	it("in a file that has no other line ends", () => {
		const { text } = injected("kind: Pod\rspec:\r  containers:\r  - name: a\r");
		assert.equal(
			text,
			"kind: Pod\rspec:\r  imagePullSecrets:\r  - name: k\r  containers:\r  - name: a\r",
		);
		assert.equal(injected(text).text, text, "twice");
	});

	it("counts as a line in messages", () => {
		assert.deepEqual(injected("# x\r# y\rkind: Pod\r").warnings, [
			"f:3: Pod has no pod spec; left unchanged",
		]);
	});
});

describe("behind a JSON object, kubectl reads on in a stream of JSON alone", () => {
	const POD = '{"kind":"Pod","spec":{"containers":[{"name":"a"}]}}';
	const DONE =
		'{"kind":"Pod","spec":{"imagePullSecrets":[{"name":"k"}],"containers":[{"name":"a"}]}}';
	const table: [
		what: string,
		before: string,
		after: string,
		warned?: string,
	][] = [
		["a stream", `${POD}\r${POD}`, `${DONE}\r${DONE}`],
		[
			"behind a byte order mark",
			`\uFEFF${POD}\n${POD}`,
			`\uFEFF${DONE}\n${POD}`,
			"f:2",
		],
		[
			"a lone carriage return, and what is no YAML",
			`\uFEFF${POD}\r---\ritems: []---\rkind: Pod\r`,
			`\uFEFF${DONE}\r---\ritems: []---\rkind: Pod\r`,
			"f:2",
		],
		[
			"behind a marker",
			`---\n${POD}\r# c\rfoo: [\r`,
			`---\n${DONE}\r# c\rfoo: [\r`,
			"f:4",
		],
		["a comment", `---\n${POD} # c\n`, `---\n${DONE} # c\n`],
		["dots", `---\n${POD}\n...\n[\n`, `---\n${DONE}\n...\n[\n`],
	];
	for (const [what, before, after, warned] of table)
		it(what, () => {
			const { text, warnings } = injected(before);
			assert.equal(text, after);
			assert.deepEqual(
				warnings,
				warned === undefined
					? []
					: [
							`${warned}: kubectl ignores what follows a JSON object in one document; left unchanged`,
						],
			);
		});
});

describe("YAML that what is added makes JSON of", () => {
	const FLOW = '{"kind":"Pod","spec":{"imagePullSecrets":,"containers":[]}}';
	const FILLED =
		'{"kind":"Pod","spec":{"imagePullSecrets": [{"name":"k"}],"containers":[]}}';
	for (const [before, after] of [
		[`${FLOW}\n`, `${FILLED}\n`],
		// kubectl: `invalid character '.' looking for beginning of value`
		[`${FLOW}\n...\n`, `---\n${FILLED}\n...\n`],
		[`${FLOW} # c\n`, `---\n${FILLED} # c\n`],
		[`${FLOW}\n---\na: b\n`, `---\n${FILLED}\n---\na: b\n`],
		[`---\n${FLOW}\n...\n`, `---\n${FILLED}\n...\n`],
		[`\uFEFF${FLOW}\n...\n`, `\uFEFF${FILLED}\n...\n`],
	] as const)
		it(JSON.stringify(before), () =>
			assert.equal(injected(before).text, after),
		);
});

describe("L5: a repeated key is told, and the last one counts", () => {
	it("of labels", () => {
		const before =
			"kind: Pod\nmetadata:\n  labels:\n    app: a\n    app: a\nspec:\n  containers: [{name: a}]\n";
		const { text, warnings } = injected(before);
		assert.equal(
			text,
			before.replace("spec:\n", "spec:\n  imagePullSecrets:\n  - name: k\n"),
		);
		assert.deepEqual(warnings, [
			'f:5: the key "app" is repeated in one mapping; kubectl uses the last one',
		]);
	});

	const table: [what: string, before: string, after: string][] = [
		[
			"imagePullSecrets",
			"kind: Pod\nspec:\n  imagePullSecrets: [{name: k}]\n  containers: [{name: a}]\n  imagePullSecrets: [{name: one}]\n",
			"kind: Pod\nspec:\n  imagePullSecrets: [{name: k}]\n  containers: [{name: a}]\n  imagePullSecrets: [{name: one}, {name: k}]\n",
		],
		[
			"the spec",
			"kind: Pod\nspec: {x: 1}\nspec: {containers: [{name: a}]}\n",
			"kind: Pod\nspec: {x: 1}\nspec: {imagePullSecrets: [{name: k}], containers: [{name: a}]}\n",
		],
		[
			"in JSON",
			'{"kind":"Pod","spec":{"imagePullSecrets":[],"imagePullSecrets":[{"name":"one"}],"containers":[{"name":"a"}]}}',
			'{"kind":"Pod","spec":{"imagePullSecrets":[],"imagePullSecrets":[{"name":"one"},{"name":"k"}],"containers":[{"name":"a"}]}}',
		],
	];
	for (const [what, before, after] of table)
		it(what, () => {
			const { text, warnings } = injected(before);
			assert.equal(text, after);
			assert.equal(warnings.length, 1);
			assert.match(warnings[0] ?? "", /is repeated in one mapping/);
		});

	it("what is merged counts at its place: after an own entry it wins, before it loses", () => {
		const pod = (entries: string) =>
			`kind: Pod\nx: &b\n  imagePullSecrets: [{name: merged}]\nspec:\n  containers: [{name: a}]\n${entries}`;
		const own = "  imagePullSecrets: [{name: own}]\n";
		const merge = "  <<: *b\n";
		assert.match(
			injected(pod(own + merge)).text,
			/\[\{name: merged\}, \{name: k\}\]/,
		);
		assert.match(
			injected(pod(merge + own)).text,
			/\[\{name: own\}, \{name: k\}\]/,
		);
		assert.deepEqual(injected(pod(merge + merge)).warnings, []);
	});

	it("at most ten of a document, none longer than a line, and none that steers a terminal", () => {
		const key = `"\\u001b[2J${"x".repeat(500)}"`;
		const { warnings } = injected(
			`kind: ConfigMap\ndata:\n${`  ${key}: 1\n`.repeat(30)}`,
		);
		assert.equal(warnings.length, 11);
		assert.equal(warnings.at(-1), "f: 19 more repeated keys");
		assert.ok(warnings.every((line) => line.length < 150));
		assert.ok(warnings.every((line) => !line.includes("\u001b")));
	});
});

describe("M7: pod templates of kinds that are not known", () => {
	const template = (kind: string, at = "spec:\n  template:\n    spec:\n") =>
		`apiVersion: ${kind.split(" ")[0]}\nkind: ${kind.split(" ")[1]}\nmetadata: {name: x}\n${at}      containers: [{name: c, image: "r.io/a:1"}]\n`;
	const known: [kind: string, at?: string][] = [
		["argoproj.io/v1alpha1 Rollout"],
		["apps.kruise.io/v1alpha1 CloneSet"],
		["serving.knative.dev/v1 Service"],
		["apps.openshift.io/v1 DeploymentConfig"],
		[
			"kubeflow.org/v1 PyTorchJob",
			"spec:\n pytorchReplicaSpecs:\n  Worker:\n   template:\n    spec:\n",
		],
		[
			"batch.volcano.sh/v1alpha1 Job",
			"spec:\n tasks:\n - name: t\n   template:\n    spec:\n",
		],
		[
			"work.open-cluster-management.io/v1 ManifestWork",
			"spec:\n workload:\n  manifests:\n  - spec:\n     template:\n       spec:\n  ",
		],
	];
	for (const [kind, at] of known)
		it(`${kind} is injected and told`, () => {
			const before = template(kind, at);
			const { text, warnings, namespaces } = injected(before);
			assert.match(text, /imagePullSecrets:\n +- name: k\n +containers/);
			assert.equal(warnings.length, 1);
			assert.match(
				warnings[0] ?? "",
				/^f:\d+: \w+\/x: unknown kind; spec[\w.[\]]*\.template\.spec looks like a pod's spec and is treated as one$/,
			);
			assert.deepEqual([...namespaces], [undefined]);
			assert.equal(injected(text).text, text, "twice");
			assert.deepEqual(manifestImages(before, "f").images, [
				{ image: "r.io/a:1", artifact: false },
			]);
		});

	it("Knative's container needs no name", () => {
		assert.match(
			injected(
				"apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {template: {spec: {containers: [{image: a}]}}}\n",
			).text,
			/spec: \{imagePullSecrets: \[\{name: k\}\], containers/,
		);
	});

	it("PodTemplate is a kind of Kubernetes", () => {
		const { text, warnings } = injected(
			"apiVersion: v1\nkind: PodTemplate\ntemplate:\n  spec:\n    containers: [{name: a}]\n",
		);
		assert.match(text, / {4}imagePullSecrets:\n {4}- name: k\n/);
		assert.deepEqual(warnings, []);
	});

	it("a template by an alias", () => {
		const { text } = injected(
			"kind: Rollout\nx: &t\n  spec:\n    containers: [{name: a}]\nspec:\n  template: *t\n",
		);
		assert.match(text, / {4}imagePullSecrets:\n {4}- name: k\n/);
	});

	const left: [what: string, text: string][] = [
		[
			"a policy's pattern",
			"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {rules: [{mutate: {patchStrategicMerge: {spec: {template: {spec: {containers: [{name: a}]}}}}}}]}\n",
		],
		[
			"names that are patterns",
			"apiVersion: x.io/v1\nkind: Rule\nspec: {template: {spec: {containers: [{name: '*', image: a}]}}}\n",
		],
		[
			"a schema",
			"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {template: {spec: {containers: [{name: a}]}}}\n",
		],
		[
			"text that holds a manifest",
			"kind: ConfigMap\ndata:\n  a: |\n    spec: {template: {spec: {containers: [{name: a}]}}}\n",
		],
	];
	for (const [what, text] of left)
		it(`${what} is left as it is`, () => {
			const { text: after, warnings } = injected(text);
			assert.equal(after, text);
			assert.deepEqual(warnings, []);
		});
});

describe("M7: containers of kinds that make pods in a way of their own are told", () => {
	const table: [kind: string, spec: string, told: boolean][] = [
		[
			"argoproj.io/v1alpha1 Workflow",
			"templates: [{name: x, container: {image: r.io/a:1}}]",
			true,
		],
		["tekton.dev/v1 Task", "steps: [{name: a, image: r.io/a:1}]", true],
		[
			"serving.kserve.io/v1beta1 InferenceService",
			"predictor: {containers: [{name: a, image: r.io/a:1}]}",
			true,
		],
		[
			"monitoring.coreos.com/v1 Prometheus",
			"containers: [{name: a, image: r.io/a:1}]",
			true,
		],
		[
			"kyverno.io/v1 ClusterPolicy",
			"pattern: {containers: [{name: a, image: r.io/a:1}]}",
			false,
		],
		[
			"example.io/v1 Pattern",
			'containers: [{name: a, image: "r.io/*"}]',
			false,
		],
		["example.io/v1 Shop", "image: r.io/a:1", false],
	];
	for (const [kind, spec, told] of table)
		it(kind, () => {
			const [apiVersion, name] = kind.split(" ");
			const text = `apiVersion: ${apiVersion}\nkind: ${name}\nmetadata: {name: x}\nspec: {${spec}}\n`;
			const result = injected(text);
			assert.equal(result.text, text);
			assert.deepEqual(
				result.warnings,
				told
					? [
							`f:1: ${name}/x: unknown kind with containers, but no pod template; left unchanged`,
						]
					: [],
			);
		});
});

describe("L6: imagePullSecrets one or two levels too high", () => {
	const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  imagePullSecrets: # ours
  - name: regcred
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    imagePullSecrets:
    - name: other
    spec:
      containers:
      - name: c
        image: ghcr.io/acme/a:1
`;
	it("of a Deployment, told", () => {
		assert.deepEqual(injected(DEPLOYMENT).warnings, [
			"f:5: Deployment/web: imagePullSecrets in spec has no effect; it belongs in spec.template.spec (--fix moves it there)",
			"f:10: Deployment/web: imagePullSecrets in spec.template has no effect; it belongs in spec.template.spec (--fix moves it there)",
		]);
	});

	it("of a Deployment, moved", () => {
		const { text, warnings } = injected(DEPLOYMENT, FIX);
		assert.equal(
			text,
			`apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      # ours
      imagePullSecrets:
      - name: regcred
      - name: other
      - name: k
      containers:
      - name: c
        image: ghcr.io/acme/a:1
`,
		);
		assert.deepEqual(warnings, [
			"f:5: Deployment/web: moved imagePullSecrets to spec.template.spec",
			"f:10: Deployment/web: moved imagePullSecrets to spec.template.spec",
		]);
		assert.equal(injected(text, FIX).text, text);
	});

	const table: [what: string, before: string, after: string][] = [
		[
			"of a CronJob",
			"kind: CronJob\nspec:\n  imagePullSecrets: [{name: one}]\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers: [{name: a}]\n",
			"kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          imagePullSecrets:\n          - name: one\n          - name: k\n          containers: [{name: a}]\n",
		],
		[
			"of a Pod",
			"kind: Pod\nimagePullSecrets:\n- name: one\nspec:\n  containers: [{name: a}]\n",
			"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: one\n  - name: k\n  containers: [{name: a}]\n",
		],
		[
			"of a kind that is not known, in its template",
			"kind: Rollout\nspec:\n  imagePullSecrets: [{name: kept}]\n  template:\n    imagePullSecrets: [{name: one}]\n    spec:\n      containers: [{name: a}]\n",
			"kind: Rollout\nspec:\n  imagePullSecrets: [{name: kept}]\n  template:\n    spec:\n      imagePullSecrets:\n      - name: one\n      - name: k\n      containers: [{name: a}]\n",
		],
		[
			"in JSON",
			'{"kind":"Job","spec":{"imagePullSecrets":[{"name":"one"}],"template":{"spec":{"containers":[{"name":"a"}]}}}}',
			'{"kind":"Job","spec":{"template":{"spec":{"imagePullSecrets":[{"name":"one"},{"name":"k"}],"containers":[{"name":"a"}]}}}}',
		],
	];
	for (const [what, before, after] of table)
		it(what, () => {
			assert.equal(injected(before, FIX).text, after);
			assert.equal(injected(after, FIX).text, after);
		});
});

describe("service accounts, where they are asked for", () => {
	const ACCOUNTS: Injection = { ...INJECTION, serviceAccounts: true };
	const table: [what: string, before: string, after: string][] = [
		[
			"one without pull Secrets",
			"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n",
			"apiVersion: v1\nkind: ServiceAccount\nimagePullSecrets:\n- name: k\nmetadata:\n  name: a\n",
		],
		[
			"one with some",
			"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\nimagePullSecrets:\n- name: one\nsecrets: []\n",
			"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\nimagePullSecrets:\n- name: one\n- name: k\nsecrets: []\n",
		],
		[
			"in JSON",
			'{"kind":"ServiceAccount","metadata":{"name":"a"}}',
			'{"kind":"ServiceAccount","imagePullSecrets":[{"name":"k"}],"metadata":{"name":"a"}}',
		],
		[
			"in a List",
			"kind: List\nitems:\n- kind: ServiceAccount\n  metadata: {name: a}\n",
			"kind: List\nitems:\n- kind: ServiceAccount\n  imagePullSecrets:\n  - name: k\n  metadata: {name: a}\n",
		],
	];
	for (const [what, before, after] of table)
		it(what, () => {
			const { text, namespaces } = injected(before, ACCOUNTS);
			assert.equal(text, after);
			assert.deepEqual([...namespaces], [undefined]);
			assert.equal(injected(text, ACCOUNTS).text, text, "twice");
			assert.equal(injected(before).text, before, "only then");
		});
});

describe("images of volumes, and those that are filled in", () => {
	const REGISTRY: Injection = { ...INJECTION, registry: "r.io/m" };
	it("M4: an image volume is listed and moved", () => {
		const before =
			"kind: Pod\nspec:\n  imagePullSecrets: [{name: k}]\n  containers:\n  - name: c\n    image: docker.io/library/app:1\n  volumes:\n  - name: m\n    image:\n      reference: quay.io/crio/artifact:v2\n  - name: n\n    emptyDir: {}\n";
		assert.deepEqual(manifestImages(before, "f").images, [
			{ image: "docker.io/library/app:1", artifact: false },
			{ image: "quay.io/crio/artifact:v2", artifact: true },
		]);
		const { text } = injected(before, REGISTRY);
		assert.equal(
			text,
			before
				.replace("docker.io/library/app:1", "r.io/m/app:1")
				.replace("quay.io/crio/artifact:v2", "r.io/m/artifact:v2"),
		);
	});

	it("L7: Istio's auto is left as it is, and told", () => {
		const before =
			"kind: Pod\nspec:\n  imagePullSecrets: [{name: k}]\n  containers:\n  - name: istio-proxy\n    image: auto\n";
		const warning =
			'f:6: image "auto" is filled in by Istio\'s injector; left unchanged';
		const { text, images, warnings } = injected(before, REGISTRY);
		assert.equal(text, before);
		assert.deepEqual({ images, warnings }, { images: [], warnings: [warning] });
		assert.deepEqual(imagesInWords(before, "f"), {
			images: [],
			warnings: [warning],
			faults: [],
		});
	});
});

const TOO_LARGE =
	"f:1: too much for one document; split it, a List into its items; nothing of this file is written";

/** Each takes seconds on a busy machine, and would take a quarter of an hour, or all memory. */
describe("input that would take for ever", () => {
	const table: [what: string, text: string, given: number][] = [
		["a million spaces in a value", `x: a${" ".repeat(1_000_000)}b\n`, 0],
		["a million tabs in a value", `x: a${"\t".repeat(1_000_000)}b\n`, 0],
		[
			"150,000 keys in one mapping",
			`x:\n${Array.from({ length: 150_000 }, (_, at) => `  k${at}: 1\n`).join("")}`,
			0,
		],
		[
			"40,000 pods on one line",
			`---\n{"kind":"List","items":[${Array(40_000).fill('{"kind":"Pod","spec":{"containers":[{"image":"x"}]}}').join()}]}\n`,
			40_000,
		],
		[
			"a million spaces before a comment",
			`x: 1${" ".repeat(1_000_000)}# c\n`,
			0,
		],
	];
	for (const [what, text, given] of table)
		it(what, () => {
			const after = injected(`kind: Pod\n${text}`).text;
			assert.equal(after.split("imagePullSecrets").length - 1, given);
		});

	it("images that are no references, and messages about them", () => {
		for (const image of [
			`a${"-".repeat(1_000_000)}/A`,
			`${"a.".repeat(500_000)}/b`,
			`${"a/".repeat(500_000)}`,
			`a:${"b".repeat(1_000_000)}`,
			`a@sha256:${"a+b".repeat(300_000)}`,
		])
			refusedInWords(
				() =>
					injected(`kind: Pod\nspec: {containers: [{image: "${image}"}]}\n`, {
						...INJECTION,
						registry: "r.io",
					}),
				/^(?=.{1,392}$).*is not an image reference/,
			);
	});

	// Each told as kubectl 1.36 does, which takes the first and refuses the others.
	for (const [levels, wide, refused] of [
		[5, 4, false],
		[6, 4, true],
		[2, 100, false],
		[3, 22, true],
		[12, 4, true],
		[1000, 9, true],
	] as const)
		it(`${levels} levels of lists, each ${wide} times the one before`, () => {
			const list = (of: string) => `[${`${of},`.repeat(wide)}]`;
			const text = Array.from(
				{ length: levels },
				(_, at) => `a${at}: &a${at} ${list(at === 0 ? "x" : `*a${at - 1}`)}\n`,
			).join("");
			const act = () => injected(`kind: X\napiVersion: x.io/v1\n${text}`);
			if (refused)
				refusedInWords(
					act,
					"f:1: not valid YAML: Aliases repeat too much; nothing of this file is written",
				);
			else assert.equal(act().text, `kind: X\napiVersion: x.io/v1\n${text}`);
		});

	it("is refused where merge keys double 40 times", () => {
		const text = Array.from(
			{ length: 40 },
			(_, at) => `m${at + 1}: &m${at + 1} {<<: [*m${at}, *m${at}]}\n`,
		).join("");
		refusedInWords(
			() => injected(`kind: Pod\nm0: &m0 {a: 1}\n${text}spec: {<<: *m40}\n`),
			"f:1: not valid YAML: Aliases repeat too much; nothing of this file is written",
		);
	});

	it("a hundred thousand objects of JSON before ten million spaces", () => {
		const text = "{}\n".repeat(100_000) + " ".repeat(10_000_000);
		assert.equal([...splitManifest(text)].length, 100_000);
	});

	for (const [what, text, words] of [
		["YAML", `x: [${"1,".repeat(6_000_000)}]\n`, TOO_LARGE],
		["JSON", `{"x":[${"1,".repeat(6_000_000)}1]}`, TOO_LARGE],
	] as const)
		it(`is refused where it would fill the memory: ${what}`, () => {
			refusedInWords(() => injected(text), words);
		});

	it("is refused where an alias stands in what it stands for", () => {
		refusedInWords(
			() =>
				injected("kind: Pod\nspec: &s\n  containers: [{name: a}]\n  <<: *s\n"),
			"f:4: not valid YAML: An alias inside what it stands for; nothing of this file is written",
		);
	});

	it("is refused where it nests deeper than a parser can go", () => {
		const deep = "[".repeat(100_000) + "]".repeat(100_000);
		for (const [text, at] of [
			[`kind: Pod\nspec: ${deep}\n`, 1],
			[`{"kind":"Pod","spec":${deep}}`, 1],
		] as const)
			refusedInWords(
				() => injected(text),
				`f:${at}: nested too deeply; nothing of this file is written`,
			);
	});

	it("a key longer than the parser's is refused in whole words", () => {
		refusedInWords(
			() => injected(`${"a".repeat(2000)}: b\n`),
			"f:1: not valid YAML: The : indicator must be at most 1024 chars after the start of an implicit block mapping key; nothing of this file is written",
		);
	});
});
