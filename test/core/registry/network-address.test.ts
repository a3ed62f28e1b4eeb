import assert from "node:assert/strict";
import { test } from "node:test";
import {
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
	["registry.example.com", "public"],
	["localhost.example.com", "public"],
	["10.example.com", "public"],
	["fd00.example.com", "public"],
];

for (const [written, where] of HOSTS)
	test(`${written} is ${where}`, () => {
		const host = new URL(`https://${written}/`).hostname;
		assert.equal(isLoopbackHost(host), where === "loopback");
		assert.equal(isPrivateHost(host), where !== "public");
	});
