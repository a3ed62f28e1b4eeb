import assert from "node:assert/strict";
import { request } from "node:https";
import { after, test } from "node:test";
import { startApiServer } from "./api-server/index.ts";

const server = await startApiServer({ namespaces: ["app"] });
after(() => server.stop());

test("answers over HTTP/1.1 to a client certificate", async () => {
	const { certificate, key } = server.clientPair();
	const status = await new Promise((resolve, reject) =>
		request(
			`${server.url}/api/v1/namespaces/app`,
			{ ca: server.ca, cert: certificate, key },
			(response) => {
				response.resume();
				resolve(response.statusCode);
			},
		)
			.on("error", reject)
			.end(),
	);
	assert.equal(status, 200);
});
