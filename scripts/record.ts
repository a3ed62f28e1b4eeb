/** `npm run record`: docs/session.svg, README's picture of a session, from a real one. */
import { writeFile } from "node:fs/promises";
import { recordSession } from "./record/session.ts";
import { svgOf } from "./record/svg.ts";

const frames = await recordSession(AbortSignal.timeout(120_000));
await writeFile("docs/session.svg", svgOf(frames));
