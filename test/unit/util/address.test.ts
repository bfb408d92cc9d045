import { bracketed, canonicalName } from "../../../provider/util/address";

test("addresses have one spelling", () => {
  expect(["FD00:0:0::11", "HV-A", "10.0.0.1"].map(canonicalName)).toEqual(["fd00::11", "hv-a", "10.0.0.1"]);
});

test("IPv6 stands in brackets before a port or a path", () => {
  expect(["fd00::11", "10.0.0.1", "nas"].map(bracketed)).toEqual(["[fd00::11]", "10.0.0.1", "nas"]);
});
