import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { createGunzip } from "node:zlib";

/** What a watch tells, as far as the benches care. */
export interface BareEvent {
	readonly type: string;
	readonly object: {
		readonly metadata: {
			readonly name: string;
			readonly namespace?: string;
			readonly resourceVersion: string;
		};
		readonly data?: Readonly<Record<string, string>>;
		readonly message?: string;
	};
}

/** Streams at once for many requests. */
const STREAMS = 64;

/**
 * One HTTP/2 connection to an API server and nothing else: no retries, no limits. It asks for gzip, as
 * kubectl and this program do: an answer that needs no packing would be another, and cheaper for both ends.
 * Shares no code with src.
 */
export class BareClient {
	readonly #session: ClientHttp2Session;

	/** As the user of a kubeconfig that holds everything itself. */
	constructor(kubeconfig: string) {
		const config = readFileSync(kubeconfig, "utf8");
		const field = (name: string): string =>
			new RegExp(`\\b${name}: "?([^"\\s]+)`).exec(config)?.[1] ?? "";
		const pem = (name: string): Buffer => Buffer.from(field(name), "base64");
		this.#session = connect(field("server"), {
			ca: pem("certificate-authority-data"),
			cert: pem("client-certificate-data"),
			key: pem("client-key-data"),
		});
	}

	/** The answer's text. Rejects with it where it is an error. A patch is a merge patch. */
	send(
		method: string,
		path: string,
		body?: object,
		accept = "application/json",
	): Promise<string> {
		return new Promise((resolve, reject) => {
			const stream = this.#session.request({
				":method": method,
				":path": path,
				accept,
				"accept-encoding": "gzip",
				"content-type":
					method === "PATCH"
						? "application/merge-patch+json"
						: "application/json",
			});
			let answer = "";
			stream.on("error", reject);
			stream.on("response", (headers) => {
				const status = Number(headers[":status"]);
				const isPacked = headers["content-encoding"] === "gzip";
				const body = isPacked ? stream.pipe(createGunzip()) : stream;
				body.setEncoding("utf8");
				body.on("data", (chunk) => {
					answer += chunk;
				});
				body.on("error", reject);
				body.on("end", () => {
					if (status < 300) resolve(answer);
					else reject(new Error(`${method} ${path}: ${status} ${answer}`));
				});
			});
			stream.end(body === undefined ? undefined : JSON.stringify(body));
		});
	}

	/** The same for many, so many at once as are quickest. */
	async each<Item>(
		items: readonly Item[],
		act: (item: Item) => Promise<unknown>,
	): Promise<void> {
		const left = [...items].reverse();
		const worker = async (): Promise<void> => {
			for (let item = left.pop(); item !== undefined; item = left.pop())
				await act(item);
		};
		await Promise.all(Array.from({ length: STREAMS }, worker));
	}

	/**
	 * Tells every event of a path, from now on until the connection is closed. The server ends a
	 * watch when it cannot send fast enough: it is taken up where it was. `lost`: it cannot be.
	 */
	async follow(
		path: string,
		tell: (event: BareEvent) => void,
		lost: (why: string) => void,
	): Promise<void> {
		const query = path.includes("?") ? "&" : "?";
		const list = JSON.parse(await this.send("GET", `${path}${query}limit=1`));
		let version: string = list.metadata.resourceVersion;
		const watch = (): Promise<void> => {
			const stream = this.#session.request({
				":path": `${path}${query}watch=1&resourceVersion=${version}&timeoutSeconds=3600`,
			});
			let rest = "";
			stream.setEncoding("utf8");
			stream.on("data", (chunk: string) => {
				const lines = (rest + chunk).split("\n");
				rest = lines.pop() ?? "";
				for (const line of lines) {
					const event: BareEvent = JSON.parse(line);
					if (event.type === "ERROR") return lost(event.object.message ?? line);
					version = event.object.metadata.resourceVersion;
					tell(event);
				}
			});
			stream.on("error", (error) => lost(error.message));
			stream.on("end", () => {
				if (!this.#session.destroyed) void watch();
			});
			return new Promise((resolve) => stream.once("response", () => resolve()));
		};
		await watch();
	}

	close(): void {
		this.#session.destroy();
	}
}
