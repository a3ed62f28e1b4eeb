import { sourceRef } from "../pull-secrets/pull-secret.ts";
import { judgedPolicies } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";
import type { Keyrings } from "./keyrings.ts";

/** Admission policies that sources note: they are there, and say what the record and the registries ask for. */
export function checkPolicies({ facts }: Keyrings): Finding[] {
	return facts.sources.flatMap((source) => {
		const judged = judgedPolicies(source);
		if (judged === undefined) return [];
		const { differing, needed } = judged;
		const ref = sourceRef(source.secret);
		return differing.length === 0
			? finding("service accounts", "ok", { about: { cause: "policies", ref } })
			: finding("service accounts", "problem", {
					about: { cause: "policy-differs", ref, names: differing },
					fix: source.fixes.byPolicy(needed ? "attach" : "detach"),
				});
	});
}
