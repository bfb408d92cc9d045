/** Pure: hosts as an operator names them on a command line, as for ssh: `[USER@]ADDRESS[:PORT]`. */
import type { GivenHost } from "./seen";

/** @param sshConfig path of a configuration file of ssh, in the place of the user's */
export function givenHosts(
  hosts: readonly string[],
  sshConfig: string | undefined,
): { hosts: GivenHost[]; problems: string[] } {
  const all = hosts.map((text) => [text, givenHost(text, sshConfig)] as const);
  const read = all.flatMap(([, host]) => host ?? []);
  const names = read.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return {
    hosts: read,
    problems: [
      ...(hosts.length === 0 ? ["Name the hosts to look at, e.g. `discover hv-a hv-b nas`."] : []),
      ...all.flatMap(([text, host]) =>
        host ? [] : [`${JSON.stringify(text)} is no host: write [USER@]ADDRESS[:PORT].`],
      ),
      ...twice.map((name) => `${name} is named twice. Leave one of them out.`),
    ],
  };
}

function givenHost(text: string, sshConfig: string | undefined): GivenHost | undefined {
  const [, user, bracketed, plain, port] =
    /^(?:([A-Za-z_][A-Za-z0-9_.-]*\$?)@)?(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?))(?::(\d{1,5}))?$/.exec(
      text,
    ) ??
    /^(?:([A-Za-z_][A-Za-z0-9_.-]*\$?)@)?(?:([0-9A-Fa-f:]*:[0-9A-Fa-f:.]*))$/.exec(text) ??
    [];
  const address = bracketed ?? plain;
  if (address === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return undefined;
  const rest = { ...(user && { user }), ...(port && { port: Number(port) }), ...(sshConfig && { sshConfig }) };
  return { name: port ? `${address}:${port}` : address, connection: { address, ...rest } };
}
