/**
 * Pure: our lines in files that others write to as well. They are known by the comment at their end, and stand after all
 * others: sshd takes the first line that has a key, so one that an administrator wrote for the same key counts.
 *
 * @see https://man.openbsd.org/sshd#AUTHORIZED_KEYS_FILE_FORMAT
 * @see https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT
 */
import { isIP } from "node:net";
import { appendLines, removeLines, withoutNote } from "../../host/owned-lines";
import { type Owner, parseOwner, printOwner } from "../../util/owner";

const anyMark = "pulumi-kvm-live:";
/** Comment of what belongs to one resource. */
export const accessMarkOf = (accessId: string) => `${anyMark}${accessId}`;
/** Comment of a line or a key: with its owner, which lines of an earlier version do not name. */
export const ownedComment = (mark: string, owner: Owner | undefined): string =>
  owner ? `${mark} ${printOwner(owner)}` : mark;
/** True for the comment of what belongs to one resource. */
export const hasMark = (comment: string, mark: string): boolean => comment === mark || comment.startsWith(`${mark} `);
/** True when a resource of this kind has made the key. */
export const isOwnKey = ({ comment }: { comment: string }) => comment.startsWith(anyMark);
/** How the file ended before: our lines have to begin on one of their own. */
const unended = " after a line without an end";

export interface SshPeer {
  address: string;
  /** Where its connections come from, if that is known to be another address. */
  source?: string | undefined;
  /** TCP port of its sshd. @default 22 */
  port?: number | undefined;
  /** Its root's key, as `TYPE BASE64`; undefined while it has none. */
  publicKey: string | undefined;
  /** Its sshd's keys, as `TYPE BASE64`. */
  hostKeys: readonly string[];
}

/** Lets a peer run commands: libvirt's transport needs no terminal and no forwarding. */
export function authorizedLines(peers: readonly SshPeer[], mark: string): string[] {
  return peers.flatMap(({ publicKey, address, source = address }) => {
    const from = [...new Set([address, source])].join(",");
    const options = ["restrict", ...(isIP(address) ? [`from="${from}"`] : [])];
    return publicKey ? [`${options.join(",")} ${publicKey} ${mark}`] : [];
  });
}

export function knownLines(peers: readonly SshPeer[], mark: string): string[] {
  return peers.flatMap(({ address, port = 22, hostKeys }) => {
    const name = address.toLowerCase();
    return hostKeys.map((key) => `${port === 22 ? name : `[${name}]:${port}`} ${key} ${mark}`);
  });
}

/** The file with these lines of ours and no others. @param lines that end with the mark */
export function withLines(text: string, mark: string, lines: readonly string[], owner: Owner | undefined): string {
  const foreign = withoutLines(text, mark);
  const owned = lines.map((line) => ownedComment(line, owner));
  return lines.length === 0 ? foreign : appendLines(foreign, owned, unended);
}

/** The file as it was before; lines of another resource take over what ours knew of its end. */
export const withoutLines = (text: string, mark: string): string =>
  removeLines(text, (line) => isOwn(line, mark), unended, isOfThisKind);

/** Without their owner. */
export const ownLines = (text: string, mark: string): string[] =>
  text.split("\n").flatMap((line) => (isOwn(line, mark) ? [withoutOwner(withoutEnd(line))] : []));

/** Whose our lines are; none where an earlier version has written them. */
export const ownersOfLines = (text: string, mark: string): Owner[] =>
  text
    .split("\n")
    .filter((line) => isOwn(line, mark))
    .flatMap((line) => parseOwner(withoutEnd(line).split(" ").at(-1)) ?? []);

/** Whose the lines of all resources of this kind are. */
export const ownersOfAllLines = (text: string): Owner[] =>
  text
    .split("\n")
    .filter(isOfThisKind)
    .flatMap((line) => parseOwner(withoutEnd(line).split(" ").at(-1)) ?? []);

/** True when another resource of this kind has lines there. */
export const hasOthersLines = (text: string, mark: string): boolean =>
  withoutLines(text, mark).split("\n").some(isOfThisKind);

const isOfThisKind = (line: string) => new RegExp(` ${anyMark}[0-9a-f]+$`).test(withoutOwner(withoutEnd(line)));
const isOwn = (line: string, mark: string) =>
  !line.startsWith("#") && withoutOwner(withoutEnd(line)).endsWith(` ${mark}`);
const withoutOwner = (line: string) => line.replace(/ urn:\S+$/, "");
const withoutEnd = (line: string) => withoutNote(line, unended);
