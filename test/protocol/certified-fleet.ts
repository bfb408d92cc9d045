/** Two readable hosts with the certificates of a LibvirtTlsPki, made by OpenSSL, and a libvirtd that is set up for them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { withSettings } from "../../provider/libvirt/daemon/conf-file";
import { monolithic } from "../../provider/libvirt/daemon/flavours";
import { confSettings } from "../../provider/libvirt/daemon/settings";
import { printBaseline } from "../../provider/pki/baseline";
import {
  authorityCertificate,
  authorityKey,
  baselinePath,
  certificatePath,
  identities,
  keyPath,
  type Role,
  type Service,
  services,
  trustPath,
} from "../../provider/pki/layout";
import { authoritySubject, hostSubject, type Subject } from "../../provider/pki/template";
import { pkiSchema } from "../../provider/resources/libvirt-tls-pki/inputs";
import { settingsOf } from "../../provider/resources/libvirt-tls-pki/observe";
import type { Owner } from "../../provider/util/owner";
import { type Made, madeHost, reachable } from "./readable-fleet";

const systemctl = String.raw`#!/bin/sh
case "$*" in
  *is-active*libvirtd.socket*) ;;
  *is-active*) exit 3 ;;
  *Id,LoadState*) shift 3
    for unit; do
      case $unit in
        libvirtd-tcp.socket) set -- loaded inactive disabled ;;
        libvirtd*) set -- loaded active enabled ;;
        *) set -- not-found inactive '' ;;
      esac
      printf 'Id=%s\nLoadState=%s\nActiveState=%s\nUnitFileState=%s\n\n' "$unit" "$@"
    done ;;
  *MainPID*) echo 0 ;;
  *EnvironmentFiles*) echo ;;
  show*) printf 'FragmentPath=\nUnitFileState=\n' ;;
  *) echo "changed by: systemctl $*" >> "$HERE/changes" ;;
esac
`;
const busctl = `#!/bin/sh
echo '{"type":"a(sasbttttuii)","data":[["/usr/sbin/libvirtd",["/usr/sbin/libvirtd","--timeout","120"]]]}'
echo '{"type":"as","data":[]}'
`;
const ss = "#!/bin/sh\necho 'LISTEN 0 128 *:16514 *:*'\n";
const certtool = `#!/bin/sh
[ "$1 $3" = "--load-privkey --pubkey-info" ] || { echo "changed by: certtool $*" >> "$HERE/changes"; exit 1; }
exec openssl pkey -in "$2" -pubout
`;
/** QEMU's group there is the one of the files. */
const id = `#!/bin/sh
[ "$*" = "-gn libvirt-qemu" ] && echo root || exec /usr/bin/id "$@"
`;
const programs = { systemctl, busctl, ss, certtool, id };

export const organization = "Example, Inc.";

/** @param owner noted on both */
export async function certifiedFleet(owner: Owner): Promise<Record<"hv-a" | "hv-b", Made>> {
  const hosts = {
    "hv-a": await madeHost({ "root/proc/sys/kernel/hostname": "hv-a\n", "domains/.keep": "" }, programs),
    "hv-b": await madeHost({ "root/proc/sys/kernel/hostname": "hv-b\n", "domains/.keep": "" }, programs),
  };
  const authorities = Object.fromEntries(
    services.map((service) => [service, signed({ subject: authoritySubject(service, organization, 1) })]),
  ) as Record<Service, Pair>;
  for (const [name, made] of Object.entries(hosts)) {
    for (const service of services) {
      const { certificate, key } = authorities[service];
      put(made, trustPath(service), certificate);
      if (name !== "hv-a") continue;
      put(made, authorityCertificate(service), certificate);
      put(made, authorityKey(service), key, 0o600);
    }
    for (const identity of identities) {
      const { service, role } = identity;
      const subject = hostSubject(service, organization, name);
      const { certificate, key } = signed({ subject, role, name }, authorities[service]);
      put(made, certificatePath(identity), certificate);
      put(made, keyPath(identity), key, service === "libvirt" ? 0o600 : 0o640);
    }
    const units = { "libvirtd-tls.socket": { enabled: false, active: false } };
    put(made, baselinePath, printBaseline({ authority: "hv-a", owner, folders: [], units, backups: [], given: [] }));
    put(made, "/etc/libvirt/libvirtd.conf", conf);
  }
  reachable(hosts);
  return hosts;
}

const at = (name: string) => ({ address: name, name });
const args = pkiSchema.parse({
  authority: at("hv-a"),
  hosts: { "hv-a": { address: "hv-a" }, "hv-b": { address: "hv-b" } },
  organization,
});
const conf = withSettings("# As it was.\n", confSettings(settingsOf(args), monolithic.daemons[0]));

function put({ folder }: Made, path: string, text: string, mode = 0o644): void {
  const file = join(folder, `root${path}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}

interface Pair {
  certificate: string;
  key: string;
}

/** @param issuer itself by default */
function signed({ subject, role, name }: { subject: Subject; role?: Role; name?: string }, issuer?: Pair): Pair {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  try {
    const [key, request, extensions, ca, caKey] = ["key", "request", "extensions", "ca", "ca-key"].map((file) =>
      join(folder, file),
    ) as [string, string, string, string, string];
    const { organization: O, unit: OU, commonName: CN } = subject;
    const openssl = (...words: string[]) => execFileSync("openssl", words, { encoding: "utf8", stdio: "pipe" });
    const distinguished = `/O=${O}/OU=${OU}/CN=${CN}`;
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", distinguished);
    const usages = role
      ? [
          "keyUsage=critical,digitalSignature,keyEncipherment",
          `extendedKeyUsage=${role}Auth`,
          ...(role === "server" ? [`subjectAltName=DNS:${name}`] : []),
        ]
      : ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
    writeFileSync(extensions, usages.map((line) => `${line}\n`).join(""));
    writeFileSync(ca, issuer?.certificate ?? "");
    writeFileSync(caKey, issuer?.key ?? "");
    const by = issuer ? ["-CA", ca, "-CAkey", caKey, "-CAcreateserial"] : ["-signkey", key];
    const certificate = openssl("x509", "-req", "-in", request, "-days", "800", "-extfile", extensions, ...by);
    return { certificate, key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
