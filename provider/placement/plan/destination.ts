/** Pure: of several hosts that will do, the one where the guest is, is where it should be. */
import type { SettledLocation } from "../observe/locate";
import type { Wanted } from "./wanted";

/** @returns the name of the host that it should be on, as it is now */
export function destinationOf({ hostName, mayStayOn = [] }: Wanted, location: SettledLocation): string {
  const here = location.kind === "at" ? location.hostName : location.kind === "split" ? location.to.hostName : hostName;
  return mayStayOn.includes(here) ? here : hostName;
}
