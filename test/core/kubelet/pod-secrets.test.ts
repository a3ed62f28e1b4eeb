import assert from "node:assert/strict";
import { test } from "node:test";
import {
	providerFor,
	providerOf,
} from "../../../src/core/kubelet/pod-secrets.ts";

const ROWS: readonly [annotation: string, image: string, answers: boolean][] = [
	[
		"eks.amazonaws.com/ecr-role-arn",
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1",
		true,
	],
	[
		"eks.amazonaws.com/ecr-role-arn",
		"123456789012.dkr-ecr-fips.us-east-1.on.aws/a",
		true,
	],
	["eks.amazonaws.com/ecr-role-arn", "public.ecr.aws/a/b", true],
	["eks.amazonaws.com/ecr-role-arn", "docker.io/a/b", false],
	["eks.amazonaws.com/ecr-role-arn", "nginx", false],
	// It has nothing to do with pulls.
	["eks.amazonaws.com/role-arn", "public.ecr.aws/a/b", false],
	["kubernetes.azure.com/acr-client-id", "a.azurecr.io/b", true],
	["kubernetes.azure.com/acr-tenant-id", "a.b.azurecr.cn/b", true],
	["kubernetes.azure.com/acr-client-id", "azurecr.io.evil.example/b", false],
	["iam.gke.io/enable-wi-image-pull", "eu.gcr.io/a/b", true],
	["iam.gke.io/enable-wi-image-pull", "europe-docker.pkg.dev/a/b/c", true],
	["iam.gke.io/enable-wi-image-pull", "notgcr.io/a", false],
	// Of a registry that is anybody's.
	["JFrogExchange", "docker.example.com/a", true],
];

for (const [annotation, image, answers] of ROWS)
	test(`the provider of ${annotation} ${answers ? "may answer" : "does not answer"} for ${image}`, () => {
		const provider = providerOf({
			metadata: { annotations: { [annotation]: "x" } },
		});
		assert.equal(providerFor(provider, image) !== undefined, answers);
	});
