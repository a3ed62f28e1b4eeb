import type {
	ClusterEntry,
	ContextEntry,
	ExecEntry,
	Impersonation,
	Kubeconfig,
	UserEntry,
} from "./kubeconfig.ts";

/**
 * A parsed YAML document as a Kubeconfig. Unknown fields are left aside, a
 * known field of the wrong type is an error, as with kubectl.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 *
 * `resolve` makes a relative path absolute, beside the file. Throws an Error
 * that names the field and never its value: the file holds credentials. `file` is noted in its users.
 */
export function fromDocument(
	document: unknown,
	resolve: (path: string) => string,
	file?: string,
): Kubeconfig {
	const top = new Fields(document ?? {}, "the file", resolve);
	for (const [key, only] of [
		["apiVersion", "v1"],
		["kind", "Config"],
	] as const)
		if ((top.text(key) ?? only) !== only)
			throw new Error(`${key} is not ${only}`);
	return {
		clusters: named(top, "clusters", "cluster", cluster),
		users: named(top, "users", "user", (fields) => ({
			...user(fields),
			file,
		})),
		contexts: named(top, "contexts", "context", context),
		currentContext: top.text("current-context") ?? "",
	};
}

function named<T>(
	top: Fields,
	part: string,
	key: string,
	read: (fields: Fields) => T,
): Map<string, T> {
	const entries = new Map<string, T>();
	for (const item of top.list(part)) {
		const name = item.text("name") ?? "";
		if (entries.has(name))
			throw new Error(`duplicate name "${name}" in ${part}`);
		entries.set(name, read(item.inner(key, `${key} "${name}"`)));
	}
	return entries;
}

function cluster(fields: Fields): ClusterEntry {
	return {
		server: fields.text("server"),
		tlsServerName: fields.text("tls-server-name"),
		insecureSkipTlsVerify: fields.flag("insecure-skip-tls-verify"),
		certificateAuthority: fields.path("certificate-authority"),
		certificateAuthorityData: fields.text("certificate-authority-data"),
		proxyUrl: fields.text("proxy-url"),
		disableCompression: fields.flag("disable-compression"),
		execConfig: fields
			.list("extensions")
			.find((item) => item.text("name") === "client.authentication.k8s.io/exec")
			?.raw("extension"),
	};
}

function user(fields: Fields): UserEntry {
	return {
		clientCertificate: fields.path("client-certificate"),
		clientCertificateData: fields.text("client-certificate-data"),
		clientKey: fields.path("client-key"),
		clientKeyData: fields.text("client-key-data"),
		token: fields.text("token"),
		tokenFile: fields.path("tokenFile"),
		username: fields.text("username"),
		password: fields.text("password"),
		impersonate: impersonation(fields),
		authProvider: fields.has("auth-provider")
			? authProvider(fields.inner("auth-provider"))
			: undefined,
		exec: fields.has("exec") ? exec(fields.inner("exec")) : undefined,
	};
}

function impersonation(fields: Fields): Impersonation | undefined {
	const impersonate = {
		user: fields.text("as"),
		uid: fields.text("as-uid"),
		groups: listed(fields.texts("as-groups")),
		extra: fields.has("as-user-extra")
			? fields.inner("as-user-extra").textsByName()
			: undefined,
	};
	return Object.values(impersonate).every((value) => value === undefined)
		? undefined
		: impersonate;
}

/** No group is none: kubectl then asks for no user, either. */
function listed(texts: string[] | undefined): string[] | undefined {
	return texts?.length === 0 ? undefined : texts;
}

function authProvider(fields: Fields): UserEntry["authProvider"] {
	return {
		name: fields.text("name") ?? "",
		config: fields.inner("config").textByName(),
	};
}

function exec(fields: Fields): ExecEntry {
	return {
		apiVersion: fields.text("apiVersion"),
		command: fields.command("command"),
		args: fields.texts("args") ?? [],
		env: fields.list("env").map((item) => ({
			name: item.text("name") ?? "",
			value: item.text("value") ?? "",
		})),
		installHint: fields.text("installHint"),
		provideClusterInfo: fields.flag("provideClusterInfo"),
		interactiveMode: fields.text("interactiveMode"),
	};
}

function context(fields: Fields): ContextEntry {
	return {
		cluster: fields.text("cluster"),
		user: fields.text("user"),
		namespace: fields.text("namespace"),
	};
}

/** The fields of one mapping, each read as its type. An absent field, a null and "" are all undefined. */
class Fields {
	private readonly fields: ReadonlyMap<string, unknown>;

	constructor(
		value: unknown,
		private readonly where: string,
		private readonly resolve: (path: string) => string,
	) {
		if (typeof value !== "object" || value === null || Array.isArray(value))
			throw new Error(`${where} is not a mapping`);
		this.fields = new Map(Object.entries(value));
	}

	raw(key: string): unknown {
		return this.fields.get(key) ?? undefined;
	}

	has(key: string): boolean {
		return this.raw(key) !== undefined;
	}

	text(key: string): string | undefined {
		return this.typed(key, "a string", isText) || undefined;
	}

	flag(key: string): boolean | undefined {
		return this.typed(key, "true or false", isFlag);
	}

	path(key: string): string | undefined {
		const path = this.text(key);
		return path === undefined ? undefined : this.resolve(path);
	}

	/** As in a shell: a bare name is for the PATH, anything with a slash is a path. */
	command(key: string): string | undefined {
		const command = this.text(key);
		return command !== undefined && /[\\/]/.test(command)
			? this.resolve(command)
			: command;
	}

	texts(key: string): string[] | undefined {
		return this.typed(key, "a list of strings", isTexts);
	}

	textByName(): Record<string, string> {
		return Object.fromEntries(
			[...this.fields.keys()].map((key) => [key, this.text(key) ?? ""]),
		);
	}

	textsByName(): Record<string, string[]> {
		return Object.fromEntries(
			[...this.fields.keys()].map((key) => [key, this.texts(key) ?? []]),
		);
	}

	inner(key: string, where = `${key} of ${this.where}`): Fields {
		return new Fields(this.raw(key) ?? {}, where, this.resolve);
	}

	list(key: string): Fields[] {
		const items = this.typed(key, "a list", isList) ?? [];
		return items.map(
			(item, at) =>
				new Fields(item, `${key}[${at}] of ${this.where}`, this.resolve),
		);
	}

	private typed<T>(
		key: string,
		type: string,
		is: (value: unknown) => value is T,
	): T | undefined {
		const value = this.raw(key);
		if (value === undefined || is(value)) return value;
		throw new Error(`${key} of ${this.where} is not ${type}`);
	}
}

const isText = (value: unknown): value is string => typeof value === "string";
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isTexts = (value: unknown): value is string[] =>
	isList(value) && value.every(isText);
