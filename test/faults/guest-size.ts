/** The guest's memory, and what of it a migration has to carry: some seconds at 1 MiB/s. */
export const guestMiB = { memory: 32, fill: 8 };
