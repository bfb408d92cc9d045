/** Pure: networks of libvirt that are called the same on two hosts and are not the same. */
import type { Finding } from "../../../placement/preflight/finding";
import { devicesOf } from "../../definition/devices";
import { type Element, elementAt } from "../../definition/xml";
import type { LibvirtFacts, NetworkFacts } from "../libvirt-facts";

export interface UsedNetwork {
  network: string;
  portGroup: string;
}

/** Each once. */
export function usedNetworks(domain: Element): UsedNetwork[] {
  const used = devicesOf(domain).flatMap((device): UsedNetwork[] => {
    const { network, portgroup = "" } = elementAt(device, "source")?.attributes ?? {};
    const isNetworks = device.name === "interface" && device.attributes.type === "network";
    return isNetworks && network !== undefined ? [{ network, portGroup: portgroup }] : [];
  });
  return [...new Map(used.map((one) => [`${one.network}\n${one.portGroup}`, one])).values()];
}

type Side = { name: string } & Pick<LibvirtFacts, "networks">;

/** libvirt makes these for one host, with addresses of their own. */
const ofOneHost = ["nat", "route", "open", "isolated"];

const modeName: Readonly<Record<string, string>> = {
  nat: "a NAT of the host's own",
  route: "routed by the host",
  open: "routed by the host (open)",
  isolated: "isolated, the host's own",
};

const described = ({ mode, bridge }: NetworkFacts): string =>
  modeName[mode] ?? `of mode ${mode}${bridge && ` with the bridge ${bridge}`}`;

/** One that is not active, or not there, is a requirement that is not met. */
export function networkFindings(guest: string, used: readonly UsedNetwork[], from: Side, to: Side): Finding[] {
  return used.flatMap(({ network, portGroup }): Finding[] => {
    const [here, there] = [from, to].map(({ networks }) => networks.get(network));
    if (!here?.mode || !there?.mode) return [];
    const about = { hostName: to.name, subject: `network ${network}` };
    if (here.mode !== there.mode || (here.mode === "bridge" && here.bridge !== there.bridge))
      return [
        {
          ...about,
          code: "network-different",
          seen: `The network ${network} of ${guest} is ${described(here)} on ${from.name}, and ${described(there)} on ${to.name}.`,
          fix: "If both do not lead to the same segment, the guest is cut off after the move: define it alike on both (`virsh net-edit`).",
        },
      ];
    if (portGroup !== "" && here.portGroups.includes(portGroup) && !there.portGroups.includes(portGroup))
      return [
        {
          ...about,
          code: "network-different",
          seen: `The network ${network} has no port group ${portGroup} on ${to.name}, which ${guest} uses on ${from.name}: its VLAN and limits would be those of the network.`,
          fix: "Add the port group there (`virsh net-edit`).",
        },
      ];
    if (!ofOneHost.includes(here.mode)) return [];
    return [
      {
        ...about,
        code: "network-of-one-host",
        seen: `The network ${network} of ${guest} is ${described(here)} on ${from.name} and on ${to.name}: after the move it is in another network of the same name.`,
        fix: "Its connections end, and it reaches the guests of the other host no more. Where it should keep them, use a bridge to a network that both hosts have.",
      },
    ];
  });
}
