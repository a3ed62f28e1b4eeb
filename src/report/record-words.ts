import type { RecordFault } from "../core/output/failure.ts";

/** What is wrong with a record, as one clause. */
export function recordFaultWords({
	entry,
	because,
	field,
}: RecordFault): string {
	const words = WORDS[because];
	return entry === 0
		? words
		: `entry ${entry}: ${words}${field === undefined ? "" : ` ${JSON.stringify(field)}`}`;
}

const WORDS: Readonly<Record<RecordFault["because"], string>> = {
	"not-json": "it is not JSON",
	"said-twice": "a field or a namespace stands twice in one object",
	"two-uids": "an earlier entry has another uid for",
	"not-a-list": "it is not a list",
	"not-an-entry": "it is not an object",
	"unknown-field": "unknown field",
	"no-selection":
		"it has none of the fields namespaces, selector, all, injected",
	"several-selections":
		"it has several of the fields namespaces, selector, all, injected",
	namespaces: "namespaces must be an object of names and their uids",
	selector: "selector must be a label selector",
	all: "all must be true",
	injected: "injected must name a mesh",
	exclude: "exclude must be a list of globs",
	attach: "attach must be a list of service accounts, or *",
};
