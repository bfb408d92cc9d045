import { chosenParts } from "../../../bench/chosen";
import { parts } from "../../../bench/parts";

test("all parts are chosen unless some are named, in full unless --quick is said", () => {
  const all = chosenParts([]);
  expect(all.chosen.map(([name]) => name)).toEqual(Object.keys(parts));
  expect(all.scaleName).toBe("full");
  const some = chosenParts(["--quick", "drain"]);
  expect([some.scaleName, some.chosen.map(([name]) => name)]).toEqual(["quick", ["drain"]]);
  expect(chosenParts(["--quick"]).chosen.map(([name]) => name)).toEqual(["load", "lifecycle", "move", "fleet"]);
});

test("another word is refused with the names that there are", () => {
  expect(() => chosenParts(["fleet", "--fast"])).toThrow(/There is no part --fast\. .*--quick.*lifecycle, move/);
});
