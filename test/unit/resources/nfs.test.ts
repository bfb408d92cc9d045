import { nfsExport } from "../../../provider/resources/nfs-export/definition";
import { nfsMount } from "../../../provider/resources/nfs-mount/definition";

const server = { name: "nas", address: "10.77.0.13" };
const exportArgs = { server, path: "/srv/vm", clients: [{ client: "10.77.0.0/24", options: ["rw"] }] };
const mountArgs = { host: server, source: "nas:/srv/vm", path: "/srv/vm" };
const problems = ({ schema }: typeof nfsExport | typeof nfsMount, args: object) =>
  (schema.safeParse(args).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);

test("good ones will do, with defaults", () => {
  expect(
    problems(nfsExport, { ...exportArgs, mode: "0751", owner: "libvirt-qemu", group: "64055", adopt: true }),
  ).toEqual([]);
  expect(problems(nfsMount, mountArgs)).toEqual([]);
  expect(nfsMount.schema.parse(mountArgs).options).toContain("hard");
});

test("all problems come at once", () => {
  const clients = [{ client: "a b", options: ["rw", "ro", "odd"] }];
  expect(problems(nfsExport, { server, path: "srv", clients, mode: "u+x", owner: "$(id)", colour: "blue" })).toEqual([
    expect.stringMatching(/^path: must be an absolute path/),
    expect.stringMatching(/^clients\.0\.client: must be without whitespace/),
    expect.stringMatching(/^clients\.0\.options: has "odd"/),
    expect.stringMatching(/^clients\.0\.options: has ro and rw/),
    expect.stringMatching(/^mode: must be octal/),
    expect.stringMatching(/^owner: must be a name or a number/),
    expect.stringMatching(/colour/),
  ]);
});

test("a client is there once", () => {
  const twice = [...exportArgs.clients, ...exportArgs.clients];
  expect(problems(nfsExport, { ...exportArgs, clients: twice })).toEqual(["clients: has 10.77.0.0/24 twice"]);
  expect(problems(nfsExport, { ...exportArgs, clients: [] })).toEqual(["clients: must have a client"]);
});

test.each(["/", "/a/", "/a//b", "/a/../b", "/a b", "/a'b", "/$(id)", "/a\nb", "/a%b", "a", `/${"x".repeat(300)}`])(
  "the path %j is refused",
  (path) => {
    expect(problems(nfsExport, { ...exportArgs, path })[0]).toMatch(/^path: must /);
    expect(problems(nfsMount, { ...mountArgs, path })[0]).toMatch(/^path: must /);
  },
);

test("a mount point that systemd has no name for is refused", () => {
  expect(problems(nfsMount, { ...mountArgs, path: `/${"-".repeat(100)}` })[0]).toMatch(/^path: must be shorter/);
});

test("identities follow from address and path alone, so that another key replaces nothing", () => {
  const source = (address: string) =>
    nfsExport.derived?.from({ ...exportArgs, server: { ...server, address, identityFile: "x" } }, "");
  expect(source("10.77.0.13")).toEqual({ source: "10.77.0.13:/srv/vm" });
  expect(source("2001:db8::1")).toEqual({ source: "[2001:db8::1]:/srv/vm" });
  expect(nfsExport.replaceOn).toEqual(["source"]);
  expect(nfsMount.replaceOn).toEqual(["location"]);
  expect(nfsMount.derived?.from(nfsMount.schema.parse(mountArgs), "")).toEqual({ location: "10.77.0.13:/srv/vm" });
});
