/** What becomes of the state of a TPM when a definition is removed, by releases of virsh. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { undefine } from "../../provider/libvirt/virsh";
import { fixture } from "../fixtures/read";
import { programmedHost, stopProgrammedHosts } from "./programmed-host";

afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
});

const virsh = `#!/bin/sh
[ "$1" != --connect ] || shift 2
case "$1" in
  "domstate web; dumpxml --inactive web") printf 'shut off\n\n'; cat "$HERE/xml" ;;
  help) cat "$HERE/help" ;;
  undefine) echo "$*" > "$HERE/undefined" ;;
esac
`;

const emulator = (attributes = "") =>
  `<tpm model='tpm-crb'><backend type='emulator' version='2.0'${attributes}/></tpm>`;
const persistent = emulator(" persistent_state='yes'");
const passthrough = "<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>";
const rng = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>";

test.each<[release: string, devices: string, expected: RegExp]>([
  ["7.0.0", "", /^undefine web --keep-nvram$/],
  ["7.0.0", rng, /^undefine web --keep-nvram$/],
  ["7.0.0", passthrough, /^undefine web --keep-nvram$/],
  ["7.0.0", persistent, /^undefine web --keep-nvram$/],
  ["7.0.0", emulator(), /would delete the state of the domain's TPM.*Update libvirt to 8\.9/],
  ["7.0.0", `${persistent}\n${emulator()}`, /would delete/],
  ["9.0.0", emulator(), /^undefine web --keep-tpm --keep-nvram$/],
  ["12.8.0", persistent, /^undefine web --keep-tpm --keep-nvram$/],
  ["12.8.0", "", /^undefine web --keep-nvram$/],
])("virsh %s and a definition with %j", async (release, devices, expected) => {
  const [help = ""] = /^undefine .*$/m.exec(fixture(`virsh-${release}-synopses.txt`)) ?? [];
  const { scripted, folder } = await programmedHost({ virsh }, { xml: `<domain>\n${devices}\n</domain>\n`, help });
  const refusal = await undefine(new SshHost(scripted.args), "web").then(
    () => "",
    (error: Error) => error.message,
  );
  const done = join(folder, "undefined");
  expect(existsSync(done) ? readFileSync(done, "utf8").trim() : refusal).toMatch(expected);
});
