/** `kvm-live preflight`: what a preview would find about one move, by the preview's own code. */

import { guestsOn } from "../../libvirt/guests-on";
import type { DomainName } from "../../placement/observe/observation";
import { type Command, flagOption, type Given, listOption, type Session, textOption } from "../command";
import { type ExitCode, exitCodeOf, NotFoundOut, UsageError } from "../exit-codes";
import { askEach, hasSaid, hostsNamed, type NamedHost, silentOf } from "../hosts";
import { sshOption } from "../stack/find-hosts";
import { findingsOfMove } from "./findings";
import { printPreflight } from "./print";
import { isUnknownMove, isWrongMove } from "./severity";

export const preflight: Command = {
  name: "preflight",
  arguments: [["<guest>", "its name or its UUID"]],
  summary: "what would keep a guest from moving, as `pulumi preview` finds it: nothing is moved",
  options: [
    { flags: "--to <host>", meaning: "where it would go", isRequired: true },
    { flags: "--from <host...>", meaning: "hosts where it may be; all of them are asked", isRequired: true },
    { flags: "--uri <uri>", meaning: "migration.uri of the DomainPlacement", default: "qemu+tls" },
    {
      flags: "--data <way>",
      meaning: "migration.data of the DomainPlacement: tls, plain or tunnelled",
      default: "tls",
    },
    sshOption,
    { flags: "--json", meaning: "for machines: one object" },
  ],
  run,
};

async function run(given: Given, session: Session): Promise<ExitCode> {
  const { screen, signal } = session;
  const [guest = ""] = given.words;
  const to = textOption(given, "to") ?? "";
  const words = [...listOption(given, "from").filter((word) => word !== to), to];
  const hosts = hostsNamed(words, textOption(given, "sshConfig"));
  const ways = { uri: textOption(given, "uri"), data: textOption(given, "data") };
  const done = screen.waitFor(`Asking ${hosts.map(({ name }) => name).join(", ")} …`);
  const asked = find(guest, hosts, signal).then((domain) => findingsOfMove({ domain, hosts, to, ways, session }));
  const report = await asked.finally(done);
  if (flagOption(given, "json")) screen.printJson(report);
  else screen.print(printPreflight(report, screen));
  return exitCodeOf({ isWrong: isWrongMove(report), isUnknown: isUnknownMove(report) });
}

/** @throws UsageError for a name of none, and of several; NotFoundOut */
async function find(guest: string, hosts: readonly NamedHost[], signal: AbortSignal): Promise<DomainName> {
  const answers = await askEach(hosts, signal, (host) => guestsOn(host, signal));
  const found = answers
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
