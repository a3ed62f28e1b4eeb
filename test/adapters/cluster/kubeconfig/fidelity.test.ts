import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { failureMessage } from "../../../../src/report/failure.ts";
import type { ConnectionFlags } from "../../../../src/world.ts";
import { CertificateAuthority } from "../../../support/api-server/certificates.ts";
import { connected } from "../../../support/connecting.ts";
import { findKubectl, runProgram } from "../../../support/kubectl.ts";
import {
	type RecordingServer,
	recordingServer,
} from "../../../support/recording-server.ts";

/**
 * The same files and flags for kubectl and for us, and what the server then saw
 * of each: which server, path, namespace, credentials, impersonation.
 */

const kubectl = await findKubectl();

interface Case {
	name: string;
	flags?: ConnectionFlags;
	env?: Record<string, string>;
	/** Our own way, and why: what the server sees of us, or a message. Absent: exactly what kubectl does. */
	ours?: { because: string; sees?: object; says?: RegExp };
	/** What both do; a check of the test itself. */
	sees?: object;
	/** Both refuse, and we say so. */
	says?: RegExp;
}

let folder: string;
let a: RecordingServer;
let b: RecordingServer;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "meshreg-"));
	const ca = await CertificateAuthority.create();
	a = await recordingServer("a", ca);
	b = await recordingServer("b", ca);
	await writeFiles(ca);
});

after(async () => {
	await a[Symbol.asyncDispose]();
	await b[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});

/** As Node shows a header that was sent in UTF-8. */
const bytes = (text: string) => Buffer.from(text).toString("latin1");

const base64 = (text: string) => Buffer.from(text).toString("base64");

async function writeFiles(ca: CertificateAuthority): Promise<void> {
	const jane = await ca.client("jane", []);
	const joe = await ca.client("joe", []);
	const marked = `\ufeff
current-context: x
clusters:
- {name: a, cluster: {server: "${a.url}", certificate-authority: ca.pem}}
users:
- {name: u, user: {token: marked}}
contexts:
- {name: x, context: {cluster: a, user: u}}
`;
	const files: Record<string, string | Buffer> = {
		"utf-8": marked,
		"utf-16le": Buffer.from(marked, "utf16le"),
		"utf-16be": Buffer.from(marked, "utf16le").swap16(),
		"ca.pem": ca.certificate,
		"jane.crt": jane.certificate,
		"jane.key": jane.key,
		"joe.crt": joe.certificate,
		"joe.key": joe.key,
		"deep/ca.pem": ca.certificate,
		"deep/token": "from-a-file\n",
		empty: "",
		comments: "# nothing\n---\n",
		broken: "clusters: [\n  token: SECRET",
		"wrong-type": "users:\n- name: u\n  user:\n    token: 12345\n",
		"not-a-mapping": "- a\n- b\n",
		"of-v2": "apiVersion: v2\nkind: Config\n",
		"of-another-kind": "apiVersion: v1\nkind: Secret\n",
		duplicate: `
current-context: x
contexts:
- {name: x, context: {cluster: a, namespace: one}}
- {name: x, context: {cluster: a, namespace: two}}
`,
		first: `
apiVersion: v1
kind: Config
clusters:
- {name: a, cluster: {server: "${a.url}", certificate-authority: ca.pem}}
users:
- {name: u, user: {token: first}}
contexts:
- {name: x, context: {cluster: a, user: u}}
- {name: z, context: {cluster: b, user: u, namespace: of-z}}
`,
		second: `
current-context: x
clusters:
- {name: a, cluster: {server: "${b.url}", insecure-skip-tls-verify: true}}
- {name: b, cluster: {server: "${b.url}", certificate-authority-data: ${base64(ca.certificate)}}}
users:
- {name: u, user: {token: second, as: nobody}}
contexts:
- {name: x, context: {cluster: a, user: u, namespace: second}}
`,
		third: `
current-context: z
`,
		"deep/config": `
current-context: x
clusters:
- {name: a, cluster: {server: "${a.url}", certificate-authority: ca.pem}}
users:
- {name: file, user: {tokenFile: token}}
- {name: both, user: {tokenFile: token, token: inline}}
contexts:
- {name: x, context: {cluster: a, user: file}}
- {name: both, context: {cluster: a, user: both}}
`,
		"home/.kube/config": `
current-context: home
clusters:
- {name: a, cluster: {server: "${a.url}", certificate-authority: ../../ca.pem}}
users:
- {name: u, user: {token: at-home}}
contexts:
- {name: home, context: {cluster: a, user: u, namespace: at-home}}
`,
		"no-groups": `
current-context: x
clusters:
- {name: a, cluster: {server: "${a.url}", certificate-authority: ca.pem}}
users:
- {name: u, user: {token: t, as-groups: []}}
contexts:
- {name: x, context: {cluster: a, user: u}}
`,
		json: JSON.stringify({
			"current-context": "x",
			clusters: [
				{
					name: "a",
					cluster: { server: a.url, "certificate-authority": "ca.pem" },
				},
			],
			users: [{ name: "u", user: { token: "in-json" } }],
			contexts: [{ name: "x", context: { cluster: "a", user: "u" } }],
		}),
		main: `
current-context: token
clusters:
- {name: a, cluster: {server: "${a.url}", certificate-authority: ca.pem}}
- {name: b, cluster: {server: "${b.url}", certificate-authority: ca.pem}}
- {name: data, cluster: {server: "${a.url}/prefix/", certificate-authority-data: ${base64(ca.certificate)}}}
- {name: query, cluster: {server: "${a.url}/prefix?x=y#z", certificate-authority: ca.pem}}
- {name: skip, cluster: {server: "${a.url}", insecure-skip-tls-verify: true}}
- {name: skip-yes, cluster: {server: "${a.url}", insecure-skip-tls-verify: yes, certificate-authority: null}}
- {name: skip-and-ca, cluster: {server: "${a.url}", insecure-skip-tls-verify: true, certificate-authority: ca.pem}}
- {name: two-cas, cluster: {server: "${a.url}", certificate-authority: ca.pem, certificate-authority-data: ${base64(ca.certificate)}}}
- {name: no-ca, cluster: {server: "${a.url}"}}
- {name: lost-ca, cluster: {server: "${a.url}", certificate-authority: lost.pem}}
- {name: no-pem, cluster: {server: "${a.url}", certificate-authority: broken}}
- {name: no-pem-data, cluster: {server: "${a.url}", certificate-authority-data: ${base64("text")}}}
- {name: named, cluster: {server: "${a.url}", certificate-authority: ca.pem, tls-server-name: kubernetes.default.svc}}
- {name: misnamed, cluster: {server: "${a.url}", certificate-authority: ca.pem, tls-server-name: elsewhere}}
- {name: by-name, cluster: {server: "${a.url.replace("127.0.0.1", "localhost")}", certificate-authority: ca.pem}}
- {name: plain, cluster: {server: "${a.plainUrl}"}}
- {name: no-scheme, cluster: {server: "${a.plainUrl.replace("http://", "")}", certificate-authority: ca.pem}}
- {name: uncompressed, cluster: {server: "${a.url}", certificate-authority: ca.pem, disable-compression: true}}
- {name: bad-proxy, cluster: {server: "${a.url}", certificate-authority: ca.pem, proxy-url: "ftp://x"}}
users:
- {name: token, user: {token: plain}}
- {name: other, user: &other {token: another, as: ann}}
- {name: merged, user: {<<: *other, as: bob}}
- {name: merged-last, user: {token: own, <<: *other}}
- {name: merged-of-two, user: {<<: [{token: first}, *other]}}
- {name: basic, user: {username: ann, password: "p:w é"}}
- {name: basic-and-token, user: {username: ann, password: p, token: t}}
- {name: password-and-token, user: {password: p, token: t}}
- {name: exec-and-provider, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never}, auth-provider: {name: oidc}}}
- {name: extra-only, user: {token: t, as-user-extra: {scope: [a]}}}
- {name: jane, user: {client-certificate: jane.crt, client-key: jane.key}}
- {name: joe, user: {client-certificate-data: ${base64(joe.certificate)}, client-key-data: ${base64(joe.key)}}}
- {name: keyless, user: {client-certificate: jane.crt}}
- {name: two-certs, user: {client-certificate: jane.crt, client-certificate-data: ${base64(joe.certificate)}, client-key: jane.key}}
- {name: two-keys, user: {client-certificate: jane.crt, client-key: jane.key, client-key-data: ${base64(joe.key)}}}
- {name: lost, user: {client-certificate: lost.crt, client-key: jane.key}}
- {name: no-cert, user: {client-certificate: broken, client-key: jane.key}}
- {name: another-key, user: {client-certificate: jane.crt, client-key: joe.key}}
- {name: cert-and-token, user: {client-certificate: jane.crt, client-key: jane.key, token: both}}
- name: actor
  user:
    token: t
    as: ann
    as-uid: "7"
    as-groups: [one, "two, three"]
    as-user-extra: {Scope/Of: [a, b], plain: [c]}
- {name: foreign, user: {token: tökén, as: "Jürgen 用", as-groups: [Köln], as-user-extra: {"a(b)%ü": [ß]}}}
- {name: group-only, user: {token: t, as-groups: [one]}}
- {name: nothing, user: {}}
- {name: gone, user: {auth-provider: {name: gcp}}}
- {name: relic, user: {token: t, "unknown-field": {a: [1]}}}
contexts:
- {name: token, context: {cluster: a, user: token, namespace: from-context}}
- {name: plain-namespace, context: {cluster: a, user: token}}
- {name: actor, context: {cluster: b, user: actor}}
- {name: userless, context: {cluster: a}}
- {name: lost-user, context: {cluster: a, user: lost-user}}
- {name: lost-cluster, context: {cluster: lost-cluster, user: token}}
`,
	};
	for (const [name, text] of Object.entries(files)) {
		const path = join(folder, name);
		await mkdir(join(path, ".."), { recursive: true });
		await writeFile(path, text);
	}
}

const anonymous = { authorization: undefined, certificate: "" };

/** `KUBECONFIG=main` unless said otherwise; paths are below the test's folder, as in `@/ca.pem`. */
const cases: Case[] = [
	{
		name: "token, CA file, the context's namespace",
		sees: {
			server: "a",
			path: "/api/v1/namespaces/from-context/secrets/probe",
			authorization: "Bearer plain",
			acceptsGzip: true,
		},
	},
	// Several files
	{
		name: "the first file wins, entry by entry",
		env: { KUBECONFIG: "@/first:@/second" },
		sees: {
			server: "a",
			authorization: "Bearer first",
			impersonation: "",
			path: "/api/v1/namespaces/default/secrets/probe",
		},
	},
	{
		name: "the other way round",
		env: { KUBECONFIG: "@/second:@/first" },
		sees: { server: "b", authorization: "Bearer second" },
	},
	{
		name: "the first current-context wins",
		env: { KUBECONFIG: "@/first:@/third:@/second" },
		sees: { server: "b", path: "/api/v1/namespaces/of-z/secrets/probe" },
	},
	{
		name: "missing, empty and commented files, the same file twice, empty elements",
		env: {
			KUBECONFIG: "@/missing:@/empty::@/comments:@/first:@/second:@/first:",
		},
		sees: { server: "a" },
	},
	{
		name: "paths beside their own file; a token file",
		env: { KUBECONFIG: "@/third:@/deep/config" },
		flags: { context: "x" },
		sees: { authorization: "Bearer from-a-file" },
	},
	{
		name: "a token file before a token",
		env: { KUBECONFIG: "@/deep/config" },
		flags: { context: "both" },
		sees: { authorization: "Bearer from-a-file" },
	},
	{
		name: "--token before a token file",
		env: { KUBECONFIG: "@/deep/config" },
		flags: { token: "by-hand" },
		ours: {
			because: "kubectl 1.32 sends the file's token although another was given",
			sees: { authorization: "Bearer by-hand" },
		},
	},
	{
		name: "JSON is YAML",
		env: { KUBECONFIG: "@/json" },
		sees: { authorization: "Bearer in-json" },
	},
	...["utf-8", "utf-16le", "utf-16be"].map((encoding) => ({
		name: `a mark of ${encoding}`,
		env: { KUBECONFIG: `@/${encoding}` },
		sees: { authorization: "Bearer marked" },
	})),
	{
		name: "--kubeconfig alone, whatever KUBECONFIG says",
		env: { KUBECONFIG: "@/second" },
		flags: { kubeconfig: "@/main" },
		sees: { server: "a", authorization: "Bearer plain" },
	},
	{
		name: "--kubeconfig that is missing",
		flags: { kubeconfig: "@/missing" },
		says: /missing: no such file or directory/,
	},
	{
		name: "the home folder's",
		env: { KUBECONFIG: "", HOME: "@/home" },
		sees: { path: "/api/v1/namespaces/at-home/secrets/probe" },
	},
	{
		name: "not the home folder's where KUBECONFIG lists only missing files",
		env: {
			KUBECONFIG: "@/missing",
			HOME: "@/home",
			// Where it is not set they ask localhost:8080, where something may answer.
			KUBERNETES_MASTER: "http://127.0.0.1:1",
		},
		says: /^The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port\? \(KUBECONFIG names \S+\/missing, which does not exist\)$/,
	},
	{
		name: "nothing but --server",
		env: { KUBECONFIG: "" },
		flags: { server: "A", insecureSkipTlsVerify: true, token: "t" },
		sees: { server: "a", authorization: "Bearer t" },
	},
	{
		name: "KUBERNETES_MASTER where nothing says which server",
		env: { KUBECONFIG: "", KUBERNETES_MASTER: "A-PLAIN" },
		sees: { server: "a" },
	},
	// Files that cannot be read
	{
		name: "not YAML",
		env: { KUBECONFIG: "@/broken" },
		says: /error loading config file ".*broken": it is not YAML \(line \d\)/,
	},
	{
		name: "a token that is a number",
		env: { KUBECONFIG: "@/wrong-type" },
		says: /error loading config file ".*wrong-type": token of user "u" is not a string/,
	},
	{
		name: "a list",
		env: { KUBECONFIG: "@/not-a-mapping" },
		says: /the file is not a mapping/,
	},
	{
		name: "a version that is none",
		env: { KUBECONFIG: "@/of-v2" },
		says: /error loading config file ".*of-v2": apiVersion is not v1/,
	},
	{
		name: "an object of another kind",
		env: { KUBECONFIG: "@/of-another-kind" },
		says: /error loading config file ".*of-another-kind": kind is not Config/,
	},
	{
		name: "a name twice in one file",
		env: { KUBECONFIG: "@/duplicate" },
		says: /duplicate name "x" in contexts/,
	},
	{
		name: "as-groups without a group asks for nobody",
		env: { KUBECONFIG: "@/no-groups" },
		sees: { server: "a" },
	},
	// Which entries
	{ name: "--context", flags: { context: "actor" }, sees: { server: "b" } },
	{
		name: "--context that is missing",
		flags: { context: "nope" },
		says: /^context "nope" does not exist; contexts: /,
	},
	{
		name: "--cluster",
		flags: { cluster: "b" },
		sees: { server: "b", authorization: "Bearer plain" },
	},
	{
		name: "--cluster that is missing",
		flags: { cluster: "nope" },
		says: /^cluster "nope" does not exist; clusters: /,
	},
	{
		name: "--user",
		flags: { user: "other" },
		sees: { authorization: "Bearer another" },
	},
	{
		name: "a user of which another's fields are part",
		flags: { user: "merged" },
		sees: {
			authorization: "Bearer another",
			impersonation: "impersonate-user: bob",
		},
	},
	{
		name: "a user whose fields another's take the place of",
		flags: { user: "merged-last" },
		sees: {
			authorization: "Bearer another",
			impersonation: "impersonate-user: ann",
		},
	},
	{
		name: "a user of which two others' fields are part",
		flags: { user: "merged-of-two" },
		sees: {
			authorization: "Bearer first",
			impersonation: "impersonate-user: ann",
		},
	},
	{
		name: "--user that is missing",
		flags: { user: "nope" },
		says: /^user "nope" does not exist; users: /,
	},
	{
		name: "a context without a user",
		flags: { context: "userless" },
		ours: {
			because:
				"kubectl asks for a user name and password, which no cluster takes any more",
			sees: { ...anonymous, server: "a" },
		},
	},
	{
		name: "a context whose user is missing",
		flags: { context: "lost-user" },
		says: /^user "lost-user" does not exist; users: /,
	},
	{
		name: "a context whose cluster is missing",
		flags: { context: "lost-cluster" },
		ours: {
			because: "kubectl then talks to localhost:8080, whatever is there",
			says: /^cluster "lost-cluster" does not exist; clusters: /,
		},
	},
	{
		name: "a user that says nothing",
		flags: { user: "nothing" },
		ours: { because: "kubectl asks for a user name", sees: anonymous },
	},
	{
		name: "fields that nobody knows",
		flags: { user: "relic" },
		sees: { authorization: "Bearer t" },
	},
	// Namespaces
	{
		name: "--namespace",
		flags: { namespace: "by-flag" },
		sees: { path: "/api/v1/namespaces/by-flag/secrets/probe" },
	},
	{
		name: "no namespace in the context",
		flags: { context: "plain-namespace" },
		sees: { path: "/api/v1/namespaces/default/secrets/probe" },
	},
	// Servers
	{
		name: "--server",
		flags: { server: "B" },
		sees: { server: "b", authorization: "Bearer plain" },
	},
	{
		name: "a path in the server's address",
		flags: { cluster: "data" },
		sees: { path: "/prefix/api/v1/namespaces/from-context/secrets/probe" },
	},
	{
		name: "a query in the server's address",
		flags: { cluster: "query" },
		sees: { path: "/prefix/api/v1/namespaces/from-context/secrets/probe" },
	},
	{
		name: "plain http: no credential goes over it",
		flags: { cluster: "plain" },
		sees: { ...anonymous },
	},
	{
		name: "plain http: not even --token; impersonation does",
		flags: { cluster: "plain", token: "t", as: "ann" },
		sees: { ...anonymous, impersonation: "impersonate-user: ann" },
	},
	{
		name: "no scheme is http",
		flags: { cluster: "no-scheme" },
		sees: { ...anonymous },
	},
	{
		name: "disable-compression",
		flags: { cluster: "uncompressed" },
		sees: { acceptsGzip: false },
	},
	{
		name: "--disable-compression",
		flags: { disableCompression: true },
		sees: { acceptsGzip: false },
	},
	// TLS
	{
		name: "insecure-skip-tls-verify",
		flags: { cluster: "skip" },
		sees: { authorization: "Bearer plain" },
	},
	{
		name: "insecure-skip-tls-verify in YAML 1.1's words",
		flags: { cluster: "skip-yes" },
		sees: { authorization: "Bearer plain" },
	},
	{
		name: "no CA: the machine's, which did not sign this one",
		flags: { cluster: "no-ca" },
		says: /^Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
	},
	{
		name: "--insecure-skip-tls-verify takes the kubeconfig's CA away",
		flags: { insecureSkipTlsVerify: true },
		sees: { server: "a" },
	},
	{
		name: "--certificate-authority",
		flags: { cluster: "no-ca", certificateAuthority: "@/ca.pem" },
		sees: { server: "a" },
	},
	{
		name: "--certificate-authority takes the kubeconfig's insecure-skip-tls-verify away",
		flags: { cluster: "skip", certificateAuthority: "@/jane.crt" },
		says: /unknown authority$/,
	},
	...[
		{ insecureSkipTlsVerify: true },
		{ certificateAuthority: "@/ca.pem" },
	].map((flags) => ({
		name: `--${Object.keys(flags)} takes the CA inside the kubeconfig away`,
		flags: { ...flags, cluster: "data" },
		sees: { server: "a" },
	})),
	{
		name: "both flags",
		flags: { insecureSkipTlsVerify: true, certificateAuthority: "@/ca.pem" },
		says: /specifying a root certificates file with the insecure flag is not allowed/,
	},
	{
		name: "both fields",
		flags: { cluster: "skip-and-ca" },
		says: /specifying a root certificates file with the insecure flag is not allowed/,
	},
	{
		name: "a CA that is missing",
		flags: { cluster: "lost-ca" },
		says: /lost\.pem: no such file or directory/,
	},
	...["no-pem", "no-pem-data"].map((cluster) => ({
		name: `a CA that is none: ${cluster}`,
		flags: { cluster },
		says: /: certificate-authority holds no PEM certificate$/,
	})),
	{
		name: "a CA file and CA data",
		flags: { cluster: "two-cas" },
		says: /certificate-authority-data and certificate-authority are both specified/,
	},
	{
		name: "tls-server-name",
		flags: { cluster: "named" },
		sees: { serverName: "kubernetes.default.svc" },
	},
	{
		name: "a tls-server-name that the certificate does not have",
		flags: { cluster: "misnamed" },
		says: /^Unable to connect to the server: tls: failed to verify certificate: x509: certificate is (not )?valid for .*elsewhere/,
	},
	{
		name: "--tls-server-name",
		flags: { tlsServerName: "localhost" },
		sees: { serverName: "localhost" },
	},
	{
		name: "--tls-server-name that is an address",
		flags: { cluster: "by-name", tlsServerName: "127.0.0.1" },
		sees: { serverName: "" },
	},
	{
		name: "--tls-server-name that is an address of IPv6",
		flags: { tlsServerName: "::1" },
		sees: { serverName: "" },
	},
	{
		name: "--tls-server-name that is an address which the certificate does not have",
		flags: { tlsServerName: "10.9.9.9" },
		says: /^Unable to connect to the server: tls: failed to verify certificate: x509: certificate is valid for .*127\.0\.0\.1.*, not 10\.9\.9\.9$/,
	},
	{
		name: "--server takes the kubeconfig's tls-server-name away",
		flags: { cluster: "misnamed", server: "A" },
		sees: { serverName: "" },
	},
	{
		name: "a server by its name",
		flags: { cluster: "by-name" },
		sees: { serverName: "localhost" },
	},
	// Credentials
	{
		name: "user name and password",
		flags: { user: "basic" },
		sees: { authorization: `Basic ${base64("ann:p:w é")}` },
	},
	{
		name: "user name, password and a token",
		flags: { user: "basic-and-token" },
		says: /more than one authentication method found/,
	},
	{
		name: "a password alone and a token",
		flags: { user: "password-and-token" },
		says: /more than one authentication method found/,
	},
	{
		name: "an exec plugin and an auth-provider",
		flags: { user: "exec-and-provider" },
		says: /^user "exec-and-provider": .*exec/,
	},
	{
		name: "user name, password and --token",
		flags: { user: "basic", token: "t" },
		says: /more than one authentication method found/,
	},
	{
		name: "client certificate in files",
		flags: { user: "jane" },
		sees: { certificate: "jane", authorization: undefined },
	},
	{
		name: "client certificate inside",
		flags: { user: "joe" },
		sees: { certificate: "joe" },
	},
	{
		name: "client certificate and token",
		flags: { user: "cert-and-token" },
		sees: { certificate: "jane", authorization: "Bearer both" },
	},
	{
		name: "client certificate without its key",
		flags: { user: "keyless" },
		says: /client-key-data or client-key must be specified/,
	},
	...(["client-certificate", "client-key"] as const).map((field) => ({
		name: `${field} in a file and inside`,
		flags: { user: field === "client-key" ? "two-keys" : "two-certs" },
		says: new RegExp(`${field}-data and ${field} are both specified`),
	})),
	{
		name: "client certificate that is none",
		flags: { user: "no-cert" },
		says: /: tls: the client certificate or its key cannot be used: no start line$/,
	},
	{
		name: "client certificate with another one's key",
		flags: { user: "another-key" },
		says: /: tls: the client certificate or its key cannot be used: key values mismatch$/,
	},
	{
		name: "client certificate that is missing",
		flags: { user: "lost" },
		says: /lost\.crt: no such file or directory/,
	},
	{
		name: "--client-certificate and --client-key",
		flags: {
			user: "nothing",
			clientCertificate: "@/jane.crt",
			clientKey: "@/jane.key",
		},
		sees: { certificate: "jane" },
	},
	{
		name: "--client-certificate instead of another file's",
		flags: {
			user: "jane",
			clientCertificate: "@/joe.crt",
			clientKey: "@/joe.key",
		},
		sees: { certificate: "joe" },
	},
	{
		name: "--client-certificate instead of the data inside",
		flags: {
			user: "joe",
			clientCertificate: "@/jane.crt",
			clientKey: "@/jane.key",
		},
		ours: {
			because: "kubectl refuses: the data in the file contradicts the flag",
			sees: { certificate: "jane" },
		},
	},
	{
		name: "--token beside a client certificate",
		flags: { user: "jane", token: "t" },
		sees: { certificate: "jane", authorization: "Bearer t" },
	},
	{
		name: "an auth-provider that kubectl no longer has",
		flags: { user: "gone" },
		says: /auth-provider "gcp" is gone since kubectl 1\.26/,
	},
	// Impersonation
	{
		name: "as, as-uid, as-groups, as-user-extra",
		flags: { context: "actor" },
		sees: {
			impersonation:
				"impersonate-extra-plain: c; impersonate-extra-scope%2fof: a, b; impersonate-group: one, two, three; impersonate-uid: 7; impersonate-user: ann",
		},
	},
	{
		name: "--as, --as-uid, --as-group",
		flags: { as: "bob", asUid: "8", asGroup: ["g", "h,i"] },
		sees: {
			impersonation:
				"impersonate-group: g, h,i; impersonate-uid: 8; impersonate-user: bob",
		},
	},
	{
		name: "--as over the kubeconfig's as",
		flags: { context: "actor", as: "bob" },
		sees: {
			impersonation:
				"impersonate-extra-plain: c; impersonate-extra-scope%2fof: a, b; impersonate-group: one, two, three; impersonate-uid: 7; impersonate-user: bob",
		},
	},
	{
		name: "--as-group over the kubeconfig's groups",
		flags: { context: "actor", asGroup: ["x"] },
		sees: {
			impersonation:
				"impersonate-extra-plain: c; impersonate-extra-scope%2fof: a, b; impersonate-group: x; impersonate-uid: 7; impersonate-user: ann",
		},
	},
	{
		name: "--as-group without --as",
		flags: { asGroup: ["x"] },
		says: /without impersonating a user/,
	},
	...[{ asUid: "7" }, { user: "extra-only" }].map((flags) => ({
		name: `${JSON.stringify(flags)} without --as`,
		flags,
		says: /without impersonating a user/,
	})),
	{
		name: "as-groups without as",
		flags: { user: "group-only" },
		says: /without impersonating a user/,
	},
	{
		name: "what is not ASCII goes as UTF-8",
		flags: { user: "foreign" },
		sees: {
			authorization: bytes("Bearer tökén"),
			impersonation: bytes(
				"impersonate-extra-a%28b%29%25%c3%bc: ß; impersonate-group: Köln; impersonate-user: Jürgen 用",
			),
		},
	},
	{
		name: "a proxy-url of an unknown kind",
		flags: { cluster: "bad-proxy" },
		says: /^proxy-url is not a proxy's address/,
	},
];

const FLAG_NAMES: Partial<Record<keyof ConnectionFlags, string>> = {
	asGroup: "as-group",
	asUid: "as-uid",
	certificateAuthority: "certificate-authority",
	clientCertificate: "client-certificate",
	clientKey: "client-key",
	tlsServerName: "tls-server-name",
	insecureSkipTlsVerify: "insecure-skip-tls-verify",
	disableCompression: "disable-compression",
};

function argvOf(flags: ConnectionFlags): string[] {
	return Object.entries(flags).flatMap(([key, value]) =>
		[value]
			.flat()
			.map((one) => `--${Reflect.get(FLAG_NAMES, key) ?? key}=${one}`),
	);
}

/** `@/` is the test's folder, A and B are the servers. */
function placed<T>(value: T): T {
	return JSON.parse(
		JSON.stringify(value)
			.replaceAll("@/", JSON.stringify(`${folder}/`).slice(1, -1))
			.replaceAll(':"A-PLAIN"', `:"${a.plainUrl}"`)
			.replaceAll(':"A"', `:"${a.url}"`)
			.replaceAll(':"B"', `:"${b.url}"`),
	);
}

/** The last request for the Secret that either server saw, or what was said instead. */
async function seenOf(act: () => Promise<string>): Promise<object | string> {
	a.recorded.length = 0;
	b.recorded.length = 0;
	const said = await act();
	return a.recorded.at(-1) ?? b.recorded.at(-1) ?? said;
}

describe("kubeconfig, as kubectl reads it", () => {
	for (const { name, flags = {}, env = {}, sees, says, ours } of cases)
		test(name, async (t) => {
			const { KUBECONFIG = "@/main" } = env;
			const environment = placed({
				HOME: "@/nobody",
				...env,
				KUBECONFIG: KUBECONFIG.replaceAll(":", delimiter),
			});
			const us = await seenOf(async () => {
				try {
					const { cluster } = await connected(placed(flags), {
						env: environment,
					});
					const { namespace } = cluster;
					await cluster.read("Secret", { namespace, name: "probe" });
					await cluster.close();
					return "";
				} catch (error) {
					return failureMessage(error);
				}
			});
			const expected = ours ?? { sees, says };
			if (expected.says) assert.match(String(us), expected.says);
			else assert.partialDeepStrictEqual(us, expected.sees ?? {});

			if (kubectl === undefined)
				return t.diagnostic("NOT compared with kubectl: there is none");
			const them = await seenOf(async () => {
				const { err } = await runProgram(
					"kubectl",
					["get", "secret", "probe", "-o", "name", ...argvOf(placed(flags))],
					{ env: environment, cwd: folder },
				);
				return err;
			});
			if (ours !== undefined) assert.notDeepEqual(them, us, ours.because);
			else if (says) assert.equal(typeof them, "string");
			else assert.deepEqual(us, them);
		});

	test(
		"compared with kubectl",
		{
			skip: kubectl ? false : "there is no kubectl on the PATH",
		},
		(t) => t.diagnostic(`kubectl ${kubectl}`),
	);
});
