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
