import { stateAndReason } from "../../../provider/placement/observe/observation";
import { domainState } from "../../../provider/qemu/states";

/** As people read it, with the job. */
const said = (run: string, migration: string) => {
  const { job, ...state } = domainState(run, migration);
  return `${stateAndReason(state)}, ${job}`;
};

test.each<[means: string, run: string, migration: string, said: string]>([
  ["a guest that has never moved", "running", "none", "running (booted), none"],
  ["one that an operator has paused", "paused", "none", "paused (user), none"],
  // The source of a move.
  ["it connects", "running", "setup", "running (booted), outgoing"],
  ["it leaves", "running", "active", "running (booted), outgoing"],
  ["it leaves, paused", "paused", "active", "paused (user), outgoing"],
  ["a disk of it is out of its reach for a while", "running", "wait-unplug", "running (booted), outgoing"],
  ["it stops for the rest of its memory", "finish-migrate", "active", "paused (migrating), outgoing"],
  ["it waits before it sends its devices", "finish-migrate", "pre-switchover", "paused (migrating), outgoing"],
  ["it sends its devices", "finish-migrate", "device", "paused (migrating), outgoing"],
  ["it has sent everything, and still says otherwise", "finish-migrate", "completed", "paused (migrating), none"],
  ["it has handed over", "postmigrate", "completed", "paused (migrating), none"],
  ["its move is being cancelled", "running", "cancelling", "running (booted), outgoing"],
  ["its move is being cancelled at the last moment", "finish-migrate", "cancelling", "paused (migrating), outgoing"],
  ["its move is failing (QEMU 11.0)", "running", "failing", "running (booted), outgoing"],
  ["its move is failing at the last moment (QEMU 11.0)", "finish-migrate", "failing", "paused (migrating), outgoing"],
  ["its move has failed", "running", "failed", "running (migration canceled), none"],
  ["its move was cancelled", "running", "cancelled", "running (migration canceled), none"],
  ["a paused one whose move has failed", "postmigrate", "failed", "paused (user), none"],
  ["a paused one whose move was cancelled", "postmigrate", "cancelled", "paused (user), none"],
  ["a paused one whose move has failed, in newer versions", "paused", "failed", "paused (user), none"],
  // The destination.
  ["it waits for a source", "inmigrate", "none", "paused (starting up), incoming"],
  ["a source connects", "inmigrate", "setup", "paused (starting up), incoming"],
  ["it receives", "inmigrate", "active", "paused (migrating), incoming"],
  ["its source has gone", "inmigrate", "failed", "paused (starting up), incoming"],
  ["it has arrived", "running", "completed", "running (migrated), none"],
  ["it has arrived as it left: paused", "paused", "completed", "paused (migrated), none"],
  ["its source is failing (QEMU 11.0)", "inmigrate", "failing", "paused (starting up), incoming"],
  // Post-copy.
  [
    "the destination loads its devices (QEMU 10.2): source",
    "finish-migrate",
    "postcopy-device",
    "paused (migrating), outgoing",
  ],
  [
    "the destination loads its devices (QEMU 10.2): destination",
    "inmigrate",
    "postcopy-device",
    "paused (migrating), incoming",
  ],
  ["the rest follows: source", "finish-migrate", "postcopy-active", "paused (post-copy), outgoing"],
  ["the rest follows: destination", "running", "postcopy-active", "running (post-copy), incoming"],
  ["its connection is lost: source", "finish-migrate", "postcopy-paused", "paused (post-copy failed), outgoing"],
  ["its connection is lost: destination", "running", "postcopy-paused", "running (post-copy failed), incoming"],
  ["it goes on: source", "finish-migrate", "postcopy-recover-setup", "paused (post-copy), outgoing"],
  ["it goes on: destination (QEMU 9.1)", "running", "postcopy-recover-setup", "running (post-copy), incoming"],
  ["it goes on: destination", "running", "postcopy-recover", "running (post-copy), incoming"],
  // Guests with troubles of their own.
  ["its disk is full", "io-error", "none", "paused (I/O error), none"],
  ["its disk is full as it leaves", "io-error", "active", "paused (I/O error), outgoing"],
  ["its disk was full when it left", "io-error", "completed", "paused (I/O error), none"],
  ["its kernel has panicked", "guest-panicked", "none", "paused (crashed), none"],
  ["QEMU itself cannot go on", "internal-error", "none", "paused (crashed), none"],
  ["it is off, and QEMU stays (-no-shutdown)", "shutdown", "none", "paused (shutting down), none"],
  ["it has not begun (-S)", "prelaunch", "none", "paused (starting up), none"],
  ["its watchdog has stopped it", "watchdog", "none", "paused (watchdog), none"],
  ["it sleeps", "suspended", "none", "pmsuspended (unknown), none"],
  ["a state that QEMU may have one day", "levitating", "none", "paused (unknown), none"],
  ["such a state, as it leaves", "levitating", "active", "paused (unknown), outgoing"],
])("%s: %s, %s", (_means, run, migration, words) => {
  expect(said(run, migration)).toBe(words);
});
