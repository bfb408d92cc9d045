import type { Owner } from "../../util/owner";
import type { DriverMessages } from "../messages";
import type { Candidate } from "../observe/candidate";
import type { DomainName } from "../observe/observation";

/** The user's request: which guest, where, in which state. */
export interface Wanted {
  domain: DomainName;
  /** Every host where it may be found. */
  candidates: readonly Candidate[];
  /** The candidate where it should be; the one that counts when it is defined on several and runs on none. */
  hostName: string;
  /** Names of candidates that it stays on when it is there. @default hostName only */
  mayStayOn?: readonly string[] | undefined;
  powerState: "running" | "shut off";
  autostart: boolean;
  /** False: without a definition on any host, so that it is gone when it ends. */
  persistent: boolean;
  /** Digest of the definition that it should have. */
  mark: string;
  /** The same as `DomainFacts.shownDigest`; absent where every guest has a mark. */
  shownDigest?(): string;
  /** Names of candidates that the operator has made sure are off; they need not answer. */
  fenced: readonly string[];
  /** The resource that the guest belongs to; undefined: whose it is is neither noted nor looked at. */
  owner: Owner | undefined;
  /** False in a create. */
  isInState: boolean;
  /** True when what belongs to others, or to nobody, may be taken over. */
  adopt: boolean;
  messages: DriverMessages;
}
