import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { injectedInWords } from "../../support/injected.ts";

const PALETTE = readFileSync(
	new URL("../../data/palette-deployment.yaml", import.meta.url),
	"utf8",
);

describe("pull Secrets inside a container", () => {
	it("are warned about, as in Palette's how-to", () => {
		const { text, warnings } = injectedInWords(PALETTE, "deployment.yaml", {
			secret: "myregistrykey",
			serviceAccounts: false,
			fix: false,
		});
		assert.deepEqual(warnings, [
			"deployment.yaml:18: Deployment/my-deployment: imagePullSecrets in container my-container has no effect; it belongs in spec.template.spec (--fix moves it there)",
		]);
		assert.ok(
			text.includes(
				"          imagePullSecrets:\n            - name: myregistrykey",
			),
		);
	});

	it("are moved to the pod's spec with fix", () => {
		const { text, warnings } = injectedInWords(PALETTE, "deployment.yaml", {
			secret: "myregistrykey",
			serviceAccounts: false,
			fix: true,
		});
		assert.deepEqual(warnings, [
			"deployment.yaml:18: Deployment/my-deployment: moved imagePullSecrets to spec.template.spec",
		]);
		assert.equal(
			text,
			`apiVersion: apps/v1
kind: Deployment
metadata:
  name: my-deployment
spec:
  replicas: 3
  selector:
    matchLabels:
      app: my-app
  template:
    metadata:
      labels:
        app: my-app
    spec:
      imagePullSecrets:
        - name: myregistrykey
      containers:
        - name: my-container
          image: registry.example.com/my-image
`,
		);
	});

	const moved: [what: string, before: string, after: string][] = [
		[
			"with their comments",
			"kind: Pod\nspec:\n  containers:\n  - name: a\n    imagePullSecrets: # mine\n    # really\n    - name: one # 1\n    image: 'x#y'\n",
			"kind: Pod\nspec:\n  # mine\n  # really\n  # 1\n  imagePullSecrets:\n  - name: one\n  - name: k\n  containers:\n  - name: a\n    image: 'x#y'\n",
		],
		[
			"with a comment, but nothing of a string",
			"kind: Pod\nspec:\n  containers:\n  - name: a\n    imagePullSecrets: [{name: 'one'}] # why\n",
			"kind: Pod\nspec:\n  # why\n  imagePullSecrets:\n  - name: one\n  - name: k\n  containers:\n  - name: a\n",
		],
		[
			"from the line of the dash",
			"kind: Pod\nspec:\n  containers:\n  - imagePullSecrets:\n    - name: one\n    name: a\n  hostname: x\n",
			"kind: Pod\nspec:\n  imagePullSecrets:\n  - name: one\n  - name: k\n  containers:\n  - name: a\n  hostname: x\n",
		],
		[
			"behind those that the pod has",
			"kind: Pod\nspec:\n  initContainers:\n  - name: a\n    imagePullSecrets: [{name: one}, {name: two}]\n  imagePullSecrets:\n  - name: two\n",
			"kind: Pod\nspec:\n  initContainers:\n  - name: a\n  imagePullSecrets:\n  - name: two\n  - name: one\n  - name: k\n",
		],
		[
			"in flow style, first",
			"kind: Pod\nspec: {containers: [{imagePullSecrets: [{name: one}], name: a}]}\n",
			"kind: Pod\nspec: {imagePullSecrets: [{name: one}, {name: k}], containers: [{name: a}]}\n",
		],
		[
			"in JSON, last",
			'{"kind":"Pod","spec":{"containers":[{\n  "name": "a",\n  "imagePullSecrets": [{"name": "one"}]\n}]}}',
			'{"kind":"Pod","spec":{"imagePullSecrets":[{"name":"one"},{"name":"k"}],"containers":[{\n  "name": "a"\n}]}}',
		],
	];
	for (const [what, before, after] of moved)
		it(`are moved ${what}`, () => {
			const { text } = injectedInWords(before, "f", {
				secret: "k",
				fix: true,
				serviceAccounts: false,
			});
			assert.equal(text, after);
			const again = injectedInWords(text, "f", {
				secret: "k",
				fix: true,
				serviceAccounts: false,
			});
			assert.equal(again.text, text);
			assert.deepEqual(
				again.warnings.filter((line) => line.includes("has no effect")),
				[],
			);
		});

	const left: [what: string, value: string][] = [
		["an anchor", "imagePullSecrets: &x [{name: one}]"],
		["something else than names", "imagePullSecrets: one"],
		["nothing", "imagePullSecrets:"],
	];
	for (const [what, value] of left)
		it(`are left for a person where they are ${what}`, () => {
			const pod = `kind: Pod\nspec:\n  hostname: x\n  containers:\n  - name: a\n    ${value}\n`;
			const { text, warnings } = injectedInWords(pod, "f", {
				secret: "k",
				fix: true,
				serviceAccounts: false,
			});
			assert.ok(text.includes(`    ${value}\n`));
			assert.deepEqual(warnings, [
				"f:6: Pod: imagePullSecrets in container a has no effect and cannot be moved; move it to spec by hand",
			]);
		});
});
