/** `sync --injected`, by the objects of each mesh. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { account, goingNamespace } from "../../support/build.ts";
import { type TestBed, testBed } from "../../support/test-bed.ts";
import { watching } from "../../support/watching.ts";

describe("sync --injected", () => {
	let bed: TestBed;
	beforeEach(async (context) => {
		bed = await testBed({
			namespaces: [
				...["nginx-mesh", "istio-system", "linkerd", "kuma-system", "plain"],
			],
		});
		if ("after" in context) context.after(() => bed[Symbol.asyncDispose]());
	});

	const namespace = (
		name: string,
		metadata: Record<"labels" | "annotations", Record<string, string>>,
	) =>
		bed.server.store.seed({
			kind: "Namespace",
			metadata: { name, ...metadata },
		});
	const labelled = (name: string, labels: Record<string, string>) =>
		namespace(name, { labels, annotations: {} });
	const annotated = (name: string, annotations: Record<string, string>) =>
		namespace(name, { labels: {}, annotations });
	const source = async (mesh: string) => {
		const { status, err } = await bed.run(
			[
				...["create", "--mesh", mesh, "--registry-server", "r.io"],
				...["--registry-username", "u", "--registry-password-stdin"],
			],
			{ stdin: "p" },
		);
		assert.equal(status, 0, err);
	};
	const sync = async (mesh: string, ...argv: string[]) => {
		const { out, err } = await bed.run([
			...["sync", "--mesh", mesh, "--injected", "-q"],
			...argv,
		]);
		const served = [...out.matchAll(/created in (\S+) namespace/g)];
		return { served: served.map(([, name]) => name), err };
	};
	const waypoint = (
		name: string,
		gatewayClassName: string,
		addresses: Record<string, string>[] = [],
	) =>
		bed.server.store.seed({
			kind: "Gateway",
			metadata: { namespace: name, name: "waypoint" },
			spec: { gatewayClassName, addresses },
		});

	test("Istio: labels and revisions are a rule; pods and waypoints are asked for", async () => {
		await source("istio");
		labelled("old", { "istio-injection": "enabled" });
		labelled("new", { "istio.io/rev": "canary" });
		labelled("off", {
			"istio-injection": "disabled",
			"istio.io/rev": "canary",
		});
		labelled("ambient", { "istio.io/dataplane-mode": "ambient" });
		labelled("ingress", {});
		bed.server.store.seed({
			kind: "Pod",
			metadata: {
				namespace: "plain",
				name: "web",
				labels: { "sidecar.istio.io/inject": "true" },
			},
			spec: { containers: [] },
		});
		// One that the rule means already asks as well: about it nobody is asked.
		waypoint("new", "istio-waypoint");
		waypoint("ambient", "istio-waypoint");
		waypoint("ingress", "nginx");
		const printed = async (...yes: string[]) => {
			const argv = [
				"--mesh=istio",
				"--injected",
				"--dry-run=client",
				"-o=yaml",
			];
			return (await bed.run(["sync", ...argv, ...yes])).err;
		};
		assert.match(await printed(), /injected by Istio would be recorded/);
		const ruled = await sync("istio");
		assert.deepEqual(ruled.served, ["new", "old"]);
		assert.match(
			ruled.err,
			/^Warning: .*given nothing without --yes: ambient, plain$/m,
		);
		const dry = await sync("istio", "--dry-run=client", "--yes");
		assert.deepEqual(dry.served, ["ambient", "plain"]);
		assert.match(await printed("--yes"), /Istio, ambient, plain/);
		const all = await sync("istio", "--yes");
		assert.deepEqual(all.served, ["ambient", "plain"]);
		// What somebody agreed to is served again, beside one that is new.
		waypoint("ingress", "istio-waypoint");
		bed.server.store.delete("Secret", "plain", "istio-registry-key");
		const again = await sync("istio");
		assert.match(again.err, /given nothing without --yes: ingress$/m);
		assert.deepEqual(again.served, ["plain"]);
	});

	test("who asks for it is given it by a person's yes, and Enter is none", async () => {
		await source("istio");
		for (const namespace of ["ambient", "istio-system"])
			account(bed, namespace);
		annotated("elsewhere", { "kubectl-meshreg/skip": "true" });
		labelled("ambient", {});
		waypoint("ambient", "istio-waypoint");
		const ask = (answer: boolean | "") =>
			bed.run(["sync", "--mesh=istio", "--injected", "--attach"], {
				answers: [
					[
						"Give the credential to ambient (context embedded), whose pods ask for it?",
						answer,
					],
				],
			});
		assert.equal((await ask("")).out, "");
		const { out, err } = await ask(true);
		assert.match(out, /created in ambient namespace/);
		// It is recorded as the Namespace that it is, so that another of its name is given nothing.
		const made = bed.server.store.get(
			"Secret",
			"istio-system",
			"istio-registry-key",
		);
		const record = made?.metadata.annotations?.["kubectl-meshreg/targets"];
		const uid = bed.server.store.get("Namespace", "", "ambient")?.metadata.uid;
		assert.deepEqual(JSON.parse(record ?? ""), [
			{ namespaces: { ambient: uid }, attach: ["default"] },
			{ injected: "istio", attach: ["default"] },
		]);
		// The others are not asked about: nothing is told of them, nothing done there.
		assert.doesNotMatch(out + err, /elsewhere|istio-system/);
	});

	test("what asks and is being deleted is told of, although no rule means it", async () => {
		await source("istio");
		labelled("old", { "istio-injection": "enabled" });
		goingNamespace(bed, "going");
		waypoint("going", "istio-waypoint");
		const { served, err } = await sync("istio", "--yes");
		assert.deepEqual(served, ["old"]);
		assert.match(err, /namespace "?going"? is being/);
	});

	for (const [mesh, asked] of Object.entries<
		Record<string, Record<string, string> | string>
	>({
		nginx: {
			"pod-on": { "injector.nsm.nginx.com/auto-inject": "enabled" },
			off: { "injector.nsm.nginx.com/auto-inject": "disabled" },
		},
		istio: {
			"pod-on": { "sidecar.istio.io/inject": "true" },
			"pod-of-revision": { "istio.io/rev": "canary" },
			"pod-of-both": { "istio.io/rev": "a", "sidecar.istio.io/inject": "true" },
			off: { "istio.io/rev": "canary", "sidecar.istio.io/inject": "false" },
			"gateway-a": "istio",
			"gateway-b": "istio-waypoint",
			"gateway-c": "istio-east-west",
			other: "istio-remote",
		},
		kuma: {
			"pod-on": { "kuma.io/sidecar-injection": "enabled" },
			off: { "kuma.io/sidecar-injection": "disabled" },
			"gateway-a": "kuma",
			other: "istio",
		},
	}))
		test(`${mesh}: pods that ask by their labels, and Gateways that it makes pods for`, async () => {
			await source(mesh);
			for (const [name, by] of Object.entries(asked)) {
				labelled(name, {});
				if (typeof by === "string")
					waypoint(
						name,
						by,
						name.endsWith("-a") ? [{ value: "10.0.0.1" }] : [],
					);
				else
					bed.server.store.seed({
						kind: "Pod",
						metadata: { namespace: name, name: "web", labels: by },
						spec: { containers: [] },
					});
			}
			// Of a Gateway that names a Service, somebody else makes the pods.
			labelled("manual", {});
			const own = Object.values(asked).find((by) => typeof by === "string");
			if (own !== undefined)
				waypoint("manual", own, [{ type: "Hostname", value: "a.b.svc" }]);
			const { served, err } = await sync(mesh, "--yes");
			assert.deepEqual(
				served,
				Object.keys(asked)
					.filter((name) => /^(?:pod|gateway)-/.test(name))
					.sort(),
				err,
			);
		});

	test("Linkerd: annotations on namespaces and pods", async () => {
		await source("linkerd");
		annotated("meshed", { "linkerd.io/inject": "enabled" });
		annotated("edge", { "linkerd.io/inject": "ingress" });
		annotated("off", { "linkerd.io/inject": "disabled" });
		labelled("label", { "linkerd.io/inject": "enabled" });
		bed.server.store.seed({
			kind: "Pod",
			metadata: {
				namespace: "plain",
				name: "web",
				annotations: { "linkerd.io/inject": "enabled" },
			},
			spec: { containers: [] },
		});
		const { served } = await sync("linkerd", "--yes");
		assert.deepEqual(served, ["edge", "meshed", "plain"]);
	});

	test("who may not list pods and Gateways is told, and the rule is served", async () => {
		await source("istio");
		labelled("old", { "istio-injection": "enabled" });
		const hidden = bed.server.onRequest(({ method, path }) =>
			method === "GET" && /\/(?:pods|gateways)$/.test(path)
				? { answer: { status: 403, reason: "Forbidden", message: "no" } }
				: undefined,
		);
		const { served, err } = await sync("istio");
		hidden();
		assert.deepEqual(served, ["old"]);
		assert.match(
			err,
			/^Warning: not allowed to list pods that ask for a sidecar in all namespaces/m,
		);
		assert.match(err, /^Warning: not allowed to list Gateways/m);
	});

	test("a cluster without the Gateway API has no waypoints", async () => {
		await source("istio");
		labelled("old", { "istio-injection": "enabled" });
		const absent = bed.server.onRequest(({ path }) =>
			path.endsWith("/gateways")
				? { answer: { status: 404, reason: "NotFound", message: "no" } }
				: undefined,
		);
		const { served, err } = await sync("istio");
		absent();
		assert.deepEqual({ served, err }, { served: ["old"], err: "" });
	});

	test("NGINX: a label", async () => {
		await source("nginx");
		labelled("meshed", { "injector.nsm.nginx.com/auto-inject": "enabled" });
		labelled("off", { "injector.nsm.nginx.com/auto-inject": "disabled" });
		assert.deepEqual((await sync("nginx")).served, ["meshed"]);
	});

	test("Kuma: a label, in both of its spellings", async () => {
		await source("kuma");
		labelled("one", { "kuma.io/sidecar-injection": "enabled" });
		labelled("two", { "kuma.io/sidecar-injection": "true" });
		labelled("off", { "kuma.io/sidecar-injection": "disabled" });
		annotated("other", { "kuma.io/sidecar-injection": "enabled" });
		assert.deepEqual((await sync("kuma")).served, ["one", "two"]);
	});

	const warning =
		/^Warning: only pods or Gateways ask for a sidecar in ambient, plain, which the watch does not follow: it gives them nothing; if they may have the credential, name them with 'kubectl meshreg sync istio-registry-key -n ambient,plain --from istio-system\/istio-registry-key'$/m;
	const asking = async () => {
		await source("istio");
		labelled("old", { "istio-injection": "enabled" });
		labelled("ambient", {});
		labelled("named", {});
		waypoint("ambient", "istio-waypoint");
		waypoint("named", "istio-waypoint");
		waypoint("old", "istio-waypoint");
		bed.server.store.seed({
			kind: "Pod",
			metadata: {
				namespace: "plain",
				name: "web",
				labels: { "sidecar.istio.io/inject": "true" },
			},
			spec: { containers: [] },
		});
		await bed.run(["sync", "--mesh", "istio", "-n", "named"]);
	};
	const recorded = () =>
		bed.server.store.get("Secret", "istio-system", "istio-registry-key")
			?.metadata.annotations?.["kubectl-meshreg/targets"] ?? "";

	test("--watch follows the rule and the names; whom pods and Gateways alone show is told, --yes or not", async () => {
		await asking();
		// What another rule means is not selected.
		labelled("other", { team: "a" });
		await bed.run(["sync", "--mesh", "istio", "-l", "team=a"]);
		for (const name of ["named", "other"])
			bed.server.store.delete("Secret", name, "istio-registry-key");
		await using watch = await watching(bed, [
			...["--mesh", "istio", "--injected", "--prune", "--yes"],
		]);
		const { out, err } = await watch.stop();
		assert.deepEqual(
			[...out.matchAll(/created in (\S+) namespace/g)].map(([, name]) => name),
			["named", "old"],
			err,
		);
		assert.match(err, warning);
		assert.doesNotMatch(recorded(), /ambient|plain/);
	});
});
