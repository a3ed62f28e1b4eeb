import fc from "fast-check";
import type { Ask } from "./oracle.ts";

/** Something that both Go and this program read. */
export interface Subject<Input> {
	readonly name: string;
	readonly input: fc.Arbitrary<Input>;
	/** Both answers in one form: they diverge where they are not deeply equal. */
	compare(input: Input, ask: Ask): Promise<Answers>;
}

export interface Answers {
	readonly ours: unknown;
	readonly theirs: unknown;
}

/**
 * A text with up to three random changes: a character more, less, other, or twice; a piece
 * moved. Most of what is refused, or read in a way that nobody thought of, lies that near.
 */
export function nearly(
	text: fc.Arbitrary<string>,
	characters: string,
): fc.Arbitrary<string> {
	const change = fc.record({
		at: fc.nat(),
		length: fc.nat(3),
		insert: fc.oneof(
			fc.constant(""),
			fc.constantFrom(...characters),
			fc.string({ unit: fc.constantFrom(...characters), maxLength: 3 }),
		),
	});
	return fc.oneof(
		{ weight: 2, arbitrary: text },
		{
			weight: 3,
			arbitrary: fc
				.tuple(text, fc.array(change, { minLength: 1, maxLength: 3 }))
				.map(([before, changes]) =>
					changes.reduce((now, { at, length, insert }) => {
						const start = at % (now.length + 1);
						return now.slice(0, start) + insert + now.slice(start + length);
					}, before),
				)
				// Half of a character of two has no UTF-8.
				.map((after) => after.toWellFormed()),
		},
	);
}

/** `value`, now and then. */
export function sometimes<T>(
	value: fc.Arbitrary<T>,
): fc.Arbitrary<T | undefined> {
	return fc.option(value, { nil: undefined, freq: 2 });
}
