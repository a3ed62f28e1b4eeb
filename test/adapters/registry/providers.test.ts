import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { credentialFrom } from "../../../src/adapters/registry/providers.ts";
import { pluginAnswer, writeProgram } from "../../support/kubelet-plugin.ts";
import { notPosix } from "../../support/posix.ts";

describe("a provider is asked for the registry", { skip: notPosix }, () => {
	let bin: string;
	before(async () => {
		bin = await mkdtemp(join(tmpdir(), "meshreg-providers-"));
		await writeProgram(
			join(bin, "docker-credential-mine"),
			`read server; printf '{"Username":"u","Secret":"%s"}' "$server"`,
		);
		await writeProgram(
			join(bin, "plugin"),
			`printf '%s' '${pluginAnswer({ "r.example": { username: "u", password: "r" }, "docker.io": { username: "u", password: "hub" } })}'`,
		);
	});
	after(() => rm(bin, { recursive: true }));

	for (const [key, server, password] of [
		["r.example", "r.example", "r"],
		["https://r.example", "r.example", "r"],
		["http://R.example/v2/", "r.example", "r"],
		["r.example/team", "r.example/team", "r"],
		["docker.io", "https://index.docker.io/v1/", "hub"],
	] as const)
		test(`whose entry is spelled ${key}`, async () => {
			const around = {
				env: { PATH: `${bin}:${process.env.PATH}` },
				interrupt: new AbortController().signal,
			};
			for (const [provider, expected] of [
				[{ by: "helper", name: "mine" }, server],
				[{ by: "plugin", path: "plugin" }, password],
			] as const) {
				const answer = await credentialFrom(provider, [], key, around);
				assert.equal(answer.credential.reveal(), expected);
			}
		});
});
