import {
  accessMarkOf,
  authorizedLines,
  hasOthersLines,
  knownLines,
  ownersOfLines,
  ownLines,
  withLines,
  withoutLines,
} from "../../../../provider/libvirt/ssh-access/lines";

const mark = accessMarkOf("a1");
const peer = { address: "10.0.0.2", publicKey: "ssh-ed25519 AAAA", hostKeys: ["ssh-ed25519 BBBB", "ssh-rsa CCCC"] };

test("a peer with an IP address is let in from there only, and may do nothing but run commands", () => {
  const named = { ...peer, address: "hv-b.example" };
  const unready = { ...peer, publicKey: undefined };
  const multihomed = { ...peer, source: "10.0.0.9" };
  expect(authorizedLines([peer, multihomed, { ...peer, address: "fd00::2" }, named, unready], mark)).toEqual([
    `restrict,from="10.0.0.2" ssh-ed25519 AAAA ${mark}`,
    `restrict,from="10.0.0.2,10.0.0.9" ssh-ed25519 AAAA ${mark}`,
    `restrict,from="fd00::2" ssh-ed25519 AAAA ${mark}`,
    `restrict ssh-ed25519 AAAA ${mark}`,
  ]);
});

test("a peer is known by each of its keys, in lower case, with its port unless that is 22", () => {
  expect(knownLines([{ ...peer, port: 22 }], mark)).toEqual([
    `10.0.0.2 ssh-ed25519 BBBB ${mark}`,
    `10.0.0.2 ssh-rsa CCCC ${mark}`,
  ]);
  const other = { ...peer, address: "HV-B", port: 2222, hostKeys: ["ssh-rsa CCCC"] };
  expect(knownLines([other], mark)).toEqual([`[hv-b]:2222 ssh-rsa CCCC ${mark}`]);
});

test.each([
  ["", "no file"],
  ["one\n", "a line"],
  ["one", "a line without an end"],
  ["one\n\n\n", "empty lines"],
  ["one\r\n# two pulumi-kvm-live:a1\n\xff\tthree ", "comments and bytes of any kind"],
  [`own ${accessMarkOf("b2")}\n`, "lines of another resource"],
])("%j (%s) comes back byte for byte", (text) => {
  const once = withLines(text, mark, [`x ${mark}`, `y ${mark}`], undefined);
  expect(once.startsWith(text)).toBe(true);
  expect(ownLines(once, mark)).toEqual([`x ${mark}`, `y ${mark}`]);
  const twice = withLines(once, mark, [`z ${mark}`], undefined);
  expect(ownLines(twice, mark)).toEqual([`z ${mark}`]);
  expect(withoutLines(twice, mark)).toBe(text);
  expect(withLines(twice, mark, [], undefined)).toBe(text);
});

test("what others have written after our lines stays, and so does the end of what was before", () => {
  const text = `${withLines("one", mark, [`x ${mark}`], undefined)}two\n`;
  expect(withoutLines(text, mark)).toBe("one\ntwo\n");
  expect(withLines(text, mark, [`x ${mark}`], undefined)).toBe(`one\ntwo\nx ${mark}\n`);
});

test.each(["one", "one\n"])("%j comes back when two resources had lines, whichever goes first", (text) => {
  const other = accessMarkOf("b2");
  const both = withLines(withLines(text, mark, [`x ${mark}`], undefined), other, [`x ${other}`], undefined);
  expect(ownLines(withoutLines(both, mark), other)).toEqual([`x ${other}`]);
  expect(withoutLines(withoutLines(both, mark), other)).toBe(text);
  expect(withoutLines(withoutLines(both, other), mark)).toBe(text);
});

test("only the whole comment marks a line as ours", () => {
  for (const line of [`x ${mark}0`, `x ${mark} y`, `x y${mark}`, `# x ${mark}`]) {
    expect(ownLines(line, mark)).toEqual([]);
    expect(withoutLines(line, mark)).toBe(line);
  }
});

test("lines of another resource of this kind", () => {
  expect(hasOthersLines(`x ${mark}\nx root@a\n`, mark)).toBe(false);
  expect(hasOthersLines(`x ${mark}\nx ${accessMarkOf("b2")}\n`, mark)).toBe(true);
});

test("lines name their owner, and are the same without one", () => {
  const owner = { urn: "urn:pulumi:dev::shop::kvm:LibvirtSshAccess::all", uid: "0123abcd" };
  for (const text of ["", "by hand", "by hand\n"]) {
    const owned = withLines(text, mark, [`x ${mark}`, `y ${mark}`], owner);
    expect(ownLines(owned, mark)).toEqual([`x ${mark}`, `y ${mark}`]);
    expect(ownersOfLines(owned, mark)).toEqual([owner, owner]);
    expect(withoutLines(owned, mark)).toBe(text);
    expect(hasOthersLines(owned, accessMarkOf("b2"))).toBe(true);
    expect(ownersOfLines(withLines(owned, mark, [`x ${mark}`], undefined), mark)).toEqual([]);
  }
});
