/** Images that are copied along with a guest, through the phases of its migration; none without copyStorage. */

import type { MigrationAttempt } from "../../placement/driver";
import type { Candidate } from "../../placement/observe/candidate";
import { revertOnFailure } from "../../util/reverter";
import type { LibvirtGuest } from "../guest";
import { copiedImages, discardImages, keepImages, prepareImages, releaseImages } from "./storage";

type Phases = Pick<MigrationAttempt, "prepare" | "confirm" | "rollback">;

const none: Phases = { prepare: async () => {}, confirm: async () => {}, rollback: async () => {} };

export function imagePhases(guest: LibvirtGuest, from: Candidate, to: Candidate, signal: AbortSignal): Phases {
  const { uuid, definition } = guest.domain;
  const { copyStorage } = guest.migration;
  if (!copyStorage) return none;
  const { mode, sourceImages } = copyStorage;
  const images = copiedImages(definition, copyStorage);
  const rollback = () => discardImages(to.host, uuid, images);
  return {
    rollback,
    prepare: () =>
      revertOnFailure(async (reverter) => {
        reverter.add(rollback);
        await prepareImages(from.host, to.host, { uuid, images, mode, signal });
      }),
    async confirm() {
      await keepImages(to.host, images);
      await releaseImages(from.host, uuid, images);
      if (sourceImages === "delete") await discardImages(from.host, uuid, images);
    },
  };
}

/** A guest that a run has left on its way, and that has arrived since: what it runs with is not to be overwritten. */
export async function keepCopiedImages({ domain, migration }: LibvirtGuest, at: Candidate): Promise<void> {
  const { copyStorage } = migration;
  if (copyStorage) await keepImages(at.host, copiedImages(domain.definition, copyStorage));
}
