/** The workflows cannot run here; actionlint reads them as GitHub would. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { goTool } from "../../scripts/go-tool.ts";

const actionlint = await goTool("actionlint").catch((cause: Error) => cause);

test("actionlint finds nothing", (t) => {
	if (actionlint instanceof Error)
		return t.skip(
			`actionlint cannot be had: ${actionlint.message.split("\n")[0]}`,
		);
	assert.equal(execFileSync(actionlint, ["-no-color"]).toString(), "");
});
