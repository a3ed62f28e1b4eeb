import { Script } from "node:vm";

/** Built-in modules that take milliseconds to load and that many command lines never use: plain objects only. */
const LOADED_ON_USE = new Set([
	"node:child_process",
	"node:crypto",
	"node:fs/promises",
	"node:http",
	"node:zlib",
]);

/**
 * Compiles one CommonJS chunk of the bundle. V8 takes `cache` instead of compiling where it was made by
 * the same version on the same kind of processor, and compiles otherwise.
 */
export function compileChunk(
	name: string,
	source: string,
	cache?: Uint8Array,
): Script {
	return new Script(
		`(function(exports,require,module,importMetaUrl){${source}\n})`,
		{
			filename: `kubectl-meshreg/${name.slice(2)}`,
			...(cache && { cachedData: cache }),
		},
	);
}

/**
 * Returns a `require` for a bundle of CommonJS chunks, named `./NAME.js`: each is compiled and run when
 * it is first asked for, so that a command pays for no code but its own. Throws for a module that is
 * neither a chunk nor built into Node.
 */
export function chunkLoader(
	compiled: (name: string) => Script,
): (name: string) => unknown {
	const modules = new Map<string, { exports: unknown }>();
	const importMetaUrl = `file://${process.execPath}`;
	const load = (name: string): unknown => {
		if (!name.startsWith("./")) return builtin(name);
		const known = modules.get(name);
		if (known) return known.exports;
		const module = { exports: {} };
		modules.set(name, module);
		compiled(name).runInThisContext()(
			module.exports,
			load,
			module,
			importMetaUrl,
		);
		return module.exports;
	};
	return load;
}

function builtin(name: string): unknown {
	const get = (): object => {
		const found: unknown = process.getBuiltinModule(name);
		if (typeof found !== "object" && typeof found !== "function")
			throw new Error(`no module "${name}" in this program`);
		return found ?? {};
	};
	if (!LOADED_ON_USE.has(name)) return get();
	return new Proxy(
		{},
		{
			get: (_, key) => Reflect.get(get(), key),
			has: (_, key) => Reflect.has(get(), key),
			ownKeys: () => Reflect.ownKeys(get()),
			getOwnPropertyDescriptor(_, key) {
				const found = Reflect.getOwnPropertyDescriptor(get(), key);
				return found && { ...found, configurable: true };
			},
		},
	);
}
