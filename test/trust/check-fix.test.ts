/** What `check --fix` never does for a tenant, whatever his Secrets and pods look like. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { labelsOf, NAME } from "../support/build.ts";
import { type TestBed, testBed } from "../support/test-bed.ts";

/** A source that was sent to app, and a tenant's namespace. */
async function started(): Promise<TestBed> {
	const bed = await testBed({ namespaces: ["nginx-mesh", "app", "evil"] });
	const credential = [
		"--registry-server=r.io",
		"--registry-username=mesh",
		"--registry-password-stdin",
	];
	await bed.run(["create", ...credential], { stdin: "first" });
	await bed.run(["sync", "-n", "app"]);
	return bed;
}

function plantSecret(
	bed: TestBed,
	name: string,
	labels: Record<string, string>,
): void {
	bed.server.store.seed({
		kind: "Secret",
		metadata: { namespace: "evil", name, labels },
		type: "kubernetes.io/dockerconfigjson",
		data: {
			".dockerconfigjson": btoa(
				'{"auths":{"r.io":{"username":"a","password":"b"}}}',
			),
		},
	});
}

function plantPod(
	bed: TestBed,
	image: string,
	secret: string,
	message: string,
): void {
	bed.server.store.seed({
		kind: "Pod",
		metadata: { namespace: "evil", name: "web" },
		spec: {
			serviceAccountName: "default",
			imagePullSecrets: [{ name: secret }],
			containers: [{ name: "main", image }],
		},
		status: {
			phase: "Pending",
			containerStatuses: [
				{
					name: "main",
					image,
					state: { waiting: { reason: "ErrImagePull", message } },
				},
			],
		},
	});
}

const REJECTED = "incorrect username or password";

describe("check --fix asks for no credential that would go to a tenant", () => {
	for (const [what, plant, printed] of [
		[
			"a Secret of his own that the registry rejects",
			(bed: TestBed) => {
				plantSecret(bed, "mine", {});
				plantPod(bed, "r.io/a", "mine", REJECTED);
			},
			"create mine -n evil --force --registry-server r.io",
		],
		[
			"what he labelled as a source",
			(bed: TestBed) => {
				plantSecret(bed, "mine", labelsOf());
				plantPod(bed, "r.io/a", "mine", REJECTED);
			},
			"rotate mine -n evil --registry-server r.io",
		],
		[
			"what bears the source's name",
			(bed: TestBed) => {
				plantSecret(bed, NAME, labelsOf());
				plantPod(bed, "r.io/a", NAME, REJECTED);
			},
			"rotate -n evil --registry-server r.io",
		],
		[
			"a Secret that is not there",
			(bed: TestBed) =>
				plantPod(
					bed,
					"other.io/a",
					"gone",
					"Unable to retrieve some image pull secrets (gone)",
				),
			"create gone -n evil --registry-server other.io",
		],
	] as const)
		test(what, async () => {
			await using bed = await started();
			plant(bed);
			const secrets = () =>
				["mine", NAME, "gone"].map((name) =>
					JSON.stringify(bed.server.store.get("Secret", "evil", name)),
				);
			const before = secrets();
			// At a terminal: a question would fail.
			const { status, out, err } = await bed.run(["check", "--fix", "--yes"], {
				answers: [],
			});
			assert.equal(status, 1);
			assert.match(out, new RegExp(`Fix: kubectl meshreg ${printed}\n`));
			assert.match(err, /^1 problem\nAbout \S+: \S+\n$/);
			assert.deepEqual(secrets(), before);
		});
});
