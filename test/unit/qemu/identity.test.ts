import { identityOf, type Owners } from "../../../provider/qemu/identity";

const owners = (...uids: number[]): Owners["owners"] => uids.map((uid) => ({ uid, gid: uid + 1 }));
const libvirtQemu = { uid: 64055, gid: 64056 };

test.each<[means: string, user: string | undefined, owners: Partial<Owners>, becomes: string]>([
  ["the owner of its image", undefined, { owners: owners(1000) }, "1000:1001"],
  ["the one owner of its images", undefined, { owners: owners(1000, 1000) }, "1000:1001"],
  ["in group kvm, whose number is the host's own", undefined, { owners: owners(1000), kvmGid: 106 }, "1000:106"],
  ["root, since its image is root's", undefined, { owners: owners(0), kvmGid: 106 }, "root"],
  ["root, since its images have two owners", undefined, { owners: owners(1000, 1001), kvmGid: 106 }, "root"],
  ["root, since one of its images is root's", undefined, { owners: owners(1000, 0) }, "root"],
  ["root, since it has no images", undefined, { owners: [], kvmGid: 106 }, "root"],
  ["a user that is named", "libvirt-qemu", { named: libvirtQemu, owners: owners(1000) }, "64055:64056"],
  ["that one in group kvm", "libvirt-qemu", { named: libvirtQemu, kvmGid: 106 }, "64055:106"],
  ["that one, whoever owns the images", "libvirt-qemu", { named: libvirtQemu, owners: owners(0, 1000) }, "64055:64056"],
  ["root by name", "root", { named: { uid: 0, gid: 0 }, owners: owners(1000), kvmGid: 106 }, "root"],
  // The preflight refuses it before.
  ["never the images' owner in the place of a user that is not there", "nobody2", { owners: owners(1000) }, "root"],
])("QEMU becomes %s", (_means, user, some, becomes) => {
  const all: Owners = { kvmGid: undefined, named: undefined, owners: [], ...some };
  const identity = identityOf(user, all);
  expect(identity === undefined ? "root" : `${identity.uid}:${identity.gid}`).toBe(becomes);
});
