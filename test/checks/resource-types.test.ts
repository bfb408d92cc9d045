/** The class, the type in the state and the key of the handlers are one name; tsc sees to the handlers. */
import * as index from "../../provider/index";
import type { ResourceType } from "../../provider/resources/shared/managed-resource";
import { oneOfEach } from "../one-of-each";

test("index exports one class for each type, which registers it by its name", async () => {
  const { anyOf: _, ...exported } = index; // a function for an input
  const classes: Record<ResourceType, unknown> = exported;
  const { resources, registrations } = await oneOfEach();
  expect(Object.keys(resources).sort()).toEqual(Object.keys(classes).sort());
  for (const [name, resource] of Object.entries(resources)) {
    expect(resource.constructor).toBe(classes[name as ResourceType]);
    expect(registrations.get(name)?.type).toBe(`pulumi-nodejs:dynamic/kvm:${name}`);
  }
});
