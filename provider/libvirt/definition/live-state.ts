/**
 * Pure: what `virsh dumpxml` of a running guest adds to its definition: names, ports and paths of this one run, which
 * libvirt makes anew at each start.
 *
 * @see https://libvirt.org/formatdomain.html
 */
import { attributeAt, type Element, elementAt, elementsAt, isElement } from "./xml";

export function withoutLiveState(domain: Element): Element {
  const isLive = domain.attributes.id !== undefined;
  const children = domain.children.flatMap((child): Element["children"] => {
    if (!isElement(child)) return [child];
    if (isDefaultLabel(child)) return [];
    if (child.name === "seclabel") return [withChildren(child, ({ name }) => name !== "imagelabel")];
    if (child.name !== "devices") return [child];
    const own = child.children.filter((device) => !(isLive && isElement(device) && isPartOfMachine(device)));
    const devices = own.map((device) => (isElement(device) ? cleaned(device, isLive) : device));
    return [{ ...child, children: isLive ? inOrder(devices) : devices }];
  });
  return { ...without(domain, "id"), children };
}

/** The label that libvirt chooses unless told otherwise. */
const isDefaultLabel = (element: Element): boolean =>
  element.name === "seclabel" &&
  element.attributes.type === "dynamic" &&
  element.attributes.relabel !== "no" &&
  elementsAt(element, "baselabel").length === 0;

/** Every q35 machine has this watchdog; later releases than 9.0 tell of it, and 9.0 knows no such model. */
const isPartOfMachine = ({ name, attributes: { model, action } }: Element) =>
  name === "watchdog" && model === "itco" && action === "reset";

/**
 * libvirt adds controllers to a guest that it starts behind those of the definition, and has each beside those of its kind
 * once it has read the definition again, as after a move. All have addresses by then.
 */
function inOrder(devices: Element["children"]): Element["children"] {
  const isController = (child: Element | string): child is Element => isElement(child) && child.name === "controller";
  const typeOf = (controller: Element) => controller.attributes.type ?? "";
  const controllers = devices.filter(isController);
  const types = [...new Set(controllers.map(typeOf))];
  const sorted = types.flatMap((type) =>
    controllers
      .filter((controller) => typeOf(controller) === type)
      .sort((one, other) => Number(one.attributes.index ?? 0) - Number(other.attributes.index ?? 0)),
  );
  return devices.map((child) => (isController(child) ? (sorted.shift() ?? child) : child));
}

function cleaned(device: Element, isLive: boolean): Element {
  const lean = withChildren(device, (child) => !isOfOneRun(child));
  switch (lean.name) {
    case "disk":
      return disk(lean);
    case "interface":
      return networkInterface(lean);
    case "graphics":
      return graphics(lean, isLive);
    case "channel":
    case "console":
    case "parallel":
    case "serial":
      return characterDevice(lean);
    case "hostdev":
      return isLive ? usbHostDevice(lean) : lean;
    case "memory":
      return mapped(lean, "target", (target) => withChildren(target, ({ name }) => name !== "current"));
    case "vsock":
      return mapped(lean, "cid", (cid) => (cid.attributes.auto === "yes" ? without(cid, "address") : cid));
    default:
      return lean;
  }
}

/** Names that users give to devices begin with `ua-`; those that libvirt gives to interfaces end in a number. */
const isOfOneRun = ({ name, attributes }: Element) =>
  (name === "alias" && !attributes.name?.startsWith("ua-")) ||
  (name === "target" && /^(vnet|vif|macvtap|macvlan)\d+$/.test(attributes.dev ?? "")) ||
  name === "mirror" ||
  name === "privateData";

function disk(device: Element): Element {
  const numbered = (element: Element): Element => ({
    ...without(element, "index"),
    children: element.children.map((child) => (isElement(child) ? numbered(child) : child)),
  });
  const managed = (source: Element) =>
    mapped(source, "reservations", (one) => (one.attributes.managed === "yes" ? { ...one, children: [] } : one));
  const plain = mapped(mapped(device, "source", numbered), "backingStore", numbered);
  return mapped(mapped(plain, "source", managed), "target", (target) => without(target, "tray"));
}

/** libvirt tells what a network has made of it: a bridge, a host's interface, or one of its devices. */
function networkInterface(device: Element): Element {
  if (attributeAt(device, "network", "source") === undefined) return device;
  const lean = withChildren(without(device, "managed"), ({ name }) => name !== "actual");
  const attributes = { ...lean.attributes, type: "network" };
  return mapped({ ...lean, attributes }, "source", (source) => ({
    ...without(source, "portid", "bridge", "dev", "mode"),
    children: [],
  }));
}

function graphics(device: Element, isLive: boolean): Element {
  const { autoport, websocket } = device.attributes;
  const automatic = autoport === "yes" ? without(device, "port", "tlsPort") : device;
  // "-1" is libvirt's word for a port that it chooses.
  const isChosen = isLive && autoport === "yes" && websocket !== undefined;
  const chosen = isChosen ? { ...automatic, attributes: { ...automatic.attributes, websocket: "-1" } } : automatic;
  const listens = mapped(chosen, "listen", (listen) => {
    if (listen.attributes.type === "network") return without(listen, "address");
    return isOwnPath(listen.attributes.socket) ? without(listen, "socket") : listen;
  });
  const byNetwork = isLive && attributeAt(device, "type", "listen") === "network";
  const names = [...(byNetwork ? ["listen"] : []), ...(isOwnPath(device.attributes.socket) ? ["socket"] : [])];
  return without(listens, ...names);
}

function characterDevice(device: Element): Element {
  const { type } = device.attributes;
  const lean = mapped(device, "target", (target) => (device.name === "channel" ? without(target, "state") : target));
  if (type === "pty") return withChildren(without(lean, "tty"), ({ name }) => name !== "source");
  const channel = attributeAt(device, "name", "target") ?? "";
  const isOwn = ({ name, attributes: { mode, path } }: Element) =>
    name === "source" && mode !== "connect" && isOwnSocket(path, channel);
  return type === "unix" ? withChildren(lean, (child) => !isOwn(child)) : lean;
}

/** Where libvirt puts a channel's socket, in all its releases. @see `qemuDomainChrMatchDefaultPath` of libvirt */
function isOwnSocket(path = "", channel: string): boolean {
  if (!path.endsWith(channel)) return false;
  const before = path.slice(0, path.length - channel.length);
  return (
    isOwnPath(path) && /\/libvirt\/qemu\/(lib\/)?channel\/(target\/)?([^/]+\.|domain-[^/]+\/|\d+-[^/]+\/)$/.test(before)
  );
}

/** Where libvirt puts sockets of its own, in all its releases. */
const isOwnPath = (path = "") =>
  /^(\/var\/lib|\/var\/run|\/run)\/libvirt\/qemu\/(channel\/|domain-)/.test(path) ||
  /\/libvirt\/qemu\/(lib\/)?(channel\/target\/)?domain-\d+-[^/]*\//.test(path);

/** Which of several ports it is plugged into: known by its vendor and product it need not be there again. */
function usbHostDevice(device: Element): Element {
  const source = elementAt(device, "source");
  if (device.attributes.type !== "usb" || source === undefined || elementsAt(source, "vendor").length === 0)
    return device;
  return mapped(device, "source", (one) => withChildren(one, ({ name }) => name !== "address"));
}

function without(element: Element, ...names: string[]): Element {
  const attributes = Object.entries(element.attributes).filter(([name]) => !names.includes(name));
  return { ...element, attributes: Object.fromEntries(attributes) };
}

const withChildren = (element: Element, keep: (child: Element) => boolean): Element => ({
  ...element,
  children: element.children.filter((child) => !isElement(child) || keep(child)),
});

const mapped = (parent: Element, name: string, change: (child: Element) => Element): Element => ({
  ...parent,
  children: parent.children.map((child) => (isElement(child) && child.name === name ? change(child) : child)),
});
