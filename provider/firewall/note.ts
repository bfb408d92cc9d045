/** Pure: the note beside what is opened on a host. Rules and policies have no room for their owner. */
import { type FileMark, printMark } from "../host/file-mark";

export const notesFolder = "/var/lib/pulumi-kvm-live/firewall";
export const notePath = (id: string): string => `${notesFolder}/${id}`;

const reasonLine = "# In no file that is loaded at boot: ";

/** @param unkept why a reboot takes the rules away, in words that go on from a colon; undefined when it does not */
export const noteText = (mark: FileMark, unkept: string | undefined): string =>
  `${printMark(mark)}\n${unkept === undefined ? "" : `${reasonLine}${unkept}\n`}`;

export const unkeptIn = (note: string | undefined): string | undefined =>
  note
    ?.split("\n")
    .find((line) => line.startsWith(reasonLine))
    ?.slice(reasonLine.length);
