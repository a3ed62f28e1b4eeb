/**
 * An address as it may be shown: what stands before an `@`, anywhere in it, may be a password, even where
 * no URL can be made of it.
 */
export function withoutUserInfo(address: string): string {
	const at = address.lastIndexOf("@");
	if (at < 0) return address;
	const scheme = /^[a-z][a-z0-9+.-]{0,20}:\/\//i.exec(address)?.[0] ?? "";
	return `${scheme}***@${address.slice(at + 1)}`;
}
