# Tries connections by libvirt. Prints a line for each: virsh's exit code, what it said, and what GnuTLS says of the other
# side's certificate, since libvirt calls each that it does not take "not trusted". Both texts in base64.
# Arguments: seconds for each, the authority's certificate, then URI, host and TLS port (empty for others) of each.
seconds=$1 authority=$2
shift 2

certificate_status() {
  host=$1 port=$2
  set -- --x509cafile "$authority"
  revoked=${authority%cert.pem}crl.pem
  [ ! -e "$revoked" ] || set -- "$@" --x509crlfile "$revoked"
  timeout 10 gnutls-cli "$@" --port "$port" -- "$host" < /dev/null 2> /dev/null | sed -n 's/^- Status: The certificate is NOT trusted\. //p' || true
}

while [ $# -gt 0 ]; do
  said=$(timeout "$seconds" virsh --connect "$1" uri 2>&1 > /dev/null) && code=0 || code=$?
  [ "$code" -ne 127 ] || { virsh --version > /dev/null; }
  status=
  if [ "$code" -ne 0 ] && [ -n "$3" ]; then status=$(certificate_status "$2" "$3"); fi
  echo "$code $(printf '%s' "$said" | base64 -w 0) $(printf '%s' "$status" | base64 -w 0)"
  shift 3
done
