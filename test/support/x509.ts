import "reflect-metadata";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import type * as X509 from "@peculiar/x509";

/**
 * The library in one file, as it is made for browsers: its other build is a hundred files, 0.4 s for every process that
 * makes a certificate.
 */
const file = createRequire(import.meta.url).resolve(
	"@peculiar/x509/build/x509.js",
);

export const x509: typeof X509 = compileFunction(
	`${readFileSync(file, "utf8")}\nreturn x509;`,
	[],
	{ filename: file },
)();
