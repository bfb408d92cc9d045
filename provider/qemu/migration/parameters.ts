/**
 * Pure: options as QEMU's capabilities and parameters. All of them are written each time, since a QEMU keeps what an
 * earlier migration was given.
 *
 * @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (MigrationCapability, MigrationParameters)
 */
import { bracketed } from "../../util/address";
import type { QemuMigrationOptions } from "./options";

const bytesPerMiB = 1024 ** 2;
/** QEMU has no word for it, and 128 MiB/s of its own choice. */
const unlimited = 2 ** 52;

/** QEMU's own choices. */
const qemuDefaults = { throttleInitial: 20, throttleIncrement: 10, channels: 2 };

/** Name of the credentials object within QEMU. */
export const tlsCredsId = "pulumi-kvm-live-tls";

/**
 * Without a return path a source never goes on by itself once it has sent everything: whether the guest runs on the
 * destination is found out by looking, not guessed from a broken connection. Post-copy cannot do without.
 */
export const capabilities = ({ multifdChannels, postCopy, autoConverge }: QemuMigrationOptions) =>
  Object.entries({
    "auto-converge": autoConverge !== undefined && autoConverge !== false,
    multifd: multifdChannels !== undefined,
    "postcopy-ram": postCopy !== undefined,
    "return-path": postCopy !== undefined,
  }).map(([capability, state]) => ({ capability, state }));

/** @param tlsHostname what the destination's certificate is for */
export function sourceParameters(options: QemuMigrationOptions, tlsHostname: string): Record<string, unknown> {
  const { bandwidthMiBps, postCopy, autoConverge, tls } = options;
  const { initialPercent, incrementPercent } = typeof autoConverge === "object" ? autoConverge : {};
  return {
    ...sharedParameters(options),
    "max-bandwidth": bandwidthMiBps === undefined ? unlimited : bandwidthMiBps * bytesPerMiB,
    "max-postcopy-bandwidth": (postCopy?.bandwidthMiBps ?? 0) * bytesPerMiB,
    "cpu-throttle-initial": initialPercent ?? qemuDefaults.throttleInitial,
    "cpu-throttle-increment": incrementPercent ?? qemuDefaults.throttleIncrement,
    "tls-hostname": tls ? tlsHostname : "",
  };
}

export const sharedParameters = ({ multifdChannels, tls }: QemuMigrationOptions): Record<string, unknown> => ({
  "multifd-channels": multifdChannels ?? qemuDefaults.channels,
  "tls-creds": tls ? tlsCredsId : "",
});

/** Where the destination listens: the first of these ports that is free, on this address only. */
export const listenUri = (address: string, { min, max }: QemuMigrationOptions["ports"]): string =>
  `tcp:${bracketed(address)}:${min}${max > min ? `,to=${max}` : ""}`;

export const connectUri = (address: string, port: string): string => `tcp:${bracketed(address)}:${port}`;
