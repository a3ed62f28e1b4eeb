import { isScalar, parseDocument } from "yaml";
import type { Files } from "../../../world.ts";
import { decoded } from "../kubeconfig/yaml.ts";

/** As much of a kubeconfig as is ever read. */
const LIMIT = 16 << 20;

/**
 * Puts renewed tokens of `user`'s auth-provider into its kubeconfig; every other character stays, in UTF-8.
 * Throws FailureError.
 */
export async function saveTokens(
	path: string,
	user: string,
	tokens: Readonly<Record<string, string>>,
	files: Files,
): Promise<void> {
	const text = decoded(await files.read(path, LIMIT));
	const document = parseDocument(text, { logLevel: "error" });
	const users: unknown = document.toJS()?.users;
	const at = Array.isArray(users)
		? users.findIndex((entry) => entry?.name === user)
		: -1;
	const config = ["users", at, "user", "auth-provider", "config"];
	const places = ["id-token", "refresh-token"]
		.map((name) => ({
			token: tokens[name] ?? "",
			range: rangeOf(document.getIn([...config, name], true)),
		}))
		// From the end, so that what comes before stays where it was.
		.sort((one, other) => other.range[0] - one.range[0]);
	let changed = text;
	for (const { token, range } of places)
		changed =
			changed.slice(0, range[0]) +
			JSON.stringify(token) +
			changed.slice(range[1]);
	// Gone from there: somebody else has written the file, and knows better.
	if (at < 0 || places.some(({ range }) => range[1] === 0)) return;
	await files.write(path, changed, "kept");
}

/** Where a value begins and ends in the text; 0 and 0 for none. */
function rangeOf(node: unknown): readonly [number, number] {
	return isScalar(node) && node.range ? [node.range[0], node.range[1]] : [0, 0];
}
