/**
 * What real API servers answered, asked again: of the embedded server, and of
 * the real one where there is one. Both must give the same.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
	type Capture,
	comparable,
	Replay,
	readCaptures,
} from "../support/captures.ts";
import { testCluster } from "../support/cluster.ts";

const cluster = await testCluster();
after(() => cluster[Symbol.asyncDispose]());
const isReal = cluster.kind === "real";
const minor = await serverMinor();

/** What is not compared, by capture and field, and why. */
const notCompared: Readonly<Record<string, readonly string[]>> = {
	// Texts from the API's documentation, and an age.
	"secret list as table": ["description", "cells"],
	// Nobody can ask for a review again, so its managedFields serve nobody.
	"access review allowed": ["managedFields"],
	"review denied": ["managedFields"],
	"review of a path": ["managedFields"],
	"who am I, impersonated": ["creationTimestamp"],
	// Of finalizers the embedded server knows no owners.
	...Object.fromEntries(
		[
			"create with a finalizer",
			"delete what a finalizer holds",
			"delete it again",
			"update of what is being deleted",
			"let go",
		].map((name) => [name, ["managedFields"]]),
	),
	// Defaults that no client of these tests reads.
	...Object.fromEntries(
		["event", "events of a pod"].map((name) => [
			name,
			[
				"eventTime",
				"firstTimestamp",
				"lastTimestamp",
				"managedFields",
				"reportingComponent",
				"reportingInstance",
				"source",
			],
		]),
	),
	...Object.fromEntries(
		[
			"pod",
			"pod with secrets of its own",
			"pods pending",
			"pods not succeeded",
			"pod deleted at once",
		].map((name) => [
			name,
			[
				"deletionGracePeriodSeconds",
				"deletionTimestamp",
				"dnsPolicy",
				"enableServiceLinks",
				"generation",
				"imagePullPolicy",
				"managedFields",
				"preemptionPolicy",
				"priority",
				"qosClass",
				"resources",
				"schedulerName",
				"securityContext",
				"serviceAccount",
				"terminationGracePeriodSeconds",
				"terminationMessagePath",
				"terminationMessagePolicy",
				"tolerations",
			],
		]),
	),
};

/** What only a real server is asked: the embedded one knows no kinds but those it keeps, whoever asks. */
const OF_OTHER_KINDS = [
	"create of another kind",
	"forbidden: unknown resource",
];

// One test, as each answer rests on the requests before it.
for (const [file, version] of [
	["apiserver-captures.json", 26],
	["apiserver-captures-1.37.json", 37],
] as const)
	test(`1.${version}`, async (t) => {
		const replay = new Replay({ busy: true, notCompared });
		for (const capture of renamed(readCaptures(file))) {
			const { name, response } = capture;
			// The build of the server that was recorded.
			if (name === "version") continue;
			if (!isReal && OF_OTHER_KINDS.includes(name)) continue;
			await t.test(name, async () => {
				const { method, path, credentials, ...call } = replay.request(capture);
				const { status, headers, body } = await cluster.api.request(
					method,
					path,
					{ ...call, as: credentials === "none" ? "nobody" : "kubeconfig" },
				);
				const answer = {
					status,
					headers: { "content-type": headers["content-type"] },
					body: comparable(body, true),
				};
				const expected = { ...response, body: replay.expected(capture, body) };
				// Other versions word some refusals in another way, and older ones refuse some with another status.
				if (isReal && minor < version && response.status >= 400)
					assert.ok(status >= 400, `${status}`);
				else if (isReal && minor !== version && status >= 400)
					assert.deepEqual(worded(answer), worded(expected));
				else assert.deepEqual(answer, expected);
			});
		}
	});

/** A refusal by its status and reason. */
function worded({ status, body }: { status: number; body: unknown }) {
	const { kind, reason } = (body ?? {}) as { kind?: string; reason?: string };
	return { status, kind, reason };
}

async function serverMinor(): Promise<number> {
	const { body } = await cluster.api.request("GET", "/version");
	return Number.parseInt((body as { minor: string }).minor, 10);
}

/** The captures with names that nobody else uses on the server. */
function renamed(captures: Capture[]): Capture[] {
	const renames: Readonly<Record<string, string>> = {
		cap: cluster.named("cap"),
		"nginx-mesh-registry-key": cluster.named("key"),
		'"mesh":"on"': `"mesh":"${cluster.named("on")}"`,
		"mesh%3Don": `mesh%3D${cluster.named("on")}`,
	};
	const json = JSON.stringify(captures).replace(
		/nginx-mesh-registry-key|"mesh":"on"|mesh%3Don|(?<![a-z])cap(?=-[ab]\b|-none\b|x)/g,
		(name) => renames[name] ?? name,
	);
	return JSON.parse(json);
}
