/**
 * The one door to ssh-config: the lines of a configuration file of ssh, and which of them count for a host.
 *
 * @see https://man.openbsd.org/ssh_config
 */
import { LineType, parse } from "ssh-config";
import { matchesGlob } from "../util/glob";

/** A line, e.g. `HostName 10.77.0.11`. */
export interface Directive {
  /** In lower case. */
  keyword: string;
  words: string[];
  /** `FILE:LINE`. */
  place: string;
}

/** Why a file cannot be used, with the place in it. */
export class SshConfigUnusable extends Error {}

interface Target {
  /** As the program has it. */
  host: string;
  /** That the program has set; it wins. */
  user?: string | undefined;
  /** That counts for `Match user` while none is set. */
  defaultUser: string;
  localUser: string;
}

/** The files that `Include PATTERN` in a file leads to, with their texts. */
export type Including = (pattern: string, file: string) => readonly SourceFile[];

export interface SourceFile {
  path: string;
  text: string;
}

const deepest = 16;

/**
 * The lines that count for a host: of each keyword the first, and all of IdentityFile.
 *
 * @throws SshConfigUnusable where ssh refuses the file, or would run a command to know what counts
 */
export function directivesFor(files: readonly SourceFile[], target: Target, including: Including): Directive[] {
  const pass = new Pass(target, including);
  for (const file of files) pass.read(file, true, 0);
  if (!pass.wantsFinal) return pass.found;
  pass.isFinal = true;
  pass.host = pass.hostName;
  for (const file of files) pass.read(file, true, 0);
  return pass.found;
}

class Pass {
  readonly found: Directive[] = [];
  wantsFinal = false;
  isFinal = false;
  host: string;

  constructor(
    private readonly target: Target,
    private readonly including: Including,
  ) {
    this.host = target.host;
  }

  get hostName(): string {
    const word = this.found.find(({ keyword }) => keyword === "hostname")?.words[0];
    return word?.replace(/%[%h]/g, (token) => (token === "%h" ? this.target.host : "%")) ?? this.target.host;
  }

  private get user(): string {
    const word = this.found.find(({ keyword }) => keyword === "user")?.words[0];
    return this.target.user ?? word ?? this.target.defaultUser;
  }

  /** What a Host or Match line in a file starts ends with the file. */
  read(file: SourceFile, isActive: boolean, depth: number): void {
    if (depth > deepest) throw new SshConfigUnusable(`${file.path}: too many files include each other`);
    let counts = isActive;
    for (const directive of directivesIn(file)) {
      const { keyword, words } = directive;
      if (keyword === "host") counts = isActive && matchesPatterns(words, this.host);
      else if (keyword === "match") {
        const criteria = criteriaIn(directive);
        // ssh reads all again for it wherever it stands, also where nothing counts.
        this.wantsFinal ||= criteria.some(({ criterion }) => criterion === "final");
        counts = isActive && this.matches(criteria, directive.place);
      } else if (keyword === "include")
        for (const pattern of words)
          for (const included of this.including(pattern, file.path)) this.read(included, counts, depth + 1);
      else if (counts) this.take(directive);
    }
  }

  private take(directive: Directive): void {
    const isSame = ({ keyword, words }: Directive) =>
      keyword === directive.keyword && (keyword !== "identityfile" || words.join() === directive.words.join());
    const isTooLate = this.isFinal && directive.keyword === "hostname";
    if (!isTooLate && !this.found.some(isSame)) this.found.push(directive);
  }

  private matches(criteria: readonly Criterion[], place: string): boolean {
    return criteria.every(({ criterion, value, isNegated }) => this.holds(criterion, value, place) !== isNegated);
  }

  private holds(criterion: string, value: string, place: string): boolean {
    const patterns = value.split(",");
    switch (criterion) {
      case "final":
      case "canonical":
        return this.isFinal;
      case "host":
        return matchesPatterns(patterns, this.isFinal ? this.host : this.hostName);
      case "originalhost":
        return matchesPatterns(patterns, this.target.host);
      case "user":
        return matchesPatterns(patterns, this.user);
      case "localuser":
        return matchesPatterns(patterns, this.target.localUser);
      default:
        throw new SshConfigUnusable(`${place}: Match ${criterion} is not supported`);
    }
  }
}

interface Criterion {
  criterion: string;
  /** Empty for those without one. */
  value: string;
  isNegated: boolean;
}

/** The criteria of a Match line, without `all`. */
function criteriaIn({ words, place }: Directive): Criterion[] {
  const rest = [...words];
  const criteria: Criterion[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const criterion = word.replace(/^!/, "").toLowerCase();
    if (criterion === "all") continue;
    const value = ["final", "canonical"].includes(criterion) ? "" : rest.shift();
    if (value === undefined) throw new SshConfigUnusable(`${place}: Match ${criterion} has no value`);
    criteria.push({ criterion, value, isNegated: word.startsWith("!") });
  }
  return criteria;
}

/** A pattern with `!` that matches excludes, whatever the others say. */
function matchesPatterns(patterns: readonly string[], text: string): boolean {
  const matches = (pattern: string) => matchesGlob(pattern, text);
  if (patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern));
}

/** Line by line, as ssh reads it: nothing goes on in the next one. */
function directivesIn({ path, text }: SourceFile): Directive[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const place = `${path}:${index + 1}`;
    const node = parsed(place, line);
    if (node?.type !== LineType.DIRECTIVE || node.param === "") return [];
    const words = typeof node.value === "string" ? [node.value] : node.value.map(({ val }) => val);
    const keyword = /^\s*match\b/i.test(line) ? "match" : node.param.toLowerCase();
    if (words.join("") === "") throw new SshConfigUnusable(`${place}: ${keyword} has no value`);
    return [{ keyword, words, place }];
  });
}

/** The library knows neither single quotes nor `Match !final`, whose words are those of a Host line otherwise. */
function parsed(place: string, line: string) {
  const inDoubleQuotes = line.replace(/"[^"]*"|'([^'"]*)'/g, (quoted, single) =>
    single === undefined ? quoted : `"${single}"`,
  );
  try {
    return parse(inDoubleQuotes.replace(/^(\s*)match\b/i, "$1Host"))[0];
  } catch {
    throw new SshConfigUnusable(`${place}: the line cannot be read`);
  }
}
