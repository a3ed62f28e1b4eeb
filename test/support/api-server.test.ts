/**
 * The embedded API server against the real one: what was asked of a
 * kube-apiserver 1.26 and what it answered, replayed in order.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { Http2Client } from "./api-client.ts";
import { startApiServer } from "./api-server/index.ts";
import { comparable, Replay, readCaptures } from "./captures.ts";

/** What is not compared, by capture and field, and why. All captures are replayed. */
const notCompared: Readonly<Record<string, readonly string[]>> = {
	// The build of the real server. That the fields are there is compared.
	version: [
		"major",
		"minor",
		"gitVersion",
		"gitCommit",
		"gitTreeState",
		"goVersion",
		"compiler",
		"platform",
	],
	// Texts from the API's documentation, which no client reads.
	"secret list as table": ["description"],
	// Nobody can ask for a review again, so its managedFields serve nobody.
	"access review allowed": ["managedFields"],
};

// A clock that stands still: the captures were taken within one second.
const now = new Date();
const server = await startApiServer({ now: () => now });
const admin = Http2Client.open(server);
const nobody = Http2Client.open(server, { user: false });
after(async () => {
	admin.close();
	nobody.close();
	await server.stop();
});

const captures = readCaptures("apiserver-captures.json");
const replay = new Replay({ notCompared });

// One test, as each answer rests on the requests before it.
test("it answers as the real API server did", async (t) => {
	assert.equal(captures.length, 78);
	for (const capture of captures)
		await t.test(capture.name, async () => {
			const { body, contentType, accept, headers, credentials, method, path } =
				replay.request(capture);
			const client = credentials === "none" ? nobody : admin;
			const reply = await client.call({
				method,
				path,
				...(body === undefined ? {} : { body }),
				...(contentType === undefined ? {} : { contentType }),
				headers: { ...headers, ...(accept === undefined ? {} : { accept }) },
			});
			const { response } = capture;
			assert.equal(reply.status, response.status, JSON.stringify(reply.body));
			assert.equal(
				reply.headers["content-type"],
				response.headers["content-type"],
			);
			assert.deepEqual(
				comparable(reply.body),
				replay.expected(capture, reply.body),
			);
		});
	await t.test(
		"versions grow as the real ones do, and no two values of its own became one",
		() => {
			const mapped = [...replay.mapped];
			const versions = mapped.filter(([real]) => /^\d+$/.test(real));
			const offsets = versions.map(([real, own]) => Number(own) - Number(real));
			assert.equal(new Set(offsets).size, 1);
			assert.equal(new Set(mapped.map(([, own]) => own)).size, mapped.length);
		},
	);
});

// On a server of another version test/real-server skips what compares the two.
test("it is of the version that test/cluster builds", async () => {
	const pinned = readFileSync("test/cluster/go.mod", "utf8");
	const [, version] = /^require k8s\.io\/kubernetes (\S+)$/m.exec(pinned) ?? [];
	const { body } = await admin.call({ method: "GET", path: "/version" });
	const { gitVersion, minor } = body as { gitVersion: string; minor: string };
	assert.equal(gitVersion, version);
	assert.equal(gitVersion.split(".")[1], minor);
});
