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
	namespace = "evil",
): void {
	bed.server.store.seed({
		kind: "Secret",
		metadata: { namespace, name, labels },
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
	namespace = "evil",
): void {
	bed.server.store.seed({
		kind: "Pod",
		metadata: { namespace, name: "web" },
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

/** Gives the source this entry alone. */
function giveSource({ server }: TestBed, key: string): void {
	for (const namespace of ["nginx-mesh", "app"]) {
		const secret = server.store.get("Secret", namespace, NAME);
		assert.ok(secret);
		const auths = { [key]: { username: "mesh", password: "first" } };
		const data = { ".dockerconfigjson": btoa(JSON.stringify({ auths })) };
		server.store.seed({ ...secret, kind: "Secret", data });
	}
}

const GIVES =
	"\nGives evil the credential; run it only if evil may have it:\n    kubectl meshreg ";
const REJECTED = "incorrect username or password";

describe("check --fix asks for no credential that would go to a tenant", () => {
	for (const [what, plant, printed] of [
		[
			"a Secret of his own that the registry rejects",
			(bed: TestBed) => {
				plantSecret(bed, "mine", {});
				plantPod(bed, "r.io/a", "mine", REJECTED);
			},
			`${GIVES}create mine -n evil --force --registry-server r.io`,
		],
		[
			"what he labelled as a source",
			(bed: TestBed) => {
				plantSecret(bed, "mine", labelsOf());
				plantPod(bed, "r.io/a", "mine", REJECTED);
			},
			`${GIVES}rotate mine -n evil --registry-server r.io`,
		],
		[
			"what bears the source's name",
			(bed: TestBed) => {
				plantSecret(bed, NAME, labelsOf());
				plantPod(bed, "r.io/a", NAME, REJECTED);
			},
			`${GIVES}rotate -n evil --registry-server r.io`,
		],
		[
			"for a part of the registry that the source has none for",
			(bed: TestBed) => {
				giveSource(bed, "r.io/team");
				plantSecret(bed, "mine", {});
				plantPod(bed, "r.io/a", "mine", REJECTED);
			},
			`${GIVES}create mine -n evil --force --registry-server r.io`,
		],
		[
			"for one of the many hosts that the source has",
			(bed: TestBed) => {
				giveSource(bed, "*.io");
				plantSecret(bed, "mine", {});
				plantPod(bed, "r.io/a", "mine", REJECTED);
			},
			`${GIVES}create mine -n evil --force --registry-server r.io`,
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
			"    Fix: kubectl meshreg create gone -n evil --registry-server other.io",
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
			assert.ok(out.endsWith(`${printed}\n`), out);
			assert.match(err, /^1 problem\nAbout \S+: \S+\n$/);
			assert.deepEqual(secrets(), before);
		});
});

test("where the source is sent, a Secret beside its copy is fixed as any", async () => {
	await using bed = await started();
	plantSecret(bed, "mine", {}, "app");
	plantPod(bed, "r.io/a", "mine", REJECTED, "app");
	const { out } = await bed.run(["check"]);
	assert.match(
		out,
		/ {4}Fix: kubectl meshreg create mine -n app --force --registry-server r\.io\n$/,
	);
});
