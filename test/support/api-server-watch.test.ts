import assert from "node:assert/strict";
import { test } from "node:test";
import type { WatchEvent } from "./api-client.ts";
import { next, startWatching } from "./api-watching.ts";

test("from a version on: what changed since, then what changes", async () => {
	const { client, store, seed } = await startWatching();
	seed("before", "a");
	const from = store.version;
	seed("one", "a");
	seed("one", "b");
	seed("elsewhere", "a", "default");
	store.delete("Secret", "app", "before");
	const all = client.watch(
		`/api/v1/secrets?watch=true&resourceVersion=${from}`,
	);
	const app = client.watch(
		`/api/v1/namespaces/app/secrets?watch=1&resourceVersion=${from}`,
	);
	const named = client.watch(
		`/api/v1/namespaces/app/secrets?watch=1&resourceVersion=${from}&fieldSelector=metadata.name%3Dtwo`,
	);
	assert.deepEqual(await next(all, 4), [
		"ADDED one",
		"MODIFIED one",
		"ADDED elsewhere",
		"DELETED before",
	]);
	assert.deepEqual(await next(app, 3), [
		"ADDED one",
		"MODIFIED one",
		"DELETED before",
	]);
	seed("two", "a");
	store.delete("Secret", "app", "two");
	assert.deepEqual(await next(all, 2), ["ADDED two", "DELETED two"]);
	assert.deepEqual(await next(named, 2), ["ADDED two", "DELETED two"]);
});

test("without a version: first what is there", async () => {
	const { client, seed } = await startWatching();
	seed("b", "a");
	seed("a", "a");
	const watch = client.watch("/api/v1/secrets?watch=true");
	assert.deepEqual(await next(watch, 2), ["ADDED a", "ADDED b"]);
	seed("a", "b");
	assert.deepEqual(await next(watch, 1), ["MODIFIED a"]);
});

test("what enters or leaves the selection is ADDED or DELETED", async () => {
	const { client, store, seed } = await startWatching();
	const from = store.version;
	const watch = client.watch(
		`/api/v1/secrets?watch=true&labelSelector=team%3Da&resourceVersion=${from}`,
	);
	seed("x", "b");
	seed("x", "a");
	seed("x", "a");
	seed("x", "b");
	seed("x", "b");
	store.delete("Secret", "app", "x");
	seed("y", "a");
	store.delete("Secret", "app", "y");
	assert.deepEqual(await next(watch, 5), [
		"ADDED x",
		"MODIFIED x",
		"DELETED x",
		"ADDED y",
		"DELETED y",
	]);
});

test("what leaves the selection is shown as it was in it, at the new version", async () => {
	const { client, store, seed } = await startWatching();
	seed("x", "a");
	const from = store.version;
	seed("x", "b");
	const { events } = client.watch(
		`/api/v1/secrets?watch=true&labelSelector=team%3Da&resourceVersion=${from}`,
	);
	const { type, object } = (await events.next()).value as WatchEvent;
	assert.equal(type, "DELETED");
	assert.equal(object.metadata.resourceVersion, String(from + 1));
	assert.deepEqual(object.metadata.labels, { team: "a" });
});

test("a deletion carries its own version, and the object as it was", async () => {
	const { client, store, seed } = await startWatching();
	seed("x", "a");
	const from = store.version;
	store.delete("Secret", "app", "x");
	const { events } = client.watch(
		`/api/v1/secrets?watch=true&resourceVersion=${from}`,
	);
	const { object } = (await events.next()).value as WatchEvent;
	assert.equal(object.metadata.resourceVersion, String(from + 1));
	assert.deepEqual(object.metadata.labels, { team: "a" });
});

test("a version that is forgotten gives an ERROR event with 410, and the end", async () => {
	const { client, store, seed } = await startWatching();
	seed("x", "a");
	const from = store.version;
	seed("y", "a");
	store.compact();
	const watch = client.watch(
		`/api/v1/secrets?watch=true&resourceVersion=${from}`,
	);
	assert.deepEqual(await next(watch, 2), [
		`ERROR 410 Expired: too old resource version: ${from} (${from + 1})`,
		"end",
	]);
	const current = client.watch(
		`/api/v1/secrets?watch=true&resourceVersion=${store.version}`,
	);
	seed("z", "a");
	assert.deepEqual(await next(current, 1), ["ADDED z"]);
});

test("only so many changes are remembered as `history` says", async () => {
	const { client, store, seed } = await startWatching({ history: 3 });
	const first = store.version;
	for (let count = 0; count < 7; count++) seed(`x${count}`, "a");
	const old = client.watch(
		`/api/v1/secrets?watch=true&resourceVersion=${first}`,
	);
	assert.match((await next(old, 1))[0] ?? "", /^ERROR 410 Expired/);
	const recent = client.watch(
		`/api/v1/secrets?watch=true&resourceVersion=${store.version - 2}`,
	);
	assert.deepEqual(await next(recent, 2), ["ADDED x5", "ADDED x6"]);
});

test("bookmarks go to who asked for them", async () => {
	const { client, server, store, seed } = await startWatching();
	const from = store.version;
	const path = `/api/v1/secrets?watch=true&resourceVersion=${from}`;
	const marked = client.watch(`${path}&allowWatchBookmarks=true`);
	const plain = client.watch(path);
	seed("x", "a");
	assert.deepEqual(await next(marked, 1), ["ADDED x"]);
	assert.deepEqual(await next(plain, 1), ["ADDED x"]);
	server.store.seed({ kind: "Namespace", metadata: { name: "other" } });
	server.sendBookmarks();
	seed("y", "a");
	assert.deepEqual(await next(marked, 2), [
		`BOOKMARK Secret ${from + 2}`,
		"ADDED y",
	]);
	assert.deepEqual(await next(plain, 1), ["ADDED y"]);
});

test("bookmarks come by themselves, too", async () => {
	const { client, store } = await startWatching({ bookmarkInterval: 1 });
	const watch = client.watch(
		`/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=${store.version}`,
	);
	assert.deepEqual(await next(watch, 1), [`BOOKMARK Pod ${store.version}`]);
});

test("metadata only", async () => {
	const { client, server, store } = await startWatching();
	const from = store.version;
	const { events } = client.watch(
		`/api/v1/secrets?watch=true&allowWatchBookmarks=true&resourceVersion=${from}`,
		{ accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" },
	);
	store.seed({
		kind: "Secret",
		metadata: { name: "x", namespace: "app" },
		data: { k: "djEx" },
	});
	const added = (await events.next()).value as WatchEvent;
	assert.deepEqual(Object.keys(added.object), [
		"kind",
		"apiVersion",
		"metadata",
	]);
	assert.equal(added.object.kind, "PartialObjectMetadata");
	server.sendBookmarks();
	const mark = (await events.next()).value as WatchEvent;
	assert.equal(mark.object.kind, "PartialObjectMetadata");
});

test("ends when its time is up, when the server says so, and when the client goes", async () => {
	const { client, server } = await startWatching();
	const timed = client.watch("/api/v1/pods?watch=true&timeoutSeconds=1");
	assert.deepEqual(await next(timed, 1), ["end"]);
	const ended = client.watch("/api/v1/pods?watch=true&resourceVersion=1");
	const left = client.watch("/api/v1/secrets?watch=true");
	server.store.seed({ kind: "Secret", metadata: { name: "x" } });
	server.store.seed({ kind: "Pod", metadata: { name: "x" } });
	await Promise.all([next(left, 1), next(ended, 1)]);
	assert.equal(server.watches, 2);
	left.close();
	assert.deepEqual(await next(left, 1), ["end"]);
	server.endWatches();
	assert.deepEqual(await next(ended, 1), ["end"]);
	// Another request on the connection is answered after the server saw both go.
	await client.call({ path: "/version" });
	assert.equal(server.watches, 0);
});

test("what is wrong with the selector is said before anything is sent", async () => {
	const { client } = await startWatching();
	const { status } = await client.call({
		path: "/api/v1/secrets?watch=true&labelSelector=%3D%3D",
	});
	assert.equal(status, 400);
});

test("a write from within a change is told after it", async () => {
	const { client, store } = await startWatching({
		defaultServiceAccounts: true,
		finalizeNamespaces: true,
	});
	const from = store.version;
	const watches = ["namespaces", "serviceaccounts"].map((plural) =>
		client.watch(`/api/v1/${plural}?watch=true&resourceVersion=${from}`),
	);
	await client.call({
		method: "POST",
		path: "/api/v1/namespaces",
		body: { metadata: { name: "new" } },
	});
	await client.call({ method: "DELETE", path: "/api/v1/namespaces/new" });
	const [namespaces, accounts] = watches;
	assert.ok(namespaces && accounts);
	assert.deepEqual(await next(namespaces, 3), [
		"ADDED new",
		"MODIFIED new",
		"DELETED new",
	]);
	assert.deepEqual(await next(accounts, 2), [
		"ADDED default",
		"DELETED default",
	]);
});
