/**
 * Pure: the two ways in which hosts run libvirt, and all that differs between them: units, files, URIs, logs.
 *
 * @see https://libvirt.org/daemons.html
 */

export interface Daemon {
  name: "libvirtd" | "virtproxyd" | "virtqemud";
  service: string;
  /** Its own sockets, whose first one has to be on: for all, for readers, for virt-admin. */
  localSockets: readonly [main: string, readOnly: string, admin: string];
  /** Sockets for other hosts; undefined where the daemon has none. */
  networkSockets: { tls: string; tcp: string } | undefined;
  confPath: string;
  /** Where clients on the host find it. */
  paths: { main: string; readOnly: string; admin: string };
  /** For virt-admin. virtproxyd's admin socket has libvirtd's name. */
  adminUri: string;
  /**
   * Which jobs of guests its restart ends. virtproxyd has none itself, and passes the connection on by which another host
   * sends a guest.
   */
  endsJobs: "all" | "incoming";
  /** Whether it takes `--listen`. The others listen by their files alone. */
  hasListenOption: boolean;
}

export interface Flavour {
  /** In words. */
  name: string;
  /** The first one is what other hosts reach; a setting that is not about them goes to all. */
  daemons: readonly [listener: Daemon, ...others: Daemon[]];
  /** The one that runs guests. */
  hypervisor: Daemon;
  /** What to install where it is missing. */
  packages: string;
}

type Differing = Pick<Daemon, "adminUri" | "endsJobs" | "hasListenOption"> & {
  /** What its sockets' names begin with. */
  sockets: string;
  listens: boolean;
};

function daemon(name: Daemon["name"], { sockets, listens, ...rest }: Differing): Daemon {
  return {
    name,
    service: `${name}.service`,
    localSockets: [`${name}.socket`, `${name}-ro.socket`, `${name}-admin.socket`],
    networkSockets: listens ? { tls: `${name}-tls.socket`, tcp: `${name}-tcp.socket` } : undefined,
    confPath: `/etc/libvirt/${name}.conf`,
    paths: {
      main: `/run/libvirt/${sockets}-sock`,
      readOnly: `/run/libvirt/${sockets}-sock-ro`,
      admin: `/run/libvirt/${sockets}-admin-sock`,
    },
    ...rest,
  };
}

const libvirtd = daemon("libvirtd", {
  sockets: "libvirt",
  listens: true,
  adminUri: "libvirtd:///system",
  endsJobs: "all",
  hasListenOption: true,
});

const virtproxyd = daemon("virtproxyd", {
  sockets: "libvirt",
  listens: true,
  adminUri: "libvirtd:///system",
  endsJobs: "incoming",
  hasListenOption: false,
});

const virtqemud = daemon("virtqemud", {
  sockets: "virtqemud",
  listens: false,
  adminUri: "virtqemud:///system",
  endsJobs: "all",
  hasListenOption: false,
});

export const monolithic: Flavour = {
  name: "libvirtd",
  daemons: [libvirtd],
  hypervisor: libvirtd,
  packages: "on Debian, `apt-get install libvirt-daemon-system`",
};

export const modular: Flavour = {
  name: "the modular daemons",
  daemons: [virtproxyd, virtqemud],
  hypervisor: virtqemud,
  packages: "on Fedora, `dnf install libvirt-daemon-kvm libvirt-daemon-proxy`",
};

const flavours = [monolithic, modular] as const;

/** Of both flavours, those that run guests. */
export const hypervisorNames: readonly string[] = flavours.map(({ hypervisor }) => hypervisor.name);

export const networkSocketsOf = ({ networkSockets }: Daemon): string[] =>
  networkSockets ? [networkSockets.tls, networkSockets.tcp] : [];

/** Each unit of a daemon. */
const unitsOf = (one: Daemon): string[] => [one.service, ...one.localSockets, ...networkSocketsOf(one)];

/** All that is asked about to tell which flavour a host has. */
export const allUnits: readonly string[] = flavours.flatMap(({ daemons }) => daemons.flatMap(unitsOf));

/** A host's units, as far as there are any. */
export interface Unit {
  isLoaded: boolean;
  isActive: boolean;
  /** `enabled`, `disabled`, `masked` …; empty when there is no such unit. */
  fileState: string;
}
type Units = ReadonlyMap<string, Unit>;

/** The units of a flavour's daemons that run or will at the next boot. */
function unitsOn({ daemons }: Flavour, units: Units): string[] {
  const isOn = ({ isActive, fileState }: Unit) => isActive || fileState === "enabled";
  return daemons.flatMap(unitsOf).filter((unit) => [units.get(unit)].some((one) => one && isOn(one)));
}

const runs = ({ daemons }: Flavour, units: Units) =>
  daemons.flatMap(unitsOf).some((unit) => units.get(unit)?.isActive === true);

const isInstalled = ({ hypervisor }: Flavour, units: Units) => units.get(hypervisor.service)?.isLoaded === true;

/** What runs counts most, then what is enabled, then what is installed. */
export function flavourOf(units: Units): Flavour {
  const ways = [runs, (one: Flavour) => unitsOn(one, units).length > 0, isInstalled];
  for (const way of ways) {
    const found = flavours.find((one) => way(one, units));
    if (found) return found;
  }
  return monolithic;
}

/** Why nobody can say which daemons serve a host, in words that go on from its name. */
export function flavourObstacles(units: Units): string[] {
  const flavour = flavourOf(units);
  const both = flavours.map((one) => ({ one, on: unitsOn(one, units) })).filter(({ on }) => on.length > 0);
  const lacking = flavour.daemons.filter(({ service }) => !units.get(service)?.isLoaded);
  if (lacking.length > 0) {
    const missing = lacking.map(({ name }) => name).join(" and ");
    return [`has no ${missing}: ${flavour.packages}`];
  }
  if (both.length < 2) return [];
  const others = both.filter(({ one }) => one !== flavour).flatMap(({ on }) => on);
  return [
    `has both libvirtd and the modular daemons on, so that either may serve it after the next boot: keep one of the two. To keep ${flavour.name}: \`systemctl disable --now ${others.join(" ")}\``,
  ];
}

const joined = (words: readonly string[], last: string) => words.join(` ${last} `);

/** How an operator starts libvirt on a host, of whatever flavour. */
export const startAdvice = joined(
  flavours.map(({ hypervisor: { localSockets, name } }) => `systemctl start ${localSockets[0]} ${name}`),
  "or",
);

/** How an operator reads what the daemons have said that a part of libvirt consists of, whatever a host's flavour. */
export const journalAdvice = (part: "hypervisor" | "listener"): string => {
  const names = flavours.map(
    ({ hypervisor, daemons: [listener] }) => (part === "hypervisor" ? hypervisor : listener).name,
  );
  return `journalctl ${names.map((name) => `-u ${name}`).join(" ")}`;
};
