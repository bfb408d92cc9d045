/** Builds the lab's guests from their source into qcow2 images in the cache. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { buildOnce } from "../lock";
import { cacheFolder } from "../paths";
import { run } from "../process";

/** A guest's use of its memory. */
export interface GuestOptions {
  /** Pseudo-random data that it writes to its memory before it counts, in MiB; 0 for none. */
  fillMiB: number;
  /** How much of that it rewrites per second, in MiB; 0 for none. */
  dirtyMiBPerSecond: number;
}

/**
 * `beat` only counts. `full` gives a migration 32 MiB to send, once. `dirty` makes a slowed migration last. `busy` writes
 * faster than 4 MiB/s, so that a migration with that bandwidth never converges.
 */
export const guests = {
  beat: { fillMiB: 0, dirtyMiBPerSecond: 0 },
  full: { fillMiB: 32, dirtyMiBPerSecond: 0 },
  dirty: { fillMiB: 48, dirtyMiBPerSecond: 4 },
  busy: { fillMiB: 8, dirtyMiBPerSecond: 16 },
} as const satisfies Record<string, GuestOptions>;

const source = join(__dirname, "guest.S");
/** The BIOS does not boot a virtio disk of a single sector. */
const diskBytes = 1024 ** 2;
const pageBytes = 4096;
/** Frequency of the PC's timer interrupt as the BIOS sets it: 1193182 Hz / 65536. */
const ticksPerSecond = 18.2065;

/** @returns path of the qcow2 image, built when it is not there yet. @throws Error naming every bad option */
export async function buildGuest(options: GuestOptions): Promise<string> {
  checkOptions(options);
  const definitions = [
    `FILL_BYTES=${options.fillMiB * 1024 ** 2}`,
    `PAGES_PER_TICK=${Math.round((options.dirtyMiBPerSecond * 1024 ** 2) / pageBytes / ticksPerSecond)}`,
  ];
  const hash = createHash("sha256").update(readFileSync(source)).update(definitions.join()).digest("hex").slice(0, 12);
  const image = join(cacheFolder(), "guests", `guest-${hash}.qcow2`);
  await buildOnce(
    image,
    () => assemble(definitions, image),
    () => {},
  );
  return image;
}

async function assemble(definitions: readonly string[], image: string): Promise<void> {
  const [object, raw, fresh] = [`${image}.o`, `${image}.raw`, `${image}.new`];
  mkdirSync(join(image, ".."), { recursive: true });
  const symbols = definitions.flatMap((definition) => ["--defsym", definition]);
  await run(["as", "--32", "--fatal-warnings", ...symbols, "-o", object, source]);
  await run(["ld", "-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-o", raw, object]);
  truncateSync(raw, diskBytes);
  await run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, fresh]);
  renameSync(fresh, image);
  for (const file of [object, raw]) rmSync(file);
}

function checkOptions({ fillMiB, dirtyMiBPerSecond }: GuestOptions): void {
  const problems = [
    (!Number.isInteger(fillMiB) || fillMiB < 0 || fillMiB > 1024) &&
      `fillMiB is ${fillMiB}: use a whole number from 0 to 1024.`,
    !(dirtyMiBPerSecond >= 0 && dirtyMiBPerSecond <= 1024) &&
      `dirtyMiBPerSecond is ${dirtyMiBPerSecond}: use a number from 0 to 1024.`,
    dirtyMiBPerSecond > 0 && fillMiB === 0 && "dirtyMiBPerSecond needs a fillMiB above 0: there is nothing to rewrite.",
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new Error(`Bad guest options: ${problems.join(" ")}`);
}
