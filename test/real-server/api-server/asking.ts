import { type Conversations, mergePatch, namespaces, on } from "./steps.ts";

/** Who asks, for what path. */
export const asking: Conversations = {
	"identity and paths": (ns) => {
		const as = (name: string, more: Record<string, string> = {}) => ({
			headers: { "impersonate-user": name, ...more },
		});
		const review = {
			method: "POST",
			path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
			body: {},
		};
		const access = (spec: object) => ({
			method: "POST",
			path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
			body: { spec },
		});
		const { path, create, get } = on(ns);
		return [
			...[
				{ path },
				get("x"),
				create("{"),
				{ method: "DELETE", path },
				{ path: "/api/v1/secrets" },
				{ path: "/api/v1/secrets?watch=1" },
				{ path: namespaces },
				{ path: `${namespaces}/${ns}` },
				{ path: "/metrics" },
				{ path: "/nope" },
				review,
				access({ resourceAttributes: { verb: "list", resource: "secrets" } }),
			].map((step) => ({ ...step, ...as("nobody") })),
			...["/api", "/version", "/readyz", path].map((to) => ({
				path: to,
				...as("system:anonymous"),
			})),
			{ ...review, ...as("system:anonymous") },
			{ path, headers: { "impersonate-group": "g" } },
			{ path, headers: { "impersonate-uid": "g" } },
			{ path, ...as("nobody", { "impersonate-group": "system:masters" }) },
			{
				...review,
				...as("x", { "impersonate-group": "g", "impersonate-uid": "7" }),
			},
			{ ...review, ...as("system:serviceaccount:a:b") },
			{
				...review,
				...as("system:serviceaccount:a:b", { "impersonate-group": "g" }),
			},
			access({}),
			access({ nonResourceAttributes: { verb: "get", path: "/metrics" } }),
			{ path: "/nope" },
			{ path: "/api/v2" },
			{ path: "/apis/none/v1" },
			{ path: `${namespaces}/${ns}/nothing` },
			{ path: `${path}/a/b` },
			{ path: "/api/v1/secrets/x" },
			{ path: `${namespaces}/x%2Fy` },
			{ method: "POST", path: "/api/v1/secrets", body: {} },
			{ method: "PUT", path, body: {} },
			{ method: "PATCH", path, contentType: mergePatch, body: {} },
		];
	},
};
