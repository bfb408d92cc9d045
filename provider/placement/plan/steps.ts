import type { DriverMessages } from "../messages";

/** One action on a domain. */
export type Step =
  | { do: "define" | "create" | "start" | "resume" | "shut down"; on: string }
  | { do: "set autostart"; on: string; enabled: boolean }
  /** `mark`: the rest of its mark, which stays. */
  | { do: "set owner"; on: string; mark: string }
  | { do: "migrate" | "resume post-copy"; from: string; to: string }
  /** `expectedState`: what it is there, as `virsh domstate --reason` prints it; in any other state it is left alone. */
  | { do: "undefine" | "roll back" | "destroy stale copy" | "destroy"; on: string; expectedState: string };

/** Names of the hosts that a step is done on. */
export const hostsOf = (step: Step): string[] => ("on" in step ? [step.on] : [step.from, step.to]);

/** True when both do the same, whatever state the domain was in when they were planned. */
export function isSameStep(one: Step, other: Step): boolean {
  const enabled = (step: Step) => (step.do === "set autostart" ? step.enabled : undefined);
  return (
    one.do === other.do && enabled(one) === enabled(other) && hostsOf(one).join("\n") === hostsOf(other).join("\n")
  );
}

/** In a progress line and in the journal. */
export function labelOf(step: Step): string {
  if (!("on" in step)) return `${step.do} from ${step.from} to ${step.to}`;
  return step.do === "set autostart"
    ? `autostart ${step.enabled ? "on" : "off"} on ${step.on}`
    : `${step.do} on ${step.on}`;
}

/** For somebody who reads a preview, or a refresh that has found a drift. */
export const describeStep = (step: Step, name: string, messages: DriverMessages): string =>
  `\`pulumi up\` ${effectOf(step, name, messages)}`;

function effectOf(step: Step, name: string, messages: DriverMessages): string {
  switch (step.do) {
    case "migrate":
      return `migrates ${name} live from ${step.from} to ${step.to}: it keeps running, without a reboot.`;
    case "define":
      return `writes the definition of ${name} on ${step.on}.`;
    case "create":
      return `starts ${name} on ${step.on}${messages.transient}`;
    case "undefine":
      return step.expectedState === "shut off (migrated)"
        ? `finishes the interrupted move of ${name}: ${messages.undefines} on ${step.on}, which it has left.`
        : `${messages.undefines} of ${name} on ${step.on}; it does not run there.`;
    case "set autostart":
      return `sets autostart of ${name} on ${step.on} ${step.enabled ? "on" : "off"}.`;
    case "set owner":
      return `notes on ${step.on} that ${name} belongs to this resource.`;
    case "start":
      return `starts ${name} on ${step.on}.`;
    case "resume":
      return `resumes ${name} on ${step.on}.`;
    case "shut down":
      return `shuts ${name} down on ${step.on}.`;
    case "roll back":
      return `rolls back the interrupted move of ${name}: resumes it on ${step.on}, where it is ${step.expectedState}; no other candidate has a QEMU of it.`;
    case "destroy stale copy":
      return `finishes the interrupted move of ${name}: destroys the stale copy on ${step.on}, which is ${step.expectedState}; the guest is elsewhere.`;
    case "destroy":
      return `destroys ${name} on ${step.on} at once, like a power cut.`;
    case "resume post-copy":
      return `finishes the interrupted move of ${name}: resumes its post-copy from ${step.from} to ${step.to}.`;
  }
}
