/** Images that move along with a guest, as a move needs them; without copyStorage there is nothing to do. */

import type { Candidate } from "../../placement/candidates";
import type { DomainName } from "../../placement/observation";
import type { CopyStorage, MigrationOptions } from "../migration/options";
import { discardImages, keepImages, movingImages, prepareImages, releaseImages } from "../migration/storage";

export interface Luggage {
  /** Makes room on the destination. */
  prepare(): Promise<void>;
  /** The guest runs on the destination. */
  arrived(): Promise<void>;
  /** The guest runs on the source, and nothing is on its way. */
  withdraw(): Promise<void>;
}

interface Trip {
  domain: DomainName & { definition: string };
  from: Candidate;
  to: Candidate;
  signal: AbortSignal;
}

const none: Luggage = { prepare: async () => {}, arrived: async () => {}, withdraw: async () => {} };

export function luggageOf({ copyStorage }: Pick<MigrationOptions, "copyStorage">, trip: Trip): Luggage {
  return copyStorage ? imagesAsLuggage(copyStorage, trip) : none;
}

function imagesAsLuggage(copy: CopyStorage, { domain: { uuid, definition }, from, to, signal }: Trip): Luggage {
  const { images } = movingImages(definition, copy);
  const { mode, sourceImages } = copy;
  return {
    async prepare() {
      await prepareImages(from.host, to.host, { uuid, images, mode, signal }).catch(async (error: unknown) => {
        await discardImages(to.host, uuid, images);
        throw error;
      });
    },
    withdraw: () => discardImages(to.host, uuid, images),
    async arrived() {
      await keepImages(to.host, images);
      await releaseImages(from.host, uuid, images);
      if (sourceImages === "delete") await discardImages(from.host, uuid, images);
    },
  };
}

/** A guest that a run has left on its way, and that has arrived since: what it runs with is not to be written over. */
export async function keepLuggage(
  { copyStorage }: Pick<MigrationOptions, "copyStorage">,
  definition: string,
  at: Candidate,
): Promise<void> {
  if (copyStorage) await keepImages(at.host, movingImages(definition, copyStorage).images);
}
