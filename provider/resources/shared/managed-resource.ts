/** Program side of every resource: a name, properties, and a provider that is nothing but a `require`. */
import type { CustomResourceOptions, Input, Inputs, Output, dynamic as PulumiDynamic, Resource } from "@pulumi/pulumi";
import { secretsKey, urnKey } from "../../lifecycle/control-keys";
import { createUrn, dynamic, isSecret, output } from "../../lifecycle/pulumi-sdk";

/** The options with dependencies added. */
export function dependingOn(
  resources: readonly Resource[],
  options: CustomResourceOptions = {},
): CustomResourceOptions {
  const own = output(options.dependsOn ?? []).apply((others) => [...resources, ...[others].flat()] as Resource[]);
  return { ...options, dependsOn: own };
}

/**
 * What the CLI shows as `kvm:TYPE`, the key in the provider's `handlers` and the class that programs use: in the state of
 * every stack, so a name never changes.
 */
export type ResourceType =
  | "CpuBaseline"
  | "Domain"
  | "DomainPlacement"
  | "Host"
  | "LibvirtSshAccess"
  | "LibvirtTlsPki"
  | "LibvirtTlsRequests"
  | "MigrationFirewall"
  | "NfsExport"
  | "NfsMount"
  | "PlacementPolicy"
  | "QemuGuest";

/** A secret's name among the outputs, so that Pulumi keeps it encrypted there too. */
export type Secrets = readonly string[];

export abstract class ManagedResource extends dynamic.Resource {
  /** @param properties inputs, and a key with the value undefined for each output */
  protected constructor(
    type: ResourceType,
    name: string,
    properties: Inputs,
    options: CustomResourceOptions = {},
    secrets: Secrets = [],
  ) {
    const urn = urnOf(name, type, options.parent);
    const control = { [urnKey]: urn, [secretsKey]: secretNames(properties) };
    const own = withAlias(type, withSecrets(options, secrets));
    super(providerOf(type), name, { ...properties, ...control }, own, "kvm", type);
  }
}

/** Inputs that the program has marked as secret, at any depth; undefined for none. */
async function secretNames(properties: Inputs): Promise<string[] | undefined> {
  const marked = await Promise.all(
    Object.entries(properties).map(async ([key, value]) => ((await isSecret(output(value))) ? [key] : [])),
  );
  const names = marked.flat();
  return names.length > 0 ? names : undefined;
}

/**
 * An output without a value, for an input that the provider derives from others: it is secret when they are, and then
 * Pulumi keeps what is derived secret as well.
 */
export const derivedFrom = (...inputs: readonly Input<unknown>[]): Output<null> => output(inputs).apply(() => null);

/**
 * A promise, and not an output of the parent: whatever depends on a component waits for all of its children, so a child
 * would wait for itself.
 */
const urnOf = (name: string, type: ResourceType, parent: CustomResourceOptions["parent"]): Promise<string> =>
  new Promise((resolve) => void createUrn(name, `pulumi-nodejs:dynamic/kvm:${type}`, parent).apply(resolve));

const providers = new Map<ResourceType, PulumiDynamic.ResourceProvider>();

/** One object per type, since Pulumi serializes each object again. */
function providerOf(type: ResourceType): PulumiDynamic.ResourceProvider {
  const provider = providers.get(type) ?? makeProvider(type);
  providers.set(type, provider);
  return provider;
}

/**
 * Pulumi turns these functions into text, keeps it in the state, and runs it years later, with the package that is
 * installed then. So they capture nothing but the type's name, and `pulumi-kvm-live/provider` is a path for ever.
 */
function makeProvider(type: ResourceType): PulumiDynamic.ResourceProvider {
  return {
    configure: async ({ config }) => require("pulumi-kvm-live/provider").configure(config),
    check: async (olds, news) => require("pulumi-kvm-live/provider").handlers[type].check(olds, news),
    diff: async (id, olds, news) => require("pulumi-kvm-live/provider").handlers[type].diff(id, olds, news),
    create: async (inputs) => require("pulumi-kvm-live/provider").handlers[type].create(inputs),
    update: async (id, olds, news) => require("pulumi-kvm-live/provider").handlers[type].update(id, olds, news),
    read: async (id, properties) => require("pulumi-kvm-live/provider").handlers[type].read(id, properties),
    delete: async (id, properties) => require("pulumi-kvm-live/provider").handlers[type].delete(id, properties),
  };
}

function withSecrets(options: CustomResourceOptions, secrets: Secrets): CustomResourceOptions {
  return { ...options, additionalSecretOutputs: [...(options.additionalSecretOutputs ?? []), ...secrets] };
}

/** A stack that `pulumi-resource-kvm` has made goes on as it is. */
const withAlias = (type: ResourceType, options: CustomResourceOptions): CustomResourceOptions => ({
  ...options,
  aliases: [...(options.aliases ?? []), { type: `kvm:index:${type}` }],
});
