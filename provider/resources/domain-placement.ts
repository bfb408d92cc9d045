/** `DomainPlacement`: on which host a domain is defined and runs. Changing the host is a live migration. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { MigrationRecord } from "../placement/migration/record";
import type { Domain } from "./domain";
import { type Host, hypervisorsOf, secretsOf } from "./host";
import { dependingOn, ManagedResource } from "./managed-resource";
import type { MigrationArgs } from "./migration-args";

export interface DomainPlacementArgs {
  /** What is placed. Another definition takes effect when the guest is next started. */
  domain: Domain;
  /** Where it shall be. Changing it moves a running guest live, and a stopped one by its definition. */
  host: Host;
  /**
   * Every host where the domain may be found, `host` among them. All of them are asked before anything is done, and
   * nothing is done unless all of them answer.
   */
  candidates: readonly Host[];
  /** In virsh's words. @default "running" */
  powerState?: Input<"running" | "shut off">;
  /** Whether it starts with its host. @default false */
  autostart?: Input<boolean>;
  /** How it moves. */
  migration?: Input<MigrationArgs>;
  /**
   * What becomes of the guest when this resource is deleted. `shutdown` asks it to, waits for
   * `shutdownTimeoutSeconds`, and fails if it still runs then; `destroy` ends it at once; `keep` leaves it running and
   * defined, and only forgets it. Disk images always stay.
   *
   * @default "shutdown"
   */
  onDelete?: Input<"shutdown" | "destroy" | "keep">;
  /** How long a guest may take to shut down, in seconds. @default 120 */
  shutdownTimeoutSeconds?: Input<number>;
  /** Take over a domain with this UUID that exists already and was not made by this provider. @default false */
  adopt?: Input<boolean>;
  /**
   * Names of candidates that are off for certain: you have cut their power, or have seen to it by other means that no
   * guest runs there. They need not answer, so that the guest can be started elsewhere. An unreachable host is not off:
   * a guest that still runs there would run twice. Take the name out when the host is back; until then nothing is done.
   *
   * @default []
   */
  fenced?: Input<readonly Input<string>[]>;
}

/**
 * A domain on a host: defined, started, moved.
 *
 * By default the move is `virsh migrate --live --p2p --persistent --undefinesource --tls`: the two hosts do it between
 * them, and go on when this machine dies; the next run finds the migration and joins it. One Ctrl-C ends it, and the
 * guest stays. Afterwards both sides are looked at. A guest that somebody else has moved is found
 * wherever it is among the candidates; the next `pulumi up` moves it back, live.
 *
 * @example
 * new DomainPlacement("web", { domain: guest, host: hvA, candidates: [hvA, hvB] }, { dependsOn: [...mounts, pki] });
 */
export class DomainPlacement extends ManagedResource {
  /** The name of the host where it is. */
  declare readonly host: Output<string>;
  /** In virsh's words, e.g. `running`. */
  declare readonly state: Output<string>;
  /** The last move: from, to, totalTimeMs, downtimeMs, bytes, iterations, encrypted, transport, recordedAt. */
  declare readonly lastMigration: Output<MigrationRecord | undefined>;
  /** The last ten moves, newest first. */
  declare readonly migrationHistory: Output<MigrationRecord[] | undefined>;

  constructor(name: string, args: DomainPlacementArgs, options?: CustomResourceOptions) {
    const { domain, host, candidates, ...rest } = args;
    const outputs = { state: undefined, lastMigration: undefined, migrationHistory: undefined };
    const inputs = {
      domain: { uuid: domain.uuid, name: domain.name, definition: domain.definition },
      host: host.name,
      candidates: hypervisorsOf(candidates),
    };
    const secrets = candidates.flatMap((candidate) => secretsOf(candidate, "candidates"));
    super("DomainPlacement", name, { ...outputs, ...rest, ...inputs }, dependingOn(candidates, options), secrets);
  }
}
