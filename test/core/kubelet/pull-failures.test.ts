import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isPullFailure } from "../../../src/core/kubelet/pull-failures.ts";
import { readPull } from "../../../src/core/kubelet/pull-report.ts";

interface Row {
	runtime: string;
	where: string;
	event?: string;
	reason?: string;
	message: string;
	cause: string;
}

const rows: Row[] = JSON.parse(
	readFileSync(
		new URL("../../data/pull-messages.json", import.meta.url),
		"utf8",
	),
).messages;

/** The words as one container's status and events. */
const causeIn = (
	message: string,
	reason = "ErrImagePull",
	events: { reason: string; message: string }[] = [],
) =>
	readPull(
		{ container: "c", image: "x", reason, message },
		events.map((event) => ({
			pod: "n/p",
			container: "",
			at: undefined,
			...event,
		})),
		["x"],
		["myregistrykey"],
	).cause;

describe("messages found in the wild", () => {
	it("are of every runtime, and say where they were found", () => {
		const count = (runtime: string) =>
			rows.filter((row) => row.runtime === runtime).length;
		assert.ok(count("docker") >= 30);
		assert.ok(count("containerd") >= 20);
		assert.ok(count("CRI-O") >= 10);
		assert.ok(count("kubelet") >= 10);
		for (const { where } of rows)
			assert.match(
				where,
				/^https:\/\/github\.com\/[^/]+\/[^/]+\/(issues|pull)\/\d+$/,
			);
	});

	for (const { runtime, where, event, reason, message, cause } of rows)
		it(`${runtime}: ${cause}: ${where.replace("https://github.com/", "")}`, () => {
			assert.equal(
				event === undefined
					? causeIn(message, reason)
					: causeIn('Back-off pulling image "x"', "ImagePullBackOff", [
							{ reason: "BackOff", message: "Back-off" },
							{ reason: event, message },
						]),
				cause,
			);
			if (event === "ErrImageNeverPull" || reason === "InvalidImageName")
				return;
			const forms = {
				"before back-off": causeIn(message),
				"kubelets since 1.32": causeIn(
					`Back-off pulling image "x": ErrImagePull: ${message}`,
					"ImagePullBackOff",
				),
				"several credentials": causeIn(`[${message}, ${message}]`),
			};
			for (const [form, found] of Object.entries(forms))
				assert.equal(found, cause, form);
		});
});

describe("what tells one cause from another", () => {
	const table: [message: string, cause: string][] = [
		[
			"x509: certificate is valid for a.example, not b.example",
			"wrong-certificate-name",
		],
		[
			"x509: cannot validate certificate for 10.0.0.7 because it doesn't contain any IP SANs",
			"wrong-certificate-name",
		],
		[
			"invalid character 'o' in literal null (expecting 'u')",
			"malformed-secret",
		],
		[
			"json: cannot unmarshal array into Go struct field DockerConfigJSON.auths of type credentialprovider.DockerConfig",
			"malformed-secret",
		],
		[
			"error unmarshalling content: invalid character '<' looking for beginning of value",
			"web-page",
		],
		[
			'failed to resolve reference "r.io/a:1": unexpected status from HEAD request to https://r.io/v2/a/manifests/1: 401 Unauthorized',
			"rejected",
		],
		[
			'failed to resolve reference "r.io/a:1": r.io/a:1: not found',
			"not-found",
		],
		[
			"image pull failed for r.io/a because the registry is unavailable: EOF",
			"unreachable",
		],
		["pull QPS exceeded", "pull-qps"],
		["", "unknown"],
	];
	for (const [message, cause] of table)
		it(message.slice(0, 70) || "nothing", () =>
			assert.equal(causeIn(message), cause),
		);

	it("the status before the events: it is about the last attempt", () => {
		const missing = {
			reason: "FailedToRetrieveImagePullSecret",
			message:
				"Unable to retrieve some image pull secrets (key); attempting to pull the image may not succeed.",
		};
		assert.equal(
			causeIn("unauthorized: authentication required", "ErrImagePull", [
				missing,
			]),
			"unauthorized",
		);
		assert.equal(causeIn("", "ErrImagePull", [missing]), "missing-secret");
	});

	it("any text, quickly", () => {
		fc.assert(
			fc.property(fc.string(), fc.nat(300), (text, times) => {
				causeIn(text.repeat(times));
			}),
		);
		for (const part of [
			"unexpected status ",
			"failed to fetch oauth token: ",
			'secret "',
			"x509: certificate is valid for ",
		])
			assert.notEqual(causeIn(part.repeat(2000)), "malformed-secret");
	});
});

it("knows a container that waits for its image", () => {
	assert.ok(isPullFailure("ImagePullBackOff"));
	assert.ok(!isPullFailure("CrashLoopBackOff"));
	assert.ok(!isPullFailure("ContainerCreating"));
});

it("looks for no pattern with a gap that has no limit", () => {
	const source = readFileSync(
		new URL("../../../src/core/kubelet/pull-failures.ts", import.meta.url),
		"utf8",
	);
	const [, rules = ""] = /^const RULES\b([\s\S]*?)^\];$/m.exec(source) ?? [];
	const patterns = rules.match(/^\s*(?:\[.*, )?\/.*\/i?\]?,$/gm) ?? [];
	assert.ok(patterns.length > 30);
	assert.deepEqual(
		patterns.filter((pattern) => /(?<!\\)[*+]|\{\d+,\}/.test(pattern)),
		[],
	);
});
