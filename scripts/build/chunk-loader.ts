import { Script } from "node:vm";

/** Built-in modules that take milliseconds to load and that many command lines never use: plain objects only. */
const LOADED_ON_USE = new Set([
	"node:child_process",
	"node:crypto",
	"node:fs/promises",
	"node:http",
	"node:zlib",
]);

/** What a chunk asks for others with, and hands over those that it holds: their code, by name. */
interface Require {
	(name: string): unknown;
	hold(chunks: Readonly<Record<string, Chunk>>): void;
}

/** A CommonJS chunk, as V8 has it. */
type Chunk = (
	exports: object,
	require: Require,
	module: { exports: object },
	importMetaUrl: string,
) => void;

/** The code of a CommonJS chunk as a function's. */
export function asFunction(source: string): string {
	return `function(exports,require,module,importMetaUrl){${source}\n}`;
}

/**
 * Compiles one CommonJS chunk of the bundle. V8 takes `cache` instead of compiling where it was made by
 * the same version on the same kind of processor, and compiles otherwise.
 */
export function compileChunk(
	name: string,
	source: string,
	cache?: Uint8Array,
): Script {
	return new Script(`(${asFunction(source)})`, {
		filename: `kubectl-meshreg/${name.slice(2)}`,
		...(cache && { cachedData: cache }),
	});
}

/**
 * Returns a `require` for a bundle of CommonJS chunks, named `./NAME.js`: each is compiled and run when
 * it is first asked for, so that a command pays for no code but its own. `held`: those whose code another
 * brought along. Throws for a module that is neither a chunk nor built into Node.
 */
export function chunkLoader(
	compiled: (name: string) => Script,
	held = new Map<string, Chunk>(),
): Require {
	const modules = new Map<string, { exports: object }>();
	const importMetaUrl = `file://${process.execPath}`;
	const load = (name: string): unknown => {
		if (!name.startsWith("./")) return builtin(name);
		const known = modules.get(name);
		if (known) return known.exports;
		const module = { exports: {} };
		modules.set(name, module);
		const run: Chunk = held.get(name) ?? compiled(name).runInThisContext();
		run(module.exports, require, module, importMetaUrl);
		return module.exports;
	};
	const require: Require = Object.assign(load, {
		hold(chunks: Readonly<Record<string, Chunk>>) {
			for (const [name, chunk] of Object.entries(chunks)) held.set(name, chunk);
		},
	});
	return require;
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
