/** Provider side: hosts out of checked inputs. */
import type { z } from "zod";
import type { ConnectionArgs } from "../host/connection-args";
import type { Host } from "../host/host";
import { SshHost } from "../host/ssh-host";
import type { connection, hypervisor } from "./schemas";

type Hypervisor = { [Key in keyof typeof hypervisor]?: z.infer<(typeof hypervisor)[Key]> };

/** @param reached what is not of the connection is left out: the same machine is the same connection */
export function hostAt(reached: z.infer<typeof connection> & { name?: string } & Hypervisor): Host {
  const { name: _, migrationAddress: _a, maxOutgoingMigrations: _o, maxIncomingMigrations: _i, ...args } = reached;
  return new SshHost(args as ConnectionArgs); // checked inputs hold no undefined values
}
