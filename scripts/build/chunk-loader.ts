import { Script } from "node:vm";

/** One file of the bundle: its text, and V8's compiled form of it where there is one for this platform. */
export interface Chunk {
	readonly source: string;
	readonly cache?: Uint8Array;
}

/**
 * Returns a `require` for a bundle of CommonJS chunks, named `./NAME.js`: each is read, compiled and run
 * when it is first asked for, so that a command pays for no code but its own. `compiled` sees each
 * script just before it runs. Throws for a module that is neither a chunk nor built into Node.
 */
export function chunkLoader(
	read: (name: string) => Chunk,
	compiled: (name: string, script: Script) => void = () => {},
): (name: string) => unknown {
	const modules = new Map<string, { exports: unknown }>();
	const importMetaUrl = `file://${process.execPath}`;
	const load = (name: string): unknown => {
		if (!name.startsWith("./")) {
			const builtin: unknown = process.getBuiltinModule(name);
			if (builtin === undefined)
				throw new Error(`no module "${name}" in this program`);
			return builtin;
		}
		const known = modules.get(name);
		if (known) return known.exports;
		const module = { exports: {} };
		modules.set(name, module);
		const { source, cache } = read(name);
		const script = new Script(
			`(function(exports,require,module,importMetaUrl){${source}\n})`,
			// V8 refuses a cache of another version or processor by itself, and compiles instead.
			{
				filename: `kubectl-meshreg/${name.slice(2)}`,
				...(cache && { cachedData: cache }),
			},
		);
		compiled(name, script);
		script.runInThisContext()(module.exports, load, module, importMetaUrl);
		return module.exports;
	};
	return load;
}
