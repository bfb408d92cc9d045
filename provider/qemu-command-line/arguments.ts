/**
 * Pure: the options of a command line.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 * @see https://gitlab.com/qemu-project/qemu/-/blob/master/system/vl.c `lookup_opt`
 */

export interface Option {
  /** The name without dashes: `-m` and `--m` are the same. */
  option: string;
  /** Undefined when the option takes none, or when argv ends before it. */
  value?: string;
  /** Position of the option in argv. */
  index: number;
}

/**
 * Options that take no value; all others take one. QEMU 7.2 and 10.0 were asked for each (`-M help -X` says whether -X
 * lacks an argument); the last two lines are of older ones.
 */
const valueless = new Set([
  ...["h", "help", "version", "audio-help", "S", "s", "daemonize", "preconfig", "nodefaults", "no-user-config"],
  ...["enable-kvm", "enable-sync-profile", "only-migratable", "async-teardown", "perfmap", "jitdump", "singlestep"],
  ...["snapshot", "mem-prealloc", "usb", "nographic", "full-screen", "portrait", "no-reboot", "no-shutdown"],
  ...["no-acpi", "no-hpet", "no-fd-bootchk", "win2k-hack", "semihosting", "old-param"],
  ...["xen-attach", "xen-domid-restrict", "xen-create", "curses", "sdl", "alt-grab", "ctrl-grab", "no-frame"],
  ...["no-quit", "show-cursor", "enable-fips", "enable-hax", "nodefconfig", "localtime", "rtc-td-hack", "tdf"],
  ...["no-kvm", "no-kvm-irqchip", "no-kvm-pit", "no-kvm-pit-reinjection"],
]);

/** No option has a space in its name: QEMU ends there. */
export const takesValue = (option: string) => !valueless.has(option) && !/\s/.test(option);

/** An argument without a dash that is no option's value is the image of the first disk: the same as -hda. */
export const isDiskShorthand = (argument: string) => !argument.startsWith("-");

/** @param argv without the emulator */
export function optionsOf(argv: readonly string[]): Option[] {
  const options: Option[] = [];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? "";
    if (isDiskShorthand(argument)) options.push({ option: "hda", value: argument, index });
    else {
      const option = argument.replace(/^--?/, "");
      const value = takesValue(option) ? argv[index + 1] : undefined;
      options.push({ option, ...(value !== undefined && { value }), index });
      if (value !== undefined) index++;
    }
  }
  return options;
}

/** The values of these options, in the order of the command line. */
export const optionValues = (argv: readonly string[], ...names: readonly string[]): string[] =>
  optionsOf(argv).flatMap(({ option, value }) => (names.includes(option) && value !== undefined ? [value] : []));
