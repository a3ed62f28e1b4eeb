import { generateKeyPairSync } from "node:crypto";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Surroundings } from "./command-line.ts";
import { type TestBed, testBed } from "./test-bed.ts";

/** A bed in which every example of the help works: namespaces, a source, copies, and the files that they name. */
export interface ExampleBed extends TestBed {
	/** Answers for an example that asks, which is one without flags. */
	answersTo(verb: string, argv: readonly string[]): Surroundings;
}

/** What examples name as files of the current folder. */
const FILES = [
	"key.json",
	"app.yaml",
	"deployment.yaml",
	"manifests",
	"config.json",
	"token.txt",
];

export async function exampleBed(): Promise<ExampleBed> {
	const bed = await testBed({
		namespaces: ["app", "nginx-mesh", "shop"],
		defaultServiceAccounts: true,
	});
	for (const name of ["builder", "runner"])
		bed.server.store.seed({
			kind: "ServiceAccount",
			metadata: { namespace: "app", name },
		});
	bed.server.store.seed({
		kind: "Namespace",
		metadata: {
			name: "pay",
			labels: {
				team: "payments",
				"injector.nsm.nginx.com/auto-inject": "enabled",
			},
		},
	});
	await writeFile(join(bed.folder, "key.json"), keyFile());
	await mkdir(join(bed.folder, "manifests"));
	const hub = { "https://index.docker.io/v1/": { auth: btoa("u:p") } };
	await writeFile(
		join(bed.folder, "config.json"),
		JSON.stringify({ auths: hub }),
	);
	// What docker login has stored, and a token beside it.
	await mkdir(join(bed.folder, ".docker"));
	await writeFile(
		join(bed.folder, ".docker/config.json"),
		JSON.stringify({ auths: { "ghcr.io": { auth: btoa("u:p") } } }),
	);
	await writeFile(join(bed.folder, "token.txt"), "one\n");
	const imagePullSecrets = [{ name: "nginx-mesh-registry-key" }];
	bed.server.store.seed({
		kind: "ServiceAccount",
		metadata: { namespace: "app", name: "default" },
		imagePullSecrets,
	});
	bed.server.store.seed({
		kind: "Pod",
		metadata: { namespace: "app", name: "web-0" },
		spec: { containers: [{ name: "web", image: "x" }], imagePullSecrets },
	});
	bed.server.store.seed({
		kind: "Deployment",
		metadata: { namespace: "istio-system", name: "istiod" },
		spec: {
			template: {
				spec: {
					containers: [
						{ name: "discovery", image: "docker.io/istio/pilot:1.30.5" },
					],
				},
			},
		},
	});
	const palette = new URL("../data/palette-deployment.yaml", import.meta.url);
	for (const name of ["app.yaml", "deployment.yaml", "manifests/app.yaml"])
		await cp(palette, join(bed.folder, name));
	// For examples with several contexts: the same cluster by two names.
	const several = await Promise.all(
		["prod-eu", "prod-us"].map(async (context) => {
			const path = join(bed.folder, `${context}.kubeconfig`);
			await bed.server.writeKubeconfig(path, { context });
			return path;
		}),
	).then((paths) => paths.join(delimiter));
	return {
		...bed,
		async run(argv, given) {
			if (argv[0] !== "create" || argv.includes("--add")) {
				const flags = [
					"--registry-server",
					"registry.example.com",
					"--registry-username",
					"u",
					"--registry-password-stdin",
				];
				await bed.run(["create", ...flags], { stdin: "p" });
				await bed.run(["sync", "-n", "app,shop"]);
			}
			if (argv.includes("--by-policy")) record(bed);
			if (argv[0] === "uninstall") await bed.run(["install", "-A"]);
			return bed.run(
				argv.map((word) =>
					FILES.includes(word.replace(/^\$PWD\//, ""))
						? join(bed.folder, word.replace(/^\$PWD\//, ""))
						: word,
				),
				{
					...(argv.includes("--contexts") && { kubeconfig: several }),
					env: { HOME: bed.folder },
					verification: { outcome: "good" },
					...given,
				},
			);
		},
		answersTo(verb, argv) {
			const asks = !argv.some((word) =>
				/^--(yes|dry-run|registry|docker|orphaned|from-docker)/.test(word),
			);
			if (verb === "create" && asks)
				return {
					answers: [
						["Registry server", "registry.example.com"],
						["How do you authenticate?", "Username and password or token"],
						["Username:", "mesh"],
						["Password:", "one"],
						["Create secret/", true],
					],
				};
			if (verb === "rotate" && asks)
				return {
					answers: [
						["Username:", "mesh"],
						["Password:", "two"],
						["Replace the credential for registry.example.com", true],
					],
				};
			if (
				(verb === "prune" ||
					verb === "uninstall" ||
					argv.includes("--prune")) &&
				asks
			)
				return { answers: [["Do you want to continue?", true]] };
			return {};
		},
		[Symbol.asyncDispose]: () => bed[Symbol.asyncDispose](),
	};
}

/** A service account's key, made for this run. */
export function keyFile(): string {
	const { privateKey } = generateKeyPairSync("ec", {
		namedCurve: "P-256",
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
		publicKeyEncoding: { type: "spki", format: "pem" },
	});
	return JSON.stringify({
		type: "service_account",
		project_id: "p",
		private_key_id: "1",
		private_key: privateKey,
		client_email: "puller@p.iam.gserviceaccount.com",
		token_uri: "https://oauth2.example.com/token",
	});
}

/** The source says that it was sent to a namespace. */
function record({ server }: TestBed): void {
	const source = server.store.get(
		"Secret",
		"nginx-mesh",
		"nginx-mesh-registry-key",
	);
	if (source === undefined) return;
	const { resourceVersion: _, annotations, ...metadata } = source.metadata;
	server.store.seed({
		...source,
		kind: "Secret",
		metadata: {
			...metadata,
			annotations: {
				...annotations,
				"kubectl-meshreg/targets": '[{"namespaces":{"app":""}}]',
			},
		},
	});
}
