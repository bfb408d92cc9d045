import { cacheFolder, checkLabName, namespaceName } from "../../../lab/paths";

test("the cache follows the user's wishes", () => {
  expect(cacheFolder({ PULUMI_KVM_LIVE_CACHE: "/big/disk", XDG_CACHE_HOME: "/x" })).toBe("/big/disk");
  expect(cacheFolder({ XDG_CACHE_HOME: "/x" })).toBe("/x/pulumi-kvm-live");
  expect(cacheFolder({})).toMatch(/\/\.cache\/pulumi-kvm-live$/);
});

test("a lab's name becomes its namespace", () => {
  expect(namespaceName("demo")).toBe("kvm-live-demo");
});

test.each(["", "Lab", "-a", "a b", "../../etc", "a/b", "$(id)", "abcdefghijklm", "a\nb"])(
  "%j is no lab name",
  (name) => {
    expect(() => checkLabName(name)).toThrow(`Bad lab name ${JSON.stringify(name)}: use 1 to 12 lower-case letters`);
  },
);
