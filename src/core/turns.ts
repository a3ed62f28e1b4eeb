/** Items of several owners, some of many, handed out so that nobody waits for what another has more of. */
export class Turns<Item> {
	/** Of each owner what may still be waiting, and how much of it is under way and was begun. */
	readonly #owners = new Map<string, Owner<Item>>();
	readonly #taken = new Set<Item>();

	/** Who owns several items gets them in their order; one of several owners is whoever's turn comes first. */
	constructor(
		items: Iterable<Item>,
		ownersOf: (item: Item) => readonly string[],
	) {
		for (const item of items)
			for (const name of new Set(ownersOf(item)))
				this.#owners
					.getOrInsertComputed(name, () => new Owner())
					.waiting.push(item);
	}

	/** Of the owner with the fewest items under way; undefined where nothing is left. `done`: it is no more under way. */
	next(): { readonly item: Item; done(): void } | undefined {
		let first: { readonly owner: Owner<Item>; readonly item: Item } | undefined;
		for (const [name, owner] of this.#owners) {
			while (this.#taken.has(owner.waiting[owner.next] as Item)) owner.next++;
			const item = owner.waiting[owner.next];
			if (item === undefined) this.#owners.delete(name);
			else if (first === undefined || isBefore(owner, first.owner))
				first = { owner, item };
		}
		if (first === undefined) return undefined;
		const { owner, item } = first;
		this.#taken.add(item);
		owner.busy++;
		owner.begun++;
		return { item, done: () => void owner.busy-- };
	}
}

class Owner<Item> {
	readonly waiting: Item[] = [];
	next = 0;
	busy = 0;
	begun = 0;
}

function isBefore(one: Owner<unknown>, other: Owner<unknown>): boolean {
	return one.busy === other.busy
		? one.begun < other.begun
		: one.busy < other.busy;
}
