import { parseInspection } from "../../../../provider/libvirt/ssh-access/inspect";
import { fingerprintOfText, parsePublicKey } from "../../../../provider/libvirt/ssh-access/public-key";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMK+lBIAcwF8K7SXRKIc8ZE2xK7OJJMyesOTcinYeaB1";
const record = (key: string, ...values: string[]) => ({ key, values });

test("nothing there", () => {
  const file = { text: "", problem: undefined };
  expect(parseInspection([record("boot", "1-2")])).toEqual({
    folderProblem: undefined,
    key: undefined,
    keyProblem: undefined,
    hostKeys: [],
    files: { knownHosts: file, authorizedKeys: file },
    hasVirsh: false,
    sources: new Map(),
    bootId: "1-2",
  });
});

test("all there; what is no key is left out, and bytes of any kind are kept", () => {
  const answer = [
    record("access", "/root/.ssh", "770 root"),
    record("access", "/root/.ssh/known_hosts", "644 root"),
    record("access", "/root/.ssh/authorized_keys", "600 admin"),
    record("text", "/root/.ssh/known_hosts", Buffer.from("a \xff\n", "latin1").toString("base64")),
    record("key", "0", `${key} root@hv-a and more`),
    record("virsh", "yes"),
    record("route", "10.0.0.2", "10.0.0.2 dev br0 src 10.0.0.9 uid 0 \\    cache \n"),
    record("route", "fd00::2", "fd00::2 from :: dev br0 proto kernel src fd00::9 metric 256 pref medium"),
    record("route", "192.0.2.1", ""),
    record("hostKeys", `${key} root@hv-a\nnonsense\n${key.replace("ssh-ed25519", "ssh-rsa")}`),
  ];
  expect(parseInspection(answer)).toMatchObject({
    folderProblem: "is 770 root: others could write it",
    key: { text: key, comment: "root@hv-a and more" },
    keyProblem: undefined,
    hostKeys: [key],
    files: {
      knownHosts: { text: "a \xff\n", problem: undefined },
      authorizedKeys: { text: "", problem: "is 600 admin: others could write it" },
    },
    hasVirsh: true,
    sources: new Map([
      ["10.0.0.2", "10.0.0.9"],
      ["fd00::2", "fd00::9"],
    ]),
  });
});

test.each([
  [
    record("key", "255", 'Load key "/root/.ssh/id_ed25519": incorrect passphrase supplied'),
    'cannot be used without a passphrase: Load key "/root/.ssh/id_ed25519": incorrect passphrase supplied',
  ],
  [record("half", "/root/.ssh/id_ed25519.pub"), "has a public key but no private key"],
])("a key that cannot be used", (answer, problem) => {
  expect(parseInspection([answer])).toMatchObject({ key: undefined, keyProblem: problem });
});

test.each(["", "ssh-ed25519", `restrict ${key}`, `${key}\nssh-rsa`, key.replace("AAAAC", "AAAAD"), `${key}" x`])(
  "%j is no public key",
  (line) => {
    expect(parsePublicKey(line)).toBeUndefined();
  },
);

test("a fingerprint as ssh-keygen prints it", () => {
  expect(fingerprintOfText(key)).toBe("SHA256:c7z4AQIViT7h3/9e2aa3+xjpKLbTsFJG7DXJKL2UWcs");
});
