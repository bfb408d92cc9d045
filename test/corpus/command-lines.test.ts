/** The command lines that libvirt makes of its test definitions: they cannot move for the same reasons as those. */
import { blockingDevices } from "../../provider/libvirt/definition/blocking-devices";
import { parseXml } from "../../provider/libvirt/definition/xml";
import { migrationBlockersIn } from "../../provider/qemu-command-line/migration-blockers";
import { type CommandLine, commandLinesOf, ensureTests, libvirtReleases } from "./libvirt-tests";

let all: CommandLine[];
beforeAll(async () => {
  for (const release of libvirtReleases) await ensureTests(release);
  all = libvirtReleases.flatMap(commandLinesOf);
});

/** What a definition shows, and its command line does not. */
const onlyInDefinition: Readonly<Record<string, (line: CommandLine) => boolean>> = {
  // libvirt gives QEMU another image that it has made.
  transient: () => true,
  // vhost-user-gpu draws, and tells QEMU whether it does so by virgl; libvirt starts it with --virgl.
  "3d-acceleration": ({ argv }) => /"vhost-user-(vga|gpu-pci)"/.test(argv.join("\n")),
  // A form of -chardev that libvirt is prepared for, and no QEMU knows yet.
  vdagent: ({ argv }) => argv.some((one) => /^\{"id":.*"backend":\{"type":"qemu-vdagent"/.test(one)),
  // The test is of a QEMU that has no `migratable`.
  invtsc: ({ argv, definition }) => / migratable='off'/.test(definition) && !/,migratable=/.test(argv.join("\n")),
};

test("they have the same reasons", () => {
  const explained: Record<string, number> = {};
  let blocked = 0;
  const disagreements = all.flatMap((line) => {
    const inLine: string[] = migrationBlockersIn(line.argv).map(({ kind }) => kind);
    const inDefinition: string[] = blockingDevices(parseXml(line.definition)).map(({ kind }) => kind);
    if (inLine.length > 0) blocked++;
    const others = [...new Set(inDefinition)].filter((kind) => !inLine.includes(kind));
    const unexplained = others.filter((kind) => !onlyInDefinition[kind]?.(line));
    for (const kind of others) explained[kind] = (explained[kind] ?? 0) + 1;
    const additional = inLine.filter((kind) => !inDefinition.includes(kind));
    if (unexplained.length + additional.length === 0) return [];
    return [`${line.name}: only its definition has [${unexplained}], only its command line [${additional}]`];
  });
  process.stdout.write(
    `${all.length} command lines, ${blocked} cannot move; only seen in the definition: ${JSON.stringify(explained)}\n`,
  );
  expect(disagreements).toEqual([]);
  for (const { version } of libvirtReleases)
    expect(all.filter(({ name }) => name.startsWith(version)).length).toBeGreaterThan(700);
});
