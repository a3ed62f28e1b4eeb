import { BlockList, isIP } from "node:net";

/**
 * What an address tells of where it lies. Hosts are as a URL has them: lower
 * case, IPv6 in brackets, IPv4 in four decimal parts whatever way it was written.
 */

/** Is this host the machine itself? https://www.rfc-editor.org/rfc/rfc6761#section-6.3 for the names. */
export function isLoopbackHost(host: string): boolean {
	const name = bare(host);
	return (
		name === "localhost" ||
		name.endsWith(".localhost") ||
		isWithin(name, LOOPBACK)
	);
}

/**
 * Is this an address that is not given out to the public: loopback, private, link-local, multicast,
 * reserved, or one that carries such an address? A loopback name counts as one; other names are not
 * resolved here, and count as public.
 */
export function isPrivateHost(host: string): boolean {
	const name = bare(host);
	return (
		isLoopbackHost(name) ||
		isWithin(name, PRIVATE) ||
		(isIP(name) === 6 && !isWithin(name, PUBLIC_V6))
	);
}

/**
 * Is this a name that is only known inside a network: of one label, or below a domain that is set aside
 * for that? By its spelling alone.
 * https://www.iana.org/assignments/special-use-domain-names, https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en
 */
export function isInsideName(host: string): boolean {
	const name = bare(host);
	if (isIP(name) !== 0) return false;
	const labels = name.split(".");
	return labels.length === 1 || INSIDE_DOMAINS.has(labels.at(-1) ?? "");
}

/** Whether DNS could know it: a host that a registry chose may fill a message otherwise (RFC 1035, 2.3.4). */
export function isNameable(host: string): boolean {
	return host.length <= 254;
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

const LOOPBACK = blocks("127.0.0.0/8", "::1/128");

/** https://www.iana.org/assignments/iana-ipv4-special-registry, without loopback and the ones for documentation. */
const PRIVATE = blocks(
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"224.0.0.0/4",
	"240.0.0.0/4",
	// Teredo and other protocols, and 6to4, which carries any IPv4 address.
	"2001::/23",
	"2002::/16",
);

/** All of IPv6 that is given out (https://www.iana.org/assignments/ipv6-address-space), and what carries IPv4: mapped, and NAT64. */
const PUBLIC_V6 = blocks("2000::/3", "::ffff:0:0/96", "64:ff9b::/96");

/** Those of IPv4 hold for what carries them as well: NAT64 (RFC 6052); to what is mapped (RFC 4291) Node applies them itself. */
function blocks(...subnets: readonly string[]): BlockList {
	const list = new BlockList();
	for (const subnet of subnets) {
		const [address = "", bits] = subnet.split("/");
		if (isIP(address) === 6) list.addSubnet(address, Number(bits), "ipv6");
		else {
			list.addSubnet(address, Number(bits), "ipv4");
			list.addSubnet(`64:ff9b::${address}`, 96 + Number(bits), "ipv6");
		}
	}
	return list;
}

/** Whether a name is an address, and of these. */
function isWithin(name: string, list: BlockList): boolean {
	const family = isIP(name);
	return family !== 0 && list.check(name, family === 6 ? "ipv6" : "ipv4");
}

/** Without brackets, and without the dot that ends a name that is looked up as it is. */
function bare(host: string): string {
	const name = host.startsWith("[") ? host.slice(1, -1) : host;
	return (name.endsWith(".") ? name.slice(0, -1) : name).toLowerCase();
}
