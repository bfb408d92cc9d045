/** Guests of a simulated fleet: each one a copy of the example's, under a name of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { domain } from "../../provider/resources/domain/definition";
import { uuidFrom } from "../../provider/util/identity";
import type { Owner } from "../../provider/util/owner";
import type { Fleet } from "../part";

interface FleetGuest {
  uuid: string;
  name: string;
  definition: string;
  owner: Owner;
  /** Numbers of its candidates among the fleet's hosts; it runs on the first. */
  candidates: number[];
}

const xml = readFileSync(join(repository, "examples/live-migration/ubuntu-14.04.xml"), "utf8");
const args = domain.schema.parse({ xml, blockingDevices: "remove" });
const { uuid = "", name = "", definition = "" } = domain.derived?.from(args, "") ?? {};
const namespace = "5f4f8d0c-8a3e-4c42-9b1c-0f6f8f6f4a10";

/** @param number from 0; the same number is the same guest in each process */
export function fleetGuest({ hosts, candidates }: Fleet, number: number): FleetGuest {
  const own = { uuid: uuidFrom(namespace, String(number)), name: `guest-${number}` };
  return {
    ...own,
    definition: definition.replaceAll(uuid, own.uuid).replaceAll(`<name>${name}</name>`, `<name>${own.name}</name>`),
    owner: {
      urn: `urn:pulumi:fleet::fleet::pulumi-nodejs:dynamic/kvm:DomainPlacement::${own.name}`,
      uid: "0123456789abcdef",
    },
    candidates: Array.from({ length: Math.min(candidates, hosts) }, (_, index) => (number + index) % hosts),
  };
}

const hostName = (number: number) => `hv-${number}`;

/** Inputs of its placement. @param connections of all hosts */
export function placementInputs(fleet: Fleet, number: number, connections: readonly object[]) {
  const { candidates, owner, ...own } = fleetGuest(fleet, number);
  const named = candidates.map((host) => [hostName(host), connections[host]] as const);
  return {
    inputs: {
      domain: own,
      host: hostName(candidates[0] ?? 0),
      candidates: Object.fromEntries(named),
    },
    owner,
  };
}
