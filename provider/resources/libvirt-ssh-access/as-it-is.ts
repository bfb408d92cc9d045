/** Provider side of `LibvirtSshAccess`: what its hosts have of it, for `pulumi import`. */
import { ownersOfAllLines } from "../../libvirt/ssh-access/lines";
import { sharedFiles } from "../../libvirt/ssh-access/places";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import { libvirtSshAccess } from "./definition";
import {
  hasOwnAccess,
  markIn,
  noted,
  observeSshHosts,
  type SshAccessInputs,
  sshAccessSchema,
  sshDifferences,
} from "./observe";

export interface SshAccessAsItIs {
  isThere: boolean;
  owner: Owner | undefined;
  /** How the hosts differ from a resource with these hosts; none says that a login works. */
  differences: string[];
  /** Whose the other accesses on the hosts are. */
  others: Owner[];
}

/** @param hosts two or more. @param urn of the resource, by which its lines are known */
export async function sshAccessAsItIs(
  { signal }: Operation,
  hosts: SshAccessInputs["hosts"],
  urn: string,
): Promise<SshAccessAsItIs> {
  const given = sshAccessSchema.parse({ hosts });
  const args = { ...given, ...libvirtSshAccess.derived?.from(given, urn) };
  const mark = markIn(args);
  const seen = await observeSshHosts(args, {}, signal);
  return {
    isThere: seen.hosts.some((one) => hasOwnAccess(one, mark)),
    owner: seen.hosts.flatMap((one) => noted(one, mark))[0]?.owner,
    differences: sshDifferences(seen, mark),
    others: seen.hosts.flatMap(({ facts }) => sharedFiles.flatMap((file) => ownersOfAllLines(facts.files[file].text))),
  };
}
