import { stringify } from "yaml";
import type { KeyPair } from "./certificates.ts";

/** What a kubeconfig for the server says. */
export interface KubeconfigOptions {
	/** One of the server's users; default `admin`. */
	user?: string;
	/** Name of the only and current context; default `embedded`. */
	context?: string;
	/** The context's namespace; absent: none. */
	namespace?: string;
	/** How the user proves who it is; default `certificate`. */
	credential?: "certificate" | "token" | "none";
	/** Another server URL, e.g. one with a wrong port. */
	server?: string;
	/** Another CA than the server's, PEM, for a certificate that is not trusted. */
	ca?: string;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** The YAML, with certificates and key inside. */
export function kubeconfigYaml(
	server: string,
	ca: string,
	user: { name: string; pair: KeyPair; token: string },
	{
		context = "embedded",
		namespace,
		credential = "certificate",
	}: KubeconfigOptions,
): string {
	const credentials = {
		certificate: {
			"client-certificate-data": base64(user.pair.certificate),
			"client-key-data": base64(user.pair.key),
		},
		token: { token: user.token },
		none: {},
	}[credential];
	return stringify({
		apiVersion: "v1",
		kind: "Config",
		"current-context": context,
		clusters: [
			{
				name: context,
				cluster: { server, "certificate-authority-data": base64(ca) },
			},
		],
		contexts: [
			{
				name: context,
				context: {
					cluster: context,
					user: user.name,
					...(namespace === undefined ? {} : { namespace }),
				},
			},
		],
		users: [{ name: user.name, user: credentials }],
	});
}
