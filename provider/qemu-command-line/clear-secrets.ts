/**
 * Pure: what looks like a secret in a command line. Every user of a host can read the arguments of a process, and QEMU
 * has no way to hide them.
 *
 * @see https://www.qemu.org/docs/master/system/secrets.html
 */
import { optionsOf } from "./arguments";
import { imagesOf } from "./images";
import { isOff, isOn } from "./option-list";
import { optionPairs } from "./option-pairs";

const bySecret = "give it as password-secret, with the id of an -object secret,id=ID,file=/PATH";

/** @returns each with its option and the fix, and never with the value */
export function clearSecretsIn(argv: readonly string[]): string[] {
  const inOptions = optionsOf(argv).flatMap(({ option, value = "" }) => {
    const pairs = optionPairs(value, option === "object" ? "qom-type" : undefined);
    const settings = new Map(pairs);
    if (option === "object") return objectSecret(settings);
    if (option === "fw_cfg" && settings.has("string") && isCredential(settings.get("name")))
      return ["-fw_cfg string= holds a credential: use file=/PATH"];
    if (option === "smbios" && pairs.some(([key, text]) => key === "value" && isCredential(text)))
      return ["-smbios value= holds a credential: use path=/PATH"];
    return pairs.flatMap(([key, text]) => (isPassword(key, text) ? [`-${option} ${key}=: ${bySecret}`] : []));
  });
  const inAddresses = imagesOf(argv).flatMap(({ option, path }) =>
    /^[a-z+]+:\/\/[^/@]*[:%][^/@]+@/.test(path) ? [`-${option}: an address with a password: ${bySecret}`] : [],
  );
  return [...new Set([...inOptions, ...inAddresses])];
}

/** One that is encrypted names the key that it is encrypted with. */
const objectSecret = (settings: ReadonlyMap<string, string>): string[] =>
  settings.get("qom-type") === "secret" && settings.has("data") && !settings.has("keyid")
    ? ["-object secret,data=: use -object secret,file=/PATH"]
    : [];

/** `password=on` says that one is set later. */
const isPassword = (key: string, text: string) =>
  ["password", "passwd", "passphrase"].includes(key.split(".").at(-1) ?? "") && !isOn(text) && !isOff(text);

/** @see https://systemd.io/CREDENTIALS/ */
const isCredential = (text = "") => text.includes("io.systemd.credential");
