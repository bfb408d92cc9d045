/** Provider side: hosts out of checked inputs. */
import type { z } from "zod";
import type { ConnectionArgs } from "../host/connection-args";
import type { Host } from "../host/host";
import { SshHost } from "../host/ssh-host";
import type { connection } from "./schemas";

/** @param reached its `name` is for messages only: the same machine is the same connection */
export function hostAt(reached: z.infer<typeof connection> & { name?: string }): Host {
  const { name: _, ...args } = reached;
  return new SshHost(args as ConnectionArgs); // checked inputs hold no undefined values
}
