# Records the addresses of each name in $3, and the routes to them.
for name in $3; do
  addresses=$(getent ahosts "$name" | while read -r address _; do echo "$address"; done | sort -u)
  record addresses "$name" "$addresses"
  for address in $addresses; do record route "$name" "$(ip -o route get "$address" 2> /dev/null || true)"; done
done
