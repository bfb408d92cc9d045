/** examples/qemu-native on the lab's hosts: the guest of the original article (docs/qemu.md), without libvirt. */
import { buildGuest, guests } from "../guest/build";
import type { Lab } from "../lab";
import type { PulumiWorkspace } from "../pulumi/workspace";
import { createLabStack, listSetting } from "./stack";

/** Its serial log, on the lab's file server, is where the counter is read. */
export const nativeGuest = { name: "ubuntutest", folder: "/srv/vm", memoryMiB: 64 };
const imageFile = `${nativeGuest.folder}/ubuntutest.img`;
/** The image's owner, so the user that QEMU becomes. */
const owner = "1000";

/** Its image on the file server, and no counter yet. */
export async function prepareNativeGuest(lab: Lab): Promise<void> {
  const nas = lab.host("nas");
  await nas.exec(["mkdir", "-p", nativeGuest.folder]);
  await nas.upload(await buildGuest(guests.full), imageFile);
  await nas.exec(["chown", `${owner}:${owner}`, imageFile]);
  await nas.exec(["rm", "-f", `${nativeGuest.folder}/${nativeGuest.name}.log`]);
}

/** Beside the article's arguments: a machine type with a version, and the log that the counter is read from. */
const moreArguments = [
  ...["-machine", "pc-i440fx-7.2"],
  ...["-chardev", `file,id=log,path=${nativeGuest.folder}/${nativeGuest.name}.log,append=on`, "-serial", "chardev:log"],
];

/** A stack of `examples/qemu-native`; nothing is up yet. @param folder where to make it */
export const createNativeStack = (lab: Lab, folder: string): Promise<PulumiWorkspace> =>
  createLabStack(lab, folder, "examples/qemu-native", {
    path: nativeGuest.folder,
    memoryMiB: String(nativeGuest.memoryMiB),
    accel: "tcg", // User-Mode Linux has no KVM
    ...listSetting("more", moreArguments),
  });
