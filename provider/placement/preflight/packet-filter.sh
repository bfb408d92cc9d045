# Records what filters packets here, as the advice needs it.
if systemctl is-active --quiet firewalld 2> /dev/null; then record firewall firewalld
elif grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf; then record firewall ufw
elif ! command -v nft > /dev/null; then
  for tool in iptables-legacy iptables; do ! command -v "$tool" > /dev/null || { record firewall "$tool"; break; }; done
fi
record chains "$(nft list chains 2> /dev/null)"
