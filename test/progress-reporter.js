/** Says at once how each test ended: a lab test takes its time, and jest itself speaks up only after a whole file. */
class ProgressReporter {
  onTestCaseResult(_test, { status, fullName, duration }) {
    const mark = { passed: "✓", failed: "✗" }[status] ?? "-";
    const seconds = duration >= 1000 ? ` (${Math.round(duration / 1000)} s)` : "";
    process.stderr.write(`  ${mark} ${fullName}${seconds}\n`);
  }
}

module.exports = ProgressReporter;
