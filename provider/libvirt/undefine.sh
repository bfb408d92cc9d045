# Removes the definition of domain $1, which is off. Its UEFI variables and the state of its TPM stay.
said=$(virsh --connect qemu:///system "domstate $1; dumpxml --inactive $1")
state=$(printf '%s\n' "$said" | sed -n 1p)
[ "$state" = "shut off" ] || { echo "The domain is $state, not shut off, so its definition was not removed." >&2; exit 1; }
case $said in
  *"<tpm"*)
    tpm=$(printf '%s\n' "$said" | sed -n "/<backend type='emulator'/{/ persistent_state='yes'/!p}")
    if virsh help undefine | grep -q -- --keep-tpm; then set -- "$1" --keep-tpm
    elif [ -n "$tpm" ]; then
      echo "This libvirt would delete the state of the domain's TPM, so its definition was not removed. Update libvirt to 8.9, or set persistent_state='yes' in the <backend> of its <tpm> (virsh edit)." >&2
      exit 1
    fi ;;
esac
virsh --connect qemu:///system undefine "$@" --keep-nvram
