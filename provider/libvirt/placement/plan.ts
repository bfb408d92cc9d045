/** Pure: the steps from where a domain is to where it shall be. */
import { isActive, type Location } from "./locate";

export interface Wanted {
  host: string;
  powerState: "running" | "shut off";
  autostart: boolean;
  /** False: without a definition on any host, so that it is gone when it ends. */
  persistent: boolean;
  /** Digest of the definition that it shall have. */
  mark: string;
  /** Digest of its definition as libvirt printed it when it was as wanted; a change by hand shows against it. */
  definitionDigest?: string | undefined;
}

export type Step =
  | { do: "define" | "create" | "undefine" | "start" | "resume" | "shut down"; on: string }
  | { do: "set autostart"; on: string; enabled: boolean }
  | { do: "migrate"; from: string; to: string };

type Placed = Extract<Location, { kind: "at" | "nowhere" }>;

export function planPlacement(location: Placed, wanted: Wanted): Step[] {
  const { host, powerState, autostart } = wanted;
  const setAutostart: Step = { do: "set autostart", on: host, enabled: autostart };
  const start: Step = { do: "start", on: host };
  if (location.kind === "nowhere" && !wanted.persistent) return [{ do: "create", on: host }];
  if (location.kind === "nowhere")
    return [
      { do: "define", on: host },
      ...(autostart ? [setAutostart] : []),
      ...(powerState === "running" ? [start] : []),
    ];

  const { domain, leftovers } = location;
  const runs = isActive(domain);
  const stops = runs && powerState === "shut off";
  const moves = location.host !== host;
  const movesLive = moves && runs && !stops;
  const steps: Step[] = [];
  if (stops) steps.push({ do: "shut down", on: location.host });
  if (movesLive) steps.push({ do: "migrate", from: location.host, to: host });
  if ((moves && !movesLive) || needsDefinition(location, wanted)) steps.push({ do: "define", on: host });
  // Of a domain that does not run only the definition moves: it is on the new host before it leaves the old one.
  if (moves && !movesLive) steps.push({ do: "undefine", on: location.host });
  steps.push(...leftovers.filter((left) => left !== host).map((on): Step => ({ do: "undefine", on })));
  // A migration does not take it along.
  if (moves ? autostart : domain.autostart !== autostart) steps.push(setAutostart);
  if (!runs && powerState === "running") steps.push(start);
  if (runs && domain.state === "paused" && powerState === "running") steps.push({ do: "resume", on: host });
  return steps;
}

function needsDefinition({ domain }: Extract<Location, { kind: "at" }>, wanted: Wanted): boolean {
  const { mark, definitionDigest, persistent } = wanted;
  if (!persistent) return false;
  const changedByHand = definitionDigest !== undefined && definitionDigest !== domain.definitionDigest;
  return domain.mark !== mark || changedByHand || !domain.persistent;
}

/** What a step means to somebody who reads a preview, or a refresh that has found a drift. */
export function describeStep(step: Step, name: string): string {
  switch (step.do) {
    case "migrate":
      return `\`pulumi up\` migrates ${name} live from ${step.from} to ${step.to}: it keeps running, without a reboot.`;
    case "define":
      return `\`pulumi up\` writes the definition of ${name} on ${step.on}.`;
    case "create":
      return `\`pulumi up\` starts ${name} on ${step.on} as a transient domain: it is gone when it ends.`;
    case "undefine":
      return `\`pulumi up\` takes away the definition of ${name} on ${step.on}; it does not run there.`;
    case "set autostart":
      return `\`pulumi up\` sets autostart of ${name} on ${step.on} ${step.enabled ? "on" : "off"}.`;
    case "start":
      return `\`pulumi up\` starts ${name} on ${step.on}.`;
    case "resume":
      return `\`pulumi up\` resumes ${name} on ${step.on}.`;
    case "shut down":
      return `\`pulumi up\` shuts ${name} down on ${step.on}.`;
  }
}
