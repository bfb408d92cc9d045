/** The table of commands: one row each. */
import type { Command } from "./command";
import { discover } from "./discover/discover";
import { history } from "./history/history";
import { preflight } from "./preflight/preflight";
import { report } from "./report/report";
import { status } from "./status/status";

export const commands: readonly Command[] = [status, preflight, history, report, discover];
