/**
 * The handlers' part of a refresh of a simulated fleet, in a process of its own, as Pulumi has one for its provider.
 * Started by fork(): gets a {@link Refresh}, answers with a {@link Refreshed}, and ends.
 */
import type { ConnectionArgs } from "../../provider/host/connection-args";
import { closeConnections } from "../../provider/host/ssh-host";
import { uidKey, urnKey } from "../../provider/lifecycle/control-keys";
import { makeHandlers } from "../../provider/lifecycle/handlers";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { limitConcurrency } from "../../provider/util/policy";
import { silentOperation } from "../../test/silent-operation";
import type { Fleet } from "../part";
import { timed } from "../sample";
import { placementInputs } from "./guest";

export interface Refresh {
  fleet: Fleet;
  connections: ConnectionArgs[];
  /** Reads at a time. */
  parallel: number;
}

export interface Refreshed {
  seconds: number;
  peakMiB: number;
  /** What was not found as it is. */
  wrong: string[];
}

const { read } = makeHandlers(domainPlacement, { operationFor: () => silentOperation(), unknownValue: "?" });

/** @returns what is wrong with what was found; undefined when it is as it should be */
async function readOne(fleet: Fleet, number: number, connections: readonly object[]): Promise<string | undefined> {
  const { inputs, owner } = placementInputs(fleet, number, connections);
  const { props } = await read(inputs.domain.uuid, { ...inputs, [urnKey]: owner.urn, [uidKey]: owner.uid });
  const { host, state, drift } = props ?? {};
  const isRight = host === inputs.host && state === "running" && drift === undefined;
  return isRight ? undefined : `${inputs.domain.name}: ${JSON.stringify({ host, state, drift })}`;
}

async function refresh({ fleet, connections, parallel }: Refresh): Promise<void> {
  const inTurn = limitConcurrency(parallel);
  const numbers = Array.from({ length: fleet.guests }, (_, number) => number);
  const readAll = () => Promise.all(numbers.map((number) => inTurn(() => readOne(fleet, number, connections))));
  const { result, ms } = await timed(readAll);
  const refreshed: Refreshed = {
    seconds: ms / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    wrong: result.filter((one) => one !== undefined).slice(0, 5),
  };
  await closeConnections();
  process.send?.(refreshed, () => process.exit(0));
}

process.once("message", (message: Refresh) => void refresh(message));
