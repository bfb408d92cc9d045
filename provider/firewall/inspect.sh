# Records what filters packets here, and what of it is ours. $1: the name of our policy of firewalld; $2: the path of our note.
policy=$1 note=$2
if systemctl is-active --quiet firewalld 2> /dev/null; then firewall=firewalld
elif grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf; then firewall=ufw
elif command -v nft > /dev/null; then firewall=nftables
else
  firewall=none
  for tool in iptables-legacy iptables; do ! command -v "$tool" > /dev/null || { firewall=$tool; break; }; done
fi
record firewall "$firewall"
case $firewall in
  firewalld)
    record version "$(firewall-cmd --version)"
    record inForce "$(firewall-cmd --policy="$policy" --list-rich-rules 2> /dev/null || true)" ;;
  # Rules of the older kind filter beside nftables', which does not show them.
  nftables) ! grep -qsx filter /proc/net/ip_tables_names /proc/net/ip6_tables_names || tool=iptables-legacy ;;
  ufw | none) tool= ;;
esac
if [ -n "${tool-}" ]; then
  record iptables "$("$tool" -S 2>&1; six=$(printf %s "$tool" | sed s/ip/ip6/); ! command -v "$six" > /dev/null || "$six" -S 2>&1)"
fi
if command -v nft > /dev/null; then record_output ruleset nft -j -t list ruleset; fi
file=$(systemctl show --property ExecStart --value nftables.service 2> /dev/null | sed -n 's/.*argv\[\]=[^;]* -f \([^ ;]*\) ;.*/\1/p')
if [ -f "$file" ]; then
  loaded=no; for state in is-enabled is-active; do ! systemctl "$state" --quiet nftables.service || loaded=yes; done
  record file "$file" "$loaded" "$(base64 -w 0 -- "$file")"
fi
[ ! -e "/etc/firewalld/policies/$policy.xml" ] || record_output policy cat -- "/etc/firewalld/policies/$policy.xml"
[ ! -e "$note" ] || record_output note cat -- "$note"
