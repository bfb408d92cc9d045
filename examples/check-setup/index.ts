// Proves that the Pulumi CLI, its Node.js language host and its dynamic providers work together on this machine: one
// resource whose provider runs in a process of its own and tells which one that was.
import * as pulumi from "@pulumi/pulumi";

const provider: pulumi.dynamic.ResourceProvider = {
  create: async (inputs) => ({ id: "check", outs: { ...inputs, processId: process.pid } }),
  update: async (_id, _olds, news) => ({ outs: { ...news, processId: process.pid } }),
};

class Check extends pulumi.dynamic.Resource {
  declare readonly greeting: pulumi.Output<string>;
  declare readonly processId: pulumi.Output<number>;

  constructor(name: string, args: { greeting: pulumi.Input<string> }) {
    super(provider, name, { ...args, processId: undefined }, undefined, "kvm", "Check");
  }
}

const greeting = new pulumi.Config().get("greeting") ?? "hello";
const check = new Check("check", { greeting });

export const said = check.greeting;
export const providerProcess = check.processId;
export const programProcess = process.pid;
