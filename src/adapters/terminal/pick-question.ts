import {
	createPrompt,
	isBackspaceKey,
	isEnterKey,
	isSpaceKey,
	makeTheme,
	useKeypress,
	usePrefix,
	useState,
} from "@inquirer/core";
import type { PickChoice } from "../../world.ts";

/** Lines beside the choices: the question, what is selected, what keys do, and one that a long line may take. */
const AROUND = 5;
const SMALLEST_PAGE = 3;
const LARGEST_PAGE = 20;
/** Up to so many marked choices are named when the question is answered. */
const NAMED = 5;

type Choice = PickChoice<string>;

/**
 * Marks any number of many choices. inquirer's checkbox has no search, and with a
 * thousand namespaces one does not scroll: what is typed narrows the list.
 */
export const askPick = createPrompt<
	ReadonlySet<string>,
	{
		message: string;
		choices: readonly Choice[];
		/** Read anew for each key: a window may be made smaller meanwhile. */
		screen: { readonly rows?: number; readonly columns?: number };
	}
>(({ message, choices, screen }, done) => {
	const rows = screen.rows || 24;
	const columns = screen.columns || 80;
	const page = Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, rows - AROUND));
	const [nothing, setNothing] = useState(false);
	const theme = makeTheme();
	const [status, setStatus] = useState<"idle" | "done">("idle");
	const jumps: Readonly<Record<string, number>> = {
		up: -1,
		down: 1,
		pageup: -page,
		pagedown: page,
		home: -Infinity,
		end: Infinity,
	};
	const [filter, setFilter] = useState("");
	const [active, setActive] = useState(0);
	const [marked, setMarked] = useState<ReadonlySet<string>>(
		new Set(choices.flatMap(({ value, marked }) => (marked ? [value] : []))),
	);
	const prefix = usePrefix({ status, theme });
	const shown = choices.filter(({ label }) => label.includes(filter));

	useKeypress((key, readline) => {
		if (status === "done") return;
		const typed = readline.line;
		readline.clearLine(0); // readline's own line is not used: it would move the cursor.
		setNothing(false);
		if (isEnterKey(key)) {
			// An arrow and Enter is what everybody tries first.
			if (marked.size === 0) {
				setNothing(true);
				return;
			}
			setStatus("done");
			done(marked);
		} else if (key.name === "escape" || (key.ctrl && key.name === "u")) {
			setFilter("");
			setActive(0);
		} else if (isSpaceKey(key)) {
			const choice = shown[active];
			if (choice) setMarked(toggled(marked, [choice]));
		} else if (key.ctrl && key.name === "a") {
			setMarked(toggled(marked, shown));
		} else if (key.name in jumps) {
			const to = active + (jumps[key.name] ?? 0);
			setActive(Math.max(0, Math.min(shown.length - 1, to)));
		} else if (isBackspaceKey(key)) {
			setFilter(filter.slice(0, -1));
			setActive(0);
		} else if (typed !== "") {
			setFilter(filter + typed);
			setActive(0);
		}
	});

	const head = `${prefix} ${theme.style.message(message, status)}`;
	if (status === "done") {
		const labels = choices.filter(({ value }) => marked.has(value));
		const answer =
			labels.length <= NAMED
				? labels.map(({ label }) => label).join(", ") || "none"
				: `${labels.length} of ${choices.length}`;
		return `${head} ${theme.style.answer(answer)}`;
	}
	const first = Math.max(
		0,
		Math.min(active - Math.floor(page / 2), shown.length - page),
	);
	const width = Math.max(0, ...choices.map(({ label }) => label.length));
	const lines = shown.slice(first, first + page).map((choice, index) => {
		const here = first + index === active;
		const { value, label, note = "" } = choice;
		const box = `${here ? ">" : " "} [${marked.has(value) ? "x" : " "}] `;
		// A line that wraps would take the room of another; the last column is the cursor's.
		const line = `${box}${label.padEnd(width)}  ${note}`
			.trimEnd()
			.slice(0, columns - 1);
		return here ? theme.style.highlight(line) : line;
	});
	if (shown.length === 0) lines.push("  nothing matches");
	const counts = `${marked.size} of ${choices.length} selected${filter === "" ? "" : `, ${shown.length} shown`}`;
	const keys = nothing
		? "nothing is selected: space selects, ctrl+c cancels"
		: "type to filter · space select · ctrl+a all · enter confirm";
	return `${[
		filter === "" ? head : `${head} ${theme.style.answer(filter)}`,
		...lines,
		theme.style.help(`${counts}\n${keys}`),
	].join("\n")}${HIDE_CURSOR}`;
});

const HIDE_CURSOR = "\x1b[?25l";
/** Marks all of `choices`; where all are marked already, none. */
function toggled(
	marked: ReadonlySet<string>,
	choices: readonly Choice[],
): ReadonlySet<string> {
	const next = new Set(marked);
	const all = choices.every(({ value }) => marked.has(value));
	for (const { value } of choices) {
		if (all) next.delete(value);
		else next.add(value);
	}
	return next;
}
