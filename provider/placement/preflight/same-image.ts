/** Pure: whether two hosts see one and the same image under one path. A path proves nothing, and a number little. */
export type ImageIdentity = FileIdentity | BlockIdentity;

interface FileIdentity {
  type: "file";
  fileSystem: string;
  /** What is mounted: SERVER:/EXPORT, or a device. */
  source: string;
  /** The server's address and number of the file system; empty where neither is known. */
  fileSystemId: string;
  inode: string;
  bytes: string;
}

interface BlockIdentity {
  type: "block";
  /** WWID, serial number or the like; empty when it has none. */
  id: string;
  sectors: string;
}

export function parseIdentity([type, ...values]: readonly string[]): ImageIdentity {
  const [first = "", second = "", third = "", inode = "", bytes = ""] = values.map((value) => value.trim());
  if (type === "block") return { type, id: first, sectors: second };
  return { type: "file", fileSystem: first, source: second, fileSystemId: third, inode, bytes };
}

type Verdict = "same" | "different" | "unproven";

export function sameImage(here: ImageIdentity, there: ImageIdentity): Verdict {
  if (here.type === "block" && there.type === "block") return sameBlockDevice(here, there);
  return here.type === "file" && there.type === "file" ? sameFile(here, there) : "unproven";
}

function sameBlockDevice(here: BlockIdentity, there: BlockIdentity): Verdict {
  if (here.sectors !== there.sectors) return "different";
  if (here.id === "" || there.id === "") return "unproven";
  return here.id === there.id ? "same" : "different";
}

const shared =
  /^(nfs4?|ceph|cifs|smb3|gfs2|ocfs2|afs|gpfs|acfs|beegfs|lustre|glusterfs|orangefs|pvfs2|9p|virtiofs|fuse\.\S+)$/;

/** True where several hosts can mount the file system; on all others a file is one host's own. */
export const isOnSharedStorage = ({ fileSystem }: FileIdentity): boolean => shared.test(fileSystem);

function sameFile(here: FileIdentity, there: FileIdentity): Verdict {
  const [isShared, isSharedThere] = [here, there].map(isOnSharedStorage);
  if (!isShared && !isSharedThere) return "different";
  if (here.inode !== there.inode) return "different";
  const isMounted = here.source === there.source && here.fileSystem === there.fileSystem;
  const isNumbered = here.fileSystemId !== "" && here.fileSystemId === there.fileSystemId;
  return isShared && isSharedThere && (isMounted || isNumbered) ? "same" : "unproven";
}
