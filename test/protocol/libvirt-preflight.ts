/** Everything that a preflight of libvirt's asks two hosts, answered by scripts: for tests of what it makes of that. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeConnections } from "../../provider/host/ssh-host";
import { libvirtDriver } from "../../provider/libvirt/driver";
import type { MigrationOptions } from "../../provider/libvirt/migration/options";
import type { Located } from "../../provider/placement/observe/locate";
import type { Step } from "../../provider/placement/plan/steps";
import type { Finding } from "../../provider/placement/preflight/finding";
import { migration as migrationSchema } from "../../provider/resources/domain-placement/migration-inputs";
import { silentOperation } from "../silent-operation";
import { uuid as anyUuid, domain as facts, says, wanted } from "../unit/placement/world";
import { answeringHost } from "./answering-host";
import { stopProgrammedHosts } from "./programmed-host";

const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-findings-"));

/** In a test file: all hosts end after each test, all images after the last. */
export function endAfterwards(): void {
  afterEach(async () => {
    await closeConnections();
    await stopProgrammedHosts();
  });
  afterAll(() => rmSync(folder, { recursive: true }));
}

export interface Answers {
  /** What virsh prints for a command of its own, and for a connection elsewhere (`connect`). */
  virsh?: Record<string, string>;
  /** The same, of what it says when it fails. */
  virshFails?: Record<string, string>;
  /** qemu-img says so of each image; empty: nothing is wrong with it. */
  imageSays?: string;
  /** GnuTLS says so of the other side's certificate. */
  status?: string;
  /** Type and source of each file system: what is here is on storage of both. */
  mounted?: string;
  /** Exit code of a connection to the other's migration ports. */
  connects?: number;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function virsh({ virsh: prints = {}, virshFails: fails = {} }: Answers): string {
  const all = {
    version: "Running against daemon: 9.0.0\nRunning hypervisor: QEMU 7.2.22\n",
    blockjob: "No current block job for vda\n",
    ...prints,
  };
  const cases = [
    ...Object.entries(fails).map(([command, text]) => `${command}) printf %s ${quoted(text)} >&2; exit 1 ;;`),
    ...Object.entries(all).map(([command, text]) => `${command}) printf %s ${quoted(text)} ;;`),
  ];
  return `uri=$2; shift 2
    say() { case $1 in echo) echo "$2" ;; ${cases.join("\n")} *) ;; esac; }
    [ "$uri" = qemu:///system ] || { say connect; exit; }
    case $1 in *\\;*) IFS=';'; for line in $1; do eval "say $line"; done ;; *) say "$@" ;; esac`;
}

const qemuImg = ({ imageSays = "" }: Answers) =>
  imageSays === "" ? "echo '{}'" : `printf %s ${quoted(imageSays)} >&2; exit 1`;

const gnutls = ({ status = "" }: Answers) =>
  `echo ${quoted(`- Status: The certificate is NOT trusted. ${status}`)}; exit 1`;

const findmnt = ({ mounted = "nfs4 10.0.0.3:/srv" }: Answers) => `echo ${quoted(mounted)}`;

export const hostThatSays = (name: string, answers: Answers) =>
  answeringHost(name, {
    virsh: virsh(answers),
    "qemu-img": qemuImg(answers),
    "gnutls-cli": gnutls(answers),
    findmnt: findmnt(answers),
    ss: "case $2 in *:5999) echo LISTEN 0 1 127.0.0.1:5999 ;; esac",
    "systemd-socket-activate": "echo Listening on [::]:49215 as 3.; exec sleep 60",
    bash: `echo "bash: connect: Connection refused" >&2; exit ${answers.connects ?? 0}`,
  });

const definitionOf = (uuid: string, inner: string, devices: string) =>
  `<domain type='kvm'><name>web</name><uuid>${uuid}</uuid><memory>1024</memory><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>${inner}<devices>${devices}</devices></domain>`;

export interface Situation {
  /** Elements of the definition, and devices of it. */
  inner?: string;
  devices?: string;
  migration?: Partial<MigrationOptions> | Record<string, unknown>;
  from?: Answers;
  to?: Answers;
  steps?: Step[];
  /** Of the guest, where it matters whether it is the same. */
  uuid?: string;
  fenced?: string[];
  seen?: Located;
}

export const at = (hostName: string, state = "running (booted)"): Located => {
  const domain = facts(state);
  return {
    location: { kind: "at", hostName, domain, leftovers: [], staleCopies: [], isInterrupted: false },
    observations: [says("a", domain), says("b", undefined)],
    unchangedForMs: 0,
  };
};

const migrate: Step = { do: "migrate", from: "a", to: "b" };

export async function found(situation: Situation): Promise<Finding[]> {
  const { inner = "", devices = "", migration = {}, from = {}, to = {}, steps = [migrate], fenced = [] } = situation;
  const { uuid = anyUuid } = situation;
  const definition = definitionOf(uuid, inner, devices);
  const dumped = { ...from, virsh: { dumpxml: definition, ...from.virsh } };
  const candidates = [await hostThatSays("a", dumped), await hostThatSays("b", to)];
  const options = { ...migrationSchema.parse({}), uri: "qemu+tls", data: "tls", ...migration } as MigrationOptions;
  const guest = { domain: { uuid, name: "web", definition }, migration: options, owner: undefined };
  const { seen = at("a") } = situation;
  return libvirtDriver(guest).preflight(
    { ...wanted, candidates, fenced },
    steps,
    seen,
    silentOperation({ acts: true }),
  );
}

export const locked = { imageSays: 'qemu-img: Failed to get shared "write" lock' };
export const disk = (path: string, more = "", target = "vda") =>
  `<disk type='file' device='disk'><source file='${path}'/><target dev='${target}'/>${more}</disk>`;
export const here = (name: string) => {
  const path = join(folder, name);
  writeFileSync(path, "image");
  return path;
};
export const start: Step = { do: "start", on: "b" };

export const codesOf = async (situation: Situation) => (await found(situation)).map(({ code }) => code);
