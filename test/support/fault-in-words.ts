import type { Fault } from "../../src/core/registry/fault.ts";
import { registryFaultWords } from "../../src/report/registry-fault-words.ts";

/** What was found out, with the words of a fault as a person reads them; all else as it is. */
export function faultInWords<Found extends object>(
	found: Found,
):
	| Found
	| (Omit<Found, "fault"> & {
			readonly fault: { readonly kind: string; readonly because: string };
	  }) {
	if (!("fault" in found)) return found;
	const fault = found.fault as Fault;
	return {
		...found,
		fault: { kind: fault.kind, because: registryFaultWords(fault) },
	};
}
