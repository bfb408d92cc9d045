/** Unpacks a compressed kernel, which QEMU boots too: emulated, a guest needs 23 s in one measurement to unpack it by itself. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../process";

/** @param tree file system with the kernel and with xz. @returns the kernel as an ELF file */
export async function unpackKernel(tree: string, path: string): Promise<Buffer> {
  const packed = join(tree, "kernel.xz");
  writeFileSync(packed, payloadOf(readFileSync(join(tree, path))));
  await run(["chroot", tree, "xz", "--decompress", "/kernel.xz"]);
  const kernel = readFileSync(join(tree, "kernel"));
  rmSync(join(tree, "kernel"));
  return kernel;
}

/**
 * Pure: the compressed kernel in a bzImage. Its last four bytes are the unpacked size, which xz does not know.
 *
 * @throws Error when it is none
 * @see https://docs.kernel.org/arch/x86/boot.html (payload_offset)
 */
export function payloadOf(image: Buffer): Buffer {
  if (image.toString("latin1", 0x202, 0x206) !== "HdrS") throw new Error("The kernel is no bzImage.");
  const begin = (image.readUInt8(0x1f1) + 1) * 512 + image.readUInt32LE(0x248);
  return image.subarray(begin, begin + image.readUInt32LE(0x24c) - 4);
}
