import { parseXml } from "../../../../provider/libvirt/definition/xml";
import { roomNeededBy } from "../../../../provider/libvirt/preflight/room";

const pages = "<memoryBacking><hugepages><page size='2' unit='MiB'/></hugepages></memoryBacking>";

test.each<[string, ReturnType<typeof roomNeededBy>]>([
  ["<memory unit='MiB'>512</memory>", { memoryKiB: 512 * 1024 }],
  ["<memory>1024</memory><currentMemory>512</currentMemory>", { memoryKiB: 512 }],
  [
    "<memory unit='MiB'>512</memory><memoryBacking><hugepages/></memoryBacking>", // of a size that the host decides
    { memoryKiB: undefined },
  ],
  [`<memory unit='MiB'>512</memory>${pages}`, { memoryKiB: undefined, hugePages: { sizeKiB: 2048, count: 256 } }],
  ["", { memoryKiB: undefined }],
])("%s", (memory, room) => expect(roomNeededBy(parseXml(`<domain>${memory}</domain>`))).toEqual(room));
