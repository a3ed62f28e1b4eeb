/** Addresses of API servers with a password in them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { serverUrl } from "../../../../src/adapters/cluster/kubeconfig/server.ts";
import { contextFlagsOf } from "../../../../src/core/output/context-flags.ts";
import { connected } from "../../../support/connecting.ts";
import { refusedInWords } from "../../../support/refused.ts";

describe("a password in a server's address is shown nowhere", () => {
	for (const [server, shown] of [
		["ftp://ann:S3CRET@k", "ftp://***@k"],
		["https://ann:S3/CRET@k:1", "https://***"],
		["https://ann:S3@CRET@k:port", "https://***@k:port"],
		["ann:S3CRET@", "***@"],
		["ftp://k", "ftp://k"],
	] as const)
		test(`in what is wrong with ${server}`, () =>
			refusedInWords(
				() => serverUrl(server),
				`server "${shown}" is not an address: write it as https://HOST:PORT`,
			));

	test("in the URL that requests are told by", () => {
		assert.equal(
			serverUrl("https://ann:S3CRET@k:1/a/b?c#d").href,
			"https://k:1/a/b",
		);
	});

	test("in the flags of a printed command", () => {
		assert.deepEqual(
			contextFlagsOf({ server: "https://ann:S3CRET@k", user: "ann@example" }),
			["--user", "ann@example", "--server", "https://***@k"],
		);
	});

	test("in -v and where it cannot be reached", async () => {
		const { cluster, stderr } = await connected({
			server: "http://ann:S3CRET@127.0.0.1:1",
			verbosity: 9,
		});
		const failure = await cluster.read("Namespace", { name: "x" }).then(
			() => "",
			(error: Error) => error.message,
		);
		await cluster.close();
		assert.equal(
			failure,
			"The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?",
		);
		assert.match(
			stderr(),
			/^GET http:\/\/127\.0\.0\.1:1\/api\/v1\/namespaces\/x no answer in \d+ milliseconds\n$/,
		);
		assert.equal(cluster.server, "http://127.0.0.1:1");
	});
});
