import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
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
		// What is no JSON may also be an answer of the registry's.
		[
			"response: invalid character 'U' looking for beginning of value",
			"unknown",
		],
		[
			"error unmarshalling content: invalid character 'U' looking for beginning of value",
			"unknown",
		],
		[
			"error parsing HTTP 404 response body: invalid character 'p' after top-level value",
			"not-found",
		],
		["invalid character '<' looking for beginning of value", "web-page"],
		["unexpected media type text/html for sha256:aa: not found", "web-page"],
		[
			`couldn't parse image name "x": repository name must not be more than 255 characters`,
			"invalid-reference",
		],
		[
			`couldn't parse image reference "X": repository name must be lowercase`,
			"invalid-reference",
		],
		[
			'Container image "x" is not present with pull policy of Never',
			"never-pull",
		],
		['secret "k" not found', "missing-secret"],
		[`secrets "${"k".repeat(253)}" not found`, "missing-secret"],
		[
			'short-name "a" did not resolve to an alias and no unqualified-search registries are defined',
			"short-name",
		],
		["short-name mode is enforcing", "short-name"],
		["Source image rejected: no signature exists", "signature"],
		["failed to fetch oauth token: 401 Unauthorized", "rejected"],
		["wrong username was used", "rejected"],
		["invalid status code from registry 401 (Unauthorized)", "rejected"],
		["the user does not have permission to pull", "denied"],
		['Permission "p" denied on resource', "denied"],
		["failed to fetch oauth token: 403 Access denied", "forbidden"],
		// Numbers in somebody's number of a request.
		[
			"failed to fetch oauth token: 500 Internal Server Error: e401 4013 e403 4034",
			"registry-error",
		],
		[
			"unexpected status from HEAD request: 500 Internal Server Error: e401 4013",
			"registry-error",
		],
		[
			"failed to fetch anonymous token: 500 Internal Server Error: e401 4013",
			"registry-error",
		],
		// The first credential is not what the last answer is about.
		[
			"failed to fetch oauth token: EOF, failed to fetch anonymous token: unexpected status: 403 Forbidden",
			"no-credentials",
		],
		["TOOMANYREQUESTS: slow down", "rate-limit"],
		["429 Too Many Requests", "rate-limit"],
		["received 429 (too many requests)", "rate-limit"],
		["Status 429", "rate-limit"],
		["UNAUTHORIZED", "unauthorized"],
		[
			"x509: certificate relies on legacy Common Name field",
			"wrong-certificate-name",
		],
		...[
			"lookup r.io: no such host",
			"connect: connection refused",
			"RegistryUnavailable",
			"read: i/o timeout",
			"connect: network is unreachable",
			"connect: no route to host",
			"read: connection reset by peer",
			"Temporary failure in name resolution",
			"Client.Timeout exceeded while awaiting headers",
			"context deadline exceeded",
		].map((message): [string, string] => [message, "unreachable"]),
		...["Bad Gateway", "Service Unavailable", "Gateway Timeout"].map(
			(status): [string, string] => [
				`Head "https://r.io/v2/": ${status}`,
				"node-proxy",
			],
		),
		// What came with a number came from the registry.
		["received 403 : Forbidden", "unknown"],
		["received: Forbidden (403)", "unknown"],
		['malformed HTTP version "x"', "https-only"],
		["Client sent an HTTP request to an HTTPS server.", "https-only"],
		["remote error: tls: protocol version not supported", "tls-handshake"],
		["local error: tls: no application protocol", "tls-handshake"],
		["no image found in manifest list for architecture arm64", "architecture"],
		[
			"a Windows version 10.0.17763-based image is incompatible with a 10.0.14393 host",
			"architecture",
		],
		['{"code":"MANIFEST_UNKNOWN"}', "not-found"],
		["404 Not Found", "not-found"],
		["received 404 (Not Found)", "not-found"],
		["HTTP 404", "not-found"],
		["500 Internal Server Error", "registry-error"],
		["501 Not Implemented", "registry-error"],
		["502 Bad Gateway", "registry-error"],
		["504 Gateway Time-out", "registry-error"],
		["504 Gateway Timeout", "registry-error"],
		["received unexpected HTTP status: 599", "registry-error"],
		["unexpected status from GET request: 522 <none>", "registry-error"],
		["status code [manifests 1]: 525", "unknown"],
		["status code from registry: 525", "registry-error"],
		["context canceled", "interrupted"],
		["stream error: stream ID 7; INTERNAL_ERROR", "interrupted"],
		["http2: server sent GOAWAY and closed the connection", "interrupted"],
	];
	for (const [message, cause] of table)
		it(message.slice(0, 70) || "nothing", () =>
			assert.equal(causeIn(message), cause),
		);

	for (const [reason, cause] of [
		["InvalidImageName", "invalid-reference"],
		["ErrImageNeverPull", "never-pull"],
		["SignatureValidationFailed", "signature"],
		["RegistryUnavailable", "unreachable"],
	] as const)
		it(`the reason alone: ${reason}`, () =>
			assert.equal(causeIn("", reason), cause));

	it("an event's reason alone", () =>
		assert.equal(
			causeIn("", "ErrImagePull", [
				{ reason: "FailedToRetrieveImagePullSecret", message: "no" },
			]),
			"missing-secret",
		));

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
});

it("knows a container that waits for its image", () => {
	for (const reason of [
		"ErrImagePull",
		"ImagePullBackOff",
		"ErrImageNeverPull",
		"InvalidImageName",
		"ImageInspectError",
		"RegistryUnavailable",
		"SignatureValidationFailed",
		// From 1.33 on, where a pull Secret cannot be read.
		"illegal base64 data at input byte 4",
		"json: cannot unmarshal array into Go struct field",
	])
		assert.ok(isPullFailure(reason), reason);
	for (const other of ["", "CrashLoopBackOff", "ContainerCreating"])
		assert.ok(!isPullFailure(other), other);
});

it("looks for no pattern with a gap that has no limit", () => {
	const source = readFileSync(
		new URL("../../../src/core/kubelet/pull-failures.ts", import.meta.url),
		"utf8",
	);
	const [, rules = ""] =
		/^const RULES\b([\s\S]*?)^\] as const/m.exec(source) ?? [];
	const patterns = rules.match(/^\s*(?:\[.*, )?\/.*\/i?\]?,$/gm) ?? [];
	assert.ok(patterns.length > 30);
	assert.deepEqual(
		patterns.filter((pattern) => /(?<!\\)[*+]|\{\d+,\}/.test(pattern)),
		[],
	);
});
