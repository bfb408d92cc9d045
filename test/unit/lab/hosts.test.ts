import { cpuFor, hostSpec, hostSpecs } from "../../../lab/hosts";

test("hypervisors get CPUs of their own before anything shares one", () => {
  expect(["hv-a", "hv-b", "hv-c", "nas"].map((name) => cpuFor(name, [0, 1, 2, 3]))).toEqual([0, 1, 2, 3]);
  expect(["hv-a", "hv-b", "hv-c", "nas"].map((name) => cpuFor(name, [4, 7]))).toEqual([4, 7, 4, 7]);
});

test("one CPU is enough", () => {
  expect(hostSpecs.map(({ name }) => cpuFor(name, [3]))).toEqual([3, 3, 3, 3]);
});

test("an unknown host is refused with the ones there are", () => {
  expect(() => hostSpec("hv-z")).toThrow('no host "hv-z" in the lab. Its hosts: nas, hv-a, hv-b, hv-c.');
});

test("names and addresses are unique, and a name fits a network link with its prefix", () => {
  expect(new Set(hostSpecs.map(({ address }) => address)).size).toBe(hostSpecs.length);
  expect(new Set(hostSpecs.map(({ name }) => name)).size).toBe(hostSpecs.length);
  for (const { name } of hostSpecs) expect(`ifb-${name}`.length).toBeLessThanOrEqual(15);
});
