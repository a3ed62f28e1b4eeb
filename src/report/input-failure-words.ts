import type { InputFailure, Place } from "../core/output/input-failure.ts";
import { claimedName, onOneLine } from "../core/output/printable.ts";
import { someOf } from "../core/output/some-of.ts";
import { ownValue } from "../core/own-value.ts";
import { displayHost } from "../core/registry/server.ts";
import { entriesWords } from "./connection-failure-words.ts";
import {
	credentialFaultWords,
	storedFaultWords,
} from "./credential-fault-words.ts";
import { leftOutWords } from "./entry-words.ts";
import {
	ENCODING_WORDS,
	fileFaultWords,
	isNotWords,
} from "./file-fault-words.ts";
import type { FailureWording } from "./wording.ts";

/** Why what was given, or is looked at, cannot be worked with. */
export const INPUT_WORDS: FailureWording<InputFailure> = {
	"password-invalid": ({ flag, problem }) => {
		const encoding = ownValue(ENCODING_WORDS, problem);
		return encoding === undefined
			? `${flag}: not a password: ${fileFaultWords(problem)}`
			: `${flag}: the password ${encoding}`;
	},
	"password-refused": ({ flag, fault }) =>
		`${flag}: ${credentialFaultWords(fault)}; nothing was written`,
	"jwt-invalid": ({ path = "standard input", problem }) =>
		`--registry-jwt: ${path} ${problem === "empty" ? "is empty" : isNotWords("a JWT", problem)}`,
	"json-key-invalid": ({ path, problem }) =>
		`--registry-key: ${path} ${isNotWords("a JSON key file", problem)}`,
	"credential-expired": ({ provider, key }) =>
		`${provider} gave a credential for ${displayHost(key)} that has expired already; nothing was written`,
	"credential-unusable": ({ secret, key, problem }) =>
		`the credential for ${displayHost(key)} in ${secretWords(secret)} cannot be used: ${storedFaultWords(problem)}`,
	"docker-config-empty": () =>
		"the docker config names no registry: name one with --registry-server, for its credential helper to look up",
	"docker-config-unusable": ({ path, problem, script }) => ({
		message: `--docker-config: ${path} ${problem === undefined ? "holds no credentials itself (they may be in a credential store, which nodes do not have)" : `is not a docker config that a node can use: ${fileFaultWords(problem)}`}`,
		advice: { words: "write one with", script },
	}),
	"registries-unselected": () => "no registries selected; nothing was written",
	"secret-type": ({ secret, type }) =>
		`${secretWords(secret)} is of type ${claimedName(type || "Opaque")}, not a pull Secret`,
	"secret-unreadable": ({ secret, to, problem }) =>
		`${secretWords(secret)} ${to === "take" ? "cannot be read" : "holds no docker config"}: ${fileFaultWords(problem)}`,
	"secret-malformed": ({ from, error, overfull, script }) =>
		overfull
			? `secret ${from} has ${error}`
			: {
					message: `secret ${from} cannot be read by kubelets: ${error}`,
					advice: { words: "see what is wrong with", script },
				},
	"export-empty": ({ secret, problems }) =>
		`${secretWords(secret)} has nothing to export: ${problems.map(leftOutWords).join("; ") || "it holds no credentials"}`,
	"secret-empty": ({ secret }) => `${secretWords(secret)} holds no credentials`,
	"source-empty": ({ source, script }) => ({
		message: `${secretWords(source)} holds no registry`,
		advice: { words: "add one with", script },
	}),
	"manifests-missing": ({ path, recursive }) =>
		`${path} has no .json, .yaml or .yml files${recursive ? "" : "; -R looks into its subdirectories as well"}`,
	"manifest-encoding": ({ file, encoding }) =>
		`${file}: not ${encoding} text; save it as UTF-8`,
	"manifest-invalid": ({ at, problem }) =>
		`${at.file}:${at.line}: not valid YAML: ${problem}; nothing of this file is written`,
	"manifest-too-deep": ({ at }) =>
		`${at.file}:${at.line}: nested too deeply; nothing of this file is written`,
	"manifest-too-large": ({ at }) =>
		`${at.file}:${at.line}: too much for one document; split it, a List into its items; nothing of this file is written`,
	"manifest-uneditable": ({ at, because }) =>
		`${at.file}:${at.line}: cannot be edited in place because of ${because}; write it in the usual way first`,
	"pull-secrets-not-a-list": ({ at }) =>
		`${at.file}:${at.line}: imagePullSecrets is not a list; write it as a list of names`,
	"image-invalid": ({ image, because, in: place }) => {
		const where =
			place === undefined
				? ""
				: "file" in place
					? `${place.file}:${place.line}: `
					: `${place.object} in ${place.namespace} namespace: `;
		return `${where}${quoted(image)} is not an image reference: ${because.replace(/^invalid reference format: /, "")}; write it as [HOST[:PORT]/]PATH[:TAG][@DIGEST]`;
	},
	"images-too-many": ({ namespaces }) =>
		`pods in ${someOf(namespaces)} name too many images, or too long ones: not all are listed; check who made them`,
	"context-unknown": ({ name, known }) =>
		`context "${name}" does not exist; ${entriesWords("context", known)}`,
	"contexts-unmatched": ({ glob, known }) =>
		`--contexts: no context matches "${glob}"; ${entriesWords("context", known)}`,
	"mesh-missing": ({ title, namespace }) =>
		`no Deployments, StatefulSets or DaemonSets in namespace ${namespace}: is ${title} installed there? MESHREG_NAMESPACE names another namespace`,
	"pods-missing": ({ kind, name, namespace }) =>
		`${kind.toLowerCase()}/${name} does not exist in namespace "${namespace}", or has no pods; explain an image instead`,
	"too-many-pull-secrets": ({ namespace, count, most }) =>
		`${count} pull secrets are referenced in namespace "${namespace}", or too much in them: at most ${most} are read, of 2 MiB together`,
	"pull-secret-missing": ({ secret: { name, namespace }, script }) => ({
		message: `there is no pull secret "${name}" in namespace "${namespace}"`,
		advice: { words: "to see where there are some, run", script },
	}),
};

/** A Secret in a message, as kubectl names it. */
export function secretWords({ namespace, name }: Place): string {
	return `secret "${name}" in namespace "${namespace}"`;
}

/** The beginning of a text that may be anything, for a message. */
export function quoted(text: string): string {
	const beginning = text.length > 120 ? `${text.slice(0, 119)}…` : text;
	return onOneLine(JSON.stringify(beginning), 1000);
}
