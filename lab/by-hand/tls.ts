/**
 * Gives hypervisors certificates of one authority, for libvirt's own connections and for QEMU's migration streams, by
 * the commands that an administrator would type. Each host makes its own key; only requests and certificates travel.
 *
 * @see https://libvirt.org/kbase/tlscerts.html
 */
import type { LabHost } from "../lab-host";

/** The daemon that other hosts reach. */
const listener = "if [ -x /usr/sbin/virtproxyd ]; then daemon=virtproxyd; else daemon=libvirtd; fi";
const authorityKey = "/root/authority-key.pem";
const authorityCertificate = "/etc/pki/CA/cacert.pem";

export async function exchangeCertificates(hosts: readonly LabHost[]): Promise<void> {
  const [authority] = hosts;
  if (!authority) return;
  const certificate = await makeAuthority(authority);
  const equip = async (host: LabHost, request: string) => {
    await install(host, certificate, await sign(authority, host, request));
    await listen(host);
  };
  await Promise.all(hosts.map(async (host) => equip(host, await makeRequest(host))));
}

/** Removes all of it; nothing there is fine. */
export async function withdrawCertificates(hosts: readonly LabHost[]): Promise<void> {
  const withdraw = (host: LabHost) =>
    host.script(
      `${listener}
       systemctl stop $daemon.service $daemon-tls.socket
       systemctl disable --no-reload $daemon-tls.socket 2>/dev/null
       rm -rf /etc/pki /root/key.pem /root/authority* /root/request.template /root/*.host`,
    );
  await Promise.all(hosts.map(withdraw));
}

async function makeAuthority(authority: LabHost): Promise<string> {
  const { stdout } = await authority.script(
    `mkdir -p /etc/pki/CA
     printf 'cn = lab\\nca\\ncert_signing_key\\nexpiration_days = 30\\n' > /root/authority.template
     certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$1" 2>/dev/null
     certtool --generate-self-signed --load-privkey "$1" --template /root/authority.template --outfile "$2" 2>/dev/null
     cat "$2"`,
    authorityKey,
    authorityCertificate,
  );
  return stdout;
}

async function makeRequest(host: LabHost): Promise<string> {
  const { stdout } = await host.script(
    `umask 077
     certtool --generate-privkey --key-type=rsa --bits 3072 --outfile /root/key.pem 2>/dev/null
     printf 'cn = "%s"\\n' "$1" > /root/request.template
     certtool --generate-request --load-privkey /root/key.pem --template /root/request.template 2>/dev/null`,
    host.name,
  );
  return stdout;
}

/** One certificate for both roles, valid for the host's name and for its address. */
async function sign(authority: LabHost, host: LabHost, request: string): Promise<string> {
  const template = [
    `cn = "${host.name}"`,
    `dns_name = "${host.name}"`,
    `ip_address = "${host.address}"`,
    "tls_www_server",
    "tls_www_client",
    "signing_key",
    "encryption_key", // libvirt 9.0 refuses a certificate without it
    "expiration_days = 30",
  ];
  const { stdout } = await authority.script(
    `printf '%s' "$1" > "/root/$5.template.host"
     printf '%s' "$2" > "/root/$5.request.host"
     certtool --generate-certificate --load-request "/root/$5.request.host" --template "/root/$5.template.host" \\
       --load-ca-certificate "$4" --load-ca-privkey "$3" 2>/dev/null`,
    `${template.join("\n")}\n`,
    request,
    authorityKey,
    authorityCertificate,
    host.name,
  );
  return stdout;
}

/** QEMU reads its files as an unprivileged user of group kvm, libvirtd its own as root. */
async function install(host: LabHost, authority: string, certificate: string): Promise<void> {
  await host.script(
    `mkdir -p /etc/pki/CA /etc/pki/libvirt/private /etc/pki/qemu
     printf '%s' "$1" | tee /etc/pki/CA/cacert.pem > /etc/pki/qemu/ca-cert.pem
     for role in server client; do
       printf '%s' "$2" | tee /etc/pki/libvirt/\${role}cert.pem > /etc/pki/qemu/$role-cert.pem
       install -m 600 /root/key.pem /etc/pki/libvirt/private/\${role}key.pem
       install -m 640 -g kvm /root/key.pem /etc/pki/qemu/$role-key.pem
     done`,
    authority,
    certificate,
  );
}

/**
 * systemd refuses to start a socket while its service runs, so the service is stopped first; guests do not notice.
 * systemd has loaded the socket's unit already, so it need not reload all units, which takes seconds here.
 */
async function listen(host: LabHost): Promise<void> {
  await host.script(
    `${listener}
     systemctl stop $daemon.service
     systemctl enable --no-reload --now $daemon-tls.socket 2>/dev/null
     systemctl start $daemon.service`,
  );
}
