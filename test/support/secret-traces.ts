import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

/** Finds a secret, of ten characters at least, in any form in which it may get out. */
export class SecretTraces {
	readonly #forms: readonly (readonly [name: string, text: string])[];

	constructor(secret: string) {
		const bytes = Buffer.from(secret, "utf8");
		this.#forms = [
			["raw", secret],
			["escaped for JSON", JSON.stringify(secret).slice(1, -1)],
			["percent-encoded", encodeURIComponent(secret)],
			["form-encoded", new URLSearchParams({ p: secret }).toString().slice(2)],
			...[0, 1, 2].flatMap((offset) => [
				[`base64 at ${offset}`, base64Within(bytes, offset)] as const,
				// In a Secret's data, `auth` is base64 of base64.
				...[0, 1, 2].map(
					(outer) =>
						[
							`base64 at ${offset}, twice, at ${outer}`,
							base64Within(Buffer.from(base64Within(bytes, offset)), outer),
						] as const,
				),
			]),
		];
	}

	/** The names of the forms that a text holds; both alphabets of base64 count. */
	in(text: string): string[] {
		const standard = text.replaceAll("-", "+").replaceAll("_", "/");
		return this.#forms
			.filter(([, form]) => text.includes(form) || standard.includes(form))
			.map(([name]) => name);
	}

	/**
	 * The processes of this machine that hold it in their arguments or environment,
	 * as `PID cmdline: form`. Empty where there is no /proc.
	 */
	inProcesses(): string[] {
		return processIds().flatMap((pid) =>
			["cmdline", "environ"].flatMap((file) =>
				this.in(readProc(pid, file)).map((form) => `${pid} ${file}: ${form}`),
			),
		);
	}
}

/** Fails where a text shows a secret in any of those forms, or says nothing at all. */
export function assertHides(text: string, secret: string): void {
	assert.notEqual(text, "");
	assert.deepEqual(new SecretTraces(secret).in(text), [], text);
}

/** Why the process table cannot be searched here; false where it can. */
export const noProcessTable: string | false =
	processIds().length === 0 && "there is no /proc to search";

function processIds(): string[] {
	try {
		return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
	} catch {
		return [];
	}
}

/** A process may be gone by now, or somebody else's. */
function readProc(pid: string, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, "utf8");
	} catch {
		return "";
	}
}

/** What base64 makes of bytes that stand `offset` bytes into a longer text: without the characters that depend on the neighbours. */
function base64Within(bytes: Buffer, offset: number): string {
	const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
	const whole = Math.floor(shifted.length / 3) * 3;
	return shifted
		.subarray(0, whole)
		.toString("base64")
		.slice(offset === 0 ? 0 : 4);
}
