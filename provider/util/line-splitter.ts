/** More than a line of any protocol here. */
const longestLine = 1024 * 1024;

/** Lines out of text that arrives in pieces. A line without an end does not fill the memory. */
export class LineSplitter {
  private pieces: string[] = [];
  private length = 0;

  /** @returns the lines that have ended by now; undefined when one is longer than 1 MiB: then there is no going on */
  push(text: string): string[] | undefined {
    const lines = text.split("\n");
    const rest = lines.pop() ?? "";
    const ended = lines.map((line, index) => (index === 0 ? [...this.pieces.splice(0), line].join("") : line));
    this.length = lines.length > 0 ? rest.length : this.length + rest.length;
    if (rest !== "") this.pieces.push(rest);
    return this.length > longestLine || ended.some((line) => line.length > longestLine) ? undefined : ended;
  }
}
