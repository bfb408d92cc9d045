/** Pure: the program that takes over what was found. */
import { bracketed } from "../util/address";
import { Code, code, comment, type Value } from "./code";
import { fileName, identifier, Names, reserved } from "./names";
import type { Found, FoundExport, FoundGuest, FoundMount, FoundPki, GivenHost, LeftOut } from "./seen";

export interface Fleet {
  hosts: readonly (GivenHost & { hasLibvirt: boolean })[];
  found: readonly Found[];
  leftOut: readonly LeftOut[];
}

interface Program {
  text: string;
  /** Definitions by their paths beside the program. */
  domains: Record<string, string>;
  /** Keys of the configuration that have to be set before the first preview, with what they are. */
  secrets: { key: string; what: string }[];
}

/** Names of the program that are not of something found. */
const ownNames = [
  "Config",
  "Output",
  "readFileSync",
  "join",
  "config",
  "definition",
  "escaped",
  "withPassword",
  "placed",
  "mounts",
  "ready",
];
const classes = ["Domain", "DomainPlacement", "Host", "LibvirtTlsPki", "NfsExport", "NfsMount"];

export function programOf({ hosts, found, leftOut }: Fleet): Program {
  const variables = new Names([...reserved, ...ownNames, ...classes]);
  const hostNames = new Map(hosts.map(({ name }) => [name, variables.claim(identifier(name, "host"))]));
  const hostNamed = (name: string) => new Code(hostNames.get(name) ?? name);
  const of = <Kind extends Found["kind"]>(kind: Kind) =>
    found.filter((one): one is Extract<Found, { kind: Kind }> => one.kind === kind);
  const [exports, mounts, pkis, guests] = [of("NfsExport"), of("NfsMount"), of("LibvirtTlsPki"), of("DomainPlacement")];
  const shares = shareCode(exports, hosts, variables, hostNamed);
  const written = guestCode(guests, variables, hostNamed, mounts.length > 0 ? ", ready" : "");
  const candidates = hosts.filter(({ hasLibvirt }) => hasLibvirt).map(({ name }) => hostNamed(name));
  const parts = [
    headOf(hosts, leftOut),
    importsOf(hosts, found),
    hosts
      .map(({ name, connection }) => `const ${hostNames.get(name)} = ${made("Host", name, { ...connection })};`)
      .join("\n"),
    shares.text,
    mountCode(mounts, shares.sourceOf, hostNamed),
    pkis.map((pki) => pkiCode(pki, hostNamed)).join("\n"),
    guests.length === 0 ? "" : helpersOf(guests, candidates, mounts.length > 0),
    ...written.texts,
  ];
  return {
    text: `${parts.filter((part) => part !== "").join("\n\n")}\n`,
    domains: written.domains,
    secrets: written.secrets,
  };
}

function headOf(hosts: Fleet["hosts"], leftOut: readonly LeftOut[]): string {
  const names = hosts.map(({ name }) => name).join(", ");
  const lines = [
    comment(
      `Takes over what is on ${names}. \`pulumi preview\` shows creates only, and says of each what is there; \`pulumi up\` notes that it belongs to this stack, and changes nothing that runs.`,
    ),
    comment(
      "`pulumi destroy` leaves the guests as they are. It takes exports and mounts away, and refuses while they are used.",
    ),
  ];
  const left = leftOut.map(({ what, reason }) => comment(`${what}: ${reason}`, "// - ", "//   "));
  return [...lines, ...(left.length > 0 ? ["//", "// Left out:", ...left] : [])].join("\n");
}

function importsOf(hosts: Fleet["hosts"], found: readonly Found[]): string {
  const kinds = new Set<string>(found.map(({ kind }) => kind));
  const guests = found.filter((one) => one.kind === "DomainPlacement");
  const used = classes.filter(
    (name) => kinds.has(name) || (name === "Host" && hosts.length > 0) || (name === "Domain" && guests.length > 0),
  );
  const files = ['import { readFileSync } from "node:fs";', 'import { join } from "node:path";'];
  return [
    ...(guests.length > 0 ? files : []),
    ...(guests.some(({ hasPassword }) => hasPassword) ? ['import { Config, type Output } from "@pulumi/pulumi";'] : []),
    `import { ${used.join(", ")} } from "pulumi-kvm-live";`,
  ].join("\n");
}

/** @param indent of the line that it begins on */
const made = (kind: string, name: string, args: Record<string, Value | undefined>, indent = ""): string =>
  `new ${kind}(${code(name)}, ${code(args, indent, kind.length + name.length + 30)})`;

type HostNamed = (name: string) => Code;

function shareCode(exports: readonly FoundExport[], hosts: Fleet["hosts"], variables: Names, hostNamed: HostNamed) {
  const names = new Names();
  const sources = new Map<string, Code>();
  const texts = exports.map(({ host, path, clients }) => {
    const variable = variables.claim(identifier(path, "share"), identifier(`${path} ${host}`, "share"));
    const address = hosts.find(({ name }) => name === host)?.connection.address ?? host;
    sources.set(`${bracketed(address)}:${path}`, new Code(`${variable}.source`));
    const listed = clients.map(({ client, options }) => ({ client, options }));
    const args = { server: hostNamed(host), path, clients: listed, adopt: true };
    return `const ${variable} = ${made("NfsExport", names.claim(`${path} on ${host}`), args)};`;
  });
  return { text: texts.join("\n"), sourceOf: (source: string): Value => sources.get(source) ?? source };
}

function mountCode(mounts: readonly FoundMount[], sourceOf: (source: string) => Value, hostNamed: HostNamed): string {
  if (mounts.length === 0) return "";
  const names = new Names();
  const lines = mounts.map(({ host, source, path, options }) => {
    const args = { host: hostNamed(host), source: sourceOf(source), path, options, adopt: true };
    return `  ${made("NfsMount", names.claim(`${path} on ${host}`), args, "  ")},`;
  });
  return ["const mounts = [", ...lines, "];"].join("\n");
}

const pkiCode = ({ host, hosts, organization }: FoundPki, hostNamed: HostNamed): string => {
  const args = { authority: hostNamed(host), hosts: hosts.map(hostNamed), organization, adopt: true };
  return `${made("LibvirtTlsPki", `pki of ${host}`, args)};`;
};

function helpersOf(guests: readonly FoundGuest[], candidates: readonly Value[], hasMounts: boolean): string {
  const placed = { candidates, adopt: true, onDelete: new Code('"keep" as const') };
  const secrets = [
    "const config = new Config();",
    'const escaped = (text: string) => text.replace(/[&<>"\']/g, (one) => "&#" + one.charCodeAt(0) + ";");',
    "const withPassword = (xml: string, password: Output<string>) =>",
    "  password.apply((text) => xml.replace('passwd=\"*****\"', () => 'passwd=\"' + escaped(text) + '\"'));",
  ];
  return [
    'const definition = (file: string) => readFileSync(join(__dirname, "domains", file), "utf8");',
    ...(guests.some(({ hasPassword }) => hasPassword) ? secrets : []),
    `const placed = ${code(placed)};`,
    ...(hasMounts ? ["const ready = { dependsOn: mounts };"] : []),
  ].join("\n");
}

function guestCode(guests: readonly FoundGuest[], variables: Names, hostNamed: HostNamed, options: string) {
  const [names, files] = [new Names(), new Names()];
  const domains: Record<string, string> = {};
  const secrets: Program["secrets"] = [];
  const texts = guests.map((guest) => {
    const { host, name, xml, hasPassword, blocking } = guest;
    const variable = variables.claim(identifier(name, "guest"), identifier(`${name} ${host}`, "guest"));
    const resource = names.claim(name, `${name} on ${host}`);
    const file = `${files.claim(fileName(name, "guest"), fileName(`${name}-${host}`, "guest"))}.xml`;
    domains[`domains/${file}`] = xml;
    const read = `definition(${code(file)})`;
    const key = `${variable}Password`;
    if (hasPassword) secrets.push({ key, what: `the password of ${JSON.stringify(name)}` });
    const xmlCode = hasPassword ? `withPassword(${read}, config.requireSecret(${code(key)}))` : read;
    const blockingDevices = blocking.length > 0 ? "keep" : undefined;
    return [
      ...(blocking.length > 0 ? [comment(`Cannot move live with ${blocking.join(", ")}: docs/devices.md.`)] : []),
      `const ${variable} = ${made("Domain", resource, { xml: new Code(xmlCode), blockingDevices })};`,
      `new DomainPlacement(${code(resource)}, ${placementCode(guest, variable, hostNamed)}${options});`,
    ].join("\n");
  });
  return { texts, domains, secrets };
}

/** Characters of a line that are not of the arguments, about. */
const besidePlacement = 60;

function placementCode(
  { host, powerState, autostart, persistent }: FoundGuest,
  variable: string,
  hostNamed: HostNamed,
): string {
  const more = {
    domain: new Code(variable),
    host: hostNamed(host),
    powerState: powerState === "running" ? undefined : powerState,
    autostart: autostart || undefined,
    migration: persistent ? undefined : { persistent: false, undefineSource: false },
  };
  const args = code(more, "", besidePlacement);
  return args.startsWith("{\n") ? args.replace("{\n", "{\n  ...placed,\n") : args.replace("{", "{ ...placed,");
}
