/**
 * Every way that control and data can take. By the first one two guests swap hosts, in both directions at once; in
 * `npm run test:everything` by each.
 */
import { guests } from "../../lab/guest/build";
import { isPlainQemuStream, isTlsHandshake } from "../../lab/machine/pcap";
import { libvirtSshAccess } from "../../provider/resources/libvirt-ssh-access/definition";
import { PlacedGuest } from "./placed-guest";
import { ResourceHarness } from "./resource-harness";
import { connectionsTo, everything, prepareHypervisors, removeGuest, runningLab } from "./support";

const { lab, hvA, hvB } = runningLab();
const pair = [new PlacedGuest("swap-1", guests.beat), new PlacedGuest("swap-2", guests.beat)] as const;
const ssh = new ResourceHarness(libvirtSshAccess, "LibvirtSshAccess::ways");

/** As `libvirtd.listenTcp` and `authTcp` of a LibvirtTlsPki do, in less time. */
const listenTcp = (on: boolean) =>
  Promise.all(
    [hvA, hvB].map((host) =>
      host.script(
        `systemctl stop libvirtd.service
         sed -i '/^auth_tcp/d' /etc/libvirt/libvirtd.conf
         if [ "$1" = on ]; then echo 'auth_tcp = "none"' >> /etc/libvirt/libvirtd.conf; systemctl start libvirtd-tcp.socket
         else systemctl stop libvirtd-tcp.socket; fi
         systemctl start libvirtd.service`,
        on ? "on" : "off",
      ),
    ),
  );

beforeAll(async () => {
  await prepareHypervisors();
  await Promise.all([
    ssh.up({ hosts: connectionsTo([hvA, hvB]) }),
    listenTcp(true),
    ...pair.map((one) => one.furnish()),
  ]);
  await Promise.all([pair[0].up("hv-a"), pair[1].up("hv-b")]);
});
afterAll(async () => {
  await Promise.all(pair.map(({ guest }) => removeGuest(guest.name)));
  await listenTcp(false);
  await ssh.destroy();
});

interface Way {
  control: "peer-to-peer" | "direct";
  uri: "qemu+tls" | "qemu+ssh" | "qemu+tcp";
  data: "tls" | "plain" | "tunnelled";
}

/** Each value of each. */
const ways: Way[] = [
  { control: "peer-to-peer", uri: "qemu+tls", data: "tls" },
  { control: "peer-to-peer", uri: "qemu+tcp", data: "tunnelled" },
  { control: "direct", uri: "qemu+ssh", data: "plain" },
];
const others: Way[] = [
  { control: "peer-to-peer", uri: "qemu+ssh", data: "plain" },
  { control: "direct", uri: "qemu+ssh", data: "tls" },
  { control: "direct", uri: "qemu+tls", data: "plain" },
  { control: "peer-to-peer", uri: "qemu+tls", data: "plain" },
  { control: "peer-to-peer", uri: "qemu+tls", data: "tunnelled" },
  { control: "peer-to-peer", uri: "qemu+ssh", data: "tls" },
  { control: "peer-to-peer", uri: "qemu+ssh", data: "tunnelled" },
  { control: "peer-to-peer", uri: "qemu+tcp", data: "tls" },
  { control: "peer-to-peer", uri: "qemu+tcp", data: "plain" },
  { control: "direct", uri: "qemu+tls", data: "tls" },
  { control: "direct", uri: "qemu+tcp", data: "tls" },
  { control: "direct", uri: "qemu+tcp", data: "plain" },
];

test.each(everything ? [...ways, ...others] : ways)("$control, $uri, data $data", async (way) => {
  const { control, uri, data } = way;
  const movers = everything || way === ways[0] ? pair : pair.slice(0, 1);
  const moves = movers.map((guest) => ({ guest, to: guest.nextMove().to }));
  const capture = await lab.capture();
  await Promise.all(moves.map(({ guest, to }) => guest.up(to, { control, uri, data })));
  const streams = await capture.stop();
  await Promise.all(moves.map(({ guest, to }) => guest.expectOn(to)));
  const encrypted = data === "tls" || (data === "tunnelled" && uri !== "qemu+tcp");
  for (const { guest } of moves) {
    expect(guest.lastMigration).toMatchObject({ encrypted, transport: uri });
    for (const figure of ["totalTimeMs", "downtimeMs", "bytes", "iterations"] as const)
      expect(guest.lastMigration?.[figure]).toBeGreaterThan(0);
    expect(/crosses the network unencrypted/.test(guest.told)).toBe(!encrypted);
  }
  const isAsAsked = data === "tls" ? isTlsHandshake : isPlainQemuStream;
  const outside = data === "tunnelled" ? [] : moves;
  expect(streams.map((stream) => isAsAsked(stream.sent.firstBytes))).toEqual(outside.map(() => true));
  expect(streams.map(({ destination }) => destination).sort()).toEqual(
    outside.map(({ to }) => lab.host(to).address).sort(),
  );
});
