/** Pure: takes secrets out of what is shown. */
export function redact(text: string, secrets: readonly string[]): string {
  // Longer ones first, so that a secret within another does not leave the rest of it standing.
  const ordered = secrets.filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
  return ordered.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
}
