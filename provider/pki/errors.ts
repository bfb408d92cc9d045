/** certtool made something else than what was asked for. It was not installed anywhere. */
export class CertificateRefused extends Error {
  constructor(host: string, path: string, problems: readonly string[]) {
    super(`${host}: what certtool made for ${path} ${problems.join(", ")}. It was not installed.`);
    this.name = "CertificateRefused";
  }
}
