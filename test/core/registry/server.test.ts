import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	apiHostOf,
	DOCKER_HUB_KEY,
	displayHost,
	parseRegistryServer,
	registryNamed,
	registryOf,
} from "../../../src/core/registry/server.ts";

describe("a registry as a person names it", () => {
	const LONGEST = `${"a".repeat(63)}.`.repeat(3) + "a".repeat(61);
	const ROWS: [value: string, key: string, given?: string][] = [
		["r.example", "r.example"],
		[" https://r.example:5000/team/ ", "r.example:5000", "r.example:5000/team"],
		["HTTP://R.Example//", "r.example", "R.Example"],
		["r.example:1", "r.example:1"],
		["r.example:65535", "r.example:65535"],
		["r.example:0443", "r.example:443", "r.example:0443"],
		["[::1]:5000", "[::1]:5000"],
		["[FE80::1]", "[fe80::1]"],
		["r.example/a://b", "r.example"],
		["docker.io:4430", "docker.io:4430"],
		[LONGEST, LONGEST],
		["hub.docker.com", DOCKER_HUB_KEY],
		["registry-1.docker.io:443", DOCKER_HUB_KEY],
		["https://index.docker.io/v1/", DOCKER_HUB_KEY, "index.docker.io/v1"],
	];
	for (const [value, key, given = value] of ROWS)
		test(value.slice(0, 40), () => {
			const server = parseRegistryServer(value);
			assert.deepEqual(
				[server.key, server.given, server.spelled],
				[key, given, value.trim()],
			);
		});

	const HOST = "that is not a host name";
	const PORT = "the port must be a number from 1 to 65535";
	const FAULTS: [value: string, fault: string][] = [
		["", "the server is empty"],
		["https://", "the server is empty"],
		["FTP://r.example", "only https:// and http:// may stand before the host"],
		["u:p@r.example", "leave the user out of the address"],
		["r.example?x", "a query or fragment has no meaning here"],
		["r.example/x#y", "a query or fragment has no meaning here"],
		["r.example/a b", "no spaces, please"],
		["r.example/a\u0007", "no spaces, please"],
		["/x", "the host is missing"],
		[":5000", "the host is missing"],
		["r..example", HOST],
		["-r.example", HOST],
		["r_x.example", HOST],
		[`${"a".repeat(64)}.example`, HOST],
		[`${LONGEST}a`, HOST],
		["[::1", "the host is missing"],
		["[::1]x", "the host is missing"],
		["x[::1]:5000", "the host is missing"],
		["[1:2]", HOST],
		["r.example:", PORT],
		["r.example:0", PORT],
		["r.example:65536", PORT],
		["r.example:5o00", PORT],
		["r.example:5e3", PORT],
		["r.example:000443", PORT],
	];
	for (const [value, fault] of FAULTS)
		test(`${JSON.stringify(value).slice(0, 40)}: ${fault}`, () => {
			assert.throws(() => parseRegistryServer(value, ""), {
				name: "UsageError",
				message: `${fault}; give HOST or HOST:PORT`,
			});
		});
});

test("what to know of a registry's name is said", () => {
	for (const [value, ...causes] of [
		["r.example"],
		["R.Example", "registry-lower-case"],
		["Docker.IO"],
		["registry", "registry-single-word"],
		["Registry", "registry-lower-case", "registry-single-word"],
		["registry:5000"],
		["localhost"],
	] as const)
		assert.deepEqual(
			parseRegistryServer(value).warnings,
			causes.map((cause) => ({ cause, key: value.toLowerCase() })),
		);
});

test("a name in a docker config is a registry, unless it is narrower or none", () => {
	for (const [name, registry, whole = registry] of [
		["HTTPS://R.Example/v2/", "r.example"],
		["r.example/v1", "r.example"],
		["r.example/", "r.example"],
		["docker.io:443", DOCKER_HUB_KEY],
		["r.example/team", undefined, "r.example"],
		["docker.io/team", undefined, DOCKER_HUB_KEY],
		["*.example", undefined],
		["*.example/team", undefined],
	] as const) {
		assert.equal(registryNamed(name), registry, name);
		assert.equal(registryOf(name), whole, name);
	}
});

test("Docker Hub is asked at another host than its key names, and shown as docker.io", () => {
	assert.equal(apiHostOf(DOCKER_HUB_KEY), "registry-1.docker.io");
	assert.equal(displayHost(DOCKER_HUB_KEY), "docker.io");
	assert.equal(apiHostOf("r.example"), "r.example");
	assert.equal(displayHost("https://u:p@r.example"), "https://***@r.example");
});
