import { explained } from "../../../provider/libvirt/errors";

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
  const message = explained(stderr);
  expect(message).toMatch(hint);
  expect(message.split("\n")).toHaveLength(2);
  expect(message).not.toMatch(/^error: /m);
});
