/** Pure: the TCP connections in a packet capture. */

/** One direction of a connection. */
interface Stream {
  /** The payload's beginning, at most {@link keptBytes} of it. */
  firstBytes: Buffer;
  /** The payload's length, by TCP's sequence numbers: retransmissions count once. Right below 2 GiB. */
  bytes: number;
}

/** One connection; the source opened it. */
export interface TcpConnection {
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  sent: Stream;
  received: Stream;
}

/** A range of TCP ports, both ends included. */
export interface PortRange {
  from: number;
  to: number;
}

const keptBytes = 64;
/** Bytes to capture of each packet: the headers with all options, and {@link keptBytes}. */
export const snapLength = 192;

/** TLS begins with a record of type handshake, of version 3.x. @see https://datatracker.ietf.org/doc/html/rfc8446#section-5.1 */
export const isTlsHandshake = (bytes: Buffer) => bytes[0] === 0x16 && bytes[1] === 0x03;
/** QEMU's unencrypted stream begins with a magic number. @see https://www.qemu.org/docs/master/devel/migration/main.html#stream-structure */
export const isPlainQemuStream = (bytes: Buffer) => bytes.toString("latin1", 0, 4) === "QEVM";

interface Segment {
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  sequence: number;
  isSyn: boolean;
  isAck: boolean;
  /** As much of it as was captured. */
  payload: Buffer;
  payloadLength: number;
}

interface Direction {
  stream: Stream;
  /** Sequence number of the payload's first byte. */
  start: number | undefined;
}

/**
 * @param capture a pcap file of Ethernet packets, written on a little-endian machine
 * @returns connections over IPv4 to these ports, in the order in which they were opened; connections that were
 *   open before the capture are left out, refused ones have no bytes
 * @throws Error for any other file
 * @see https://ietf-opsawg-wg.github.io/draft-ietf-opsawg-pcap/draft-ietf-opsawg-pcap.html
 */
export function tcpConnections(capture: Buffer, ports: PortRange): TcpConnection[] {
  const found: TcpConnection[] = [];
  const directions = new Map<string, Direction>();
  for (const segment of packets(capture).flatMap(readSegment)) {
    const { source, sourcePort, destination, destinationPort, sequence } = segment;
    const there = `${source}:${sourcePort} ${destination}:${destinationPort}`;
    const back = `${destination}:${destinationPort} ${source}:${sourcePort}`;
    const opens = segment.isSyn && !segment.isAck && destinationPort >= ports.from && destinationPort <= ports.to;
    if (opens && directions.get(there)?.start !== after(sequence)) {
      const [sent, received] = [emptyStream(), emptyStream()];
      found.push({ source, sourcePort, destination, destinationPort, sent, received });
      directions.set(there, { stream: sent, start: undefined }).set(back, { stream: received, start: undefined });
    }
    const direction = directions.get(there);
    if (direction) take(direction, segment);
  }
  return found;
}

const emptyStream = (): Stream => ({ firstBytes: Buffer.alloc(0), bytes: 0 });
/** Sequence numbers have 32 bits, and so has their difference. */
const after = (sequence: number) => (sequence + 1) >>> 0;

function take(direction: Direction, { sequence, isSyn, payload, payloadLength }: Segment): void {
  const { stream, start } = direction;
  if (isSyn) direction.start = after(sequence);
  if (isSyn || start === undefined || payloadLength === 0) return;
  const offset = (sequence - start) >>> 0;
  if (offset >= 2 ** 31) return; // a keepalive probe repeats the byte before the first one
  stream.bytes = Math.max(stream.bytes, offset + payloadLength);
  const known = stream.firstBytes.length;
  if (offset > known) return;
  stream.firstBytes = Buffer.concat([stream.firstBytes, payload.subarray(known - offset)]).subarray(0, keptBytes);
}

/** The last packet may be incomplete, when tcpdump was killed. */
function packets(capture: Buffer): Buffer[] {
  const [fileHeader, packetHeader] = [24, 16];
  if (capture.length < fileHeader || capture.readUInt32LE(0) !== 0xa1b2c3d4 || capture.readUInt32LE(20) !== 1)
    throw new Error("This is no pcap file of Ethernet packets.");
  const found: Buffer[] = [];
  for (let at = fileHeader; at + packetHeader <= capture.length; ) {
    const begin = at + packetHeader;
    const end = begin + capture.readUInt32LE(at + 8);
    if (end <= capture.length) found.push(capture.subarray(begin, end));
    at = end;
  }
  return found;
}

/** @returns nothing unless it is TCP over IPv4 */
function readSegment(packet: Buffer): Segment[] {
  const [ipv4, tcp, ethernetHeader, shortest] = [0x0800, 6, 14, 54];
  if (packet.length < shortest || packet.readUInt16BE(12) !== ipv4) return [];
  const ip = packet.subarray(ethernetHeader);
  const ipHeader = (ip.readUInt8(0) & 0x0f) * 4;
  if (ip.readUInt8(9) !== tcp || ip.length < ipHeader + 20) return [];
  const segment = ip.subarray(ipHeader);
  const tcpHeader = (segment.readUInt8(12) >> 4) * 4;
  const flags = segment.readUInt8(13);
  // Short packets are padded, so the length is IP's.
  const payloadLength = ip.readUInt16BE(2) - ipHeader - tcpHeader;
  return [
    {
      source: ip.subarray(12, 16).join("."),
      sourcePort: segment.readUInt16BE(0),
      destination: ip.subarray(16, 20).join("."),
      destinationPort: segment.readUInt16BE(2),
      sequence: segment.readUInt32BE(4),
      isSyn: (flags & 0x02) !== 0,
      isAck: (flags & 0x10) !== 0,
      payload: segment.subarray(tcpHeader, tcpHeader + payloadLength),
      payloadLength,
    },
  ];
}
