import type { StoredFault } from "../../src/core/output/credential-fault.ts";
import { pluginAnswer } from "./kubelet-plugin.ts";

/** A plugin's answer for an image of r.example. */
export interface PluginAnswer {
	readonly what: string;
	readonly text: string;
	/** The user name that we take, or why we take nothing. */
	readonly found: string | StoredFault;
	/** The user name that a kubelet tries first, where that is another; null: it tries none. */
	readonly kubelet?: string | null;
}

const login = (username: string, password = "p") => ({ username, password });

/** What plugins may answer, as we read it (core/pull-secrets/provider.test.ts) and as a kubelet does (real-server/kubelet-plugin.test.ts). */
export const PLUGIN_ANSWERS: readonly PluginAnswer[] = [
	{
		what: "for the host",
		text: pluginAnswer({ "r.example": login("u") }),
		found: "u",
	},
	{
		what: "with a time to keep it",
		text: pluginAnswer(
			{ "r.example": login("u") },
			{ cacheDuration: "5h59m30s" },
		),
		found: "u",
	},
	{
		what: "for a star",
		text: pluginAnswer({ "*.example": login("u") }),
		found: "u",
	},
	{
		what: "for an address with a scheme and a path",
		text: pluginAnswer({ "https://r.example/x": login("u") }),
		found: "u",
	},
	{
		what: "for several: the one that a kubelet tries first",
		text: pluginAnswer({
			"*.example": login("star"),
			"r.example": login("host"),
		}),
		found: "host",
	},
	{
		what: "for several paths: the longest first",
		text: pluginAnswer({
			"r.example": login("host"),
			"r.example/x": login("path"),
		}),
		found: "path",
	},
	{
		what: "with a field that no version has: we need but two",
		text: pluginAnswer({ "r.example": { ...login("u"), note: "marked" } }),
		found: "u",
		kubelet: null,
	},
	{
		what: "that does not say for which images it may be kept: we keep none",
		text: pluginAnswer({ "r.example": login("u") }).replace(
			'"cacheKeyType":"Registry",',
			"",
		),
		found: "u",
		kubelet: null,
	},
	{
		what: "that is no JSON",
		text: "marked-password",
		found: { is: "not-json" },
	},
	{ what: "that is a list", text: "[]", found: { is: "not-object" } },
	{
		what: "of another kind",
		text: '{"kind":"Status","apiVersion":"credentialprovider.kubelet.k8s.io/v1","auth":{"r.example":{"username":"u","password":"p"}}}',
		found: { is: "not-a-response" },
	},
	{
		what: "of a version that nobody speaks yet",
		text: pluginAnswer({ "r.example": login("u") }).replace("/v1", "/v2"),
		found: { is: "not-a-response" },
	},
	{
		what: "without auth",
		text: pluginAnswer(undefined),
		found: { is: "no-credential" },
	},
	{
		what: "with null",
		text: pluginAnswer(null),
		found: { is: "no-credential" },
	},
	{
		what: "with nothing in it",
		text: pluginAnswer({}),
		found: { is: "no-credential" },
	},
	{
		what: "with a list",
		text: pluginAnswer([]),
		found: { is: "auth-not-object" },
	},
	{
		what: "for another registry",
		text: pluginAnswer({ "other.example": login("u") }),
		found: { is: "other-registries" },
	},
	{
		what: "with an empty password, which no registry takes",
		text: pluginAnswer({ "r.example": login("u", "") }),
		found: { is: "credential", fault: "password-empty" },
		kubelet: "u",
	},
	{
		what: "with a line end, which no header carries",
		text: pluginAnswer({ "r.example": login("u", "p\n") }),
		found: { is: "credential", fault: "password-line-end" },
		kubelet: "u",
	},
	{
		what: "with a password that is no text",
		text: pluginAnswer({ "r.example": { username: "u", password: 1 } }),
		found: { is: "no-credential" },
	},
	{
		what: "with a user that is no text",
		text: pluginAnswer({ "r.example": { username: 1, password: "p" } }),
		found: { is: "no-credential" },
	},
	{
		what: "with something else than texts",
		text: pluginAnswer({ "r.example": { username: 1, password: [] } }),
		found: { is: "no-credential" },
	},
];
