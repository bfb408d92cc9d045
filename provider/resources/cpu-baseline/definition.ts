/** Provider side of `CpuBaseline`. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type CommonCpu, commonCpu, type NamedHost } from "../../libvirt/cpu-baseline/baseline";
import { cpuDrift } from "../../libvirt/cpu-baseline/drift";
import { featuresOf, type Hypervisor, modelOf } from "../../libvirt/cpu-baseline/facts";
import { printXml, textAt } from "../../libvirt/definition/xml";
import type { Definition, Observed } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import { anySignal } from "../../util/signals";
import { connectionSecretKeys, connections, text } from "../shared/inputs";
import { hostAt } from "../shared/ssh-host";

/** It stands on virsh's command line, where what begins with a hyphen is an option. */
const word = (what: string) =>
  text(what).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, `must be ${what}, of letters, digits and . _ -`);

const schema = z.strictObject({
  hosts: connections.refine((hosts) => Object.keys(hosts).length > 0, "must have a host"),
  type: z.enum(["kvm", "qemu"], 'must be "kvm" or "qemu"').default("kvm"),
  arch: word("an architecture in libvirt's words").default("x86_64"),
  machine: word("a machine type").optional(),
  emulator: text("the path of an emulator")
    .regex(/^\/[A-Za-z0-9._+/-]{1,200}$/, "must be an absolute path of letters, digits and . _ + / -")
    .optional(),
});

type Args = z.infer<typeof schema>;

/** Versions that a host's part of the CPU was found out with. */
export interface HypervisorVersions {
  /** e.g. `9.0.0`. */
  libvirt: string;
  /** e.g. `7.2.22`. */
  qemu: string;
}

/** Outputs: the CPU that all hosts have. */
export interface CpuBaselineState extends Observed {
  cpu: string;
  model: string;
  vendor: string;
  requiredFeatures: readonly string[];
  disabledFeatures: readonly string[];
  features: readonly string[];
  versions: Record<string, HypervisorVersions>;
}

interface Model {
  hosts: readonly NamedHost[];
  asked: Hypervisor;
}

/** @property isTaken true once an operation has taken what was observed: then it is no drift */
type Seen = CommonCpu & { isTaken: boolean };

export const cpuBaseline: Definition<typeof schema, Model, Seen, CpuBaselineState> = {
  schema,
  replaceOn: [], // it is on no host
  secrets: connectionSecretKeys,
  id: () => "cpu",
  model: ({ hosts, type, arch, machine = "", emulator = "" }) => ({
    hosts: Object.entries(hosts).map(([name, given]) => ({ name, host: hostAt(given) })),
    asked: { type, arch, machine, emulator },
  }),
  observe: async ({ cancelled, signal }, { hosts, asked }) => ({
    ...(await commonCpu(hosts, asked, anySignal(cancelled, signal))),
    isTaken: false,
  }),
  stateOf: (_model, seen, known) => stateOf(seen, known),
  reconcile: async (_operation, _model, seen) => {
    refuse(seen.problems);
    return { ...seen, isTaken: true };
  },
  remove: async () => {},
  foreseen: {
    keys: ["cpu", "model", "vendor", "requiredFeatures", "disabledFeatures", "features", "versions"],
    holds: (news, olds) => isDeepStrictEqual(questionOf(news), questionOf(olds)),
  },
  announce: async ({ info }, _model, changed, known) => {
    if (changed.length === 0 && known?.drift !== undefined)
      info("Guests that have this CPU have the new one from their next start on.");
  },
};

const questionOf = ({ hosts, ...asked }: Args) => ({ ...asked, hosts: Object.keys(hosts).sort() });

function stateOf(seen: Seen, known?: Partial<CpuBaselineState>): CpuBaselineState {
  const { hosts, baseline } = seen;
  const versions = Object.fromEntries(
    hosts.map(({ name, libvirtVersion, qemuVersion }) => [name, { libvirt: libvirtVersion, qemu: qemuVersion }]),
  );
  const before = known?.cpu === undefined ? undefined : (known as CpuBaselineState);
  const changes = before ? cpuDrift(before, seen) : [];
  const { drift: earlier = [], ...kept } = before ?? nothing;
  // What a refresh has seen first is to be repaired until it is taken.
  const drift = seen.isTaken ? [] : changes.length > 0 ? changes : earlier;
  // The same features in other words are no other CPU: they would make a new definition of each guest.
  const isSame = baseline === undefined || (before !== undefined && changes.length === 0);
  return {
    ...(isSame ? kept : described(baseline)),
    versions,
    ...(drift.length > 0 && { drift }),
  };
}

const described = ({ cpu, features }: NonNullable<CommonCpu["baseline"]>) => ({
  cpu: printXml(cpu),
  model: modelOf(cpu),
  vendor: textAt(cpu, "vendor") ?? "",
  requiredFeatures: featuresOf(cpu, "require"),
  disabledFeatures: featuresOf(cpu, "disable"),
  features,
});

const nothing: CpuBaselineState = {
  cpu: "",
  model: "",
  vendor: "",
  requiredFeatures: [],
  disabledFeatures: [],
  features: [],
  versions: {},
};
