/**
 * Pure: what in a command line keeps its guest from moving.
 *
 * @see https://gitlab.com/qemu-project/qemu (`unmigratable`, `migrate_add_blocker`)
 */
import { type BlockerKind, blockerOf } from "../migration-blockers/table";
import { own } from "../util/own";
import { type Option, optionsOf } from "./arguments";
import { imageOptions } from "./images";
import { usesTcg } from "./machine";
import { isOff, isOn } from "./option-list";
import { isJson, jsonPairs, optionPairs, type Pairs } from "./option-pairs";

export interface BlockingOption extends Option {
  kind: BlockerKind;
  /** The option in words, e.g. `-device nvme`. */
  what: string;
}

export function migrationBlockersIn(argv: readonly string[]): BlockingOption[] {
  // Only KVM gives a guest what its host's processor has.
  const byTcg = usesTcg(argv);
  return optionsOf(argv).flatMap((option) => {
    const [kind, what] = (option.option === "cpu" && byTcg ? undefined : blockerIn(option)) ?? [];
    return kind === undefined ? [] : [{ ...option, kind, what: `-${option.option} ${what}`.trim() }];
  });
}

/** As `argumentProblems` says it. */
export const blockerProblem = ({ kind, what }: BlockingOption): string => {
  const { reason, remedy } = blockerOf(kind);
  return `${what} cannot move: ${reason}. ${remedy === "none" ? "Leave it out" : `Leave it out, or ${remedy}`}`;
};

/** By their names without the bus. */
const deviceKinds: Readonly<Record<string, BlockerKind>> = {
  nvme: "nvme",
  "usb-audio": "sound",
  "virtio-sound": "sound",
  "virtio-snd": "sound",
  "usb-net": "usb-net",
  "usb-serial": "usb-serial",
  "usb-braille": "usb-serial",
  "usb-mtp": "usb-mtp",
  "virtio-crypto": "crypto",
  "virtio-input-host": "input-passthrough",
  "amd-iommu": "iommu",
  "vhost-scsi": "vhost-scsi",
  "vhost-user-fs": "virtiofs",
  "virtio-9p": "9p",
  "virtio-gpu-gl": "3d-acceleration",
  "virtio-vga-gl": "3d-acceleration",
  "vhost-vdpa-device": "vdpa",
  ...Object.fromEntries(
    ["usb-uas", "usb-wacom-tablet", "rocker", "ufs", "hv-syndbg", "riscv-iommu", "x-terminal3270", "x-pci-proxy-dev"]
      .concat(["vhost-user-gpio", "vhost-user-vsock", "vhost-user-rng", "vhost-user-i2c", "vhost-user-input"])
      .concat(["vhost-user-device", "vhost-user-scmi", "vhost-user-snd"])
      .map((name) => [name, "qemu-device" as const]),
  ),
};

const busSuffix = /-(pci|ccw|device)(-(non-)?transitional)?$/;

function deviceBlocker(pairs: Pairs): BlockerKind | undefined {
  const settings = new Map(pairs);
  const driver = settings.get("driver") ?? "";
  const name = driver.replace(busSuffix, "");
  // One of a pair is taken out of the guest for the time of the move.
  if (/^vfio-/.test(driver)) return settings.has("failover_pair_id") ? undefined : "vfio";
  if (/^ivshmem/.test(driver)) return isOn(settings.get("master")) ? undefined : "shmem";
  if (/^virtio-(gpu|vga)/.test(driver) && isOn(settings.get("virgl"))) return "3d-acceleration";
  return own(deviceKinds, driver) ?? own(deviceKinds, name);
}

type Found = readonly [kind: BlockerKind, what: string] | undefined;

function blockerIn({ option, value = "" }: Option): Found {
  switch (option) {
    case "device": {
      const pairs = optionPairs(value, "driver");
      const kind = deviceBlocker(pairs);
      return kind && [kind, new Map(pairs).get("driver") ?? ""];
    }
    case "usbdevice":
      return usbDeviceBlocker(value);
    case "virtfs":
      return ["9p", ""];
    case "cpu":
      return cpuBlocker(optionPairs(value, "model"));
    case "object":
      return securityObjects.includes(first(value, "qom-type"))
        ? ["launch-security", first(value, "qom-type")]
        : undefined;
    case "chardev":
      return first(value, "backend") === "qemu-vdagent" ? ["vdagent", "qemu-vdagent"] : undefined;
    case "tpmdev":
      return first(value, "type") === "passthrough" ? ["tpm-passthrough", "passthrough"] : undefined;
    case "netdev":
    case "nic":
      return first(value, "type") === "vhost-vdpa" ? ["vdpa", "vhost-vdpa"] : undefined;
    case "audio":
      return soundModels.includes(new Map(optionPairs(value, "driver")).get("model") ?? "")
        ? ["sound", value]
        : undefined;
    case "drive":
    case "blockdev":
      return imageBlocker(optionPairs(value, option === "blockdev" ? "driver" : undefined));
    case "accel":
      // With it QEMU makes a xenstore (hw/i386/kvm/xen_xenstore.c), which it marks as unmigratable.
      return new Map(optionPairs(value)).has("xen-version") ? ["qemu-device", "xen-version"] : undefined;
    default:
      return imageOptions.includes(option) ? imageBlocker([["file", value]]) : undefined;
  }
}

const first = (value: string, key: string) => new Map(optionPairs(value, key)).get(key) ?? "";
/** Later releases know only some of these; the device is the one with `usb-` in front. */
function usbDeviceBlocker(value: string): Found {
  const kind = own(deviceKinds, `usb-${value.split(":")[0]}`);
  return kind && [kind, value];
}

const securityObjects = ["sev-guest", "sev-snp-guest", "tdx-guest", "s390-pv-guest", "pef-guest"];
const soundModels = ["usb", "usb-audio", "virtio", "virtio-sound"];

function cpuBlocker(pairs: Pairs): Found {
  const settings = new Map(pairs);
  const has = (name: string) => settings.has(`+${name}`) || isOn(settings.get(name));
  const hasFrequency = Number(settings.get("tsc-frequency") ?? 0) > 0;
  if (has("invtsc") && !settings.has("-invtsc") && !hasFrequency) return ["invtsc", "invtsc"];
  const isWhole = ["host", "max"].includes(settings.get("model") ?? "") && isOff(settings.get("migratable"));
  if (isWhole && !hasFrequency && !settings.has("-invtsc") && !isOff(settings.get("invtsc")))
    return ["invtsc", `${settings.get("model")},migratable=off`];
  if (has("hv-passthrough") || has("hv_passthrough")) return ["hyperv-passthrough", "hv-passthrough"];
  const isAuto = settings.get("hv-no-nonarch-coresharing") === "auto";
  return isAuto ? ["hyperv-passthrough", "hv-no-nonarch-coresharing=auto"] : undefined;
}

/** QEMU's formats whose drivers add a blocker. */
export const unmovableFormats = ["vmdk", "vdi", "vhdx", "vpc", "qcow", "parallels"];

function imageBlocker(given: Pairs): Found {
  // A file's name may be a whole `-blockdev`.
  const pairs = given.flatMap(([key, value]): Pairs => {
    const json = value.replace(/^json:/, "");
    return key === "file" && json !== value && isJson(json) ? (jsonPairs(json) ?? []) : [[key, value]];
  });
  const format = pairs.find(([key, value]) => /(^|\.)(driver|format)$/.test(key) && unmovableFormats.includes(value));
  if (format) return ["image-format", format.join("=")];
  const isVvfat = pairs.some(([key, value]) => /(^|\.)driver$/.test(key) && value === "vvfat");
  const file = pairs.find(([key, value]) => key === "file" && /^fat:/.test(value));
  const writes = pairs.some(([key, value]) => /(^|\.)rw$/.test(key) && isOn(value));
  if (isVvfat && writes) return ["vvfat", "driver=vvfat"];
  if (file && /^fat:([^/]*:)?rw:/.test(file[1])) return ["vvfat", file.join("=")];
  const isNvme = pairs.some(([key, value]) =>
    key === "file" ? value.startsWith("nvme://") : /(^|\.)driver$/.test(key) && value === "nvme",
  );
  return isNvme ? ["nvme", "nvme"] : undefined;
}
