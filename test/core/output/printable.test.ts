import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine, printable } from "../../../src/core/output/printable.ts";

const FIRST = Array.from({ length: 0x250 }, (_, code) =>
	String.fromCharCode(code),
);

test("what is no text goes, beside ASCII alone as beside other text", () => {
	for (const beside of ["a", "é"])
		for (const one of FIRST) {
			const stays = /\P{Cc}/u.test(one) && one !== "\u00ad";
			const text = `${beside}${one}${beside}`;
			const without = beside + beside;
			const kept = stays || one === "\n" || one === "\t";
			assert.equal(printable(text), kept ? text : without, JSON.stringify(one));
			if (/[\n\v\f\r\u0085]/.test(one))
				assert.equal(oneLine(text), `${beside} ${beside}`, JSON.stringify(one));
			else
				assert.equal(oneLine(text), kept ? text : without, JSON.stringify(one));
		}
});
