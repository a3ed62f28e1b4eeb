/** A kubeconfig with one context: this cluster, and this user. */
export function kubeconfigText(cluster: object, user: object = {}): string {
	return JSON.stringify({
		"current-context": "x",
		clusters: [{ name: "c", cluster }],
		users: [{ name: "u", user }],
		contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
	});
}
