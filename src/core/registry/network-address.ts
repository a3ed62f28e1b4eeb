/**
 * What an address tells of where it lies. Hosts are as a URL has them: lower
 * case, IPv6 in brackets, IPv4 in four decimal parts whatever way it was written.
 */

/** Is this host the machine itself? https://www.rfc-editor.org/rfc/rfc6761#section-6.3 for the names. */
export function isLoopbackHost(host: string): boolean {
	const name = bare(host);
	if (name === "localhost" || name.endsWith(".localhost")) return true;
	const address = addressOf(name);
	return address === undefined
		? false
		: address.length === 4
			? address[0] === 127
			: isWithin(address, LOOPBACK_V6);
}

/**
 * Is this an address that is not given out to the public: loopback, private, link-local, multicast,
 * reserved, or one that carries such an address? A loopback name counts as one; other names are not
 * resolved here, and count as public.
 */
export function isPrivateHost(host: string): boolean {
	if (isLoopbackHost(host)) return true;
	const address = addressOf(bare(host));
	if (address === undefined) return false;
	if (address.length === 4)
		return PRIVATE_V4.some((block) => isWithin(address, block));
	// Of all of IPv6 only this is given out: https://www.iana.org/assignments/ipv6-address-space
	return (
		!isWithin(address, PUBLIC_V6) ||
		RESERVED_V6.some((block) => isWithin(address, block))
	);
}

/**
 * Is this a name that is only known inside a network: of one label, or below a domain that is set aside
 * for that? By its spelling alone.
 * https://www.iana.org/assignments/special-use-domain-names, https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en
 */
export function isInsideName(host: string): boolean {
	const name = bare(host);
	if (addressOf(name) !== undefined) return false;
	const labels = name.split(".");
	return labels.length === 1 || INSIDE_DOMAINS.has(labels.at(-1) ?? "");
}

const INSIDE_DOMAINS: ReadonlySet<string> = new Set([
	"internal",
	"local",
	"localhost",
	"localdomain",
	"lan",
	"home",
	"corp",
	"intranet",
	"private",
	// home.arpa, and addresses written backwards: nobody's registry.
	"arpa",
]);

/** Bytes of an address, and how many bits of them count. */
interface Block {
	readonly bytes: readonly number[];
	readonly bits: number;
}

/** https://www.iana.org/assignments/iana-ipv4-special-registry, without the ones for documentation. */
const PRIVATE_V4 = [
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"224.0.0.0/4",
	"240.0.0.0/4",
].map(blockOf);
const LOOPBACK_V6 = blockOf("::1/128");
const PUBLIC_V6 = blockOf("2000::/3");
/** Teredo and other protocols, and 6to4, which carries any IPv4 address. */
const RESERVED_V6 = ["2001::/23", "2002::/16"].map(blockOf);
/** Carry an IPv4 address in the last four bytes: mapped (RFC 4291), and NAT64 (RFC 6052). */
const CARRIERS = ["::ffff:0:0/96", "64:ff9b::/96"].map(blockOf);

function blockOf(text: string): Block {
	const [address = "", bits] = text.split("/");
	return { bytes: parsed(address) ?? [], bits: Number(bits) };
}

function isWithin(address: readonly number[], { bytes, bits }: Block): boolean {
	return (
		address.length === bytes.length &&
		address.every((byte, at) => {
			const left = Math.min(8, Math.max(0, bits - 8 * at));
			const mask = (0xff << (8 - left)) & 0xff;
			return (byte & mask) === ((bytes[at] ?? 0) & mask);
		})
	);
}

/** 4 bytes, or 16 where no IPv4 address is meant; undefined for a name. */
function addressOf(name: string): readonly number[] | undefined {
	const address = parsed(name);
	return address && CARRIERS.some((block) => isWithin(address, block))
		? address.slice(-4)
		: address;
}

function parsed(name: string): readonly number[] | undefined {
	if (!name.includes(":")) return ipv4(name);
	// What stands behind a percent sign says on which of the machine's networks it is.
	const [head = "", tail, ...more] = (name.split("%", 1)[0] ?? "").split("::");
	const left = groups(head);
	const right = tail === undefined ? [] : groups(tail);
	const missing = 16 - left.length - right.length;
	if (more.length > 0 || missing < 0 || (tail === undefined && missing > 0))
		return undefined;
	return [...left, ...Array<number>(missing).fill(0), ...right];
}

/** The bytes of one side of `::`; the last group may be an IPv4 address. */
function groups(text: string): number[] {
	if (text === "") return [];
	return text.split(":").flatMap((group) => {
		const value = Number.parseInt(group, 16);
		return ipv4(group) ?? [value >> 8, value & 0xff];
	});
}

function ipv4(text: string): number[] | undefined {
	const parts = text.split(".", 5);
	return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part))
		? parts.map(Number)
		: undefined;
}

/** Without brackets, and without the dot that ends a name that is looked up as it is. */
function bare(host: string): string {
	const name = host.startsWith("[") ? host.slice(1, -1) : host;
	return (name.endsWith(".") ? name.slice(0, -1) : name).toLowerCase();
}
