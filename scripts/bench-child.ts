/** The command line as it is, saying at its end how much memory it had at most, in KiB. */
process.on("exit", () => {
	process.stderr.write(`maxRSS ${process.resourceUsage().maxRSS}\n`);
});
await import("../src/main.ts");
