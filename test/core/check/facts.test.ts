import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	accountFacts,
	keptAccount,
	keptPod,
	podFacts,
} from "../../../src/core/check/facts.ts";
import { Kept } from "../../../src/core/kept.ts";
import type { Pod, ServiceAccount } from "../../../src/core/objects.ts";

/** A pod whose containers all wait, and how often the name of one was asked for. */
function waitingPod(count: number, message = "") {
	const asked = { names: 0 };
	const containers = Array.from({ length: count }, (_, at) => ({
		image: `r.io/${at}`,
		get name() {
			asked.names++;
			return `c${at}`;
		},
	}));
	const pod: unknown = {
		metadata: { namespace: "evil", name: "web" },
		spec: { containers },
		status: {
			containerStatuses: containers.map((_, at) => ({
				name: `c${at}`,
				state: { waiting: { reason: "ErrImagePull", message } },
			})),
		},
	};
	return { pod: pod as Pod, asked };
}

describe("a pod of thousands of containers", () => {
	test("is read in the time that one takes, times their number", () => {
		const steps = (count: number): number => {
			const { pod, asked } = waitingPod(count);
			const { waiting } = podFacts(pod);
			assert.equal(waiting.at(-1)?.image, `r.io/${count - 1}`);
			return asked.names;
		};
		assert.equal(steps(1000), 1000 * steps(1));
	});

	test("is remembered with the beginnings of what its kubelet says", () => {
		const { pod } = waitingPod(1, "x".repeat(1_000_000));
		assert.deepEqual(
			podFacts(pod).waiting.map(({ message }) => message.length),
			[8000],
		);
	});
});

test("of thousands of pods and accounts, long lists are kept while they are no more than 32 megabytes together", () => {
	const kept = new Kept();
	const names = Array.from({ length: 10_000 }, (_, at) => `n${at}`);
	const containers = names.map((name) => ({ name, image: `${name}.io/app` }));
	const state = { waiting: { reason: "ErrImagePull", message: "no" } };
	const listed: unknown = {
		metadata: { namespace: "evil", name: "x" },
		imagePullSecrets: names.map((name) => ({ name })),
		spec: {
			containers,
			imagePullSecrets: names.map((name) => ({ name })),
		},
		status: {
			containerStatuses: containers.map(({ name }) => ({
				name,
				imageID: "sha256:1",
				state,
			})),
		},
	};
	const pod = podFacts(listed as Pod);
	const account = accountFacts(listed as ServiceAccount);
	const lengths = () => {
		const { secrets, images, started, waiting } = keptPod(pod, kept);
		return [secrets, images, started, waiting]
			.map(({ length }) => length)
			.concat(keptAccount(account, kept).secrets.size);
	};
	assert.deepEqual(lengths(), Array(5).fill(10_000));
	for (let at = 0; at < 3; at++) lengths();
	assert.deepEqual(lengths(), [15, 15, 15, 15, 15]);
	assert.ok((kept.unread.get("evil") ?? 0) > 4);
});
