import { layerIn } from "../../../../provider/placement/preflight/backing-chain";

test.each([
  [{}, undefined],
  [
    { "backing-filename": "/a", "backing-filename-format": "qcow2" },
    { path: "/a", format: "qcow2" },
  ],
  [
    { "backing-filename": "a", "full-backing-filename": "/srv/a" },
    { path: "/srv/a", format: "raw" },
  ],
  [{ "backing-filename": "nbd://nas/a", "backing-filename-format": "raw" }, undefined],
])("%j is based on %j", (info, layer) => expect(layerIn(JSON.stringify(info))).toEqual(layer));
