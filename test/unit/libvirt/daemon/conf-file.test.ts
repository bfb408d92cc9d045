import {
  activeSettings,
  type Setting,
  withoutSettings,
  withSettings,
} from "../../../../provider/libvirt/daemon/conf-file";

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
