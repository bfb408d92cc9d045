/**
 * The order in which hosts change over, all of them to one stage before the next: a host shows a new name or a certificate
 * of another authority once all take it, and none takes the earlier ones any more once nobody shows them. So no connection
 * is refused meanwhile, and what was interrupted goes on from what the hosts have.
 */
import { activeSettings } from "../../libvirt/daemon/conf-file";
import type { DaemonSettings } from "../../libvirt/daemon/settings";
import { forgetEarlier } from "../../pki/authority";
import { withEarlier } from "../../pki/authority-findings";
import { parseCertificate } from "../../pki/certificate";
import { allowedDnOf } from "../../pki/distinguished-name";
import { certificatePath } from "../../pki/layout";
import type { Operation } from "../../util/operation";
import { together } from "../shared/many-hosts";
import {
  currentAuthorities,
  observePkiHosts,
  type PkiHostFacts,
  type PkiHosts,
  type PkiInputs,
  settingsOf,
  trustedAt,
} from "./observe";
import { syncCertificates, syncDaemons, syncTrusted } from "./steps";

/** @returns what is done on each host, which returns whether anything was changed */
type Stage = (seen: PkiHosts) => (one: PkiHostFacts) => Promise<boolean>;

export async function inStages(args: PkiInputs, operation: Operation): Promise<void> {
  let seen = await observePkiHosts(args, {}, operation.signal);
  const onAll = async (what: string, stage: Stage) => {
    operation.progress(what);
    const changes = await together(seen.hosts, stage(seen));
    if (changes.some(Boolean)) seen = await observePkiHosts(args, {}, operation.signal);
  };
  const trust =
    (meanwhile: boolean): Stage =>
    (found) => {
      const current = currentAuthorities(found, args);
      if (!current) throw new Error(`The authorities on ${found.authority?.name} are gone again.`);
      const trusted = trustedAt(found, current, meanwhile);
      return (one) => syncTrusted(one, found, args, trusted, operation);
    };
  const settings = settingsOf(args);
  await onAll("letting new names in", ({ hosts }) => async (one) => {
    const meanwhile = meanwhileSettings(one, hosts, settings);
    return meanwhile !== undefined && syncDaemons(one, meanwhile, operation);
  });
  await onAll("telling all hosts of the authorities", trust(true));
  await onAll("giving all hosts their certificates", (found) => (one) => syncCertificates(one, found, args, operation));
  await onAll("taking earlier authorities from all hosts", trust(false));
  if (seen.authority) {
    const { host, pki } = seen.authority;
    for (const { path, certificate } of withEarlier(pki)) await forgetEarlier(host, path, certificate);
  }
  await onAll("setting up libvirt", () => (one) => syncDaemons(one, settings, operation));
}

/** Settings with the names that hosts will have, and those that they show by now; undefined where nobody has to be let in. */
function meanwhileSettings(
  { daemons: [listener] }: PkiHostFacts,
  hosts: readonly PkiHostFacts[],
  wanted: DaemonSettings,
): DaemonSettings | undefined {
  const list = activeSettings(listener?.conf?.text).get("tls_allowed_dn_list");
  const { tlsAllowedDnList = [] } = wanted;
  if (list === undefined || tlsAllowedDnList.every((name) => list.includes(`"${name}"`))) return undefined;
  const shown = hosts.flatMap(({ pki }) => {
    const certificate = parseCertificate(pki.files.get(certificatePath({ service: "libvirt", role: "client" }))?.text);
    return (certificate && allowedDnOf(certificate)) ?? [];
  });
  return { ...wanted, tlsAllowedDnList: [...new Set([...tlsAllowedDnList, ...shown])] };
}
