import { BareClient, type BareEvent } from "../scale/bare-client.ts";

export const NAME = "nginx-mesh-registry-key";
const SOURCE = "nginx-mesh";
/** Milliseconds. */
const PATIENCE = 120_000;
const NAMED = `fieldSelector=metadata.name%3D${NAME}`;

/** A source, namespaces, and a bare client that sees what becomes of the copies. */
export class Stage {
	/** The copies' content by namespace, as the watch has told it; the source is not among them. */
	readonly copies = new Map<string, string>();
	/** Watch events about Secrets of the name so far. */
	events = 0;
	/** The source's content. */
	content = "";
	readonly #waiting = new Map<string, (at: number) => void>();
	#lost: string | undefined;

	private constructor(readonly client: BareClient) {}

	/** Makes the source on an empty server, and watches from then on. */
	static async set(kubeconfig: string): Promise<Stage> {
		const stage = new Stage(new BareClient(kubeconfig));
		await stage.namespaces([SOURCE]);
		stage.content = contentOf("0");
		await stage.client.send("POST", `/api/v1/namespaces/${SOURCE}/secrets`, {
			metadata: { name: NAME, labels: { usage: NAME } },
			type: "kubernetes.io/dockerconfigjson",
			data: { ".dockerconfigjson": stage.content },
		});
		await stage.client.follow(
			`/api/v1/secrets?${NAMED}`,
			(event) => stage.#tell(event),
			(why) => {
				stage.#lost ??= why;
			},
		);
		return stage;
	}

	async namespaces(
		names: readonly string[],
		labels: Readonly<Record<string, string>> = {},
	): Promise<void> {
		await this.client.each(names, (name) =>
			this.client.send("POST", "/api/v1/namespaces", {
				metadata: { name, labels },
			}),
		);
	}

	/** Gives a namespace a label, or with null takes it away. */
	label(namespace: string, key: string, value: string | null): Promise<string> {
		return this.client.send("PATCH", `/api/v1/namespaces/${namespace}`, {
			metadata: { labels: { [key]: value } },
		});
	}

	/** Somebody changes what a copy says. */
	edit(namespace: string, password = "drifted"): Promise<string> {
		return this.client.send("PATCH", secretIn(namespace), {
			data: { ".dockerconfigjson": contentOf(password) },
		});
	}

	remove(namespace: string): Promise<string> {
		return this.client.send("DELETE", secretIn(namespace));
	}

	/** Another password in the source. */
	async rotate(password: string): Promise<void> {
		this.content = contentOf(password);
		await this.client.send("PATCH", secretIn(SOURCE), {
			data: { ".dockerconfigjson": this.content },
		});
	}

	/**
	 * When (`performance.now`) the next event tells of a right copy there; to be called before what
	 * makes it wrong. Rejects when that takes two minutes.
	 */
	right(namespace: string): Promise<number> {
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => {
				const last = this.copies.get(namespace) ?? "nothing";
				reject(new Error(`no right copy in ${namespace}: ${last}`));
			}, PATIENCE);
			this.#waiting.set(namespace, (at) => {
				clearTimeout(late);
				resolve(at);
			});
		});
	}

	/** Resolves when it holds of the stage. Rejects when that takes two minutes. */
	async until(holds: () => boolean): Promise<void> {
		const late = performance.now() + PATIENCE;
		while (!holds()) {
			if (performance.now() > late) throw new Error("it does not come");
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
	}

	/** The namespaces of all copies on the server, asked anew: those equal to the source, and those that are not. */
	async look(): Promise<{ equal: string[]; other: string[] }> {
		const { items } = JSON.parse(
			await this.client.send("GET", `/api/v1/secrets?${NAMED}`),
		) as { items: BareEvent["object"][] };
		const equal: string[] = [];
		const other: string[] = [];
		for (const { metadata, data } of items) {
			const { namespace = "" } = metadata;
			if (namespace === SOURCE) continue;
			const same = data?.[".dockerconfigjson"] === this.content;
			(same ? equal : other).push(namespace);
		}
		return { equal, other };
	}

	/** Throws where the stage has not seen everything. */
	check(): void {
		if (this.#lost !== undefined)
			throw new Error(`the bench's own watch broke: ${this.#lost}`);
	}

	#tell({ type, object }: BareEvent): void {
		const at = performance.now();
		const { namespace = "" } = object.metadata;
		this.events++;
		if (namespace === SOURCE) return;
		const content = object.data?.[".dockerconfigjson"] ?? "";
		if (type === "DELETED") this.copies.delete(namespace);
		else {
			this.copies.set(namespace, content);
			if (content !== this.content) return;
			this.#waiting.get(namespace)?.(at);
			this.#waiting.delete(namespace);
		}
	}
}

function secretIn(namespace: string): string {
	return `/api/v1/namespaces/${namespace}/secrets/${NAME}`;
}

/** A docker config in base64, as the program writes it: a copy has the bytes of its source. */
function contentOf(password: string): string {
	const auth = btoa(`mesh:${password}`);
	const entry = { username: "mesh", password, auth };
	return btoa(JSON.stringify({ auths: { "registry.example.com": entry } }));
}

/** `scale-00000` and so on. */
export function names(from: number, to: number): string[] {
	return Array.from(
		{ length: to - from },
		(_, index) => `scale-${String(from + index).padStart(5, "0")}`,
	);
}
