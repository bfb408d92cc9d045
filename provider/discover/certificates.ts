/** Pure: certificates that a program can have, and why it has not the others. */

import { type HostBaseline, parseBaseline } from "../pki/baseline";
import { organizationOf, parseCertificate } from "../pki/certificate";
import { certificatePath } from "../pki/layout";
import type { PkiFacts } from "../pki/observe";
import { foreignFiles } from "../pki/ownership";
import { canonicalName } from "../util/address";
import { ownedReason } from "./owned";
import type { FoundPki, LeftOut, SeenHost, Sorted } from "./seen";

interface Enrolled {
  host: SeenHost;
  baseline: HostBaseline;
}

export function certificatesOf(hosts: readonly SeenHost[], takeOver: boolean): Sorted {
  const enrolled = hosts.flatMap((host): Enrolled[] => {
    const baseline = parseBaseline(factsOf(host)?.baseline ?? "");
    return baseline ? [{ host, baseline }] : [];
  });
  const labels = [...new Set(enrolled.map(({ baseline }) => baseline.authority))];
  const sorted = labels.map((label) => {
    const members = enrolled.filter(({ baseline }) => baseline.authority === label);
    return sort(label, members, hosts, takeOver);
  });
  return {
    found: sorted.flatMap(({ found }) => found ?? []),
    leftOut: [...sorted.flatMap(({ leftOut }) => leftOut ?? []), ...hosts.flatMap(foreignOn)],
  };
}

function sort(
  label: string,
  members: readonly Enrolled[],
  hosts: readonly SeenHost[],
  takeOver: boolean,
): { found?: FoundPki; leftOut?: LeftOut } {
  const names = members.map(({ host }) => host.name);
  const authority = hosts.find(({ connection }) => canonicalName(connection.address) === canonicalName(label));
  const [owned] = members.map(({ baseline }) => baseline);
  const found: FoundPki = {
    owner: owned?.owner,
    kind: "LibvirtTlsPki",
    host: authority?.name ?? label,
    hosts: members.filter(({ baseline }) => Object.keys(baseline.units).length > 0).map(({ host }) => host.name),
    organization: members.map(({ host }) => organizationIn(host)).find(Boolean) ?? "",
  };
  const leave = (reason: string) => ({ leftOut: { what: `the certificates of ${names.join(", ")}`, reason } });
  if (!takeOver && owned) return leave(ownedReason(owned.owner));
  if (label === "external") return leave("an authority outside has signed them: give them to a LibvirtTlsPki by hand.");
  if (!authority)
    return leave(`their authority is on ${label}, which is none of the hosts. Name it, too, and look again.`);
  return { found };
}

const factsOf = ({ pki }: SeenHost): PkiFacts | undefined => (pki === "unreadable" ? undefined : pki);

function organizationIn(host: SeenHost): string | undefined {
  const path = certificatePath({ service: "libvirt", role: "client" });
  const certificate = parseCertificate(factsOf(host)?.files.get(path)?.text);
  return certificate && organizationOf(certificate);
}

/** Nothing can go on with somebody else's authority. */
function foreignOn(host: SeenHost): LeftOut[] {
  const { name, pki } = host;
  if (pki === "unreadable")
    return [{ what: `the certificates of ${name}`, reason: "certtool, which reads them, is not there." }];
  const files = pki ? foreignFiles(pki) : [];
  return files.length === 0
    ? []
    : [
        {
          what: `the certificates of ${name}`,
          reason: `somebody else has made ${files.length === 1 ? files[0] : `${files.length} files, e.g. ${files[0]}`}. They serve moves as they are; a LibvirtTlsPki would put its own in their place.`,
        },
      ];
}
