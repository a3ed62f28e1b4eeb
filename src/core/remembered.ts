/** `work`, done once for each value that it is asked about: for values that stay as they are. */
export function remembered<About extends object, Answer>(
	work: (about: About) => Answer,
): (about: About) => Answer {
	const answers = new WeakMap<About, Answer>();
	return (about) => answers.getOrInsertComputed(about, work);
}
