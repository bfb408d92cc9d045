const common = {
  transform: { "\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  restoreMocks: true,
};
const project = (displayName) => ({
  ...common,
  displayName,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
});

module.exports = {
  projects: ["unit", "protocol", "checks", "corpus", "release", "lab"].map(project),
  reporters: ["default", "<rootDir>/test/progress-reporter.js"],
  testTimeout: 600_000,
};
