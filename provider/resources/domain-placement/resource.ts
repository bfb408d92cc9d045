/** `DomainPlacement`: the host that a domain is defined and runs on. Changing the host is a live migration. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { MigrationRecord } from "../../placement/migration/record";
import type { Domain } from "../domain/resource";
import { Host, hypervisorsOf, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";
import type { MigrationArgs } from "./migration-args";

/** Several hosts, each of which will do, in the place of `host`: on whichever of them the guest is, it stays. */
export class AnyOf {
  /** @internal */
  constructor(
    /** Hosts that will do, each one of the `candidates`. */
    readonly hosts: readonly Host[],
    /** Where the guest goes when it is on none of them. @default the first of `hosts` that is not `fenced` */
    readonly prefer: Host | undefined,
  ) {}
}

/**
 * Any of several hosts, for `host` of a {@link DomainPlacement}: a guest that is on one of them stays there, also when
 * somebody has moved it there by hand. One that is on none of them, or nowhere, goes to `prefer`.
 *
 * @param hosts each one of the `candidates`. @param prefer one of `hosts`; by default the first that is not `fenced`
 * @example
 * new DomainPlacement("web", { domain, host: anyOf([hvA, hvB], { prefer: hvB }), candidates: [hvA, hvB, hvC] });
 */
export const anyOf = (hosts: readonly Host[], { prefer }: { prefer?: Host } = {}): AnyOf => new AnyOf(hosts, prefer);

/** Inputs of a {@link DomainPlacement}. */
export interface DomainPlacementArgs {
  /** The domain to place. A changed definition takes effect when the guest is next started. */
  domain: Domain;
  /**
   * The host that the domain should be on, or the name of one, as a PlacementPolicy's `hostOf` has it, or any of several
   * ({@link anyOf}). Changing it moves a running guest live, and a stopped one by its definition.
   */
  host: Host | Output<string> | AnyOf;
  /**
   * Every host that the domain may be on, `host` included. All of them are asked before anything is done, and nothing
   * is done unless all of them answer.
   */
  candidates: readonly Host[];
  /** State that the domain should be in, in virsh's terms. @default "running" */
  powerState?: Input<"running" | "shut off">;
  /** True starts the domain with its host. @default false */
  autostart?: Input<boolean>;
  /** Options of live migrations. @default peer-to-peer, with TLS, without limits; see the fields */
  migration?: Input<MigrationArgs>;
  /**
   * Action on the domain when this resource is deleted. `shutdown` asks the guest to shut down, waits for
   * `shutdownTimeoutSeconds`, and fails if it still runs then; `destroy` ends it at once; `keep` leaves it running and
   * defined, and only removes it from the state. Disk images are never deleted.
   *
   * @default "shutdown"
   */
  onDelete?: Input<"shutdown" | "destroy" | "keep">;
  /** Time that the guest may take to shut down, in seconds, up to 86400. @default 120 */
  shutdownTimeoutSeconds?: Input<number>;
  /**
   * True takes over a domain with this UUID that already exists and belongs to another stack, or to nobody that is
   * noted. Within one stack it passes from one resource to another without this.
   *
   * @default false
   */
  adopt?: Input<boolean>;
  /**
   * Names of candidates that are off for certain: you have cut their power, or have made sure by other means that no
   * guest runs there. They need not answer, so that the guest can be started elsewhere. An unreachable host is not off:
   * a guest that still runs there would run twice. Remove the name once the host is back; until then nothing is done.
   *
   * @default []
   * @see docs/recovery.md
   */
  fenced?: Input<readonly Input<string>[]>;
}

/**
 * A domain on a host: defined, started and moved there.
 *
 * By default a move is `virsh migrate --live --p2p --persistent --undefinesource --tls`: the two hosts conduct it, and
 * continue when this machine dies; the next run finds the migration and joins it. One Ctrl-C cancels the migration, and
 * the guest stays where it is. Both hosts are observed afterwards. A guest that someone else has moved is found on any
 * of the candidates; the next `pulumi up` moves it back, live.
 *
 * @drift the guest on another host, in another state, or with another autostart; a definition that was changed by hand or is not
 * the program's; what an interrupted move has left; another owner. The next `pulumi up` moves it back live, ends what was
 * begun, and defines it again. A guest that is nowhere is gone from the state. A host that does not answer is an error
 * @throws when a candidate does not answer and is not `fenced`, when it is unclear where the guest is, when a host
 * lacks what the guest needs, and when the migration fails or times out; the message says where the guest is and what
 * to do
 * @see docs/migration.md
 * @see docs/recovery.md
 * @example
 * new DomainPlacement("web", { domain: guest, host: hvA, candidates: [hvA, hvB] }, { dependsOn: [...mounts, pki] });
 */
export class DomainPlacement extends ManagedResource {
  /** Name of the `Host` that the domain is on. */
  declare readonly host: Output<string>;
  /** State in virsh's terms, e.g. `running`. @see https://libvirt.org/manpages/virsh.html#domstate */
  declare readonly state: Output<string>;
  /** Figures of the last migration; undefined before the first. */
  declare readonly lastMigration: Output<MigrationRecord | undefined>;
  /** Figures of the last ten migrations, newest first. */
  declare readonly migrationHistory: Output<MigrationRecord[] | undefined>;

  constructor(name: string, args: DomainPlacementArgs, options?: CustomResourceOptions) {
    const { domain, host, candidates, ...rest } = args;
    const outputs = { state: undefined, lastMigration: undefined, migrationHistory: undefined };
    const inputs = {
      domain: { uuid: domain.uuid, name: domain.name, definition: domain.definition },
      ...whereOf(host),
      candidates: hypervisorsOf(candidates),
    };
    const secrets = candidates.flatMap((candidate) => secretsOf(candidate, "candidates"));
    super("DomainPlacement", name, { ...outputs, ...rest, ...inputs }, dependingOn(candidates, options), secrets);
  }
}

/** A program that names one host sends what it has always sent. */
function whereOf(host: DomainPlacementArgs["host"]) {
  if (!(host instanceof AnyOf)) return { host: host instanceof Host ? host.name : host };
  const { hosts, prefer } = host;
  return { host: undefined, anyOf: { hosts: hosts.map(({ name }) => name), ...(prefer && { prefer: prefer.name }) } };
}
