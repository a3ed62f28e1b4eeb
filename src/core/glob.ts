/**
 * Does a glob mean this name? `*` stands for any run of characters, `?` for one. Goes back to the last star alone,
 * so that none takes longer than name times glob.
 */
export function globMatches(glob: string, name: string): boolean {
	let at = 0;
	let star = -1;
	let afterStar = 0;
	for (let index = 0; index < name.length; ) {
		if (glob[at] === "*") {
			star = at++;
			afterStar = index;
		} else if (glob[at] === "?" || glob[at] === name[index]) {
			at++;
			index++;
		} else if (star >= 0) {
			at = star + 1;
			index = ++afterStar;
		} else return false;
	}
	while (glob[at] === "*") at++;
	return at === glob.length;
}

/** Whether this may be a glob of namespaces' names, in a record and on a command line. */
export function isNameGlob(glob: string): boolean {
	return /^[-a-z0-9*?]{1,253}$/.test(glob);
}

/** Does `name` match one of the globs? */
export function matchesGlob(name: string, globs: readonly string[]): boolean {
	return globs.some((glob) => globMatches(glob, name));
}
