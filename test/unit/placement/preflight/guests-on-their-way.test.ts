import {
  type ArrivingGuest,
  hasArrived,
  shortOf,
  takeRoom,
} from "../../../../provider/placement/preflight/guests-on-their-way";

const GiB = 2 ** 20;
const guest = (name: string, memoryKiB: number | undefined = GiB): ArrivingGuest => ({
  uuid: `uuid of ${name}`,
  name,
  needs: { memoryKiB },
});
const free = { freeKiB: 5.5 * GiB, freeHugePages: new Map<number, number>(), residentKiB: new Map<string, number>() };
const host = { place: "192.0.2.12 22", name: "hv-b" };
const eight = [..."12345678"].map((number) => guest(`web-${number}`));

afterEach(() => {
  for (const { uuid } of eight) hasArrived(uuid);
});

test.each([false, true])("eight guests to a host with room for five: three are told (acts: %s)", (acts) => {
  const found = eight.map((one) => takeRoom(host, one, free, acts));
  expect(found.map((each) => each.length)).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
  expect(found[5]).toEqual([
    {
      code: "memory-short",
      hostName: "hv-b",
      subject: "memory",
      seen: "hv-b has 5632 MiB of memory free, of which 5120 MiB are for web-1, web-2, web-3, web-4, web-5 of the same run, and web-6 has 1024 MiB.",
      fix: expect.stringContaining("Move or end other guests there"),
    },
  ]);
});

test("one that is looked at again counts once, and so does one that goes elsewhere", () => {
  const [one] = eight as [ArrivingGuest];
  const room = { ...free, freeKiB: 1.5 * GiB };
  for (let again = 0; again < 3; again++) expect(takeRoom(host, one, room, false)).toEqual([]);
  expect(takeRoom({ place: "192.0.2.13 22", name: "hv-c" }, one, room, false)).toEqual([]);
  expect(takeRoom(host, guest("web-2"), room, false)).toEqual([]);
});

test("a preview's guests are not an update's", () => {
  const room = { ...free, freeKiB: 1.5 * GiB };
  expect(takeRoom(host, guest("web-1"), room, false)).toEqual([]);
  expect(takeRoom(host, guest("web-2"), room, true)).toEqual([]);
  expect(takeRoom(host, guest("web-3"), room, true)).toHaveLength(1);
});

test("one that has arrived, or stays away, takes no room any more", () => {
  const room = { ...free, freeKiB: 1.5 * GiB };
  expect(takeRoom(host, guest("web-1"), room, true)).toEqual([]);
  expect(takeRoom(host, guest("web-2"), room, true)).toHaveLength(1);
  hasArrived(guest("web-1").uuid);
  expect(takeRoom(host, guest("web-2"), room, true)).toEqual([]);
});

test("one that finds no room takes none from smaller ones", () => {
  const room = { ...free, freeKiB: 1.5 * GiB };
  expect(takeRoom(host, guest("web-1", 2 * GiB), room, true)).toHaveLength(1);
  expect(takeRoom(host, guest("web-2"), room, true)).toEqual([]);
});

test("what an arriving guest has there already is not counted twice", () => {
  const arriving = { ...free, freeKiB: 1.5 * GiB, residentKiB: new Map([[guest("web-1").uuid, 0.75 * GiB]]) };
  expect(shortOf("hv-b", guest("web-2"), [guest("web-1")], arriving)).toEqual([]);
  const others = [guest("web-1"), guest("web-3", 0.5 * GiB)];
  expect(shortOf("hv-b", guest("web-2"), others, arriving)).toHaveLength(1);
});

test("a host that gives out more than it has is short of nothing", () =>
  expect(shortOf("hv-b", guest("web-1", 900 * GiB), [], { ...free, freeKiB: undefined })).toEqual([]));

test("huge pages that others of the run will take", () => {
  const paged = (name: string, count: number): ArrivingGuest => ({
    ...guest(name),
    needs: { memoryKiB: undefined, hugePages: { sizeKiB: 2048, count } },
  });
  const pages = { ...free, freeHugePages: new Map([[2048, 10]]) };
  expect(shortOf("hv-b", paged("web-2", 4), [paged("web-1", 6)], pages)).toEqual([]);
  expect(shortOf("hv-b", paged("web-2", 5), [paged("web-1", 6)], pages)).toEqual([
    expect.objectContaining({
      code: "huge-pages-short",
      seen: "hv-b has 10 huge pages of 2048 KiB free, of which 6 are for web-1 of the same run, and web-2 needs 5.",
    }),
  ]);
  expect(shortOf("hv-b", paged("web-2", 11), [], pages)).toEqual([]); // a requirement of its own
});
