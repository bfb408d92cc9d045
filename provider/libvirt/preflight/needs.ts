/** What a guest needs on a host, with the layers that only the images themselves name. */
import type { Layer } from "../../placement/preflight/backing-chain";
import { commonRemedies, distinct, type Remedies, type Requirement } from "../../placement/preflight/host-requirements";
import { disksOf } from "../definition/disks";

export const remedies: Remedies = {
  ...commonRemedies,
  certificate: "A LibvirtTlsPki with both hosts makes it",
  emulator:
    "Install it (Debian: `apt-get install qemu-system-x86`), or name another <emulator> in the guest's definition",
};

/** Images whose definition does not say what they are based on. */
export const topsOf = (definition: string): Layer[] =>
  disksOf(definition).flatMap(({ file, format, backing }) =>
    file === undefined || backing !== undefined ? [] : [{ path: file, format }],
  );

/** Each once. */
export const withLayers = (needs: readonly Requirement[], below: readonly string[]): Requirement[] =>
  distinct([...needs, ...below.map((what): Requirement => ({ kind: "image", what }))]);
