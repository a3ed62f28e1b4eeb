import { type Finding, finding, formatNamespaces } from "./finding.ts";

/** What the commands need of the API server, by what is lost without it. */
export const NEEDS: readonly {
	readonly commands: string;
	readonly resource: string;
	readonly verbs: readonly string[];
	/** Of the cluster, not of a namespace. */
	readonly clusterWide?: true;
}[] = [
	{
		commands: "list, check, explain and export",
		resource: "secrets",
		verbs: ["get", "list"],
	},
	{
		commands: "create, rotate and sync",
		resource: "secrets",
		verbs: ["get", "create", "patch"],
	},
	{ commands: "prune", resource: "secrets", verbs: ["list", "delete"] },
	{ commands: "sync --watch", resource: "secrets", verbs: ["watch"] },
	{
		commands: "sync --watch",
		resource: "namespaces",
		verbs: ["watch"],
		clusterWide: true,
	},
	{
		commands: "sync -A, -l and --injected",
		resource: "namespaces",
		verbs: ["get", "list"],
		clusterWide: true,
	},
	{
		commands: "attach and detach",
		resource: "serviceaccounts",
		verbs: ["get", "list", "patch"],
	},
	{
		commands: "check, explain and sync --needed",
		resource: "pods",
		verbs: ["get", "list"],
	},
	{ commands: "check, on older kubelets", resource: "events", verbs: ["list"] },
];

export type Access = {
	readonly resource: string;
	readonly verb: string;
	readonly namespace?: string;
};

/** Every question to ask, each once; cluster-wide where `namespaces` is undefined. */
export function accessesToAsk(
	namespaces: readonly string[] | undefined,
): Access[] {
	const asked = new Map<string, Access>();
	for (const { resource, verbs, clusterWide } of NEEDS)
		for (const verb of verbs)
			for (const namespace of clusterWide
				? [undefined]
				: (namespaces ?? [undefined])) {
				const access = {
					resource,
					verb,
					...(namespace !== undefined && { namespace }),
				};
				asked.set(`${resource} ${verb} ${namespace}`, access);
			}
	return [...asked.values()];
}

/** What may not be done, by command; `denied` are the questions that were answered no. */
export function checkPermissions(denied: readonly Access[]): Finding[] {
	if (denied.length === 0)
		return [
			finding(
				"permissions",
				"ok",
				"you may do everything that the commands need",
			),
		];
	return NEEDS.flatMap(({ commands, resource, verbs }) => {
		const lost = denied.filter(
			(access) => access.resource === resource && verbs.includes(access.verb),
		);
		if (lost.length === 0) return [];
		const namespaces = [
			...new Set(lost.map(({ namespace }) => namespace ?? "")),
		].filter((namespace) => namespace !== "");
		const where =
			namespaces.length === 0
				? "in all namespaces"
				: `in ${formatNamespaces(namespaces)}`;
		const missing = [...new Set(lost.map(({ verb }) => verb))].join(", ");
		const need = commands.includes(" and ") ? "need" : "needs";
		return finding(
			"permissions",
			"warning",
			`${commands} ${need} to ${missing} ${resource}: not allowed ${where}`,
			{
				cause: "forbidden",
				namespaces,
				hint: "README shows the roles, under Permissions.",
			},
		);
	});
}
