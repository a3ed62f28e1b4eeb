/** The images of meshes, by release and as they are installed. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type TestBed, testBed } from "../../support/test-bed.ts";

type Containers = readonly (readonly [name: string, image: string])[];

describe("the images of a mesh", () => {
	let bed: TestBed;
	beforeEach(async () => {
		bed = await testBed({
			namespaces: ["istio-system", "linkerd", "kuma-system", "shop", "mine"],
		});
	});
	afterEach(() => bed[Symbol.asyncDispose]());

	const images = (...argv: string[]) =>
		bed.run(["images", "-o", "name", ...argv]);
	const containers = (all: Containers) =>
		all.map(([name, image]) => ({ name, image }));
	const workload = (
		kind: "Deployment" | "StatefulSet" | "DaemonSet",
		namespace: string,
		name: string,
		all: Containers,
		init: Containers = [],
	) =>
		bed.server.store.seed({
			kind,
			metadata: { namespace, name },
			spec: {
				template: {
					spec: {
						containers: containers(all),
						initContainers: containers(init),
					},
				},
			},
		});
	const pod = (namespace: string, name: string, all: Containers) =>
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace, name },
			spec: { containers: containers(all) },
		});
	const istio = () => {
		workload("Deployment", "istio-system", "istiod", [
			["discovery", "registry.istio.io/release/pilot:1.29.9"],
		]);
		workload("DaemonSet", "istio-system", "istio-cni-node", [
			["install-cni", "registry.istio.io/release/install-cni:1.29.9"],
		]);
	};
	const web = () =>
		pod("shop", "web", [
			["web", "example.com/web:1"],
			["istio-proxy", "docker.io/istio/proxyv2:1.29.8"],
		]);

	test("of a release", async () => {
		const istio = await images("--mesh", "istio");
		assert.equal(
			istio.out,
			"docker.io/istio/pilot:1.30.5\ndocker.io/istio/proxyv2:1.30.5\ndocker.io/istio/install-cni:1.30.5\ndocker.io/istio/ztunnel:1.30.5\n",
		);
		const other = await images("--mesh", "kuma", "--mesh-version", "2.12.9");
		assert.equal(
			other.out,
			"docker.io/kumahq/kuma-cp:2.12.9\ndocker.io/kumahq/kuma-dp:2.12.9\ndocker.io/kumahq/kuma-init:2.12.9\ndocker.io/kumahq/kuma-cni:2.12.9\n",
		);
		const json = await bed.run(["images", "--mesh", "linkerd", "-o", "json"]);
		assert.deepEqual(JSON.parse(json.out).items[0], {
			image: "cr.l5d.io/linkerd/controller:edge-25.4.4",
			renamed: "",
			from: ["Linkerd edge-25.4.4"],
			status: "",
			detail: "",
		});
	});

	test("of another release of Linkerd, whose init container has versions of its own", async () => {
		const { out, err } = await images(
			"--mesh",
			"linkerd",
			"--mesh-version",
			"edge-26.7.1",
		);
		assert.match(out, /controller:edge-26\.7\.1\n/);
		assert.match(out, /proxy-init:v2\.4\.2\n$/);
		assert.equal(
			err,
			"Warning: cr.l5d.io/linkerd/proxy-init has versions of its own; --from-cluster reads the one that is installed\n",
		);
	});

	test("of the Istio that is installed, with its sidecars", async () => {
		istio();
		const beside = await images("--mesh", "istio", "--from-cluster");
		assert.equal(
			beside.out,
			"registry.istio.io/release/install-cni:1.29.9\nregistry.istio.io/release/pilot:1.29.9\nregistry.istio.io/release/proxyv2:1.29.9\n",
			beside.err,
		);
		web();
		const seen = await bed.run([
			...["images", "--mesh", "istio", "--from-cluster", "-o", "json"],
			...["--registry-server", "r.io/mesh"],
		]);
		assert.deepEqual(
			JSON.parse(seen.out).items.map(
				(item: { renamed: string; from: string[] }) => [
					item.renamed,
					...item.from,
				],
			),
			[
				["r.io/mesh/proxyv2:1.29.8", "shop/pod/web"],
				[
					"r.io/mesh/install-cni:1.29.9",
					"istio-system/daemonset/istio-cni-node",
				],
				["r.io/mesh/pilot:1.29.9", "istio-system/deployment/istiod"],
				// Of the next pod.
				["r.io/mesh/proxyv2:1.29.9", "istio-system/deployment/istiod"],
			],
		);
	});

	test("of two revisions of Istio, each with the proxy that it gives to pods", async () => {
		istio();
		web();
		pod("shop", "again", [["istio-proxy", "docker.io/istio/proxyv2:1.29.9"]]);
		const image = `r.io:5000/istio/pilot:1.30.5-distroless@sha256:${"0".repeat(64)}`;
		workload("Deployment", "istio-system", "istiod-canary", [
			["discovery", image],
		]);
		const { out, err } = await images("--mesh", "istio", "--from-cluster");
		assert.deepEqual(
			out.match(/\S*proxyv2\S*/g),
			[
				"docker.io/istio/proxyv2:1.29.8",
				"docker.io/istio/proxyv2:1.29.9",
				"r.io:5000/istio/proxyv2:1.30.5-distroless",
			],
			err,
		);
	});

	test("a container that a tenant calls a sidecar brings no image of theirs into the copy script", async () => {
		istio();
		pod("shop", "mallory", [
			["istio-proxy", "evil.io/m/proxyv2:1.29.9"],
			["istio-init", "not an image"],
		]);
		const { status, out, err } = await bed.run([
			...["images", "--mesh", "istio", "--from-cluster", "-o", "skopeo"],
			...["--registry-server", "r.io/mesh"],
		]);
		assert.equal(status, 0, err);
		assert.match(out, /r\.io\/mesh\/pilot:1\.29\.9/);
		assert.doesNotMatch(out, /evil/);
		assert.equal(
			err,
			`Warning: left out, because only pods name them, and none of Istio's own images is beside them: evil.io/m/proxyv2:1.29.9 (shop/pod/mallory), "not an image" (shop/pod/mallory)\n`,
		);
	});

	test("what is no image there is reported, a gateway's is its pods'", async () => {
		istio();
		workload("Deployment", "istio-system", "istio-ingressgateway", [
			["istio-proxy", "auto"],
		]);
		workload("Deployment", "istio-system", "mine", [["a", "UPPER/Case"]]);
		pod("istio-system", "istio-ingressgateway-1", [
			["istio-proxy", "docker.io/istio/proxyv2:1.29.8"],
		]);
		const { status, out, err } = await images(
			...["--mesh", "istio", "--from-cluster"],
		);
		assert.equal(status, 1);
		assert.match(
			err,
			/^error: deployment\/mine in istio-system namespace: "UPPER\/Case" is not an image reference: /,
		);
		assert.doesNotMatch(out, /auto/);
		assert.match(out, /^docker\.io\/istio\/proxyv2:1\.29\.8$/m);
	});

	test("of the Linkerd that is installed, whose own pods have the proxy", async () => {
		workload(
			"Deployment",
			"linkerd",
			"linkerd-destination",
			[
				["linkerd-proxy", "cr.l5d.io/linkerd/proxy:edge-26.7.1"],
				["destination", "cr.l5d.io/linkerd/controller:edge-26.7.1"],
				["policy", "cr.l5d.io/linkerd/policy-controller:edge-26.7.1"],
			],
			[["linkerd-init", "cr.l5d.io/linkerd/proxy-init:v2.4.3"]],
		);
		pod("shop", "looked-at", [
			["linkerd-debug", "cr.l5d.io/linkerd/debug:edge-26.7.1"],
		]);
		const { out } = await images("--mesh", "linkerd", "--from-cluster");
		assert.equal(
			out,
			"cr.l5d.io/linkerd/controller:edge-26.7.1\ncr.l5d.io/linkerd/debug:edge-26.7.1\ncr.l5d.io/linkerd/policy-controller:edge-26.7.1\ncr.l5d.io/linkerd/proxy-init:v2.4.3\ncr.l5d.io/linkerd/proxy:edge-26.7.1\n",
		);
	});

	test("of the NGINX Service Mesh that is installed, whose SPIRE server keeps what it has", async () => {
		workload("Deployment", "nginx-mesh", "nginx-mesh-controller", [
			[
				"controller",
				"docker-registry.nginx.com/nsm/nginx-mesh-controller:2.0.0",
			],
		]);
		workload("StatefulSet", "nginx-mesh", "spire-server", [
			["spire-server", "gcr.io/spiffe-io/spire-server:1.5.6"],
		]);
		const { out } = await images("--from-cluster");
		assert.equal(
			out,
			"docker-registry.nginx.com/nsm/nginx-mesh-controller:2.0.0\ngcr.io/spiffe-io/spire-server:1.5.6\n",
		);
	});

	test("of a mesh in a namespace of one's own", async () => {
		workload("Deployment", "mine", "kuma-control-plane", [
			["control-plane", "docker.io/kumahq/kuma-cp:2.13.4"],
		]);
		pod("shop", "edge", [["kuma-gateway", "kumahq/kuma-dp:2.13.4"]]);
		const { out } = await bed.run(
			["images", "-o", "name", "--mesh", "kuma", "--from-cluster"],
			{ env: { MESHREG_NAMESPACE: "mine" } },
		);
		assert.equal(
			out,
			"docker.io/kumahq/kuma-cp:2.13.4\nkumahq/kuma-dp:2.13.4\n",
		);
	});

	test("of one that is not installed, or may not be looked for", async () => {
		assert.deepEqual(await images("--mesh", "kuma", "--from-cluster"), {
			status: 1,
			out: "",
			err: "error: no Deployments, StatefulSets or DaemonSets in namespace kuma-system: is Kuma installed there? MESHREG_NAMESPACE names another namespace\n",
			asked: [],
		});
		istio();
		bed.server.onRequest(({ path }) =>
			path === "/api/v1/pods"
				? {
						answer: {
							status: 403,
							reason: "Forbidden",
							message: "pods is forbidden",
						},
					}
				: undefined,
		);
		const partly = await images("--mesh", "istio", "--from-cluster");
		assert.equal(partly.status, 1);
		assert.match(partly.out, /pilot:1\.29\.9/);
		assert.equal(
			partly.err,
			"Error from server (Forbidden): pods is forbidden\n",
		);
	});

	test("NGINX Service Mesh's end is told at a terminal", async () => {
		const notice =
			"NGINX Service Mesh is no longer sold (since 2023-07-01) or maintained (archived 2024-03-14)\n";
		const terminal = { toTerminal: true };
		assert.equal((await bed.run(["images"], terminal)).err, notice);
		assert.equal(
			(await bed.run(["images", "--mesh", "istio"], terminal)).err,
			"",
		);
		assert.equal((await bed.run(["images"])).err, "", "a pipe is told nothing");
	});
});
