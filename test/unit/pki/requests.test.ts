import { dueKeys, parseRequests, printNote, requestsIn } from "../../../provider/pki/requests";

const folder = "/var/lib/pulumi-kvm-live/libvirt-tls-requests";
const owner = { urn: "urn:pulumi:dev::shop::kvm:LibvirtTlsRequests::requests", uid: "0123abcd" };
const request = "-----BEGIN NEW CERTIFICATE REQUEST-----\nMIIB\n-----END NEW CERTIFICATE REQUEST-----\n";
const names = ["libvirt-server", "libvirt-client", "qemu-server", "qemu-client"];
const facts = (changes: Record<string, [string, string] | undefined> = {}, generation = 1) =>
  parseRequests([
    { key: "note", values: [printNote({ generation, owner })] },
    ...names.flatMap((name) => {
      const [access, text] = name in changes ? (changes[name] ?? []) : ["600 root:root", request];
      return access === undefined ? [] : [{ key: "key", values: [`${folder}/${name}-key.pem`, access, text ?? ""] }];
    }),
  ]);

test("requests carry the label that signers know", () => {
  expect(requestsIn(facts()).qemuClient).toBe(
    "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
  );
  expect(facts().note).toEqual({ generation: 1, owner });
  expect([parseRequests([]).note, parseRequests([{ key: "note", values: ["{}"] }]).note]).toEqual([
    undefined,
    undefined,
  ]);
});

test.each<[Parameters<typeof facts>[0], string[]]>([
  [{}, []],
  [{ "qemu-client": undefined }, ["qemu-client-key.pem is missing"]],
  [
    { "libvirt-server": ["644 root:root", request] },
    ["libvirt-server-key.pem is 644 root:root instead of 600 root:root"],
  ],
  [{ "libvirt-client": ["600 root:root", ""] }, ["libvirt-client-key.pem cannot be read as a key"]],
])("%j", (changes, problems) => {
  expect(dueKeys(facts(changes), 1).map(({ problem }) => problem)).toEqual(problems.map((line) => `${folder}/${line}`));
});

test("another generation has all keys made anew, and so has a note that is gone", () => {
  expect(dueKeys(facts({}, 1), 2)).toHaveLength(4);
  expect(dueKeys(parseRequests([]), 1)).toHaveLength(4);
});
