import {
  activeSettings,
  type Setting,
  withoutSettings,
  withSettings,
} from "../../../../provider/libvirt/daemon/conf-file";
import { parseConf } from "../../../../provider/libvirt/daemon/virconf";

const settings: Setting[] = [
  ["listen_tls", "1"],
  ["tls_port", '"16514"'],
];

test("comments and order stay; a line that would contradict is kept as a comment", () => {
  expect(withSettings('# Ports\n#tls_port = "1"\ntls_port = "2"\nmax_clients = 5\n', settings)).toBe(
    `# Ports
#tls_port = "1"
#pulumi-kvm-live# tls_port = "2"
max_clients = 5
# BEGIN pulumi-kvm-live: these lines are written by Pulumi
listen_tls = 1
tls_port = "16514"
# END pulumi-kvm-live
`,
  );
});

test.each<[string, string | undefined]>([
  ["nothing", ""],
  ["no file", undefined],
  ["one line", "max_clients = 5\n"],
  ["no end of the last line", "# a\nlisten_tls = 0"],
  ["empty lines at the end", "listen_tls = 0\n\n\n"],
  ["only an empty line", "\n"],
  ["a list over several lines", 'tls_allowed_dn_list = [\n  "a]", # one\n  "b"\n]\nlisten_tls = 0\n'],
  ["quotes and dollars", 'unix_sock_dir = "$(reboot)"\ntls_port="\'1\'"\n'],
  ["carriage returns", "listen_tls = 0\r\n# x\r\n"],
])("%s comes back byte for byte", (_, text) => {
  const once = withSettings(text, settings);
  expect(withSettings(once, settings)).toBe(once);
  expect(withoutSettings(once)).toBe(text);
  const other = withSettings(once, [["tls_allowed_dn_list", '["x"]']]);
  expect(withoutSettings(other)).toBe(text);
  expect(withoutSettings(text)).toBe(text);
});

test("lines that others add later stay", () => {
  const once = withSettings("a = 1\n", settings);
  expect(withoutSettings(`${once}b = 2\n`)).toBe("a = 1\nb = 2\n");
  expect(withoutSettings(`${withSettings(undefined, settings)}b = 2\n`)).toBe("b = 2\n");
});

test("a list of somebody else's is commented out as a whole", () => {
  const text = withSettings('tls_allowed_dn_list = [\n "a"\n]\n', [["tls_allowed_dn_list", '["b"]']]);
  expect(activeSettings(text).get("tls_allowed_dn_list")).toBe('["b"]');
});

test("the first of several lines counts", () => {
  expect([...activeSettings('# listen_tls = 0\nlisten_tls = 1\nlisten_tls = 0\nauth_tls="none"\n')]).toEqual([
    ["listen_tls", "1"],
    ["auth_tls", '"none"'],
  ]);
});

describe("as libvirt reads it", () => {
  test.each<[string, [string, string][]]>([
    ["listen_tls = 0 # no\n", [["listen_tls", "0"]]],
    ['auth_tcp = "none"   # why\n', [["auth_tcp", '"none"']]],
    [
      "a = 01; auth_tcp = 'none'\n",
      [
        ["a", "1"],
        ["auth_tcp", '"none"'],
      ],
    ],
    [
      'listen_tls = 0\r\nauth_tcp = "none"\r\n',
      [
        ["listen_tls", "0"],
        ["auth_tcp", '"none"'],
      ],
    ],
    ["\tlisten_tls\t=\t+1\n", [["listen_tls", "1"]]],
    [
      'list = [\n "CN=a,O=b",\n "CN=y"\n]\nb = 1\n',
      [
        ["list", '["CN=a,O=b", "CN=y"]'],
        ["b", "1"],
      ],
    ],
    ['list = ["a", ]\n', [["list", '["a"]']]],
    [
      'foo = """a\nlisten_tls = 0\n"""\nlisten_tls = 1\n',
      [
        ["foo", '"""a\nlisten_tls = 0\n"""'],
        ["listen_tls", "1"],
      ],
    ],
    ["# see [1]: foo [bar\nlisten_tls = 0\n", [["listen_tls", "0"]]],
    ["", []],
    ["# only\n\n", []],
    ["a = 1;\n\n # b\n;".slice(0, -1), [["a", "1"]]],
    [
      "a = 1\rb = 2",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [
      "a = 9223372036854775807\nb = -0\n",
      [
        ["a", "9223372036854775807"],
        ["b", "0"],
      ],
    ],
    ['a = """b"c"""', [["a", "'b\"c'"]]],
    ["a = []\n", [["a", "[]"]]],
  ])("%j has %j", (text, settings) => expect([...activeSettings(text)]).toEqual(settings));

  test.each<[string, number, string]>([
    ["a = 1\nb\n", 2, "expecting an assignment"],
    ["a = yes\n", 1, "expecting a value"],
    ['a = "x\n', 1, "unterminated string"],
    ["a = 1 b = 2\n", 1, "expecting a separator"],
    ["a =\n[1]\n", 1, "expecting a value"],
    ["a = [1 2]\n", 1, "expecting a separator in list"],
    ["a = [1,\n2\n", 3, "list is not closed with ]"],
    ["1 = 2\n", 1, "expecting a name"],
    ["\n", 2, "expecting a name"],
    ["a = 1;; b = 2\n", 1, "expecting a name"],
    ["a = 1\n;", 2, "expecting a name"],
    ["\u00a0a = 1\n", 1, "expecting a name"],
    ["a = 1\fb = 2\n", 1, "expecting a separator"],
    ["a = -\n", 1, "unterminated number"],
    ["a = 1\nb = 18446744073709551616\n", 2, "numeric overflow in conf value"],
    ["a = [", 1, "list is not closed with ]"],
    ["a = [1,", 1, "expecting a value"],
    ['a = """b\n\ncde', 3, "unterminated string"],
    ['a = """"""', 1, "expecting a separator"],
  ])("%j is read by libvirt no further than line %d: %s", (text, line, reason) => {
    expect(parseConf(text).error).toEqual({ line, reason });
  });

  test.each([
    "a = 1; listen_tls = 0; b = 'x\"y'\nc = 2\n",
    'listen_tls = 0; list = [\n"x",\n"y" ]; d = 4\n',
    "listen_tls = 0 # why\n",
    "\rlisten_tls = 0\rb = 1\r\nc = 2\n",
  ])("what stands in a line with a setting of ours stays in force, and comes back: %j", (text) => {
    const written = withSettings(text, [["listen_tls", "1"]]);
    const before = activeSettings(text);
    expect(Object.fromEntries(activeSettings(written))).toEqual({ ...Object.fromEntries(before), listen_tls: "1" });
    expect(withoutSettings(written)).toBe(text);
  });
});
