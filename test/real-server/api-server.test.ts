/** Whether the embedded API server answers as a real one does. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { startApiServer } from "../support/api-server/index.ts";
import { realCluster } from "../support/cluster.ts";
import { type Answer, type RawApi, rawApi } from "../support/raw-api.ts";
import { asking } from "./api-server/asking.ts";
import { changing } from "./api-server/changing.ts";
import { creating } from "./api-server/creating.ts";
import { deleting } from "./api-server/deleting.ts";
import { owning } from "./api-server/owning.ts";
import { reading } from "./api-server/reading.ts";
import type { Steps } from "./api-server/steps.ts";

const real = await realCluster();
const embedded = await startApiServer();
const kubeconfig = join(real.folder, "embedded");
await writeFile(kubeconfig, embedded.kubeconfig());
const own = await rawApi(kubeconfig);
after(async () => {
	own.close();
	await embedded.stop();
	await real[Symbol.asyncDispose]();
});

const [imitated, found] = [await minorOf(own), await minorOf(real.api)];
/** Words and some refusals change from version to version. */
const skip =
	imitated !== found &&
	`the embedded API server answers as 1.${imitated}, the real one is 1.${found}`;

async function minorOf(api: RawApi): Promise<string> {
	const { body } = await api.request("GET", "/version");
	return (body as { minor: string }).minor;
}

async function held(api: RawApi, steps: Steps): Promise<Answer[]> {
	const answers: Answer[] = [];
	for (const step of steps) {
		const {
			method = "GET",
			path,
			...call
		} = typeof step === "function" ? step(answers) : step;
		answers.push(await api.request(method, path, call));
	}
	return answers;
}

/** What each server has of its own, and what neither promises. */
const ownValues = new Set([
	"uid",
	"resourceVersion",
	"continue",
	"creationTimestamp",
	"deletionTimestamp",
	"time",
	"description",
	// The build.
	"gitVersion",
	"gitCommit",
	"gitTreeState",
	"buildDate",
	"goVersion",
	"compiler",
	"platform",
	"emulationMajor",
	"emulationMinor",
	"minCompatibilityMajor",
	"minCompatibilityMinor",
]);

function masked(value: unknown): unknown {
	if (typeof value === "string")
		return (
			value
				.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>")
				.replace(/^(?:\d+[hms])+$/, "<age>")
				.replaceAll(/current: \d+|record \(\d+\)/g, "<version>")
				// The object in the message, with its fields in any order.
				.replace(
					/(patch: )?Invalid value: "\{.*\}"/s,
					"Invalid value: <object>",
				)
		);
	if (Array.isArray(value)) return value.map(masked);
	if (typeof value !== "object" || value === null) return value;
	const isReview = "kind" in value && /Review$/.test(String(value.kind));
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, inner]) => {
			if (ownValues.has(key)) return [];
			// Reviews are nobody's here; finalizers are owned as a whole.
			if (isReview && key === "metadata") return [];
			if (key === "f:finalizers") return [[key, {}]];
			// A patch that fails says each reason several times there, and conflicts come in any order.
			if (key === "causes") return [[key, distinct(inner)]];
			return [[key, masked(inner)]];
		}),
	);
}

function distinct(causes: unknown): unknown[] {
	const texts = (causes as unknown[]).map((cause) =>
		JSON.stringify(masked(cause)),
	);
	return [...new Set(texts)].sort();
}

/** The part of an answer that is compared. */
function compared({ status, headers, body }: Answer): unknown {
	return {
		status,
		type: headers["content-type"],
		body: masked(typeof body === "string" ? lines(body) : body),
	};
}

/** The lines of a watch, or of a text. */
function lines(text: string): unknown[] {
	return text
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => (line.startsWith("{") ? JSON.parse(line) : line));
}

for (const [name, steps] of Object.entries({
	...creating,
	...changing,
	...deleting,
	...reading,
	...owning,
	...asking,
}))
	test(`the embedded API server answers as the real one: ${name}`, {
		skip,
	}, async () => {
		const namespace = await real.namespace(name.replaceAll(" ", "-"));
		const made = { metadata: { name: namespace } };
		await own.request("POST", "/api/v1/namespaces", { body: made });
		const [expected, actual] = await Promise.all([
			held(real.api, steps(namespace)),
			held(own, steps(namespace)),
		]);
		for (const [index, answer] of expected.entries())
			assert.deepEqual(
				compared(actual[index] as Answer),
				compared(answer),
				`step ${index}: ${JSON.stringify(steps(namespace)[index])?.slice(0, 300)}`,
			);
	});
