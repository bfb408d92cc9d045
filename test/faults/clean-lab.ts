/** Returns the lab to a clean start, also after a cell that broke it. */
import type { LabHost } from "../../lab/lab-host";
import { imageFolder, prepareHypervisors, runningLab } from "../lab/support";
import { listenAgain } from "./faults/daemons";

/**
 * The server takes no new locks for 90 s after each start: that grace period is shortened. The lease is not: a host that
 * is cut off must keep its locks for longer than libvirt's keepalive of 30 s, or libvirt resumes the guest on the source.
 */
const shortGrace = `mkdir -p /etc/nfs.conf.d
[ -e /etc/nfs.conf.d/grace.conf ] && exit 0
rm -f /etc/nfs.conf.d/lease.conf
printf '[nfsd]\\nlease-time=90\\ngrace-time=15\\n' > /etc/nfs.conf.d/grace.conf
systemctl restart nfs-server.service`;

const tidy = `for name in $(timeout 20 virsh list --all --name | grep '^fault-'); do
  virsh destroy "$name"; virsh undefine "$name"
done > /dev/null 2>&1
! pgrep -f '[-]uuid' > /dev/null || kill -9 $(pgrep -f '[-]uuid')
rm -rf /var/tmp/full /run/*.by-hand.xml
sysctl -q vm.overcommit_memory=0
iptables-legacy -D INPUT -p tcp --dport 49152:49215 -j DROP 2> /dev/null
[ ! -e /root/pki.before ] || { rm -rf /etc/pki; mv /root/pki.before /etc/pki; systemctl restart libvirtd.service; }
${listenAgain}
timeout 20 virsh list > /dev/null && timeout 10 stat "$1" > /dev/null`;

/** @param more hypervisors beside hv-a and hv-b */
export async function cleanLab(more: readonly LabHost[] = []): Promise<void> {
  const { nas, hvA, hvB } = runningLab();
  await Promise.all([nas, hvA, hvB, ...more].map(reconnect));
  await nas.script(shortGrace);
  await Promise.all([hvA, hvB, ...more].map(clean));
  await prepareHypervisors(more);
  await nas.script('rm -f "$1"/fault-*', imageFolder);
}

async function reconnect(host: LabHost): Promise<void> {
  if (await host.isPartitioned()) await host.heal();
  if (!host.isRunning) await host.start();
}

async function clean(host: LabHost): Promise<void> {
  const tried = await host.tryExec(["sh", "-c", tidy, "sh", imageFolder], { timeoutMs: 90_000 }).catch(() => undefined);
  if (tried?.exitCode === 0) return;
  await host.kill();
  await host.start();
}
