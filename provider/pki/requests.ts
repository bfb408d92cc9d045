/** Keys that an authority outside certifies: made on their host, which only their requests leave. */

import { writeTextFile } from "../host/files";
import type { RemoteHost } from "../host/host";
import { askRecords, firstOf, type HostRecord, recordFunctions, valuesOf } from "../host/records";
import { runScript, scriptFile, sh } from "../host/script";
import { type Owner, parseOwner, printOwner } from "../util/owner";
import { pemIn } from "./certificate";
import { type IdentityName, identityName } from "./given";
import { type Identity, identities, requestKeyPath, requestsFolder, requestsNotePath } from "./layout";
import { quietly } from "./quietly";
import { hostSubject, wholeRequestTemplate } from "./template";

export interface RequestRules {
  organization: string;
  /** Address at which the other hosts reach it. */
  address: string;
  generation: number;
}

/** Which keys these are, and whose; kept beside them. */
export interface RequestNote {
  generation: number;
  owner: Owner | undefined;
}

export interface RequestFacts {
  /** Undefined where no resource has made any. */
  note: RequestNote | undefined;
  keys: ReadonlyMap<string, { access: string; request: string }>;
}

export type Requests = Record<IdentityName, string>;

const observe = sh`${recordFunctions}${scriptFile(__dirname, "observe-requests.sh")}`;
const make = sh`${quietly}${scriptFile(__dirname, "make-request-keys.sh")}`;
const access = "600 root:root";

/**
 * A request for the same key and subject is always the same text. The names are the program's: an authority outside may
 * be asked by others too, so no host says what it is called.
 */
export async function observeRequests(
  host: RemoteHost,
  { organization, address }: Omit<RequestRules, "generation">,
  signal: AbortSignal,
): Promise<RequestFacts> {
  const values = identities.flatMap((identity) => [
    requestKeyPath(identity),
    wholeRequestTemplate(hostSubject(identity.service, organization, address), identity.role, [address]),
  ]);
  return parseRequests(await askRecords(host, observe, [requestsNotePath, ...values], { signal, timeoutMs: 180_000 }));
}

/** Pure. */
export function parseRequests(records: readonly HostRecord[]): RequestFacts {
  const keys = valuesOf(records, "key").map(
    ([path = "", mode = "", request = ""]) =>
      [path, { access: mode, request: standardLabel(pemIn(request, "NEW CERTIFICATE REQUEST") ?? "") }] as const,
  );
  return { note: parseNote(firstOf(records, "note")), keys: new Map(keys) };
}

/** certtool writes the label of former times, which many signers do not take. @see https://www.rfc-editor.org/rfc/rfc7468#section-7 */
const standardLabel = (request: string) => request.replaceAll("NEW CERTIFICATE REQUEST", "CERTIFICATE REQUEST");

function parseNote(text: string): RequestNote | undefined {
  try {
    const { generation, owner } = JSON.parse(text) as { generation?: unknown; owner?: string };
    return typeof generation === "number" ? { generation, owner: parseOwner(owner) } : undefined;
  } catch {
    return undefined;
  }
}

export const printNote = ({ generation, owner }: RequestNote) =>
  `${JSON.stringify({ generation, ...(owner && { owner: printOwner(owner) }) })}\n`;

export const requestsIn = ({ keys }: RequestFacts): Requests =>
  Object.fromEntries(
    identities.map((identity) => [identityName(identity), keys.get(requestKeyPath(identity))?.request ?? ""]),
  ) as Requests;

/** Pure: keys that have to be made, and why, in phrases that go on from the host's name. */
export function dueKeys({ note, keys }: RequestFacts, generation: number): { identity: Identity; problem: string }[] {
  return identities.flatMap((identity) => {
    const path = requestKeyPath(identity);
    const problem = note?.generation === generation ? keyProblem(keys.get(path)) : "is of another generation";
    return problem === undefined ? [] : [{ identity, problem: `${path} ${problem}` }];
  });
}

function keyProblem(key: { access: string; request: string } | undefined): string | undefined {
  if (!key) return "is missing";
  if (key.access !== access) return `is ${key.access} instead of ${access}`;
  return key.request === "" ? "cannot be read as a key" : undefined;
}

/** What has to go goes before the note says that it is there; what is missing is seen and made by the next run. */
export async function makeRequestKeys(host: RemoteHost, facts: RequestFacts, note: RequestNote): Promise<void> {
  const due = dueKeys(facts, note.generation).map(({ identity }) => requestKeyPath(identity));
  await runScript(
    host,
    sh`umask 077; folder=$1; shift; mkdir -p -- "$folder"; chmod 700 -- "$folder"; rm -rf -- "$@"`,
    [requestsFolder, ...due],
  );
  await writeTextFile(host, requestsNotePath, printNote(note), { mode: 0o600 });
  if (due.length > 0) await runScript(host, make, due, { timeoutMs: 300_000 });
}

const remove = sh`
  folder=$1; shift
  for path; do rm -f -- "$path" "$path.new"; done
  [ ! -d "$folder" ] || rmdir --ignore-fail-on-non-empty -- "$folder" "$(dirname -- "$folder")"`;

export async function removeRequestKeys(host: RemoteHost): Promise<void> {
  await runScript(host, remove, [requestsFolder, ...identities.map(requestKeyPath), requestsNotePath]);
}
