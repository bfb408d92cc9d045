import { differentImages } from "../../../../provider/placement/preflight/different-images";
import { printFinding } from "../../../../provider/placement/preflight/finding";
import { parseIdentity, sameImage } from "../../../../provider/placement/preflight/same-image";

const nfs = (inode: string, source = "10.0.0.3:/srv", id = "0a000003 8:1") =>
  parseIdentity(["file", "nfs4", source, id, inode, "4096"]);
const local = (inode: string) => parseIdentity(["file", "ext4", "/dev/sda1", "", inode, "4096"]);
const block = (id: string, sectors = "2048") => parseIdentity(["block", id, sectors]);

test.each([
  [nfs("5"), nfs("5"), "same"],
  [nfs("5"), nfs("6"), "different"],
  [nfs("5"), nfs("5", "nas:/srv"), "same"],
  [nfs("5", "10.0.0.3:/srv", ""), nfs("5", "10.0.0.3:/srv", ""), "same"],
  [nfs("5"), nfs("5", "10.0.0.4:/srv", "0a000004 8:1"), "unproven"],
  [nfs("5"), nfs("6", "10.0.0.4:/srv", "0a000004 8:1"), "different"],
  [local("5"), local("5"), "different"],
  [local("5"), nfs("5"), "unproven"],
  [block("naa.6001"), block("naa.6001"), "same"],
  [block("naa.6001"), block("naa.6002"), "different"],
  [block("naa.6001"), block("naa.6001", "4096"), "different"],
  [block(""), block(""), "unproven"],
  [block(""), block("", "4096"), "different"],
  [block("naa.6001"), nfs("5"), "unproven"],
])("%j and %j: %s", (here, there, verdict) => {
  expect(sameImage(here, there)).toBe(verdict);
  expect(sameImage(there, here)).toBe(verdict);
});

describe("in words", () => {
  const hosts = { from: "a", to: "b" };
  const image = (identity: ReturnType<typeof nfs>, kind: "image" | "medium" = "image") => [
    { kind, what: "/srv/x", isMet: true, identity },
  ];
  const said = (here: ReturnType<typeof nfs>, there: ReturnType<typeof nfs>, trusted: string[] = []) =>
    differentImages(hosts, image(here), image(there), trusted).map(printFinding);

  test("what is different is refused, whatever the user says", () => {
    expect(said(nfs("5"), nfs("6"), ["/srv/x"])).toEqual([
      "/srv/x on b is not the same image as on a. Both hosts have to have the same storage there. [image-different]",
    ]);
    expect(said(local("5"), local("5")).join()).toMatch(/a file system of its own \(ext4, ext4\)/);
    expect(said(block("w1"), block("w2")).join()).toMatch(/: it is w1 on a, w2 on b\./);
  });

  test("what is not proven is said to be so, and the user may know better", () => {
    const [reason] = said(block(""), block(""));
    expect(reason).toMatch(
      /^It is not proven that \/srv\/x is the same image on a and on b: .*no WWID.*trustedImages\. \[image-unproven\]$/,
    );
    expect(said(block(""), block(""), ["/srv/x"])).toEqual([]);
  });

  test("a medium may be a copy", () => {
    const copied = (bytes: string) => parseIdentity(["file", "ext4", "/dev/sda1", "", "7", bytes]);
    const of = (here: string, there: string) =>
      differentImages(hosts, image(copied(here), "medium"), image(copied(there), "medium"), []).map(printFinding);
    expect(of("4096", "4096")).toEqual([]);
    expect(of("4096", "8192")).toEqual([expect.stringMatching(/^\/srv\/x on b is not the medium that it is on a/)]);
  });
});
