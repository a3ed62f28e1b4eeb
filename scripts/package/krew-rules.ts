import { parseDocument } from "yaml";

/** What a manifest is held against. */
export interface Expected {
	/** In the index, such as `meshreg.yaml`. */
	readonly fileName: string;
	/** package.json's, without `v`. */
	readonly version: string;
	/** SHA-256 by archive file name; left out for the committed manifest, whose sums are zeros. */
	readonly sums?: Readonly<Record<string, string>>;
}

type Mapping = Readonly<Record<string, unknown>>;

// https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
const WINDOWS_DEVICES = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])$/i;
// https://semver.org, strict
const SEMVER =
	/^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-((0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?(\+[\da-zA-Z-]+(\.[\da-zA-Z-]+)*)?$/;
/** The pairs that krew installs on, Go's names. */
const PLATFORMS = [
	"windows/386",
	"windows/amd64",
	"windows/arm64",
	"linux/386",
	"linux/amd64",
	"linux/arm",
	"linux/arm64",
	"linux/ppc64le",
	"darwin/386",
	"darwin/amd64",
	"darwin/arm64",
];
const KEYS = {
	manifest: ["apiVersion", "kind", "metadata", "spec"],
	metadata: ["name"],
	spec: [
		"version",
		"homepage",
		"shortDescription",
		"description",
		"caveats",
		"platforms",
	],
	platform: ["selector", "uri", "sha256", "files", "bin"],
	selector: ["matchLabels"],
	matchLabels: ["os", "arch"],
	file: ["from", "to"],
};

/**
 * What krew's index would refuse, or should, in the text of a manifest: a sentence each, none where all
 * is well. The rules are those of krew's validate-krew-manifest and of the review of its index.
 */
export function manifestProblems(text: string, expected: Expected): string[] {
	const document = parseDocument(text);
	if (document.errors.length > 0)
		return document.errors.map((e) => `not YAML: ${e.message}`);
	const problems: string[] = [];
	const refuse = (when: boolean, problem: string) => {
		if (when) problems.push(problem);
	};
	const mapping = (value: unknown, kind: keyof typeof KEYS): Mapping => {
		const read =
			typeof value === "object" && value !== null ? (value as Mapping) : {};
		for (const key of Object.keys(read))
			refuse(
				!KEYS[kind].includes(key),
				`${kind}: krew would drop the unknown field ${key}`,
			);
		return read;
	};
	const manifest = mapping(document.toJS(), "manifest");
	refuse(
		manifest.apiVersion !== "krew.googlecontainertools.github.com/v1alpha2",
		"apiVersion is not krew.googlecontainertools.github.com/v1alpha2",
	);
	refuse(manifest.kind !== "Plugin", "kind is not Plugin");
	const name = String(mapping(manifest.metadata, "metadata").name);
	refuse(
		!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name),
		"name is not lower kebab case",
	);
	refuse(WINDOWS_DEVICES.test(name), "name is that of a Windows device");
	refuse(
		expected.fileName !== `${name}.yaml`,
		`the file is not called ${name}.yaml`,
	);
	const spec = mapping(manifest.spec, "spec");
	specProblems(spec, expected, refuse);
	const platforms = Array.isArray(spec.platforms) ? spec.platforms : [];
	refuse(platforms.length === 0, "no platforms");
	const selected = new Set<string>();
	for (const each of platforms) {
		const platform = mapping(each, "platform");
		const labels = mapping(
			mapping(platform.selector, "selector").matchLabels,
			"matchLabels",
		);
		const { os = "*", arch = "*" } = labels;
		const at = `${os}/${arch}`;
		const chosen = PLATFORMS.filter((pair) => {
			const [pairOs, pairArch] = pair.split("/");
			return (
				(os === "*" || os === pairOs) && (arch === "*" || arch === pairArch)
			);
		});
		refuse(
			Object.keys(labels).length === 0,
			"a platform has an empty selector",
		);
		refuse(chosen.length === 0, `${at} selects no platform of krew`);
		for (const pair of chosen) {
			refuse(selected.has(pair), `several platforms select ${pair}`);
			selected.add(pair);
		}
		platformProblems(platform, String(os), at, expected, refuse);
		const files = platform.files;
		refuse(
			Array.isArray(files) && files.length === 0,
			`${at}: files is empty: leave it out`,
		);
		for (const operation of Array.isArray(files) ? files : []) {
			const { from, to } = mapping(operation, "file");
			refuse(
				typeof from !== "string" || from === "",
				`${at}: a file has no from`,
			);
			refuse(
				typeof to !== "string" || !cleanPath(to),
				`${at}: to is not a clean path`,
			);
		}
	}
	return problems;
}

type Refuse = (when: boolean, problem: string) => void;

function specProblems(
	spec: Mapping,
	{ version }: Expected,
	refuse: Refuse,
): void {
	const stated = String(spec.version);
	refuse(!SEMVER.test(stated), "version is not v and strict semver");
	refuse(
		stated !== `v${version}`,
		`version is not v${version}, that of package.json`,
	);
	const short = String(spec.shortDescription ?? "");
	refuse(short === "", "no shortDescription");
	refuse(/[\r\n]/.test(short), "shortDescription is several lines");
	refuse(short.length > 50, "shortDescription is longer than 50 characters");
	refuse(short.endsWith("."), "shortDescription ends in a full stop");
	refuse(
		/kubectl|plugin/i.test(short),
		"shortDescription says kubectl or plugin",
	);
	const description = String(spec.description ?? "");
	refuse(description === "", "no description");
	refuse(
		description.split("\n").some((line) => line.length > 80),
		"description is not wrapped at 80",
	);
	refuse(
		/kubectl meshreg|\$ /.test(description),
		"description holds a usage example",
	);
	refuse(
		!String(spec.homepage).startsWith("https://"),
		"homepage is not https",
	);
}

function platformProblems(
	platform: Mapping,
	os: string,
	at: string,
	{ version, sums }: Expected,
	refuse: Refuse,
): void {
	const uri = String(platform.uri);
	refuse(!uri.startsWith("https://"), `${at}: uri is not https`);
	refuse(
		!uri.includes(`/v${version}/`),
		`${at}: uri does not contain the tag v${version}`,
	);
	refuse(
		!/\.(tar\.gz|zip)$/.test(uri),
		`${at}: uri ends in neither .tar.gz nor .zip`,
	);
	const sum = String(platform.sha256);
	refuse(
		!/^[a-f0-9]{64}$/.test(sum),
		`${at}: sha256 is not 64 lower-case hex digits`,
	);
	refuse(
		sums !== undefined && sums[uri.slice(uri.lastIndexOf("/") + 1)] !== sum,
		`${at}: sha256 is not that of the archive`,
	);
	const bin = String(platform.bin ?? "");
	refuse(!cleanPath(bin), `${at}: bin is not a clean path`);
	refuse(
		bin.endsWith(".exe") !== (os === "windows"),
		`${at}: bin ends in .exe exactly on Windows`,
	);
}

function cleanPath(path: string): boolean {
	return (
		path === "." ||
		(path !== "" &&
			!/[\\:]|^\//.test(path) &&
			!path.split("/").some((part) => /^\.{0,2}$/.test(part)))
	);
}
