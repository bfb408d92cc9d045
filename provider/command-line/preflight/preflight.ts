/** `kvm-live preflight`: what a preview would find about one move, by the preview's own code. */

import { guestsOn } from "../../libvirt/guests-on";
import type { DomainName } from "../../placement/observe/observation";
import { type Command, flagOption, type Given, listOption, type Session, textOption } from "../command";
import { type ExitCode, exitCodeOf, NotFoundOut, UsageError } from "../exit-codes";
import { type Answer, askEach, hasSaid, type NamedHost, silentOf } from "../hosts";
import { findHosts, stackOptions } from "../stack/find-hosts";
import { findingsOfMove } from "./findings";
import { printPreflight } from "./print";
import { isUnknownMove, isWrongMove } from "./severity";

export const preflight: Command = {
  name: "preflight",
  arguments: [["<guest>", "its name or its UUID"]],
  summary: "what would keep a guest from moving, as `pulumi preview` finds it: nothing is moved",
  options: [
    { flags: "--to <host>", meaning: "where it would go", isRequired: true },
    {
      flags: "--from <host...>",
      meaning: "hosts where it may be, all of which are asked; without it, those of a stack",
    },
    { flags: "--uri <uri>", meaning: "migration.uri of the DomainPlacement", default: "qemu+tls" },
    {
      flags: "--data <way>",
      meaning: "migration.data of the DomainPlacement: tls, plain or tunnelled",
      default: "tls",
    },
    ...stackOptions,
    { flags: "--json", meaning: "for machines: one object" },
  ],
  run,
};

async function run(given: Given, session: Session): Promise<ExitCode> {
  const { screen, signal } = session;
  const [guest = ""] = given.words;
  const to = textOption(given, "to") ?? "";
  const { hosts, unreadable } = await hostsOf(given, to, session);
  const ways = { uri: textOption(given, "uri"), data: textOption(given, "data") };
  const done = screen.waitFor(`Asking ${hosts.map(({ name }) => name).join(", ")} …`);
  const asked = find(guest, hosts, unreadable, signal).then((domain) =>
    findingsOfMove({ domain, hosts, to, ways, session }),
  );
  const { notes, ...found } = await asked.finally(done);
  const report = { ...found, notes: [...notes, ...unreadable.map(({ name, problem }) => `${name}: ${problem}`)] };
  if (flagOption(given, "json")) screen.printJson(report);
  else screen.print(printPreflight(report, screen));
  return exitCodeOf({ isWrong: isWrongMove(report), isUnknown: isUnknownMove(report) || unreadable.length > 0 });
}

interface Asked {
  hosts: NamedHost[];
  /** Hosts of the stack that its state does not say how to reach. */
  unreadable: readonly { name: string; problem: string }[];
}

/** @throws UsageError */
async function hostsOf(given: Given, to: string, session: Session): Promise<Asked> {
  const from = listOption(given, "from");
  const words = from.length === 0 ? [] : [...from.filter((word) => word !== to), to];
  const { hosts, state } = await findHosts(words, given, session);
  if (state === undefined || hosts.some(({ name }) => name === to))
    return { hosts, unreadable: state?.unreadable ?? [] };
  const problem = state.unreadable.find(({ name }) => name === to)?.problem;
  const names = hosts.map(({ name }) => name).join(", ");
  throw new UsageError(
    problem === undefined
      ? `--to ${to}: is no hypervisor of the stack ${state.stack}, which has ${names || "none"}.`
      : `--to ${to}: ${problem}`,
  );
}

/** @throws UsageError for a name of none, and of several; NotFoundOut */
async function find(
  guest: string,
  hosts: readonly NamedHost[],
  unreadable: readonly Answer<never>[],
  signal: AbortSignal,
): Promise<DomainName> {
  const asked = await askEach(hosts, signal, (host) => guestsOn(host, signal));
  const answers = [...asked, ...unreadable];
  const found = asked
    .filter(hasSaid)
    .flatMap(({ said }) => said.domains.filter(({ uuid, name }) => uuid === guest || name === guest));
  const uuids = [...new Set(found.map(({ uuid }) => uuid))];
  const [first] = found;
  const silent = silentOf(answers).map(({ name, problem }) => `${name}: ${problem}`);
  if (first === undefined && silent.length > 0)
    throw new NotFoundOut(
      `${guest}: nobody knows where it is, since not all hosts have answered.\n${silent.join("\n")}`,
    );
  if (first === undefined)
    throw new UsageError(
      `${guest} is on none of ${hosts.map(({ name }) => name).join(", ")}: name the hosts where it may be in --from.`,
    );
  if (uuids.length > 1)
    throw new UsageError(`${guest} is the name of ${uuids.length} guests: give a UUID (${uuids.join(", ")}).`);
  return { uuid: first.uuid, name: first.name };
}
