import { type RunAsFacts, runAsOf } from "../../../provider/qemu/run-as";

const owners = (...uids: number[]): RunAsFacts["imageOwners"] => uids.map((uid) => ({ uid, gid: uid + 1 }));
const libvirtQemu = { uid: 64055, gid: 64056 };

test.each<[means: string, user: string | undefined, owners: Partial<RunAsFacts>, becomes: string]>([
  ["the owner of its image", undefined, { imageOwners: owners(1000) }, "1000:1001"],
  ["the one owner of its images", undefined, { imageOwners: owners(1000, 1000) }, "1000:1001"],
  ["in group kvm, whose number is the host's own", undefined, { imageOwners: owners(1000), kvmGid: 106 }, "1000:106"],
  ["root, since its image is root's", undefined, { imageOwners: owners(0), kvmGid: 106 }, "root"],
  ["root, since its images have two owners", undefined, { imageOwners: owners(1000, 1001), kvmGid: 106 }, "root"],
  ["root, since one of its images is root's", undefined, { imageOwners: owners(1000, 0) }, "root"],
  ["root, since it has no images", undefined, { imageOwners: [], kvmGid: 106 }, "root"],
  ["a user that is named", "libvirt-qemu", { namedUser: libvirtQemu, imageOwners: owners(1000) }, "64055:64056"],
  ["that one in group kvm", "libvirt-qemu", { namedUser: libvirtQemu, kvmGid: 106 }, "64055:106"],
  [
    "that one, whoever owns the images",
    "libvirt-qemu",
    { namedUser: libvirtQemu, imageOwners: owners(0, 1000) },
    "64055:64056",
  ],
  ["root by name", "root", { namedUser: { uid: 0, gid: 0 }, imageOwners: owners(1000), kvmGid: 106 }, "root"],
  // The preflight refuses it before.
  [
    "never the images' owner in the place of a user that is not there",
    "nobody2",
    { imageOwners: owners(1000) },
    "root",
  ],
])("QEMU becomes %s", (_means, user, some, becomes) => {
  const all: RunAsFacts = { kvmGid: undefined, namedUser: undefined, imageOwners: [], ...some };
  const identity = runAsOf(user, all);
  expect(identity === undefined ? "root" : `${identity.uid}:${identity.gid}`).toBe(becomes);
});
