import { z } from "zod";
import { inputProblems, inputsInState } from "../../../provider/lifecycle/inputs";

const unknownValue = "unknown!";
const schema = z.strictObject({
  name: z.string("must be text"),
  port: z.int("must be a whole number").optional(),
  password: z.string("must be text").min(8, "must have 8 characters").optional(),
  nested: z.strictObject({ size: z.number("must be a number") }).optional(),
});
const problems = (news: Record<string, unknown>) =>
  inputProblems(schema, news, { unknownValue, secrets: ["password"] });

test("good inputs have no problem, whatever the shell adds to them", () => {
  expect(problems({ name: "a", __provider: "text", __urn: "urn", output: undefined })).toEqual([]);
});

test("all problems come at once, each with its path, its value and the reason", () => {
  expect(problems({ port: 1.5, nested: { size: "big", colour: "red" }, extra: true })).toEqual([
    { property: "name", reason: "is missing: must be text" },
    { property: "port", reason: "1.5 must be a whole number" },
    { property: "nested.size", reason: '"big" must be a number' },
    { property: "nested.colour", reason: '"red" is not a property of this resource' },
    { property: "extra", reason: "true is not a property of this resource" },
  ]);
});

test("a secret's value is not shown", () => {
  expect(problems({ name: "a", password: "short" })).toEqual([
    { property: "password", reason: "its value must have 8 characters" },
  ]);
});

test.each([
  { name: unknownValue },
  { name: "a", port: unknownValue },
  { name: "a", nested: unknownValue },
  { name: "a", nested: { size: unknownValue } },
])("a value that is not known yet is no problem: %j", (news) => {
  expect(problems(news)).toEqual([]);
});

test("beside a value that is not known yet, problems are still found", () => {
  expect(problems({ name: unknownValue, port: "x" })).toEqual([
    { property: "port", reason: '"x" must be a whole number' },
  ]);
});

describe("the inputs in a state", () => {
  const schema = z
    .strictObject({
      host: z.string(),
      fenced: z.array(z.string()).default([]),
      limit: z.strictObject({ seconds: z.number() }).default({ seconds: 1 }),
      note: z.string().optional(),
    })
    .refine(({ host, fenced }) => !fenced.includes(host), "must not be fenced");

  test("need not keep the rules between them: a refresh writes what the hosts have", () => {
    const own = { host: "a", fenced: ["a"] };
    expect(inputsInState(schema, own)).toEqual({ args: { ...own, limit: { seconds: 1 } }, problems: [] });
  });

  test("that are not understood give way to their defaults, and are named without their values", () => {
    const { args, problems } = inputsInState(schema, { host: "a", limit: { seconds: "secret" }, note: 7 });
    expect(args).toEqual({ host: "a", fenced: [], limit: { seconds: 1 } });
    expect(problems.join()).toMatch(/^limit\.seconds .*,note /);
    expect(problems.join()).not.toContain("secret");
  });

  test("that nothing can be done without are an error with the way out", () => {
    expect(() => inputsInState(schema, { host: 7 })).toThrow(/host .*pulumi state delete/s);
  });
});
