import { authorityTemplate, certificateTemplate, requestTemplate } from "../../../provider/pki/template";

const validity = { notBefore: new Date("2026-01-01"), notAfter: new Date("2027-01-01T12:30:05Z") };
const subject = { organization: "Example, Inc.", unit: "pulumi-kvm-live", commonName: "hv-a" };

test("an authority", () => {
  expect(authorityTemplate(subject, validity)).toBe(`cn = "hv-a"
organization = "Example, Inc."
unit = "pulumi-kvm-live"
ca
cert_signing_key
crl_signing_key
activation_date = "2026-01-01 00:00:00 UTC"
expiration_date = "2027-01-01 12:30:05 UTC"
`);
});

test("a server has names and addresses, a client has none", () => {
  expect(certificateTemplate("server", ["hv-a", "10.0.0.1", "fd00::1"], validity)).toMatch(
    /^dns_name = "hv-a"\nip_address = "10.0.0.1"\nip_address = "fd00::1"\ntls_www_server\nsigning_key\nencryption_key\n/,
  );
  expect(certificateTemplate("client", ["hv-a"], validity)).toMatch(
    /^tls_www_client\nsigning_key\nencryption_key\nact/,
  );
});

test.each(['"', 'a"\nca\n', "a\nca", "$(reboot)", "`id`", "\\", "a\0", ""])("%j cannot stand in one", (value) => {
  expect(() => requestTemplate({ ...subject, organization: value })).toThrow("cannot be written into a certificate");
  expect(() => requestTemplate({ ...subject, commonName: value })).toThrow("cannot be written into a certificate");
  expect(() => certificateTemplate("server", [value], validity)).toThrow("cannot be written into a certificate");
});
