import { namesPath } from "../../../provider/libvirt/guests-using";

test.each<[string, boolean]>([
  ['<source file="/srv/vm/a.qcow2"/>', true],
  ["<source file='/srv/vm/a.qcow2'/>", true],
  ['<source dir="/srv/vm"/>', true],
  ["<kernel>/srv/vm/vmlinuz</kernel>", true],
  ["<nvram template='/usr/x'>\n  /srv/vm/vars.fd\n</nvram>", true],
  ['<source file="/srv/vm/a&amp;b"/>', true],
  ['<source file="/srv/vm-2/a.qcow2"/>', false],
  ['<source file="/other/srv/vm/a"/>', false],
  ["<description>/srv/vm/a</description>", false],
  ['<metadata><x:y file="/srv/vm/a"/></metadata>', false],
  ["<name>vm</name>", false],
])("%s: %s", (xml, uses) => {
  expect(namesPath(`<domain>${xml}</domain>`, "/srv/vm")).toBe(uses);
});
