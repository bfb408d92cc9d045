/**
 * Pure: devices and features of a definition that keep its guest from moving live, and those that can be left out on
 * request.
 *
 * @see https://libvirt.org/formatdomain.html#devices
 */
import { type BlockerKind, blockerOf } from "../../migration-blockers/table";
import { isDiskShorthand } from "../../qemu-command-line/arguments";
import { migrationBlockersIn, unmovableFormats } from "../../qemu-command-line/migration-blockers";
import { devicesOf, nameOf } from "./devices";
import { layersOf } from "./disks";
import { commandLineArguments } from "./qemu-arguments";
import { isOnUsb } from "./usb";
import { attributeAt, type Element, elementAt, elementsAt } from "./xml";

/** Kinds that move, and may be left out nevertheless. */
export const optionalKinds = ["cdrom", "floppy", "usb"] as const;

export type DeviceKind = BlockerKind | (typeof optionalKinds)[number];

export interface BlockingDevice<Kind extends DeviceKind = DeviceKind> {
  kind: Kind;
  /** The element that it is, and those that are left out with it. */
  elements: readonly Element[];
  /** The device in words, e.g. `shmem my_shmem`. */
  what: string;
}

/** All that cannot move, by the table. */
export function blockingDevices(domain: Element): BlockingDevice<BlockerKind>[] {
  const devices = devicesOf(domain).flatMap((element) => {
    const kind = deviceBlocker(element);
    return kind === undefined ? [] : [{ kind, elements: [element], what: nameOf(element) }];
  });
  return [...devices, ...features(domain), ...ofCommandLine(domain)];
}

/** All of these kinds, whether they could move or not. */
export function devicesOfKinds(domain: Element, kinds: readonly DeviceKind[]): BlockingDevice[] {
  const optional = devicesOf(domain).flatMap((element): BlockingDevice[] => {
    const kind = optionalKinds.find((one) => kinds.includes(one) && isOptional[one](element));
    return kind === undefined ? [] : [{ kind, elements: [element], what: nameOf(element) }];
  });
  const taken = new Set(optional.flatMap(({ elements }) => elements));
  const blocking = blockingDevices(domain).filter(
    ({ kind, elements }) => kinds.includes(kind) && !elements.some((one) => taken.has(one)),
  );
  return [...optional, ...blocking];
}

const isOptional: Record<(typeof optionalKinds)[number], (device: Element) => boolean> = {
  cdrom: ({ name, attributes }) => name === "disk" && attributes.device === "cdrom",
  floppy: ({ name, attributes }) => name === "disk" && attributes.device === "floppy",
  usb: isOnUsb,
};

/** e.g. `virtiofs data (line 12), which cannot move live: … Mount NFS in the guest.`; follows `has`. */
export function blockingProblem({ kind, what, elements }: BlockingDevice<BlockerKind>): string {
  const { reason, remedy } = blockerOf(kind);
  const line = elements[0]?.line;
  return `${what}${line === undefined ? "" : ` (line ${line})`}, which cannot move live: ${reason}.${remedy === "none" ? "" : ` ${remedy[0]?.toUpperCase()}${remedy.slice(1)}.`}`;
}

function deviceBlocker(device: Element): BlockerKind | undefined {
  const { type, model, bus } = device.attributes;
  switch (device.name) {
    case "hostdev":
      if (type === "scsi_host") return "vhost-scsi";
      return (type === "pci" || type === "mdev") && !isUnpluggedForMoves(device) ? "vfio" : undefined;
    case "interface":
      if (type === "hostdev") return isUnpluggedForMoves(device) ? undefined : "vfio";
      if (type === "vdpa") return "vdpa";
      return attributeAt(device, "type", "model") === "usb-net" ? "usb-net" : undefined;
    case "filesystem":
      return fileSystemBlocker(device);
    case "shmem":
      return device.attributes.role === "master" ? undefined : "shmem";
    case "disk":
      return diskBlocker(device);
    case "controller":
      return type === "nvme" ? "nvme" : undefined;
    case "input":
      return type === "passthrough" ? "input-passthrough" : undefined;
    case "tpm":
      return attributeAt(device, "type", "backend") === "passthrough" ? "tpm-passthrough" : undefined;
    case "video":
      return attributeAt(device, "accel3d", "model", "acceleration") === "yes" ? "3d-acceleration" : undefined;
    case "sound":
      return model === "usb" || model === "virtio" ? "sound" : undefined;
    case "serial":
      return attributeAt(device, "type", "target") === "usb-serial" ? "usb-serial" : undefined;
    case "channel":
      return type === "qemu-vdagent" ? "vdagent" : undefined;
    case "crypto":
      return "crypto";
    case "iommu":
      return model === "amd" ? "iommu" : undefined;
    default:
      return bus === "nvme" ? "nvme" : undefined;
  }
}

/** QEMU takes it out of the guest for the time of the move, and libvirt gives it another one on the other side. */
const isUnpluggedForMoves = (device: Element) => attributeAt(device, "type", "teaming") === "transient";

function fileSystemBlocker(device: Element): BlockerKind {
  const driver = attributeAt(device, "type", "driver");
  if (driver === "virtiofs") return "virtiofs";
  return driver === "mtp" ? "usb-mtp" : "9p";
}

function diskBlocker(disk: Element): BlockerKind | undefined {
  const { type } = disk.attributes;
  if (elementsAt(disk, "transient").length > 0) return "transient";
  if (type === "nvme" || attributeAt(disk, "bus", "target") === "nvme") return "nvme";
  if (type === "dir" && elementsAt(disk, "readonly").length === 0) return "vvfat";
  return formatsOf(disk).some((format) => unmovableFormats.includes(format)) ? "image-format" : undefined;
}

/** An image's format stands in its driver, that of a layer below in an element of its own. */
const formatsOf = (disk: Element): string[] =>
  layersOf(disk).map((layer) => attributeAt(layer, "type", layer === disk ? "driver" : "format") ?? "");

function features(domain: Element): BlockingDevice<BlockerKind>[] {
  const found: BlockingDevice<BlockerKind>[] = [];
  const add = (kind: BlockerKind, element: Element | undefined, what: string) => {
    if (element !== undefined) found.push({ kind, elements: [element], what });
  };
  const security = elementAt(domain, "launchSecurity");
  add("launch-security", security, `launchSecurity ${security?.attributes.type ?? ""}`.trim());
  const cpu = elementAt(domain, "cpu");
  const wanted = elementsAt(domain, "cpu", "feature").find(
    ({ attributes: { name, policy = "require" } }) => name === "invtsc" && ["require", "force"].includes(policy),
  );
  const timers = elementsAt(domain, "clock", "timer").map(({ attributes }) => attributes);
  const hasFrequency = timers.some(({ name, frequency }) => name === "tsc" && Number(frequency) > 0);
  if (!hasFrequency) add("invtsc", wanted, "CPU feature invtsc");
  if (!hasFrequency && passesInvtscThrough(domain, cpu))
    add("invtsc", cpu, "cpu host-passthrough with migratable='off'");
  const hyperv = elementAt(domain, "features", "hyperv");
  // Without KVM there is nothing to pass through.
  if (domain.attributes.type === "kvm" && hyperv?.attributes.mode === "passthrough")
    add("hyperv-passthrough", hyperv, "hyperv passthrough");
  return found;
}

function passesInvtscThrough(domain: Element, cpu: Element | undefined): boolean {
  const { mode, migratable } = cpu?.attributes ?? {};
  const isOff = elementsAt(domain, "cpu", "feature").some(
    ({ attributes: { name, policy = "" } }) => name === "invtsc" && ["disable", "forbid"].includes(policy),
  );
  return domain.attributes.type === "kvm" && mode === "host-passthrough" && migratable === "off" && !isOff;
}

function ofCommandLine(domain: Element): BlockingDevice<BlockerKind>[] {
  const args = commandLineArguments(domain);
  const argv = args.map(({ attributes }) => attributes.value ?? "");
  return migrationBlockersIn(argv).map(({ kind, what, index, value }) => ({
    kind,
    elements: args.slice(index, index + (value === undefined || isDiskShorthand(argv[index] ?? "") ? 1 : 2)),
    what: `${what} in <qemu:commandline>`,
  }));
}
