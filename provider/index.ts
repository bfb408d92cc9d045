/** The public names. */
export type { ConnectionArgs } from "./host/connection-args";
export { Host, type HostArgs } from "./resources/host";
export { NfsExport, type NfsExportArgs, type NfsExportClientArgs } from "./resources/nfs-export";
export { NfsMount, type NfsMountArgs } from "./resources/nfs-mount";
