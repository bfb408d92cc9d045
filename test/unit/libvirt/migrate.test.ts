import { MigrationFailed } from "../../../provider/libvirt/errors";
import { migrateCommand } from "../../../provider/libvirt/migrate";
import { migrateUri, tlsUri } from "../../../provider/libvirt/uri";

test("a migration is live, peer to peer, persistent there, undefined here, and encrypted", () => {
  expect(migrateCommand({ uuid: "u", name: "n" }, "10.0.0.2", {}).join(" ")).toBe(
    "virsh --connect qemu:///system migrate --live --p2p --persistent --undefinesource --tls --migrateuri tcp://10.0.0.2 --domain u --desturi qemu+tls://10.0.0.2/system",
  );
  expect(migrateCommand({ uuid: "u", name: "n" }, "10.0.0.2", { bandwidthMiBps: 5 })).toContain("--bandwidth");
});

test("an IPv6 address stands in brackets", () => {
  expect([tlsUri("fe80::1"), migrateUri("fe80::1")]).toEqual(["qemu+tls://[fe80::1]/system", "tcp://[fe80::1]"]);
});

test.each([
  [
    "error: unable to connect to server at '10.0.0.2:16514': Connection refused",
    /does not listen for TLS.*LibvirtTlsPki/,
  ],
  ["error: The certificate is not trusted.", /do not accept each other's certificates/],
  ["error: Unsafe migration: Migration without shared storage is unsafe", /storage that both hosts share/],
  ["error: Cannot access storage file '/srv/vm/a.qcow2': No such file", /same path on the destination/],
  ['error: internal error: Failed to get "write" lock', /second copy of the guest/],
])("%s comes with the way on", (stderr, hint) => {
  const { message } = new MigrationFailed("a was not moved.", stderr);
  expect(message).toMatch(hint);
  expect(message.split("\n")).toHaveLength(3);
  expect(message).not.toMatch(/^error: /m);
});
