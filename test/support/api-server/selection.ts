import type { Entry } from "./entries.ts";
import { parseLabelSelector } from "./label-selector.ts";
import { fieldAt } from "./objects.ts";
import type { Resource } from "./resources.ts";
import { refuse } from "./statuses.ts";

/** Whether an object is in a list or watch. */
export type Selection = (entry: Entry) => boolean;

/** What `labelSelector` and `fieldSelector` of a request select. Throws a 400. */
export function parseSelection(
	resource: Resource,
	query: URLSearchParams,
): Selection {
	const labels = parseLabelSelector(query.get("labelSelector") ?? "");
	const fields = parseFieldSelector(resource, query.get("fieldSelector") ?? "");
	const none = {};
	return (entry) =>
		labels(entry.object.metadata.labels ?? none) && fields(entry);
}

/** `FIELD=VALUE`, `FIELD==VALUE` and `FIELD!=VALUE`, joined by commas; no sets. A backslash takes a comma's meaning away. */
function parseFieldSelector(resource: Resource, text: string): Selection {
	const tests = text
		.split(/(?<!\\),/)
		.filter((term) => term !== "")
		.map((term): Selection => {
			const match = /^([^=!]*)(==|!=|=)(.*)$/s.exec(term);
			if (match === null)
				throw refuse.badRequest(
					`invalid selector: '${text}'; can't understand '${term}'`,
				);
			const [, label = "", operator, escaped = ""] = match;
			const value = escaped.replaceAll(/\\(.)/g, "$1");
			const [path, absent] = fieldPath(resource, label);
			const steps = path.split(".");
			return ({ object }) =>
				((fieldAt(object, steps) ?? absent) === value) === (operator !== "!=");
		});
	return (entry) => tests.every((test) => test(entry));
}

function fieldPath(
	resource: Resource,
	label: string,
): readonly [path: string, absent: string] {
	if (label === "metadata.name" || label === "metadata.namespace")
		return [label, ""];
	const known = resource.selectable[label];
	if (known === undefined)
		throw refuse.badRequest(
			`${resource.kind === "ServiceAccount" ? `${JSON.stringify(label)} is not a known field selector: only "metadata.name", "metadata.namespace"` : `field label not supported: ${label}`}`,
		);
	return known;
}
