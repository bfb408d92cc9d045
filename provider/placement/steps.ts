import type { Words } from "./words";

/** What can be done with a domain on its candidates, and what each act means in words. */
export type Step =
  | { do: "define" | "create" | "start" | "resume" | "shut down"; on: string }
  | { do: "set autostart"; on: string; enabled: boolean }
  | { do: "migrate"; from: string; to: string }
  /** @param state what it is there, as `virsh domstate --reason` prints it; anything else there stays */
  | { do: "undefine" | "take back" | "destroy shell" | "destroy"; on: string; state: string }
  | { do: "resume post-copy"; from: string; to: string };

/** The hosts that a step is done on. */
export const hostsOf = (step: Step): string[] => ("on" in step ? [step.on] : [step.from, step.to]);

/** In a progress line and in the journal. */
export function labelOf(step: Step): string {
  if (!("on" in step)) return `${step.do} from ${step.from} to ${step.to}`;
  return step.do === "set autostart"
    ? `autostart ${step.enabled ? "on" : "off"} on ${step.on}`
    : `${step.do} on ${step.on}`;
}

/** For somebody who reads a preview, or a refresh that has found a drift. */
export const describeStep = (step: Step, name: string, words: Words): string =>
  `\`pulumi up\` ${effectOf(step, name, words)}`;

function effectOf(step: Step, name: string, words: Words): string {
  switch (step.do) {
    case "migrate":
      return `migrates ${name} live from ${step.from} to ${step.to}: it keeps running, without a reboot.`;
    case "define":
      return `writes the definition of ${name} on ${step.on}.`;
    case "create":
      return `starts ${name} on ${step.on}${words.transient}`;
    case "undefine":
      return step.state === "shut off (migrated)"
        ? `finishes the interrupted move of ${name}: ${words.undefines} on ${step.on}, which it has left.`
        : `${words.undefines} of ${name} on ${step.on}; it does not run there.`;
    case "set autostart":
      return `sets autostart of ${name} on ${step.on} ${step.enabled ? "on" : "off"}.`;
    case "start":
      return `starts ${name} on ${step.on}.`;
    case "resume":
      return `resumes ${name} on ${step.on}.`;
    case "shut down":
      return `shuts ${name} down on ${step.on}.`;
    case "take back":
      return `takes back the interrupted move of ${name}: resumes it on ${step.on}, where it is ${step.state}; no other candidate has a QEMU of it.`;
    case "destroy shell":
      return `finishes the interrupted move of ${name}: destroys the empty shell on ${step.on}, which is ${step.state}; the guest is elsewhere.`;
    case "destroy":
      return `ends ${name} on ${step.on} at once, as by pulling the plug.`;
    case "resume post-copy":
      return `finishes the interrupted move of ${name}: resumes its post-copy from ${step.from} to ${step.to}.`;
  }
}
