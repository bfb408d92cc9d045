import { cpuFor, hostSpec, hostSpecs } from "../../../lab/hosts";

test("hypervisors get CPUs of their own before anything shares one", () => {
  const order = (lab: string, cpus: number[]) =>
    ["hv-a", "hv-b", "hv-c", "hv-m", "nas"].map((name) => cpuFor(lab, name, cpus));
  expect(order("d", [0, 1, 2, 3, 4])).toEqual([0, 1, 2, 3, 4]);
  expect(order("d", [4, 7])).toEqual([4, 7, 4, 7, 4]);
});

test("the same host of two labs is on two CPUs", () => {
  expect(["test1", "test2"].map((lab) => cpuFor(lab, "hv-a", [0, 1])).sort()).toEqual([0, 1]);
});

test("one CPU is enough", () => {
  expect(hostSpecs.map(({ name }) => cpuFor("lab", name, [3]))).toEqual([3, 3, 3, 3, 3]);
});

test("an unknown host is refused with the ones there are", () => {
  expect(() => hostSpec("hv-z")).toThrow('no host "hv-z" in the lab. Its hosts: nas, hv-a, hv-b, hv-c, hv-m.');
});

test("names and addresses are unique, and a name fits a network link with its prefix", () => {
  expect(new Set(hostSpecs.map(({ address }) => address)).size).toBe(hostSpecs.length);
  expect(new Set(hostSpecs.map(({ name }) => name)).size).toBe(hostSpecs.length);
  for (const { name } of hostSpecs) expect(`ifb-${name}`.length).toBeLessThanOrEqual(15);
});
