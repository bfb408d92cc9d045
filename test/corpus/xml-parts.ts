/** XML as the list of its parts, read without the product's parser. */

/** Elements, attributes and texts, in the order of the alphabet; an attribute with its element, e.g. `source file=/a`. */
export function partsOf(xml: string): string[] {
  const text = xml.replace(/<!--.*?-->|<\?.*?\?>/gs, "");
  const pieces = text.matchAll(/<([\w:.-]+)((?:\s+[\w:.-]+=(?:'[^']*'|"[^"]*"))*)\s*\/?>|(?<=>)([^<]+)/g);
  const parts = [...pieces].flatMap(([, name, attributes = "", words = ""]) => {
    if (name === undefined) return words.trim() === "" ? [] : [plain(words)];
    const pairs = [...attributes.matchAll(/([\w:.-]+)=(?:'([^']*)'|"([^"]*)")/g)];
    return [name, ...pairs.map(([, key, single, double]) => `${name} ${key}=${plain(single ?? double ?? "")}`)];
  });
  return parts.sort();
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const plain = (text: string) =>
  text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) =>
    name === undefined
      ? String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal))
      : (entities[name] ?? name),
  );

/** What libvirt prints of a guest's run, and what it chooses by itself. */
const ofOneRun: readonly [RegExp, string][] = [
  [/^(<domain [^>]*?) id='\d+'/m, "$1"],
  [/<mirror\b[^>]*(?<!\/)>.*?<\/mirror>/gs, ""],
  [/(<(?:source|backingStore)\b[^>]*?) index='\d+'/g, "$1"],
  [/ (tray='(open|closed)'|state='(connected|disconnected)')/g, ""],
  [/(<graphics [^>]*?) port='(?:-1|0)' autoport='yes'/g, "$1 autoport='yes'"],
  [/<seclabel type='dynamic'[^>]*? relabel='yes'\/>/g, ""],
  [/<imagelabel>[^<]*<\/imagelabel>/g, ""],
  // The name of a guest, a dot, and that of the channel.
  [/<source mode='bind' path='\/var\/lib\/libvirt\/qemu\/channel\/target\/gentoo\.org\.qemu\.guest_agent\.0'\/>/g, ""],
];

/** A definition as libvirt has printed it, without that. */
export const afterOneRun = (xml: string): string =>
  ofOneRun.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), xml);
