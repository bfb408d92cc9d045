#!/bin/busybox sh
n=1
while echo "$n"; do
  n=$((n + 1))
  sleep 1
done
