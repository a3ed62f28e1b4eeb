import type { Output, Outside } from "../../../world.ts";

/** The parts of the world that a connection to a cluster uses. */
export interface ConnectContext
	extends Pick<Outside, "env" | "files" | "clock" | "interrupt"> {
	/** Warnings of the server, lines of -v, what exec plugins say. */
	readonly err: Output;
	/** Is told of warnings of the server instead. */
	readonly serverSaid?: ((said: string) => void) | undefined;
	/** Stdin is a terminal that nobody else reads: exec plugins may ask there. */
	readonly interactive: boolean;
}
