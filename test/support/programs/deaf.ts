/** Says that it has begun, and works without end; nothing but the system hears a signal. */
import { writeSync } from "node:fs";
import process from "node:process";
import { interruptOn } from "../../../src/adapters/terminal/signals.ts";

interruptOn(process).unheard(() => {
	writeSync(1, "begun");
	for (;;);
});
