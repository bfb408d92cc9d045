/** Pure: an address in front of a port or a path; one of IPv6 stands in brackets there. */
export const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);
