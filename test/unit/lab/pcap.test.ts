import { isPlainQemuStream, isTlsHandshake, tcpConnections } from "../../../lab/machine/pcap";

const ports = { from: 49152, to: 49215 };
const [syn, synAck, ack] = [0x02, 0x12, 0x10];

function packet(from: string, to: string, sequence: number, flags: number, payload = "", captured = 192): Buffer {
  const [source = "", sourcePort] = from.split(":");
  const [destination = "", destinationPort] = to.split(":");
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(Number(sourcePort), 0);
  tcp.writeUInt16BE(Number(destinationPort), 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt16BE(0x5000 + flags, 12);
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0]);
  ip.writeUInt16BE(40 + payload.length, 2);
  const addresses = Buffer.from([source, destination].flatMap((address) => address.split(".").map(Number)));
  const ethernet = Buffer.from("0200000000010200000000020800", "hex");
  const padding = Buffer.alloc(Math.max(0, 6 - payload.length));
  return Buffer.concat([ethernet, ip, addresses, tcp, Buffer.from(payload, "latin1"), padding]).subarray(0, captured);
}

function pcap(...packets: Buffer[]): Buffer {
  const header = Buffer.from("d4c3b2a1020004000000000000000000c000000001000000", "hex");
  const records = packets.flatMap((bytes) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(bytes.length, 8);
    return [record, bytes];
  });
  return Buffer.concat([header, ...records]);
}

const [a, b] = ["10.78.0.11:50000", "10.78.0.12:49152"];
const opened = [packet(a, b, 0xffffffff, syn), packet(b, a, 500, synAck)];

test("each direction's first bytes and length, whatever is padded, cut off, repeated or probed", () => {
  const found = tcpConnections(
    pcap(
      ...opened,
      packet(a, b, 0, ack),
      packet(a, b, 0, ack, "QEVM"),
      packet(a, b, 0xffffffff, ack, "?"), // a keepalive probe
      packet(a, b, 4, ack, "x".repeat(2000)),
      packet(a, b, 4, ack, "x".repeat(2000)),
      packet(b, a, 501, ack, "ok"),
    ),
    ports,
  );
  expect(found).toEqual([
    {
      source: "10.78.0.11",
      sourcePort: 50000,
      destination: "10.78.0.12",
      destinationPort: 49152,
      sent: { firstBytes: Buffer.from(`QEVM${"x".repeat(60)}`), bytes: 2004 },
      received: { firstBytes: Buffer.from("ok"), bytes: 2 },
    },
  ]);
});

test("a connection is known by who opens it, and opened anew it is another one", () => {
  const fromThatPort = packet(b, "10.78.0.11:22", 1, syn); // an ephemeral port in the range
  const again = [packet(a, b, 0xffffffff, syn), packet(a, b, 70, syn), packet(a, b, 71, ack, "new")];
  const found = tcpConnections(pcap(fromThatPort, packet(a, b, 9, ack, "old"), ...opened, ...again), ports);
  expect(found.map(({ destinationPort, sent }) => [destinationPort, sent.firstBytes.toString()])).toEqual([
    [49152, ""],
    [49152, "new"],
  ]);
});

test("other packets and a cut-off end are fine, another file is not", () => {
  const cutOff = pcap(...opened, packet(a, b, 0, ack, "QEVM")).subarray(0, -4);
  const arp = Buffer.from(`${"ff".repeat(12)}0806${"00".repeat(46)}`, "hex");
  expect(tcpConnections(Buffer.concat([pcap(arp), cutOff.subarray(24)]), ports)).toMatchObject([
    { sent: { bytes: 0 } },
  ]);
  for (const other of [Buffer.alloc(0), Buffer.alloc(40)])
    expect(() => tcpConnections(other, ports)).toThrow("This is no pcap file of Ethernet packets.");
});

test("what a stream begins with tells whether it is encrypted", () => {
  const [tls, plain] = [Buffer.from("160301020001", "hex"), Buffer.from("QEVM\0\0\0\u0003")];
  expect([tls, plain, Buffer.alloc(0)].map(isTlsHandshake)).toEqual([true, false, false]);
  expect([tls, plain, Buffer.alloc(0)].map(isPlainQemuStream)).toEqual([false, true, false]);
});
