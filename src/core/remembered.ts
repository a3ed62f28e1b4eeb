/** `work`, done once for each value that it is asked about: for values that stay as they are. */
export function remembered<About extends object, Answer>(
	work: (about: About) => Answer,
): (about: About) => Answer {
	const answers = new WeakMap<About, Answer>();
	return (about) => answers.getOrInsertComputed(about, work);
}

/**
 * The same of what others write, who decide how many there are and how large: answers are kept while together they
 * are at most `most`, as `sizeOf` says, and are then worked out again.
 */
export function rememberedLately<About, Answer>(
	most: number,
	sizeOf: (answer: Answer, about: About) => number,
	work: (about: About) => Answer,
): (about: About) => Answer {
	const answers = new Map<About, Answer>();
	let size = 0;
	return (about) => {
		const known = answers.get(about);
		if (known !== undefined || answers.has(about)) return known as Answer;
		const answer = work(about);
		size += sizeOf(answer, about);
		if (size > most) {
			answers.clear();
			size = sizeOf(answer, about);
		}
		answers.set(about, answer);
		return answer;
	};
}
