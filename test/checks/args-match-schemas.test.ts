/** Argument interfaces of the program side and schemas of the provider side cannot disagree: tsc compares them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Output } from "@pulumi/pulumi";
import type { z } from "zod";
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";
import type { ConnectionArgs } from "../../provider/host/connection-args";
import type { CpuBaseline, CpuBaselineArgs } from "../../provider/resources/cpu-baseline/resource";
import type { Domain, DomainArgs } from "../../provider/resources/domain/resource";
import type { DomainPlacement, DomainPlacementArgs } from "../../provider/resources/domain-placement/resource";
import type { Host, HostArgs, HypervisorArgs } from "../../provider/resources/host/resource";
import type { LibvirtSshAccess, LibvirtSshAccessArgs } from "../../provider/resources/libvirt-ssh-access/resource";
import type { LibvirtTlsPki, LibvirtTlsPkiArgs } from "../../provider/resources/libvirt-tls-pki/resource";
import type {
  LibvirtTlsRequests,
  LibvirtTlsRequestsArgs,
} from "../../provider/resources/libvirt-tls-requests/resource";
import type { MigrationFirewall, MigrationFirewallArgs } from "../../provider/resources/migration-firewall/resource";
import type { NfsExport, NfsExportArgs } from "../../provider/resources/nfs-export/resource";
import type { NfsMount, NfsMountArgs } from "../../provider/resources/nfs-mount/resource";
import type {
  PlacementPolicy,
  PlacementPolicyArgs,
  PolicyGuestArgs,
} from "../../provider/resources/placement-policy/resource";
import type { QemuGuest, QemuGuestArgs } from "../../provider/resources/qemu-guest/resource";
import type { ManagedResource, ResourceType } from "../../provider/resources/shared/managed-resource";
import { definitions } from "../../schema/definitions";
import { oneOfEach } from "../one-of-each";

/** Inputs that no program writes: they are derived from the others. */
const derived = {
  CpuBaseline: [],
  Domain: ["uuid", "name", "definition", "removedDevices"],
  DomainPlacement: [],
  Host: [],
  LibvirtSshAccess: ["accessId"],
  LibvirtTlsPki: [],
  LibvirtTlsRequests: [],
  MigrationFirewall: ["firewallId"],
  NfsExport: ["source"],
  NfsMount: ["location"],
  PlacementPolicy: ["found", "placements", "powerStates", "reasons", "origins", "brokenPreferences"],
  QemuGuest: ["commandLine"],
} as const;

type Inputs<T extends ResourceType> = z.input<(typeof definitions)[T]["schema"]>;
type State<T extends ResourceType> = (typeof definitions)[T] extends {
  stateOf(...args: never[]): infer Known;
}
  ? NonNullable<Known>
  : never;

/** The arguments as a constructor hands them on: a `Host` becomes its name, or how it is reached. */
type Sent<Args, Replaced> = Omit<Args, keyof Replaced> & Replaced;
type Named = ConnectionArgs & { name: string };
type PolicyGuest = { uuid: string; name: string; definition: string } & Omit<PolicyGuestArgs, "domain">;
type Hosts = Record<string, ConnectionArgs>;
type Candidates = Record<string, ConnectionArgs & HypervisorArgs>;

/** A type without what only one side says: `Input`, `readonly`, and that an optional property may be undefined. */
type Plain<T> = T extends undefined | Promise<unknown> | Output<unknown>
  ? never
  : T extends readonly (infer Element)[]
    ? Plain<Element>[]
    : T extends object
      ? { -readonly [Key in keyof T]: Plain<T[Key]> }
      : T;

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Part<T, Key> = Pick<T, Key & keyof T>;

/** Names of properties that one side lacks, or that have another type there, at any depth. */
type Differing<A, B> = {
  [Key in keyof A | keyof B]: Identical<Part<A, Key>, Part<B, Key>> extends true ? never : Key;
}[keyof A | keyof B];

type Disagreement<T extends ResourceType, Args> = Differing<
  Plain<Args>,
  Plain<Omit<Inputs<T>, (typeof derived)[T][number]>>
>;

/** Outputs of a class that neither the state nor the inputs can fill. */
type Unfilled<T extends ResourceType, Class> = Exclude<
  { [Key in keyof Class]: Class[Key] extends Output<unknown> ? Key : never }[keyof Class],
  keyof ManagedResource | keyof State<T> | keyof Inputs<T>
>;

type None<Names extends never> = Names;

/** tsc names what differs: `Type '"fenced"' does not satisfy the constraint 'never'`. */
interface Checked {
  CpuBaseline: None<
    Disagreement<"CpuBaseline", Sent<CpuBaselineArgs, { hosts: Hosts }>> | Unfilled<"CpuBaseline", CpuBaseline>
  >;
  Domain: None<Disagreement<"Domain", DomainArgs> | Unfilled<"Domain", Domain>>;
  DomainPlacement: None<
    | Disagreement<
        "DomainPlacement",
        Sent<
          DomainPlacementArgs,
          {
            domain: { uuid: string; name: string; definition: string };
            host?: string;
            anyOf?: { hosts: string[]; prefer?: string };
            candidates: Candidates;
          }
        >
      >
    | Unfilled<"DomainPlacement", DomainPlacement>
  >;
  Host: None<Disagreement<"Host", HostArgs> | Unfilled<"Host", Host>>;
  LibvirtSshAccess: None<
    | Disagreement<"LibvirtSshAccess", Sent<LibvirtSshAccessArgs, { hosts: Hosts }>>
    | Unfilled<"LibvirtSshAccess", LibvirtSshAccess>
  >;
  LibvirtTlsPki: None<
    | Disagreement<"LibvirtTlsPki", Sent<LibvirtTlsPkiArgs, { authority?: Named; hosts: Hosts }>>
    | Unfilled<"LibvirtTlsPki", LibvirtTlsPki>
  >;
  LibvirtTlsRequests: None<
    | Disagreement<"LibvirtTlsRequests", Sent<LibvirtTlsRequestsArgs, { hosts: Hosts }>>
    | Unfilled<"LibvirtTlsRequests", LibvirtTlsRequests>
  >;
  MigrationFirewall: None<
    | Disagreement<"MigrationFirewall", Sent<MigrationFirewallArgs, { hosts: Candidates; peers?: Candidates }>>
    | Unfilled<"MigrationFirewall", MigrationFirewall>
  >;
  NfsExport: None<Disagreement<"NfsExport", Sent<NfsExportArgs, { server: Named }>> | Unfilled<"NfsExport", NfsExport>>;
  NfsMount: None<Disagreement<"NfsMount", Sent<NfsMountArgs, { host: Named }>> | Unfilled<"NfsMount", NfsMount>>;
  PlacementPolicy: None<
    | Disagreement<"PlacementPolicy", Sent<PlacementPolicyArgs, { hosts: Hosts; guests: Record<string, PolicyGuest> }>>
    | Unfilled<"PlacementPolicy", PlacementPolicy>
  >;
  QemuGuest: None<
    | Disagreement<"QemuGuest", Sent<QemuGuestArgs, { name: string; host: string; candidates: Candidates }>>
    | Unfilled<"QemuGuest", QemuGuest>
  >;
}

const types: (keyof Checked)[] = Object.keys(definitions) as ResourceType[];

test.each(types)("%s: what no program writes is derived in check", (type) => {
  const { schema, derived: of, decided }: Derived = definitions[type];
  const keys = [...(of?.keys ?? []), ...(decided?.keys ?? [])];
  expect(keys).toEqual(expect.arrayContaining([...derived[type]]));
  expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining([...keys]));
});

interface Derived {
  schema: z.ZodObject;
  derived?: { keys: readonly string[] };
  decided?: { keys: readonly string[] };
}

test("each output that a class declares is one that Pulumi is told of", async () => {
  const { stdout } = await run(
    ["git", "grep", "--untracked", "-lE", "class .* extends ManagedResource", "--", "provider/resources"],
    {
      cwd: repository,
    },
  );
  const texts = stdout
    .split("\n")
    .filter(Boolean)
    .map((path) => readFileSync(join(repository, path), "utf8"));
  const { resources } = await oneOfEach();
  for (const [type, resource] of Object.entries(resources)) {
    const text = texts.find((one) => one.includes(`export class ${type} extends ManagedResource`)) ?? "";
    const declared = [...text.matchAll(/declare readonly (\w+): Output</g)].map(([, name]) => name);
    expect(declared).not.toEqual([]);
    expect(Object.keys(resource)).toEqual(expect.arrayContaining(declared));
  }
});
