/** Provider side: hosts out of checked inputs. */
import type { z } from "zod";
import type { ConnectionArgs } from "../../host/connection-args";
import type { RemoteHost } from "../../host/host";
import { SshHost } from "../../host/ssh-host";
import { askedTogether } from "../../host/together";
import type { Candidate } from "../../placement/observe/candidate";
import type { Candidates } from "../guest-placement/inputs";
import type { connection, hypervisor } from "./inputs";

type Hypervisor = { [Key in keyof typeof hypervisor]?: z.infer<(typeof hypervisor)[Key]> };

/**
 * @param reached what is not of the connection is left out: the same machine is the same connection
 * @param onlyLooks what is asked at the same time is sent as one command. @default false
 */
export function hostAt(
  reached: z.infer<typeof connection> & { name?: string } & Hypervisor,
  onlyLooks = false,
): RemoteHost {
  const { name: _, migrationAddress: _a, maxOutgoingMigrations: _o, maxIncomingMigrations: _i, ...args } = reached;
  const host = new SshHost(args as ConnectionArgs); // checked inputs hold no undefined values
  return onlyLooks ? askedTogether(host) : host;
}

const defaultMigrations = 2;

export const candidatesOf = (among: Candidates, onlyLooks = false): Candidate[] =>
  Object.entries(among).map(([name, given]) => ({
    name,
    address: given.address,
    port: given.port ?? 22,
    migrationAddress: given.migrationAddress,
    maxOutgoingMigrations: given.maxOutgoingMigrations ?? defaultMigrations,
    maxIncomingMigrations: given.maxIncomingMigrations ?? defaultMigrations,
    host: hostAt(given, onlyLooks),
  }));
