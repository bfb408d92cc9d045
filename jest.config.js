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
  projects: [project("unit"), project("protocol"), project("checks"), project("lab")],
  reporters: ["default", "<rootDir>/test/progress-reporter.js"],
  testTimeout: 600_000,
};
