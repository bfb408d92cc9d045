# ../live-migration in Python: `pulumi config set host hv-b && pulumi up` moves the guest live. Once before:
#   npm install && npm run build            (in this repository)
#   pulumi package add ../../plugin         (writes sdks/kvm, and installs it; docs/plugin.md)
# The stack's configuration is that of ../live-migration.
import re
from pathlib import Path

import pulumi
import pulumi_kvm as kvm

config = pulumi.Config()
login = {
    re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", key): value
    for key, value in (config.get_object("login") or {}).items()
}
addresses = config.require_object("addresses")
path = config.get("path") or "/srv/vm"
client = {"client": config.require("clients"), "options": ["rw", "sync", "no_root_squash"]}
xml = Path(config.get("domainXml") or "../live-migration/ubuntu-14.04.xml").read_text()

hv_a = kvm.Host("hv-a", address=addresses["hv-a"], **login)
hv_b = kvm.Host("hv-b", address=addresses["hv-b"], **login)
nas = kvm.Host("nas", address=addresses["nas"], **login)

images = kvm.NfsExport("images", server=nas, path=path, clients=[client])
mounts = [
    kvm.NfsMount(name, host=host, source=images.source, path=path, options=config.get_object("mountOptions"))
    for name, host in {"images-hv-a": hv_a, "images-hv-b": hv_b}.items()
]
pki = kvm.LibvirtTlsPki("pki", authority=hv_a, hosts=[hv_a, hv_b])

guest = kvm.Domain("ubuntu-14.04", xml=xml, blocking_devices={"remove": ["cdrom", "usb"]})
placement = kvm.DomainPlacement(
    "ubuntu-14.04",
    domain=guest,
    host=config.require("host"),
    candidates=[hv_a, hv_b],
    on_delete=config.get("onDelete") or "shutdown",
    opts=pulumi.ResourceOptions(depends_on=[*mounts, pki]),
)

pulumi.export("host", placement.host)
pulumi.export("lastMigration", placement.last_migration)
