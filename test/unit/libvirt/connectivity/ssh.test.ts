import { loginFailure } from "../../../../provider/libvirt/connectivity/ssh-errors";
import { sshUri } from "../../../../provider/libvirt/connectivity/uri";

/** As virsh 9.0.0 with OpenSSH 9.2 prints it. */
test.each([
  ["root@10.77.0.12: Permission denied (publickey,password).: Connection reset by peer", "login refused"],
  ["Host key verification failed.: Connection reset by peer", "host key refused"],
  ["ssh: connect to host 10.77.0.12 port 2222: Connection refused: Connection reset by peer", "nothing listens"],
  ["ssh: connect to host 10.77.0.99 port 22: No route to host: Connection reset by peer", "no answer"],
  ["ssh: Could not resolve hostname nosuch: Temporary failure in name resolution", "no answer"],
  ["End of file while reading data: sh: 1: nc: not found: Input/output error", "no libvirt there"],
  ["Cannot find 'ssh' in path: No such file or directory", "no ssh here"],
  ["something else", "failed"],
])("%j is %j", (said, failure) => {
  const stderr = `error: failed to connect to the hypervisor\nerror: Cannot recv data: ${said}\n`;
  expect(loginFailure(1, stderr)).toBe(failure);
});

test("success, and timeout(1)", () => {
  expect([loginFailure(0, ""), loginFailure(124, "")]).toEqual([undefined, "no answer"]);
});

test("URIs", () => {
  expect([sshUri("10.0.0.1"), sshUri("hv-b", 22), sshUri("fd00::1", 2222, "admin")]).toEqual([
    "qemu+ssh://root@10.0.0.1/system",
    "qemu+ssh://root@hv-b/system",
    "qemu+ssh://admin@[fd00::1]:2222/system",
  ]);
});
