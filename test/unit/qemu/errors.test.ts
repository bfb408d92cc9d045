import { hintFor, QemuEnded } from "../../../provider/qemu/errors";

const lock =
  'qemu-system-x86_64: -drive file=/srv/vm/web.qcow2: Failed to get "write" lock\nIs another process using the image [/srv/vm/web.qcow2]?';

test.each<[said: string, hint: RegExp]>([
  [lock, /second copy of the guest/],
  [
    "qemu-system-x86_64: -vnc 0.0.0.0:19: Failed to find an available port: Address already in use",
    /listens on that port/,
  ],
  ["Failed to bind socket to 10.77.1.12:49152: Cannot assign requested address", /migrationAddress/],
  ["qemu-system-x86_64: Could not open '/srv/vm/web.qcow2': Permission denied", /the owner of its images/],
  // GnuTLS is named too, but the file's permissions are the cause.
  ["Unable to access credentials /etc/pki/qemu/ca-cert.pem: Permission denied", /the owner of its images/],
  ["TLS handshake failed: The TLS connection was non-properly terminated.", /LibvirtTlsPki/],
  ["TLS x509 authz check for O=Example,CN=hv-c is denied", /lets in only the subject/],
  ["Certificate does not match the hostname hv-b", /LibvirtTlsPki/],
  ["Unable to access credentials /etc/pki/qemu/x509/server-cert.pem: No such file or directory", /LibvirtTlsPki/],
])("%s comes with a hint", (said, hint) => {
  expect(hintFor(said)).toMatch(hint);
  const { message, name } = new QemuEnded("web", "root@10.77.0.11", `${said}\n`);
  expect(name).toBe("QemuEnded");
  expect(message.split("\n")).toEqual([
    "The QEMU of web on root@10.77.0.11 has ended:",
    ...said.split("\n"),
    expect.stringMatching(hint),
  ]);
});

test.each(["qemu-system-x86_64: -drive file=/srv/vm/no.qcow2: Could not open: No such file or directory", ""])(
  "output that needs no hint: %j",
  (said) => {
    expect(hintFor(said)).toBeUndefined();
  },
);

test("output that is empty", () => {
  const lines = ["The QEMU of web on hv-a has ended:", "it printed nothing."];
  for (const words of ["", " \n"]) expect(new QemuEnded("web", "hv-a", words).message.split("\n")).toEqual(lines);
});
