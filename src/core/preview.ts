import {
	type AccountPlan,
	accountAfter,
	accountDifferences,
	accountManifest,
	alsoAttached,
} from "./accounts/attachment.ts";
import type { PolicyObject } from "./accounts/policy.ts";
import type { Cases } from "./cases.ts";
import type { ServiceAccount } from "./objects.ts";
import {
	type Change,
	manifestOf,
	namespaceManifest,
} from "./pull-secrets/change.ts";
import {
	type Difference,
	differencesOf,
	recordDifferences,
} from "./pull-secrets/differences.ts";
import type { SourceRecord } from "./pull-secrets/record.ts";

/** What a change is about, for whoever wants to see it before it is made. */
export type Preview = Cases<
	"of",
	{
		Secret: { change: Change };
		ServiceAccount: { account: ServiceAccount; plan: AccountPlan };
		Namespace: { name: string };
		policy: { object: PolicyObject };
		/** What a source says of where it was sent. */
		record: { before: SourceRecord | undefined; after: SourceRecord };
	}
>;

/** How the object would differ, without any password. */
export function previewDifferences(preview: Preview): Difference[] {
	switch (preview.of) {
		case "Secret":
			return differencesOf(preview.change);
		case "ServiceAccount":
			return accountDifferences(
				preview.account,
				accountAfter(preview.account, preview.plan),
			);
		case "Namespace":
		case "policy":
			return [];
		case "record":
			return recordDifferences(preview.before, preview.after);
	}
}

/**
 * The object as it would be, to be committed or applied; undefined where nothing would be there.
 * `planned`: as it would be after what comes before this.
 */
export function previewObject(
	preview: Preview,
	planned?: object,
): object | undefined {
	switch (preview.of) {
		case "Secret": {
			const { change } = preview;
			const current = "current" in change ? change.current : undefined;
			return "desired" in change
				? manifestOf(change.desired, current)
				: undefined;
		}
		case "ServiceAccount":
			return planned === undefined
				? accountManifest(accountAfter(preview.account, preview.plan))
				: alsoAttached(
						planned as ServiceAccount,
						preview.account,
						preview.plan,
					);
		case "Namespace":
			return namespaceManifest(preview.name);
		case "policy":
			return preview.object;
		case "record":
			return undefined;
	}
}
