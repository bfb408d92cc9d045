/**
 * Pure: migration options as QEMU's capabilities and parameters. All of them are set for each migration, since QEMU
 * keeps those of an earlier one.
 *
 * @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (MigrationCapability, MigrationParameters)
 */
import { bracketed } from "../../util/address";
import type { QemuMigrationOptions } from "./options";

const bytesPerMiB = 1024 ** 2;
/** QEMU has no value for unlimited, and its default is 128 MiB/s. */
const unlimitedBandwidth = 2 ** 52;

/** QEMU's defaults. */
const qemuDefaults = { throttleInitial: 20, throttleIncrement: 10, channels: 2 };

/** Id of the object in QEMU that holds the TLS credentials. */
export const tlsCredsId = "pulumi-kvm-live-tls";

/** Id of the object in QEMU that holds the name of the one that may send the guest. */
export const tlsAuthzId = "pulumi-kvm-live-source";

/**
 * The capabilities of a migration. Without a return path a source that has sent everything never resumes the guest by
 * itself: whether the guest runs on the destination is observed, not guessed from a broken connection. Post-copy needs
 * the return path.
 */
export const capabilities = ({ multifdChannels, postCopy, autoConverge }: QemuMigrationOptions) =>
  Object.entries({
    "auto-converge": autoConverge !== undefined && autoConverge !== false,
    multifd: multifdChannels !== undefined,
    "postcopy-ram": postCopy !== undefined,
    "return-path": postCopy !== undefined,
  }).map(([capability, state]) => ({ capability, state }));

/** @param tlsHostname the name in the destination's certificate */
export function sourceParameters(options: QemuMigrationOptions, tlsHostname: string): Record<string, unknown> {
  const { bandwidthMiBps, postCopy, autoConverge, tls } = options;
  const { initialPercent, incrementPercent } = typeof autoConverge === "object" ? autoConverge : {};
  return {
    ...sharedParameters(options),
    "max-bandwidth": bandwidthMiBps === undefined ? unlimitedBandwidth : bandwidthMiBps * bytesPerMiB,
    "max-postcopy-bandwidth": (postCopy?.bandwidthMiBps ?? 0) * bytesPerMiB,
    "cpu-throttle-initial": initialPercent ?? qemuDefaults.throttleInitial,
    "cpu-throttle-increment": incrementPercent ?? qemuDefaults.throttleIncrement,
    "tls-hostname": tls ? tlsHostname : "",
  };
}

/** Without TLS QEMU knows no names, and an empty `tls-authz` lets nobody in. */
export const destinationParameters = (options: QemuMigrationOptions): Record<string, unknown> => ({
  ...sharedParameters(options),
  ...(options.tls && { "tls-authz": tlsAuthzId }),
});

/** Parameters that both ends must agree on. */
export const sharedParameters = ({ multifdChannels, tls }: QemuMigrationOptions): Record<string, unknown> => ({
  "multifd-channels": multifdChannels ?? qemuDefaults.channels,
  "tls-creds": tls ? tlsCredsId : "",
});

/** The URI that the destination listens at: the first free one of these ports, at this address only. */
export const listenUri = (address: string, { min, max }: QemuMigrationOptions["ports"]): string =>
  `tcp:${bracketed(address)}:${min}${max > min ? `,to=${max}` : ""}`;

/** The URI that the source connects to. */
export const connectUri = (address: string, port: string): string => `tcp:${bracketed(address)}:${port}`;
