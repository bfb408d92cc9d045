/**
 * Pure: our policy of firewalld, a file of its own, so that no zone is changed. Its priority is below 0: it is asked before
 * the zones, whatever zone a peer is in.
 *
 * @see https://firewalld.org/documentation/man-pages/firewalld.policy.html
 */
import { mergedPorts, type Opening, printPorts } from "./opening";

/** firewalld takes names of 17 characters at most. */
export const policyName = (id: string): string => `kvm-live-${id.slice(0, 8)}`;
export const policyPath = (id: string): string => `/etc/firewalld/policies/${policyName(id)}.xml`;

const rulesOf = ({ peers, ports }: Opening) =>
  [...peers].sort().flatMap((peer) =>
    mergedPorts(ports).map((range) => ({
      family: peer.includes(":") ? "ipv6" : "ipv4",
      peer,
      port: printPorts(range),
    })),
  );

/** As `firewall-cmd --list-rich-rules` prints them. */
export const richRules = (opening: Opening): string[] =>
  rulesOf(opening).map(
    ({ family, peer, port }) =>
      `rule family="${family}" source address="${peer}" port port="${port}" protocol="tcp" accept`,
  );

/** The reverse: the ports in what is in force. */
export const portsInRichRules = (rules: readonly string[]): string[] =>
  rules.flatMap((rule) => / port port="([\d-]+)" protocol="tcp"/.exec(rule)?.[1] ?? []);

export const policyText = (opening: Opening): string =>
  [
    '<?xml version="1.0" encoding="utf-8"?>',
    "<!-- Made by pulumi-kvm-live, which undoes changes by hand. -->",
    '<policy priority="-1000" target="CONTINUE">',
    "  <short>Migration of guests</short>",
    '  <ingress-zone name="ANY"/>',
    '  <egress-zone name="HOST"/>',
    ...rulesOf(opening).flatMap(({ family, peer, port }) => [
      `  <rule family="${family}">`,
      `    <source address="${peer}"/>`,
      `    <port port="${port}" protocol="tcp"/>`,
      "    <accept/>",
      "  </rule>",
    ]),
    "</policy>",
    "",
  ].join("\n");
