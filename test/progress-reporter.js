/** Says at once how a slow test ended: jest itself speaks up only after a whole file, which can be minutes. */
class ProgressReporter {
  onTestCaseResult(_test, { status, fullName, duration }) {
    if (status === "passed" && duration < 1000) return;
    const mark = { passed: "✓", failed: "✗" }[status] ?? "-";
    const seconds = duration >= 1000 ? ` (${Math.round(duration / 1000)} s)` : "";
    process.stderr.write(`  ${mark} ${fullName}${seconds}\n`);
  }
}

module.exports = ProgressReporter;
