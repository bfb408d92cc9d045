/** Pure: domains that a program can have, and why it has not the others. */
import { blockingDevices } from "../libvirt/definition/blocking-devices";
import { canonicalDefinition, markOf } from "../libvirt/definition/domain-xml";
import { withPlaceholders } from "../libvirt/definition/passwords";
import { type Element, elementOrMalformed, MalformedXml, parseXml, textAt } from "../libvirt/definition/xml";
import { ownedReason } from "./owned";
import { type FoundGuest, type LeftOut, nounOf, type SeenDomain, type SeenHost, type Sorted } from "./seen";

export function guestsOf(hosts: readonly SeenHost[], takeOver: boolean): Sorted {
  const all = hosts.flatMap((host) => host.domains.map((domain) => ({ host: host.name, domain })));
  const placesOf = (uuid: string) => all.filter(({ domain }) => domain.uuid === uuid).map(({ host }) => host);
  const sorted = all.map(({ host, domain }) => sort(host, domain, placesOf(domain.uuid), takeOver));
  const qemus = hosts.flatMap(({ name, qemus: found }) =>
    found.map((what) => ({
      what: `the QEMU ${what} on ${name}`,
      reason: "libvirt knows nothing of it, and nothing says how it would be started again.",
    })),
  );
  return {
    found: sorted.flatMap(({ found }) => found ?? []),
    leftOut: [...sorted.flatMap(({ leftOut }) => leftOut ?? []), ...qemus],
  };
}

function sort(
  host: string,
  seen: SeenDomain,
  places: readonly string[],
  takeOver: boolean,
): { found?: FoundGuest; leftOut?: LeftOut } {
  const shown = elementOrMalformed(seen.xml);
  const domain = shown instanceof MalformedXml ? undefined : withPlaceholders(shown, seen.hasPassword);
  if (domain === undefined)
    return { leftOut: { what: `the domain ${seen.uuid} on ${host}`, reason: "its definition could not be read." } };
  const found = guestOf(host, seen, domain);
  const reasons = reasonsAgainst(seen, domain, places, takeOver);
  return reasons.length === 0 ? { found } : { leftOut: { what: nounOf(found), reason: reasons.join(" ") } };
}

function guestOf(
  host: string,
  { uuid, state, autostart, persistent, hasPassword }: SeenDomain,
  domain: Element,
): FoundGuest {
  const { definition } = canonicalDefinition(domain, uuid);
  return {
    kind: "DomainPlacement",
    host,
    uuid,
    name: textAt(domain, "name") ?? uuid,
    xml: definition,
    powerState: state === "shut off" ? "shut off" : "running",
    autostart,
    persistent,
    blocking: blockingDevices(parseXml(definition)).map(({ what }) => what),
    hasPassword: hasPassword.includes(true),
    owner: markOf(domain)?.owner,
  };
}

function reasonsAgainst(
  { state, hasPassword }: SeenDomain,
  domain: Element,
  places: readonly string[],
  takeOver: boolean,
): string[] {
  const mark = markOf(domain);
  return [
    ...(places.length > 1
      ? [
          `it is on ${places.join(" and ")}: a guest belongs on one host. Undefine it where it does not belong, and look again.`,
        ]
      : []),
    ...(mark && !takeOver ? [ownedReason(mark.owner)] : []),
    ...(state === "running" || state === "shut off"
      ? []
      : [
          `it is ${state || "in an unknown state"}, and a program has it running or shut off. Bring it to one of both, and look again.`,
        ]),
    ...(hasPassword.filter(Boolean).length > 1
      ? ["it has several passwords, and a program written here can take one. Write its Domain by hand."]
      : []),
  ];
}
