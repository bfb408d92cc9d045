#!/bin/sh
# virsh of a simulated host. It says of each of its guests what a real one (libvirt 9.0.0) has said of a guest, with the
# guest's own name and UUID, and goes on after a command that fails. In $HERE are `domains`, with the UUID and the name of each
# guest, a file UUID.xml for each, and a file for each question whose answer is the same for all.
[ "$1 $2" = "--connect qemu:///system" ] || { echo "error: a simulated host has no such connection: $*" >&2; exit 1; }
shift 2
# shellcheck disable=SC2016 # awk's own variables
printf '%s\n' "$*" | awk -v here="$HERE" '
  BEGIN {
    while ((getline line < (here "/domains")) > 0) {
      split(line, words, " ")
      order[++count] = words[1]
      name[words[1]] = words[2]
    }
  }
  {
    number = split($0, asked, ";")
    for (i = 1; i <= number; i++) status = answer(asked[i])
  }
  END { exit status }
  function answer(command,   words, uuid, i) {
    split(command, words, " ")
    uuid = words[2]
    if (words[1] == "echo") {
      sub(/^ *echo "?/, "", command)
      sub(/"? *$/, "", command)
      print command
      return 0
    }
    if (words[1] == "list") {
      for (i = 1; i <= count; i++) print order[i] (command ~ /--name/ ? " " name[order[i]] : "")
      print ""
      return 0
    }
    if (words[1] !~ /^(domstate|dominfo|domjobinfo|dumpxml|snapshot-list|checkpoint-list)$/)
      return failed("unknown command: " words[1])
    if (!(uuid in name)) return failed("failed to get domain " uuid)
    show(here "/" (words[1] == "dumpxml" ? uuid ".xml" : words[1]), uuid)
    return 0
  }
  function show(file, uuid,   line) {
    while ((getline line < file) > 0) {
      gsub(/@UUID@/, uuid, line)
      gsub(/@NAME@/, name[uuid], line)
      print line
    }
    close(file)
  }
  function failed(reason) {
    print "error: " reason > "/dev/stderr"
    return 1
  }'
