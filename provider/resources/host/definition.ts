/** Provider side of `Host`. */
import type { RemoteHost } from "../../host/host";
import { type HostFacts, observeFacts } from "../../libvirt/host-facts";
import type { Definition } from "../../lifecycle/definition";
import { anySignal } from "../../util/signals";
import { connection, connectionSecretKeys, hypervisor } from "../shared/inputs";
import { hostAt } from "../shared/ssh-host";

const schema = connection.extend(hypervisor);

export const host: Definition<typeof schema, RemoteHost, HostFacts, HostFacts> = {
  schema,
  // Another address may well be the same machine; what is on it is the business of the resources that use it.
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: (args) => args.address,
  model: (args, { onlyLooks }) => hostAt(args, onlyLooks),
  observe: ({ cancelled, signal }, machine) => observeFacts(machine, anySignal(cancelled, signal)),
  stateOf: (_machine, facts) => facts,
  // There is nothing to make so.
  reconcile: async (operation, { label, taken = [] }, facts) => {
    if (taken.length > 0) operation.info(`${label}: from the configuration: ${taken.join(", ")}`);
    return facts;
  },
  remove: async () => {}, // it owns nothing
};
