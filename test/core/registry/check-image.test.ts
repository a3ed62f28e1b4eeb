import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Credential } from "../../../src/core/credentials/credential.ts";
import type {
	RegistryRequest,
	Send,
} from "../../../src/core/registry/answer.ts";
import {
	ImageChecker,
	type ImageFinding,
	type OfferedCredential,
	type WantedImage,
} from "../../../src/core/registry/check-image.ts";
import { HostLimits } from "../../../src/core/registry/host-limits.ts";
import { parsePlatform } from "../../../src/core/registry/platform.ts";
import { faultInWords } from "../../support/fault-in-words.ts";

const INDEX = "application/vnd.oci.image.index.v1+json";
const IMAGE = "application/vnd.oci.image.manifest.v1+json";
const SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const DIGEST = `sha256:${"a".repeat(64)}`;

const MINE: OfferedCredential = {
	from: "mesh/key",
	credential: new Credential("me", "secret"),
};
const THEIRS: OfferedCredential = {
	from: "mesh/old",
	credential: new Credential("me", "past"),
};

interface Said {
	/** Nothing, for this reason. */
	code?: string;
	status?: number;
	type?: string;
	body?: unknown;
	headers?: Record<string, string>;
}

/** A registry by a function, and every request that it got: `METHOD HOST/PATH AUTHORIZATION`. */
function registryOf(
	answer: (request: RegistryRequest, authorization: string) => Said,
	host = "r.io",
) {
	const seen: string[] = [];
	let now = 0;
	const limits = new Map<string, HostLimits>();
	const send: Send = async (request) => {
		const { authorization = "" } = request.headers;
		const { url, method } = request;
		seen.push(
			`${method} ${url.host}${url.pathname}${url.search} ${authorization}`.trim(),
		);
		const {
			code,
			status = 200,
			type = "",
			body,
			headers = {},
		} = answer(request, authorization);
		if (code !== undefined) return { failure: { code } };
		const all: Record<string, string> = { "content-type": type, ...headers };
		const text = typeof body === "string" ? body : JSON.stringify(body ?? "");
		return {
			status,
			header: (name) => all[name] ?? "",
			body: method === "HEAD" ? "" : text,
		};
	};
	const checker = new ImageChecker({
		host,
		insecure: false,
		limits({ origin, host: to }) {
			const known =
				limits.get(origin) ??
				new HostLimits(to, send, {
					now: () => now,
					elapsed: () => now,
					delay: async (ms) => {
						now += ms;
					},
					isOver: () => false,
				});
			limits.set(origin, known);
			return known;
		},
	});
	return { checker, seen };
}

function image(
	repository: string,
	reference: string,
	...platforms: string[]
): WantedImage {
	return {
		repository,
		reference,
		platforms: platforms.flatMap((text) => parsePlatform(text) ?? []),
		artifact: false,
	};
}

const index = (...platforms: string[]): Said => ({
	type: INDEX,
	body: {
		manifests: platforms.map((text) => {
			const [os, architecture, variant] = text.split("/");
			return { platform: { os, architecture, variant } };
		}),
	},
});

/** Bearer, as most registries have it: tokens for `user`, and for nobody where it is public. */
const bearer =
	(answerTo: (request: RegistryRequest) => Said, open = false) =>
	(request: RegistryRequest, authorization: string): Said => {
		if (request.url.pathname === "/token") {
			const mine = `Basic ${MINE.credential.basic()}`;
			const may = authorization === "" ? open : authorization === mine;
			return may
				? { body: { token: `t:${request.url.searchParams.get("scope")}` } }
				: { status: 401, body: { details: "incorrect username or password" } };
		}
		if (authorization.startsWith("Bearer ")) return answerTo(request);
		return {
			status: 401,
			headers: {
				"www-authenticate":
					'Bearer realm="https://auth.r.io/token",service="r"',
			},
		};
	};

describe("an image is looked for as a runtime would pull it", () => {
	it("without a credential where none is asked for", async () => {
		const { checker, seen } = registryOf(() => index("linux/amd64"));
		assert.deepEqual(
			await checker.check(image("a/b", "1", "linux/amd64"), [MINE]),
			{
				status: "ok",
				from: undefined,
				platforms: [parsePlatform("linux/amd64")],
				spared: false,
			},
		);
		assert.deepEqual(seen, [
			"GET r.io/v2/",
			"HEAD r.io/v2/a/b/manifests/1",
			"GET r.io/v2/a/b/manifests/1",
		]);
	});

	it("with one token a repository, however many images it has", async () => {
		const { checker, seen } = registryOf(bearer(() => index("linux/amd64")));
		const tags = Array.from({ length: 20 }, (_, at) => `v${at}`);
		const findings = await Promise.all(
			tags.map((tag) => checker.check(image("a", tag), [MINE])),
		);
		await checker.check(image("b", "1"), [MINE]);
		assert.ok(
			findings.every(
				(finding) => finding.status === "ok" && finding.from === MINE.from,
			),
		);
		const tokens = seen.filter((line) => line.includes("/token"));
		assert.deepEqual(
			tokens,
			["a", "b"].map(
				(repository) =>
					`GET auth.r.io/token?service=r&account=me&scope=repository%3A${repository}%3Apull Basic ${MINE.credential.basic()}`,
			),
		);
	});

	it("5,000 of them, with a token and two requests each", async () => {
		const { checker, seen } = registryOf(bearer(() => index("linux/amd64")));
		const findings = await Promise.all(
			Array.from({ length: 5000 }, (_, at) =>
				checker.check(image("a", `v${at}`), [MINE]),
			),
		);
		assert.ok(findings.every(({ status }) => status === "ok"));
		assert.ok(seen.length < 2 * 5000 + 20, String(seen.length));
	});

	it("with Basic, which is not sent before it is asked for", async () => {
		const { checker, seen } = registryOf((_, authorization) =>
			authorization === `Basic ${MINE.credential.basic()}`
				? index("linux/amd64")
				: { status: 401, headers: { "www-authenticate": 'Basic realm="r"' } },
		);
		assert.equal((await checker.check(image("a", "1"), [MINE])).status, "ok");
		assert.equal(seen[1], "HEAD r.io/v2/a/manifests/1");
		assert.equal(
			seen[2],
			`HEAD r.io/v2/a/manifests/1 Basic ${MINE.credential.basic()}`,
		);
	});

	it("with each credential that matches, until one is taken", async () => {
		const { checker } = registryOf(bearer(() => index("linux/amd64")));
		const finding = await checker.check(image("a", "1"), [THEIRS, MINE]);
		assert.equal(finding.status === "ok" && finding.from, MINE.from);
	});

	it("as nobody where none matches and the registry lets anybody in", async () => {
		const { checker } = registryOf(bearer(() => index("linux/amd64"), true));
		assert.equal((await checker.check(image("a", "1"), [])).status, "ok");
		// A kubelet does not try nobody where an entry matches.
		assert.equal(
			(await checker.check(image("a", "1"), [THEIRS])).status,
			"denied",
		);
	});

	it("as nobody where the entry that matches carries nothing", async () => {
		const empty = { from: "mesh/key", credential: new Credential("", "") };
		const open = registryOf(bearer(() => index("linux/amd64"), true));
		const found = await open.checker.check(image("a", "1"), [empty]);
		assert.equal(found.status === "ok" && found.from, undefined);
		assert.equal(found.status, "ok");
		const { checker, seen } = registryOf(bearer(() => index("linux/amd64")));
		assert.deepEqual(await checker.check(image("a", "1"), [empty]), {
			status: "denied",
			because: { is: "no-credential" },
		});
		assert.ok(!seen.some((line) => line.includes("Basic")));
	});

	it("where another registry has it, as nobody", async () => {
		const elsewhere = (open: boolean) =>
			registryOf((request, authorization) => {
				const { host, pathname } = request.url;
				if (host === "r.io" && pathname.includes("/manifests/"))
					return {
						status: 307,
						headers: { location: "https://up.io/v2/r/a/manifests/1" },
					};
				return bearer(() => index("linux/arm64"), open)(request, authorization);
			});
		const { checker, seen } = elsewhere(true);
		assert.deepEqual(await checker.check(image("a", "1"), [MINE]), {
			status: "ok",
			from: undefined,
			platforms: [parsePlatform("linux/arm64")],
			spared: false,
		});
		assert.ok(
			seen.includes(
				"GET auth.r.io/token?service=r&scope=repository%3Ar%2Fa%3Apull",
			),
		);
		const closed = elsewhere(false);
		assert.deepEqual(await closed.checker.check(image("a", "1"), [MINE]), {
			status: "denied",
			because: { is: "withheld" },
		});
		assert.deepEqual(await closed.checker.check(image("a", "1"), []), {
			status: "denied",
			because: { is: "no-credential" },
		});
		for (const line of [...seen, ...closed.seen])
			assert.ok(!line.includes("Basic"), line);
		for (const [said, status, is] of [
			[{ status: 403 }, "denied", "no-permission"],
			[
				{ status: 401, headers: { "www-authenticate": "Negotiate" } },
				"denied",
				"unknown-login",
			],
			[{ code: "ECONNRESET" }, "unreachable", undefined],
			[{ status: 404 }, "missing", undefined],
		] as const) {
			const away = registryOf(({ url }) =>
				url.host === "up.io"
					? said
					: url.pathname === "/v2/"
						? {}
						: { status: 307, headers: { location: "https://up.io/m" } },
			);
			const found = await away.checker.check(image("a", "1"), [MINE]);
			assert.equal(found.status, status);
			assert.equal(
				found.status === "denied" ? found.because.is : undefined,
				is,
			);
		}
	});

	for (const [what, head, words] of [
		[
			"cannot be read",
			200,
			"up.io answers with a manifest that cannot be read",
		],
		["is there for HEAD alone", 404, "up.io answers HEAD and GET differently"],
	] as const)
		it(`where another registry has what ${what}, which is told of it`, async () => {
			const { checker } = registryOf(({ method, url }) => {
				if (url.pathname === "/v2/") return {};
				if (url.host === "r.io")
					return { status: 307, headers: { location: "https://up.io/m" } };
				return method === "HEAD"
					? { status: 200 }
					: { status: head, body: "?" };
			});
			assert.deepEqual(
				faultInWords(await checker.check(image("a", "1", "linux/amd64"), [])),
				{
					status: "unreachable",
					fault: { kind: "not-a-registry", because: words },
				},
			);
		});

	it("by GET where HEAD is not known", async () => {
		for (const status of [405, 501]) {
			const { checker } = registryOf(({ method }) =>
				method === "HEAD" ? { status } : index("linux/amd64"),
			);
			assert.equal(
				(await checker.check(image("a", "1", "linux/amd64"), [])).status,
				"ok",
			);
		}
	});

	it("with a token of each registry, of each credential, and told by each Secret", async () => {
		const tokens = new Map<string, string>();
		const { checker } = registryOf((request, authorization) => {
			const { host, pathname } = request.url;
			if (pathname === "/token") {
				const token = `${request.url.searchParams.get("service")} ${authorization}`;
				return { body: { token: Buffer.from(token).toString("hex") } };
			}
			const bearerOf = (service: string) => ({
				status: 401,
				headers: {
					"www-authenticate": `Bearer realm="https://${service}/token",service="${service}"`,
				},
			});
			if (!authorization) return bearerOf(host);
			const token = Buffer.from(authorization.slice(7), "hex").toString();
			tokens.set(`${host}${pathname}`, token);
			if (token.endsWith(THEIRS.credential.basic())) return { status: 401 };
			return host === "r.io" && pathname.endsWith("/away")
				? {
						status: 307,
						headers: { location: `https://up.io${pathname}` },
					}
				: index("linux/amd64");
		});
		const same = { ...MINE, from: THEIRS.from };
		const twin = { ...MINE, from: "app/twin" };
		for (const [offered, from] of [
			[[THEIRS, same], THEIRS.from],
			[[MINE], MINE.from],
			[[twin], twin.from],
		] as const) {
			const finding = await checker.check(image("a", "1"), offered);
			assert.equal(finding.status === "ok" && finding.from, from);
		}
		const past = { ...THEIRS, from: "app/past" };
		for (const each of [THEIRS, past]) {
			const finding = await checker.check(image("b", "1"), [each]);
			assert.ok(finding.status === "denied");
			assert.equal(Reflect.get(finding.because, "from"), each.from);
		}
		const basic = `Basic ${MINE.credential.basic()}`;
		for (const [offered, sent] of [
			[[MINE], basic],
			[[], ""],
		] as const) {
			await checker.check(image("a", "away"), offered);
			assert.equal(tokens.get("r.io/v2/a/manifests/away"), `r.io ${sent}`);
			assert.equal(tokens.get("up.io/v2/a/manifests/away"), "up.io ");
		}
	});

	it("and a credential that is wrong says nothing of another, or of another Secret", async () => {
		const { checker } = registryOf(bearer(() => index("linux/amd64")));
		const same = { ...MINE, from: THEIRS.from };
		const tags = ["1", "2", "3"];
		const found = await Promise.all(
			tags.map((tag) => checker.check(image(tag, "1"), [THEIRS, same])),
		);
		assert.ok(found.every(({ status }) => status === "ok"));
		const past = { ...THEIRS, from: "app/past" };
		const finding = await checker.check(image("a", "1"), [past]);
		assert.ok(finding.status === "denied");
		assert.equal(Reflect.get(finding.because, "from"), past.from);
	});

	it("and a credential that was taken is sent for all that wait, whatever it may not do", async () => {
		const { checker, seen } = registryOf((request, authorization) => {
			const scope = request.url.searchParams.get("scope") ?? "";
			return request.url.pathname === "/token" && !/:[ab]:/.test(scope)
				? { status: 401 }
				: bearer(() => index())(request, authorization);
		});
		const statuses = async (...repositories: string[]) => {
			const found = await Promise.all(
				repositories.map((name) => checker.check(image(name, "1"), [MINE])),
			);
			return found.map(({ status }) => status);
		};
		assert.deepEqual(await statuses("a"), ["wrong-platform"]);
		for (const name of ["x", "y"])
			assert.deepEqual(await statuses(name), ["denied"]);
		seen.length = 0;
		assert.deepEqual(await statuses("b", "z"), ["wrong-platform", "denied"]);
		const asked = seen.filter((line) => / B/.test(line));
		assert.deepEqual(
			asked
				.slice(0, 2)
				.map(
					(line) => /repository:.*?pull/.exec(decodeURIComponent(line))?.[0],
				),
			["repository:b:pull", "repository:z:pull"],
		);
	});

	it("with as few requests as will do", async () => {
		const pages = index("linux/amd64");
		for (const [answer, offered, wanted, asked] of [
			// What came by GET already is not asked for again.
			[
				({ method }) => (method === "HEAD" ? { status: 405 } : pages),
				[],
				"linux/amd64",
				["HEAD", "GET"],
			],
			// Another credential finds no other platform.
			[
				bearer(() => pages),
				[MINE, THEIRS],
				"linux/arm64",
				["HEAD", "HEAD", "GET"],
			],
			// Two that send each other back and forth.
			[
				({ url }) => ({
					status: 307,
					headers: {
						location: url.host === "up.io" ? "//down.io/m" : "//up.io/m",
					},
				}),
				[],
				"linux/amd64",
				["HEAD", "HEAD", "HEAD", "HEAD"],
			],
		] as [
			Parameters<typeof registryOf>[0],
			OfferedCredential[],
			string,
			string[],
		][]) {
			const { checker, seen } = registryOf((request, authorization) =>
				request.url.pathname === "/v2/" ? {} : answer(request, authorization),
			);
			await checker.check(image("a", "1", wanted), offered);
			assert.deepEqual(
				seen
					.filter((line) => !/\/v2\/(?: |$)|\/token/.test(line))
					.map((line) => line.split(" ")[0]),
				asked,
			);
		}
	});

	it("with a new token where the old one has ended", async () => {
		let ended = false;
		const { checker, seen } = registryOf((request, authorization) => {
			if (ended && authorization.startsWith("Bearer ")) {
				ended = false;
				return bearer(() => ({}))(request, "");
			}
			return bearer(() => index("linux/amd64"))(request, authorization);
		});
		await checker.check(image("a", "1"), [MINE]);
		assert.equal(seen.filter((line) => line.includes("/token")).length, 1);
		ended = true;
		assert.equal((await checker.check(image("a", "2"), [MINE])).status, "ok");
		assert.equal(seen.filter((line) => line.includes("/token")).length, 2);
	});

	it("with one new token for all of them that met the end of the old one", async () => {
		let issued = 0;
		let ended = 0;
		const { checker } = registryOf((request, authorization) => {
			if (request.url.pathname === "/token")
				return { body: { token: String(++issued) } };
			return Number(authorization.slice(7)) > ended
				? index("linux/amd64")
				: bearer(() => ({}))(request, "");
		});
		await checker.check(image("a", "1"), [MINE]);
		ended = issued;
		const tags = ["2", "3", "4", "5"];
		const found = await Promise.all(
			tags.map((tag) => checker.check(image("a", tag), [MINE])),
		);
		assert.ok(found.every(({ status }) => status === "ok"));
		assert.equal(issued, 2);
	});

	it("and what a credential may not do in a repository is found out once", async () => {
		const { checker, seen } = registryOf(bearer(() => ({ status: 401 })));
		for (const tag of ["1", "2", "3"])
			assert.deepEqual(await checker.check(image("a", tag), [MINE]), {
				status: "denied",
				because: {
					is: "no-permission",
					from: MINE.from,
					status: 401,
					words: "",
				},
			});
		assert.equal(seen.filter((line) => line.includes("/token")).length, 1);
	});
});

describe("a password that is wrong is not sent once an image, which would lock its account", () => {
	const SENT = `Basic ${THEIRS.credential.basic()}`;
	const images = Array.from({ length: 20 }, (_, at) => image(`a${at}`, "1"));
	const rows: [
		what: string,
		answer: Parameters<typeof registryOf>[0],
		sent: number,
		status: ImageFinding["status"],
	][] = [
		["by a token server", bearer(() => ({})), 2, "denied"],
		[
			"by Basic",
			() => ({ status: 401, headers: { "www-authenticate": "Basic" } }),
			2,
			"denied",
		],
		[
			"by Basic, as ECR says it of a password of another region",
			(_, authorization) =>
				authorization === SENT
					? { status: 400 }
					: { status: 401, headers: { "www-authenticate": "Basic" } },
			2,
			"denied",
		],
		[
			"where what it may do is said for each image",
			(request, authorization) =>
				request.url.pathname === "/token"
					? { status: 403 }
					: bearer(() => ({}))(request, authorization),
			20,
			"denied",
		],
		[
			"where it is right",
			(_, authorization) =>
				authorization === SENT
					? index("linux/amd64")
					: { status: 401, headers: { "www-authenticate": "Basic" } },
			// Asked for twice each.
			40,
			"ok",
		],
	];
	for (const [what, answer, sent, status] of rows)
		it(what, async () => {
			const { checker, seen } = registryOf(answer);
			const found = await Promise.all(
				images.map((each) => checker.check(each, [THEIRS])),
			);
			assert.deepEqual(
				found.map((each) => each.status),
				images.map(() => status),
			);
			assert.equal(
				seen.filter((request) => request.endsWith(SENT)).length,
				sent,
			);
		});
});

describe("what is found", () => {
	type Row = [
		what: string,
		answer: Parameters<typeof registryOf>[0],
		wanted: WantedImage,
		offered: OfferedCredential[],
		finding:
			| ImageFinding
			| { status: string; fault: { kind: string; because: string } },
	];
	const unreachable = (because: string, kind = "not-a-registry") => ({
		status: "unreachable",
		fault: { kind, because },
	});
	const manifest =
		(said: Said): Parameters<typeof registryOf>[0] =>
		({ url }) =>
			url.pathname === "/v2/" ? {} : said;
	const table: Row[] = [
		[
			"a tag that is not there",
			manifest({ status: 404 }),
			image("a", "1"),
			[],
			{ status: "missing", digest: false },
		],
		[
			"a digest that is gone",
			manifest({ status: 404 }),
			image("a", DIGEST),
			[],
			{ status: "missing", digest: true },
		],
		[
			"another platform",
			manifest(index("linux/amd64", "windows/amd64")),
			image("a", "1", "linux/amd64", "linux/arm64"),
			[],
			{
				status: "wrong-platform",
				because: {
					is: "platforms",
					offered: [
						parsePlatform("linux/amd64"),
						parsePlatform("windows/amd64"),
					].flatMap((each) => each ?? []),
					absent: [parsePlatform("linux/arm64")].flatMap((each) => each ?? []),
				},
			},
		],
		[
			"attestations only",
			manifest({
				type: INDEX,
				body: {
					manifests: [{ platform: { os: "unknown", architecture: "unknown" } }],
				},
			}),
			image("a", "1"),
			[],
			{ status: "wrong-platform", because: { is: "no-image", attests: true } },
		],
		[
			"schema 1",
			manifest({ type: SCHEMA_1, body: { schemaVersion: 1 } }),
			image("a", "1"),
			[],
			{ status: "wrong-platform", because: { is: "schema-1" } },
		],
		[
			"an artifact",
			manifest({
				type: IMAGE,
				body: {
					config: { mediaType: "application/vnd.chart", digest: DIGEST },
				},
			}),
			image("a", "1"),
			[],
			{
				status: "wrong-platform",
				because: { is: "artifact", type: "application/vnd.chart" },
			},
		],
		[
			"an artifact that only a volume uses",
			manifest({
				type: IMAGE,
				body: {
					config: { mediaType: "application/vnd.chart", digest: DIGEST },
				},
			}),
			{ ...image("a", "1", "linux/amd64"), artifact: true },
			[],
			{ status: "ok", from: undefined, platforms: undefined, spared: false },
		],
		[
			"an index that does not say what it is for",
			manifest({ type: INDEX, body: { manifests: [{ digest: DIGEST }] } }),
			image("a", "1", "linux/amd64"),
			[],
			{ status: "ok", from: undefined, platforms: undefined, spared: false },
		],
		[
			"a web page",
			() => ({ type: "text/html", body: "<html>log in</html>" }),
			image("a", "1"),
			[],
			unreachable(
				"r.io answers with a web page: not a container registry, or behind a proxy",
			),
		],
		[
			"a web server that knows none of it",
			() => ({ status: 404, type: "text/html", body: "<html>" }),
			image("a", "1"),
			[],
			unreachable("r.io answers 404 to /v2/: not a container registry"),
		],
		[
			"a manifest that is none",
			manifest({ type: IMAGE, body: "not json" }),
			image("a", "1"),
			[],
			unreachable("r.io answers with a manifest that cannot be read"),
		],
		[
			"a registry that is not there",
			() => ({ code: "ENOTFOUND" }),
			image("a", "1"),
			[MINE],
			{
				status: "unreachable",
				fault: { kind: "dns", because: "cannot resolve r.io (no such host)" },
			},
		],
		[
			"one that is there for nobody alone",
			({ headers }) =>
				headers.authorization
					? { code: "ECONNRESET" }
					: { status: 401, headers: { "www-authenticate": "Basic" } },
			image("a", "1"),
			[MINE],
			unreachable("r.io closed the connection", "network"),
		],
		[
			"one that redirects from /v2/ to nowhere",
			({ url }) => ({ status: url.pathname === "/v2/" ? 300 : 404 }),
			image("a", "1"),
			[],
			{ status: "missing", digest: false },
		],
		[
			"one that has a web page at /v2/, and not the image",
			({ url }) =>
				url.pathname === "/v2/"
					? { type: "text/html", body: "<html>" }
					: { status: 404 },
			image("a", "1"),
			[],
			unreachable(
				"r.io answers with a web page: not a container registry, or behind a proxy",
			),
		],
		[
			"one that has no /v2/, and asks for a credential",
			({ url }) =>
				url.pathname === "/v2/"
					? { status: 404, type: "text/html", body: "<html>" }
					: { status: 401, headers: { "www-authenticate": "Basic" } },
			image("a", "1"),
			[],
			{ status: "denied", because: { is: "no-credential" } },
		],
		[
			"a manifest that fails by HEAD",
			manifest({ status: 418 }),
			image("a", "1"),
			[],
			unreachable(
				"r.io answers 418 to /v2/a/manifests/1: not a container registry",
			),
		],
		[
			"a manifest that fails by GET",
			({ method, url }) =>
				url.pathname === "/v2/" || method === "HEAD" ? {} : { status: 418 },
			image("a", "1"),
			[],
			unreachable(
				"r.io answers 418 to /v2/a/manifests/1: not a container registry",
			),
		],
		[
			"a manifest for whose GET nobody is there",
			({ method, url }) =>
				url.pathname === "/v2/" || method === "HEAD"
					? {}
					: { code: "ECONNRESET" },
			image("a", "1"),
			[],
			unreachable("r.io closed the connection", "network"),
		],
		[
			"a config that is not there",
			({ url }) =>
				url.pathname.includes("/blobs/")
					? { status: 404, body: { errors: [] } }
					: url.pathname === "/v2/"
						? {}
						: {
								type: IMAGE,
								body: { config: { mediaType: CONFIG_TYPE, digest: DIGEST } },
							},
			image("a", "1", "linux/amd64"),
			[],
			{ status: "ok", from: undefined, platforms: undefined, spared: false },
		],
		[
			"attestations, which no volume takes either",
			manifest({ type: INDEX, body: { manifests: [] } }),
			{ ...image("a", "1"), artifact: true },
			[],
			{ status: "wrong-platform", because: { is: "no-image", attests: false } },
		],
		[
			"a registry that asks for a credential",
			bearer(() => ({})),
			image("a", "1"),
			[],
			{ status: "denied", because: { is: "no-credential" } },
		],
		[
			"a password that is past",
			bearer(() => ({})),
			image("a", "1"),
			[THEIRS],
			{
				status: "denied",
				because: {
					is: "rejected",
					from: THEIRS.from,
					status: 401,
					words: "incorrect username or password",
				},
			},
		],
		[
			"a password that is past, by Basic",
			() => ({ status: 401, headers: { "www-authenticate": "Basic" } }),
			image("a", "1"),
			[THEIRS],
			{
				status: "denied",
				because: {
					is: "rejected",
					from: THEIRS.from,
					status: 401,
					words: "",
				},
			},
		],
		[
			"a password of another region, as ECR says it",
			({ headers }) =>
				headers.authorization
					? { status: 400 }
					: { status: 401, headers: { "www-authenticate": "Basic" } },
			image("a", "1"),
			[THEIRS],
			{
				status: "denied",
				because: {
					is: "rejected",
					from: THEIRS.from,
					status: 400,
					words: "",
				},
			},
		],
		[
			"a refusal of nobody, without a way to log in",
			manifest({ status: 403 }),
			image("a", "1"),
			[MINE],
			{
				status: "denied",
				because: {
					is: "no-permission",
					from: undefined,
					status: 403,
					words: "",
				},
			},
		],
		[
			"no right",
			bearer(() => ({
				status: 403,
				body: { errors: [{ message: "denied" }] },
			})),
			image("a", "1"),
			[MINE],
			{
				status: "denied",
				because: {
					is: "no-permission",
					from: MINE.from,
					status: 403,
					words: "",
				},
			},
		],
		[
			"a token server that is inside",
			() => ({
				status: 401,
				headers: { "www-authenticate": 'Bearer realm="https://10.0.0.1/t"' },
			}),
			image("a", "1"),
			[MINE],
			{
				status: "denied",
				because: {
					is: "realm",
					host: "r.io",
					fault: { is: "private", host: "10.0.0.1" },
				},
			},
		],
		[
			"a wrong password, and one without the right: what says more",
			bearer(() => ({ status: 403 })),
			image("a", "1"),
			[THEIRS, MINE, THEIRS],
			{
				status: "denied",
				because: {
					is: "no-permission",
					from: MINE.from,
					status: 403,
					words: "",
				},
			},
		],
		[
			"two wrong passwords: the first",
			bearer(() => ({})),
			image("a", "1"),
			[THEIRS, { ...THEIRS, from: "mesh/older" }],
			{
				status: "denied",
				because: {
					is: "rejected",
					from: THEIRS.from,
					status: 401,
					words: "incorrect username or password",
				},
			},
		],
		[
			"an image that one may look for, and is not there",
			bearer(() => ({ status: 404 })),
			image("a", "1"),
			[THEIRS, MINE, THEIRS],
			{ status: "missing", digest: false },
		],
		[
			"what the registry says of a refusal, where it has no HEAD",
			({ method, url }) =>
				url.pathname === "/v2/"
					? {}
					: method === "HEAD"
						? { status: 405 }
						: { status: 403, body: { message: "not for you" } },
			image("a", "1"),
			[],
			{
				status: "denied",
				because: {
					is: "no-permission",
					from: undefined,
					status: 403,
					words: "not for you",
				},
			},
		],
		[
			"what a token does not do, where there is no HEAD",
			bearer(({ method }) =>
				method === "HEAD"
					? { status: 405 }
					: { status: 401, body: { message: "not for you" } },
			),
			image("a", "1"),
			[MINE],
			{
				status: "denied",
				because: {
					is: "no-permission",
					from: MINE.from,
					status: 401,
					words: "not for you",
				},
			},
		],
		[
			"a token server that is not there",
			(request, authorization) =>
				request.url.pathname === "/token"
					? { code: "ENOTFOUND" }
					: bearer(() => ({}))(request, authorization),
			image("a", "1"),
			[MINE],
			{
				status: "unreachable",
				fault: {
					kind: "dns",
					because: "cannot resolve auth.r.io (no such host)",
				},
			},
		],
		[
			"a token server that has none",
			(request, authorization) =>
				request.url.pathname === "/token"
					? { status: 418 }
					: bearer(() => ({}))(request, authorization),
			image("a", "1"),
			[MINE],
			{
				status: "denied",
				because: {
					is: "token-server",
					fault: { is: "status", host: "auth.r.io", status: 418, words: "" },
				},
			},
		],
		[
			"too many requests",
			({ url }) => (url.pathname === "/v2/" ? {} : { status: 429 }),
			image("a", "1"),
			[],
			{
				status: "unreachable",
				fault: {
					kind: "overloaded",
					because: "rate limit of r.io reached (429): try again later",
				},
			},
		],
	];
	for (const [what, answer, wanted, offered, expected] of table)
		it(what, async () => {
			const { checker, seen } = registryOf(answer);
			const finding = await checker.check(wanted, offered);
			assert.deepEqual(faultInWords(finding), expected);
			assert.ok(
				seen.every((line) => !line.includes("10.0.0.1")),
				"nothing is sent inside",
			);
		});
});

describe("no registry has a credential printed that it knows", () => {
	const password = "correct0horse1battery2";
	const mine = {
		from: "mesh/key",
		credential: new Credential("me", password),
	};
	/** What it says once it has it. */
	const says = (said: Said, elsewhere: Said = {}) =>
		registryOf(({ url, headers }) =>
			url.pathname === "/v2/"
				? {}
				: url.host !== "r.io"
					? elsewhere
					: headers.authorization
						? said
						: { status: 401, headers: { "www-authenticate": "Basic" } },
		);
	const realm = {
		status: 401,
		headers: { "www-authenticate": `Bearer realm="https://${password}.io/t"` },
	};
	const to = (location: string) => ({ status: 307, headers: { location } });
	const refusal = { status: 401, body: { message: password } };
	const late = { status: 503, headers: { "retry-after": "3600" } };
	const table: [what: string, registry: ReturnType<typeof says>][] = [
		["the host of a redirect", says(to(`http://${password}.io/x`))],
		["a host that is away", says(to(`https://${password}.io/x`), late)],
		["a realm elsewhere", says(to("https://up.io/x"), realm)],
		["words elsewhere", says(to("https://up.io/x"), refusal)],
		[
			"a refusal elsewhere",
			says(to("https://up.io/x"), { ...refusal, status: 403 }),
		],
		[
			"a path elsewhere",
			says(to(`https://up.io/${password}`), { status: 400 }),
		],
		[
			"a path that leads to itself",
			says(to(`https://up.io/${password}`), to(`/${password}`)),
		],
		[
			"what it says to GET",
			registryOf(({ method, url }) =>
				url.pathname === "/v2/" || method === "HEAD"
					? {}
					: { status: 500, body: { message: password } },
			),
		],
		["a platform", says(index(`${password}/amd64/${password}`))],
		[
			"an artifact's type",
			says({ type: IMAGE, body: { artifactType: password } }),
		],
	];
	for (const [what, { checker }] of table)
		it(what, async () => {
			const finding = await checker.check(image("a", "1", "linux/arm64"), [
				THEIRS,
				mine,
				MINE,
			]);
			assert.ok(!JSON.stringify(finding).includes(password));
		});

	it("in what anybody may know", async () => {
		for (const word of ["linux", "amd64", "r.io"]) {
			const { checker } = says(index("linux/amd64"), {});
			const finding = await checker.check(image("a", "1", "linux/arm64"), [
				{ ...mine, credential: new Credential("me", word) },
			]);
			assert.match(
				JSON.stringify(finding),
				/"os":"linux","architecture":"amd64"/,
			);
			const away = registryOf(() => ({ code: "ENOTFOUND" }));
			const none = await away.checker.check(image("a", "1"), [
				{ ...mine, credential: new Credential("me", word) },
			]);
			assert.match(JSON.stringify(none), /"host":"r.io"/);
		}
	});

	it("of another image either", async () => {
		const { checker } = says({
			status: 403,
			headers: { "www-authenticate": `Bearer error="${password}"` },
		});
		// Its credential comes to be known while the first is looked for.
		const findings = await Promise.all([
			checker.check(image("b", "1"), [MINE]),
			checker.check(image("a", "1"), [mine]),
		]);
		findings.push(await checker.check(image("c", "1"), [MINE]));
		assert.ok(!JSON.stringify(findings).includes(password));
	});

	it("at whatever length", async () => {
		const far = to(`https://up.io/${"a".repeat(8000)}`);
		const { checker } = says(far, { status: 400 });
		const finding = await checker.check(image("a", "1"), [mine]);
		assert.ok(JSON.stringify(finding).length < 400);
	});
});

describe("an image for one platform says it in its config", () => {
	const config = {
		type: IMAGE,
		body: { config: { mediaType: CONFIG_TYPE, digest: DIGEST } },
	};
	const arm = { body: { os: "linux", architecture: "arm64" } };
	const registry = (blob: (request: RegistryRequest) => Said) =>
		registryOf(
			bearer((request) =>
				request.url.pathname.includes("/blobs/") ? blob(request) : config,
			),
		);
	const wanted = image("a", "1", "linux/amd64");

	it("at the registry", async () => {
		const { checker } = registry(() => arm);
		const finding = await checker.check(wanted, [MINE]);
		assert.equal(finding.status, "wrong-platform");
		assert.equal(
			(await checker.check(image("a", "1", "linux/arm64"), [MINE])).status,
			"ok",
		);
	});

	it("elsewhere, where nothing of the credential goes", async () => {
		const seenElsewhere: string[] = [];
		const { checker, seen } = registryOf((request, authorization) => {
			if (request.url.host === "cdn.example.net") {
				seenElsewhere.push(authorization);
				return arm;
			}
			return bearer(({ url }) =>
				url.pathname.includes("/blobs/")
					? {
							status: 307,
							headers: { location: "https://cdn.example.net/x?sig=1" },
						}
					: config,
			)(request, authorization);
		});
		const finding = await checker.check(image("a", "1", "linux/arm64"), [MINE]);
		assert.equal(finding.status, "ok");
		assert.deepEqual(seenElsewhere, [""]);
		assert.ok(seen.at(-1)?.startsWith("GET cdn.example.net/x?sig=1"));
	});

	for (const location of [
		"http://cdn.example.net/x",
		"https://169.254.169.254/x",
		"https://localhost/x",
		"https://user:pass@cdn.example.net/x",
	])
		it(`not at ${location}`, async () => {
			const { checker, seen } = registry(() => ({
				status: 307,
				headers: { location },
			}));
			const finding = await checker.check(wanted, [MINE]);
			assert.equal(finding.status, "unreachable");
			assert.ok(JSON.stringify(finding).includes(new URL(location).host));
			assert.ok(seen.every((line) => /^\w+ (?:auth\.)?r\.io\//.test(line)));
			const manifests = registryOf(() => ({
				status: 307,
				headers: { location },
			}));
			const none = await manifests.checker.check(wanted, [MINE]);
			assert.equal(none.status, "unreachable");
			assert.ok(manifests.seen.every((line) => /^\w+ r\.io\//.test(line)));
		});
});

describe("Docker Hub counts GET, and not HEAD", () => {
	const hub = (remaining: string, host = "registry-1.docker.io") =>
		registryOf(
			() => ({
				...index("linux/amd64"),
				headers: { "ratelimit-remaining": remaining },
			}),
			host,
		);

	for (const [where, host, headers] of [
		["where it says so", "registry-1.docker.io", "100;w=21600"],
		["where it does not say so", "registry-1.docker.io", ""],
		["and another that says so", "r.io", "100;w=21600"],
	] as const)
		it(`so an image is only looked at where a platform is asked for: ${where}`, async () => {
			const { checker, seen } = hub(headers, host);
			assert.equal((await checker.check(image("a", "1"), [])).status, "ok");
			assert.ok(!seen.some((line) => /^GET .*manifests/.test(line)));
		});

	it("and while enough pulls are left", async () => {
		const old = registryOf(() => ({ type: SCHEMA_1 }), "registry-1.docker.io");
		const found = await old.checker.check(image("a", "1"), []);
		assert.equal(found.status, "wrong-platform");
		const many = hub("100;w=21600");
		assert.equal(
			(await many.checker.check(image("a", "1", "linux/arm64"), [])).status,
			"wrong-platform",
		);
		const last = hub("20;w=21600");
		assert.equal(
			(await last.checker.check(image("a", "1", "linux/arm64"), [])).status,
			"wrong-platform",
		);
		const few = hub("19;w=21600");
		assert.deepEqual(
			await few.checker.check(image("a", "1", "linux/arm64"), []),
			{ status: "ok", from: undefined, platforms: undefined, spared: true },
		);
		assert.ok(!few.seen.some((line) => /^GET .*manifests/.test(line)));
	});
});
