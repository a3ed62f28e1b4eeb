const REPOSITORY = "https://github.com/kubectl-meshreg/kubectl-meshreg";

export const REPORT_TO = `${REPOSITORY}/issues`;

/** The address of a page of docs/ and, where one is given, of a heading of it. */
export function pageAddress(page: string, heading = ""): string {
	return `${REPOSITORY}/blob/main/docs/${page}.md${heading && `#${heading}`}`;
}
