import { optionsOf } from "../../../provider/qemu-command-line/arguments";
import { articleCommandLine } from "./original-article";

test("the original article's command line", () => {
  expect(optionsOf(articleCommandLine)).toEqual([
    { option: "enable-kvm", index: 0 },
    { option: "m", value: "2048", index: 1 },
    { option: "hda", value: "/home/cliu8/migrate/ubuntutest.img", index: 3 },
    { option: "vnc", value: ":19", index: 5 },
    { option: "net", value: "nic,model=virtio", index: 7 },
    { option: "net", value: "tap,ifname=tap0,script=no", index: 9 },
  ]);
});

test.each<[string[], [option: string, value: string | undefined][]]>([
  [
    ["--m", "64", "--enable-kvm"],
    [
      ["m", "64"],
      ["enable-kvm", undefined],
    ],
  ],
  [
    ["/srv/disk", "-S"],
    [
      ["hda", "/srv/disk"],
      ["S", undefined],
    ],
  ],
  [
    ["-nodefaults", "/srv/disk"],
    [
      ["nodefaults", undefined],
      ["hda", "/srv/disk"],
    ],
  ],
  [
    ["-append", "-S", "-s"],
    [
      ["append", "-S"],
      ["s", undefined],
    ],
  ],
  [["-m"], [["m", undefined]]],
  [["-"], [["", undefined]]],
  [[], []],
])("%j", (argv, options) => {
  expect(optionsOf(argv).map(({ option, value }) => [option, value])).toEqual(options);
});
