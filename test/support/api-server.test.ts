/**
 * The embedded API server against the real one: what was asked of a
 * kube-apiserver 1.26 and what it answered, replayed in order.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { Http2Client } from "./api-client.ts";
import { startApiServer } from "./api-server/index.ts";

interface Capture {
	name: string;
	request: {
		method: string;
		path: string;
		contentType?: string;
		accept?: string;
		headers?: Record<string, string>;
		/** Without a client certificate. */
		credentials?: "none";
		body?: unknown;
	};
	response: {
		status: number;
		headers: Record<string, string>;
		body: unknown;
	};
}

const captures: Capture[] = JSON.parse(
	readFileSync(
		new URL("../data/apiserver-captures.json", import.meta.url),
		"utf8",
	),
);

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

/** Fields whose values are the server's own: one value here for each there. */
const ownValues = ["uid", "resourceVersion", "continue"];
const times = ["creationTimestamp", "deletionTimestamp", "time"];

/** The values of the real server → the values of this one. */
const mapped = new Map<string, string>();

/** Replaces the real server's values in a request's path or in a message. */
function translated(text: string): string {
	let result = text;
	for (const [real, own] of mapped)
		if (real.length > 20) result = result.replaceAll(real, own);
	return result;
}

/** What this server should have answered: the real answer with our own values. */
function expected(
	real: unknown,
	own: unknown,
	field: string,
	ignored: readonly string[],
): unknown {
	if (ignored.includes(field)) return own;
	if (times.includes(field) && typeof real === "string") {
		assert.match(String(own), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, field);
		return own;
	}
	if (ownValues.includes(field) && typeof real === "string") {
		if (typeof own === "string" && !mapped.has(real)) mapped.set(real, own);
		return mapped.get(real);
	}
	if (typeof real === "string") return translated(real);
	if (Array.isArray(real))
		return real.map((item, index) =>
			expected(
				item,
				Array.isArray(own) ? own[index] : undefined,
				field,
				ignored,
			),
		);
	if (typeof real !== "object" || real === null) return real;
	return Object.fromEntries(
		Object.entries(real)
			.filter(([key]) => !ignored.includes(key) || hasField(own, key))
			.map(([key, value]) => [
				key,
				expected(value, fieldOf(own, key), key, ignored),
			]),
	);
}

const hasField = (value: unknown, key: string) =>
	typeof value === "object" && value !== null && key in value;
const fieldOf = (value: unknown, key: string): unknown =>
	hasField(value, key) ? (value as Record<string, unknown>)[key] : undefined;

/** The file shortens one long body to its beginning and `…`: anything above 1 MiB does. */
function restored(body: unknown): unknown {
	return JSON.parse(JSON.stringify(body), (_, value) =>
		typeof value === "string" && value.endsWith("…")
			? Buffer.alloc(1024 * 1024 + 1, "x").toString("base64")
			: value,
	);
}

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

assert.equal(captures.length, 78);
for (const { name, request, response } of captures)
	test(`as the real API server: ${name}`, async () => {
		const { body, contentType, accept, headers } = request;
		const client = request.credentials === "none" ? nobody : admin;
		const reply = await client.call({
			method: request.method,
			path: translated(request.path),
			...(body === undefined
				? {}
				: { body: typeof body === "string" ? body : restored(body) }),
			...(contentType === undefined ? {} : { contentType }),
			headers: { ...headers, ...(accept === undefined ? {} : { accept }) },
		});
		const ignored = notCompared[name] ?? [];
		assert.equal(reply.status, response.status, JSON.stringify(reply.body));
		assert.equal(
			reply.headers["content-type"],
			response.headers["content-type"],
		);
		assert.deepEqual(
			reply.body,
			expected(response.body, reply.body, "", ignored),
		);
	});

test("versions grow as the real ones do, and no two values of its own became one", () => {
	const versions = [...mapped].filter(([real]) => /^\d+$/.test(real));
	const offsets = versions.map(([real, own]) => Number(own) - Number(real));
	assert.equal(new Set(offsets).size, 1);
	assert.equal(new Set(mapped.values()).size, mapped.size);
});
