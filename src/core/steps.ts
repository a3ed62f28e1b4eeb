/**
 * A pure computation whose length others decide (a tenant's pods, images and keys): it yields after
 * each step, so that whoever runs it can hear an interruption in between. It returns the result.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** One answer an item; yields after each: somebody else decides how many there are. */
export function* each<Item, Answer>(
	items: readonly Item[],
	answer: (item: Item) => Answer,
): Steps<Answer[]> {
	const answers: Answer[] = [];
	for (const item of items) {
		answers.push(answer(item));
		yield;
	}
	return answers;
}
