import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type TestBed, testBed } from "../../support/test-bed.ts";

describe("images", () => {
	let bed: TestBed;
	before(async () => {
		bed = await testBed({ namespaces: ["app", "shop"] });
	});
	after(() => bed[Symbol.asyncDispose]());
	const images = (...argv: string[]) => bed.run(["images", ...argv]);

	test("the mesh's, and their names in a registry", async () => {
		const { status, out, err } = await images(
			"--registry-server",
			"r.io:5000/mesh",
		);
		assert.deepEqual({ status, err }, { status: 0, err: "" });
		assert.equal(
			out,
			`FROM                                                           TO
docker-registry.nginx.com/nsm/nginx-mesh-controller:2.0.0      r.io:5000/mesh/nginx-mesh-controller:2.0.0
docker-registry.nginx.com/nsm/nginx-mesh-metrics:2.0.0         r.io:5000/mesh/nginx-mesh-metrics:2.0.0
docker-registry.nginx.com/nsm/nginx-mesh-sidecar:2.0.0         r.io:5000/mesh/nginx-mesh-sidecar:2.0.0
docker-registry.nginx.com/nsm/nginx-mesh-init:2.0.0            r.io:5000/mesh/nginx-mesh-init:2.0.0
docker-registry.nginx.com/nsm/nginx-mesh-cert-reloader:2.0.0   r.io:5000/mesh/nginx-mesh-cert-reloader:2.0.0
gcr.io/spiffe-io/spire-server:1.5.6                            r.io:5000/mesh/spire-server:1.5.6
gcr.io/spiffe-io/k8s-workload-registrar:1.5.6                  r.io:5000/mesh/k8s-workload-registrar:1.5.6
gcr.io/spiffe-io/spire-agent:1.5.6                             r.io:5000/mesh/spire-agent:1.5.6
curlimages/curl:latest                                         r.io:5000/mesh/curl:latest
ubuntu:22.04                                                   r.io:5000/mesh/ubuntu:22.04
ghcr.io/spiffe/spiffe-csi-driver:0.2.1                         r.io:5000/mesh/spiffe-csi-driver:0.2.1
registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.7.0   r.io:5000/mesh/csi-node-driver-registrar:v2.7.0
nats:2.9-alpine                                                r.io:5000/mesh/nats:2.9-alpine
bitnami/kubectl:latest                                         r.io:5000/mesh/kubectl:latest
`,
		);
	});

	test("of manifests, in every format", async () => {
		const file = join(bed.folder, "app.yaml");
		await writeFile(
			file,
			"kind: Pod\nspec: {containers: [{image: a/b:1}, {image: b:2}], initContainers: [{image: r.io/c}]}\n",
		);
		const out = async (...argv: string[]) =>
			(await images("-f", file, ...argv)).out;
		assert.equal(await out(), "IMAGE\nr.io/c\na/b:1\nb:2\n");
		assert.equal(
			await out("--no-headers", "--registry-server", "r.io"),
			"r.io/c   r.io/c\na/b:1    r.io/b:1\nb:2      r.io/b:2\n",
		);
		assert.equal(
			await out("-o", "name", "--registry-server", "r.io"),
			"r.io/c\nr.io/b:1\nr.io/b:2\n",
		);
		assert.deepEqual(
			JSON.parse(await out("-o", "json", "--registry-server", "r.io")),
			{
				items: [
					["r.io/c", "r.io/c"],
					["a/b:1", "r.io/b:1"],
					["b:2", "r.io/b:2"],
				].map(([image, renamed]) => ({
					image,
					renamed,
					from: [file],
					status: "",
					detail: "",
				})),
				collisions: [],
			},
		);
		assert.match(
			await out("-o", "skopeo", "--registry-server", "r.io"),
			/^skopeo copy .*'docker:\/\/docker.io\/a\/b:1' 'docker:\/\/r.io\/b:1'$/m,
		);
	});

	test("of running pods, init and ephemeral containers among them", async () => {
		type Containers = { name: string; image: string }[];
		const pod = (
			namespace: string,
			name: string,
			spec: Record<string, Containers>,
		) =>
			bed.server.store.seed({
				kind: "Pod",
				metadata: { namespace, name },
				spec,
			});
		pod("app", "one", {
			containers: [
				{ name: "a", image: "b:2" },
				{ name: "istio-proxy", image: "auto" },
			],
			initContainers: [{ name: "i", image: "a:1" }],
		});
		pod("shop", "two", {
			containers: [{ name: "a", image: "Not An Image" }],
			ephemeralContainers: [{ name: "e", image: "c:3" }],
		});
		// Another of the same workload: its image is told of once.
		pod("shop", "two-more", {
			containers: [{ name: "a", image: "Not An Image" }],
		});
		assert.deepEqual(await images("-n", "app"), {
			status: 0,
			out: "IMAGE\na:1\nb:2\n",
			err: 'Warning: pod/one in app namespace: image "auto" was not filled in by Istio\'s injector; left out\n',
			asked: [],
		});
		assert.deepEqual(await images("-A", "-o", "name"), {
			status: 1,
			out: "a:1\nb:2\nc:3\n",
			err: 'Warning: pod/one in app namespace: image "auto" was not filled in by Istio\'s injector; left out\nerror: pod/two in shop namespace: "Not An Image" is not an image reference: repository name must be lowercase; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]\n',
			asked: [],
		});
		assert.deepEqual(await images("-n", "none"), {
			status: 0,
			out: "",
			err: "No images found\n",
			asked: [],
		});
	});

	test("M4: of running pods, the images of volumes", async () => {
		bed.server.store.seed({
			kind: "Pod",
			metadata: { namespace: "volumes", name: "p" },
			spec: {
				containers: [{ name: "c", image: "r.io/app:1" }],
				volumes: [{ name: "m", image: { reference: "quay.io/model:2" } }],
			},
		});
		const { out } = await images("-n", "volumes", "-o", "name");
		bed.server.store.delete("Pod", "volumes", "p");
		assert.equal(out, "quay.io/model:2\nr.io/app:1\n");
	});

	test("two that would get one name are reported, and not copied", async () => {
		const stdin =
			"kind: Pod\nspec: {containers: [{image: a/x:1}, {image: b/x:1}]}\n";
		const collision =
			"error: a/x:1 and b/x:1 would all become r.io/x:1; copy all but one of them under another name or tag, and leave those out here\n";
		const argv = ["images", "-f", "-", "--registry-server", "r.io"];
		assert.deepEqual(await bed.run(argv, { stdin }), {
			status: 1,
			out: "FROM    TO\na/x:1   r.io/x:1\nb/x:1   r.io/x:1\n",
			err: collision,
			asked: [],
		});
		assert.deepEqual(await bed.run([...argv, "-o", "crane"], { stdin }), {
			status: 1,
			out: "",
			err: collision,
			asked: [],
		});
		const json = await bed.run([...argv, "-o", "json"], { stdin });
		assert.deepEqual(JSON.parse(json.out).collisions, [
			{ to: "r.io/x:1", from: ["a/x:1", "b/x:1"] },
		]);
	});

	test("a broken manifest is named, the others are listed", async () => {
		const stdin = "kind: Pod\nspec: {containers: [{image: a:b:c}]}\n";
		assert.deepEqual(
			await bed.run(["images", "-f", "-", "-f", "/nowhere.yaml"], { stdin }),
			{
				status: 1,
				out: "",
				err: 'error: stdin:2: "a:b:c" is not an image reference: invalid reference format; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]\nerror: cannot read /nowhere.yaml: no such file or directory\n',
				asked: [],
			},
		);
	});
});
