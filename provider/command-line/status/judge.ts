/** Pure: what is odd about guests, by the same table by which `pulumi up` decides. */
import { libvirtMessages } from "../../libvirt/messages";
import { type Location, locate } from "../../placement/observe/locate";
import { type AnsweringHost, type Found, foundOn, isActive, stateAndReason } from "../../placement/observe/observation";
import type { Wanted } from "../../placement/plan/wanted";
import { type Answer, hasSaid } from "../hosts";
import type { HostNow } from "./host-now";

export interface Remark {
  kind: "double" | "leftover" | "stale copy" | "interrupted move" | "unclear" | "without libvirt" | "moved";
  text: string;
}

/** What is no more than worth knowing. */
const harmless: readonly Remark["kind"][] = ["without libvirt", "moved"];

export const isWrong = ({ kind }: Remark): boolean => !harmless.includes(kind);

export interface Judgement {
  location: Location;
  /** By the names of the hosts. */
  remarks: ReadonlyMap<string, readonly Remark[]>;
  /** What an operator should know and do, in several lines. */
  advice?: string;
}

type Answers = readonly Answer<Pick<HostNow, "answers">>[];

/** Of the hosts that have answered: on the others it may be as well. */
export function judge(uuid: string, answers: Answers): Judgement {
  const observations = answers.filter(hasSaid).flatMap(({ name, said }): AnsweringHost[] => {
    const answer = said.answers.get(uuid);
    return answer === undefined ? [] : [{ hostName: name, ...answer }];
  });
  const found = foundOn(observations);
  const location = locate(observations, wantedOf(uuid, found), 0);
  const remarks = new Map(found.map((one) => [one.hostName, remarksOn(one, found, location)] as const));
  return { location, remarks, ...(location.kind === "unclear" && { advice: location.reason }) };
}

export function isAlarming(uuid: string, answers: Answers): boolean {
  const { location } = judge(uuid, answers);
  if (location.kind === "unclear" || location.kind === "split") return true;
  return location.kind === "at" && (location.isInterrupted || location.staleCopies.length > 0);
}

/** Nobody wants it anywhere in particular. */
const wantedOf = (uuid: string, [first]: readonly Found[]): Wanted => ({
  domain: { uuid, name: first?.domain.name ?? uuid },
  candidates: [],
  hostName: "",
  powerState: "running",
  autostart: false,
  persistent: true,
  mark: "",
  fenced: [],
  owner: undefined,
  isInState: true,
  adopt: false,
  messages: libvirtMessages,
});

function remarksOn(one: Found, found: readonly Found[], location: Location): Remark[] {
  const { hostName, domain } = one;
  switch (location.kind) {
    case "nowhere":
    case "moving":
      return [];
    case "unclear": {
      const others = found.filter((other) => other !== one && isActive(other.domain));
      if (!isActive(domain) || others.length === 0) return [{ kind: "unclear", text: "see below" }];
      const where = others.map((other) => `${stateAndReason(other.domain)} on ${other.hostName}`).join(", ");
      return [{ kind: "double", text: `is also ${where}` }];
    }
    case "split":
      return [{ kind: "interrupted move", text: "its post-copy was interrupted: its memory is on two hosts" }];
    case "at": {
      if (location.hostName === hostName)
        return location.isInterrupted ? [{ kind: "interrupted move", text: "it runs nowhere" }] : [];
      const guest = `the guest is ${stateAndReason(location.domain)} on ${location.hostName}`;
      return [{ kind: isActive(domain) ? "stale copy" : "leftover", text: guest }];
    }
  }
}
