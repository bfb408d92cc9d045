import { keptStateOf } from "../../../../provider/libvirt/preflight/kept-state";

const uuid = "5f0a3f54-2222-4222-8333-94a1b2c3d4e5";
const domainOf = (os: string, devices = "") =>
  `<domain type="kvm"><name>win</name><os>${os}</os><devices>${devices}</devices></domain>`;

test.each<[string, string[]]>([
  [domainOf(""), []],
  [domainOf("<nvram>/srv/win.fd</nvram>"), ["UEFI variables /srv/win.fd"]],
  [domainOf("<nvram template='/x'/>"), ["UEFI variables /var/lib/libvirt/qemu/nvram/win_VARS.fd"]],
  [domainOf("<nvram type='file'><source file='/srv/a'/></nvram>"), ["UEFI variables /srv/a"]],
  [domainOf("").replace("<os>", "<os firmware='efi'>"), ["UEFI variables /var/lib/libvirt/qemu/nvram/win_VARS.fd"]],
  [domainOf("", "<tpm><backend type='emulator'/></tpm>"), [`TPM state /var/lib/libvirt/swtpm/${uuid}`]],
  [
    domainOf("", "<tpm><backend type='emulator'><source type='dir' path='/srv/tpm'/></backend></tpm>"),
    ["TPM state /srv/tpm"],
  ],
  [domainOf("", "<tpm><backend type='passthrough'/></tpm>"), []],
])("%s keeps %j", (definition, kept) => {
  expect(keptStateOf(definition, uuid).map(({ what, path }) => `${what} ${path}`)).toEqual(kept);
});
