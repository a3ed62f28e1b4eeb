/** The how-tos: every meshreg command of these pages is run, in order, on one cluster a page. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { after, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { Draft } from "./support/api-server/objects.ts";
import { ofDeployment } from "./support/build.ts";
import { amazon, nobodysEnvironment } from "./support/registry/amazon.ts";
import { spoken } from "./support/shell-words.ts";
import { type TestBed, testBed } from "./support/test-bed.ts";

const NAME = "nginx-mesh-registry-key";

/** What is there before a page begins, and who reads it. */
interface Stage {
	seed?(bed: TestBed): Promise<void> | void;
	user?: string;
	/** What is true when its commands have run. */
	outcome(bed: TestBed, printed: ReadonlyMap<string, string>): void;
}

const registry = (host: string) => [
	`--registry-server=${host}`,
	"--registry-username=mesh",
	"--registry-password-stdin",
];

async function withSource(bed: TestBed): Promise<void> {
	await bed.run(
		[
			"apply",
			...registry("registry.example.com"),
			"-n",
			"app,shop",
			"--attach",
		],
		{ stdin: "old" },
	);
}

function seedRegcred(bed: TestBed, namespace: string, password: string): void {
	const auths = { "registry.example.com": { auth: btoa(`mesh:${password}`) } };
	bed.server.store.seed({
		kind: "Secret",
		metadata: { namespace, name: "regcred" },
		type: "kubernetes.io/dockerconfigjson",
		data: { ".dockerconfigjson": btoa(JSON.stringify({ auths })) },
	});
}

/** The names in the list of an account. */
function attached(bed: TestBed, namespace: string, name = "default"): unknown {
	const account = bed.server.store.get("ServiceAccount", namespace, name);
	return (
		account as { imagePullSecrets?: { name: string }[] } | undefined
	)?.imagePullSecrets?.map(({ name }) => name);
}

/** The password of a Secret's first registry, however it is written. */
function password(
	bed: TestBed,
	namespace: string,
	name = NAME,
): string | undefined {
	const content = bed.content(namespace, name) as
		| { auths: Record<string, { auth: string }> }
		| undefined;
	const [first] = Object.values(content?.auths ?? {});
	return first && atob(first.auth).split(":")[1];
}

const PAGES: Readonly<Record<string, Stage>> = {
	"ci.md": {
		outcome(bed) {
			for (const namespace of ["nginx-mesh", "app", "shop", "default"])
				assert.equal(password(bed, namespace), "one");
			assert.deepEqual(attached(bed, "app"), [NAME]);
		},
	},
	"helm-app.md": {
		seed: async (bed) => {
			await withSource(bed);
			bed.server.store.seed({
				kind: "ServiceAccount",
				metadata: { namespace: "monitoring", name: "grafana" },
			});
			bed.server.store.seed({
				kind: "Pod",
				metadata: {
					namespace: "monitoring",
					name: "grafana-5d4f-x2x7k",
					...ofDeployment("grafana", "5d4f"),
				},
				spec: {
					serviceAccountName: "grafana",
					containers: [
						{ name: "grafana", image: "registry.example.com/grafana:1" },
					],
					imagePullSecrets: [{ name: NAME }],
				},
			});
		},
		outcome(bed) {
			assert.deepEqual(attached(bed, "monitoring", "grafana"), [NAME]);
			assert.equal(password(bed, "monitoring"), "old");
		},
	},
	"two-teams.md": {
		seed(bed) {
			for (const [name, team] of [
				["a-1", "a"],
				["b-1", "b"],
			] as const)
				bed.server.store.seed({
					kind: "Namespace",
					metadata: { name, labels: { team } },
				});
		},
		outcome(bed) {
			assert.equal(password(bed, "a-1", "team-a"), "two");
			assert.equal(password(bed, "b-1", "team-b"), "one");
			assert.equal(bed.content("b-1", "team-a"), undefined);
			assert.equal(bed.content("a-1", "team-b"), undefined);
		},
	},
	"adopt.md": {
		seed(bed) {
			seedRegcred(bed, "app", "one");
			seedRegcred(bed, "shop", "one");
			seedRegcred(bed, "dev", "other");
		},
		outcome(bed, printed) {
			const adopted = printed.get("sync regcred -n app,shop,dev --adopt");
			assert.match(adopted ?? "", /configured in app namespace/);
			assert.match(adopted ?? "", /configured in shop namespace/);
			assert.doesNotMatch(adopted ?? "", /configured in dev namespace/);
			assert.equal(password(bed, "dev", "regcred"), "one");
		},
	},
	"remove-all.md": {
		seed: async (bed) => {
			await withSource(bed);
			await bed.run(["install", "-A"]);
			seedRegcred(bed, "dev", "other");
		},
		outcome(bed, printed) {
			assert.equal(printed.get("list"), "No resources found\n");
			assert.equal(bed.content("app"), undefined);
			assert.deepEqual(attached(bed, "app") ?? [], []);
			assert.equal(password(bed, "dev", "regcred"), "other");
		},
	},
	"one-namespace.md": {
		user: "sam",
		outcome(bed) {
			assert.equal(password(bed, "app"), "two");
			assert.deepEqual(attached(bed, "app"), [NAME]);
		},
	},
	"gitops.md": {
		seed: withSource,
		outcome(_bed, printed) {
			const of = (line: string) =>
				parseAllDocuments(printed.get(line) ?? "").map((one) => one.toJS());
			assert.deepEqual(
				of("sync -n app --dry-run=client -o yaml").map(({ kind }) => kind),
				["Secret"],
			);
			assert.match(
				printed.get("inject -f -") ?? "",
				/imagePullSecrets:\n +- name: nginx-mesh-registry-key/,
			);
		},
	},
	"in-cluster.md": {
		seed: withSource,
		outcome(bed, printed) {
			const manifests = printed.get(
				"install -l team=payments --dry-run=client -o yaml",
			);
			assert.equal(
				parseAllDocuments(manifests ?? "")[0]
					?.toJS()
					.items.at(-1).kind,
				"Deployment",
			);
			assert.match(
				printed.get(`attach meshreg-${NAME} -n nginx-mesh`) ?? "",
				/^serviceaccount\/meshreg-\S+ configured in nginx-mesh namespace\n/,
			);
			assert.deepEqual(bed.server.store.all("Deployment"), []);
			assert.equal(password(bed, "nginx-mesh"), "old");
		},
	},
	"renew-credentials.md": {
		async seed() {
			const token = { authorizationToken: btoa("AWS:one") };
			const server = await amazon(() => ({
				body: { authorizationData: [token] },
			}));
			after(() => server.close());
			// The SDK reads the environment of the process.
			process.env = {
				...nobodysEnvironment(),
				AWS_ACCESS_KEY_ID: "AKIA",
				AWS_SECRET_ACCESS_KEY: "s",
				AWS_ENDPOINT_URL_ECR: server.origin,
			};
		},
		outcome(bed, printed) {
			assert.equal(password(bed, "app"), "one");
			assert.match(
				printed.get("rotate --credential-from ecr --if-expiring 3h") ?? "",
				/is valid for 12h: nothing to do/,
			);
		},
	},
	"kind.md": {
		outcome(_bed, printed) {
			const cluster = [...printed].find(([line]) => line.includes("=kind"));
			const { nodes } = parseAllDocuments(cluster?.[1] ?? "")[0]?.toJS() ?? {};
			assert.deepEqual(
				nodes.map(({ role }: { role: string }) => role),
				["control-plane", "worker", "worker"],
			);
		},
	},
	"another-name.md": {
		seed: withSource,
		outcome(bed) {
			for (const namespace of ["app", "shop"]) {
				assert.equal(password(bed, namespace, "registry-key"), "old");
				assert.equal(bed.content(namespace), undefined);
				assert.deepEqual(attached(bed, namespace), ["registry-key"]);
			}
		},
	},
};

const page = (path: string) =>
	readFileSync(new URL(`../docs/how-to/${path}`, import.meta.url), "utf8");

/** The command lines of ours in a page's shell blocks. */
function linesOf(path: string): string[] {
	return [...page(path).matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
		.flatMap(([, block = ""]) => block.split("\n"))
		.filter((line) => /(^|\| )kubectl meshreg /.test(line));
}

const CHART = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: grafana
spec:
  template:
    spec:
      containers:
        - name: grafana
          image: registry.example.com/grafana:1
`;

describe("docs/how-to", () => {
	for (const [path, stage] of Object.entries(PAGES))
		test(`${path}: its commands do what it says`, async () => {
			await using bed = await testBed({
				namespaces: ["app", "shop", "dev", "monitoring", "nginx-mesh"],
				defaultServiceAccounts: true,
				users: { sam: {} },
				allow: [
					["secrets", ["get", "list", "create", "patch"]],
					["serviceaccounts", ["get", "list", "patch"]],
					["pods", ["list"]],
				].map(([resource, verbs]) => ({
					user: "sam",
					verbs: verbs as string[],
					resources: [resource as string],
					namespaces: ["app"],
				})),
			});
			await stage.seed?.(bed);
			await mkdir(join(bed.folder, "manifests"));
			await writeFile(join(bed.folder, "manifests", "app.yaml"), CHART);
			const several = await Promise.all(
				["prod-eu", "prod-us"].map(async (context) => {
					const file = join(bed.folder, `${context}.kubeconfig`);
					await bed.server.writeKubeconfig(file, { context });
					return file;
				}),
			);
			const printed = new Map<string, string>();
			const lines = linesOf(path);
			assert.ok(lines.length >= 3, "a page has commands");
			for (const line of lines) {
				const mayFail = line.endsWith(" || true");
				const { argv } = spoken(line.replace(/ \|\| true$/, ""), {});
				const { status, out, err } = await bed.run(
					argv.map((word) =>
						["manifests", "config.json", "$PWD/config.json"].includes(word)
							? join(bed.folder, word.replace("$PWD/", ""))
							: word,
					),
					{
						stdin: line.startsWith("helm template")
							? CHART
							: line.includes("NEW_PASSWORD")
								? "two"
								: "one",
						...(stage.user !== undefined && { user: stage.user }),
						...(line.endsWith(" uninstall") && { answers: [["", true]] }),
						...(line.includes("--contexts") && {
							kubeconfig: several.join(delimiter),
						}),
					},
				);
				assert.equal(status, mayFail ? 1 : 0, `${line}\n${err}`);
				printed.set(argv.join(" "), out + err);
				if (line.endsWith("| kubectl apply -f -"))
					for (const document of parseAllDocuments(out))
						for (const object of document.toJS().items as (Draft & {
							kind: string;
						})[])
							bed.server.store.seed(object);
			}
			stage.outcome(bed, printed);
		});

	test("README names every page", () => {
		const readme = readFileSync(
			new URL("../README.md", import.meta.url),
			"utf8",
		);
		for (const path of globSync("docs/how-to/*.md"))
			assert.ok(readme.includes(path.replaceAll("\\", "/")), path);
	});
});
