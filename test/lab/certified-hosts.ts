/** Two hypervisors as tests of their certificates use them: put aside what others have left, look, connect. */
import type { LabHost } from "../../lab/lab-host";
import { connectionsTo, connectionTo, runningLab } from "./support";

export const { hvA, hvB } = runningLab();
export const both = [hvA, hvB];
const peers = [
  [hvA, hvB],
  [hvB, hvA],
] as const;
export const base = { authority: connectionTo(hvA), hosts: connectionsTo(both), adopt: true };

/** Everything on a host that the resource may touch. */
export const snapshot = async (host: LabHost) =>
  (
    await host.script(
      `find /etc/pki /var/lib/pulumi-kvm-live /etc/libvirt/libvirtd.conf* /etc/libvirt/.libvirtd* /etc/systemd/system \\
         -printf '%p %m %u:%g %l\\n' 2>/dev/null | sort
       find /etc/pki /etc/libvirt/libvirtd.conf /etc/systemd/system -type f -exec sha256sum {} + 2>/dev/null | sort || true
       systemctl list-unit-files 'libvirtd*' --no-legend
       systemctl is-active libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd-tls.socket libvirtd-tcp.socket || true`,
    )
  ).stdout;

/** Certificates that other tests' by-hand set-up has left go out of the way, and come back. */
export const clear = (host: LabHost) =>
  host.script(
    `mkdir -p /root/aside; cp -a /etc/libvirt/libvirtd.conf /root/aside/
     if systemctl is-active --quiet libvirtd-tls.socket; then
       touch /root/aside/listening
       systemctl stop libvirtd.service libvirtd-tls.socket; systemctl disable libvirtd-tls.socket
     fi
     if [ -d /etc/pki ]; then mv /etc/pki /root/aside/pki; fi
     printf 'tls_port = "1"\\nauth_unix_rw = "none"\\n# no end of line' >> /etc/libvirt/libvirtd.conf
     systemctl restart libvirtd.service`,
  );
export const putBack = (host: LabHost) =>
  host.script(
    `rm -rf /etc/pki
     if [ -d /root/aside/pki ]; then mv /root/aside/pki /etc/pki; fi
     cp -a /root/aside/libvirtd.conf /etc/libvirt/libvirtd.conf
     systemctl stop libvirtd.service
     if [ -e /root/aside/listening ]; then systemctl enable --now libvirtd-tls.socket; fi
     systemctl start libvirtd.service
     rm -rf /root/aside`,
  );

export const connects = (from: LabHost, to: LabHost, port = "") =>
  from.tryExec(["timeout", "60", "virsh", "-c", `qemu+tls://${to.address}${port}/system`, "hostname"]);
export async function expectConnections(port = ""): Promise<void> {
  for (const [from, to] of peers) expect(await connects(from, to, port)).toMatchObject({ stdout: `${to.name}\n\n` });
}
export const daemonPid = async (host: LabHost) =>
  (await host.exec(["systemctl", "show", "-P", "MainPID", "libvirtd.service"])).stdout;

/** A folder on a host where libvirt, and QEMU, find an authority, a client's certificate and its key. */
export const credentials = (
  host: LabHost,
  folder: string,
  [authority, certificate, key]: readonly [string, string, string],
) =>
  host.script(
    `mkdir -p "$1"; cp -- "$2" "$1/cacert.pem"; cp -- "$3" "$1/clientcert.pem"; cp -- "$4" "$1/clientkey.pem"
     cp "$1/cacert.pem" "$1/ca-cert.pem"; cp "$1/clientcert.pem" "$1/client-cert.pem"; cp "$1/clientkey.pem" "$1/client-key.pem"`,
    ...[folder, authority, certificate, key],
  );
/** QEMU's own server side of TLS, as an incoming migration has it, in a program that needs no guest. */
export const serveNbd = `truncate -s 1M /root/nbd.img
  qemu-nbd --object tls-creds-x509,id=t,dir=/etc/pki/qemu,endpoint=server,verify-peer=yes --tls-creds t \\
    --persistent --read-only --port 10899 --fork --pid-file=/root/nbd.pid -f raw /root/nbd.img`;
export const stopNbd = "kill $(cat /root/nbd.pid); rm -f /root/nbd.img /root/nbd.pid";
export const asLibvirt = (folder: string, to: LabHost) =>
  hvA.tryExec(["timeout", "60", "virsh", "-c", `qemu+tls://${to.address}/system?pkipath=${folder}`, "hostname"]);
export const asQemu = (folder: string, to: LabHost) => {
  const credentialsOf = `tls-creds-x509,id=t,dir=${folder},endpoint=client,verify-peer=yes`;
  const image = `driver=nbd,host=${to.address},port=10899,tls-creds=t`;
  return hvA.tryExec(["timeout", "60", "qemu-img", "info", "--object", credentialsOf, "--image-opts", image]);
};

/** While `work` runs, each host's libvirt calls the other's every 100 ms. @returns what became of the calls */
export async function polling(work: () => Promise<void>): Promise<string[]> {
  for (const [from, to] of peers)
    await from.script(
      `rm -f /root/poll.*; (while [ ! -e /root/poll.stop ]; do
       if said=$(virsh -c "qemu+tls://$1/system" hostname 2>&1); then echo ok; else echo "failed $said"; fi >> /root/poll.log
       sleep 0.1
     done; touch /root/poll.over) > /dev/null 2>&1 &`,
      to.address,
    );
  await work().finally(() => Promise.all(both.map((host) => host.exec(["touch", "/root/poll.stop"]))));
  const logs = await Promise.all(
    both.map((host) => host.script("while [ ! -e /root/poll.over ]; do sleep 0.1; done; cat /root/poll.log")),
  );
  const lines = logs.flatMap(({ stdout }) => stdout.split("\n").filter(Boolean));
  expect(lines.length).toBeGreaterThan(10);
  return [...new Set(lines)];
}
