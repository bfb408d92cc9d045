/** Pure: a connection as the program has it, with what the user's configuration of ssh adds where it says nothing. */
import { isIP } from "node:net";
import type { ConnectionArgs } from "./connection-args";
import { type Directive, directivesFor, type Including, type SourceFile, SshConfigUnusable } from "./ssh-config";

/** How a host is really reached. */
export interface Reach extends Omit<ConnectionArgs, "proxyJump"> {
  /** `address` of the program, which messages show, when the configuration has another one. */
  givenAddress?: string;
  /** Name that stands for the host in known_hosts, whatever its address and port. */
  hostKeyAlias?: string;
  /** Files to look for the host's keys in, when the program names none. */
  knownHostsFiles?: readonly string[];
  /** Private keys to try, when the program names none. */
  identityFiles?: readonly string[];
  /** True: an agent may show the keys of `identityFiles` only. */
  identitiesOnly?: boolean;
  proxyJump?: Reach;
}

export interface Surroundings {
  /** Configuration files in the order in which ssh reads them. */
  files: readonly SourceFile[];
  including: Including;
  home: string;
  localUser: string;
  environment: Readonly<Record<string, string | undefined>>;
}

/** A connection, and the lines that it was taken from. */
export interface Resolved {
  reach: Reach;
  taken: Directive[];
}

/** More hops than anybody has; fewer than a circle of them. */
const mostHops = 8;

/** Keywords that would send the connection another way, or trust less; so none is left out in silence. */
const unsupported: Readonly<Record<string, { instead: string; unless: readonly (keyof ConnectionArgs)[] }>> = {
  proxycommand: { instead: "use ProxyJump there or set proxyJump", unless: ["proxyJump"] },
  canonicalizehostname: { instead: "write the HostName out", unless: [] },
  revokedhostkeys: { instead: "set hostKey", unless: ["hostKey"] },
};

/**
 * @param hops how many hosts lie before this one
 * @param otherUser who logs in where nobody names a user: root where the program names the host, as ssh does elsewhere
 * @throws SshConfigUnusable
 */
export function resolveReach(args: ConnectionArgs, surroundings: Surroundings, hops = 0, otherUser?: string): Resolved {
  if (hops > mostHops)
    throw new SshConfigUnusable(`${args.address}: ProxyJump goes through more than ${mostHops} hosts`);
  const { files, including, localUser } = surroundings;
  const defaultUser = otherUser ?? "root";
  const lines = directivesFor(files, { host: args.address, user: args.user, defaultUser, localUser }, including);
  const taken: Directive[] = [];
  const line = (keyword: string, isWanted = true) => {
    const found = isWanted ? lines.find((one) => one.keyword === keyword) : undefined;
    if (found && !taken.includes(found)) taken.push(found);
    return found;
  };
  refuseUnsupported(args, lines);

  const hostName = line("hostname");
  const address = hostName ? expanded(hostName, { h: args.address }) : args.address;
  const portLine = line("port", args.port === undefined);
  const port = args.port ?? (portLine && portOf(portLine));
  const user = args.user ?? line("user")?.words[0] ?? otherUser;
  const alias = line("hostkeyalias", args.hostKey === undefined)?.words[0];
  const tokens = tokensOf(args.address, address, port, user ?? defaultUser, alias, surroundings);
  const path = (one: Directive) => (word: string) => expandedPath({ ...one, words: [word] }, tokens, surroundings);

  const keepsKnownHosts = args.hostKey !== undefined || args.knownHosts !== undefined;
  const known = ["userknownhostsfile", "globalknownhostsfile"].map((keyword) => {
    const found = line(keyword, !keepsKnownHosts && lines.some((one) => one.keyword === keyword));
    return found ? found.words.filter((word) => word !== "none").map(path(found)) : defaultFiles[keyword];
  });
  const keepsKeys = args.privateKey !== undefined || args.identityFile !== undefined;
  const identities = keepsKeys ? [] : lines.filter(({ keyword }) => keyword === "identityfile");
  taken.push(...identities);
  const isOnly = identities.length > 0 && line("identitiesonly")?.words[0]?.toLowerCase() === "yes";

  const jump = args.proxyJump
    ? resolveReach(args.proxyJump, surroundings, hops + 1, otherUser)
    : jumpOf(line("proxyjump"), args, tokens, surroundings, hops);
  const { proxyJump: _, ...given } = args;
  const reach: Reach = {
    ...given,
    address,
    ...(address !== args.address && { givenAddress: args.address }),
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(alias !== undefined && { hostKeyAlias: alias }),
    ...(!keepsKnownHosts && { knownHostsFiles: known.flat().filter((file) => file !== undefined) }),
    ...(identities.length > 0 && {
      identityFiles: identities.filter(({ words }) => words[0] !== "none").map((one) => path(one)(one.words[0] ?? "")),
    }),
    ...(isOnly && { identitiesOnly: true }),
    ...(jump && { proxyJump: jump.reach }),
  };
  return { reach, taken: [...taken, ...(jump?.taken ?? [])] };
}

const defaultFiles: Readonly<Record<string, readonly string[]>> = {
  userknownhostsfile: ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"],
  globalknownhostsfile: ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
};

/** ProxyCommand and ProxyJump are one setting: the first of them counts. */
function refuseUnsupported(args: ConnectionArgs, lines: readonly Directive[]): void {
  const jump = lines.find(({ keyword }) => keyword === "proxyjump" || keyword === "proxycommand");
  for (const one of lines) {
    const what = Object.hasOwn(unsupported, one.keyword) ? unsupported[one.keyword] : undefined;
    const isOff = /^(none|no)$/i.test(one.words.join(" ")) || (one.keyword === "proxycommand" && one !== jump);
    if (!what || isOff || what.unless.some((key) => args[key] !== undefined)) continue;
    throw new SshConfigUnusable(`${one.place}: ${one.keyword} is not supported: ${what.instead}`);
  }
}

/** `a,b` goes through a and then b; each of them has settings of its own, and b is not asked for its ProxyJump. */
function jumpOf(
  line: Directive | undefined,
  args: ConnectionArgs,
  tokens: Tokens,
  surroundings: Surroundings,
  hops: number,
): Resolved | undefined {
  if (!line || line.words[0]?.toLowerCase() === "none") return undefined;
  const { agent, knownHosts, connectTimeoutSeconds } = args;
  const inherited = {
    ...(agent !== undefined && { agent }),
    ...(knownHosts !== undefined && { knownHosts }),
    ...(connectTimeoutSeconds !== undefined && { connectTimeoutSeconds }),
  };
  const all = expanded(line, tokens)
    .split(",")
    .map((hop) => ({ ...hopOf(hop.trim(), line.place), ...inherited }));
  const [first, ...others] = all;
  if (!first) return undefined;
  const chain = others.reduce<ConnectionArgs>((before, hop) => ({ ...hop, proxyJump: before }), first);
  return resolveReach(chain, surroundings, hops + 1, surroundings.localUser);
}

function hopOf(text: string, place: string): ConnectionArgs {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^\s:[\]/]+))(?::(\d+))?\/?$/.exec(text) ?? [];
  const address = bracketed ?? (isIP(text) ? text : plain);
  if (address === undefined) throw new SshConfigUnusable(`${place}: ProxyJump ${text} is no [USER@]HOST[:PORT]`);
  return { address, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) };
}

function portOf({ words: [word = ""], place }: Directive): number {
  const port = Number(word);
  if (/^\d+$/.test(word) && port >= 1 && port <= 65535) return port;
  throw new SshConfigUnusable(`${place}: Port ${word} is no port`);
}

type Tokens = Readonly<Record<string, string>>;

function tokensOf(
  given: string,
  address: string,
  port: number | undefined,
  user: string,
  alias: string | undefined,
  { home, localUser }: Surroundings,
): Tokens {
  return { h: address, n: given, p: String(port ?? 22), r: user, u: localUser, d: home, k: alias ?? given };
}

function expanded({ words, place }: Directive, tokens: Tokens): string {
  return words.join(" ").replace(/%(.?)/g, (token, letter: string) => {
    if (letter === "%") return "%";
    const value = Object.hasOwn(tokens, letter) ? tokens[letter] : undefined;
    if (value === undefined) throw new SshConfigUnusable(`${place}: ${token} is not supported`);
    return value;
  });
}

/** A path, with `${NAME}` of the environment. */
function expandedPath(line: Directive, tokens: Tokens, { environment, home }: Surroundings): string {
  const path = expanded(line, tokens).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined) throw new SshConfigUnusable(`${line.place}: ${name} is not in the environment`);
    return value;
  });
  return path === "~" || path.startsWith("~/") ? `${home}${path.slice(1)}` : path;
}
