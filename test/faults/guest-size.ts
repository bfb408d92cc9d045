/** The guest's memory, and how much of it a migration has to send: some seconds at 1 MiB/s. */
export const guestMiB = { memory: 32, fill: 8 };
