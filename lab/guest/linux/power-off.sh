#!/bin/busybox sh
# What the power button and the agent's guest-shutdown do: nothing here has to be kept.
exec /bin/busybox poweroff -f
