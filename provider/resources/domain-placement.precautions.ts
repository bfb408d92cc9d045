/** A placement's care for others: nobody else acts at the same time, and whoever comes later can read what was done. */
import type { Placement, Precautions } from "../libvirt/placement/placement";
import type { Context } from "../lifecycle/context";

export function alone<T>(_context: Context, _placement: Placement, work: () => Promise<T>): Promise<T> {
  return work();
}

export function precautionsOf(_context: Context, _placement: Placement): Precautions {
  return { ensureAlone: async () => {}, journal: async () => {} };
}
