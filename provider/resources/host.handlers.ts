/** Provider side of `Host`. */
import type { z } from "zod";
import { type HostFacts, observeFacts } from "../libvirt/host-facts";
import type { Context } from "../lifecycle/context";
import type { Definition } from "../lifecycle/definition";
import { anySignal } from "../util/signals";
import { hostAt } from "./reach";
import { connection, connectionSecretKeys, hypervisor } from "./schemas";

const schema = connection.extend(hypervisor);

export const host: Definition<typeof schema, HostFacts> = {
  schema,
  // Another address may well be the same machine; what is on it is the business of the resources that use it.
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: (args) => args.address,
  observe,
  reconcile: async (context, args, observed) => observed ?? observe(context, args), // there is nothing to make so
  remove: async () => {}, // it owns nothing
};

function observe({ cancelled, signal }: Context, args: z.infer<typeof schema>): Promise<HostFacts> {
  return observeFacts(hostAt(args), anySignal(cancelled, signal));
}
