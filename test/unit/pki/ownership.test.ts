import { printBaseline } from "../../../provider/pki/baseline";
import type { PkiFacts } from "../../../provider/pki/observe";
import { givenMark, isOwnFile } from "../../../provider/pki/ownership";

/** As the baselines of hosts have it: `printf 'a list' | sha256sum`. */
const mark = "34d4e6513a0aa3774b2a0c0f1b902ed838e423b6c999d28b6b936a2baded703a";

test("a revocation list is known again by what baselines on hosts have noted of it", () => {
  expect(givenMark("a list\n")).toBe(mark);
  const path = "/etc/pki/CA/cacrl.pem";
  const noted = { authority: "external", owner: undefined, folders: [], units: {}, backups: [], given: [mark] };
  const facts = (text: string) =>
    ({ files: new Map([[path, { text }]]), baseline: printBaseline(noted) }) as unknown as PkiFacts;
  expect([isOwnFile(facts("a list\n"), path), isOwnFile(facts("another list\n"), path)]).toEqual([true, false]);
});
