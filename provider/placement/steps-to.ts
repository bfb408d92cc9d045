/** Pure: the steps from where a domain is to where it shall be; what a cut-off move has left comes first. */
import type { At } from "./locate";
import { type Found, isActive, stateOf } from "./observation";
import type { Placed, Wanted } from "./plan";
import type { Step } from "./steps";

export function stepsTo(location: Placed, wanted: Wanted): Step[] {
  if (location.kind === "nowhere") return anew(wanted);
  if (location.kind === "at")
    return hasEnded(location, wanted) ? startedAnew(location, wanted) : fromPlace(location, wanted);
  const { from, to } = location;
  return [{ do: "resume post-copy", from: from.host, to: to.host }, ...fromPlace(arrivedFrom(location), wanted)];
}

/** What has no definition is gone when it ends, but for what its end has left. */
const hasEnded = ({ domain }: At, { persistent, powerState }: Wanted) =>
  !persistent && powerState === "running" && !isActive(domain);

const startedAnew = (location: At, wanted: Wanted): Step[] => [
  ...undefineAll([location, ...definitionsBeside(location)]),
  ...anew(wanted),
];

function arrivedFrom({ to, leftovers }: Extract<Placed, { kind: "split" }>): At {
  const domain = { ...to.domain, state: "running", reason: "migrated", job: "none" } as const;
  return { kind: "at", host: to.host, domain, leftovers, shells: [], cutOff: false };
}

function anew({ host, powerState, autostart, persistent }: Wanted): Step[] {
  if (!persistent) return [{ do: "create", on: host }];
  return present(
    { do: "define", on: host },
    autostart && { do: "set autostart", on: host, enabled: true },
    powerState === "running" && { do: "start", on: host },
  );
}

function fromPlace(location: At, wanted: Wanted): Step[] {
  const { domain, host: here, shells, cutOff } = location;
  const { host, powerState, autostart } = wanted;
  const shallRun = powerState === "running";
  const runs = isActive(domain);
  const movesLive = here !== host && runs && shallRun;
  const movesOff = here !== host && !movesLive;
  const isPaused = domain.state === "paused" && !cutOff;
  const waitsForDisk = isPaused && domain.reason === "I/O error";
  return present(
    ...shells.map(destroyShell),
    cutOff && { do: "take back", on: here, state: stateOf(domain) },
    shallRun && waitsForDisk && { do: "resume", on: here }, // it would arrive waiting
    runs && !shallRun && { do: "shut down", on: here },
    movesLive && { do: "migrate", from: here, to: host },
    (movesOff || needsDefinition(location, wanted)) && { do: "define", on: host },
    // It is on the new host before it leaves the old one; a definition that was left there is written over.
    ...undefineAll([...(movesOff ? [location] : []), ...definitionsBeside(location)], host),
    autostart !== autostartAt(location, host) && { do: "set autostart", on: host, enabled: autostart },
    shallRun && !runs && { do: "start", on: host },
    shallRun && isPaused && !waitsForDisk && { do: "resume", on: host },
  );
}

/** What is running is not left without a definition: it is off before that goes. */
export function stepsToNowhere(location: Placed, onDelete: "shutdown" | "destroy"): Step[] {
  if (location.kind === "nowhere") return [];
  if (location.kind === "split") {
    const { from, to } = location;
    return [
      { do: "resume post-copy", from: from.host, to: to.host },
      ...stepsToNowhere(arrivedFrom(location), onDelete),
    ];
  }
  const { domain, host: on, shells, cutOff } = location;
  const state = stateOf(domain);
  const asked = isActive(domain) && onDelete === "shutdown";
  return present(
    ...shells.map(destroyShell),
    asked && cutOff && { do: "take back", on, state },
    asked && { do: "shut down", on },
    isActive(domain) && onDelete === "destroy" && { do: "destroy", on, state },
    // A transient domain has no definition to take away once it is off.
    ...undefineAll([location, ...definitionsBeside(location)]),
  );
}

const present = (...steps: (Step | false)[]): Step[] => steps.filter((step) => step !== false);

const destroyShell = ({ host, domain }: Found): Step => ({ do: "destroy shell", on: host, state: stateOf(domain) });

/** In an order that does not depend on which of them is taken for the place of the domain. */
function undefineAll(found: readonly Found[], except?: string): Step[] {
  return found
    .filter(({ host, domain }) => host !== except && domain.persistent)
    .sort((one, other) => (one.host < other.host ? -1 : 1))
    .map(({ host, domain }) => ({ do: "undefine", on: host, state: stateOf(domain) }));
}

/** On other hosts than where it is. */
function definitionsBeside({ leftovers, shells }: At): Found[] {
  return [...shells, ...leftovers];
}

/** A move does not take it along, and leaves it as it is on the host where a definition was left. */
function autostartAt(location: At, host: string): boolean {
  const { leftovers, shells } = location;
  const here = [location, ...leftovers, ...shells].find((one) => one.host === host);
  return here?.domain.autostart ?? false;
}

function needsDefinition({ domain }: At, { mark, redefine, persistent }: Wanted): boolean {
  return persistent && (domain.mark !== mark || redefine || !domain.persistent);
}
