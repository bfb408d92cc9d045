/** A network for guests across hosts: a bridge on each, and VXLAN between them. Hosts keep their own network as it is. */
import type { LabHost } from "../lab-host";
import { vxlanPort } from "../machine/announcement";

export const guestBridge = "guests0";
const tunnel = "vx-guests";

/** Addresses end like those of the hosts: 10.79.0.13 for 10.77.0.13. Guests have those above 10.79.0.100. */
const guestNetworkAddress = ({ address }: LabHost) => address.replace(/^10\.77\./, "10.79.");

/** Gives each host a bridge, and an address on it; until its next boot; again is fine. */
export async function addGuestNetwork(hosts: readonly LabHost[]): Promise<void> {
  await removeGuestNetwork(hosts);
  const add = (host: LabHost) =>
    host.script(
      `ip link add "$1" type bridge
       ip link add "$2" type vxlan id 79 dstport "$3" dev vec0
       ip link set "$2" master "$1" up
       ip link set "$1" up
       ip address add "$4/24" dev "$1"
       shift 4
       for other; do bridge fdb append 00:00:00:00:00:00 dev ${tunnel} dst "$other"; done`,
      ...[guestBridge, tunnel, String(vxlanPort), guestNetworkAddress(host)],
      ...hosts.filter(({ name }) => name !== host.name).map(({ address }) => address),
    );
  await Promise.all(hosts.map(add));
}

/** Removes it; none there is fine. */
export async function removeGuestNetwork(hosts: readonly LabHost[]): Promise<void> {
  const remove = 'ip link delete "$0" && ip link delete "$1"';
  await Promise.all(hosts.map((host) => host.tryExec(["sh", "-c", remove, tunnel, guestBridge])));
}

/** Address of the host on whose bridge a guest's card is, as another host has learned it from what came from there. */
export async function learnedPlace(host: LabHost, mac: string): Promise<string | undefined> {
  const { stdout } = await host.exec(["bridge", "fdb", "show", "dev", tunnel]);
  return new RegExp(`^${mac} .*\\bdst (\\S+)`, "m").exec(stdout)?.[1];
}
