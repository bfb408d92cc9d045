/** The public names. */
export type { ConnectionArgs } from "./host/connection-args";
export { Host, type HostArgs } from "./resources/host";
