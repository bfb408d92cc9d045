/** Names for values in languages whose enumerations need them. */

/** Values that no rule makes a good name of. */
const named: Readonly<Record<string, string>> = {
  "0.0.0.0": "IPv4",
  "::": "IPv6AndIPv4",
  "9p": "Plan9",
  "3d-acceleration": "ThreeDAcceleration",
};

/** In PascalCase: `shut off` is `ShutOff`. */
export const enumValueName = (value: string): string =>
  named[value] ??
  value
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
