import { createHmac } from "node:crypto";
import { fingerprintOf, knownKeys, matchesHostKey, typeOf } from "../../../provider/host/host-key";

// Made with `ssh-keygen -t ed25519`; its fingerprint is what `ssh-keygen -lf` printed.
const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAmwmzEjhq/zJkRSP0IdotvMG2JjVWH9L3ogAF3wqRrK";
const key = Buffer.from(line.split(" ")[1] ?? "", "base64");
const hashed = (name: string) => {
  const salt = Buffer.from("salt of twenty bytes");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
};

test("a key has a type and a fingerprint", () => {
  expect(typeOf(key)).toBe("ssh-ed25519");
  expect(fingerprintOf(key)).toBe("SHA256:JX6EwqZ7nodgiLylJnmRnBjjRWRHjZRsYGD0soA+x2k");
});

test("a user's word is a fingerprint or the whole key", () => {
  expect(matchesHostKey(key, "SHA256:JX6EwqZ7nodgiLylJnmRnBjjRWRHjZRsYGD0soA+x2k")).toBe(true);
  expect(matchesHostKey(key, `${line} comment`)).toBe(true);
  expect(matchesHostKey(key, "SHA256:wrong")).toBe(false);
  expect(matchesHostKey(key, "")).toBe(false);
  expect(matchesHostKey(key, "ssh-ed25519 ")).toBe(false);
});

test.each<[string, string, string, number]>([
  ["a name", "hv-a", "hv-a", 22],
  ["a name in another case", "HV-A", "hv-a", 22],
  ["one of several", "nas,hv-a,10.0.0.1", "10.0.0.1", 22],
  ["a port", "[hv-a]:2222", "hv-a", 2222],
  ["a pattern", "hv-*", "hv-a", 22],
  ["a question mark", "hv-?", "hv-a", 22],
  ["a hashed name", hashed("hv-a"), "hv-a", 22],
  ["a name without a port, which ssh takes for any", "hv-a", "hv-a", 2222],
  ["a hashed name with a port", hashed("[hv-a]:2222"), "hv-a", 2222],
  ["an IPv6 address", "fe80::1", "fe80::1", 22],
])("known_hosts has %s", (_, hosts, address, port) => {
  expect(knownKeys(`# hosts\n${hosts} ${line}\n`, address, port)).toEqual([
    { type: "ssh-ed25519", key, revoked: false, authority: false },
  ]);
});

test.each<[string, string]>([
  ["another host", `hv-b ${line}`],
  ["another port", `[hv-a]:2222 ${line}`],
  ["a name that it is a part of", `hv-a.example ${line}`],
  ["a dot that is no wildcard", `hv.a ${line}`],
  ["an exception", `hv-*,!hv-a ${line}`],
  ["another host, hashed", `${hashed("hv-b")} ${line}`],
  ["a comment", `#hv-a ${line}`],
  ["half a line", "hv-a ssh-ed25519"],
  ["a list with spaces, of which ssh takes the first word only", `hv-b, hv-a ${line}`],
  ["a key that is cut", `hv-a ssh-ed25519 ${line.slice(12, 30)}`],
  ["a key of another type", `hv-a ssh-rsa ${line.slice(12)}`],
  ["a marker that ssh does not know", `@trusted hv-a ${line}`],
])("%s says nothing about hv-a", (_, text) => {
  expect(knownKeys(text, "hv-a", 22)).toEqual([]);
});

test("a revoked key is known as such", () => {
  expect(knownKeys(`@revoked * ${line}`, "hv-a", 22)).toEqual([
    { type: "ssh-ed25519", key, revoked: true, authority: false },
  ]);
});

test("a certificate authority is known as such", () => {
  expect(knownKeys(`@cert-authority hv-* ${line}`, "hv-a", 22)).toMatchObject([{ revoked: false, authority: true }]);
});

test("a name that stands for the host has no port", () => {
  expect(knownKeys(`[hv-a]:2222 ${line}`, "hv-a", undefined)).toEqual([]);
  expect(knownKeys(`hv-a ${line}`, "hv-a", undefined)).toHaveLength(1);
});

test("an entry with the port comes before one without for a key of its type", () => {
  const other = Buffer.concat([key.subarray(0, 40), Buffer.alloc(11)]).toString("base64");
  const rsa = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from("ssh-rsa")]).toString("base64");
  const file = `hv-a ssh-ed25519 ${other}\nhv-a ssh-rsa ${rsa}\n[hv-a]:2222 ${line}\n`;
  expect(knownKeys(file, "hv-a", 2222)).toMatchObject([{ key }, { type: "ssh-rsa" }]);
  expect(knownKeys(file, "hv-a", 22)).toHaveLength(2);
  expect(knownKeys(`@revoked [hv-a]:2222 ${line}\nhv-a ${line}\n`, "hv-a", 2222)).toHaveLength(2);
});
