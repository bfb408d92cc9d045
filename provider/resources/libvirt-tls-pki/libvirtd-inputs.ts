/** Input `libvirtd` of `LibvirtTlsPki`. No defaults here: the shell writes only those of whole inputs into the state. */
import { z } from "zod";
import { camelCase, withheldKeys } from "../../libvirt/daemon/keys";
import { flag, whole } from "../shared/inputs";

const port = z.int("must be a whole number").min(1, "must be 1 to 65535").max(65_535, "must be 1 to 65535");
const perms = z.string("must be text").regex(/^0?[0-7]{3}$/, "must be octal permissions as text, such as 0770");
const group = z.string("must be text").regex(/^[a-z_][a-z0-9_-]{0,31}$/i, "must be the name of a group");
const unixAuth = z.enum(["none", "polkit", "sasl"], "must be none, polkit or sasl");
const networkAuth = z.enum(["none", "sasl"], "must be none or sasl");
/** libvirt's strings know no escapes. */
const line = (what: string) =>
  z
    .string(`must be text: ${what}`)
    .min(1, `must not be empty: ${what}`)
    .max(1000, "must have 1000 characters at most")
    .regex(/^[^"\\\p{Cc}]+$/u, "must not have quotes, backslashes or control characters");
const most = 1_000_000;
const clients = whole("clients", 1, most);
const workers = whole("workers", 1, most);
const seconds = whole("seconds", -1, most);
const probes = whole("messages", 0, most);

const withheld = new Map(Object.entries(withheldKeys).map(([key, why]) => [camelCase(key), why]));

/** A key that libvirt has is refused with the reason, another one as every unknown property is. */
const nothingElse = z.undefined({
  error: ({ path = [] }) => {
    const why = withheld.get(String(path.at(-1)));
    return why === undefined ? "is not a property of this resource" : `cannot be set: ${why}`;
  },
});

const shape = {
  listenTls: flag.optional(),
  listenTcp: flag.optional(),
  tlsPort: port.optional(),
  tcpPort: port.optional(),
  listenAddr: z.enum(["0.0.0.0", "::"], 'must be "0.0.0.0" or "::": it is the same for all hosts').optional(),
  unixSockGroup: group.optional(),
  unixSockRoPerms: perms.optional(),
  unixSockRwPerms: perms.optional(),
  unixSockAdminPerms: perms.optional(),
  authUnixRo: unixAuth.optional(),
  authUnixRw: unixAuth.optional(),
  authTcp: networkAuth.optional(),
  authTls: networkAuth.optional(),
  tcpMinSsf: whole("bits", 112, 65_535).optional(),
  accessDrivers: z
    .array(z.enum(["polkit", "nop"], "must be polkit or nop"))
    .min(1, "must name one")
    .optional(),
  tlsNoSanityCertificate: flag.optional(),
  tlsPriority: line("a priority string of GnuTLS's").optional(),
  saslAllowedUsernameList: z.array(line("a pattern")).min(1, "must have one: nobody could connect").optional(),
  maxClients: clients.optional(),
  maxQueuedClients: clients.optional(),
  maxAnonymousClients: whole("clients", 0, most).optional(),
  minWorkers: workers.optional(),
  maxWorkers: workers.optional(),
  prioWorkers: workers.optional(),
  maxClientRequests: whole("requests", 1, most).optional(),
  adminMinWorkers: workers.optional(),
  adminMaxWorkers: workers.optional(),
  adminMaxClients: clients.optional(),
  adminMaxQueuedClients: clients.optional(),
  adminMaxClientRequests: whole("requests", 1, most).optional(),
  logLevel: z.int("must be 1 to 4").min(1, "must be 1 to 4").max(4, "must be 1 to 4").optional(),
  logFilters: line("filters such as 1:qemu 3:remote").optional(),
  logOutputs: line("outputs such as 3:journald").optional(),
  auditLevel: z.int("must be 0 to 2").min(0, "must be 0 to 2").max(2, "must be 0 to 2").optional(),
  auditLogging: flag.optional(),
  hostUuidSource: z.enum(["smbios", "machine-id"], "must be smbios or machine-id").optional(),
  keepaliveInterval: seconds.optional(),
  keepaliveCount: probes.optional(),
  adminKeepaliveInterval: seconds.optional(),
  adminKeepaliveCount: probes.optional(),
  ovsTimeout: whole("seconds", 1, most).optional(),
};

export const libvirtdInput = z.object(shape).catchall(nothingElse) as unknown as z.ZodObject<
  typeof shape,
  z.core.$strict
>;
