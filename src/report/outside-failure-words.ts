import type {
	EcrFault,
	HelperFault,
	OutsideFailure,
} from "../core/output/outside-failure.ts";
import { said } from "../core/output/printable.ts";
import { someOf } from "../core/output/some-of.ts";
import { displayHost } from "../core/registry/server.ts";
import { displayKey } from "../core/registry/url.ts";
import {
	programFaultWords,
	storedFaultWords,
} from "./credential-fault-words.ts";
import { fileFaultWords } from "./file-fault-words.ts";
import { certificateWords } from "./registry-fault-words.ts";
import { type Clauses, clause, type FailureWording } from "./wording.ts";

const LISTEN_WORDS: Readonly<Record<string, string>> = {
	EADDRINUSE: "something else listens there; choose another port",
	EACCES: "this user may not; choose a port above 1023",
	EADDRNOTAVAIL: "this machine has no such address",
	ENOTFOUND: "this machine knows no such name",
};

const HELPER_WORDS: Clauses<HelperFault> = {
	"not-installed": "is not installed, or not on the PATH",
	"too-much": "produced more than 1 MiB of output",
	"not-utf-8": "printed what is not UTF-8 text",
	silent: ({ limit }) =>
		`did not answer within ${limit / 1000} s and was ended`,
	"not-run": ({ reason }) => `cannot be run: ${reason}`,
	failed: (because) => `failed: ${programFaultWords(because)}`,
};

const ECR_WORDS: Clauses<EcrFault> = {
	"too-much": "answers with more than 1 MiB",
	silent: ({ limit }) => `did not answer within ${limit / 1000} s`,
	certificate: (because) =>
		`failed: ${certificateWords(because.host, because)}`,
	"no-access":
		"finds no credentials of Amazon's: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the pod's service account or the machine a role",
	"no-answer": ({ status }) =>
		`failed: HTTP ${status}, with an answer that is not Amazon's`,
	failed: ({ words }) => `failed: ${said(words)}`,
};

/** What the machine, or a program or service that was asked, did not give. */
export const OUTSIDE_WORDS: FailureWording<OutsideFailure> = {
	"file-too-large": ({ path, limit }) =>
		`cannot read ${pathWords(path)}: larger than ${limit % 1024 === 0 ? `${limit / 1024} KiB` : `${limit} bytes`}`,
	"file-of-another-user": ({ path, is }) =>
		`cannot write ${pathWords(path)}: ${is === "link" ? "it is a link that belongs to another user" : "it belongs to another user, who may read what is written"}`,
	"not-a-file": ({ verb, path, is }) =>
		is === "directory"
			? `${pathWords(path)} is a directory`
			: `cannot ${verb} ${pathWords(path)}: not a file`,
	"file-failed": ({ verb, path, reason }) =>
		`cannot ${verb} ${pathWords(path)}: ${reason ?? "not a path"}${path.startsWith("~/") ? `; a shell does not expand ~ after "=": write "$HOME${path.slice(1)}"` : ""}`,
	"ca-invalid": ({ from, is }) =>
		`${from} holds ${is === "absent" ? "no PEM certificate" : "a certificate that cannot be read"}`,
	"proxy-invalid": ({ from, is }) =>
		`${from} is not a proxy's address: ${is === "no-url" ? "it must begin with http://, https:// or socks5://" : "a % in its username or password is written %25"}`,
	"listen-failed": ({ host, port, code }) =>
		`cannot listen at ${host}:${port}: ${LISTEN_WORDS[code] ?? code}`,
	"input-too-large": ({ limit }) =>
		`standard input is larger than ${limit} bytes`,
	"question-unanswered": () => "the question was not answered",
	"helper-failed": ({ program, because }) =>
		`${program} ${clause(HELPER_WORDS, because)}`,
	"provider-failed": ({ provider, key, fault }) =>
		`${provider} has no credential for ${displayHost(key)}: ${storedFaultWords(fault)}`,
	"ecr-registry": ({ key, is }) =>
		is === "public"
			? `${displayHost(key)} has tokens of another kind, and needs none to pull: ecr is for private registries (ACCOUNT.dkr.ecr.REGION.amazonaws.com)`
			: `${displayHost(key)} is not a private Amazon registry (ACCOUNT.dkr.ecr.REGION.amazonaws.com)`,
	"ecr-failed": ({ because }) => `ecr ${clause(ECR_WORDS, because)}`,
	"stores-missing": ({ paths }) =>
		`no credentials are stored: there is none of ${paths.join(", ")}; log in with docker or podman, or name a file with --from-docker-config=PATH`,
	"store-unreadable": ({ path, problem }) =>
		`${path} is not a docker config: ${fileFaultWords(problem)}`,
	"stored-unusable": ({ key, path, by, problem }) =>
		`the credential for ${displayHost(key)} in ${path} cannot be used: ${by === undefined ? "" : `${by}: `}${storedFaultWords(problem)}`,
	"stored-missing": ({ key, paths, because }) => {
		const host = displayHost(key);
		const places = paths.join(", ");
		switch (because.is) {
			case "narrower":
				return `no credential for ${host} in ${places}, which has ${because.entries.map(displayKey).join(", ")}: name one of them with --registry-server`;
			case "empty":
				return `the entry for ${host} in ${places} is empty: log in again, with docker login ${host}`;
			case "absent": {
				const has =
					because.entries.length === 0
						? ""
						: `, which has ${someOf(because.entries.map(displayKey))}`;
				return `no credential for ${host} in ${places}${has}: log in to it first, with docker login ${host}`;
			}
		}
	},
};

/** A path on one line, whatever characters it is made of. */
function pathWords(path: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
	return path === "" || /[\x00-\x1f\x7f]/.test(path)
		? JSON.stringify(path)
		: path;
}
