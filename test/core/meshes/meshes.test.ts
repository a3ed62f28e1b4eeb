import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	imagesOf,
	MESH_NAMES,
	MESHES,
	type MeshName,
	meshNamed,
} from "../../../src/core/meshes/meshes.ts";
import type { ObjectMeta } from "../../../src/core/objects.ts";
import {
	type InjectingMesh,
	isInjected,
} from "../../../src/core/pull-secrets/injection.ts";

describe("meshes", () => {
	it("have the names and namespaces of the contract", () => {
		assert.deepEqual(
			Object.values(MESHES).map(({ name, secretName, sourceNamespace }) => [
				name,
				secretName,
				sourceNamespace,
			]),
			[
				["nginx", "nginx-mesh-registry-key", "nginx-mesh"],
				["istio", "istio-registry-key", "istio-system"],
				["linkerd", "linkerd-registry-key", "linkerd"],
				["kuma", "kuma-registry-key", "kuma-system"],
				["none", "registry-key", undefined],
			],
		);
	});

	it("are known by name, and nothing else is one", () => {
		assert.deepEqual(
			MESH_NAMES.map((name) => meshNamed(name)?.name),
			[...MESH_NAMES],
		);
		for (const other of ["", "Istio", "consul", "constructor", "__proto__"])
			assert.equal(meshNamed(other), undefined, other);
	});
});

describe("a namespace is injected", () => {
	const labelled = (labels: Record<string, string>): ObjectMeta => ({ labels });
	const annotated = (annotations: Record<string, string>): ObjectMeta => ({
		annotations,
	});
	const table: [
		mesh: InjectingMesh,
		metadata: ObjectMeta,
		injected: boolean,
	][] = [
		[
			"nginx",
			labelled({ "injector.nsm.nginx.com/auto-inject": "enabled" }),
			true,
		],
		[
			"nginx",
			labelled({ "injector.nsm.nginx.com/auto-inject": "disabled" }),
			false,
		],
		["nginx", {}, false],
		["istio", labelled({ "istio-injection": "enabled" }), true],
		["istio", labelled({ "istio-injection": "disabled" }), false],
		["istio", labelled({ "istio.io/rev": "canary" }), true],
		["istio", labelled({ "istio.io/rev": "" }), true],
		[
			"istio",
			labelled({ "istio-injection": "disabled", "istio.io/rev": "canary" }),
			false,
		],
		["istio", labelled({ "istio.io/dataplane-mode": "ambient" }), false],
		["istio", annotated({ "istio-injection": "enabled" }), false],
		["linkerd", annotated({ "linkerd.io/inject": "enabled" }), true],
		["linkerd", annotated({ "linkerd.io/inject": "ingress" }), true],
		["linkerd", annotated({ "linkerd.io/inject": "disabled" }), false],
		["linkerd", labelled({ "linkerd.io/inject": "enabled" }), false],
		["kuma", labelled({ "kuma.io/sidecar-injection": "enabled" }), true],
		["kuma", labelled({ "kuma.io/sidecar-injection": "true" }), true],
		["kuma", labelled({ "kuma.io/sidecar-injection": "false" }), false],
	];
	for (const [mesh, metadata, injected] of table)
		it(`${mesh}: ${JSON.stringify(metadata)}: ${injected}`, () => {
			assert.equal(isInjected(mesh, metadata), injected);
		});

	it("by no mesh at all where there is none", () => {
		assert.equal(meshNamed("none")?.injection, undefined);
	});
});

describe("the images of a mesh", () => {
	it("are those of one release", () => {
		const images = (mesh: MeshName, version?: string) => {
			const release = meshNamed(mesh)?.release;
			return release && imagesOf(release, version);
		};
		assert.deepEqual(images("istio"), [
			"docker.io/istio/pilot:1.30.5",
			"docker.io/istio/proxyv2:1.30.5",
			"docker.io/istio/install-cni:1.30.5",
			"docker.io/istio/ztunnel:1.30.5",
		]);
		assert.deepEqual(images("linkerd", "edge-26.7.1"), [
			"cr.l5d.io/linkerd/controller:edge-26.7.1",
			"cr.l5d.io/linkerd/proxy:edge-26.7.1",
			"cr.l5d.io/linkerd/policy-controller:edge-26.7.1",
			"cr.l5d.io/linkerd/proxy-init:v2.4.2",
		]);
		assert.equal(
			images("nginx", "1.7.0")?.[0],
			"docker-registry.nginx.com/nsm/nginx-mesh-controller:1.7.0",
		);
		assert.equal(images("nginx", "1.7.0")?.at(-1), "bitnami/kubectl:latest");
		assert.equal(images("none"), undefined);
	});
});
