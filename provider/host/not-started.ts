/** The host has not seen the command, so it can be sent again. */
export class NotStarted extends Error {}
