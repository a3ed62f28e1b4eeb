/** What is written beside a source: ` and its 2 copies`; undefined: as many as there are. */
export function andCopies(copies: number | undefined): string {
	return copies === undefined
		? " and its copies"
		: (["", " and its copy"][copies] ?? ` and its ${copies} copies`);
}

/** `1 pod`, `2 pods`. */
export function counted(count: number, one: string, many = `${one}s`): string {
	return `${count} ${count === 1 ? one : many}`;
}
