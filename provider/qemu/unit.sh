# What systemd runs for a guest. `start RECORD PROGRAM` becomes the program, with the arguments in the record.
# `stopped FOLDER` removes the unit's folder; when QEMU has failed it stays, since the record tells what has failed.
set -ef
case $1 in
  start)
    record=$2 program=$3 output=$2.output
    set --
    while IFS= read -r line; do
      argument=$line
      case $line in *\\*) argument=$(printf '%b.' "$line"); argument=${argument%.} ;; esac
      set -- "$@" "$argument"
    done < "$record"
    shift # the name of the program
    # The journal notes the whole command line of whoever writes to it.
    mkfifo -m 600 -- "$output"
    (trap '' TERM; exec cat -- "$output") &
    exec > "$output" 2>&1
    rm -f -- "$output"
    exec "$program" "$@"
    ;;
  stopped) [ "$SERVICE_RESULT" != success ] || rm -rf -- "$2" ;;
esac
