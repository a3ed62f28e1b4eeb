/**
 * What a record has by a name that somebody chose; undefined: nothing, also where every object has something of that
 * name (`constructor`).
 */
export function ownValue<T>(
	record: Readonly<Record<string, T>>,
	name: string,
): T | undefined {
	return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Of an object those of these fields that it has, in the order of the names. */
export function onlyFields<T extends object, Name extends keyof T>(
	object: T,
	names: readonly Name[],
): Pick<T, Name> {
	const there = names.filter((name) => object[name] !== undefined);
	const fields = there.map((name) => [name, object[name]]);
	return Object.fromEntries(fields) as Pick<T, Name>;
}
