import { clientsLosingFiles, openInodes, pathsByInode, restrictedClients } from "../../../provider/nfs/open-files";

const info = (status: string) => `clientid: 0xc99ab19a6b04bf0c
address: "10.77.0.11:885"
status: ${status}
seconds from last renew: 3
name: "Linux NFSv4.2 hv-a"
`;
const states = `- 0x01: { type: open, access: -w, deny: --, superblock: "62:00:18476", filename: "sub/f.img", owner: "open id:x" }
- 0x02: { type: lock, superblock: "62:00:18476", filename: "sub/f.img", owner: "lock id:y" }
- 0x03: { type: deleg, access: r, superblock: "62:00:99", filename: "sub/g.img" }
`;

test("opens of clients that live, by inode", () => {
  expect(openInodes(info("confirmed"), states)).toEqual([{ address: "10.77.0.11", inode: "98:0:18476" }]);
  expect(openInodes(info("courtesy"), states)).toEqual([]);
  expect(openInodes(info("confirmed").replace("10.77.0.11:885", "[2001:db8::1]:885"), states)[0]?.address).toBe(
    "2001:db8::1",
  );
  expect(openInodes("", "")).toEqual([]);
});

test("paths by device and inode, whatever they are called", () => {
  expect(pathsByInode("25088 18476 /srv/a b\nc\u000064768 1 /x\0")).toEqual(
    new Map([
      ["98:0:18476", "/srv/a b\nc"],
      ["253:0:1", "/x"],
    ]),
  );
});

const open = [{ address: "10.77.0.11", path: "/srv/vm/disk" }];
const entry = (client: string, ...options: string[]) => ({ client, options });

test.each<[string, ReturnType<typeof entry>[], ReturnType<typeof entry>[], boolean]>([
  ["nothing changes", [entry("10.77.0.0/24", "rw")], [entry("10.77.0.0/24", "rw")], false],
  ["its network goes", [entry("10.77.0.0/24", "rw")], [], true],
  ["it keeps its own entry", [entry("10.77.0.0/24", "rw")], [entry("10.77.0.11", "rw")], false],
  ["it may not write any more", [entry("10.77.0.0/24", "rw")], [entry("10.77.0.0/24", "ro")], true],
  ["it could only read before", [entry("10.77.0.0/24", "ro")], [entry("*", "ro")], false],
  ["another one goes", [entry("10.77.0.12", "rw"), entry("10.77.0.11", "rw")], [entry("10.77.0.11", "rw")], false],
  ["a name goes that may be its own", [entry("hv-a", "rw")], [entry("hv-b", "rw")], true],
])("%s", (_, before, after, loses) => {
  expect(clientsLosingFiles(open, before, after)).toEqual(loses ? open : []);
});

test("more for somebody narrows nothing", () => {
  expect(restrictedClients([entry("a", "ro")], [entry("a", "rw"), entry("b", "ro")])).toEqual([]);
});
