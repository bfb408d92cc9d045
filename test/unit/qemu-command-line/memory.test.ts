import { memoryKiBOf } from "../../../provider/qemu-command-line/memory";

test.each<[string, number | undefined]>([
  ["-m 2048", 2048 * 1024],
  ["-m 2G", 2 * 2 ** 20],
  ["-m size=512M,slots=2,maxmem=4G", 512 * 1024],
  ["-m 64 -m 128k", 128],
  ["-nodefaults", 128 * 1024],
  ["-m 1G -mem-path /dev/hugepages", undefined],
  ["-m 1G -object memory-backend-file,id=ram,size=1G,mem-path=/dev/hugepages", undefined],
  ["-m lots", undefined],
])("%s is %s KiB", (words, KiB) => expect(memoryKiBOf(words.split(" "))).toBe(KiB));
