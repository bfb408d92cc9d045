import type { Part } from "./part";
import { drain } from "./parts/drain";
import { fleet } from "./parts/fleet";
import { fleetStack } from "./parts/fleet-stack";
import { lifecycle } from "./parts/lifecycle";
import { moduleLoad } from "./parts/load";
import { move } from "./parts/move";
import { peer } from "./parts/peer";
import { transports } from "./parts/transports";

/** In the order in which they run, by name. */
export const parts: Readonly<Record<string, Part>> = {
  load: moduleLoad,
  lifecycle,
  move,
  drain,
  transports,
  fleet,
  "fleet-stack": fleetStack,
  peer,
};
