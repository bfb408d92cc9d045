/** Facts of a host, or a finding in their place. */
import { AnswerIncomplete, CommandFailed } from "../../host/errors";
import { oneLine } from "../../util/printable";
import type { Candidate } from "../observe/candidate";
import type { Finding } from "./finding";

export type Known<Facts> = { name: string } & Facts;

/** @param what the facts are, as a list. @throws HostError where the host cannot be used at all */
export async function known<Facts>(
  { name }: Pick<Candidate, "name">,
  what: string,
  asked: Promise<Facts>,
): Promise<Known<Facts> | Finding> {
  try {
    return { name, ...(await asked) };
  } catch (error) {
    if (!(error instanceof CommandFailed || error instanceof AnswerIncomplete)) throw error;
    return {
      code: "unknown-facts",
      hostName: name,
      subject: "host",
      seen: `What ${name} has could not be read (${oneLine(error.message, 300)}), so nothing is known of its ${what}.`,
      fix: "Look at them by hand before the guest goes there.",
    };
  }
}

export const isKnown = <Facts>(host: Known<Facts> | Finding): host is Known<Facts> => !("code" in host);

/** The machine, whatever it is called. */
export const placeOf = ({ name, address, port }: Pick<Candidate, "name" | "address" | "port">) => ({
  name,
  place: `${address} ${port}`,
});
