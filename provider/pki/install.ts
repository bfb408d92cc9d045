/** Puts certificates and keys to their places: beside first, with owner and mode before the content, then renamed. */
import type { Host } from "../host/host";
import { runScript } from "../host/script";
import type { PkiFacts } from "./inspect";
import { type Issued, stagedKey } from "./issue";
import { asidePath, certificatePath, hypervisorPlaces, keyPath, type Place, type Role, untoldPath } from "./layout";

interface Delivery {
  facts: PkiFacts;
  /** The authority's certificate, in PEM. */
  authority: string;
  issued: readonly Issued[];
  /** Files that are kept, to be put back at removal. */
  aside: readonly string[];
  signal: AbortSignal;
}

/** Content comes from the standard input, a key from a file of the same host: none is ever sent. */
const deliver = `
  umask 077; suffix=$1 untold=$2; shift 2
  place() {
    path=$1 mode=$2 group=$3
    if [ "$kept" = kept ] && { [ -e "$path" ] || [ -L "$path" ]; } && [ ! -e "$path$suffix" ] && [ ! -L "$path$suffix" ]; then
      cp -a -- "$path" "$path$suffix"
    fi
    rm -f -- "$path.new"; : > "$path.new"
    chown -- "root:$group" "$path.new"; chmod -- "$mode" "$path.new"
    cat >> "$path.new"; [ -s "$path.new" ]
    sync -- "$path.new"
  }
  work=$(mktemp -d); trap 'rm -rf -- "$work"' EXIT
  cat > "$work/all"
  : > "$untold"
  for word in "$@"; do
    IFS=' ' read -r path mode group source kept <<LINE
$word
LINE
    case $source in
      /*) place "$path" "$mode" "$group" < "$source";;
      *) sed -n "/^begin $source$/,/^end $source$/{//!p}" "$work/all" > "$work/part"; place "$path" "$mode" "$group" < "$work/part";;
    esac
  done
  for word in "$@"; do path=\${word%% *}; mv -fT -- "$path.new" "$path"; done`;

/** Afterwards the daemon has still to be told: see {@link toldOf}. */
export async function install(host: Host, delivery: Delivery): Promise<void> {
  const { facts, authority, issued, aside, signal } = delivery;
  const parts = new Map<string, string>([["authority", authority]]);
  for (const { role, certificate } of issued) parts.set(role, certificate);
  const kept = (role: Role) => facts.files.get(certificatePath(role))?.text ?? "";
  for (const role of ["server", "client"] as const) if (!parts.has(role)) parts.set(role, kept(role));
  const words = hypervisorPlaces(facts.qemuGroup).map(
    (place) => `${order(place, issued)} ${aside.includes(place.path) ? "kept" : "-"}`,
  );
  const input = [...parts].map(([name, text]) => `begin ${name}\n${text.trimEnd()}\nend ${name}\n`).join("");
  await runScript(host, deliver, [asidePath(""), untoldPath, ...words], { input, signal });
  await runScript(host, 'rm -f -- "$@"', [stagedKey("server"), stagedKey("client")]);
}

function order({ path, mode, group, holds, role }: Place, issued: readonly Issued[]): string {
  const fresh = issued.some((one) => one.role === role);
  const key = role && (fresh ? stagedKey(role) : keyPath(role));
  const source = holds === "key" ? key : (role ?? "authority");
  return `${path} ${mode} ${group} ${source}`;
}

/** The daemon knows of its new certificates now. */
export async function noteTold(host: Host): Promise<void> {
  await runScript(host, 'rm -f -- "$1"', [untoldPath]);
}
