/** Both shells, each as the functions that Pulumi calls of a dynamic provider: what one has to do, the other has to do, too. */
import type { Properties } from "../../../provider/lifecycle/control-keys";
import { type Handlers, makeHandlers } from "../../../provider/lifecycle/handlers";
import { makePlugin } from "../../../provider/lifecycle/plugin";
import { pluginUrn } from "../../../provider/lifecycle/urns";

/** @param name of the resource. @returns what the dynamic provider calls it */
export const urnOf = (name: string): string => `urn:pulumi:dev::test::pulumi-nodejs:dynamic/kvm:Thing::${name}`;

/** Told by the program to a dynamic provider, and by Pulumi to a plugin. */
const told = ["__provider", "__urn", "__secrets"];

const toldIn = (properties: Properties) =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => told.includes(key)));

const withoutTold = (properties: Properties) =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => !told.includes(key)));

const throughPlugin: typeof makeHandlers = (definition, { operationFor, unknownValue }): Handlers => {
  const plugin = makePlugin({
    kinds: {
      Thing: {
        schema: definition.schema,
        secrets: definition.secrets,
        secretWithInputs: [],
        namedBy: undefined,
        handlers: (environment) => makeHandlers(definition, environment),
      },
    },
    operationFor,
    unknownValue,
    connectionOf: () => undefined,
    imported: () => Promise.reject(new Error("Nothing can be imported here.")),
  });
  const urn = ({ __urn = urnOf("untold") }: Properties) => pluginUrn(String(__urn));
  const kept = (error: Error & { properties?: Properties }, from: Properties): never => {
    throw error.properties ? Object.assign(error, { properties: { ...toldIn(from), ...error.properties } }) : error;
  };
  return {
    check: async (olds, news) => {
      const { inputs, failures = [] } = await plugin.check(urn(news), withoutTold(olds), withoutTold(news));
      return { inputs: { ...toldIn(news), ...inputs }, failures };
    },
    diff: (id, olds, news) => plugin.diff(id, urn(news), withoutTold(olds), withoutTold(news)),
    create: async (inputs) => {
      const { id, outs } = await plugin.create(urn(inputs), withoutTold(inputs)).catch((error) => kept(error, inputs));
      return { id, outs: { ...toldIn(inputs), ...outs } };
    },
    update: async (id, olds, news) => {
      const updating = plugin.update(id, urn(news), withoutTold(olds), withoutTold(news));
      const { outs } = await updating.catch((error) => kept(error, news));
      return { outs: { ...toldIn(news), ...outs } };
    },
    read: async (id, properties = {}) => {
      const found = await plugin.read(id, urn(properties), withoutTold(properties));
      if (found.id === "") return {};
      const [props, inputs] = [found.props, found.inputs].map((one) => ({ ...toldIn(properties), ...one }));
      return { id: found.id as string, props, inputs };
    },
    delete: (id, properties) => plugin.delete(id, urn(properties), withoutTold(properties)),
  };
};

export const shells: [name: string, shell: typeof makeHandlers][] = [
  ["dynamic provider", makeHandlers],
  ["plugin", throughPlugin],
];
