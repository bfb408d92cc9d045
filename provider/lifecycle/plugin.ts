/**
 * The shell for `pulumi-resource-kvm`: the functions that a plugin has to have, over the handlers that the dynamic
 * provider has. They see what they see there: plain values, the resource's old name, and no references.
 */
import type { provider } from "@pulumi/pulumi";
import type { Operation } from "../util/operation";
import type { Owner } from "../util/owner";
import { type Properties, providerKey, secretsKey, uidKey, urnKey } from "./control-keys";
import { type Handlers, newUid, plainly } from "./handlers";
import type { ResourceKind } from "./kind";
import { type Meanings, withoutReferences } from "./references";
import { dynamicUrn, nameIn, pluginUrn, typeIn } from "./urns";
import { opened, sealed } from "./wrapped-values";

export interface PluginEnvironment extends Pick<Meanings, "unknownValue" | "connectionOf"> {
  kinds: Readonly<Record<string, ResourceKind>>;
  /** @param row the resource that messages are shown at */
  operationFor(urn: string | undefined, row: string | undefined): Operation;
  /**
   * Reads hosts for `pulumi import`, and changes nothing.
   *
   * @param urn as the hosts know the resource
   * @throws Error with what is wrong with the id, or with what is there
   */
  imported(type: string, id: string, urn: string, signal: AbortSignal): Promise<Imported>;
}

export interface Imported {
  /** As a program writes them. */
  inputs: Properties;
  /** Whom it belongs to, as it is noted there. */
  owner?: Owner;
  /** Sentences for the user about what the hosts did not tell. */
  notes?: readonly string[];
}

type Plugin = Required<Pick<provider.Provider, "check" | "diff" | "create" | "read" | "update" | "delete">>;

/** Properties as a handler gets them, and as what comes of them goes back. */
interface Call {
  handlers: Handlers;
  kind: ResourceKind;
  /** As a handler gets them. */
  inside(properties: Properties): Properties;
  /** @param from what it was made of: secret there is secret here */
  outside(properties: Properties, ...from: Properties[]): Properties;
}

export function makePlugin(environment: PluginEnvironment): Plugin {
  const { kinds, operationFor, unknownValue, connectionOf, imported } = environment;
  const handlersOf = new Map<string, Handlers>();
  /** Checked inputs of this run's resources, for those that refer to them; wrapped as they went out. */
  const checked = new Map<string, Properties>();

  const handlersFor = (type: string, kind: ResourceKind): Handlers => {
    const known = handlersOf.get(type);
    if (known) return known;
    const forRow = (urn: string | undefined) => operationFor(urn, urn === undefined ? undefined : pluginUrn(urn));
    const made = kind.handlers({ operationFor: forRow, unknownValue });
    handlersOf.set(type, made);
    return made;
  };

  function callOf(urn: string): Call {
    const type = typeIn(urn);
    const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (!kind) throw new Error(`kvm:index:${type} is no resource of this version of the plugin: install a newer one.`);
    return {
      kind,
      handlers: handlersFor(type, kind),
      inside: (properties) => {
        const { plain, secrets } = opened(withoutMarks(properties), unknownValue);
        const names = [...new Set(secrets.flatMap(([name]) => name ?? []))];
        return { ...plain, [urnKey]: dynamicUrn(urn), ...(names.length > 0 && { [secretsKey]: names }) };
      },
      outside: (properties, ...from) => {
        const secrets = from.flatMap((one) => opened(one, unknownValue).secrets);
        const more = secrets.length > 0 ? kind.secretWithInputs.map((name) => [name]) : [];
        return sealed(withoutMarks(properties), [...secrets, ...more], kind.secrets);
      },
    };
  }

  /** An error with what was reached, which Pulumi keeps as it keeps outputs. */
  const sealedError =
    (call: Call, ...from: Properties[]) =>
    (error: Error) => {
      const { properties } = error as { properties?: Properties };
      throw properties ? Object.assign(error, { properties: call.outside(properties, ...from) }) : error;
    };

  /** The inputs with what stands for others resolved. */
  const resolved = ({ kind }: Call, urn: string, olds: Properties, news: Properties) => {
    const meanings = { unknownValue, connectionOf, inputsOf: (other: string) => checked.get(other) };
    return withoutReferences(kind.schema, withName(kind, urn, news), olds, meanings);
  };

  /** An import changes nothing on hosts: what our own notes there lack is told by the next refresh. */
  async function importing(call: Call, id: string, urn: string) {
    const name = dynamicUrn(urn);
    const operation = operationFor(name, urn);
    const { inputs: written, owner, notes = [] } = await imported(typeIn(urn), id, name, operation.signal);
    for (const note of notes) operation.info(note);
    const { inputs } = resolved(call, urn, {}, written);
    // With old inputs it is no create: what is there is what is wanted.
    const { inputs: plain, failures = [] } = await call.handlers.check(call.inside(inputs), call.inside(inputs));
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    const uid = owner?.urn === name ? owner.uid : newUid();
    const { id: found, props } = await call.handlers.read(id, { ...(plain as Properties), [uidKey]: uid });
    if (found === undefined || props === undefined) return { id: "", props: {} };
    const { drift: _, ...clean } = props;
    return { id: found, props: call.outside(clean), inputs: call.outside(written) };
  }

  return {
    check: async (urn, olds, news) => {
      const call = callOf(urn);
      const { inputs, problems } = resolved(call, urn, olds, news);
      if (problems.length > 0) return { inputs: news, failures: problems.map(unnamed) };
      const { inputs: plain, failures = [] } = await call.handlers.check(call.inside(olds), call.inside(inputs));
      const out = call.outside(plain, inputs);
      checked.set(urn, out);
      return { inputs: out, failures };
    },
    diff: async (id, urn, olds, news) => {
      const { handlers, inside } = callOf(urn);
      return handlers.diff(id, inside(olds), inside(news));
    },
    create: async (urn, news) => {
      const call = callOf(urn);
      const { id, outs = {} } = await call.handlers.create(call.inside(news)).catch(sealedError(call, news));
      return { id, outs: call.outside(outs, news) };
    },
    update: async (id, urn, olds, news) => {
      const call = callOf(urn);
      const updating = call.handlers.update(id, call.inside(olds), call.inside(news));
      const { outs = {} } = await updating.catch(sealedError(call, news));
      return { outs: call.outside(outs, news) };
    },
    read: async (id, urn, properties = {}) => {
      const call = callOf(urn);
      if (Object.keys(properties).length === 0) return importing(call, id, urn).catch(plainly);
      const { id: found, props = {}, inputs = {} } = await call.handlers.read(id, call.inside(properties));
      if (found === undefined) return { id: "", props: {} };
      return { id: found, props: call.outside(props, properties), inputs: call.outside(inputs, properties) };
    },
    delete: async (id, urn, properties) => {
      const { handlers, inside } = callOf(urn);
      await handlers.delete(id, inside(properties));
    },
  };
}

const withName = ({ namedBy }: ResourceKind, urn: string, news: Properties): Properties =>
  namedBy === undefined || news[namedBy] != null ? news : { ...news, [namedBy]: nameIn(urn) };

/** The properties without what only a dynamic provider needs in the state; a plugin is told it each time. */
function withoutMarks(properties: Properties): Properties {
  const { [providerKey]: _, [urnKey]: _urn, [secretsKey]: _secrets, ...others } = properties;
  return others;
}

/** As `unnamed-properties.ts` has it. */
const unnamed = ({ property, reason }: { property: string; reason: string }) => ({
  property: "",
  reason: `${property} ${reason}`,
});
