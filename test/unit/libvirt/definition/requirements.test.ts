import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../../lab/paths";
import { adaptToLab } from "../../../../lab/scenarios/adapt-domain";
import { requirementsOf } from "../../../../provider/libvirt/definition/requirements";

const seed = readFileSync(join(repository, "examples/live-migration/ubuntu-14.04.xml"), "utf8");

test("requirements of the original article's domain", () => {
  expect(requirementsOf(seed)).toEqual([
    { kind: "emulator", what: "/usr/bin/kvm-spice" },
    { kind: "image", what: "/home/cliu8/migrate/ubuntu-14.04.img" },
    { kind: "bridge", what: "ubuntu_br" },
  ]);
});

test("a serial log needs its folder", () => {
  expect(requirementsOf(adaptToLab(seed))).toContainEqual({ kind: "folder", what: "/srv/vm" });
});

test("the lab changes the article's XML in these lines only", () => {
  const kept = new Set(seed.split("\n"));
  const changed = adaptToLab(seed)
    .split("\n")
    .filter((line) => !kept.has(line))
    .map((line) => line.trim());
  expect(changed).toEqual([
    "<domain type='qemu' id='55'>",
    "<memory unit='KiB'>65536</memory>",
    "<currentMemory unit='KiB'>65536</currentMemory>",
    "<type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>",
    "<emulator>/usr/bin/qemu-system-x86_64</emulator>",
    "<source file='/srv/vm/ubuntu-14.04.qcow2'/>",
    "<serial type='file'>",
    "<source path='/srv/vm/ubuntu-14.04.log' append='on'/>",
  ]);
});
