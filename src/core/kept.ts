/**
 * Of what lists bring, in characters, so much is kept: of a namespace, of all of them, and of that in what is larger
 * than `LARGE`. A tenant may fill namespaces with Secrets of a megabyte, each of which is ten once it is parsed. Any
 * Secret alone fits; 40,000 pull secrets that all differ do as well.
 */
const MOST_OF_A_NAMESPACE = 2 << 20;
const MOST = 32 << 20;
const LARGE = 16 << 10;
const MOST_LARGE = 16 << 20;
/** So much is kept of any object without being counted. */
export const LITTLE = 4096;
/** What a list's item takes besides its text. */
export const ITEM = 256;

/** Counts what is kept of lists of what others write, who decide how many there are and how large. */
export class Kept {
	readonly #kept = new Map<string, number>();
	#all = 0;
	#large = 0;
	#parts = 0;
	readonly #unread = new Map<string, number>();

	/** How many objects, and lists in them, were too much to be kept, by namespace. */
	get unread(): ReadonlyMap<string, number> {
		return this.#unread;
	}

	/** Whether so much more of a list may be kept of a namespace; it is then counted, and else noted as unread. */
	keeps(namespace: string, size: number): boolean {
		const large = size > LARGE ? size : 0;
		const kept = (this.#kept.get(namespace) ?? 0) + size;
		if (
			kept > MOST_OF_A_NAMESPACE ||
			this.#all + size > MOST ||
			this.#large + large > MOST_LARGE
		) {
			this.#skip(namespace);
			return false;
		}
		this.#kept.set(namespace, kept);
		this.#all += size;
		this.#large += large;
		return true;
	}

	/**
	 * What is kept of a list that an object in a namespace has: all where that is little, or such lists have not brought
	 * too much yet; else its beginning, and that there is more is noted as unread. `lengthOf`: characters of an item.
	 */
	readonly partOf = <Item>(
		namespace: string,
		items: readonly Item[],
		lengthOf: (item: Item) => number,
	): readonly Item[] => {
		let [size, few] = [0, 0];
		for (const item of items) {
			size += ITEM + lengthOf(item);
			if (size <= LITTLE) few++;
		}
		if (few === items.length) return items;
		if (this.#parts + size <= MOST) {
			this.#parts += size;
			return items;
		}
		this.#skip(namespace);
		return items.slice(0, few);
	};

	#skip(namespace: string): void {
		this.#unread.set(namespace, (this.#unread.get(namespace) ?? 0) + 1);
	}
}
