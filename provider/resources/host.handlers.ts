/** Provider side of `Host`. */
import { z } from "zod";
import type { ConnectionArgs } from "../host/connection-args";
import { SshHost } from "../host/ssh-host";
import { type HostFacts, observeFacts } from "../libvirt/host-facts";
import type { Context } from "../lifecycle/context";
import type { Definition } from "../lifecycle/definition";

const text = (what: string) => z.string(`must be text: ${what}`).min(1, `must not be empty: ${what}`);
const fingerprint = z
  .string()
  .regex(
    /^(SHA256:[A-Za-z0-9+/]{43}=?|(ssh|ecdsa)-\S+ [A-Za-z0-9+/]+=*( .*)?)$/,
    "must be a fingerprint as `ssh-keygen -lf` prints it (SHA256:…) or a public key (ssh-ed25519 AAAA…)",
  );

/** An address and a user name stand in URIs and on command lines: what ssh itself refuses there is refused here. */
const connection = {
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
  agent: z.union([text("path of an agent's socket"), z.literal(false)]).optional(),
  identityFile: text("path of a private key").optional(),
  privateKey: text("a private key").optional(),
  passphrase: z.string().optional(),
  sudo: z.boolean("must be true or false").optional(),
  connectTimeoutSeconds: z.number("must be a number of seconds").positive("must be above 0").max(3600).optional(),
};

const proxyJump: z.ZodType = z.lazy(() => z.strictObject({ ...connection, proxyJump: proxyJump.optional() }));
const schema = z.strictObject({ ...connection, proxyJump: proxyJump.optional() });

export const host: Definition<typeof schema, HostFacts> = {
  schema,
  // Another address may well be the same machine; what is on it is the business of the resources that use it.
  replaceOn: [],
  secrets: ["privateKey", "passphrase"],
  id: (args) => args.address,
  observe,
  reconcile: async (context, args, observed) => observed ?? observe(context, args), // there is nothing to make so
  remove: async () => {}, // it owns nothing
};

function observe({ signal }: Context, args: z.infer<typeof schema>): Promise<HostFacts> {
  return observeFacts(new SshHost(args as ConnectionArgs), signal);
}
