import type { SyncRules } from "../../src/core/pull-secrets/sync-state.ts";
import { NAME } from "./build.ts";

/** The rules of a watch that serves every namespace, and takes over, replaces and deletes nothing. */
export function syncRules(rules: Partial<SyncRules> = {}): SyncRules {
	return {
		source: { namespace: "nginx-mesh", name: NAME },
		copyLabels: {},
		selects: () => true,
		force: false,
		adopt: false,
		replace: false,
		prune: false,
		...rules,
	};
}
