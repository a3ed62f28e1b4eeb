import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { platform } from "node:os";

/** The part of `process` that makes a handle of libuv; a Node that has it no more is left in peace. */
export interface Handles {
	binding?(name: "tcp_wrap"): {
		readonly TCP: new (type: number) => { open(fd: number): number };
		readonly constants: { readonly SOCKET: number };
	};
}

/**
 * Calls `gone` when nobody reads the pipe any more of which `fd` is the write end. A write would
 * tell it too (EPIPE), but a watch may have nothing to write for hours. poll(2) reports POLLERR on
 * such an end to whoever waits for it to become readable, which Node does for no pipe that is open
 * for writing only, but does for a TCP handle, whatever it was opened on. The handle has a write end
 * of its own, and keeps no process alive. For what is no pipe, and on systems where this is not
 * known to hold, nothing is called.
 */
export function onReaderGone(
	fd: number,
	process: Handles,
	gone: () => void,
): void {
	if (platform() !== "linux" || process.binding === undefined) return;
	let own: number;
	try {
		if (!fstatSync(fd).isFIFO()) return;
		// Without O_NONBLOCK, a named pipe that has lost its reader would wait here for another.
		own = openSync(
			`/proc/self/fd/${fd}`,
			constants.O_WRONLY | constants.O_NONBLOCK,
		);
	} catch {
		return;
	}
	const { TCP, constants: types } = process.binding("tcp_wrap");
	const handle = new TCP(types.SOCKET);
	if (handle.open(own) !== 0) {
		closeSync(own);
		return;
	}
	// Given a handle, a socket reads from it: https://github.com/nodejs/node/blob/v26.x/lib/net.js
	const options: object = { handle, readable: true, writable: false };
	new Socket(options).once("error", gone).resume().unref();
}
