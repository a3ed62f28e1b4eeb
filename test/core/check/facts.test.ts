import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { podFacts } from "../../../src/core/check/facts.ts";
import type { Pod } from "../../../src/core/objects.ts";

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
