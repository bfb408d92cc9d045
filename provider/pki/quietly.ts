import { sh } from "../host/script";

/** Runs a command whose last words are told only when it fails, which ends the script: certtool has much to say. */
export const quietly = sh`
  quietly() { said=$("$@" 2>&1) || { printf '%s\n' "$said" | tail -n 3 >&2; exit 1; }; }
`;
