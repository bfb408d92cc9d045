/**
 * Pure: a stack in which the guests of a fleet are placed already, as `pulumi stack export` prints it: a refresh needs no
 * more, and to create thousands of guests would take an hour.
 */
import { controlOf, uidKey } from "../../provider/lifecycle/control-keys";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import type { Fleet } from "../part";
import { placementInputs } from "./guest";

const project = "fleet";
const stack = "fleet";
const urn = (type: string, name: string) => `urn:pulumi:${stack}::${project}::${type}::${name}`;

const stackUrn = urn("pulumi:pulumi:Stack", `${project}-${stack}`);
const provider = { urn: urn("pulumi:providers:pulumi-nodejs", "default"), id: "8a7cf5a2-1f0c-4f55-9df7-5d1f7f1b2c3d" };

/** @param text of the provider, as the program gives it to Pulumi. @param connections of all hosts */
function placementResource(fleet: Fleet, number: number, connections: readonly object[], text: string) {
  const { inputs, owner } = placementInputs(fleet, number, connections);
  const checked = domainPlacement.schema.parse(inputs);
  const control = { __provider: text, __urn: owner.urn };
  const { uuid, name } = inputs.domain;
  const found = { uuid, name, state: "running", persistent: true };
  return {
    urn: owner.urn,
    custom: true,
    id: uuid,
    type: "pulumi-nodejs:dynamic/kvm:DomainPlacement",
    inputs: { ...checked, ...controlOf(control) },
    outputs: { ...checked, ...found, ...controlOf(control), [uidKey]: owner.uid },
    parent: stackUrn,
    provider: `${provider.urn}::${provider.id}`,
  };
}

export function deployment(fleet: Fleet, connections: readonly object[], text: string) {
  const placements = Array.from({ length: fleet.guests }, (_, number) =>
    placementResource(fleet, number, connections, text),
  );
  const beside = [
    { urn: stackUrn, custom: false, type: "pulumi:pulumi:Stack" },
    { urn: provider.urn, custom: true, id: provider.id, type: "pulumi:providers:pulumi-nodejs" },
  ];
  return { version: 3, deployment: { manifest: manifest(), resources: [...beside, ...placements] } };
}

/** Its magic word says that it is whole; without one Pulumi checks nothing. */
const manifest = () => ({ time: "2026-01-01T00:00:00Z", magic: "", version: "" });
