import { showProgress } from "../../actions/apply/show-progress.ts";
import {
	readAuthorities,
	type Trust,
} from "../../actions/credentials/registry-trust.ts";
import { inParallel, orderly } from "../../actions/in-parallel.ts";
import { partition } from "../../core/groups.ts";
import {
	manifestPlace,
	parseImageReference,
} from "../../core/kubelet/image-reference.ts";
import {
	type Keyring,
	lookUp,
	matchesOf,
	type PullSource,
	readKeyring,
} from "../../core/kubelet/keyring.ts";
import { type ListedImage, nameOf } from "../../core/meshes/listed-image.ts";
import { FailureError } from "../../core/output/failure.ts";
import { meshreg } from "../../core/output/shell.ts";
import {
	ImageChecker,
	type ImageFinding,
	type OfferedCredential,
	type WantedImage,
} from "../../core/registry/check-image.ts";
import { HostLimits } from "../../core/registry/host-limits.ts";
import type { Platform } from "../../core/registry/platform.ts";
import { apiHostOf } from "../../core/registry/server.ts";
import { Turns } from "../../core/turns.ts";
import type { RegistryClient, World } from "../../world.ts";

/** Registries that are asked at once; each has a limit of its own. */
const HOSTS_AT_ONCE = 16;
/** Images of one registry that are begun at once: enough to use what it lets through. */
const IMAGES_AT_ONCE = 16;
/** So long, in milliseconds, registries are asked in all that only pods name: a pod may name thousands that are slow. */
const STRANGERS_IN_ALL = 15 * 60_000;

interface ImageCheckOptions {
	/** What kubelets would pull with; undefined: without a credential. */
	readonly source: PullSource | undefined;
	/** For these the images have to be made; none: for whichever. */
	readonly platforms: readonly Platform[];
	readonly trust: Trust;
	/**
	 * The person at the command line chose the images. What else chose them chose their hosts: those are
	 * not asked at private addresses, and are sent no credential whose key has stars.
	 */
	readonly named: boolean;
	readonly quiet: boolean;
}

/** One image on its way to its registry. */
interface Errand {
	readonly at: number;
	readonly listed: ListedImage;
	readonly wanted: WantedImage;
	readonly offered: readonly OfferedCredential[];
	/** A kubelet would try one more, which is not for this host. */
	readonly withheld: boolean;
	/** Who wants it: the namespaces that name it, or whoever chose the images. */
	readonly owners: readonly string[];
}

/**
 * Asks each image's registry about it, and tells each finding in the order of the list. Throws
 * FailureError for a pull secret that kubelets cannot read, OperationError for a CA file that is none.
 */
export async function checkImages(
	images: readonly ListedImage[],
	options: ImageCheckOptions,
	world: World,
): Promise<ListedImage[]> {
	const keyring = keyringOf(options.source);
	const ca = await readAuthorities(options.trust, world);
	const client = await world.registry();
	const hosts = new Map<string, Errand[]>();
	for (const [at, listed] of images.entries()) {
		const { host, ...errand } = errandOf(listed, keyring, options);
		hosts.getOrInsert(host, []).push({ at, listed, ...errand });
	}
	// What only pods name takes no time from what the pull secret is for.
	const [ours, strangers] = partition([...hosts], ([, errands]) =>
		mayBeInside(errands, options),
	);
	let end: number | undefined;
	const isOver = (): boolean => {
		const now = world.clock.elapsed();
		end ??= now + STRANGERS_IN_ALL;
		return now >= end;
	};
	const told: ListedImage[] = [];
	const inOrder = orderly((image: ListedImage) => {
		told.push(image);
		world.emit({ type: "checked", image });
	});
	await showProgress(
		world,
		{ total: images.length, quiet: options.quiet, what: "images" },
		(done) => {
			const found = (at: number, image: ListedImage): void => {
				inOrder.add(at, image);
				done();
			};
			const how = { ...options, ca, client, isOver, world, found };
			const check = ([host, errands]: [string, Errand[]]) =>
				checkAt(host, errands, how);
			const inTurn = inTurns(strangers, ([, errands]) => errands, check);
			return inParallel(
				[...ours, ...strangers],
				(each, at) => (at < ours.length ? check(each) : inTurn()),
				HOSTS_AT_ONCE,
			);
		},
	);
	return told;
}

/** Works on one more of the items with each call: whoever may create pods chooses how many a namespace names. */
function inTurns<Item>(
	items: readonly Item[],
	errandsOf: (item: Item) => readonly Errand[],
	work: (item: Item) => Promise<void>,
): () => Promise<void> {
	const turns = new Turns(items, (item) =>
		errandsOf(item).flatMap(({ owners }) => owners),
	);
	return async () => {
		const turn = turns.next();
		if (turn !== undefined) await work(turn.item).finally(turn.done);
	};
}

function keyringOf(source: PullSource | undefined): Keyring {
	const keyring = readKeyring(source === undefined ? [] : [source]);
	if (keyring.malformed !== undefined)
		throw new FailureError({
			cause: "secret-malformed",
			...keyring.malformed,
			script: meshreg("check"),
		});
	return keyring;
}

function errandOf(
	listed: ListedImage,
	keyring: Keyring,
	{ platforms, named }: ImageCheckOptions,
): Omit<Errand, "at" | "listed"> & { host: string } {
	const name = nameOf(listed);
	const { key, ...place } = manifestPlace(parseImageReference(name));
	const matches = matchesOf(lookUp(name, keyring));
	const offered = matches.filter(
		({ by }) => by === "host" || (by === "stars" && named),
	);
	return {
		host: apiHostOf(key),
		wanted: { ...place, platforms, artifact: listed.artifact },
		offered,
		withheld: offered.length < matches.length,
		// A place is NAMESPACE/KIND/NAME.
		owners: named
			? [""]
			: listed.from.map((place) => place.replace(/\/.*/s, "")),
	};
}

/** Whether somebody who may say so sent us to a registry. */
function mayBeInside(
	errands: readonly Errand[],
	{ named }: ImageCheckOptions,
): boolean {
	return named || errands.some(({ offered }) => offered.length > 0);
}

async function checkAt(
	host: string,
	errands: readonly Errand[],
	how: ImageCheckOptions & {
		readonly ca: string | undefined;
		readonly client: RegistryClient;
		readonly world: World;
		/** Whether those that only pods name have had their time. */
		readonly isOver: () => boolean;
		readonly found: (at: number, image: ListedImage) => void;
	},
): Promise<void> {
	const { client, world } = how;
	const { insecure } = how.trust;
	const inside = mayBeInside(errands, how);
	const connection = await client.open({ host, insecure, inside }, how.ca);
	const limits = new Map<string, HostLimits>();
	const time = {
		now: () => world.clock.now(),
		elapsed: () => world.clock.elapsed(),
		delay: (ms: number) => world.clock.delay(ms, world.interrupt),
		isOver: inside ? () => false : how.isOver,
	};
	const checker = new ImageChecker({
		host,
		insecure,
		limits: (url) =>
			limits.getOrInsertComputed(
				url.origin,
				() => new HostLimits(url.host, connection.send, time),
			),
	});
	try {
		const inTurn = inTurns(
			errands,
			(errand) => [errand],
			async ({ at, listed, wanted, offered, withheld }) => {
				const found = await checker.check(wanted, offered);
				// It asks for a credential, and there is one that it is not sent.
				const isWithheld =
					withheld &&
					found.status === "denied" &&
					found.because.is === "no-credential";
				const finding: ImageFinding = isWithheld
					? { status: "denied", because: { is: "withheld" } }
					: found;
				how.found(at, { ...listed, finding });
			},
		);
		await inParallel(errands, inTurn, IMAGES_AT_ONCE);
	} finally {
		await connection.close();
	}
}
