import type { Prompter } from "../../world.ts";
import type { OutputGate } from "./context-outputs.ts";

/**
 * One person for several clusters: one question at a time. What is asked about a credential is
 * asked once and answered for all; what is asked about one cluster says about which.
 */
export class SharedPrompter {
	readonly #answers = new Map<string, Promise<string>>();
	#last: Promise<unknown> = Promise.resolve();

	/** `hush` keeps quiet while a question is asked. */
	constructor(
		readonly person: () => Promise<Prompter>,
		readonly hush: OutputGate,
	) {}

	/** The prompter of one context. */
	for(context: string): Prompter {
		const asked = new Map<string, number>();
		/** The first time that any context asks this for the first, second, … time, the person is asked. */
		const once = <T extends string>(
			message: string,
			ask: (person: Prompter) => Promise<T>,
		): Promise<string> => {
			const time = (asked.get(message) ?? 0) + 1;
			asked.set(message, time);
			const id = `${time} ${message}`;
			const answer = this.#answers.get(id) ?? this.#inTurn(ask);
			this.#answers.set(id, answer);
			return answer;
		};
		const about = (message: string) => `${context}: ${message}`;
		return {
			text: (question) =>
				once(question.message, (person) => person.text(question)),
			password: (question) =>
				once(question.message, (person) => person.password(question)),
			async choose({ message, choices }) {
				const answer = await once(message, (person) =>
					person.choose({ message, choices }),
				);
				const choice = choices.find(({ value }) => value === answer);
				// Another cluster was offered something else: this one is asked for itself.
				return choice?.value ?? this.choose({ message, choices });
			},
			pick: ({ message, choices }) =>
				this.#inTurn((person) =>
					person.pick({ message: about(message), choices }),
				),
			confirm: (question) =>
				this.#inTurn((person) =>
					person.confirm({ ...question, message: about(question.message) }),
				),
			progress: () => ({ update() {}, stop() {} }),
		};
	}

	#inTurn<T>(ask: (person: Prompter) => Promise<T>): Promise<T> {
		const answer = this.#last.then(async () => {
			const person = await this.person();
			return this.hush.during(() => ask(person));
		});
		this.#last = answer.catch(() => {});
		return answer;
	}
}
