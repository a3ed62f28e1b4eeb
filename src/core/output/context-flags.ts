import { withoutPasswords } from "./address.ts";

/** kubectl's flags that lead to another cluster or user than it takes by itself. */
export interface ContextFlags {
	readonly kubeconfig?: string;
	readonly context?: string;
	readonly cluster?: string;
	readonly user?: string;
	readonly server?: string;
}

/** The same flags as words of a command line, those that are given. */
export function contextFlagsOf(flags: ContextFlags): string[] {
	return (["kubeconfig", "context", "cluster", "user", "server"] as const)
		.filter((name) => flags[name] !== undefined)
		.flatMap((name) => {
			const value = flags[name] ?? "";
			// Only an address may hold a password; names of contexts and users are often those of mail.
			return [`--${name}`, name === "server" ? withoutPasswords(value) : value];
		});
}

/** Where a question is about: ` (context prod)`; "" in-cluster, where there is none. */
export function contextClause(context: string): string {
	return context === "" ? "" : ` (context ${context})`;
}
