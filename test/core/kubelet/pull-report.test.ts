import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
	type PullEvent,
	pullEvent,
	readPull,
	sandboxReport,
} from "../../../src/core/kubelet/pull-report.ts";

const event = (message: string, more: Partial<PullEvent> = {}): PullEvent => ({
	pod: "n/web",
	reason: "Failed",
	message,
	container: "",
	at: undefined,
	...more,
});

/** What is read of a kubelet since 1.32, whose waiting message tells all. */
const since132 = (image: string, words: string, images = [image]) =>
	readPull(
		{
			container: "web",
			image,
			reason: "ImagePullBackOff",
			message: `Back-off pulling image "${image}": ${words}`,
		},
		[],
		images,
		[],
	);

/** What is read of a kubelet before, whose events tell. */
const before132 = (
	image: string,
	events: readonly PullEvent[],
	images = [image],
	secrets: readonly string[] = [],
) =>
	readPull(
		{
			container: "web",
			image,
			reason: "ImagePullBackOff",
			message: `Back-off pulling image "${image}"`,
		},
		events,
		images,
		secrets,
	);

describe("M1: words that a rule knows, or that are quoted", () => {
	const rows: [image: string, words: string, cause: string, words?: string][] =
		[
			[
				"registry.example.com/csg/app:1",
				'ErrImagePull: rpc error: code = Canceled desc = failed to pull and unpack image "registry.example.com/csg/app:1": context canceled',
				"interrupted",
			],
			[
				"codercom/code-server:3.9.0",
				'ErrImagePull: rpc error: code = FailedPrecondition desc = failed to pull and unpack image "docker.io/codercom/code-server:3.9.0": failed commit on ref "layer-sha256:1860": unexpected commit digest sha256:e3b0, expected sha256:1860: failed precondition',
				"interrupted",
			],
			[
				"registry.access.redhat.com/ubi8",
				"ErrImagePull: initializing source docker://registry.access.redhat.com/ubi8:latest: reading manifest latest in registry.access.redhat.com/ubi8: received unexpected HTTP status: 503 Service Unavailable",
				"registry-error",
			],
			[
				"registry.k8s.io/conformance:v1.35.2",
				'ErrImagePull: unable to pull image or OCI artifact: pull image err: copying system image from manifest list: writing blob: storing blob to file "/var/tmp/x/3": happened during read: unexpected EOF (after reconnecting, fetching blob: StatusCode: 400, "<?xml ..."); artifact err: image reference: reference is a container image, not an OCI artifact',
				"interrupted",
			],
			[
				"harbor.example.com/p/app:1",
				'ErrImagePull: failed to resolve reference "harbor.example.com/p/app:1": failed to do request: Head "https://harbor.example.com/v2/p/app/manifests/1": EOF',
				"interrupted",
			],
			[
				"localhost:5000/hello-app:latest",
				'ErrImagePull: failed to do request: Head "http://kind-registry:5000/v2/hello-app/manifests/latest?ns=localhost%3A5000": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01"',
				"https-only",
			],
			[
				"ubuntu",
				"ErrImagePull: Error response from daemon: Get https://registry-1.docker.io/v2/: proxyconnect tcp: tls: first record does not look like a TLS handshake",
				"node-proxy",
			],
			[
				"r.io/app:1",
				'ErrImagePull: failed to do request: Head "https://r.io/v2/app/manifests/1": Forbidden',
				"node-proxy",
			],
			[
				"r.io/app:1",
				'ErrImagePull: failed to do request: Head "https://r.io/v2/app/manifests/1": Service Unavailable',
				"node-proxy",
			],
			[
				"r.io/app:1",
				'ErrImagePull: failed to do request: Head "https://r.io/v2/app/manifests/1": Proxy Authentication Required',
				"node-proxy",
			],
			[
				"r.io/app:1",
				'ErrImagePull: failed to do request: Head "https://r.io/v2/app/manifests/1": net/http: timeout awaiting response headers',
				"unreachable",
			],
			[
				"r.io/app:1",
				'ErrImagePull: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
				"unknown",
			],
			[
				"r.io/app:1",
				'ErrImagePull: denied: client with IP "192.0.2.1" is not allowed access. Refer https://aka.ms/acr/firewall to grant access.',
				"unknown",
			],
			[
				"r.io/app:1",
				"ErrImagePull: denied: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ecr:BatchGetImage on resource: app",
				"denied",
			],
			[
				"r.io/app:1",
				'ErrImagePull: denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/p/locations/eu/repositories/a" (or it may not exist)',
				"denied",
			],
			[
				"r.io/app:1",
				"ErrImagePull: unauthorized: access token has insufficient scopes",
				"denied",
			],
			["r.io/app:1", "ErrImagePull: unauthorized: Bad credentials", "rejected"],
			[
				"r.io/app:1",
				"ErrImagePull: unauthorized: HTTP Basic: Access denied. The provided password or token is incorrect",
				"rejected",
			],
			[
				"r.io/app:1",
				'ErrImagePull: choosing an image from manifest list docker://r.io/app:1: no image found in image index for architecture "arm64", variant "v8", OS "linux"',
				"architecture",
			],
			[
				"r.io/app:1",
				'ErrImagePull: image operating system "windows" cannot be used on this platform',
				"architecture",
			],
			["r.io/app:1", "ErrImagePull: pull QPS exceeded", "pull-qps"],
			[
				"reg.example.org:5500/my/kibana:5.6.3",
				"ErrImagePull: rpc error: code = 2 desc = net/http: request canceled",
				"interrupted",
			],
			[
				"alpine",
				"ErrImagePull: short name mode is enforcing, but image name alpine:latest returns ambiguous list",
				"short-name",
			],
			[
				"quay.io/rel/art-dev@sha256:f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0",
				"SignatureValidationFailed: image pull failed because the signature validation failed: unable to pull image or OCI artifact: pull image err: Source image rejected: A signature was required, but no signature exists",
				"signature",
			],
			[
				"r.io/app:1",
				'ErrImagePull: failed to do request: Head "https://r.io/v2/app/manifests/1": remote error: tls: handshake failure',
				"tls-handshake",
			],
			[
				"r.io/app:1",
				'ErrImagePull: failed to do request: Head "https://r.io/v2/": tls: first record does not look like a TLS handshake',
				"plain-http",
			],
			[
				"r.io/app:1",
				"ErrImagePull: rpc error: code = Unknown desc = the moon is in the way",
				"unknown",
				"the moon is in the way",
			],
			["r.io/app:1", "ErrImagePull", "unknown", ""],
		];
	for (const [image, said, cause, words] of rows)
		it(`${cause}: ${said.slice(14, 80)}`, () => {
			const now = since132(image, said);
			assert.equal(now.cause, cause);
			assert.equal(
				before132(image, [
					event(
						`Failed to pull image "${image}": ${said.replace(/^ErrImagePull(: |$)/, "")}`,
					),
					event("Error: ErrImagePull"),
				]).cause,
				cause,
			);
			if (words !== undefined) assert.equal(now.words, words);
		});

	it("without control characters, whatever is a credential, and what is too long", () => {
		const { words } = since132(
			"r.io/app:1",
			`ErrImagePull: odd\u202e \x1b[31m https://user:pw@r.io/v2/?token=abc ${"ey".padEnd(30, "J")}.eyJhIjoxfQ.c2ln Authorization: Basic cm9ib3Q6cmlnaHQtcGFzc3dvcmQ= sha256:${"a".repeat(64)} ${"Zm9vYmFyMTIz".repeat(5)} ${"long ".repeat(100)}`,
		);
		assert.equal(
			words.slice(0, 70),
			"odd [31m https://***@r.io/v2/?… *** Authorization: Basic *** sha256:aa",
		);
		assert.match(words, /a{64} \*\*\* long .*…$/);
		assert.equal(words.length, 300);
	});

	const quoted: [said: string, shown: string][] = [
		// A word behind `token` is none.
		[
			"failed to fetch oauth token: unexpected status from POST request",
			"failed to fetch oauth token: unexpected status from POST request",
		],
		[
			"unable to decode token response: odd",
			"unable to decode token response: odd",
		],
		["Bearer authentication required", "Bearer authentication required"],
		['secret "team2-regcred" not found', 'secret "team2-regcred" not found'],
		['secret "team2-regcred" is odd', 'secret "***" is odd'],
		["token abcdefg1, mytoken abcdefg1", "token ***, mytoken abcdefg1"],
		["tokens abcdefg1", "tokens abcdefg1"],
		["token abcdef1", "token abcdef1"],
		...[
			"basic ***, basic ***",
			"BEARER ***",
			"password=***",
			"passwd:***",
			"secret='***'",
			'{"password":"***"}',
			"authorization: ***",
		].map((shown): [string, string] => [
			shown.replaceAll("***", "dXNlcjpwYXNz"),
			shown,
		]),
		["password=correcthorse", "password=***"],
		['password "correcthorse"', 'password "***"'],
		["password correcthorse", "password correcthorse"],
		[
			"HTTP://u:p@a.io/x?sig=1 http://v:q@b.io/?sig=2",
			"HTTP://***@a.io/x?… http://***@b.io/?…",
		],
		[
			"eyJhbGciOiJIUzI1NiJ9.e30 eyJhbGciOiJIUzI1NiJ9.e30.c2ln. theyJhbGciOiJIUzI1NiJ9.e30",
			"*** ***. theyJhbGciOiJIUzI1NiJ9.e30",
		],
		[
			`${"Ab1".repeat(14)}== x ${"Ab1".repeat(14)}; ${"Ab1".repeat(13)} r.io/${"Ab1".repeat(14)} ${"ab1".repeat(14)}: x`,
			`*** x ***; ${"Ab1".repeat(13)} r.io/${"Ab1".repeat(14)} ${"ab1".repeat(14)}: x`,
		],
		[`sha256_${"a".repeat(64)}`, `sha256_${"a".repeat(64)}`],
	];
	for (const [said, shown] of quoted)
		it(`shows ${shown.slice(0, 60)}`, () =>
			assert.equal(
				since132("r.io/app:1", `ErrImagePull: ${said}`).words,
				shown,
			));

	const frames: [said: string, left: string][] = [
		['Back-off pulling image "x"', ""],
		['Back-off pulling image "x": ErrImagePull: odd', "odd"],
		['Back-off pulling image "x": ImagePullBackOff: odd', "odd"],
		['Failed to pull image "x"', ""],
		['Failed to pull image "x": odd', "odd"],
		["Error: ErrImagePull", ""],
		["Error: ImagePullBackOff", ""],
		["Error: odd", "Error: odd"],
		["Error: ErrImagePull odd", "Error: ErrImagePull odd"],
		["ErrImagePull odd", "ErrImagePull odd"],
		["Back-off", ""],
		["Back-off: odd", "odd"],
		[
			"rpc error: code = Unknown desc = rpc error: code = NotFound desc = odd",
			"odd",
		],
		[
			'failed to pull and unpack image "x": failed to resolve reference "x": odd',
			"odd",
		],
		['failed to pull image "x": failed to resolve image "x": odd', "odd"],
		['failed to get sandbox image "x": odd', "odd"],
		[
			'odd Back-off pulling image "x" Failed to pull image "x" ErrImagePull: Failed to create pod sandbox: Error: ErrImagePull',
			'odd Back-off pulling image "x" Failed to pull image "x" ErrImagePull: Failed to create pod sandbox: Error: ErrImagePull',
		],
	];
	for (const [said, left] of frames)
		it(`has "${left.slice(0, 20)}" left of ${said.slice(0, 70)}`, () =>
			assert.equal(
				readPull(
					{
						container: "web",
						image: "x",
						reason: "ErrImagePull",
						message: said,
					},
					[],
					["x"],
					[],
				).words,
				left,
			));

	it("what says something before what says nothing, and of what nobody knows the status", () => {
		const image = "r.io/app:1";
		const odd = event(`Failed to pull image "${image}": odd`);
		assert.equal(before132(image, [odd]).words, "odd");
		const { words } = readPull(
			{ container: "web", image, reason: "ErrImagePull", message: "strange" },
			[odd],
			[image],
			[],
		);
		assert.equal(words, "strange");
	});

	it("of a message that is very long the beginning, and of many events the newest", () => {
		const image = "r.io/app:1";
		const told = "unauthorized";
		const long = (length: number) => told.padStart(length, "x ");
		const status = (message: string) =>
			readPull(
				{ container: "web", image, reason: "ErrImagePull", message },
				[],
				[image],
				[],
			).cause;
		assert.equal(status(long(8000)), "unauthorized");
		assert.equal(status(long(8001)), "unknown");
		const about = pullEvent({
			metadata: {},
			reason: "Failed",
			message: long(8001),
			involvedObject: { kind: "Pod", namespace: "n", name: "web" },
		});
		assert.equal(about?.message.length, 8000);
		const events = (count: number) => [
			...Array.from({ length: count }, (_, at) =>
				event("odd", { at: 100 - at }),
			),
			event(told, { at: 1 }),
		];
		assert.equal(before132(image, events(19)).cause, "unauthorized");
		assert.equal(before132(image, events(20)).cause, "unknown");
	});
});

describe("M1: other registries, proxies and runtimes", () => {
	const table: [cause: string, words: string][] = [
		[
			"no-credentials",
			'denied: Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "p" (or it may not exist)',
		],
		[
			"registry-error",
			"fetching blob: invalid status code from registry 504 (Gateway Timeout)",
		],
		["registry-error", "unknown: Internal Server Error"],
		["unknown", "denied: client with IP '192.0.2.1' is not allowed access."],
		[
			"unknown",
			"unexpected media type application/octet-stream for sha256:aa: not found",
		],
		[
			"web-page",
			"error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: \"<title>403 Forbidden</title>\"",
		],
		[
			"unauthorized",
			'error parsing HTTP 401 response body: unexpected end of JSON input: ""',
		],
		["unauthorized", "unknown: Authentication is required"],
		["rejected", "unknown: Wrong username was used"],
		["expired-token", "unauthorized: The token has expired"],
		["expired-token", "unauthorized: token is expired by 3h0m0s"],
		["rate-limit", "reading manifest 1: StatusCode: 429, slow down"],
		["rate-limit", "reading manifest 1 in r.io/app: too many requests"],
		["registry-error", "reading manifest 1 in r.io/app: service unavailable"],
		[
			"not-found",
			"reading manifest 1 in r.io/app: repository name not known to registry",
		],
		[
			"node-proxy",
			'Head "https://r.io/v2/": proxyconnect tcp: dial tcp 192.0.2.1:3128: connect: connection refused',
		],
		[
			"node-proxy",
			'Head "https://r.io/v2/": proxyconnect tcp: dial tcp: lookup proxy.corp: no such host',
		],
		["disk", "failed to extract layer: write /var/lib/x: disk quota exceeded"],
		[
			"not-found",
			'{"errors":[{"code":"NAME_UNKNOWN","message":"repository unknown"}]}',
		],
		["not-found", "reading manifest 9 in r.io/app: tag 9 not found"],
		["untrusted-ca", "x509: “r.io” certificate is not trusted"],
		["interrupted", "local error: tls: bad record MAC"],
		[
			"interrupted",
			"read tcp 192.0.2.1:4->192.0.2.2:443: read: connection timed out",
		],
		["interrupted", "write tcp 192.0.2.1:4->192.0.2.2:443: write: broken pipe"],
		[
			"architecture",
			"image platform does not match: a single architecture was asked for",
		],
		["invalid-reference", "invalid reference format"],
	];
	for (const [cause, words] of table)
		it(`${cause}: ${words.slice(0, 60)}`, () =>
			assert.equal(since132("r.io/app:1", words).cause, cause));
});

describe("M2: of joined errors, the worst about a credential", () => {
	const image = "myacr.azurecr.io/fluent-bit:3";
	const token = (kind: string) =>
		`failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch ${kind} token: unexpected status from GET request to https://myacr.azurecr.io/oauth2/token?scope=repository%3Afluent-bit%3Apull&service=myacr.azurecr.io: 401 Unauthorized`;
	const rows: [what: string, words: string, cause: string][] = [
		["f03", `[${token("oauth")}, ${token("anonymous")}]`, "rejected"],
		[
			"the other way round",
			`[${token("anonymous")}, ${token("oauth")}]`,
			"rejected",
		],
		["the anonymous alone", token("anonymous"), "no-credentials"],
		[
			"403 for the user, and 401 for nobody",
			`[${token("oauth").replace("401 Unauthorized", "403 Forbidden")}, ${token("anonymous")}]`,
			"forbidden",
		],
		[
			"the same, the other way round",
			`[${token("anonymous")}, ${token("oauth").replace("401 Unauthorized", "403 Forbidden")}]`,
			"forbidden",
		],
		[
			"one user without the right, and one that is wrong",
			"[unauthorized: access token has insufficient scopes, unauthorized: incorrect username or password]",
			"rejected",
		],
		[
			"a right that is missing, and an anonymous attempt",
			`[pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed, ${token("anonymous")}]`,
			"denied",
		],
		[
			"a token that has expired, and one that is unknown",
			`[unauthorized: authentication required, denied: Your authorization token has expired. Reauthenticate and try again.]`,
			"expired-token",
		],
		[
			"a limit for whom the registry does not know, after it rejected the user",
			`[unauthorized: incorrect username or password, toomanyrequests: You have reached your pull rate limit]`,
			"rejected",
		],
		[
			"f04, a token server that answers with a web page",
			"Error response from daemon: Get https://harbor.example.com/v2/p/app/manifests/1: unable to decode token response: invalid character '<' looking for beginning of value",
			"web-page",
		],
	];
	for (const [what, words, cause] of rows)
		it(what, () =>
			assert.equal(since132(image, `ErrImagePull: ${words}`).cause, cause),
		);
});

describe("M3: a Secret that is missing, but is no pull Secret", () => {
	const missing = event('Error: secret "keel-db-credentials" not found');
	const image = "quay.io/keelhq/keel:9.9";
	const unknown = event(
		`Failed to pull image "${image}": rpc error: code = Unknown desc = reading manifest 9.9 in quay.io/keelhq/keel: manifest unknown`,
	);
	it("f05: of the environment", () =>
		assert.equal(
			before132(image, [missing, unknown], [image], ["regcred"]).cause,
			"not-found",
		));
	it("f05b: of the environment, and no pull Secret at all", () => {
		const hub = "keelhq/keel:nope";
		const notFound = event(
			`Failed to pull image "${hub}": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/${hub}": failed to resolve reference "docker.io/${hub}": docker.io/${hub}: not found`,
		);
		assert.equal(before132(hub, [missing, notFound]).cause, "not-found");
	});
	it("it counts where the pod pulls with it", () => {
		const sync = event('Error syncing pod, skipping: secrets "k" not found', {
			reason: "FailedSync",
		});
		assert.equal(
			before132(image, [sync], [image], ["k"]).cause,
			"missing-secret",
		);
		assert.equal(before132(image, [sync], [image], ["other"]).cause, "unknown");
		assert.equal(before132(image, [missing], [image], ["k"]).cause, "unknown");
	});
	it("what keeps a sandbox from being made is told of the sandbox", () => {
		const sandbox = event("dial tcp: lookup x: no such host", {
			reason: "FailedCreatePodSandBox",
		});
		assert.equal(before132(image, [sandbox]).cause, "unknown");
	});
});

describe("M4: the image in the message is the one that fails", () => {
	const model = "models.private.example/llama:7b";
	const app = "registry.example.com/app:1";
	for (const [what, reason, message] of [
		[
			"backing off",
			"ImagePullBackOff",
			`Back-off pulling image "${model}": ErrImagePull: no basic auth credentials`,
		],
		[
			"at the attempt",
			"ErrImagePull",
			`failed to pull and unpack image "${model}": failed to resolve image: no basic auth credentials`,
		],
	] as const)
		it(`f06: a volume's, ${what}`, () => {
			const report = readPull(
				{ container: "web", image: app, reason, message },
				[],
				[app, model],
				[],
			);
			assert.deepEqual([report.image, report.cause], [model, "no-credentials"]);
		});
	it("as the pod writes it", () => {
		const report = since132("nginx", "ErrImagePull: x", ["nginx"]);
		assert.equal(report.image, "nginx");
		const named = readPull(
			{
				container: "web",
				image: app,
				reason: "ErrImagePull",
				message:
					'failed to pull and unpack image "docker.io/library/redis:latest": x',
			},
			[],
			[app, "redis"],
			[],
		);
		assert.equal(named.image, "redis");
	});
	for (const words of [
		'Back-off pulling image "redis:latest"',
		'failed to resolve reference "docker.io/library/redis:latest": x',
		'failed to inspect image "redis": x',
		'Container image "redis" is not present with pull policy of Never',
	])
		it(`named in: ${words}`, () => {
			const image = (images: string[]) =>
				readPull(
					{
						container: "web",
						image: app,
						reason: "ErrImagePull",
						message: words,
					},
					[],
					images,
					[],
				).image;
			assert.equal(image([app, "docker.io/redis"]), "docker.io/redis");
			// Of two spellings, the first.
			assert.equal(image([app, "redis", "docker.io/redis"]), "redis");
		});
	it("only one of the pod's own", () => {
		const report = readPull(
			{
				container: "web",
				image: app,
				reason: "ErrImagePull",
				message: 'Back-off pulling image "evil.example/x"',
			},
			[],
			[app],
			[],
		);
		assert.equal(report.image, app);
	});
});

describe("M5: an event is about the image that it names", () => {
	const [app, redis] = ["registry.example.com/app:typo", "redis:7"];
	const events = [
		event(
			`Failed to pull image "${app}": failed to resolve reference "${app}": ${app}: not found`,
		),
		event(
			`Failed to pull image "${redis}": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/redis/manifests/sha256:aaaa: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
		),
	];
	it("f07", () => {
		assert.equal(before132(app, events, [app, redis]).cause, "not-found");
		assert.equal(before132(redis, events, [app, redis]).cause, "rate-limit");
	});
	it("an event of another container is about no image of this one", () => {
		const other = event("toomanyrequests", { container: "cache" });
		assert.equal(before132(app, [other]).cause, "unknown");
		const own = event("toomanyrequests", { container: "web" });
		assert.equal(before132(app, [own]).cause, "rate-limit");
	});
	it("nor is one that names another image of the pod's", () =>
		assert.equal(
			before132(app, events.slice(1), [app, redis]).cause,
			"unknown",
		));
	it("the newest is the one that counts, and tells when it was", () => {
		const old = event(`Failed to pull image "${app}": unauthorized`, { at: 1 });
		const now = event(`Failed to pull image "${app}": ${app}: not found`, {
			at: 2,
		});
		const undated = event(`Failed to pull image "${app}": toomanyrequests`);
		for (const events of [
			[old, now, undated],
			[undated, now, old],
			[undated, old, now],
		]) {
			const { cause, at } = before132(app, events);
			assert.deepEqual([cause, at], ["not-found", 2]);
		}
	});
});

describe("M8: what is named as what it is", () => {
	it("f08: a web page", () => {
		const image = "victoriametrics/victoria-metrics:v1.76.1";
		assert.equal(
			since132(
				image,
				`ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/${image}": failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:04a7: not found`,
			).cause,
			"web-page",
		);
	});
	const hosts: [what: string, words: string, asked: unknown][] = [
		[
			"f09: the host of the blobs",
			'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://docker-images-prod.0000.r2.cloudflarestorage.com/registry-v2/docker/registry/v2/blobs/sha256/66/data": read tcp 10.0.0.1:58158->192.0.2.1:443: read: connection reset by peer',
			{
				host: "docker-images-prod.0000.r2.cloudflarestorage.com",
				role: "blob-host",
			},
		],
		[
			"a mirror",
			'failed to do request: Head "https://mirror.corp.example:8443/v2/a/manifests/1?ns=r.io": dial tcp: lookup mirror.corp.example: no such host',
			{ host: "mirror.corp.example:8443", role: "mirror" },
		],
		[
			"a token server",
			'failed to authorize: failed to fetch anonymous token: Get "https://auth.r.io/token?scope=repository%3Aa%3Apull&service=r.io": dial tcp 192.0.2.1:443: i/o timeout',
			{ host: "auth.r.io", role: "token-server" },
		],
		[
			"the last of several",
			'trying: Get "https://mirror.example/v2/": EOF; Get "https://r.io/v2/": dial tcp 192.0.2.1:443: i/o timeout',
			undefined,
		],
		[
			"the registry itself, with the port that https has",
			'failed to do request: Get "https://r.io:443/v2/": connection refused',
			undefined,
		],
		...["Get", "Head", "Post", "Put"].map((verb): [string, string, unknown] => [
			verb,
			`${verb} "http://mirror.example/v2/": EOF`,
			{ host: "mirror.example", role: "mirror" },
		]),
		[
			"a request",
			"unexpected status from HEAD request to https://mirror.example/a?ns=r.io: 500 Internal Server Error",
			{ host: "mirror.example", role: "mirror" },
		],
		[
			"a status, of a host alone",
			"unexpected status code https://x: 500 Internal Server Error",
			{ host: "x", role: "blob-host" },
		],
		...["token", "auth/", "x?service=r.io", "x?scope=a"].map(
			(path): [string, string, unknown] => [
				`a token server's ${path}`,
				`Get "https://auth.r.io/${path}": EOF`,
				{ host: "auth.r.io", role: "token-server" },
			],
		),
		[
			"what only begins with a token",
			'Get "https://cdn.r.io/token/x": EOF',
			{ host: "cdn.r.io", role: "blob-host" },
		],
		...["done.fix;$(id)`id`", "a".repeat(300), "-x.io"].map(
			(host): [string, string, unknown] => [
				`what is no host: ${host.slice(0, 20)}`,
				`Get "https://${host}/token?service=r.io": EOF`,
				undefined,
			],
		),
		[
			"an address that nobody asked",
			"toomanyrequests: see https://www.docker.com/increase-rate-limit",
			undefined,
		],
	];
	for (const [what, words, asked] of hosts)
		it(what, () =>
			assert.deepEqual(
				since132("r.io/a:1", `ErrImagePull: ${words}`).asked,
				asked,
			),
		);
	const own: [image: string, address: string][] = [
		["r.io:443/a", "https://r.io/v2/"],
		["r.io:80/a", "http://r.io/v2/"],
		["r.io:80/a", "https://r.io:80/v2/"],
		["R.io:5000/a", "https://r.io:5000/v2/"],
		["R.io/a", "https://r.io/v2/"],
		["a", "https://registry-1.docker.io/v2/"],
		["a", "https://index.docker.io/v2/"],
		["a", "https://docker.io/v2/"],
		["UPPER", "https://r.io/v2/"],
	];
	for (const [image, address] of own)
		it(`${image}'s own registry: ${address}`, () =>
			assert.equal(
				since132(image, `ErrImagePull: Get "${address}": EOF`).asked,
				undefined,
			));
	it("f10: the sandbox image", () => {
		const report = sandboxReport([
			event(
				'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "rancher/mirrored-pause:3.6": failed to pull image "rancher/mirrored-pause:3.6": failed to resolve reference "docker.io/rancher/mirrored-pause:3.6": unexpected status from HEAD request to https://registry-1.docker.io/v2/rancher/mirrored-pause/manifests/3.6: 401 Unauthorized',
				{ reason: "FailedCreatePodSandBox" },
			),
		]);
		assert.deepEqual(
			[report?.image, report?.cause],
			["rancher/mirrored-pause:3.6", "rejected"],
		);
		const sandbox = (message: string, at?: number) =>
			event(`Failed to create pod sandbox: ${message}`, {
				reason: "FailedCreatePodSandBox",
				at,
			});
		for (const frame of [
			"failed to get sandbox image",
			"failed to pull image",
			"failed to pull sandbox image",
		])
			assert.deepEqual(
				sandboxReport([
					sandbox('failed to pull image "old": odd'),
					sandbox(
						`${frame} "r.io/pause:1": Get "https://m.io/v2/": unauthorized`,
						2,
					),
					sandbox('failed to pull image "older": odd', 1),
					event('failed to pull image "newer": odd', { at: 3 }),
				]),
				{
					image: "r.io/pause:1",
					cause: "unauthorized",
					words: `${frame === "failed to pull sandbox image" ? `${frame} "r.io/pause:1": ` : ""}Get "https://m.io/v2/": unauthorized`,
					asked: { host: "m.io", role: "mirror" },
					at: 2,
				},
			);
		for (const [said, image, cause, words] of [
			// CRI-O: https://github.com/kubernetes/kubernetes/issues/93386
			[
				'rpc error: code = Unknown desc = error creating pod sandbox with name "k8s_nginx_default_0": Error initializing source docker://k8s.gcr.io/pause:3.2: error pinging docker registry k8s.gcr.io: Get https://k8s.gcr.io/v2/: dial tcp 74.125.203.82:443: i/o timeout',
				"k8s.gcr.io/pause:3.2",
				"unreachable",
				"Error initializing source docker://k8s.gcr.io/pause:3.2: error pinging docker registry k8s.gcr.io: Get https://k8s.gcr.io/v2/: dial tcp 74.125.203.82:443: i/o timeout",
			],
			[
				'error creating pod sandbox with name "k8s_a_0": initializing source docker://r.io:5000/pause:3.9: reading manifest 3.9 in r.io:5000/pause: unauthorized: authentication required',
				"r.io:5000/pause:3.9",
				"unauthorized",
				"initializing source docker://r.io:5000/pause:3.9: reading manifest 3.9 in r.io:5000/pause: unauthorized: authentication required",
			],
			// docker: https://github.com/opsnull/follow-me-install-kubernetes-cluster/issues/639
			[
				'rpc error: code = Unknown desc = failed pulling image "r.io/pause:3.1": Error response from daemon: pull access denied for r.io/pause',
				"r.io/pause:3.1",
				"denied",
				'failed pulling image "r.io/pause:3.1": Error response from daemon: pull access denied for r.io/pause',
			],
		]) {
			const found = sandboxReport([sandbox(said ?? "")]);
			assert.deepEqual(
				[found?.image, found?.cause, found?.words],
				[image, cause, words],
			);
		}
		assert.equal(
			sandboxReport([
				event("Failed to create pod sandbox: no network plugin", {
					reason: "FailedCreatePodSandBox",
				}),
			]),
			undefined,
		);
	});
});

describe("L1: a name that reads like a status", () => {
	const rows: [image: string, words: string, cause: string][] = [
		[
			"registry.example.org/app:401",
			'failed to pull and unpack image "registry.example.org/app:401": failed to resolve reference "registry.example.org/app:401": unexpected status from HEAD request to https://registry.example.org/v2/app/manifests/401: 503 Service Unavailable',
			"registry-error",
		],
		[
			"r.io/app:401",
			"failed to resolve: unexpected status code [manifests 401]: 503 Service Unavailable",
			"registry-error",
		],
		[
			"r.io/app:401",
			"reading manifest 401 in r.io/app: received unexpected HTTP status: 502 Bad Gateway",
			"registry-error",
		],
		[
			"r.io/unauthorized:1",
			"manifest for r.io/unauthorized:1 not found: manifest unknown: manifest unknown",
			"not-found",
		],
		[
			"r.io/app:429",
			'failed to resolve reference "r.io/app:429": unexpected status from HEAD request to https://r.io/v2/app/manifests/429: 500 Internal Server Error',
			"registry-error",
		],
		[
			"r.io/app:1",
			"unexpected status from HEAD request to https://r.io/v2/app/manifests/1: 401 Unauthorized",
			"rejected",
		],
		...[
			"reading manifest unauthorized in m.io:5000/unauthorized: EOF, reading manifest unauthorized in m.io/app: EOF",
			"reading manifest 1 in m.io/unauthorized failed: EOF",
			"EOF reading manifest 1 in m.io/unauthorized",
			'failed to pull image "m.io/unauthorized:1": failed to resolve reference "m.io/unauthorized:1": EOF',
			'pull image "m.io/unauthorized", resolve image "m.io/unauthorized": EOF',
			"Get http://m.io/unauthorized: EOF, Get https://m.io/unauthorized: EOF",
			"[manifests unauthorized]: EOF, [manifests unauthorized]: EOF",
		].map((words): [string, string, string] => [
			"r.io/app:1",
			words,
			"interrupted",
		]),
		...[
			["team/unauthorized", "team/unauthorized, team/unauthorized"],
			["team/unauthorized", "docker.io/team/unauthorized"],
			["docker.io/app:unauthorized", "docker.io/library/app:unauthorized"],
			["docker.io/app:unauthorized", "library/app:unauthorized"],
		].map(([image = "", words]): [string, string, string] => [
			image,
			`odd: ${words}`,
			"unknown",
		]),
	];
	for (const [image, words, cause] of rows)
		it(`${image}: ${cause}: ${words.slice(0, 60)}`, () =>
			assert.equal(since132(image, `ErrImagePull: ${words}`).cause, cause));
});

it("an event tells its container and its time", () => {
	const base = {
		metadata: {},
		reason: "Failed",
		message: "m",
		involvedObject: {
			kind: "Pod",
			namespace: "n",
			name: "web",
			fieldPath: "spec.initContainers{init}",
		},
	};
	assert.deepEqual(
		pullEvent({ ...base, lastTimestamp: "1970-01-01T00:00:02Z" }),
		{
			pod: "n/web",
			reason: "Failed",
			message: "m",
			container: "init",
			at: 2000,
		},
	);
	assert.equal(
		pullEvent({
			...base,
			series: { lastObservedTime: "1970-01-01T00:00:03.5Z" },
		})?.at,
		3500,
	);
	assert.equal(pullEvent(base)?.at, undefined);
	assert.equal(
		pullEvent({ ...base, eventTime: "1970-01-01T00:00:04Z" })?.at,
		4000,
	);
	assert.equal(
		pullEvent({
			...base,
			metadata: { creationTimestamp: "1970-01-01T00:00:05Z" },
		})?.at,
		5000,
	);
	for (const reason of [
		"FailedSync",
		"BackOff",
		"InspectFailed",
		"ErrImageNeverPull",
		"FailedToRetrieveImagePullSecret",
		"FailedCreatePodSandBox",
	])
		assert.equal(pullEvent({ ...base, reason })?.reason, reason);
	assert.equal(pullEvent({ ...base, reason: "Killing" }), undefined);
	const about = (involvedObject: object) =>
		pullEvent({
			...base,
			involvedObject: { ...base.involvedObject, ...involvedObject },
		});
	assert.equal(about({ kind: "Job" }), undefined);
	for (const fieldPath of [
		undefined,
		"",
		"spec-initContainers{init}",
		"x.spec.initContainers{init}",
		"spec.initContainers{init}.x",
	])
		assert.equal(about({ fieldPath })?.container, "", `${fieldPath}`);
});

it("of any text, however long, some words on one line", () => {
	const assertShort = ({ words }: { words: string }) => {
		assert.ok(words.length <= 300, words);
		assert.doesNotMatch(words, /[\r\n]/);
	};
	const text = fc.oneof(
		fc.string({ unit: "binary" }),
		fc.constantFrom("a word\n", "Bearer A1b2C3d4\r", "\u2028", ": "),
	);
	fc.assert(
		fc.property(text, fc.string(), fc.nat(300), (text, image, times) => {
			assertShort(since132(image, text.repeat(times)));
			assertShort(before132(image, [event(text.repeat(times))]));
		}),
	);
	for (const part of [
		"https://",
		'image "',
		"[manifests ",
		"manifest ",
		"password=A1",
		"eyJhbGciOi.",
		"A1b2C3d4".repeat(6),
		"failed to fetch anonymous token: ",
		"403 Forbidden",
		"unexpected status ",
		"failed to fetch oauth token: ",
		'secret "',
		"x509: certificate is valid for ",
	])
		assertShort(since132("r.io/a:1", part.repeat(2000)));
});

it("the images and events of a pod are looked at once, however many of its containers wait", () => {
	let looked = 0;
	const counted = <T>(values: T[]): T[] =>
		new Proxy(values, {
			get(target, key, receiver) {
				if (typeof key === "string" && /^\d+$/.test(key)) looked++;
				return Reflect.get(target, key, receiver);
			},
		});
	const images = Array.from({ length: 100 }, (_, at) => `r${at}.io/x:1`);
	const theirs = counted(images);
	const events = counted(
		images.map((image) =>
			event(`failed to pull image "${image}": 401 Unauthorized`),
		),
	);
	for (const image of images) {
		const { image: about, cause } = readPull(
			{ container: "c", image, reason: "ErrImagePull", message: "" },
			events,
			theirs,
			[],
		);
		assert.deepEqual([about, cause], [image, "unauthorized"]);
	}
	assert.ok(looked <= 2 * (images.length + events.length), `${looked}`);
});
