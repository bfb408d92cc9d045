import type { QemuMigrationOptions } from "../../../../provider/qemu/migration/options";
import {
  capabilities,
  connectUri,
  destinationParameters,
  listenUri,
  sharedParameters,
  sourceParameters,
  tlsAuthzId,
  tlsCredsId,
} from "../../../../provider/qemu/migration/parameters";

const plain: QemuMigrationOptions = {
  tls: false,
  tlsCredsDir: "/etc/pki/qemu",
  onTimeout: "abort",
  ports: { min: 49152, max: 49215 },
};
const postCopy = { when: "when-stalled" } as const;

test.each<[means: string, more: Partial<QemuMigrationOptions>, on: string[]]>([
  ["nothing", {}, []],
  ["convergence that was never asked for", { autoConverge: false }, []],
  ["auto-converge", { autoConverge: true }, ["auto-converge"]],
  ["auto-converge with its figures", { autoConverge: { initialPercent: 30 } }, ["auto-converge"]],
  ["several streams", { multifdChannels: 4 }, ["multifd"]],
  ["post-copy, which cannot do without a return path", { postCopy }, ["postcopy-ram", "return-path"]],
])("%s; all other capabilities are off", (_means, more, on) => {
  const all = capabilities({ ...plain, ...more });
  expect(all.map(({ capability }) => capability)).toEqual(["auto-converge", "multifd", "postcopy-ram", "return-path"]);
  expect(all.flatMap(({ capability, state }) => (state ? [capability] : []))).toEqual(on);
});

test("parameters of an earlier migration are overwritten", () => {
  expect(sourceParameters(plain, "hv-b")).toEqual({
    "tls-creds": "",
    "tls-hostname": "",
    "max-bandwidth": 2 ** 52,
    "cpu-throttle-initial": 20,
    "cpu-throttle-increment": 10,
    "multifd-channels": 2,
    "max-postcopy-bandwidth": 0,
  });
});

test("all parameters", () => {
  const options: QemuMigrationOptions = {
    ...plain,
    tls: true,
    bandwidthMiBps: 10,
    multifdChannels: 4,
    postCopy: { ...postCopy, bandwidthMiBps: 5 },
    autoConverge: { initialPercent: 30, incrementPercent: 15 },
  };
  expect(sourceParameters(options, "hv-b.example")).toEqual({
    "multifd-channels": 4,
    "tls-creds": tlsCredsId,
    "tls-hostname": "hv-b.example",
    "max-bandwidth": 10_485_760,
    "max-postcopy-bandwidth": 5_242_880,
    "cpu-throttle-initial": 30,
    "cpu-throttle-increment": 15,
  });
});

test("both ends get channels and TLS; the one that listens lets one name in", () => {
  expect(destinationParameters({ ...plain, tls: true })).toEqual({
    "multifd-channels": 2,
    "tls-creds": tlsCredsId,
    "tls-authz": tlsAuthzId,
  });
  // An empty one would let nobody in.
  expect(destinationParameters(plain)).toEqual({ "tls-creds": "", "multifd-channels": 2 });
  expect(sharedParameters({ ...plain, tls: true, multifdChannels: 2 })).toEqual({
    "multifd-channels": 2,
    "tls-creds": tlsCredsId,
  });
  expect(sharedParameters(plain)).toEqual({ "tls-creds": "", "multifd-channels": 2 });
});

test.each([
  ["10.77.1.12", 49152, 49215, "tcp:10.77.1.12:49152,to=49215"],
  ["10.77.1.12", 49152, 49152, "tcp:10.77.1.12:49152"],
  ["hv-b.example", 49152, 49153, "tcp:hv-b.example:49152,to=49153"],
  ["2001:db8::12", 49152, 49215, "tcp:[2001:db8::12]:49152,to=49215"],
])("listens at %s, ports %i to %i", (address, min, max, uri) => {
  expect(listenUri(address, { min, max })).toBe(uri);
});

test.each([
  ["10.77.1.12", "tcp:10.77.1.12:49160"],
  ["2001:db8::12", "tcp:[2001:db8::12]:49160"],
])("connects to %s", (address, uri) => {
  expect(connectUri(address, "49160")).toBe(uri);
});
