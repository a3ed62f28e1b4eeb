const LC_SYMTAB = 0x2;
const LC_DYSYMTAB = 0xb;
/** Of one symbol, in bytes. */
const SYMBOL = 16;

/**
 * A thin 64-bit Mach-O program in which the names of local symbols are blank: only debuggers read them,
 * and packed they are a tenth of a Node. Every other byte is as it was, and nothing moves. Throws for a
 * file without a symbol table. Formats: https://github.com/apple-oss-distributions/xnu EXTERNAL_HEADERS/mach-o/nlist.h.
 */
export function withoutLocalNames(file: Buffer): Buffer {
	const { symbols, names, locals } = tablesOf(file);
	const nameOf = (
		symbol: number,
	): { start: number; end: number } | undefined => {
		const offset = file.readUInt32LE(symbols.start + symbol * SYMBOL);
		if (offset === 0) return undefined;
		const start = names.start + offset;
		return { start, end: file.indexOf(0, start) };
	};
	const result = Buffer.from(file);
	const others: { start: number; end: number }[] = [];
	for (let symbol = 0; symbol < symbols.count; symbol++) {
		const name = nameOf(symbol);
		if (name === undefined) continue;
		if (symbol >= locals.first && symbol < locals.end)
			result.fill(0, name.start, name.end);
		else others.push(name);
	}
	// A linker may let two symbols share the end of a name.
	for (const { start, end } of others) file.copy(result, start, start, end);
	return result;
}

function tablesOf(file: Buffer) {
	let symbols: { start: number; count: number } | undefined;
	let names: { start: number } | undefined;
	let locals: { first: number; end: number } | undefined;
	const commands = file.readUInt32LE(16);
	for (let i = 0, at = 32; i < commands; i++, at += file.readUInt32LE(at + 4)) {
		const word = (index: number) => file.readUInt32LE(at + 4 * index);
		if (word(0) === LC_SYMTAB) {
			symbols = { start: word(2), count: word(3) };
			names = { start: word(4) };
		}
		if (word(0) === LC_DYSYMTAB)
			locals = { first: word(2), end: word(2) + word(3) };
	}
	if (!symbols || !names || !locals)
		throw new Error("a Mach-O file without a symbol table");
	return { symbols, names, locals };
}
