/** hv-c, a Debian 13, beside the two hypervisors of every lab test: with the share, and certificates that all three take. */
import { prepareHypervisors, runningLab } from "./support";

const { lab, ...hosts } = runningLab();
export const { nas, hvA } = hosts;
export const hvC = lab.host("hv-c");
export const all = [hvA, hosts.hvB, hvC];

export async function prepareThreeHypervisors(): Promise<void> {
  await lab.up({ hosts: ["hv-c"] });
  await prepareHypervisors([hvC]);
}

/** Ends a guest wherever it is, and takes its definition away. */
export const forgetGuest = (name: string) =>
  Promise.all(all.map((host) => host.tryExec(["sh", "-c", 'virsh destroy "$0"; virsh undefine "$0"', name])));
