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
