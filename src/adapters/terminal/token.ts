/** What stands in the place of a token. */
export const NOT_SHOWN = "(token, not shown)";

/** Whether a line begins as a JWT does (`eyJ` is `{"` in base64), which no user and no host is called. */
export function isToken(line: string): boolean {
	return /^\s*eyJ[\w-]{5}/.test(line);
}
