/** Pure: what a host keeps with a guest's definition and does not send along: libvirt refuses that in the middle of a move. */
import { counted } from "../../util/counted";
import type { DriverMessages } from "../messages";
import { foundOn, type Observation } from "../observe/observation";
import type { Step } from "../plan/steps";
import type { Finding } from "./finding";

interface Guest {
  domain: { uuid: string; name: string };
  messages: DriverMessages;
}

/** What would be lost with a definition is for the plan to refuse. */
export function keptBesideMoving(
  { domain: { uuid, name }, messages }: Guest,
  steps: readonly Step[],
  observations: readonly Observation[],
): Finding[] {
  const leaves = steps.flatMap((step) => (step.do === "migrate" ? [step.from] : []));
  return foundOn(observations)
    .filter(({ hostName }) => leaves.includes(hostName))
    .flatMap(({ hostName, domain: { snapshots, checkpoints } }): Finding[] => {
      const finding = (code: Finding["code"], number: number, noun: string, commands: string | undefined) => ({
        code,
        hostName,
        subject: noun,
        seen: `${hostName} has ${counted(number, noun)} of ${name}, which cannot be moved, so ${name} is left as it is.`,
        fix: `On ${hostName}: ${commands}.`,
      });
      return [
        ...(snapshots ? [finding("snapshot-exists", snapshots, "snapshot", messages.snapshots?.(uuid))] : []),
        ...(checkpoints ? [finding("checkpoint-exists", checkpoints, "checkpoint", messages.checkpoints?.(uuid))] : []),
      ];
    });
}
