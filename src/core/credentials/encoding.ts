import { isUtf8 } from "node:buffer";
import type { Causes } from "../cases.ts";
import type { EncodingFault } from "../output/file-fault.ts";

/** What to know of a file with a credential, which is taken all the same; report/ words it. */
export type FileNote = Causes<{
	/** It was removed. `flag`: where it was given, if that is to be said. */
	"byte-order-mark": { of: "password" | "key-file" | "jwt"; flag?: string };
	/** Some registries want the field. */
	"key-file-incomplete": { field: string };
}>;

/** Why bytes are not the UTF-8 text that they should be; undefined where they are. */
export function encodingFault(bytes: Uint8Array): EncodingFault | undefined {
	const [first, second] = bytes;
	if (
		(first === 0xff && second === 0xfe) ||
		(first === 0xfe && second === 0xff)
	)
		return "utf-16";
	if (!isUtf8(bytes)) return "not-utf-8";
	return bytes.includes(0) ? "nul" : undefined;
}

/** A text without the byte order mark that some editors write before it. */
export function withoutMark(text: string): { text: string; marked: boolean } {
	return text.startsWith("\ufeff")
		? { text: text.slice(1), marked: true }
		: { text, marked: false };
}
