/** Pure: what a definition needs of a host, read out of the XML. */
import { isIP } from "node:net";
import { posix } from "node:path";
import { distinct, type Requirement, type RequirementKind } from "../../placement/preflight/host-requirements";
import { needsOf } from "../../qemu-command-line/needs";
import { devicesOf } from "./devices";
import { disksIn } from "./disks";
import { hugePagesOf } from "./huge-pages";
import { commandLineArguments } from "./qemu-arguments";
import { attributeAt, type Element, elementAt, elementsAt, parseXml, textAt, textOf } from "./xml";

const need = (kind: RequirementKind, what: string | undefined): Requirement[] =>
  what === undefined || what === "" ? [] : [{ kind, what }];

/** Each once. What no command on a host can tell is for libvirt to judge. */
export function requirementsOf(definition: string): Requirement[] {
  const domain = parseXml(definition);
  return distinct([
    ...need("emulator", textAt(domain, "devices", "emulator")),
    ...bootFiles(domain),
    ...disksIn(domain).flatMap(({ needs }) => needs),
    ...devicesOf(domain).flatMap(needsOfDevice),
    ...hugePagesOf(domain),
    ...commandLineNeeds(domain),
  ]);
}

/** @see https://libvirt.org/formatdomain.html#operating-system-booting */
function bootFiles(domain: Element): Requirement[] {
  const at = (...path: string[]) => elementsAt(domain, ...path);
  const named = ["loader", "kernel", "initrd", "dtb", "shim"].flatMap((name) => at("os", name));
  const texts = [...named, ...at("os", "acpi", "table")];
  const blobs = at("sysinfo")
    .filter(({ attributes }) => attributes.type === "fwcfg")
    .flatMap((info) => elementsAt(info, "entry"));
  return [
    ...texts.flatMap((element) => need("file", textOf(element))),
    ...need("file", attributeAt(domain, "template", "os", "nvram")),
    ...blobs.flatMap(({ attributes }) => need("file", attributes.file)),
  ].filter(({ what }) => posix.isAbsolute(what));
}

function needsOfDevice(device: Element): Requirement[] {
  const rom = need("file", attributeAt(device, "file", "rom"));
  return [...rom, ...(readers[device.name]?.(device, elementAt(device, "source")?.attributes ?? {}) ?? [])];
}

type Reader = (device: Element, source: Element["attributes"]) => Requirement[];

const characterDevice: Reader = (device, source) => {
  const { type } = device.attributes;
  const log = attributeAt(device, "file", "log");
  const logFolder = log === undefined ? [] : need("folder", posix.dirname(log));
  const sources = elementsAt(device, "source");
  switch (type) {
    case "file":
      return [...logFolder, ...(source.path ? need("folder", posix.dirname(source.path)) : [])];
    case "dev":
      return [...logFolder, ...need("device", source.path)];
    case "pipe":
      return [...logFolder, ...need("file", source.path)];
    case "unix":
      if (source.path === undefined) return logFolder;
      return [
        ...logFolder,
        ...(source.mode === "connect" ? need("file", source.path) : need("folder", posix.dirname(source.path))),
      ];
    case "tcp":
    case "udp":
      return [
        ...logFolder,
        ...sources.flatMap(({ attributes: { mode, host, service } }) =>
          mode === "bind" ? [...address(host), ...(type === "tcp" ? port(host, service) : [])] : [],
        ),
      ];
    default:
      return logFolder;
  }
};

/** One that a host has of its own; a name is resolved by each host, and `0.0.0.0` is on all of them. */
function address(text: string | undefined): Requirement[] {
  const isEverywhere = text === undefined || /^(0\.0\.0\.0|::|127\..*|::1)$/.test(text);
  if (isEverywhere || isIP(text) === 0 || text.includes("%")) return [];
  // As the kernel prints it.
  const what = isIP(text) === 6 ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
  return [{ kind: "address", what }];
}

/** One that the definition fixes; libvirt chooses others when the guest starts. @param host a name is resolved by each host */
function port(host = "127.0.0.1", number = ""): Requirement[] {
  if (!/^[1-9]\d*$/.test(number) || isIP(host) === 0) return [];
  const [own] = address(host);
  const what = own?.what ?? (/^(0\.0\.0\.0|::)$/.test(host) ? "*" : host);
  return [{ kind: "free port", what: `${what.includes(":") ? `[${what}]` : what}:${number}` }];
}

const readers: Readonly<Record<string, Reader>> = {
  serial: characterDevice,
  parallel: characterDevice,
  console: characterDevice,
  channel: characterDevice,
  redirdev: characterDevice,
  smartcard: characterDevice,
  interface: (device, source) => {
    const { type } = device.attributes;
    return [
      ...need("bridge", type === "bridge" ? source.bridge : undefined),
      ...need("network", type === "network" ? source.network : undefined),
      ...need("network interface", type === "direct" ? source.dev : undefined),
      ...need("network filter", attributeAt(device, "filter", "filterref")),
      ...(type === "vhostuser" && source.mode === "client" ? need("file", source.path) : []),
      ...(type === "hostdev" ? pciDevice(device) : []),
      ...(type === "server" ? address(source.address) : []),
    ];
  },
  graphics: (device) => {
    const listens = elementsAt(device, "listen").map(({ attributes }) => attributes);
    const fixed =
      listens.length > 0 ? listens : [{ type: "address", address: device.attributes.listen, network: undefined }];
    return [
      ...fixed.flatMap((listen) => (listen.type === "address" ? address(listen.address) : [])),
      ...fixed.flatMap((listen) => (listen.type === "network" ? need("network", listen.network) : [])),
      ...(device.attributes.autoport === "yes" || fixed[0]?.type !== "address"
        ? []
        : [...port(fixed[0].address, device.attributes.port), ...port(fixed[0].address, device.attributes.tlsPort)]),
      ...need("device", attributeAt(device, "rendernode", "gl")),
    ];
  },
  hostdev: (device) => {
    const isOptional = ["optional", "requisite"].includes(attributeAt(device, "startupPolicy", "source") ?? "");
    const { type } = device.attributes;
    if (isOptional) return [];
    return type === "usb" ? usbDevice(device) : type === "pci" ? pciDevice(device) : [];
  },
  input: (device, source) => need("device", device.attributes.type === "evdev" ? source.dev : source.evdev),
  rng: (device) => {
    const [backend] = elementsAt(device, "backend");
    if (backend === undefined) return [];
    if (backend.attributes.model === "random") return need("device", textOf(backend));
    return backend.attributes.model === "egd"
      ? characterDevice(backend, elementAt(backend, "source")?.attributes ?? {})
      : [];
  },
  tpm: (device) => {
    const [backend] = elementsAt(device, "backend");
    const { type } = backend?.attributes ?? {};
    if (type === "emulator")
      return [
        ...need("program", "swtpm"),
        ...need("program", "swtpm_setup"),
        ...need("secret", attributeAt(device, "secret", "backend", "encryption")),
      ];
    if (type === "external") return need("file", attributeAt(device, "path", "backend", "source"));
    return type === "passthrough" ? need("device", attributeAt(device, "path", "backend", "device")) : [];
  },
  memory: (device) => need("image", textAt(device, "source", "path")),
  pstore: (device) => need("image", textAt(device, "path")),
  filesystem: (device, source) => need("folder", device.attributes.type === "mount" ? source.dir : undefined),
  shmem: (device) => need("file", attributeAt(device, "path", "server")),
  audio: (device) =>
    device.attributes.type === "file" && device.attributes.path
      ? need("folder", posix.dirname(device.attributes.path))
      : [],
};

const hex = (text: string | undefined, digits: number) =>
  Number(text ?? 0)
    .toString(16)
    .padStart(digits, "0");

/** By vendor and product, where they are named; then any port will do. */
function usbDevice(device: Element): Requirement[] {
  const [vendor, product, place] = ["vendor", "product", "address"].map(
    (name) => elementAt(device, "source", name)?.attributes,
  );
  if (vendor && product) return need("USB device", `${hex(vendor.id, 4)}:${hex(product.id, 4)}`);
  return place ? need("USB device", `${Number(place.bus)}.${Number(place.device)}`) : [];
}

function pciDevice(device: Element): Requirement[] {
  const place = elementAt(device, "source", "address")?.attributes;
  if (place === undefined) return [];
  return need(
    "PCI device",
    `${hex(place.domain, 4)}:${hex(place.bus, 2)}:${hex(place.slot, 2)}.${hex(place.function, 1)}`,
  );
}

function commandLineNeeds(domain: Element): Requirement[] {
  const needs = needsOf(commandLineArguments(domain).map(({ attributes }) => attributes.value ?? ""));
  return [
    ...needs.images.flatMap(({ path, readonly }) => need(readonly ? "medium" : "image", path)),
    ...needs.files.flatMap((path) => need("file", path)),
    ...needs.folders.flatMap((path) => need("folder", path)),
    ...needs.bridges.flatMap((name) => need("bridge", name)),
  ];
}
