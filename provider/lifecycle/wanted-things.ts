/** Things on hosts that this run's program wants, and which of its resources each belongs to. */
export class WantedThings {
  private readonly urns = new Map<string, string>();

  /** @returns the URN of another resource that wants it too */
  register(thing: string, urn: string): string | undefined {
    const other = this.urns.get(thing);
    if (other !== undefined && other !== urn) return other;
    this.urns.set(thing, urn);
    return undefined;
  }

  has(thing: string): boolean {
    return this.urns.has(thing);
  }
}
