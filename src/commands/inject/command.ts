import { define, type OptionsOf } from "../../command.ts";
import { switchFlag, textFlag } from "../../core/command-line/flag.ts";
import { UsageError } from "../../errors.ts";
import {
	FILENAME_FLAG,
	filenamesOf,
	RECURSIVE_FLAG,
	registryRootOf,
} from "../../flags/manifest.ts";
import { FROM_FLAG, sourceChoiceOf } from "../../flags/source.ts";
import * as flags from "../../flags.ts";

export const inject = define({
	verb: "inject",
	summary: "Add the pull secret to the pod templates of manifests",
	operands: [],
	about: `Print manifests with the pull secret in the imagePullSecrets of every pod template, in YAML or JSON, in Lists and in several documents. Kinds that are not Kubernetes' own but have a pod template (Rollout, CloneSet, Knative's Service) are named on stderr. Everything else keeps every byte.

With --registry-server and --disable-public-images the images are renamed as well, also in image volumes: the registry, then the last part of the image's name, its tag and digest.

Works offline unless --with-secret is given.`,
	examples: {
		"A file": "kubectl meshreg inject -f app.yaml | kubectl apply -f -",
		"A directory and all below it, with every image from one registry":
			"kubectl meshreg inject -R -f manifests --registry-server registry.example.com/mesh --disable-public-images",
		"Rendered templates, with the Secret for each namespace":
			"helm template shop ./chart | kubectl meshreg inject -f - --with-secret",
		"Move imagePullSecrets from a wrong level":
			"kubectl meshreg inject -f deployment.yaml --secret myregistrykey --fix",
	},
	flags: [
		{
			...FILENAME_FLAG,
			required: "inject needs -f FILE, -f DIRECTORY or -f -",
		},
		RECURSIVE_FLAG,
		flags.SECRET_FLAG,
		textFlag(
			"registry-server",
			"Move images to this registry, with its port and path (with --disable-public-images).",
		),
		switchFlag(
			"disable-public-images",
			"Take all images from --registry-server.",
		),
		switchFlag(
			"serviceaccounts",
			"Add it to the ServiceAccounts of the manifests as well.",
		),
		switchFlag(
			"with-secret",
			"Append the pull secret itself for each namespace. It contains the credential.",
		),
		switchFlag(
			"fix",
			"Move imagePullSecrets from a wrong level (a container, a template) to the pod's spec.",
		),
		{
			...flags.NAMESPACE_FLAG,
			help: "Use this namespace for objects without one.",
			needs: ["with-secret"],
		},
		{ ...FROM_FLAG, needs: ["with-secret"] },
		flags.MESH_FLAG,
	],
	options(given, env) {
		const paths = filenamesOf(given);
		if (given.has("registry-server") !== given.on("disable-public-images"))
			throw new UsageError(
				"--registry-server and --disable-public-images must be used together",
			);
		const namespace = flags.namespaceOf(given);
		return {
			connection: {
				...flags.connectionFlags(given),
				...(namespace !== undefined && { namespace }),
			},
			source: sourceChoiceOf(given, env, "--secret"),
			paths,
			recursive: given.on("recursive"),
			registry: registryRootOf(given),
			fix: given.on("fix"),
			serviceAccounts: given.on("serviceaccounts"),
			withSecret: given.on("with-secret"),
		};
	},
});

export type InjectOptions = OptionsOf<typeof inject>;
