/** The plugin of `pulumi import`, without a CLI. */
import { connectionOf } from "../../provider/host/host-word";
import { setLoginDefaults } from "../../provider/host/login-defaults";
import { closeConnections } from "../../provider/host/ssh-host";
import { makePlugin } from "../../provider/lifecycle/plugin";
import { imported } from "../../provider/plugin/import";
import { kinds } from "../../provider/resources/kinds";
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { silentOperation } from "../silent-operation";
import { stopProgrammedHosts } from "./programmed-host";
import { sshConfig } from "./readable-fleet";

/** Hosts are found by their names, and end with each test. */
export function useFleet(): void {
  beforeEach(() => setLoginDefaults({ login: { sshConfig } }));
  afterEach(async () => {
    setLoginDefaults({ login: {} });
    forgetSharedAnswers();
    await closeConnections();
    await stopProgrammedHosts();
  });
}

/** @param info hears what is told the user */
export const importingPlugin = (info: (message: string) => void = () => {}) =>
  makePlugin({ kinds, operationFor: () => silentOperation({ info }), unknownValue: "?", connectionOf, imported });
