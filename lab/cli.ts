/** `npm run lab -- …` */
import { Argument, Command, Option } from "../provider/util/commander";
import { buildGuest, guests } from "./guest/build";
import { buildLinux } from "./guest/linux";
import { defaultHosts, hostSpecs } from "./hosts";
import { Lab } from "./lab";
import { overSsh } from "./machine/ssh";
import { runAttached } from "./process";
import { findPulumiCli } from "./pulumi/cli";
import { setupSteps } from "./setup";
import { statusTable } from "./status";
import { runSteps } from "./steps";
import { runMain, UserError } from "./terminal";

const program = new Command("npm run lab --")
  .description("Real Linux hosts with libvirt and NFS on this machine, for trying out live migration.")
  .addOption(
    new Option("--name <lab>", "which lab; labs with different names run side by side")
      .default("lab")
      .env("KVM_LIVE_LAB"),
  )
  .helpCommand(false)
  .enablePositionalOptions()
  .showHelpAfterError("Add --help to see how it is used.")
  .hook("preAction", () => {
    if (process.getuid?.() !== 0) throw new UserError("Not root: the lab belongs to root. Run the command as root.");
  });

const lab = () => new Lab(program.opts<{ name: string }>().name);
const hostArgument = () => new Argument("<host>", "one of the lab's hosts").choices(hostSpecs.map(({ name }) => name));

program
  .command("up")
  .description("set up this machine, then boot the hosts that are off, each on a fresh disk")
  .option("--with <hosts...>", "boot these hosts too, e.g. hv-c (Debian 13)")
  .action(async (options: { with?: string[] }) => {
    const hosts = [...new Set([...defaultHosts, ...(options.with ?? [])])];
    await runSteps(setupSteps({ labs: [lab()], hosts, pulumi: false }));
    console.log(await statusTable(lab()));
  });

program
  .command("down")
  .description("stop the lab and delete its disks, also after a crash")
  .action(() => runSteps([{ title: "Taking the lab down", run: (report) => lab().down(report) }]));

program
  .command("status")
  .description("show the hosts and their state")
  .action(async () => console.log(await statusTable(lab())));

program
  .command("exec")
  .description("run a command on a host as root, or a shell without one; arguments are passed unchanged")
  .addArgument(hostArgument())
  .argument("[command...]")
  .passThroughOptions()
  .action(async (host: string, command: string[]) => {
    requireUp();
    const terminal = process.stdin.isTTY && process.stdout.isTTY ? ["-t"] : [];
    process.exitCode = await runAttached(overSsh(lab().name, host, command, terminal));
  });

const hostCommands: [name: string, description: string, act: (host: ReturnType<Lab["host"]>) => Promise<void>][] = [
  ["kill", "cut a host's power", (host) => host.kill()],
  [
    "start",
    "boot a host again on its own disk, as after a power cut",
    (host) => runSteps([{ title: `${host.name} boots on its own disk`, run: () => host.start() }]),
  ],
  ["heal", "end both kinds of partition of a host", endPartitions],
  ["fast", "lift a host's bandwidth limit", (host) => host.fast()],
];
for (const [name, description, act] of hostCommands)
  program
    .command(name)
    .description(description)
    .addArgument(hostArgument())
    .action(async (host: string) => {
      requireUp();
      await act(lab().host(host));
    });

program
  .command("partition")
  .description("pull a host's network cable")
  .addArgument(hostArgument())
  .option("--admin", "only cut it off from this machine; the other hosts still reach it")
  .action(async (host: string, options: { admin?: true }) => {
    requireUp();
    await (options.admin ? lab().host(host).cutAdmin() : lab().host(host).partition());
  });

program
  .command("slow")
  .description("limit a host's bandwidth in both directions")
  .addArgument(hostArgument())
  .argument("<rate>", "in tc's units, e.g. 10mbit")
  .action(async (host: string, rate: string) => {
    requireUp();
    await lab().host(host).slow(rate);
  });

program
  .command("enter")
  .description("run a command in the lab's network, with `pulumi` on PATH if it is installed or built")
  .argument("<command...>")
  .passThroughOptions()
  .action(async (command: string[]) => {
    const cli = await findPulumiCli();
    const path = [cli?.folder, process.env.PATH].filter(Boolean).join(":");
    const env = { ...process.env, PATH: path, KVM_LIVE_LAB_SSH_CONFIG: lab().ssh.configFile };
    process.exitCode = await runAttached(lab().enter(command), { env });
  });

program
  .command("guest")
  .description("the lab's guests")
  .command("build")
  .description("build the guests and print where their files are")
  .option("--fill-mib <mib>", "memory that the guest `dirty` fills, in MiB", Number, guests.dirty.fillMiB)
  .option(
    "--dirty-mib-per-second <rate>",
    "how much of it is rewritten, in MiB/s",
    Number,
    guests.dirty.dirtyMiBPerSecond,
  )
  .action(async (options: { fillMib: number; dirtyMibPerSecond: number }) => {
    const dirty = { fillMiB: options.fillMib, dirtyMiBPerSecond: options.dirtyMibPerSecond };
    for (const [name, guest] of Object.entries({ ...guests, dirty }))
      console.log(`${name.padEnd(5)}  ${await buildGuest(guest)}`);
    const { kernel, initramfs } = await buildLinux(console.error);
    console.log(`linux  ${kernel}\n       ${initramfs}`);
  });

async function endPartitions(host: ReturnType<Lab["host"]>): Promise<void> {
  await host.heal();
  await host.healAdmin();
}

function requireUp(): void {
  if (!lab().isUp) throw new UserError(`Lab ${lab().name} is down: run \`${lab().upCommand}\` first.`);
}

runMain(() => program.parseAsync());
