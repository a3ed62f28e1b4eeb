import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";

const compress = promisify(gzip);

/** Shorter answers are not worth it, in bytes: the API server's own bound. */
const worthwhile = 128 * 1024;

/** The body as it goes to a client with this Accept-Encoding, and the headers that say so. */
export async function compressed(
	body: Buffer,
	acceptEncoding: string | string[] | undefined,
): Promise<{ body: Buffer; headers: Readonly<Record<string, string>> }> {
	const asked = /\bgzip\b/.test(String(acceptEncoding ?? ""));
	if (!asked || body.length <= worthwhile) return { body, headers: {} };
	return {
		body: await compress(body, { level: constants.Z_BEST_SPEED }),
		headers: { "content-encoding": "gzip", vary: "Accept-Encoding" },
	};
}
