import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../lab/process";
import { gnutlsSubject } from "../../../provider/util/subject";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-subject-"));
  await run(["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-out", join(folder, "key.pem")]);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function certificate(subject: string): Promise<string> {
  const [key, out] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const options = ["-utf8", "-multivalue-rdn", "-days", "10", "-subj", subject];
  await run(["openssl", "req", "-x509", "-key", key, "-out", out, ...options]);
  return readFileSync(out, "utf8");
}

/** What gnutls_x509_crt_get_dn of GnuTLS 3.7.9 printed of certificates with these subjects. */
test.each([
  ["/O=pulumi-kvm-live/OU=pulumi-kvm-live QEMU/CN=10.0.0.1", "O=pulumi-kvm-live,OU=pulumi-kvm-live QEMU,CN=10.0.0.1"],
  ["/C=DE/ST=Hesse/L=Frankfurt/O=Example, Inc ", "C=DE,ST=Hesse,L=Frankfurt,O=Example\\, Inc\\ "],
  ["/CN= #lead trail /O=#x/OU=x=y #z", "CN=\\ #lead trail\\ ,O=\\#x,OU=x=y #z"],
  [
    "/CN=ünïcode/emailAddress=a@b.c/UID=me/DC=org/SN=S/GN=G",
    "CN=ünïcode,EMAIL=a@b.c,UID=me,DC=org,surName=S,givenName=G",
  ],
  ["/O=A/CN=a+OU=b", "O=A,CN=a+OU=b"],
  ['/CN=a \\+ b\\\\ <c>;"d"', 'CN=a \\+ b\\\\ \\<c\\>\\;\\"d\\"'],
])("%s is spelled as GnuTLS does", async (subject, spelled) => {
  expect(gnutlsSubject(await certificate(subject))).toBe(spelled);
});

test.each(["/", "/CN=plain/2.5.4.97=VATDE-1", "/CN=x/telephoneNumber=12", "/CN=#", "/CN=a\nb", "/CN=a\x7f"])(
  "%j, of which that is not certain, is refused",
  async (subject) => {
    expect(gnutlsSubject(await certificate(subject))).toBeUndefined();
  },
);

test("the first certificate of a file counts; what is none has no subject", async () => {
  const [one, other] = [await certificate("/CN=one"), await certificate("/CN=other")];
  expect(gnutlsSubject(`text\n${one}${other}`)).toBe("CN=one");
  for (const text of ["", "foreign\n", one.slice(0, 200)]) expect(gnutlsSubject(text)).toBeUndefined();
});
