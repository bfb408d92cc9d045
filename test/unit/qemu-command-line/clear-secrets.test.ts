import { clearSecretsIn } from "../../../provider/qemu-command-line/clear-secrets";

const word = "S3CR3T";

test.each<[argv: string[], names: RegExp]>([
  [["-object", `secret,id=s,data=${word}`], /^-object secret,data=: use -object secret,file=/],
  [["-object", `{"qom-type":"secret","id":"s","data":"${word}"}`], /^-object secret,data=/],
  [["-spice", `port=5901,password=${word}`], /^-spice password=: .*password-secret/],
  [["-iscsi", `user=me,password=${word}`], /^-iscsi password=/],
  [["-drive", `file.driver=iscsi,file.password=${word}`], /^-drive file\.password=/],
  [["-drive", `file=https://me:${word}@example.org/web.img,format=raw`], /^-drive: an address with a password/],
  [["-hda", `iscsi://me%${word}@10.0.0.1/iqn.x/1`], /^-hda: an address with a password/],
  [["-fw_cfg", `name=opt/io.systemd.credentials/x,string=${word}`], /^-fw_cfg string=.*file=/],
  [["-smbios", `type=11,value=io.systemd.credential:x=${word}`], /^-smbios value=.*path=/],
])("%j is named, without its value", (argv, names) => {
  const found = clearSecretsIn(["-m", "64", ...argv]);
  expect(found).toEqual([expect.stringMatching(names)]);
  expect(found.join()).not.toContain(word);
});

test.each([
  [["-object", "secret,id=s,file=/etc/web.secret"]],
  [["-object", "secret,id=s,data=AAAA,keyid=master,iv=BBBB,format=base64"]],
  [["-spice", "port=5901,password-secret=s"]],
  [["-vnc", ":1,password=on"]],
  [["-vnc", ":1,password"]],
  [["-append", "root=/dev/vda quiet"]],
  [["-drive", "file=https://example.org/web.img:1,format=raw"]],
  [["-fw_cfg", "name=opt/x,string=y"]],
  [["-smbios", "type=1,serial=1"]],
])("%j holds none", (argv) => {
  expect(clearSecretsIn(argv)).toEqual([]);
});
