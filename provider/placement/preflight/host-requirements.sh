# Prints a line for each requirement KIND:WHAT: `has INODE …` or `lacks - …`. An inode is the same on all hosts that
# mount one NFS export, and names the file there.
for need; do
  kind=${need%%:*} what=${need#*:}
  case $kind in
    image) [ -e "$what" ] && echo "has $(stat -Lc %i -- "$what") $need" || echo "lacks - $need" ;;
    file | certificate) [ -e "$what" ] && echo "has - $need" || echo "lacks - $need" ;;
    folder) [ -d "$what" ] && echo "has - $need" || echo "lacks - $need" ;;
    bridge) [ -e "/sys/class/net/$what" ] && echo "has - $need" || echo "lacks - $need" ;;
    emulator) [ -x "$what" ] && echo "has - $need" || echo "lacks - $need" ;;
  esac
done
