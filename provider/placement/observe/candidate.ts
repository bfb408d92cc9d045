import type { RemoteHost } from "../../host/host";

/** A host where a guest may be. */
export interface Candidate {
  /** The name that the program gave to it. */
  name: string;
  /** Where the other hosts reach it. */
  address: string;
  /** TCP port of its sshd. */
  port: number;
  /** Where QEMU on the other hosts reaches it, if not at `address`. */
  migrationAddress?: string | undefined;
  maxOutgoingMigrations: number;
  maxIncomingMigrations: number;
  host: RemoteHost;
}

/** @throws RangeError for a name that none of them has */
export function candidateOf({ candidates }: { candidates: readonly Candidate[] }, name: string): Candidate {
  const found = candidates.find((candidate) => candidate.name === name);
  if (!found) throw new RangeError(`${name} is not one of the candidates.`);
  return found;
}
