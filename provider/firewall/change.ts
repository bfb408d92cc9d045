/** Opens ports on a host, and closes them again. */
import { createHash } from "node:crypto";
import { CommandFailed } from "../host/errors";
import { continuedMark } from "../host/file-mark";
import { removeFile, writeTextFile } from "../host/files";
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import type { Owner } from "../util/owner";
import { oneLine } from "../util/printable";
import { policyPath } from "./firewalld-policy";
import type { FirewallFacts } from "./inspect";
import { commentOf, deleteCommand, insertCommand, ownRules, ruleDifferences, withCommands } from "./nft-rules";
import { notePath, notesFolder, noteText } from "./note";
import { isInForce, nothing, notLoaded, type WantedThings } from "./plan";

/** The exit code of replace-file.sh for a file that nft does not load. */
const notTaken = 46;

/**
 * Makes a host have what is wanted. The note comes first: it is what remembers.
 *
 * @returns why a reboot takes the rules away; undefined when it does not
 */
export async function openPorts(
  host: RemoteHost,
  facts: FirewallFacts,
  wanted: WantedThings,
  { id, owner }: { id: string; owner: Owner | undefined },
): Promise<string | undefined> {
  await writeNote(host, facts, id, owner, undefined);
  const unkept = await keepRules(host, facts, wanted, id);
  if (unkept !== undefined) await writeNote(host, facts, id, owner, unkept);
  await putInForce(host, facts, wanted, id);
  return unkept;
}

/** Takes all away that is ours; absent is fine. */
export async function closePorts(host: RemoteHost, facts: FirewallFacts, id: string): Promise<void> {
  await putInForce(host, facts, nothing, id);
  await replaceFile(host, facts, withCommands(facts.file?.text ?? "", commentOf(id), []), false);
  await removeFile(host, notePath(id));
  await runScript(host, sh`for path; do [ ! -d "$path" ] || rmdir --ignore-fail-on-non-empty -- "$path"; done`, [
    notesFolder,
  ]);
}

async function writeNote(
  host: RemoteHost,
  { note }: FirewallFacts,
  id: string,
  owner: Owner | undefined,
  unkept: string | undefined,
): Promise<void> {
  await runScript(host, sh`umask 022; mkdir -p -- "$1"`, [notesFolder]);
  await writeTextFile(host, notePath(id), noteText(continuedMark(note, [], owner), unkept), { mode: 0o644 });
}

async function keepRules(
  host: RemoteHost,
  facts: FirewallFacts,
  { lines }: WantedThings,
  id: string,
): Promise<string | undefined> {
  const { file } = facts;
  if (lines.length > 0 && !file?.isLoaded) return notLoaded;
  try {
    await replaceFile(host, facts, withCommands(file?.text ?? "", commentOf(id), lines), lines.length > 0);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandFailed && error.exitCode === notTaken)) throw error;
    return `nft does not load ${file?.path} with them: ${oneLine(error.stderr, 300)}`;
  }
}

const replace = scriptFile(__dirname, "replace-file.sh");

async function replaceFile(host: RemoteHost, { file }: FirewallFacts, text: string, tries: boolean): Promise<void> {
  if (file === undefined || file.text === text) return;
  const input = Buffer.from(text, "latin1");
  const digest = createHash("sha256").update(file.text, "latin1").digest("hex");
  await runScript(host, replace, [file.path, digest, String(input.length), tries ? "try" : "blindly"], { input });
}

/** All of nftables' rules at once, or none. */
async function putInForce(host: RemoteHost, facts: FirewallFacts, wanted: WantedThings, id: string): Promise<void> {
  const { ruleset, policy } = facts;
  const mark = commentOf(id);
  if (ruleDifferences(ruleset, wanted.rules, mark).length > 0) {
    const commands = [
      ...ownRules(ruleset, mark).map(deleteCommand),
      ...wanted.rules.map((rule) => insertCommand(rule, mark)),
    ];
    await host.run(["nft", "-f", "-"], { input: `${commands.join("\n")}\n` });
  }
  if (policy !== wanted.policy || !isInForce(facts, wanted)) {
    const input = Buffer.from(wanted.policy ?? "");
    await runScript(host, scriptFile(__dirname, "replace-policy.sh"), [policyPath(id), String(input.length)], {
      input,
    });
  }
}
