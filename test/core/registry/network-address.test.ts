import assert from "node:assert/strict";
import { test } from "node:test";
import {
	isInsideName,
	isLoopbackHost,
	isPrivateHost,
} from "../../../src/core/registry/network-address.ts";

const HOSTS: readonly [
	host: string,
	where: "loopback" | "private" | "public",
][] = [
	["localhost", "loopback"],
	["registry.localhost", "loopback"],
	["127.0.0.1", "loopback"],
	["127.255.0.3", "loopback"],
	["0x7f.1", "loopback"],
	["2130706433", "loopback"],
	["[::1]", "loopback"],
	["[::ffff:127.0.0.1]", "loopback"],
	["[64:ff9b::7f00:1]", "loopback"],
	["0.0.0.0", "private"],
	["10.1.2.3", "private"],
	["100.64.0.1", "private"],
	["100.127.255.255", "private"],
	["100.128.0.1", "public"],
	["169.254.169.254", "private"],
	["172.16.0.1", "private"],
	["172.31.9.9", "private"],
	["172.32.0.1", "public"],
	["192.168.1.1", "private"],
	["192.169.1.1", "public"],
	["[::]", "private"],
	["[fd00::1]", "private"],
	["[fe80::1]", "private"],
	["[fec0::1]", "private"],
	["[::ffff:10.0.0.1]", "private"],
	["[64:ff9b::a00:1]", "private"],
	["[::ffff:8.8.8.8]", "public"],
	["[2606:4700::1111]", "public"],
	["8.8.8.8", "public"],
	["localhost.", "loopback"],
	["registry.localhost.", "loopback"],
	["127.0.0.1.", "loopback"],
	["10.0.0.1.", "private"],
	["192.0.0.0", "private"],
	["192.0.0.192", "private"],
	["192.0.1.1", "public"],
	["192.0.2.1", "public"],
	["198.18.0.1", "private"],
	["198.19.255.255", "private"],
	["198.17.255.255", "public"],
	["198.20.0.1", "public"],
	["223.255.255.255", "public"],
	["224.0.0.1", "private"],
	["239.255.255.255", "private"],
	["240.0.0.1", "private"],
	["255.255.255.255", "private"],
	["[2002:a00:1::]", "private"],
	["[2002:808:808::]", "private"],
	["[2001::1]", "private"],
	["[2001:4860:4860::8888]", "public"],
	["[64:ff9b:1::a00:1]", "private"],
	["[64:ff9b:1::808:808]", "private"],
	["[64:ff9b::808:808]", "public"],
	["[::a00:1]", "private"],
	["[::808:808]", "private"],
	["[::ffff:0:808:808]", "private"],
	["[ff02::1]", "private"],
	["[febf:ffff::1]", "private"],
	["[100::1]", "private"],
	["[4000::1]", "private"],
	["[3fff:ffff::1]", "public"],
	["[::2]", "private"],
	["[::ffff:224.0.0.1]", "private"],
	["registry.example.com", "public"],
	["localhost.example.com", "public"],
	["notlocalhost", "public"],
	["10.example.com", "public"],
	["fd00.example.com", "public"],
];

for (const [written, where] of HOSTS)
	test(`${written} is ${where}`, () => {
		const host = new URL(`https://${written}/`).hostname;
		assert.equal(isLoopbackHost(host), where === "loopback");
		assert.equal(isPrivateHost(host), where !== "public");
	});

// As names are looked up, not as they stand in a URL.
for (const [address, isPrivate] of [
	["fe80::1%eth0", true],
	["2606:4700::1111%eth0", false],
	["::ffff:192.168.1.1", true],
	["::ffff:8.8.8.8", false],
	["2606:4700::1111", false],
	["fd00:1:2:3:4:5:6:7", true],
	["64:ff9b::10.0.0.1", true],
] as const)
	test(`${address} is ${isPrivate ? "private" : "public"}`, () =>
		assert.equal(isPrivateHost(address), isPrivate));

test("letter case is none of an address", () => {
	assert.ok(isLoopbackHost("LocalHost"));
	assert.ok(isPrivateHost("[FD00::1]"));
});

for (const [name, isInside] of [
	["vault", true],
	["vault.corp.internal", true],
	["vault.corp.internal.", true],
	["Vault.CORP.Internal", true],
	["printer.local", true],
	["router.home.arpa", true],
	["nas.lan", true],
	...["localdomain", "home", "corp", "intranet", "private"].map(
		(domain) => [`Registry.${domain}`, true] as const,
	),
	["auth.docker.io", false],
	["internal.example.com", false],
	["10.0.0.1", false],
	["[::1]", false],
] as const)
	test(`${name} ${isInside ? "is a" : "is no"} name of the inside`, () =>
		assert.equal(isInsideName(name), isInside));
