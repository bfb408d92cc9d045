/** Schemas that several resources share. */
import { z } from "zod";
import type { ConnectionArgs } from "../../host/connection-args";

export const flag = z.boolean("must be true or false");
export const whole = (unit: string, least: number, most: number) =>
  z
    .int(`must be a whole number of ${unit}`)
    .min(least, `must be ${least} or more`)
    .max(most, `must be ${most} at most`);
export const text = (what: string) => z.string(`must be text: ${what}`).min(1, `must not be empty: ${what}`);
const fingerprint = z
  .string()
  .regex(
    /^(SHA256:[A-Za-z0-9+/]{43}=?|(ssh|ecdsa)-\S+ [A-Za-z0-9+/]+=*( .*)?)$/,
    "must be a fingerprint as `ssh-keygen -lf` prints it (SHA256:…) or a public key (ssh-ed25519 AAAA…)",
  );

/** An address and a user name stand in URIs and on command lines: what ssh itself refuses there is refused here. */
const reach = {
  address: text("a name or an IP address").regex(
    /^[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?$/,
    "must be a host name or an IP address, without user, port or brackets",
  ),
  port: z.int("must be a whole number").min(1, "must be 1 to 65535").max(65535, "must be 1 to 65535").optional(),
  user: text("a user name")
    .regex(/^[a-z_][a-z0-9_.-]*\$?$/i, "must be a user name")
    .optional(),
  hostKey: z.union([fingerprint, z.array(fingerprint).min(1, "must have a key")]).optional(),
  knownHosts: text("path of a known_hosts file").optional(),
  sshConfig: z.union([text("path of a configuration file of ssh"), z.literal(false)]).optional(),
  agent: z.union([text("path of an agent's socket"), z.literal(false)]).optional(),
  identityFile: text("path of a private key").optional(),
  privateKey: text("a private key").optional(),
  passphrase: z.string().optional(),
  sudo: flag.optional(),
  connectTimeoutSeconds: z.number("must be a number of seconds").positive("must be above 0").max(3600).optional(),
};

type Schema<T> = z.ZodType<T, T>;

const proxyJump: Schema<ConnectionArgs> = z.lazy(
  () => z.strictObject({ ...reach, proxyJump: proxyJump.optional() }) as unknown as Schema<ConnectionArgs>,
);

/** Inputs for the way to one host. */
export const connection = z.strictObject({ ...reach, proxyJump: proxyJump.optional() });

const migrations = z.int("must be a whole number of migrations").min(1, "must be 1 or more").max(1000).optional();

/** Limits of the migrations to and from a host. */
export const hypervisor = {
  migrationAddress: reach.address.optional(),
  maxOutgoingMigrations: migrations,
  maxIncomingMigrations: migrations,
};

/** The same with the name that the program gave to the host, for messages. */
export const namedConnectionInput = connection.extend({ name: text("the name of a Host") });

/** Several hosts by the names that the program gave to them. */
export const connections = z.record(z.string(), connection, "must be Hosts");

export function hasDistinctAddresses(hosts: z.infer<typeof connections>): boolean {
  const addresses = Object.values(hosts).map(({ address }) => address);
  return new Set(addresses).size === addresses.length;
}

/** Inputs of a connection that no message shows. */
export const connectionSecretKeys: readonly string[] = ["privateKey", "passphrase"];

/** An absolute path, plain enough to stand in exports(5), in unit files and on command lines. */
export const plainPath = (what: string) =>
  text(what)
    .max(200, "must have 200 characters at most")
    .regex(
      /^(\/[A-Za-z0-9._+@=:-]+)+$/,
      "must be an absolute path of letters, digits and . _ + @ = : -, without a / at its end",
    )
    .refine(
      (path) => !path.split("/").some((part) => part === "." || part === ".."),
      "must not contain . or .. as a part",
    );
