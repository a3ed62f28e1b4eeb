import { OperationError } from "../../../errors.ts";
import type { ExecEntry } from "../kubeconfig/kubeconfig.ts";

const VERSIONS = [
	"client.authentication.k8s.io/v1",
	"client.authentication.k8s.io/v1beta1",
];

/** Throws OperationError where the kubeconfig's entry cannot be run. `user`: its name, for the message. */
export function checkExecEntry(
	{ command, apiVersion = "", interactiveMode }: ExecEntry,
	user: string,
): void {
	const fail = (what: string) =>
		new OperationError(`user "${user}": exec plugin: ${what}`);
	if (!command) throw fail("command must be specified");
	if (!VERSIONS.includes(apiVersion))
		throw fail(
			`invalid apiVersion "${apiVersion}": it must be ${VERSIONS.join(" or ")}`,
		);
	if (interactiveMode === undefined && apiVersion === VERSIONS[0])
		throw fail(
			"interactiveMode must be specified: Never, IfAvailable or Always",
		);
	if (!["Never", "IfAvailable", "Always"].includes(interactiveMode ?? "Never"))
		throw fail(`invalid interactiveMode "${interactiveMode}"`);
}
