import { connectionSecrets, hostLabel } from "../../../provider/host/connection-args";
import { redact } from "../../../provider/host/redact";
import { debianPackageOf, missingTool } from "../../../provider/host/tools";

test("a host is named as an ssh user would", () => {
  expect(hostLabel({ address: "10.77.0.11" })).toBe("root@10.77.0.11");
  expect(hostLabel({ address: "hv-a", user: "admin", port: 2222 })).toBe("admin@hv-a:2222");
  expect(hostLabel({ address: "fe80::1", port: 2222 })).toBe("root@[fe80::1]:2222");
});

test("a connection's secrets include those of the hosts on the way", () => {
  const proxyJump = { address: "gate", passphrase: "b" };
  expect(connectionSecrets({ address: "hv-a", privateKey: "a", proxyJump })).toEqual(["a", "b"]);
});

test("secrets are taken out everywhere, also one within another", () => {
  expect(redact("pass=x word=xyz", ["x", "xyz"])).toBe("pass=[secret] word=[secret]");
  expect(redact("nothing", ["", "else"])).toBe("nothing");
  expect(redact("a.c abc", ["a.c"])).toBe("[secret] abc");
});

test.each<[string, string[], number, string, string | undefined]>([
  ["env did not find it", ["certtool"], 127, "env: 'certtool': No such file or directory", "certtool"],
  ["dash did not find it", ["sh", "-c", "x"], 127, "sh: 1: exportfs: not found", "exportfs"],
  ["dash's exec did not find it", ["sh", "-c", "x"], 127, "sh: 5: exec: certtool: not found", "certtool"],
  ["bash did not find it", ["bash", "-c", "x"], 127, "bash: line 1: virsh: command not found", "virsh"],
  ["another failure", ["certtool"], 1, "sh: 1: exportfs: not found", undefined],
  ["a success", ["certtool"], 0, "", undefined],
])("%s", (_, argv, exitCode, stderr, tool) => {
  expect(missingTool(argv, exitCode, stderr)).toBe(tool);
});

test("the package of a tool", () => {
  expect(debianPackageOf("certtool")).toBe("gnutls-bin");
  expect(debianPackageOf("no-such-tool")).toBeUndefined();
});
